//! Conditions on who may call and read.

use super::{Expr, Frame, LocalId};

/// A condition that stands by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Its locals.
    pub frame: Frame,
    /// What has to hold.
    pub test: Expr,
}

/// Who may read: the row is local 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Readable {
    /// The condition.
    pub condition: Condition,
    /// The local that holds who reads.
    pub caller: Option<LocalId>,
}
