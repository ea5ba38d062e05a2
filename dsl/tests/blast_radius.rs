//! What one slip does to a file: every token deleted once, every token doubled, every prefix parsed.
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

/// What a slip did to a file.
struct Damage {
    /// `todo.rstone: id: ⟦uuid⟧ @key`
    place: String,
    items: usize,
    problems: Vec<String>,
}

#[test]
fn deleting_any_token_damages_one_item() {
    hold("deleted", deletions);
}

#[test]
fn doubling_any_token_damages_one_item() {
    hold("doubled", doublings);
}

#[test]
fn the_end_of_a_file_may_be_missing() {
    hold("cut", cuts);
}

/// Holds the exceptions among the slips of one kind against those listed for it.
fn hold(kind: &str, slips: fn(&str, &str) -> Vec<Damage>) {
    let expected = exceptions(kind);
    let (mut total, mut found, mut many) = (0, BTreeSet::new(), 0);
    let mut unexplained = Vec::new();
    for (name, text) in corpus() {
        for damage in slips(&name, &text) {
            total += 1;
            if damage.items > 1 || damage.problems.len() > 2 {
                many += 1;
                if !expected.contains(&damage.place) {
                    let problems = damage.problems.join("\n    ");
                    unexplained.push(format!("{}: {} items\n    {problems}", damage.place, damage.items));
                }
                found.insert(damage.place);
            }
        }
    }
    println!("{total} {kind}, {many} exceptions");
    assert!(
        unexplained.is_empty(),
        "{} {kind} are not in blast_exceptions.txt; add them there with the reason, or mend the recovery:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    let stale: Vec<_> = expected.difference(&found).collect();
    assert!(stale.is_empty(), "no exceptions any more: {stale:#?}");
    assert!(many * 1_000 <= total * MAX_EXCEPTIONS_PER_THOUSAND, "{many} of {total}");
}

#[test]
fn every_prefix_has_a_tree() {
    for (name, text) in corpus() {
        for token in &parse(&text).tokens {
            check_prefix(&name, &text[..token.span.end as usize]);
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

/// The places listed in `blast_exceptions.txt` behind `# --- kind`.
fn exceptions(kind: &str) -> BTreeSet<String> {
    let text = include_str!("blast_exceptions.txt");
    let mut sections = text.split("# --- ").skip(1);
    let section = sections.find_map(|section| section.strip_prefix(kind)).expect("the kind has a section");
    section.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn timed(name: &str, text: &str) -> Parse {
    let start = Instant::now();
    let parsed = parse(text);
    assert!(start.elapsed() < MAX_PARSE_TIME, "{name} took {:?}", start.elapsed());
    parsed
}

fn deletions(name: &str, text: &str) -> Vec<Damage> {
    let whole = parse(text);
    let tokens = whole.tokens.iter();
    let slip = |span: Span| damage(place(name, text, span), &whole.file.items, &timed(name, &without(text, span)));
    tokens.map(|token| slip(token.span)).collect()
}

/// Every token that is no blank, twice. It is compared with the same text with as many blanks at the
/// end of the line, so that items behind are where they were.
fn doublings(name: &str, text: &str) -> Vec<Damage> {
    let whole = parse(text);
    let mut doublings = Vec::new();
    for token in whole.tokens.iter().filter(|token| !token.kind.is_trivia()) {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
        let blanks = " ".repeat(end - start + 1);
        let shifted = parse(&[&text[..line_end], &blanks, &text[line_end..]].concat());
        let doubled = [&text[..end], " ", &text[start..end], &text[end..]].concat();
        doublings.push(damage(place(name, text, token.span), &shifted.file.items, &timed(name, &doubled)));
    }
    doublings
}

/// The text up to every byte; what is behind the item before the cut is enough to see what it does.
/// The item that is cut itself does not count, only those before it.
fn cuts(name: &str, text: &str) -> Vec<Damage> {
    let items = parse(text).file.items;
    let mut cuts = Vec::new();
    let mut known = (usize::MAX, Vec::new());
    for (end, _) in text.char_indices() {
        let behind = items.partition_point(|item| (item.span.end as usize) < end);
        let start = behind.checked_sub(1).map_or(0, |before| items[before].span.start as usize);
        if known.0 != start {
            known = (start, parse(&text[start..]).file.items);
        }
        let before = known.1.partition_point(|item| start + (item.span.end as usize) < end);
        let parsed = timed(name, &text[start..end]);
        let mut damage = damage(place(name, text, Span::new(end as u32, end as u32)), &known.1[..before], &parsed);
        damage.items += 1;
        cuts.push(damage);
    }
    cuts
}

/// How many of the items are no longer as they were, and what is reported.
fn damage(place: String, items: &[Item], parsed: &Parse) -> Damage {
    let kept = items.iter().filter(|item| parsed.file.items.contains(item)).count();
    let words = |problem: &raftstone_dsl::Problem| format!("{} {}", problem.code.code, problem.message);
    Damage { place, items: items.len() - kept, problems: parsed.problems.iter().map(words).collect() }
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
