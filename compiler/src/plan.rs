//! The typed bodies of a schema: what the code generator turns into Rust.
//!
//! Everything is spelled out here: spreads are resolved into fields, defaults and new keys stand in
//! their places, coercions are nodes, queries carry their access paths. The generator decides nothing.

pub mod print;

use crate::declarations::{EnumId, EventId, FileSpan, FunctionId, ModelId, Source, StructId, Type};

/// A local of a body: position in [`Frame::locals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// A name bound in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The name as written (or a made one).
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it holds a fetched row (the row of a query, or of `check` and views) rather than a
    /// key: its fields are read without a look-up.
    pub is_row: bool,
}

/// The locals of a body, parameters first in the order of the declaration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// All locals.
    pub locals: Vec<Local>,
}

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
    /// (they stand in [`EventBody::values`]).
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
    /// `c.take(n)` of a list, or the first characters of a text.
    Take,
    /// `c.skip(n)` of a list.
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
}

/// Standard methods that take a lambda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LambdaMethod {
    /// `map`: a list.
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
    Assign(ModelId, Expr, usize, Expr),
    /// `x.set += e`, `x.map -= k`: changes of one element (or of all of a collection) in place.
    Change {
        /// The model.
        model: ModelId,
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

/// The bodies of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelBody {
    /// The default of each field (of `creates` events and `insert`): the written one, else none for
    /// options, empty for collections, a new key for a generated key. Where they are used they stand
    /// spelled out; they bind no locals.
    pub defaults: Vec<Option<Expr>>,
    /// `check` lines: frame with the row as local 0, condition, message.
    pub checks: Vec<(Frame, Expr, Option<String>)>,
    /// Whether a query wants the rows in the order of their keys.
    pub wants_key_order: bool,
}

/// The bodies of an event. The fields of the event are [`ExprKind::EventField`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventBody {
    /// The locals of all bodies of the event.
    pub frame: Frame,
    /// The value of each field that is computed, filled or has a written default, in the order to
    /// evaluate: the position of the field, and the value. An `emit` that gives a value to a
    /// defaulted field wins; of what it leaves out, only these fields stand as `None` in
    /// [`ExprKind::Emit`] (an optional one without a default stands there as `none`).
    pub values: Vec<(usize, Expr)>,
    /// `require` lines.
    pub requires: Vec<(Expr, Failure)>,
    /// The statements of `apply`, run after the event's own effect.
    pub apply: Vec<Statement>,
}

/// The bodies of a view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewBody {
    /// The locals; the row is local 0.
    pub frame: Frame,
    /// Which rows.
    pub filter: Option<Expr>,
    /// The value of each field. An order by something that is no field of the view adds a private
    /// field behind the written ones.
    pub values: Vec<Expr>,
    /// The type of each field.
    pub types: Vec<Type>,
    /// The view's own order, as (field, descending); kept as an index of the view, behind its declared ones.
    pub order: Vec<(usize, bool)>,
    /// Whether a query wants the rows in the order of their keys.
    pub wants_key_order: bool,
}

/// The body of a function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionBody {
    /// The locals, parameters first.
    pub frame: Frame,
    /// The value (`None` for `extern fn`, and for a body that is wrong).
    pub value: Option<Expr>,
    /// Whether it (or what it calls) reads rows.
    pub reads: bool,
    /// Whether it (or what it calls) uses an `extern fn`.
    pub uses_extern: bool,
    /// Whether it (or what it calls) uses `now`.
    pub uses_clock: bool,
    /// Whether it (or what it calls) uses `uuid()`.
    pub uses_random: bool,
    /// Whether it (or what it calls) uses `base_url`.
    pub uses_base_url: bool,
}

/// The body of an endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndpointBody {
    /// The locals, parameters first.
    pub frame: Frame,
    /// The default of each parameter.
    pub defaults: Vec<Option<Expr>>,
    /// The statements; a `= e` body is one `Return`.
    pub statements: Vec<Statement>,
    /// Whether it emits: then it runs on the writer.
    pub is_command: bool,
    /// Whether it (or what it calls) uses an `extern fn`.
    pub uses_extern: bool,
}

/// All bodies, parallel to the vectors of [`crate::declarations::Declarations`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bodies {
    /// Of models.
    pub models: Vec<ModelBody>,
    /// Of events.
    pub events: Vec<EventBody>,
    /// Of views.
    pub views: Vec<ViewBody>,
    /// Of functions.
    pub functions: Vec<FunctionBody>,
    /// Of endpoints.
    pub endpoints: Vec<EndpointBody>,
    /// Defaults of struct fields (of a `struct` used as a parameter): (struct, field, value).
    pub struct_defaults: Vec<(StructId, usize, Expr)>,
}
