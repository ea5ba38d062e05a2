//! What to say about a query that would read or sort a whole table: the missing line, and where it
//! goes.

use raftstone_dsl::ast;

use super::choose::{OrderPart, Table, Wish};
use super::paths::Missing;
use super::{Asked, at_source};
use crate::codes::queries as codes;
use crate::declarations::{FileSpan, ModelId, Source, ViewId};
use crate::infer::{Body, names::list_of, types};
use crate::names::Named;
use crate::problem::{Edit, Problem};

const OR_SCAN: &str = "or write `scan` before `from` if reading all is meant";

/// Lines of more combinations than this are not all shown.
const SHOWN_MAX: usize = 6;

impl<'a> Body<'a, '_> {
    /// The table of a query, with a view's order as an index behind its declared ones.
    pub(super) fn planned_table(&self, source: Source) -> Option<Table<'a>> {
        let (fields, key) = self.table(source)?;
        let declarations = self.declarations();
        let mut indexes: Vec<_> =
            self.indexes(source).iter().map(|index| (index.components.clone(), index.is_unique)).collect();
        if let Source::View(view) = source
            && let Some(view) = declarations.views.get(view.index())
            && !view.order.is_empty()
        {
            let components = view.order.iter().map(|(field, descending)| crate::declarations::IndexComponent {
                field: *field,
                elements: false,
                descending: *descending,
            });
            indexes.push((components.collect(), false));
        }
        let optional = fields
            .iter()
            .map(|field| matches!(types::plain(declarations, &field.ty), crate::declarations::Type::Optional(_)))
            .collect();
        Some(Table { source, name: types::source_name(declarations, source), fields, key, indexes, optional })
    }
}

/// The problem of a query that has no way but through the whole table.
pub(super) fn problem(body: &Body<'_, '_>, table: &Table<'_>, missing: &[Missing], asked: &Asked) -> Option<Problem> {
    let first = missing.first()?;
    let source = table.source;
    if body.is_damaged_source(source) {
        return None;
    }
    let mut lines = wanted_indexes(table, missing);
    lines.truncate(SHOWN_MAX);
    if lines.is_empty() {
        return Some(whole_table(table, first, asked));
    }
    let cause = if first.has_conditions { "no index serves its conditions" } else { "no index has its order" };
    let message = format!("this query would read every `{}`: {cause}", table.name);
    let problem = at_source(&codes::MISSING_INDEX, asked, message);
    Some(match source {
        Source::Model(id) => with_model_lines(body, problem, table, id, &lines, OR_SCAN),
        Source::View(id) => with_view_lines(body, problem, table, id, &lines, OR_SCAN),
    })
}

/// The indexes that would serve all that is missing, without those that another one makes needless.
fn wanted_indexes(table: &Table<'_>, missing: &[Missing]) -> Vec<Vec<OrderPart>> {
    // An index with more behind the same fields leads to the same values, but in another order.
    let serves = |index: &[OrderPart], line: &[OrderPart], orders: bool| {
        index.starts_with(line) && (!orders || index.len() == line.len())
    };
    let mut lines: Vec<(Vec<OrderPart>, bool)> = Vec::new();
    for one in missing {
        let Some(line) = wanted_index(table, one) else { continue };
        let orders = !one.order.is_empty() && line.len() > one.equal.len();
        if let Some((_, known)) = lines.iter_mut().find(|(known, _)| *known == line) {
            *known |= orders;
        } else if !lines.iter().any(|(known, _)| serves(known, &line, orders)) {
            lines.retain(|(known, orders)| !serves(&line, known, *orders));
            lines.push((line, orders));
        }
    }
    lines.into_iter().map(|(line, _)| line).collect()
}

/// The problem of a join whose rows no index leads to.
pub(super) fn of_join(body: &Body<'_, '_>, table: &Table<'_>, wish: &Wish<'_>, asked: &Asked) -> Option<Problem> {
    if body.is_damaged_source(table.source) {
        return None;
    }
    let missing = Missing::of(table, wish, &[], true);
    let message = format!("this join would read every `{}` for each row", table.name);
    let problem = at_source(&codes::MISSING_INDEX, asked, message);
    let Some(line) = wanted_index(table, &missing) else {
        return Some(problem.help("join by a field, so that an index can lead to the rows"));
    };
    Some(match table.source {
        Source::Model(id) => with_model_lines(body, problem, table, id, &[line], "a join needs an index"),
        Source::View(id) => with_view_lines(body, problem, table, id, &[line], "a join needs an index"),
    })
}

