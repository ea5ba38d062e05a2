//! The key of a view, which tells its rows apart.

use raftstone_dsl::ast;

use crate::codes::views as codes;
use crate::declarations::{Field, Source, View};
use crate::declare::spelling::to_snake;
use crate::infer::{Body, types};
use crate::plan::{Expr, ExprKind, JoinSource, LocalId, Query};
use crate::problem::Problem;
use crate::query::upkeep::may_repeat;

/// Reports a key that does not tell the rows apart.
pub(super) fn check(body: &mut Body<'_, '_>, view: &View, item: &ast::View, query: &Query, values: &[Expr]) {
    let is_poisoned = |position: &usize| values.get(*position).is_none_or(|value| types::is_poison(&value.ty));
    if view.key.iter().any(is_poisoned) {
        return;
    }
    if query.group.is_some() {
        of_groups(body, view, item, query, values);
    } else if query.joins.is_empty() {
        of_rows(body, view, query, values);
    } else {
        of_matches(body, view, item, query, values);
    }
}

/// What a key field shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// A row, or an element of a collection.
    Whole(LocalId),
    Field(LocalId, usize),
    Other,
}

fn shown(value: &Expr) -> Shown {
    match &value.kind {
        ExprKind::Local(local) => Shown::Whole(*local),
        ExprKind::RowField(base, field) => match &base.kind {
            ExprKind::Local(local) => Shown::Field(*local, *field),
            _ => Shown::Other,
        },
        _ => Shown::Other,
    }
}

/// One row of the table, one row of the view.
fn of_rows(body: &mut Body<'_, '_>, view: &View, query: &Query, values: &[Expr]) {
    let parts: Vec<Shown> = view.key.iter().filter_map(|position| values.get(*position)).map(shown).collect();
    let key = body.declarations().key(query.source);
    let is_whole_key = parts.len() == key.len()
        && !parts.is_empty()
        && key.iter().all(|field| parts.contains(&Shown::Field(query.row, *field)));
    if parts != [Shown::Whole(query.row)] && !is_whole_key {
        let table = types::source_name(body.declarations(), query.source);
        let row = row_name(body, query.row);
        let help = format!("add `{}: {row} @key`", to_snake(table));
        let message = format!("the key of `{}` is not the row that it shows", view.name);
        body.report(Problem::new(&codes::VIEW_KEY, key_span(view), message).help(help));
    }
}

/// One row of the view for each match of the joins.
fn of_matches(body: &mut Body<'_, '_>, view: &View, item: &ast::View, query: &Query, values: &[Expr]) {
    let parts: Vec<Shown> = view.key.iter().filter_map(|position| values.get(*position)).map(shown).collect();
    let mut known: Vec<LocalId> = Vec::new();
    let rows = query.joins.iter().map(|join| match &join.source {
        JoinSource::Table(table, _) => (join.local, Some(*table)),
        JoinSource::Elements(_) => (join.local, None),
    });
    let rows: Vec<(LocalId, Option<Source>)> = std::iter::once((query.row, Some(query.source))).chain(rows).collect();
    for (row, table) in &rows {
        let key = table.map_or(&[][..], |table| body.declarations().key(table));
        let by_key = !key.is_empty() && key.iter().all(|field| parts.contains(&Shown::Field(*row, *field)));
        if by_key || parts.contains(&Shown::Whole(*row)) {
            known.push(*row);
        }
    }
    let known = body.rows_determined(query, known);
    let in_text = query.joins.iter().zip(item.query.iter().flat_map(|query| &query.joins));
    for (join, written) in in_text {
        if let JoinSource::Elements(collection) = &join.source
            && may_repeat(body, collection)
        {
            let message = "the elements of a list may be equal, and the rows of a view have to differ";
            let problem = body.problem(&codes::VIEW_KEY, written.source.span, message);
            body.report(problem.help("join a set, or add `group by`"));
            return;
        }
    }
    let Some((missing, table)) = rows.iter().find(|(row, _)| !known.contains(row)) else { return };
    let row = row_name(body, *missing);
    let name = table.map_or_else(|| row.clone(), |table| to_snake(types::source_name(body.declarations(), table)));
    let message = format!("two rows of `{}` may have the same key: they may differ in `{row}`", view.name);
    let problem = Problem::new(&codes::VIEW_KEY, key_span(view), message);
    body.report(problem.help(format!("add `{name}: {row} @key`")));
}

/// One row of the view for each group.
fn of_groups(body: &mut Body<'_, '_>, view: &View, item: &ast::View, query: &Query, values: &[Expr]) {
    let (Some(group), Some(written)) = (&query.group, &item.query) else { return };
    let at = |body: &Body<'_, '_>, expr: &ast::Expr| body.at(expr.span);
    let key_of = |value: &Expr| match value.kind {
        ExprKind::Local(local) => group.keys.iter().position(|(key, _)| *key == local),
        _ => None,
    };
    for position in &view.key {
        let (Some(field), Some(value)) = (view.fields.get(*position), values.get(*position)) else { continue };
        if key_of(value).is_some() {
            continue;
        }
        let message = format!("`{}` is no key of the groups", field.name);
        let mut problem = Problem::new(&codes::GROUP_KEYS, field.span, message);
        if let Some(first) = written.group_by.first() {
            problem = problem.other(at(body, first), "grouped by this");
        }
        body.report(problem.help("leave its `@key` out, or add it to `group by`"));
    }
    for (position, expr) in written.group_by.iter().enumerate() {
        let showing = |field: &usize| values.get(*field).and_then(key_of) == Some(position);
        if view.key.iter().any(showing) {
            continue;
        }
        let shown: Option<&Field> = (0..values.len()).find(showing).and_then(|field| view.fields.get(field));
        report_unshown(body, item, expr, shown);
    }
}

/// A key of the groups that no `@key` field shows.
fn report_unshown(body: &mut Body<'_, '_>, item: &ast::View, expr: &ast::Expr, shown: Option<&Field>) {
    let Some(field) = shown else {
        let text = body.text_of(expr.span);
        let message = "no field with `@key` shows this";
        let name = match &expr.kind {
            ast::ExprKind::Name(name) | ast::ExprKind::Field { name, .. } => name.text.as_str(),
            _ => "name",
        };
        let problem = body.problem(&codes::GROUP_KEYS, expr.span, message);
        body.report(problem.help(format!("add `{name}: {text} @key`")));
        return;
    };
    let message = format!("`{}` is a key of the groups, and has no `@key`", field.name);
    let problem = Problem::new(&codes::GROUP_KEYS, field.span, message).other(body.at(expr.span), "grouped by this");
    let written = item.fields.iter().find(|it| it.name.text == field.name);
    let end = written.map(|it| body.at(ast::Span::new(it.span.end, it.span.end)));
    body.report(match end {
        Some(end) => problem.fix("add `@key`", end, " @key"),
        None => problem,
    });
}

fn key_span(view: &View) -> crate::declarations::FileSpan {
    let first = view.key.first().and_then(|position| view.fields.get(*position));
    first.map_or(view.span, |field| field.span)
}

fn row_name(body: &Body<'_, '_>, row: LocalId) -> String {
    body.frame.locals.get(row.0 as usize).map_or_else(String::new, |local| local.name.clone())
}
