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
    /// What is joined to each row, in order.
    pub joins: Vec<Join>,
    /// The conditions, all of which have to hold, also those that an access path already ensures.
    pub conditions: Vec<QueryCondition>,
    /// `group by`: then the order and what is selected are about groups.
    pub group: Option<Group>,
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

impl Query {
    /// All rows of a table, in no order, by no path yet.
    pub(crate) fn every(source: Source, row: LocalId) -> Self {
        Self {
            source,
            row,
            joins: Vec::new(),
            conditions: Vec::new(),
            group: None,
            order: QueryOrder::None,
            skip: None,
            limit: None,
            select: None,
            result: QueryResult::List,
            paths: Vec::new(),
        }
    }
}

/// A condition of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryCondition {
    /// The optional locals that have to be some for the condition to count.
    pub when_some: Vec<LocalId>,
    /// The condition.
    pub test: Expr,
    /// How many joins have to be made before it can be judged.
    pub joins: usize,
}

/// `join`: for each row so far, the rows or elements that go with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// The joined row (a local with `is_row`), or the element.
    pub local: LocalId,
    /// What is joined.
    pub source: JoinSource,
    /// The conditions behind `on`, one for each `and`-ed part.
    pub on: Vec<Expr>,
}

/// What a join goes through.
#[expect(clippy::large_enum_variant, reason = "a query has a handful of them")]
#[derive(Clone, Debug, PartialEq)]
pub enum JoinSource {
    /// `join b in B on …`: rows of a table, by a way that depends on the rows so far.
    Table(Source, Access),
    /// `join t in a.tags`: a list or set.
    Elements(Expr),
}

/// `group by`
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The keys, each with the local that holds its value for the group.
    pub keys: Vec<(LocalId, Expr)>,
    /// What is computed over the rows of a group.
    pub aggregates: Vec<Aggregate>,
}

/// `sum(e)` and its like: a value over the rows of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The local that holds the result.
    pub local: LocalId,
    /// Which.
    pub function: AggregateFunction,
    /// Of what; `count()` counts rows.
    pub value: Option<Expr>,
}

/// The aggregates. What is none in a row does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// `count()`
    Count,
    /// `count_distinct(e)`: how many different values.
    CountDistinct,
    /// `sum(e)`
    Sum,
    /// `avg(e)`: of whole numbers a decimal.
    Average,
    /// `min(e)`
    Min,
    /// `max(e)`
    Max,
    /// `any(e)`: whether a condition holds for some row.
    Any,
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
        /// What the text in the next component begins with.
        prefix: Option<Expr>,
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
    /// The rows of several ways, one way after the other; a row that is found twice counts once.
    Union(Vec<Access>),
    /// Every row in the order of the keys.
    KeyOrder {
        /// From the end to the start.
        reverse: bool,
    },
    /// Every row, in no order.
    All,
}
