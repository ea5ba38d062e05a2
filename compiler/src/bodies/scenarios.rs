//! Steps of scenarios.

use crate::infer::Shared;
use crate::plan::ScenarioBody;

/// Types the steps of every scenario.
pub(super) fn check(shared: &Shared<'_>) -> Vec<ScenarioBody> {
    shared.declarations.scenarios.iter().map(|_| ScenarioBody::default()).collect()
}
