//! Bodies of jobs.

use super::{Frame, Statement};

/// The body of a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobBody {
    /// The locals.
    pub frame: Frame,
    /// The statements.
    pub statements: Vec<Statement>,
}
