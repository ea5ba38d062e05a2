//! Steps of scenarios.

use raftstone_dsl::ast::ItemKind;

use super::Collected;
use crate::declarations::ScenarioId;
use crate::effects::Place;
use crate::infer::{Body, Shared};
use crate::names::Named;
use crate::plan::{EndpointBody, ScenarioBody};
use crate::problem::Problems;

/// Types the steps of every scenario; the endpoints say what they use.
pub(super) fn check(
    shared: &Shared<'_>,
    endpoints: &[EndpointBody],
    collected: &mut Collected,
    problems: &mut Problems,
) -> Vec<ScenarioBody> {
    let mut bodies = Vec::with_capacity(shared.declarations.scenarios.len());
    for (position, declared) in shared.declarations.scenarios.iter().enumerate() {
        let mut body = Body::new(shared, problems, declared.item.file, Place::Scenario);
        if body.is_damaged(Named::Scenario(ScenarioId(position as u32))) {
            body.mute();
        }
        let item = shared.program.item(declared.item);
        let steps = match item.map(|item| &item.kind) {
            Some(ItemKind::Scenario(written)) => body.scenario(declared.span, &written.steps, endpoints),
            _ => Vec::new(),
        };
        collected.take(&mut body);
        bodies.push(ScenarioBody { frame: body.frame, steps });
    }
    bodies
}
