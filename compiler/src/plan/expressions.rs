//! Typed expressions.

use super::{LocalId, Query};
use crate::declarations::{EnumId, EventId, FileSpan, FunctionId, ModelId, Source, StructId, Type};

/// A typed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands.
    pub span: FileSpan,
}

/// The kinds of typed expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A `bool`.
    Bool(bool),
    /// An `int`.
    Int(i64),
    /// A `float`.
    Float(f64),
    /// A `decimal`, as its digits.
    Decimal(String),
    /// A `string`.
    Text(String),
    /// A `string` made of parts (each a `string`, `int`, `decimal`, … shown as in JSON, without quotes).
    Interpolate(Vec<Expr>),
    /// A `duration` in microseconds.
    Duration(i64),
    /// `none`
    None,
    /// A `T` where `T?` is wanted.
    Some(Box<Expr>),
    /// A `T` where `name?: T` is wanted; `None` for an absent one.
    Patch(Option<Box<Expr>>),
    /// A local.
    Local(LocalId),
    /// `p?` in a condition: the value of the optional local, which is some here.
    Present(LocalId),
    /// The time of the transaction: `now`, and `event.at`.
    Now,
    /// `event.seq`: the number of the transaction.
    EventSeq,
    /// `event.by`: the caller's key as text, if any.
    EventBy,
    /// `base_url` of the request, without a slash at the end.
    BaseUrl,
    /// A field of the event at hand (in `require`, `apply` and computed fields): position in its fields.
    EventField(usize),
    /// A field of a struct.
    StructField(Box<Expr>, usize),
    /// A field of a row, through its reference; a deleted row refuses with `missing`.
    RowField(Box<Expr>, usize),
    /// `a?.b…`: `body` with `local` bound to the value of `option`; `flatten` when `body` is optional itself.
    OptionalChain {
        /// The option.
        option: Box<Expr>,
        /// Its value inside `body`.
        local: LocalId,
        /// The rest of the chain.
        body: Box<Expr>,
        /// Whether `body` is an option itself.
        flatten: bool,
    },
    /// `a ?? b`; `b` may be optional itself (then so is the whole).
    Otherwise(Box<Expr>, Box<Expr>),
    /// `x is some`, `x is none`, and comparison with `none`.
    Is {
        /// The option.
        value: Box<Expr>,
        /// `is some`
        some: bool,
    },
    /// `not e`
    Not(Box<Expr>),
    /// `-e`, checked.
    Negate(Box<Expr>),
    /// `and`, `or`: short-circuit.
    Logic {
        /// `and`, else `or`.
        and: bool,
        /// First.
        left: Box<Expr>,
        /// Second.
        right: Box<Expr>,
    },
    /// `== != < <= > >=`; both sides have one type.
    Compare {
        /// Which.
        operator: Comparison,
        /// First.
        left: Box<Expr>,
        /// Second.
        right: Box<Expr>,
    },
    /// `+ - * / %`, checked. Types: numbers of one type; text + text; timestamp ± duration,
    /// timestamp − timestamp, date ± duration, date − date (a duration), duration ± duration,
    /// duration × int; list + list; set ± set.
    Arithmetic {
        /// Which.
        operator: Arithmetic,
        /// First.
        left: Box<Expr>,
        /// Second.
        right: Box<Expr>,
    },
    /// `x in c`: of a list, set, or the keys of a map; an optional `x` that is none is in nothing.
    In {
        /// The element.
        item: Box<Expr>,
        /// The collection.
        collection: Box<Expr>,
    },
    /// `if c { a } else { b }`
    If {
        /// The condition.
        condition: Box<Expr>,
        /// When it holds.
        then: Box<Expr>,
        /// When not.
        otherwise: Box<Expr>,
    },
    /// `if let x = e { a } else { b }`
    IfLet {
        /// The name of the value.
        local: LocalId,
        /// The option.
        value: Box<Expr>,
        /// When it is some.
        then: Box<Expr>,
        /// When not.
        otherwise: Box<Expr>,
    },
    /// `match e { … }`
    Match {
        /// What is looked at.
        value: Box<Expr>,
        /// The arms, exhaustive.
        arms: Vec<(Pattern, Expr)>,
    },
    /// A struct with all its fields in declared order.
    Struct(StructId, Vec<Expr>),
    /// A variant with all its fields in declared order.
    Variant(EnumId, usize, Vec<Expr>),
    /// `[a, b]` as a list or a set, by the type.
    Collection(Vec<Expr>),
    /// `[k: v]`
    Map(Vec<(Expr, Expr)>),
    /// `list[i]`, `map[k]`, `json["a"]`: an option.
    At(Box<Expr>, Box<Expr>),
    /// A call of a `fn` or `extern fn`.
    Call(FunctionId, Vec<Expr>),
    /// A standard function or method, its receiver first.
    Builtin(Builtin, Vec<Expr>),
    /// A standard method with a lambda.
    WithLambda {
        /// Which.
        method: LambdaMethod,
        /// The collection (list, set; of a map its values).
        collection: Box<Expr>,
        /// The lambda's parameter.
        local: LocalId,
        /// The lambda's value.
        body: Box<Expr>,
    },
    /// `Article[id]`, `Article[slug: s]`: an optional reference.
    LookUp {
        /// The table.
        source: Source,
        /// By the key, or by the unique index of this position.
        unique_index: Option<usize>,
        /// The components of the key, in order.
        key: Vec<Expr>,
    },
    /// A query.
    Query(Box<Query>),
    /// `emit`: the values of the stored fields in declared order; those of
    /// [`crate::declarations::EventFieldOrigin::Computed`] and `Filled` fields are absent here
    /// (they stand in [`super::EventBody::values`]).
    Emit(EventId, Vec<Option<Expr>>),
    /// A new key of the model (a uuid, or the next number).
    NewKey(ModelId),
    /// The row behind a reference, to be given out whole.
    LoadRow(Box<Expr>),
    /// `name?: T` read as `T?` (an absent one is none; `name?: T?` flattens).
    PatchToOptional(Box<Expr>),
    /// A value bound to a local for `body`: a spread whose value is no plain name.
    Let {
        /// The local.
        local: LocalId,
        /// Its value.
        value: Box<Expr>,
        /// Where it is used.
        body: Box<Expr>,
    },
}

