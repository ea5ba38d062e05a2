//! Queries and the ways to their rows.

use super::{Expr, LocalId, Pattern};
use crate::declarations::Source;

/// A query with its access paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The table.
    pub source: Source,
    /// The row (a local with `is_row`).
    pub row: LocalId,
    /// The conditions, all of which have to hold, also those that an access path already ensures.
    pub conditions: Vec<QueryCondition>,
    /// The order that was asked for; the key breaks ties.
    pub order: QueryOrder,
    /// `skip`
    pub skip: Option<Expr>,
    /// `limit`
    pub limit: Option<Expr>,
    /// `select`; none gives the rows' references.
    pub select: Option<Expr>,
    /// What becomes of the rows.
    pub result: QueryResult,
    /// The access paths; the first whose circumstances hold is taken. The last has none.
    pub paths: Vec<AccessPath>,
}

/// A condition of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryCondition {
    /// The optional locals that have to be some for the condition to count.
    pub when_some: Vec<LocalId>,
    /// The condition.
    pub test: Expr,
}

/// The order of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryOrder {
    /// None asked for.
    None,
    /// (value, descending)
    Keys(Vec<(Expr, bool)>),
    /// `order by match`
    Match(Expr, Vec<(Pattern, Vec<(Expr, bool)>)>),
}

/// What becomes of the rows of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryResult {
    /// A list.
    List,
    /// `count(q)`
    Count,
    /// `exists(q)`
    Exists,
    /// `first(q)`: an option.
    First,
    /// `page(q, cursor)`: the cursor is an optional text.
    Page(Expr),
}

/// A way to the rows of a query under given circumstances.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessPath {
    /// Optional locals that have to be some.
    pub when_some: Vec<LocalId>,
    /// The arm of `order by match` that has to be chosen.
    pub when_arm: Option<usize>,
    /// The way.
    pub access: Access,
    /// Whether the way gives the order that was asked for; if not the rows are sorted.
    pub ordered: bool,
}

/// A way to rows.
#[expect(clippy::large_enum_variant, reason = "a query has a handful of them")]
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// The row of this key, if there is one.
    Key(Vec<Expr>),
    /// Rows by an index.
    Index {
        /// Position in the table's indexes.
        index: usize,
        /// Values of the first components.
        equal: Vec<Expr>,
        /// Bounds of the next component: (value, included).
        low: Option<(Expr, bool)>,
        /// Bounds of the next component: (value, included).
        high: Option<(Expr, bool)>,
        /// From the end to the start.
        reverse: bool,
    },
    /// The ways of each value of a collection, one value after the other: `row.f in list`, or a
    /// condition on a unique field of a referred row, found by a look-up. Values that are there
    /// twice count once.
    Each {
        /// A list, a set, or an option (none gives no rows, some the rows of its value).
        collection: Box<Expr>,
        /// The value inside `inner`.
        local: LocalId,
        /// A [`Access::Key`] or [`Access::Index`] that uses `local`.
        inner: Box<Access>,
    },
    /// Every row in the order of the keys.
    KeyOrder {
        /// From the end to the start.
        reverse: bool,
    },
    /// Every row, in no order.
    All,
}
