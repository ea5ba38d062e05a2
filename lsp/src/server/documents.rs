//! The documents that the editor has open.

use std::collections::BTreeMap;
use std::sync::Arc;

use gen_lsp_types::TextDocumentContentChangeEvent;
use raftstone_dsl::{Encoding, LineIndex};

use super::convert;

/// An open document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its URI as the client writes it: messages about it use the same.
    pub uri: String,
    /// The client's version of the text.
    pub version: i32,
    /// The text.
    pub text: Arc<str>,
    /// Grows with every change; unlike the version never the same for two texts of one path.
    pub revision: u64,
}

/// All open documents by path.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    by_path: BTreeMap<String, Document>,
    last_revision: u64,
}

impl Documents {
    /// The open document of this path.
    pub fn get(&self, path: &str) -> Option<&Document> {
        self.by_path.get(path)
    }

    /// All of them with their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.by_path.iter().map(|(path, document)| (path.as_str(), document))
    }

    /// Opens a document; opened once more, the new text counts.
    pub fn open(&mut self, path: String, uri: String, version: i32, text: String) {
        let revision = self.next_revision();
        self.by_path.insert(path, Document { uri, version, text: text.into(), revision });
    }

    /// Closes a document; false when it was not open.
    pub fn close(&mut self, path: &str) -> bool {
        self.by_path.remove(path).is_some()
    }

    /// Changes the text of a document; false when it is not open.
    pub fn change(
        &mut self,
        path: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let revision = self.next_revision();
        let Some(document) = self.by_path.get_mut(path) else { return false };
        let mut text = String::from(&*document.text);
        for change in changes {
            apply(&mut text, change, encoding);
        }
        document.text = text.into();
        document.version = version;
        document.revision = revision;
        true
    }

    fn next_revision(&mut self) -> u64 {
        self.last_revision += 1;
        self.last_revision
    }
}

/// Applies one change. Each change of a message sees the text that the one before has left.
fn apply(text: &mut String, change: TextDocumentContentChangeEvent, encoding: Encoding) {
    match change {
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => *text = whole.text,
        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(partial) => {
            let index = LineIndex::new(text);
            let start = index.offset(convert::line_column(partial.range.start), encoding) as usize;
            let end = index.offset(convert::line_column(partial.range.end), encoding) as usize;
            text.replace_range(start.min(end)..end.max(start), &partial.text);
        }
    }
}

#[cfg(test)]
mod tests;
