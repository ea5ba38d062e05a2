//! What the items of a schema declare, resolved: the result of the first half of checking.
//!
//! Bodies (defaults, computed fields, conditions, statements, queries) are typed later and stand
//! in [`crate::plan::Bodies`], whose vectors run parallel to those here. Ids are positions.

mod endpoints;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use raftstone_dsl::ast;
use raftstone_dsl::ast::Span;

use crate::names::Named;

pub use endpoints::{Endpoint, LookUp, Method, Parameter, ParameterSource, ResultShape, Segment};

/// A place in one of the schema's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileSpan {
    /// Position in [`Program::files`].
    pub file: u32,
    /// The bytes of that file.
    pub span: Span,
}

/// A parsed file of the schema.
#[derive(Clone, Debug, Default)]
pub struct SourceFile {
    /// The path as the user knows it (relative to the package).
    pub path: String,
    /// The text.
    pub text: String,
    /// Its tree.
    pub tree: ast::File,
}

/// All files of a schema: the root first, then what it imports in the order of first mention.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The files.
    pub files: Vec<SourceFile>,
    /// Items that stand for others, made from `resource` items: (file, item).
    /// Their spans point at the resource's lines.
    pub derived: Vec<(u32, ast::Item)>,
}

/// Names an item of the program: of a file's tree, or one of [`Program::derived`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ItemRef {
    /// The file in which it stands.
    pub file: u32,
    /// Position among the file's items, or in [`Program::derived`].
    pub index: u32,
    /// Whether it is a derived one.
    pub derived: bool,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The position as an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        })*
    };
}

ids! {
    /// Position in [`Declarations::newtypes`].
    NewtypeId,
    /// Position in [`Declarations::enums`].
    EnumId,
    /// Position in [`Declarations::structs`].
    StructId,
    /// Position in [`Declarations::models`].
    ModelId,
    /// Position in [`Declarations::events`].
    EventId,
    /// Position in [`Declarations::views`].
    ViewId,
    /// Position in [`Declarations::functions`].
    FunctionId,
    /// Position in [`Declarations::endpoints`].
    EndpointId,
}

/// A table that can be read: a model's or a view's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A model's rows.
    Model(ModelId),
    /// A view's rows.
    View(ViewId),
}

/// A type of the language, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `decimal`
    Decimal,
    /// `string`
    Text,
    /// `bytes`
    Bytes,
    /// `timestamp`
    Timestamp,
    /// `date`
    Date,
    /// `duration`
    Duration,
    /// `uuid`
    Uuid,
    /// `json`
    Json,
    /// `T?`
    Optional(Box<Type>),
    /// `name?: T`: absent, or a `T`. Only of fields and parameters; reading one gives `T?`.
    Patch(Box<Type>),
    /// `[T]`
    List(Box<Type>),
    /// `set<T>`
    Set(Box<Type>),
    /// `map<K, V>`
    Map(Box<Type>, Box<Type>),
    /// `page<T>`: items, total, next.
    Page(Box<Type>),
    /// A newtype: the same values as its base; kept for its rules and for words.
    Newtype(NewtypeId),
    /// An enum.
    Enum(EnumId),
    /// A struct, named or made from a `{ name: T }` type.
    Struct(StructId),
    /// A reference to a row: its value is the key.
    Reference(Source),
    /// A row given to the outside whole (public fields): in results of endpoints only.
    Row(Source),
    /// No value.
    Unit,
    /// The type of what never returns, such as `fail`.
    Never,
    /// The type of what is wrong and has been reported: fits everywhere.
    Error,
}

/// A rule that a value has to keep, or a change it undergoes on its way in.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which.
    pub kind: RuleKind,
    /// The user's words in place of ours.
    pub message: Option<String>,
    /// The attribute.
    pub span: FileSpan,
}

/// The rules of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleKind {
    /// `@trim`
    Trim,
    /// `@lower`
    Lower,
    /// `@min(n)`: of a number, as written (`-1.5`), or of a duration in microseconds.
    Min(String),
    /// `@max(n)`
    Max(String),
    /// `@len(a..b)`: characters of a text, elements of a collection, bytes of `bytes`.
    Length {
        /// At least.
        low: u64,
        /// At most.
        high: Option<u64>,
    },
    /// `@pattern("…")`: the whole text matches.
    Pattern(String),
    /// `@email`
    Email,
    /// `@url`
    Url,
}

