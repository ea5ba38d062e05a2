//! What views declare.

use super::{Field, FileSpan, Index, ItemRef, ModelId};

/// A view of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The name.
    pub name: String,
    /// The model whose rows it shows.
    pub model: ModelId,
    /// Its fields; types of fields without a written one are found with the bodies
    /// ([`crate::plan::ViewBody::types`]), until then [`super::Type::Error`].
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
