//! Views of a query: which rows, in which order, and what is shown of each.

use raftstone_dsl::ast;

use super::{CheckedView, key};
use crate::codes::{auth as auth_codes, expressions as expression_codes};
use crate::declarations::{Field, Source, Type, View};
use crate::infer::rewrite::canonical;
use crate::infer::{Body, types};
use crate::plan;
use crate::plan::{ExprKind, LocalId, QueryCondition};
use crate::problem::Problem;
use crate::query::groups::Grouping;

pub(super) fn check(body: &mut Body<'_, '_>, view: &View, item: &ast::View) -> CheckedView {
    let (Some(source), Some(query)) = (view.source, &item.query) else {
        return CheckedView { is_wrong: true, ..CheckedView::default() };
    };
    let row = body.new_row(&query.row.text, source);
    body.bind(&query.row.text, row);
    if body.hides_by_joins(&query.joins, row) {
        return CheckedView { is_wrong: true, ..CheckedView::default() };
    }
    let mut typed = rows(body, query, source, row);
    let mut shown = shown(body, view, query, &mut typed);
    let mut checked = CheckedView::default();
    for (field, value) in view.fields.iter().zip(shown.values) {
        checked.body.types.push(shown_type(body, field, &value));
        checked.body.values.push(value);
    }
    for (value, descending) in std::mem::take(&mut shown.order) {
        order_key(body, view, &value, descending, &mut checked);
    }
    checked.is_wrong |= typed.joins.len() < query.joins.len();
    if !checked.is_wrong {
        key::check(body, view, item, &typed, &checked.body.values);
    }
    checked.body.query = Some(typed);
    checked
}

/// The table with its joins and the condition.
fn rows(body: &mut Body<'_, '_>, query: &ast::Query, source: Source, row: LocalId) -> plan::Query {
    let joins = body.joins(&query.joins, row);
    let filter = query.filter.as_ref();
    let filter = filter.map(|it| body.in_condition_of(row, |body| body.check_bool(it)));
    if let Some(filter) = &filter {
        body.check_known(filter);
    }
    let condition = |test| QueryCondition { when_some: Vec::new(), test, joins: 0 };
    let conditions = filter.map(condition).into_iter().collect();
    let mut typed = plan::Query { conditions, ..plan::Query::every(source, row) };
    body.plan_joins(&mut typed, joins);
    typed
}

/// The values of the fields, and the keys of the order.
struct Shown {
    values: Vec<plan::Expr>,
    order: Vec<(plan::Expr, bool)>,
}

fn shown(body: &mut Body<'_, '_>, view: &View, query: &ast::Query, typed: &mut plan::Query) -> Shown {
    let keys = body.group_keys(&query.group_by);
    let grouping = if keys.is_empty() { Grouping::Ungrouped } else { Grouping::Groups(Vec::new()) };
    let (mut shown, grouping) = body.grouped(grouping, |body| {
        let value = |field: &Field, body: &mut Body<'_, '_>| match &field.value {
            Some(written) => body.infer_value(&written.expr, None),
            None => body.expr(ExprKind::None, Type::Error, field.span.span),
        };
        let values = view.fields.iter().map(|field| value(field, body)).collect();
        let keys = match &query.order {
            Some(ast::OrderBy::Keys(keys)) => keys.as_slice(),
            _ => &[],
        };
        Shown { values, order: keys.iter().map(|key| (body.infer_value(&key.value, None), key.descending)).collect() }
    });
    if let Grouping::Groups(aggregates) = grouping {
        let group = plan::Group { keys, aggregates };
        let rows: Vec<LocalId> = std::iter::once(typed.row).chain(typed.joins.iter().map(|join| join.local)).collect();
        for value in shown.values.iter_mut().chain(shown.order.iter_mut().map(|(value, _)| value)) {
            body.regroup(value, &group, &rows);
        }
        typed.group = Some(group);
    }
    shown
}

/// The type of a field, if its values can be kept.
fn shown_type(body: &mut Body<'_, '_>, field: &Field, value: &plan::Expr) -> Type {
    let problem = |message: String| {
        Problem::new(&expression_codes::TYPE_UNKNOWN_HERE, value.span, message).other(field.span, "this field keeps it")
    };
    if types::is_open(&value.ty) {
        body.report(problem(format!("the type of `{}` is not known", field.name)).help("show a field of the row"));
        return Type::Error;
    }
    if let Some(path) = body.declarations().secret_in(&value.ty) {
        let inside = if path.is_empty() { "a secret".to_owned() } else { format!("a secret, `{}`", path.join(".")) };
        let message = format!("`{}` would show {inside}", field.name);
        body.report(
            Problem::new(&auth_codes::SECRET_ANSWER, value.span, message)
                .help("leave it out; whether there is one may be shown with `is some`"),
        );
        return Type::Error;
    }
    value.ty.clone()
}

/// A key of the view's order: one of its fields, or a private one that is added for it.
fn order_key(body: &mut Body<'_, '_>, view: &View, value: &plan::Expr, descending: bool, checked: &mut CheckedView) {
    if types::is_poison(&value.ty) {
        checked.is_wrong = true;
        return;
    }
    if !body.may_order(value) {
        return;
    }
    let wanted = canonical(value);
    let shown = checked.body.values.iter().position(|it| it.ty == value.ty && canonical(it) == wanted);
    let position = shown.unwrap_or_else(|| {
        let position = checked.body.values.len();
        checked.added.push(added_field(body, view, checked, value));
        checked.body.types.push(value.ty.clone());
        checked.body.values.push(value.clone());
        position
    });
    checked.body.order.push((position, descending));
}

/// A private field that keeps the order; queries may name it like the field of the row.
fn added_field(body: &Body<'_, '_>, view: &View, checked: &CheckedView, value: &plan::Expr) -> Field {
    let of_row = match &value.kind {
        ExprKind::RowField(base, field) => match (&base.kind, &base.ty) {
            (ExprKind::Local(_), Type::Reference(source)) => body.declarations().fields(*source).get(*field),
            _ => None,
        },
        _ => None,
    };
    let mut name = of_row.map_or("order", |field| field.name.as_str()).to_owned();
    while view.fields.iter().chain(&checked.added).any(|field| field.name == name) {
        name.push_str("_order");
    }
    Field {
        wire_name: name.clone(),
        name,
        ty: value.ty.clone(),
        rules: Vec::new(),
        value: None,
        is_private: true,
        deprecated: None,
        docs: vec!["Keeps the order of the view.".to_owned()],
        span: value.span,
    }
}
