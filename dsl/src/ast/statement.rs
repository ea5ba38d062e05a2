//! Statements and patterns.

use super::{Expr, Ident, Span, TypeRef};

/// Statements between braces.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
    /// From brace to brace.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// All of it.
    pub span: Span,
}

/// `else conflict "already published"`, and what stands behind `fail`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Failure {
    /// `invalid`, `unauthorized`, `forbidden`, `missing`, `conflict`, `gone`, `too_many`.
    pub kind: Ident,
    /// The field in `invalid(email)`, name by name: `invalid(address.zip)`. Empty without one.
    pub field: Vec<Ident>,
    /// The message.
    pub message: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum StatementKind {
    /// `let x = e`, `let x = e else missing "…"`
    Let {
        /// The new name.
        name: Ident,
        /// Its type, if written.
        ty: Option<TypeRef>,
        /// Its value.
        value: Expr,
        /// What happens when the value is none.
        otherwise: Option<Failure>,
    },
    /// `require c else conflict "…"`
    Require {
        /// What has to hold.
        condition: Expr,
        /// The refusal.
        otherwise: Option<Failure>,
    },
    /// `fail conflict "…"`
    Fail(Failure),
    /// `emit Event { … }` or any other expression that stands alone.
    Expr(Expr),
    /// `if c { … } else { … }`; `else if` is an `If` in the `otherwise` block.
    If {
        /// The condition, or `let x = e`.
        condition: Condition,
        /// When it holds.
        then: Block,
        /// When not.
        otherwise: Option<Block>,
    },
    /// `for x in c { … }`
    For {
        /// The name of each element.
        name: Ident,
        /// What is walked.
        collection: Expr,
        /// The body.
        body: Block,
    },
    /// `match e { … }` whose arms are statements.
    Match {
        /// What is looked at.
        value: Expr,
        /// The arms.
        arms: Vec<StatementArm>,
    },
    /// `return e`, `return 202 e`, `return`
    Return {
        /// The status code.
        status: Option<(u16, Span)>,
        /// The value.
        value: Option<Expr>,
    },
    /// `x.field = e`, `+=`, `-=`
    Assign {
        /// What is changed.
        target: Expr,
        /// How.
        operator: AssignOperator,
        /// By what.
        value: Expr,
    },
    /// `insert Model { … }`
    Insert(Expr),
    /// `delete x`
    Delete(Expr),
    /// Did not parse; the parser has reported it.
    Bad,
}

/// `=`, `+=`, `-=`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssignOperator {
    /// `=`
    Set,
    /// `+=`
    Add,
    /// `-=`
    Subtract,
}

/// What stands behind `if`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Condition {
    /// A condition.
    Expr(Expr),
    /// `let x = e`: holds when `e` is some.
    Let {
        /// The new name.
        name: Ident,
        /// The option.
        value: Expr,
    },
}

/// An arm of a `match` statement.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct StatementArm {
    /// What it takes.
    pub pattern: Pattern,
    /// What it does: one statement or a block.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// A pattern of a `match`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of patterns.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum PatternKind {
    /// `_`
    Any,
    /// `none`
    None,
    /// `some x`
    Some(Ident),
    /// `Card`, `Status.Draft`, `Card { last4 }`, `Card { last4: digits }`
    Variant {
        /// The enum, if it was written.
        of: Option<Ident>,
        /// The variant.
        name: Ident,
        /// The bound fields: (field, local name).
        bindings: Vec<(Ident, Ident)>,
    },
    /// A literal: `1`, `"a"`, `true`.
    Literal(Box<Expr>),
    /// Several of them: `A | B`.
    OneOf(Vec<Pattern>),
}
