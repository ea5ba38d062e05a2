//! The documents: the schemas that a reader copies compile, without an error or a warning, and links
//! lead somewhere.
//!
//! All ```` ```rstone ```` blocks of a document are one schema. A word behind `rstone` names the
//! file that a block belongs to; without one it is the root. The blocks of the file `later` are a
//! schema of their own, which is right and cannot run yet.

#[allow(dead_code, reason = "each test uses its part of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use raftstone_compiler::codes::unavailable::CANNOT_RUN_YET;
use raftstone_compiler::render::short;
use raftstone_compiler::{diagnostic, generate};
use support::{ROOT, check_files};

/// The word behind `rstone` of what cannot run yet.
const LATER: &str = "later";

/// The documents that hold schemas.
const WITH_SCHEMAS: [&str; 4] = ["README.md", "docs/format.md", "docs/language.md", "docs/why-a-language.md"];

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
            (None | Some(""), None) => {}
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
        let mut files = schema(&document);
        files.remove(LATER);
        let checked = check_files(&files);
        let sources = diagnostic::Sources::new(&checked);
        let words: Vec<String> = checked.problems.iter().map(|problem| short::line(problem, &sources)).collect();
        assert!(words.is_empty(), "{name}, by its own lines:\n{}", words.join("\n"));
        assert!(!generate("main", &checked).is_empty(), "{name}");
    }
}

/// What is described and does not run yet is all right but for that.
#[test]
fn schemas_of_what_cannot_run_yet_are_right() {
    let document = fs::read_to_string(top().join("docs/language.md")).expect("a document");
    let later = schema(&document).remove(LATER).expect("blocks that cannot run yet");
    let checked = check_files(&BTreeMap::from([(ROOT.to_owned(), later)]));
    let sources = diagnostic::Sources::new(&checked);
    let (unavailable, wrong): (Vec<_>, Vec<_>) =
        checked.problems.iter().partition(|problem| problem.code == &CANNOT_RUN_YET);
    let words: Vec<String> = wrong.into_iter().map(|problem| short::line(problem, &sources)).collect();
    assert!(words.is_empty(), "docs/language.md, by its own lines:\n{}", words.join("\n"));
    assert!(!unavailable.is_empty(), "all of it runs: take the word `{LATER}` off its blocks");
}

/// The documents, by their paths in the repository, with their texts; the pages of the codes are
/// generated, and have their own test.
fn documents() -> BTreeMap<String, String> {
    let folders = ["", "docs/", "lsp/", "examples/", "tests/", "compiler/", "runtime/", "dsl/", "build-support/"];
    let mut found = BTreeMap::new();
    for folder in folders {
        for entry in fs::read_dir(top().join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            if name.rsplit_once('.').is_some_and(|(_, ending)| ending == "md") {
                let text = fs::read_to_string(top().join(folder).join(&name)).expect("a document");
                found.insert(format!("{folder}{name}"), text);
            }
        }
    }
    found
}

/// No other document holds a schema that nothing compiles.
#[test]
fn every_document_with_a_schema_is_known() {
    let documents = documents();
    let found: Vec<&String> =
        documents.iter().filter(|(_, text)| text.contains("```rstone")).map(|(name, _)| name).collect();
    assert_eq!(found, WITH_SCHEMAS.iter().collect::<Vec<_>>());
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for (name, text) in documents() {
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for target in targets.filter(|target| !target.is_empty() && !target.starts_with("http")) {
            let folder = PathBuf::from(&name).parent().map(PathBuf::from).unwrap_or_default();
            if !top().join(folder).join(target).exists() {
                broken.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The Rust of the language page is an excerpt of an example, line by line; `…` stands for what is left out.
#[test]
fn rust_in_the_language_page_is_that_of_the_bank() {
    let page = fs::read_to_string(top().join("docs/language.md")).expect("the page");
    let bank = fs::read_to_string(top().join("examples/src/bin/bank.rs")).expect("the example");
    let mut rest = bank.lines();
    let mut is_rust = false;
    let mut compared = 0;
    for line in page.lines() {
        match line {
            "```rust" => is_rust = true,
            "```" => is_rust = false,
            _ if is_rust && line.trim() != "…" => {
                assert!(rest.any(|found| found == line), "not in the example, or not in this order: {line}");
                compared += 1;
            }
            _ => {}
        }
    }
    assert!(compared > 20, "{compared} lines of Rust");
}

/// The page that compares counts its lines, which are not empty, block by block.
#[test]
fn the_comparison_counts_its_lines() {
    let page = fs::read_to_string(top().join("docs/why-a-language.md")).expect("the page");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut current = None;
    for line in page.lines() {
        match (current, line.strip_prefix("```")) {
            (None, Some(language)) => current = Some(language),
            (Some(_), Some(_)) => current = None,
            (Some(language), None) if !line.trim().is_empty() => *counts.entry(language).or_default() += 1,
            _ => {}
        }
    }
    let ways: [(&str, &[&str]); 4] = [
        ("`.rstone`", &["rstone"]),
        ("derive macros", &["rust"]),
        ("Prisma and Express", &["prisma", "ts"]),
        ("SpacetimeDB", &["rust spacetimedb"]),
    ];
    for (way, languages) in ways {
        let count: usize = languages.iter().map(|language| counts[language]).sum();
        let row = format!("| {way} | {count} |");
        assert!(page.lines().any(|line| line == row), "the table lacks `{row}`");
    }
}