/// `== != < <= > >=`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
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
}

/// `+ - * / %`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
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

/// Standard functions and methods without a lambda; the receiver is the first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `x.len()` of text (characters), bytes and collections.
    Len,
    /// `c.sum()` of numbers.
    Sum,
    /// `c.min()`: an option.
    Min,
    /// `c.max()`: an option.
    Max,
    /// `c.first()`: an option.
    First,
    /// `c.last()`: an option.
    Last,
    /// `c.take(n)` of a collection, or the first characters of a text.
    Take,
    /// `c.skip(n)` of a collection.
    Skip,
    /// `x.contains(y)` of a collection, or of a text in a text.
    Contains,
    /// `m.keys()`: a set.
    Keys,
    /// `m.values()`: a list.
    Values,
    /// `s.lower()`
    Lower,
    /// `s.upper()`
    Upper,
    /// `s.trim()`
    Trim,
    /// `s.starts_with(t)`
    StartsWith,
    /// `s.ends_with(t)`
    EndsWith,
    /// `s.split(t)`: a list.
    Split,
    /// `s.replace(a, b)`
    Replace,
    /// `s.slug()`
    Slug,
    /// `t.date()`
    Date,
    /// `t.year()` of a timestamp or date.
    Year,
    /// `t.month()`
    Month,
    /// `t.start_of_month()` of a timestamp or date: the same type.
    StartOfMonth,
    /// `decimal(x)` of an int, or of a text (an option).
    ToDecimal,
    /// `float(x)` of an int or decimal.
    ToFloat,
    /// `int(x)` of a text: an option.
    ToInt,
    /// `x.round(n)` of a decimal or float; `n` digits.
    Round,
    /// `x.abs()`
    Abs,
    /// `uuid()`
    NewUuid,
    /// `session.token`, as it was presented: text, or an option of it.
    SessionToken,
    /// `sign_in(row)`: the token of a new session.
    SignIn,
    /// `sign_out()`
    SignOut,
    /// `verify(hash, candidate)`; the hash is an option.
    Verify,
    /// `j.as_string()`
    JsonText,
    /// `j.as_int()`
    JsonInt,
    /// `j.as_float()`
    JsonFloat,
    /// `j.as_bool()`
    JsonBool,
    /// `j.as_list()`
    JsonList,
    /// `j.as_map()`
    JsonMap,
}

/// Standard methods that take a lambda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LambdaMethod {
    /// `map`: a list, or a set where one is wanted.
    Map,
    /// `filter`: the collection's own type.
    Filter,
    /// `any`
    Any,
    /// `all`
    All,
    /// `sort_by`: a list, stable.
    SortBy,
    /// `sum(x => …)`
    Sum,
    /// `min(x => …)`: an option of the lambda's type.
    Min,
    /// `max(x => …)`: an option of the lambda's type.
    Max,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `_`
    Any,
    /// `none`
    None,
    /// `some x`
    Some(LocalId),
    /// A variant with (field, local) bindings.
    Variant(EnumId, usize, Vec<(usize, LocalId)>),
    /// A literal.
    Literal(Expr),
    /// `A | B`
    OneOf(Vec<Pattern>),
}
