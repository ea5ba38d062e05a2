//! Bodies of scenarios.

use super::{Expr, Failure, Frame, LocalId};
use crate::declarations::{EndpointId, EventId, FileSpan};

/// The body of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScenarioBody {
    /// The locals: the names that `given … as` binds.
    pub frame: Frame,
    /// The steps in order; those that are wrong are left out.
    pub steps: Vec<Step>,
}

/// A line of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does or asks.
    pub kind: StepKind,
    /// Where it stands.
    pub span: FileSpan,
    /// How it is written, in one line: for what a failure says.
    pub text: String,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// `given E { … } as name`: an [`super::ExprKind::Emit`], and the local that holds the new row.
    Given(Expr, Option<LocalId>),
    /// `when endpoint(…)`
    Call {
        /// The endpoint.
        endpoint: EndpointId,
        /// What the request brings for each parameter; none where its default is taken.
        arguments: Vec<Option<Expr>>,
        /// Whether a `then fails` asks about it; else a refusal fails the scenario.
        is_refused: bool,
    },
    /// `when 16min pass`, in microseconds.
    Pass(i64),
    /// `then emitted E { … }`: the fields that are asked about, by position.
    Emitted(EventId, Vec<(usize, Expr)>),
    /// `then fails KIND "…"`
    Fails(Failure),
    /// `then condition`
    Holds(Expr),
}
