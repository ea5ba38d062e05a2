//! The syntax tree of one `.rstone` file.
//!
//! The tree is never changed after parsing; what later stages learn stands in their own tables.
//! It accepts more than the language does (a field without a type, a missing name), so that a
//! half-written file still has a tree; the checker refuses what is incomplete.
//! Every node knows its place as byte offsets into the file.

mod expression;
mod query;
mod reactions;
mod rights;
mod scenario;
mod statement;
mod view;

use std::hash::{Hash, Hasher};

pub use expression::*;
pub use query::*;
pub use reactions::*;
pub use rights::*;
pub use scenario::*;
pub use statement::*;
pub use view::*;

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `offset` lies in the span or directly behind it.
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }
}

/// Where something stands is no part of what it says: trees that are moved hash alike, by which
/// an unchanged item is known again.
impl Hash for Span {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A name as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The text of the name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// The text behind `///`, line by line, without the marker and one leading space.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Docs(pub Vec<String>);

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct File {
    /// The text behind `//!`.
    pub docs: Docs,
    /// The items in the order of the text.
    pub items: Vec<Item>,
}

/// One item of a file.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Item {
    /// Documentation from `///`.
    pub docs: Docs,
    /// Attributes such as `@was("Old")` on the lines before or on the header.
    pub attributes: Vec<Attribute>,
    /// What it is.
    pub kind: ItemKind,
    /// From the keyword to the last byte.
    pub span: Span,
    /// Whether the item or a member of it did not parse: follow-on errors about it are withheld.
    pub damaged: bool,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq, Hash)]
#[expect(clippy::large_enum_variant, reason = "a file has few items, and a box would be in everybody's way")]
pub enum ItemKind {
    /// `app name { key = value }`
    App(App),
    /// `import "file.rstone"`
    Import(Import),
    /// `type Email = string @email`
    Newtype(Newtype),
    /// `enum Status { … }`
    Enum(Enum),
    /// `struct Address { … }`, `struct NewUser of User { … }`
    Struct(Struct),
    /// `model Article { … }`
    Model(Model),
    /// `event X creates Y { … }`
    Event(Event),
    /// `view Feed { … }`
    View(View),
    /// `fn name(p: T) -> T = e`
    Function(Function),
    /// `extern fn name(p: T) -> T`
    ExternFunction(Function),
    /// `endpoint name(…) -> T at GET /x for anyone { … }` and `extern endpoint …`
    Endpoint(Endpoint),
    /// `resource Product at /products { … }`
    Resource(Resource),
    /// `auth User { … }`
    Auth(Auth),
    /// `hook notify on ArticlePublished`
    Hook(Hook),
    /// `every 10min job prune { … }`
    Job(Job),
    /// `test "…" { given … when … then … }`
    Scenario(Scenario),
    /// A keyword of the language whose building comes later (`migrate retired`): the checker says so.
    Later {
        /// The keyword.
        keyword: Ident,
    },
    /// Something that is no item; the parser has reported it.
    Bad {
        /// A name that others may refer to, so that they are not reported as well.
        name: Option<Ident>,
    },
}

impl Item {
    /// The name that the item declares, if it has one.
    pub fn name(&self) -> Option<&Ident> {
        match &self.kind {
            ItemKind::App(app) => app.name.as_ref(),
            ItemKind::Import(_)
            | ItemKind::Resource(_)
            | ItemKind::Auth(_)
            | ItemKind::Scenario(_)
            | ItemKind::Later { .. } => None,
            ItemKind::Newtype(item) => item.name.as_ref(),
            ItemKind::Enum(item) => item.name.as_ref(),
            ItemKind::Struct(item) => item.name.as_ref(),
            ItemKind::Model(item) => item.name.as_ref(),
            ItemKind::Event(item) => item.name.as_ref(),
            ItemKind::View(item) => item.name.as_ref(),
            ItemKind::Function(item) | ItemKind::ExternFunction(item) => item.name.as_ref(),
            ItemKind::Endpoint(item) => item.name.as_ref(),
            ItemKind::Hook(item) => item.name.as_ref(),
            ItemKind::Job(item) => item.name.as_ref(),
            ItemKind::Bad { name } => name.as_ref(),
        }
    }
}

/// `app todo { title = "To do" }`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct App {
    /// The name of the application.
    pub name: Option<Ident>,
    /// `key = value` lines.
    pub settings: Vec<Setting>,
}

