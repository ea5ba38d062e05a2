//! Types, the rules that values of them keep, and what is made of fields.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use raftstone_dsl::ast;

use super::{EnumId, FileSpan, ModelId, NewtypeId, Source, StructId};

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
    /// `secret`: a text on its way in, kept as a hash.
    Secret,
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
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Rule {
    /// Which.
    pub kind: RuleKind,
    /// The user's words in place of ours.
    pub message: Option<String>,
    /// The attribute.
    pub span: FileSpan,
}

/// The rules of the language.
#[derive(Clone, Debug, PartialEq, Hash)]
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

/// The file is a place.
impl Hash for Written {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expr.hash(state);
    }
}

/// A field of a struct, variant, model, event or view.
#[derive(Clone, Debug, PartialEq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
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
