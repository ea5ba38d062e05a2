//! The schemas in the documents: what a reader copies compiles, without an error or a warning.
//!
//! All ```` ```rstone ```` blocks of a document are one schema. A word behind `rstone` names the
//! file that a block belongs to; without one it is the root.

#[allow(dead_code, reason = "each test uses its part of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use raftstone_compiler::render::short;
use raftstone_compiler::{diagnostic, generate};
use support::{ROOT, check_files};

/// The documents that hold schemas.
const WITH_SCHEMAS: [&str; 2] = ["README.md", "docs/language.md"];

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a document's schema. Every line keeps its number, so that a problem's place is its
/// place in the document.
fn schema(document: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut current: Option<&str> = None;
    for (number, line) in document.lines().enumerate() {
        match (current, line.strip_prefix("```")) {
            (Some(_), Some(_)) => current = None,
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default();
                // A block of another language is skipped, but has to end.
                current = Some(if language == "rstone" { words.next().unwrap_or(ROOT) } else { "" });
            }
            (None, None) | (Some(""), None) => {}
            (Some(name), None) => {
                let text = files.entry(name.to_owned()).or_default();
                let missing = number - text.matches('\n').count();
                text.push_str(&"\n".repeat(missing));
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    assert!(current.is_none(), "a block does not end");
    files
}

#[test]
fn schemas_in_documents_compile() {
    for name in WITH_SCHEMAS {
        let document = fs::read_to_string(top().join(name)).expect("a document");
        let checked = check_files(&schema(&document));
        let sources = diagnostic::Sources::new(&checked);
        let words: Vec<String> = checked.problems.iter().map(|problem| short::line(problem, &sources)).collect();
        assert!(words.is_empty(), "{name}, by its own lines:\n{}", words.join("\n"));
        assert!(!generate("main", &checked).is_empty(), "{name}");
    }
}

/// No other document holds a schema that nothing compiles; the pages of the codes have their own test.
#[test]
fn every_document_with_a_schema_is_known() {
    let folders = ["", "docs", "lsp", "examples", "tests", "compiler", "runtime", "dsl", "build-support"];
    let mut found = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(top().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "md")
                && fs::read_to_string(&path).expect("a document").contains("```rstone")
            {
                let name = path.file_name().expect("a name").to_string_lossy();
                found.push(if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") });
            }
        }
    }
    found.sort();
    assert_eq!(found, WITH_SCHEMAS);
}
