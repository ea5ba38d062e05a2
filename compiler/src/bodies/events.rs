//! Bodies of events: values that are computed, filled in or defaulted, `require`, `apply`.

use raftstone_dsl::ast;

use super::Collected;
use crate::codes::apply as codes;
use crate::declarations::{Event, EventField, EventFieldOrigin, EventId, FileSpan};
use crate::effects::Place;
use crate::infer::{Body, Origin, Shared, walk};
use crate::names::Named;
use crate::plan::{EventBody, Expr, ExprKind};
use crate::problem::{Problem, Problems};

/// Types the bodies of an event.
pub(super) fn check(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> EventBody {
    let Some(event) = shared.declarations.events.get(position) else { return EventBody::default() };
    let id = EventId(position as u32);
    let mut body = Body::new(shared, problems, event.item.file, Place::EventValue);
    let item = shared.item(Named::Event(id));
    if body.is_damaged(Named::Event(id)) {
        body.mute();
    }
    body.bind_event(id);
    for field in &event.fields {
        body.note_wire_name(&field.field);
    }
    let mut typed = EventBody { values: values(&mut body, id, event), ..EventBody::default() };
    let Some(ast::ItemKind::Event(written)) = item.map(|(_, item)| &item.kind) else { return typed };
    for member in &written.members {
        match member {
            ast::EventMember::Require(statement) => {
                let ast::StatementKind::Require { condition, otherwise } = &statement.kind else {
                    continue;
                };
                body.place = Place::EventRequire;
                let test = body.check_bool(condition);
                let failure = body.failure_or_report(otherwise.as_ref(), condition.span);
                typed.requires.push((test, failure));
            }
            ast::EventMember::Apply { body: block, .. } => {
                body.place = Place::Apply;
                typed.apply.extend(body.block(block).statements);
            }
            ast::EventMember::Field(_) | ast::EventMember::Bad { .. } => {}
        }
    }
    for (_, value) in &typed.values {
        body.check_known(value);
    }
    for (test, _) in &typed.requires {
        body.check_known(test);
    }
    body.check_all_known(&typed.apply);
    body.check_used();
    collected.take(&mut body);
    typed.frame = body.frame;
    typed
}

/// Defaults first, which depend on nothing; then what is computed, in the order of the text.
fn values(body: &mut Body<'_, '_>, id: EventId, event: &Event) -> Vec<(usize, Expr)> {
    let mut values = Vec::new();
    for (position, field) in event.fields.iter().enumerate() {
        let is_made = match field.origin {
            EventFieldOrigin::Filled => true,
            EventFieldOrigin::Given => field.field.value.is_some(),
            EventFieldOrigin::Computed => false,
        };
        if is_made {
            let value = default_value(body, id, position, field);
            values.extend(value.map(|value| (position, value)));
        }
    }
    for (position, field) in event.fields.iter().enumerate() {
        if field.origin != EventFieldOrigin::Computed {
            continue;
        }
        let Some(written) = &field.field.value else { continue };
        let origin = Origin { span: field.field.span, what: "this field" };
        let value = body.in_file(written.file, |body| body.check(&written.expr, &field.field.ty, Some(origin)));
        check_order(body, event, position, &value);
        values.push((position, value));
    }
    values
}

fn default_value(body: &mut Body<'_, '_>, id: EventId, position: usize, field: &EventField) -> Option<Expr> {
    // A default that comes from the model was checked there.
    let own = field.field.value.as_ref().filter(|_| field.writes.is_none());
    match own {
        Some(written) => Some(body.checked_default(written, &field.field.ty, Place::Default)),
        None => body.event_default(id, position, field.field.span.span),
    }
}

/// A computed field sees what is given, and what is computed before it.
fn check_order(body: &mut Body<'_, '_>, event: &Event, position: usize, value: &Expr) {
    let mut late: Option<(usize, FileSpan)> = None;
    walk::any(value, &mut |part| {
        if let ExprKind::EventField(used) = part.kind
            && used >= position
            && event.fields.get(used).is_some_and(|it| it.origin == EventFieldOrigin::Computed)
        {
            late = Some((used, part.span));
        }
        late.is_some()
    });
    let Some((used, span)) = late else { return };
    let Some(field) = event.fields.get(used) else { return };
    let message = if used == position {
        format!("`{}` is computed from itself", field.field.name)
    } else {
        format!("`{}` is computed after this", field.field.name)
    };
    body.report(
        Problem::new(&codes::COMPUTED_ORDER, span, message)
            .other(field.field.span, "computed here")
            .help("computed fields are computed from the first to the last"),
    );
}
