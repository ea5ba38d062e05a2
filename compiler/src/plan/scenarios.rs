//! Bodies of scenarios.

use super::Frame;

/// The body of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScenarioBody {
    /// The locals: the names that `given … as` binds.
    pub frame: Frame,
}
