//! Conditions on who may call and read.

use raftstone_dsl::ast;

use super::Collected;
use crate::declarations::{Endpoint, EndpointId, Source};
use crate::effects::Place;
use crate::infer::{Body, Shared};
use crate::names::Named;
use crate::plan::{Condition, LocalId, Readable};
use crate::problem::Problems;

/// Types the condition on who may call, and says which of the parameters it reads. Its locals are
/// those with which the body begins: the parameters, and `caller`.
pub(super) fn of_endpoint(
    shared: &Shared<'_>,
    id: EndpointId,
    endpoint: &Endpoint,
    collected: &mut Collected,
    problems: &mut Problems,
) -> (Option<Condition>, Vec<LocalId>) {
    let named = Named::Endpoint(id);
    let written = shared.item(named).and_then(|(_, item)| match &item.kind {
        ast::ItemKind::Endpoint(written) => written.rights.as_ref()?.condition.as_ref(),
        _ => None,
    });
    let Some(written) = written else { return (None, Vec::new()) };
    let mut body = Body::new(shared, problems, endpoint.item.file, Place::Rights);
    if body.is_damaged(named) {
        body.mute();
    }
    for parameter in &endpoint.parameters {
        body.bind_parameter(&parameter.field.name, parameter.field.ty.clone());
    }
    body.bind_caller(endpoint.rights.as_ref().map(|rights| rights.audience));
    let test = body.check_bool(written);
    body.check_known(&test);
    collected.take(&mut body);
    let used = body.used_locals();
    (Some(Condition { frame: body.frame, test }), used)
}

/// Types a `readable by …`: the row is local 0, and its fields stand by their bare names.
pub(super) fn readable(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> Option<Readable> {
    let readable = shared.declarations.readable.get(position)?;
    let mut body = Body::new(shared, problems, readable.condition.file, Place::Rights);
    let named = match readable.source {
        Source::Model(id) => Named::Model(id),
        Source::View(id) => Named::View(id),
    };
    if body.is_damaged(named) {
        body.mute();
    }
    body.bind_own_row(readable.source);
    let caller = body.bind_caller(Some(readable.audience));
    let test = body.check_bool(&readable.condition.expr);
    body.check_known(&test);
    collected.take(&mut body);
    Some(Readable { condition: Condition { frame: body.frame, test }, caller })
}
