//! Typed statements and refusals.

use super::{Expr, LocalId, Pattern};
use crate::declarations::{ModelId, Source};

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Its kind.
    pub kind: FailureKind,
    /// The wire name of the field in `invalid(email)`.
    pub field: Option<String>,
    /// The words: of type `string`; `None` for the kind's own words.
    pub message: Option<Expr>,
}

/// The kinds of refusals that a schema can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// 422
    Invalid,
    /// 401
    Unauthorized,
    /// 403
    Forbidden,
    /// 404
    Missing,
    /// 409
    Conflict,
    /// 410
    Gone,
    /// 429
    TooMany,
}

/// A typed statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `let x = e`
    Let(LocalId, Expr),
    /// `let x = e else KIND "…"`
    LetElse(LocalId, Expr, Failure),
    /// `require c else KIND "…"`
    Require(Expr, Failure),
    /// `fail KIND "…"`
    Fail(Failure),
    /// An expression for its effect (an `emit`).
    Expr(Expr),
    /// `if c { … } else { … }`
    If(Expr, Vec<Statement>, Vec<Statement>),
    /// `if let x = e { … } else { … }`
    IfLet(LocalId, Expr, Vec<Statement>, Vec<Statement>),
    /// `for x in c { … }`; the elements are fixed before the first round.
    For(LocalId, Expr, Vec<Statement>),
    /// `match e { … }`
    Match(Expr, Vec<(Pattern, Vec<Statement>)>),
    /// `return 202 e`; the value has the endpoint's result type (rows loaded).
    Return(Option<u16>, Option<Expr>),
    /// `x.field = e`: the row's reference, the field, the new value (already `x.field + e` for `+=`
    /// of numbers, text and lists).
    Assign(Source, Expr, usize, Expr),
    /// `x.set += e`, `x.map -= k`: changes of one element (or of all of a collection) in place.
    Change {
        /// The table: a model, or the view of a fold.
        table: Source,
        /// The row's reference.
        row: Expr,
        /// The field: a set or map.
        field: usize,
        /// `+=`, else `-=`.
        add: bool,
        /// An element, or a collection of them.
        value: Expr,
        /// Whether `value` is a collection of elements.
        many: bool,
    },
    /// `insert M { … }`: the fields in declared order.
    Insert(ModelId, Vec<Expr>),
    /// `delete x`
    Delete(ModelId, Expr),
}
