//! Tests that need more than one module.

mod codes;
mod items;
mod limits;
mod lines;
mod recovery;
mod shapes;
mod whole_file;

use crate::ast::Span;
use crate::{Parse, parse};

/// The problems of a text, as `line:column code`.
fn problems(text: &str) -> Vec<String> {
    let index = crate::LineIndex::new(text);
    let place = |span: Span| {
        let at = index.line_column(span.start, crate::Encoding::Utf32);
        format!("{}:{}", at.line + 1, at.column + 1)
    };
    let problems = parse(text).problems.into_iter();
    problems.map(|problem| format!("{} {}", place(problem.span), problem.code.code)).collect()
}

/// The parse of a text that has to be valid.
fn valid(text: &str) -> Parse {
    let parsed = parse(text);
    let messages: Vec<_> = parsed.problems.iter().map(|problem| &problem.message).collect();
    assert!(messages.is_empty(), "{messages:?} in\n{text}");
    parsed
}

/// The valid files of the repository.
fn corpus() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["tests/corpus", "../examples", "../examples/shop"] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        for path in entries.map(|entry| entry.expect("readable").path()) {
            if path.extension().is_some_and(|extension| extension == "rstone") {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    files.sort();
    assert!(files.len() >= 4);
    files
}
