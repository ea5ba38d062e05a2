//! The formatter: what it makes of fixtures, and what it never does.
//!
//! `NAME.before.rstone` becomes `NAME.after.rstone`; `RAFTSTONE_UPDATE=1` writes the latter.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use raftstone_dsl::scan::{Token, TokenKind, scan};
use raftstone_dsl::{Refusal, format, parse};

#[test]
fn fixtures_become_what_they_should() {
    let folder = root().join("tests/format");
    let mut count = 0;
    for path in schemas_in(&folder) {
        let Some(name) = path.to_string_lossy().strip_suffix(".before.rstone").map(str::to_owned) else { continue };
        count += 1;
        let formatted = check(&read(&path));
        let after = PathBuf::from(format!("{name}.after.rstone"));
        if std::env::var_os("RAFTSTONE_UPDATE").is_some() {
            std::fs::write(&after, &formatted).expect("the fixture can be written");
        }
        assert_eq!(formatted, read(&after), "{name}: see CONTRIBUTING.md for how to update");
    }
    assert!(count >= 4, "{count} fixtures");
}

#[test]
fn examples_format_to_themselves() {
    for (name, text) in examples() {
        let formatted = format(&text);
        if std::env::var_os("RAFTSTONE_UPDATE").is_some() {
            std::fs::write(&name, &formatted.text).expect("the example can be written");
            continue;
        }
        assert_eq!(formatted.refusal, None, "{name}");
        assert!(formatted.damaged.is_empty(), "{name}");
        assert_eq!(formatted.text, text, "{name}");
    }
}

