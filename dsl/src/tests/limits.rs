//! Limits at their edges, and texts that are made to hurt.

use proptest::prelude::*;

use super::{corpus, problems, valid};
use crate::{MAX_CHAIN, MAX_DEPTH, MAX_FILE_BYTES, MAX_PROBLEMS, parse};

#[test]
fn brackets_nest_to_the_limit() {
    let nested = |depth: usize| format!("fn f() -> int = {}1{}\n", "(".repeat(depth), ")".repeat(depth));
    valid(&nested(MAX_DEPTH));
    assert_eq!(problems(&nested(MAX_DEPTH + 1)), [format!("1:{} RS0007", 17 + MAX_DEPTH)]);
    let text = |depth: usize| format!("fn f() -> string = \"{{{}1{}}}\"\n", "(".repeat(depth), ")".repeat(depth));
    valid(&text(MAX_DEPTH - 1));
    assert_eq!(problems(&text(MAX_DEPTH)), ["1:20 RS0007"]);
}

#[test]
fn operators_chain_to_the_limit() {
    let chain = |count: usize| format!("fn f() -> int = 1{}\n", " + 1".repeat(count));
    // The parentheses and the `->` before it are on the same line and count as well.
    valid(&chain(MAX_CHAIN - 2));
    assert_eq!(problems(&chain(MAX_CHAIN - 1)), [format!("1:{} RS0007", 19 + 4 * (MAX_CHAIN - 2))]);
    // Each value of a list and each line has a chain of its own.
    let list = vec!["1 + 1"; 2 * MAX_CHAIN].join(", ");
    valid(&format!("fn f() -> [int] = [{list}]\n"));
}

#[test]
fn files_have_a_largest_size() {
    let text = format!("type A = int{}", " ".repeat(MAX_FILE_BYTES - 12));
    valid(&text);
    let parsed = parse(&format!("{text} "));
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].code.code, "RS0008");
}

#[test]
fn problems_end_after_a_thousand() {
    let text = "type A = int @\n".repeat(MAX_PROBLEMS);
    assert_eq!(parse(&text).problems.len(), MAX_PROBLEMS);
    let parsed = parse(&"type A = int @\n".repeat(MAX_PROBLEMS + 1));
    assert_eq!(parsed.problems.len(), MAX_PROBLEMS + 1);
    assert_eq!(parsed.problems.last().map(|problem| problem.code.code), Some("RS0009"));
}

#[test]
fn nothing_hangs_or_overflows() {
    let many = 20_000;
    for unit in [
        "(",
        ")",
        "[",
        "{",
        "}",
        "{\n",
        "}\n",
        "  }\n",
        "[)",
        "(}",
        "({[",
        "not ",
        "- ",
        "! ",
        "a.",
        "a?.b",
        "if a { ",
        "else if a {}\n",
        "from a in ",
        "x => ",
        "$ ",
        "é",
        "\u{0}",
        "\"",
        "'",
        "/*",
        "a + ",
        "a, ",
        "a ?? ",
        "@a(",
        "match a { b => ",
        "model A {\n",
        "endpoint a() -> { a: ",
        "set<",
        "\"{",
        "\"{(",
        "::",
        ";",
        "; ",
        "fn f() = (",
        "event A {\n apply {\n",
        "@a\n",
        "/// a\n",
        "a: [",
        "return 202 ",
        "a[",
        "from a in A order by a, ",
    ] {
        for prefix in ["", "fn f() -> int = ", "fn f() {\n", "model A {\n", "view A {\n", "endpoint e() "] {
            let text = format!("{prefix}{}", unit.repeat(many / unit.len()));
            parse(&text);
            parse(&format!("{text}\nmodel B {{ id: int @key }}\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_parses(text in any::<String>()) {
        parse(&text);
    }

    #[test]
    fn any_tokens_parse(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        let text = words.concat();
        let parsed = parse(&text);
        for problem in parsed.problems {
            prop_assert!(text.is_char_boundary(problem.span.start as usize), "{}", problem.message);
            prop_assert!(problem.span.start <= problem.span.end && problem.span.end as usize <= text.len());
        }
    }

    #[test]
    fn any_change_of_a_real_schema_parses(
        file in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, prop::sample::select(WORDS)), 1..8),
    ) {
        let files = corpus();
        let (_, text) = &files[file.index(files.len())];
        let tokens = crate::scan::scan(text);
        let mut parts: Vec<&str> = tokens.iter().map(|token| token.text(text)).collect();
        for (place, change, word) in changes {
            let place = place.index(parts.len());
            match change {
                0 => drop(parts.remove(place)),
                1 => parts.insert(place, word),
                _ => parts[place] = word,
            }
        }
        parse(&parts.concat());
    }
}

/// Pieces of the language and of others.
const WORDS: &[&str] = &[
    "model",
    "event",
    "endpoint",
    "fn",
    "extern",
    "view",
    "enum",
    "struct",
    "type",
    "import",
    "app",
    "resource",
    "auth",
    "test",
    "every",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n    ",
    "\r\n",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    ",",
    "=",
    "==",
    "=>",
    "->",
    "..",
    ".",
    "?.",
    "?",
    "??",
    "@",
    "@key",
    "+",
    "-",
    "*",
    "/",
    "%",
    "<",
    ">",
    "!",
    "&&",
    "||",
    ";",
    "|",
    "and",
    "or",
    "not",
    "in",
    "is",
    "none",
    "some",
    "true",
    "if",
    "else",
    "match",
    "let",
    "for",
    "return",
    "emit",
    "require",
    "fail",
    "insert",
    "delete",
    "apply",
    "from",
    "where",
    "order by",
    "group by",
    "select",
    "limit",
    "skip",
    "join",
    "on",
    "by",
    "at",
    "GET",
    "/a/{b}",
    "live",
    "rate",
    "index",
    "key",
    "unique",
    "check",
    "creates",
    "updates",
    "deletes",
    "as",
    "of",
    "with",
    "A",
    "B",
    "a",
    "b",
    "name",
    "1",
    "1.5",
    "30d",
    "10MiB",
    "1_",
    "\"a\"",
    "\"{a}\"",
    "\"{",
    "\"",
    "'",
    "$",
    "é",
    "\u{0}",
    "// c",
    "/// d",
    "//! e",
    "/*",
    "*/",
    "set<",
    "mut",
    "null",
    "asc",
    "desc",
    "readable by user",
];
