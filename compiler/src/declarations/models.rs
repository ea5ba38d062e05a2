//! Models and views: what can be read, and by which indexes.

use super::{Field, FileSpan, ItemRef, ModelId};

/// What becomes of a row when the row that it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnDelete {
    /// The deletion is refused.
    Restrict,
    /// The row is deleted too.
    Cascade,
    /// The reference is cleared (or taken out of the set).
    Clear,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IndexComponent {
    /// Position in the table's fields.
    pub field: usize,
    /// Whether each element of a set or list is a key of its own.
    pub elements: bool,
    /// Whether it runs downwards.
    pub descending: bool,
}

/// `comments: [Comment] by article`
#[derive(Clone, Debug, PartialEq, Hash)]
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
