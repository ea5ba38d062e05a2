//! How a view follows the rows that it shows: what a change of one row leads to.

use super::{Access, LocalId};
use crate::declarations::Source;

/// What a change of a row of one table leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Upkeep {
    /// The table whose row has changed.
    pub table: Source,
    /// The fields that are read of it through references; none where the row itself is one of the
    /// query's, or is given out whole.
    pub fields: Option<Vec<usize>>,
    /// The references that lead to it, the last one first: the way back.
    pub back: Vec<Back>,
    /// The row of the query at which the way back ends; none for a row that stays the same for all
    /// rows, such as that of a parameter.
    pub row: Option<LocalId>,
    /// The ways to the other rows of the query, in order.
    pub ways: Vec<Way>,
}

/// One step back along a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Back {
    /// The table whose rows refer.
    pub table: Source,
    /// Their field.
    pub field: usize,
}

/// The way to a row of the query from those before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The row.
    pub row: LocalId,
    /// Its table.
    pub table: Source,
    /// The way.
    pub access: Access,
}