/// The same for a row that is to be kept up, whose change leads to rows of this table.
pub(super) fn of_change(body: &Body<'_, '_>, problem: Problem, table: &Table<'_>, wish: &Wish<'_>) -> Problem {
    let missing = Missing::of(table, wish, &[], true);
    match (wanted_index(table, &missing), table.source) {
        (Some(line), Source::Model(id)) => with_model_lines(
            body,
            problem,
            table,
            id,
            &[line],
            "a change needs an index that leads to what goes with it",
        ),
        (Some(line), Source::View(id)) => with_view_lines(
            body,
            problem,
            table,
            id,
            &[line],
            "a change needs an index that leads to what goes with it",
        ),
        (None, _) => problem.help("join by a field of each, `on b.field == a.field`, so that an index leads both ways"),
    }
}

/// The fields of the index that would serve a combination: what is bound first, then what is
/// ordered or bounded.
fn wanted_index(table: &Table<'_>, missing: &Missing) -> Option<Vec<OrderPart>> {
    if !missing.has_conditions && missing.ordered {
        return None;
    }
    let mut parts: Vec<OrderPart> =
        missing.equal.iter().map(|field| OrderPart { field: Some(*field), descending: false }).collect();
    let bound = parts.len();
    let ends = |part: &OrderPart| part.field.is_some_and(|field| table.key.contains(&field));
    let order: Vec<OrderPart> = missing
        .order
        .iter()
        .copied()
        .filter(|part| !part.field.is_some_and(|field| missing.equal.contains(&field)))
        .take_while(|part| !ends(part))
        .collect();
    let is_servable = order.iter().all(|part| part.field.is_some());
    match missing.range {
        Some(field) if order.first().is_none_or(|part| part.field != Some(field)) => {
            parts.push(OrderPart { field: Some(field), descending: false });
        }
        _ if is_servable => parts.extend(order),
        _ => {}
    }
    if parts.is_empty() || (!missing.has_conditions && parts.len() == bound) {
        return None;
    }
    // An index is walked from either end: only mixed directions need to be written, and those of
    // fields that may be none, which would come first.
    let may_be_none = |part: &OrderPart| part.field.is_some_and(|field| table.optional.get(field) == Some(&true));
    let ordered = parts.get(bound..).unwrap_or_default();
    let is_known = |part: &OrderPart| part.field.is_some_and(|field| missing.some.contains(&field));
    if ordered.iter().all(|part| part.descending && (is_known(part) || !may_be_none(part))) {
        for part in &mut parts {
            part.descending = false;
        }
    }
    Some(parts)
}

fn whole_table(table: &Table<'_>, missing: &Missing, asked: &Asked) -> Problem {
    let message = format!("this query reads every `{}`", table.name);
    let problem = at_source(&codes::READS_WHOLE_TABLE, asked, message);
    let help = if missing.has_conditions {
        "no index can serve its conditions: add a condition on an indexed field, or write `scan` before `from` if reading all is meant"
    } else if asked.grouped {
        "add a condition on an indexed field, or write `scan` before `from` if grouping all rows is meant"
    } else if asked.counted {
        "write `scan` before `from` if counting all is meant, or keep the number in a field that events change"
    } else if !missing.ordered {
        "no index can hold its order, only that of plain fields: store what is ordered by in a field, or write `scan` before `from`"
    } else {
        "add a `limit`, or write `scan` before `from` if reading all is meant"
    };
    problem.help(help).fix("write `scan`", asked.start, "scan ")
}

fn line_of(table: &Table<'_>, parts: &[OrderPart]) -> String {
    let names: Vec<String> = parts
        .iter()
        .map(|part| {
            let field = part.field.and_then(|field| table.fields.get(field));
            let name = field.map_or("?", |field| field.name.as_str());
            if part.descending { format!("{name} desc") } else { name.to_owned() }
        })
        .collect();
    format!("index ({})", names.join(", "))
}