/// One line of an `app` block.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Setting {
    /// The key.
    pub name: Ident,
    /// The value: a literal, a list of them, or a bare word (a [`ExprKind::Name`]).
    pub value: Option<Expr>,
    /// The whole line.
    pub span: Span,
}

/// `import "users.rstone"`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Import {
    /// The path as written, without the quotes.
    pub path: Option<Ident>,
}

/// `type Email = string @email @lower`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Newtype {
    /// The name.
    pub name: Option<Ident>,
    /// The type that it narrows.
    pub ty: Option<TypeRef>,
    /// Its rules.
    pub attributes: Vec<Attribute>,
}

/// `enum Payment { Cash, Card { last4: string } }`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Enum {
    /// The name.
    pub name: Option<Ident>,
    /// The variants in the order of the text.
    pub variants: Vec<Variant>,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Variant {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Ident,
    /// Its fields; `None` for a plain variant.
    pub fields: Option<Vec<Field>>,
    /// `@as("…")`, `@was("…")`, `@deprecated("…")`.
    pub attributes: Vec<Attribute>,
    /// The whole variant.
    pub span: Span,
}

/// `struct NewUser of User { email, username, invite: string? }`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Struct {
    /// The name.
    pub name: Option<Ident>,
    /// The model behind `of`.
    pub of: Option<Ident>,
    /// Its fields; one without a type takes that of the model.
    pub fields: Vec<Field>,
}

/// A field of a struct, model, event or variant, a parameter, or a field of an inline record type.
///
/// `name`, `name?`, `name: T`, `name?: T`, `name: T = default`, `name = computed`, with attributes.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Field {
    /// Documentation.
    pub docs: Docs,
    /// The name.
    pub name: Ident,
    /// `name?`: may be absent, which means untouched.
    pub patch: bool,
    /// The type, if it was written.
    pub ty: Option<TypeRef>,
    /// Behind `=`: a default (with a type) or a computed value (in an event, without one).
    pub value: Option<Expr>,
    /// `by slug` or `by (tenant, code)` of a model-typed parameter; `by field` of a back-reference.
    pub by: Option<Vec<Ident>>,
    /// Rules and other attributes.
    pub attributes: Vec<Attribute>,
    /// The whole field.
    pub span: Span,
}

/// `@name` or `@name(arguments)`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Attribute {
    /// The name without the `@`.
    pub name: Ident,
    /// The arguments: expressions; a range `1..200` is an [`ExprKind::Range`].
    pub arguments: Vec<Expr>,
    /// From the `@` to the closing parenthesis.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct TypeRef {
    /// What it is.
    pub kind: TypeRefKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of written types.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum TypeRefKind {
    /// A name: a scalar, or an item.
    Name(Ident),
    /// `T?`
    Optional(Box<TypeRef>),
    /// `[T]`
    List(Box<TypeRef>),
    /// `set<T>`, `map<K, V>`, `page<T>`
    Generic {
        /// `set`, `map`, `page`.
        name: Ident,
        /// The arguments.
        arguments: Vec<TypeRef>,
    },
    /// `{ name: T, … }`
    Record(Vec<Field>),
}

/// A model.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Model {
    /// The name.
    pub name: Option<Ident>,
    /// The members in the order of the text.
    pub members: Vec<ModelMember>,
}

/// A member of a model.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum ModelMember {
    /// A field, or a back-reference (`comments: [Comment] by article`, with [`Field::by`]).
    Field(Field),
    /// `key (channel, user)`
    Key {
        /// The fields.
        fields: Vec<Ident>,
        /// The whole member.
        span: Span,
    },
    /// `index (author, created_at)`
    Index {
        /// The fields, in order.
        fields: Vec<IndexField>,
        /// The whole member.
        span: Span,
    },
    /// `unique (author, title)`
    Unique {
        /// The fields, in order.
        fields: Vec<Ident>,
        /// The whole member.
        span: Span,
    },
    /// `check condition else "message"`
    Check {
        /// What has to hold.
        condition: Option<Expr>,
        /// The message.
        message: Option<Expr>,
        /// The whole member.
        span: Span,
    },
    /// `readable by user where …`, as a line or behind a field.
    Readable(Readable),
    /// Did not parse; the parser has reported it.
    Bad {
        /// The first word, which may have been meant as a field's name.
        name: Option<Ident>,
    },
}