/// An expression of the text, kept for the stage that types bodies.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The file in which it stands.
    pub file: u32,
    /// The expression.
    pub expr: Arc<ast::Expr>,
}

/// A field of a struct, variant, model, event or view.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The name in JSON (`@as`, or the app's spelling).
    pub wire_name: String,
    /// Its type; [`Type::Patch`] for `name?`.
    pub ty: Type,
    /// Its rules, those of its newtype first.
    pub rules: Vec<Rule>,
    /// The default or computed value as written (typed in [`crate::plan::Bodies`]). A field that an
    /// event takes from its model has the model's default, unless the event says otherwise.
    pub value: Option<Written>,
    /// `@private`.
    pub is_private: bool,
    /// The words of `@deprecated`.
    pub deprecated: Option<String>,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// The field's name in its file.
    pub span: FileSpan,
}

/// `type Email = string @email`
#[derive(Clone, Debug, PartialEq)]
pub struct Newtype {
    /// The name.
    pub name: String,
    /// What it narrows.
    pub base: Type,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// An enum.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// The name.
    pub name: String,
    /// The stable id of the lock file.
    pub stable_id: u32,
    /// The variants in the order of the text, which is also the order of `<`.
    pub variants: Vec<Variant>,
    /// Whether no variant carries data.
    pub is_plain: bool,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// A variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The name.
    pub name: String,
    /// The name in JSON.
    pub wire_name: String,
    /// The stable number of the lock file, used on disk.
    pub discriminant: u32,
    /// Its fields, in the order of the text.
    pub fields: Vec<Field>,
    /// The order of the fields on disk: positions in `fields`.
    pub wire_order: Vec<usize>,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// A struct.
#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    /// The name; for an inline record type one made from where it stands (`AddTodoResult`).
    pub name: String,
    /// Whether it was made from a `{ name: T }` type.
    pub is_inline: bool,
    /// The model behind `of`.
    pub of: Option<ModelId>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The order of the fields on disk: positions in `fields`.
    pub wire_order: Vec<usize>,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// What becomes of a row when the row that it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The deletion is refused.
    Restrict,
    /// The row is deleted too.
    Cascade,
    /// The reference is cleared (or taken out of the set).
    Clear,
}

/// A model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The name.
    pub name: String,
    /// The stable id of the lock file.
    pub stable_id: u32,
    /// The fields that rows hold, in the order of the text.
    pub fields: Vec<Field>,
    /// The order of the fields in snapshots: positions in `fields`.
    pub wire_order: Vec<usize>,
    /// The key: one position in `fields`, or several.
    pub key: Vec<usize>,
    /// Whether the key is numbered by the engine (`int @key @auto`).
    pub is_auto: bool,
    /// Whether a key left out is generated (`uuid @key`, or `@auto`).
    pub generates_key: bool,
    /// The reference fields: (field, target, what happens when the target goes).
    /// The field's type is `Reference`, `Optional(Reference)`, `Set(Reference)` or `List(Reference)`.
    pub references: Vec<(usize, ModelId, OnDelete)>,
    /// The indexes: unique ones, those of `@index`, of references, and composite ones, without doubles.
    pub indexes: Vec<Index>,
    /// Back-references.
    pub back_references: Vec<BackReference>,
    /// How many `check` lines there are (typed in [`crate::plan::Bodies`]).
    pub checks: usize,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// An index of a model or view.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// A name: the fields joined by `_`.
    pub name: String,
    /// Whether two rows may not share its key (a row with a `none` in it takes no part).
    pub is_unique: bool,
    /// Its components in order.
    pub components: Vec<IndexComponent>,
    /// Where it was declared.
    pub span: FileSpan,
}

/// A component of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexComponent {
    /// Position in the table's fields.
    pub field: usize,
    /// Whether each element of a set or list is a key of its own.
    pub elements: bool,
    /// Whether it runs downwards.
    pub descending: bool,
}

