//! What scenarios declare.

use super::{FileSpan, ItemRef};

/// A `test`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Scenario {
    /// The title.
    pub title: String,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// The item.
    pub item: ItemRef,
    /// The title in its file; without one, the start of the item.
    pub span: FileSpan,
}
