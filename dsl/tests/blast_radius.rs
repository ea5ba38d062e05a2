//! What one slip does to a file: every token deleted once, every prefix parsed.
//!
//! A deleted token is made up for by a blank at the end of its line, which changes nothing but
//! keeps all offsets behind the line, so that items can be compared as they are.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use raftstone_dsl::ast::{Item, Span};
use raftstone_dsl::{Parse, parse};

/// At most this share of deletions may damage more than one item or give more than two problems.
const MAX_EXCEPTIONS_PER_THOUSAND: usize = 10;

/// Far above what a parse takes, even on a busy machine; a hang is what it finds.
const MAX_PARSE_TIME: Duration = Duration::from_secs(2);

struct Deletion {
    /// `todo.rstone: id: ⟦uuid⟧ @key`
    place: String,
    damaged: usize,
    problems: Vec<String>,
}

#[test]
fn deleting_any_token_damages_one_item() {
    let expected = exceptions();
    let (mut total, mut found) = (0, BTreeSet::new());
    let mut unexplained = Vec::new();
    for (name, text) in corpus() {
        for deletion in deletions(&name, &text) {
            total += 1;
            if deletion.damaged > 1 || deletion.problems.len() > 2 {
                if !expected.contains(&deletion.place) {
                    let problems = deletion.problems.join("\n    ");
                    unexplained.push(format!("{}: {} items\n    {problems}", deletion.place, deletion.damaged));
                }
                found.insert(deletion.place);
            }
        }
    }
    println!("{total} deletions, {} exceptions", found.len());
    assert!(
        unexplained.is_empty(),
        "{} deletions are not in blast_exceptions.txt; add them there with the reason, or mend the recovery:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    let stale: Vec<_> = expected.difference(&found).collect();
    assert!(stale.is_empty(), "no exceptions any more: {stale:#?}");
    assert!(found.len() * 1_000 <= total * MAX_EXCEPTIONS_PER_THOUSAND, "{} of {total}", found.len());
}

#[test]
fn every_prefix_has_a_tree() {
    for (name, text) in corpus() {
        let whole = parse(&text);
        for token in &whole.tokens {
            check_prefix(&name, &text[..token.span.end as usize]);
        }
        // Within the tokens the text from the item before on is enough.
        for (end, _) in text.char_indices() {
            let behind = whole.file.items.partition_point(|item| (item.span.end as usize) < end);
            let start = behind.checked_sub(1).map_or(0, |before| whole.file.items[before].span.start as usize);
            check_prefix(&name, &text[start..end]);
        }
    }
}

fn check_prefix(name: &str, text: &str) {
    let parsed = timed(name, text);
    assert!(parsed.tokens.last().is_none_or(|token| token.span.end as usize == text.len()));
}

/// The files of the corpus and the examples, which are valid.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in [root.join("tests/corpus"), root.join("../examples")] {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.extension().is_some_and(|extension| extension == "rstone") {
                let name = path.file_name().expect("a file").to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    files.sort();
    files.dedup();
    for (name, text) in &files {
        let problems: Vec<_> = parse(text).problems.into_iter().map(|problem| problem.message).collect();
        assert!(problems.is_empty(), "{name} is not valid: {problems:?}");
    }
    files
}

/// The places listed in `blast_exceptions.txt`.
fn exceptions() -> BTreeSet<String> {
    let lines = include_str!("blast_exceptions.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn timed(name: &str, text: &str) -> Parse {
    let start = Instant::now();
    let parsed = parse(text);
    assert!(start.elapsed() < MAX_PARSE_TIME, "{name} took {:?}", start.elapsed());
    parsed
}

fn deletions(name: &str, text: &str) -> Vec<Deletion> {
    let whole = parse(text);
    let mut deletions = Vec::new();
    for token in &whole.tokens {
        let changed = without(text, token.span);
        let parsed = timed(name, &changed);
        let kept = |item: &&Item| parsed.file.items.contains(item);
        deletions.push(Deletion {
            place: place(name, text, token.span),
            damaged: whole.file.items.len() - whole.file.items.iter().filter(kept).count(),
            problems: parsed
                .problems
                .iter()
                .map(|problem| format!("{} {}", problem.code.code, problem.message))
                .collect(),
        });
    }
    deletions
}

/// Names a token so that it keeps its name when lines are added elsewhere: by its line and the
/// characters before it.
fn place(name: &str, text: &str, span: Span) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let before = text[line_start..start].trim_start();
    let behind = text.get(end..line_end).unwrap_or_default();
    format!("{name}: {before}⟦{}⟧{behind}", text[start..end].escape_debug())
}

/// The text without a token, with as many blanks at the end of its line.
fn without(text: &str, span: Span) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let blanks = " ".repeat(end - start);
    [&text[..start], &text[end..line_end], &blanks, &text[line_end..]].concat()
}
