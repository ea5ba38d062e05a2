//! Expressions.

use super::{Condition, Ident, Pattern, Query, Span};

/// An expression.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `1_000`: the digits without `_`.
    Int(String),
    /// `12.5`: the digits without `_`.
    Float(String),
    /// `"hello {name}"`
    Text(Vec<TextPart>),
    /// `30d`, `250ms`: microseconds; `None` when the number is out of range.
    Duration(Option<i64>),
    /// `10MiB`: bytes; only in `max_body`.
    Size(Option<u64>),
    /// `none`
    None,
    /// A name: a local, a parameter, an item, a variant, `now`, `caller`, `base_url`.
    Name(Ident),
    /// `p?` in a query's `where`.
    Optional(Ident),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[k: v]`; `[:]` is the empty map.
    Map(Vec<(Expr, Expr)>),
    /// `Address { street, city: "Lyon" }`, `{ ..row, city: "Paris" }`
    Struct {
        /// The type's name, if it was written; `Payment.Card { … }` has [`ExprKind::Field`]'s parts in `of`.
        name: Option<Ident>,
        /// The enum before the variant's name.
        of: Option<Ident>,
        /// The fields.
        fields: Vec<StructField>,
    },
    /// `emit Event { … }`: its value is the new reference for a `creates`.
    Emit {
        /// The event.
        event: Ident,
        /// The fields.
        fields: Vec<StructField>,
    },
    /// `a.b`, `a?.b`
    Field {
        /// Before the dot.
        base: Box<Expr>,
        /// Behind it.
        name: Ident,
        /// `?.`
        optional: bool,
    },
    /// `f(a)`, `count(q)`
    Call {
        /// The function.
        name: Ident,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `a.f(b)`, `a?.f(b)`
    Method {
        /// Before the dot.
        base: Box<Expr>,
        /// The method.
        name: Ident,
        /// The arguments.
        arguments: Vec<Expr>,
        /// `?.`
        optional: bool,
    },
    /// `list[i]`, `map[k]`, `Article[id]`, `Member[channel: c, user: u]`
    Index {
        /// Before the bracket.
        base: Box<Expr>,
        /// The arguments, with names if they were written.
        arguments: Vec<(Option<Ident>, Expr)>,
    },
    /// `x => e`
    Lambda {
        /// The parameter.
        parameter: Ident,
        /// The value.
        body: Box<Expr>,
    },
    /// `not e`, `-e`
    Unary {
        /// Which.
        operator: UnaryOperator,
        /// Its operand.
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// Which.
        operator: BinaryOperator,
        /// Where the operator stands.
        operator_span: Span,
        /// Before it.
        left: Box<Expr>,
        /// Behind it.
        right: Box<Expr>,
    },
    /// `x is none`, `x is some`
    Is {
        /// The option.
        value: Box<Expr>,
        /// `is some`.
        some: bool,
    },
    /// `if c { a } else { b }`
    If {
        /// The condition.
        condition: Box<Condition>,
        /// When it holds.
        then: Box<Expr>,
        /// When not.
        otherwise: Option<Box<Expr>>,
    },
    /// `match e { A => x }` whose arms are expressions.
    Match {
        /// What is looked at.
        value: Box<Expr>,
        /// The arms.
        arms: Vec<ExprArm>,
    },
    /// `from a in Article where …`
    Query(Box<Query>),
    /// `1..200`, in attributes only.
    Range {
        /// The lower bound.
        low: Option<Box<Expr>>,
        /// The upper bound, included.
        high: Option<Box<Expr>>,
    },
    /// `(e)`
    Paren(Box<Expr>),
    /// Did not parse; the parser has reported it.
    Bad,
}

/// A part of a string with interpolations.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum TextPart {
    /// Text, with escapes resolved.
    Text(String),
    /// `{expression}`
    Expr(Expr),
}

/// A field of a struct literal or `emit`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum StructField {
    /// `street` (meaning `street: street`) or `city: "Lyon"`.
    Named {
        /// The field.
        name: Ident,
        /// Its value; `None` for the short form.
        value: Option<Expr>,
    },
    /// `..row`; `..` alone (in `emit E { .. }`) takes the parameters of equal names.
    Spread {
        /// The row.
        value: Option<Expr>,
        /// All of it.
        span: Span,
    },
}

/// An arm of a `match` expression.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ExprArm {
    /// What it takes.
    pub pattern: Pattern,
    /// Its value.
    pub value: Expr,
    /// All of it.
    pub span: Span,
}

/// `not`, `-`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// The binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `??`
    Otherwise,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}