/// A field in an `index ( … )`, with its direction.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct IndexField {
    /// The field.
    pub name: Ident,
    /// `desc` behind it.
    pub descending: bool,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Event {
    /// The name.
    pub name: Option<Ident>,
    /// What it does to which model.
    pub effect: EventEffect,
    /// The members in the order of the text.
    pub members: Vec<EventMember>,
}

/// The four forms of events.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum EventEffect {
    /// `creates Model`
    Creates(Ident),
    /// `updates Model [as name]`
    Updates(Ident, Option<Ident>),
    /// `deletes Model [as name]`
    Deletes(Ident, Option<Ident>),
    /// No verb: its own fields and `apply`.
    General,
}

/// A member of an event.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum EventMember {
    /// A field of the model by name, a computed field (`= e` without a type), or its own field.
    Field(Field),
    /// `require c else conflict "…"`
    Require(Statement),
    /// `apply { … }`
    Apply {
        /// The statements.
        body: Block,
        /// The whole member.
        span: Span,
    },
    /// Did not parse; the parser has reported it.
    Bad {
        /// The first word.
        name: Option<Ident>,
    },
}

/// `fn name(a: T) -> T = e`, or with a block.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Function {
    /// The name.
    pub name: Option<Ident>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The type behind `->`.
    pub returns: Option<TypeRef>,
    /// The body; `None` for `extern fn` (or when it is missing).
    pub body: Option<Body>,
    /// From the keyword to the end of the header.
    pub header: Span,
}

/// A parameter of a function or endpoint.
#[derive(Clone, Debug, PartialEq, Hash)]
#[expect(clippy::large_enum_variant, reason = "nearly every parameter is the large one")]
pub enum Parameter {
    /// `name: T by slug @header("X") = default`
    Field(Field),
    /// `..Event` takes the event's fields.
    Spread {
        /// The event.
        name: Ident,
        /// From the dots to the name.
        span: Span,
    },
}

/// What a function or endpoint does.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Body {
    /// `= expression`
    Expr(Expr),
    /// `{ statements }`
    Block(Block),
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Endpoint {
    /// `extern endpoint`: written in Rust.
    pub is_extern: bool,
    /// The name.
    pub name: Option<Ident>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// `-> 201 T as "image/png"`
    pub result: Option<ResultType>,
    /// `GET`, `POST`, … behind `at`.
    pub method: Option<Ident>,
    /// The path behind the method.
    pub path: Option<Path>,
    /// Who may call.
    pub rights: Option<Rights>,
    /// `live`, `consistency local`, `rate …`, `max_body 10MiB`, `timeout 5s`.
    pub options: Vec<EndpointOption>,
    /// The body.
    pub body: Option<Body>,
    /// From the keyword to the end of the header.
    pub header: Span,
}

/// The type behind an endpoint's `->`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ResultType {
    /// The status code, if it was written.
    pub status: Option<(u16, Span)>,
    /// The type; none for a bare status.
    pub ty: Option<TypeRef>,
    /// The media type behind `as`.
    pub media_type: Option<Ident>,
    /// All of it.
    pub span: Span,
}

/// A route: `/articles/{article}/publish`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Path {
    /// The segments.
    pub segments: Vec<Segment>,
    /// All of it.
    pub span: Span,
}

/// A segment of a route.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Segment {
    /// Plain text.
    Literal(Ident),
    /// `{name}`; the span holds the braces' inside.
    Parameter(Ident),
}

/// An option in an endpoint's header.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct EndpointOption {
    /// `live`, `consistency`, `rate`, `max_body`, `timeout`.
    pub name: Ident,
    /// What stands behind it: literals and words.
    pub arguments: Vec<Expr>,
    /// All of it.
    pub span: Span,
}

/// `resource Product at /products { … }`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Resource {
    /// The model.
    pub model: Option<Ident>,
    /// The route.
    pub path: Option<Path>,
    /// The lines.
    pub lines: Vec<ResourceLine>,
}

/// `create, update { name, price } with { owner: caller } for user`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ResourceLine {
    /// `list`, `get`, `create`, `update`, `delete`.
    pub actions: Vec<Ident>,
    /// `{ name, price }`: what the client may give.
    pub fields: Option<Vec<Ident>>,
    /// `with { owner: caller }`: what the server fills in.
    pub with: Option<Expr>,
    /// Who may.
    pub rights: Option<Rights>,
    /// The whole line.
    pub span: Span,
}