#[test]
fn the_page_about_the_layout_shows_it() {
    let page = read(&root().join("../docs/format.md"));
    let blocks: Vec<&str> = page.split("```rstone\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 1);
    for block in blocks {
        assert_eq!(format(block).text, block);
    }
}

#[test]
fn the_meaning_stays() {
    for (name, text) in corpus() {
        let formatted = check(&text);
        assert_eq!(tree(&formatted), tree(&text), "{name}");
    }
}

#[test]
fn one_token_less_still_formats() {
    for text in neighbours() {
        for token in scan(&text).into_iter().filter(|token| token.kind != TokenKind::Space) {
            check(&[&text[..token.span.start as usize], &text[token.span.end as usize..]].concat());
        }
    }
}

#[test]
fn a_comment_anywhere_stays() {
    for text in items() {
        for at in gaps(&text) {
            check(&[&text[..at], " // here\n", &text[at..]].concat());
            check(&[&text[..at], "\n\n// here  \n\n", &text[at..]].concat());
        }
    }
}

#[test]
fn a_line_break_anywhere_keeps_the_tokens() {
    for text in items() {
        for at in gaps(&text) {
            check(&[&text[..at], "\n", &text[at..]].concat());
        }
    }
}

#[test]
fn what_is_damaged_stays_and_its_neighbours_are_formatted() {
    let text = "type   A=int\nmodel  M {\n   id   ??\n}\ntype   B=int\n";
    let formatted = format(text);
    assert_eq!(formatted.text, "type A = int\nmodel  M {\n   id   ??\n}\ntype B = int\n");
    let damaged = formatted.damaged.first().expect("one item");
    assert!(text[damaged.start as usize..].starts_with("model"));
}

#[test]
fn a_file_too_large_is_given_back() {
    let text = " ".repeat(raftstone_dsl::MAX_FILE_BYTES + 1);
    let formatted = format(&text);
    assert_eq!(formatted.refusal, Some(Refusal::TooLarge));
    assert_eq!(formatted.text, text);
}

#[test]
fn hostile_texts_do_not_grow_without_bound() {
    let many = 5_000;
    let name = "a".repeat(many);
    for text in [
        format!("fn f() -> int = {name}({}1)\n", "\n".repeat(many)),
        format!("fn f() -> int = {name}({}1)\n", "1,\n".repeat(many)),
        format!("model M {{\n{name}: int\n{}}}\n", "a: int\n".repeat(many)),
        format!("model M {{\n{name}: int // a\n{}}}\n", "a: int // a\n".repeat(many)),
        format!("fn f() -> int = {}1{}\n", "(\n".repeat(60), ")\n".repeat(60)),
        "limit ".repeat(many),
        "{\n".repeat(many),
        "fn f() { x\n".repeat(many),
    ] {
        let formatted = check(&text);
        assert!(formatted.len() <= 20 * text.len() + 100_000, "{} of {}", formatted.len(), text.len());
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_tokens_are_answered(text in tokens_of_the_language()) {
        check(&text);
    }

    #[test]
    fn any_change_of_an_example_is_answered(
        file in 0..4_usize, start in any::<prop::sample::Index>(), length in 0..40_usize, put_in in tokens_of_the_language()
    ) {
        let files = corpus();
        let (_, text) = &files[file % files.len()];
        let tokens = scan(text);
        let first = start.index(tokens.len());
        let end = tokens[(first + length).min(tokens.len() - 1)].span.start as usize;
        check(&[&text[..tokens[first].span.start as usize], put_in.as_str(), &text[end..]].concat());
    }
}

fn tokens_of_the_language() -> impl Strategy<Value = String> {
    "(model |event |fn |endpoint |view |enum |test |type A = int\n|@key |from a in B |where |order by |limit |else |if \
     |match |for |at GET /a/\\{b\\} |\\{|\\}|\\(|\\)|\\[|\\]|<|>|,|:|\\?|\\.|\\.\\.|=|=>|->|\\+=|-|!|\\+|\\?\\?|\\?\\.|::|;|\"a\"|\"|1|10min|a|B\
     |// c\n|/// d\n|//! e\n|\n|\n\n| |\r\n|\r|\u{feff}|é|\\$|/\\*){0,60}"
}

/// Formats, and checks what holds for every text: nothing is refused or lost, and a second time
/// changes nothing.
fn check(text: &str) -> String {
    let formatted = format(text);
    assert_eq!(formatted.refusal, None, "of\n{text}");
    assert_eq!(contents(&formatted.text), contents(text));
    let again = format(&formatted.text);
    assert_eq!(again.text, formatted.text, "the second time, of\n{text}");
    formatted.text
}

/// The tokens and comments of a text.
fn contents(text: &str) -> Vec<(TokenKind, String)> {
    let matters = |token: &Token| !matches!(token.kind, TokenKind::Space | TokenKind::Newline);
    let content = |token: Token| {
        let words = token.text(text);
        (token.kind, if token.kind.is_trivia() { words.trim_end() } else { words }.to_owned())
    };
    scan(text).into_iter().filter(matters).map(content).collect()
}

/// The tree of a text without its positions.
fn tree(text: &str) -> String {
    let parsed = parse(text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let mut out = String::new();
    let debug = format!("{:?}", parsed.file);
    let mut rest = debug.as_str();
    while let Some((before, behind)) = rest.split_once("Span {") {
        out.push_str(before);
        rest = behind.split_once('}').expect("a span ends").1;
    }
    write!(out, "{rest}").expect("a string can be written");
    out
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn schemas_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rstone"));
    paths.sort();
    paths
}

fn named(paths: Vec<PathBuf>) -> Vec<(String, String)> {
    paths.into_iter().map(|path| (path.display().to_string(), read(&path))).collect()
}

fn examples() -> Vec<(String, String)> {
    let folders = ["../examples", "../examples/shop"];
    let found = named(folders.iter().flat_map(|folder| schemas_in(&root().join(folder))).collect());
    assert!(found.len() >= 6);
    found
}

/// The examples, and files that hold the whole language.
fn corpus() -> Vec<(String, String)> {
    let mut files = named(schemas_in(&root().join("tests/corpus")));
    files.extend(examples());
    files
}

/// Each item of the corpus as a text of its own: what is done to a file of many changes no others.
fn items() -> Vec<String> {
    let mut texts = Vec::new();
    for (_, text) in corpus() {
        for item in parse(&text).file.items {
            texts.push(format!("{}\n", &text[item.span.start as usize..item.span.end as usize]));
        }
    }
    texts
}

/// Each item of the corpus with the one behind it.
fn neighbours() -> Vec<String> {
    let items = items();
    items.windows(2).map(|pair| pair.concat()).collect()
}

/// The ends of the tokens of a text that are no blanks.
fn gaps(text: &str) -> Vec<usize> {
    let tokens = scan(text).into_iter().filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Newline));
    tokens.map(|token| token.span.end as usize).collect()
}
