//! Queries.

use super::{Expr, Ident, Pattern, Span};

/// A query.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Query {
    /// `scan` before `from`: reading everything is meant.
    pub scan: Option<Span>,
    /// The name of each row.
    pub row: Ident,
    /// The model, view, or (in a view's `join t in a.tags`) collection.
    pub source: Option<Expr>,
    /// `join t in e`, `join b in B on …`.
    pub joins: Vec<Join>,
    /// The condition.
    pub filter: Option<Expr>,
    /// `group by a, b`.
    pub group_by: Vec<Expr>,
    /// The order.
    pub order: Option<OrderBy>,
    /// `skip e`
    pub skip: Option<Expr>,
    /// `limit e`
    pub limit: Option<Expr>,
    /// `select e`
    pub select: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// A join of a query.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Join {
    /// The name of each row or element.
    pub row: Ident,
    /// What is joined.
    pub source: Expr,
    /// The condition behind `on`.
    pub on: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// What stands behind `order by`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum OrderBy {
    /// `a.created_at desc, a.title`
    Keys(Vec<OrderKey>),
    /// `match sort { Newest => a.created_at desc, … }`
    Match {
        /// What is looked at.
        value: Expr,
        /// The arms: pattern and keys.
        arms: Vec<(Pattern, Vec<OrderKey>)>,
        /// All of it.
        span: Span,
    },
}

/// One key of an order.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct OrderKey {
    /// The value compared.
    pub value: Expr,
    /// `desc` behind it.
    pub descending: bool,
}