fn with_model_lines(
    body: &Body<'_, '_>,
    problem: Problem,
    table: &Table<'_>,
    id: ModelId,
    lines: &[Vec<OrderPart>],
    otherwise: &str,
) -> Problem {
    let Some(model) = body.declarations().models.get(id.index()) else { return problem };
    let mut shown = Vec::new();
    let mut edits = Vec::new();
    let mut composite = String::new();
    for parts in lines {
        if let [part @ OrderPart { descending: false, .. }] = parts.as_slice() {
            let field = part.field.and_then(|field| table.fields.get(field));
            let name = field.map_or("?", |field| field.name.as_str());
            shown.push(format!("`@index` on `{name}`"));
            edits.extend(
                end_of_field(body, Named::Model(id), name).map(|span| Edit { span, text: " @index".to_owned() }),
            );
        } else {
            let line = line_of(table, parts);
            shown.push(format!("`{line}`"));
            composite.push_str("    ");
            composite.push_str(&line);
            composite.push('\n');
        }
    }
    if !composite.is_empty() {
        edits.extend(end_of_item(body, Named::Model(id), &composite));
    }
    let problem =
        problem.other(model.span, "the index belongs here").help(format!("add {}; {otherwise}", shown.join(" and ")));
    if edits.is_empty() { problem } else { problem.fixes("add what is missing", edits) }
}

fn with_view_lines(
    body: &Body<'_, '_>,
    problem: Problem,
    table: &Table<'_>,
    id: ViewId,
    lines: &[Vec<OrderPart>],
    otherwise: &str,
) -> Problem {
    let Some(view) = body.declarations().views.get(id.index()) else { return problem };
    // `@index` holds none behind the rest upwards only.
    let helps = |parts: &&Vec<OrderPart>| !matches!(parts.as_slice(), [OrderPart { descending: true, .. }]);
    let names: Vec<&str> = lines
        .iter()
        .filter(helps)
        .filter_map(|parts| parts.first()?.field)
        .filter_map(|field| table.fields.get(field))
        .map(|field| field.name.as_str())
        .collect();
    let index = if names.is_empty() { String::new() } else { format!("put `@index` on {}, or ", list_of(&names)) };
    let problem = problem
        .other(view.span, "the index belongs here")
        .help(format!("{index}give the view this order; {otherwise}"));
    let edits: Vec<Edit> = names
        .iter()
        .filter_map(|name| end_of_field(body, Named::View(id), name))
        .map(|span| Edit { span, text: " @index".to_owned() })
        .collect();
    let is_alone = |parts: &Vec<OrderPart>| matches!(parts.as_slice(), [OrderPart { descending: false, .. }]);
    let is_certain = lines.iter().all(is_alone) && !edits.is_empty();
    if is_certain { problem.fixes("add `@index`", edits) } else { problem }
}

pub(super) fn end_of_field(body: &Body<'_, '_>, named: Named, name: &str) -> Option<FileSpan> {
    let (file, item) = body.shared.item(named)?;
    let found = match &item.kind {
        ast::ItemKind::Model(model) => model.members.iter().find_map(|member| match member {
            ast::ModelMember::Field(field) if field.name.text == name => Some(field.span),
            _ => None,
        }),
        ast::ItemKind::View(view) => {
            let states = view.states.iter().map(|state| (&state.name, state.span));
            let mut fields = view.fields.iter().map(|field| (&field.name, field.span)).chain(states);
            fields.find(|(field, _)| field.text == name).map(|(_, span)| span)
        }
        _ => None,
    }?;
    Some(FileSpan { file, span: ast::Span::new(found.end, found.end) })
}

/// An edit that adds lines before the closing brace of an item.
fn end_of_item(body: &Body<'_, '_>, named: Named, lines: &str) -> Option<Edit> {
    let (file, item) = body.shared.item(named)?;
    let end = item.span.end.checked_sub(1)?;
    let before = body.shared.text(FileSpan { file, span: ast::Span::new(item.span.start, end) });
    let span = FileSpan { file, span: ast::Span::new(end, end) };
    let own_line = before.ends_with('\n');
    let text = if own_line { lines.to_owned() } else { format!("\n{lines}") };
    Some(Edit { span, text })
}
