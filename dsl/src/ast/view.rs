//! Views.

use super::{Attribute, Block, Docs, Expr, Field, Ident, Query, Readable, Span};

/// A view: rows of a query (`query` and `fields`), or state that is folded from events (`states`
/// and `folds`).
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct View {
    /// The name.
    pub name: Option<Ident>,
    /// `from … where … order by …`, if it parsed.
    pub query: Option<Query>,
    /// `name: expression [@key]`, with the expression.
    pub fields: Vec<ViewField>,
    /// `day: date @key`, `signups: int = 0`: fields with a type. The parser leaves here only those
    /// that cannot be a `fields` one.
    pub states: Vec<Field>,
    /// `on UserRegistered for event.at.date() { signups += 1 }`
    pub folds: Vec<Fold>,
    /// `readable by …` in the header, on a line, or behind a field.
    pub readable: Vec<Readable>,
}

/// A field of a view.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ViewField {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Ident,
    /// The value of the field.
    pub value: Option<Expr>,
    /// `@key` and others.
    pub attributes: Vec<Attribute>,
    /// The whole field.
    pub span: Span,
}

/// What an event does to the rows of a view.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Fold {
    /// The event behind `on`.
    pub event: Ident,
    /// The key of the row behind `for`: a value for each `@key` field, in their order.
    pub keys: Vec<Expr>,
    /// The statements.
    pub body: Block,
    /// The whole member.
    pub span: Span,
}
