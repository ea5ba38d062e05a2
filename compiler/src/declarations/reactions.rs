//! What hooks and jobs declare.

use super::{FileSpan, ItemRef};

/// A hook: a method in Rust that runs after an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    /// The name.
    pub name: String,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// A job: statements that run at times.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The name.
    pub name: String,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}
