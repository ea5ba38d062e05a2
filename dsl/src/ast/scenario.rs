//! `test` items.

use super::{Expr, Failure, Ident, Span, StructField};

/// `test "an author cannot publish twice" { … }`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Scenario {
    /// The title, without the quotes.
    pub title: Option<Ident>,
    /// The steps in the order of the text.
    pub steps: Vec<Step>,
}

/// A line of a scenario.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum StepKind {
    /// `given UserRegistered { email: "…" } as ann`
    Given {
        /// The event with its fields.
        event: EventLiteral,
        /// The name behind `as`, for the row that the event creates.
        name: Option<Ident>,
    },
    /// `when publish(draft) by ann`
    Call {
        /// The endpoint.
        endpoint: Ident,
        /// The arguments: by position, or by the name of a parameter.
        arguments: Vec<(Option<Ident>, Expr)>,
        /// Who calls.
        by: Option<Ident>,
    },
    /// `when 16min pass`, with the duration.
    Pass(Expr),
    /// `then emitted ArticlePublished { article: draft }`
    Emitted(EventLiteral),
    /// `then fails conflict "already published"`
    Fails(Failure),
    /// `then draft.status == Published`
    Holds(Expr),
    /// Did not parse; the parser has reported it.
    Bad,
}

/// An event with values of its fields.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct EventLiteral {
    /// The event.
    pub event: Ident,
    /// The fields; none without braces.
    pub fields: Option<Vec<StructField>>,
    /// Both.
    pub span: Span,
}
