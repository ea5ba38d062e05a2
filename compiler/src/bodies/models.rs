//! Defaults and checks of models.

use raftstone_dsl::ast;

use super::Collected;
use crate::codes::apply as codes;
use crate::declarations::{FileSpan, Model, ModelId, Source, Written};
use crate::effects::Place;
use crate::infer::{Body, Shared};
use crate::literals;
use crate::names::Named;
use crate::plan::{Expr, Frame, ModelBody};
use crate::problem::{Problem, Problems};

/// Types the bodies of a model.
pub(super) fn check(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> ModelBody {
    let Some(model) = shared.declarations.models.get(position) else { return ModelBody::default() };
    let id = ModelId(position as u32);
    ModelBody {
        defaults: defaults(shared, id, model, collected, problems),
        checks: checks(shared, id, model, collected, problems),
        wants_key_order: false,
    }
}

fn defaults(
    shared: &Shared<'_>,
    id: ModelId,
    model: &Model,
    collected: &mut Collected,
    problems: &mut Problems,
) -> Vec<Option<Expr>> {
    let mut values = Vec::with_capacity(model.fields.len());
    for (position, field) in model.fields.iter().enumerate() {
        let mut body = Body::new(shared, problems, model.item.file, Place::Default);
        let value = match &field.value {
            Some(written) => constant(&mut body, written, &field.ty),
            None => body.model_default(id, model, position, field.span.span),
        };
        collected.take(&mut body);
        values.push(value);
    }
    values
}

/// A default that stands on its own: it binds no locals.
pub(super) fn constant(body: &mut Body<'_, '_>, written: &Written, ty: &crate::declarations::Type) -> Option<Expr> {
    let value = body.checked_default(written, ty, Place::Default);
    if body.frame.locals.is_empty() {
        return Some(value);
    }
    if !body.has_reported {
        let span = FileSpan { file: written.file, span: written.expr.span };
        body.report(
            Problem::new(&codes::DEFAULT_BINDS, span, "a default is a plain value")
                .help("compute the value in the event, or in a `fn`"),
        );
    }
    None
}

fn checks(
    shared: &Shared<'_>,
    id: ModelId,
    model: &Model,
    collected: &mut Collected,
    problems: &mut Problems,
) -> Vec<(Frame, Expr, Option<String>)> {
    let Some((_, item)) = shared.item(Named::Model(id)) else { return Vec::new() };
    let ast::ItemKind::Model(written) = &item.kind else { return Vec::new() };
    let mut typed = Vec::new();
    for member in &written.members {
        let ast::ModelMember::Check { condition: Some(condition), message, .. } = member else {
            continue;
        };
        let mut body = Body::new(shared, problems, model.item.file, Place::Check);
        if body.is_damaged(Named::Model(id)) {
            body.mute();
        }
        body.bind_own_row(Source::Model(id));
        let test = body.check_bool(condition);
        body.check_known(&test);
        collected.take(&mut body);
        let message = message.as_ref().and_then(literals::text);
        typed.push((body.frame, test, message));
    }
    typed
}
