//! Steps of scenarios.

use raftstone_dsl::ast::ItemKind;

use super::Collected;
use crate::declarations::ScenarioId;
use crate::effects::Place;
use crate::infer::{Body, Shared};
use crate::names::Named;
use crate::plan::ScenarioBody;
use crate::problem::Problems;

/// Types the steps of a scenario.
pub(super) fn check(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> ScenarioBody {
    let Some(declared) = shared.declarations.scenarios.get(position) else { return ScenarioBody::default() };
    let named = Named::Scenario(ScenarioId(position as u32));
    let mut body = Body::new(shared, problems, declared.item.file, Place::Scenario);
    if body.is_damaged(named) {
        body.mute();
    }
    let steps = match shared.item(named).map(|(_, item)| &item.kind) {
        Some(ItemKind::Scenario(written)) => body.scenario(declared.span, &written.steps),
        _ => Vec::new(),
    };
    collected.take(&mut body);
    ScenarioBody { frame: body.frame, steps }
}
