//! What views declare.

use super::{EventId, Field, FileSpan, Index, ItemRef, ModelId, Source};

/// A view: the rows of a query, or what events add up to.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct View {
    /// The name.
    pub name: String,
    /// The table behind `from`; none where the view is folded from events, or where it is wrong.
    pub source: Option<Source>,
    /// Its fields; types of fields without a written one are found with the bodies
    /// ([`crate::plan::ViewBody::types`]), until then [`super::Type::Error`].
    pub fields: Vec<Field>,
    /// The fields with `@key`, which tell its rows apart.
    pub key: Vec<usize>,
    /// `@index` and `@unique` fields of the view.
    pub indexes: Vec<Index>,
    /// What events do to it: each with the position of its `on` in the item.
    pub folds: Vec<(EventId, usize)>,
    /// The view's own order, as (field, descending); found with the bodies, like types.
    pub order: Vec<(usize, bool)>,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

impl View {
    /// The model whose rows it shows, if they are those of a model.
    pub const fn model(&self) -> Option<ModelId> {
        match self.source {
            Some(Source::Model(model)) => Some(model),
            _ => None,
        }
    }
}