/// `comments: [Comment] by article`
#[derive(Clone, Debug, PartialEq)]
pub struct BackReference {
    /// The name.
    pub name: String,
    /// The model that refers.
    pub model: ModelId,
    /// Its reference field.
    pub field: usize,
    /// Its name in its file.
    pub span: FileSpan,
}

/// What an event does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// `creates M`
    Creates(ModelId),
    /// `updates M`; the position of the implicit field that holds the reference.
    Updates(ModelId, usize),
    /// `deletes M`; the position of the implicit field that holds the reference.
    Deletes(ModelId, usize),
    /// Nothing but its `apply`.
    General,
}

/// Where the value of an event's field comes from when the event is emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFieldOrigin {
    /// Given by who emits (a default may stand in).
    Given,
    /// Computed at emit (`number = channel.posted + 1`).
    Computed,
    /// A field of the created model that the event does not name: its default, or a new key.
    Filled,
}

/// A stored field of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventField {
    /// Name, type and rules; for a field of the model those of the model.
    pub field: Field,
    /// Where its value comes from.
    pub origin: EventFieldOrigin,
    /// The model's field that `creates` or `updates` writes it to, if any.
    pub writes: Option<usize>,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The name.
    pub name: String,
    /// The stable id of the lock file.
    pub stable_id: u32,
    /// The version of its shape, from 1.
    pub version: u32,
    /// A hash of the newest shape, recorded in the data directory.
    pub shape_hash: u64,
    /// What it does by itself.
    pub effect: Effect,
    /// All stored fields: implicit reference first, then as written, then filled ones.
    /// `creates` stores every field of the model.
    pub fields: Vec<EventField>,
    /// The order of the fields on disk: positions in `fields`.
    pub wire_order: Vec<usize>,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// A view of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The name.
    pub name: String,
    /// The model whose rows it shows.
    pub model: ModelId,
    /// Its fields; types of fields without a written one are found with the bodies
    /// ([`crate::plan::ViewBody::types`]), until then [`Type::Error`].
    pub fields: Vec<Field>,
    /// The key: the field that holds the model's reference or key (`@key`).
    pub key: Vec<usize>,
    /// `@index` and `@unique` fields of the view (the order of the view is planned with the bodies).
    pub indexes: Vec<Index>,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// A function, also an `extern` one.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The name.
    pub name: String,
    /// Whether it is written in Rust.
    pub is_extern: bool,
    /// Names and types of the parameters.
    pub parameters: Vec<Field>,
    /// The type of its value.
    pub returns: Type,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// What to do with body fields that no parameter asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownFields {
    /// 422.
    #[default]
    Reject,
    /// Nothing.
    Ignore,
}

/// The settings of the `app` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct App {
    /// The name.
    pub name: String,
    /// `title`
    pub title: Option<String>,
    /// `base`
    pub base: String,
    /// `url`
    pub url: Option<String>,
    /// `json = camel_case`
    pub camel_case: bool,
    /// `unknown`
    pub unknown_fields: UnknownFields,
    /// `big_ints = string`
    pub big_ints_as_text: bool,
    /// Documentation of the schema (`//!`).
    pub docs: Vec<String>,
}

/// Everything that the schema declares.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    /// The `app` block.
    pub app: App,
    /// `type` items.
    pub newtypes: Vec<Newtype>,
    /// `enum` items.
    pub enums: Vec<Enum>,
    /// `struct` items and inline record types.
    pub structs: Vec<Struct>,
    /// `model` items.
    pub models: Vec<Model>,
    /// `event` items, with those of resources.
    pub events: Vec<Event>,
    /// `view` items.
    pub views: Vec<View>,
    /// `fn` and `extern fn` items.
    pub functions: Vec<Function>,
    /// `endpoint` and `extern endpoint` items, with those of resources.
    pub endpoints: Vec<Endpoint>,
    /// Whether the lock file lacks something of this schema: a release build refuses it.
    pub runs_ahead_of_lock: bool,
    /// Items that did not parse whole, or whose declaration is wrong: what is said about their
    /// members would be said twice.
    pub damaged: BTreeSet<Named>,
    /// `@was("old")`: by the place of the new name, the old name and the attribute.
    pub renames: BTreeMap<FileSpan, (String, FileSpan)>,
}
