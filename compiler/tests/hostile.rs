//! Texts that nobody would write: every one is answered with problems, never with a panic, and in
//! time that grows with the text. What checks without errors becomes code that parses.
//!
//! The mutations are drawn from fixed seeds over the schemas of the repository, so that a failure is
//! found again by its seed; `RAFTSTONE_ROUNDS=100000` draws more of them.

mod random;
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use raftstone_compiler::problem::Problem;
use raftstone_compiler::{Checked, generate};
use random::Random;
use support::{ROOT, check_files};

/// The size for which an answer is promised within a second.
const LARGE_BYTES: usize = 64 << 10;

/// How many mutations are drawn when nobody asks for more.
const ROUNDS: u64 = 600;

fn check_text(text: &str) -> Checked {
    check_files(&BTreeMap::from([(ROOT.to_owned(), text.to_owned())]))
}

/// Formats and checks a text and, if it is a schema, makes its code.
fn answer(text: &str) {
    let once = raftstone_dsl::format(text);
    assert_eq!(once.refusal, None, "nothing is lost");
    assert_eq!(once.text, raftstone_dsl::format(&once.text).text, "a formatted text stays as it is");
    let checked = check_text(text);
    for problem in &checked.problems {
        let (_, source) = checked.source(problem.span.file);
        let (start, end) = (problem.span.span.start as usize, problem.span.span.end as usize);
        assert!(source.get(start..end).is_some(), "a place is in its text: {problem:?}");
        assert!(!problem.message.is_empty());
    }
    if !checked.has_errors() {
        for file in generate("hostile", &checked) {
            if Path::new(&file.name).extension().is_some_and(|extension| extension == "rs") {
                syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", file.name));
            }
        }
    }
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rstone") {
            texts.push(fs::read_to_string(&path).expect("UTF-8"));
        }
    }
}

fn corpus() -> Vec<String> {
    let top = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    for folder in ["examples", "tests/schemas", "dsl/tests/corpus", "compiler/tests/fixtures"] {
        collect(&top.join(folder), &mut texts);
    }
    assert!(texts.len() > 50);
    texts
}

/// A place in a text that is no middle of a character.
fn place(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn part<'t>(random: &mut Random, text: &'t str, most: usize) -> &'t str {
    let start = place(random, text);
    let mut end = (start + random.below(most)).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}

/// One change: something taken out, doubled, moved in from elsewhere, or a sign.
fn mutate(random: &mut Random, text: &mut String, corpus: &[String]) {
    const SIGNS: [&str; 24] = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "=",
        "=>",
        ",",
        ":",
        ".",
        "?",
        "@",
        "..",
        "\n",
        " ",
        "\u{0}",
        "\u{feff}",
        "é",
        "🦀",
        "\r\n",
        "//",
        "9999999999999999999999",
    ];
    let at = place(random, text);
    match random.below(5) {
        0 => {
            let end = (at + random.below(40)).min(text.len());
            if text.is_char_boundary(end) {
                text.replace_range(at..end, "");
            }
        }
        1 => {
            let part = part(random, text, 80).to_owned();
            text.insert_str(at, &part);
        }
        2 => {
            let other = &corpus[random.below(corpus.len())];
            let part = part(random, other, 200).to_owned();
            text.insert_str(at, &part);
        }
        3 => text.truncate(at),
        _ => text.insert_str(at, SIGNS[random.below(SIGNS.len())]),
    }
}

#[test]
fn mutations_of_schemas_are_answered() {
    let corpus = corpus();
    let rounds = std::env::var("RAFTSTONE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    for seed in 0..rounds {
        let mut random = Random(seed);
        let mut text = corpus[random.below(corpus.len())].clone();
        for _ in 0..=random.below(4) {
            mutate(&mut random, &mut text, &corpus);
        }
        // The seed is the name of the case: it is shown when the case panics.
        let outcome = std::panic::catch_unwind(|| answer(&text));
        assert!(outcome.is_ok(), "seed {seed}:\n{text}");
    }
}

#[test]
fn schemas_of_the_repository_become_code_that_parses() {
    for text in corpus() {
        answer(&text);
    }
}

#[test]
fn random_bytes_are_answered() {
    for seed in 0..8 {
        let mut random = Random(seed);
        let bytes: Vec<u8> = (0..LARGE_BYTES).map(|_| random.next() as u8).collect();
        answer(&String::from_utf8_lossy(&bytes));
        let ascii: String = bytes.iter().map(|byte| char::from(byte & 0x7F)).collect();
        answer(&ascii);
    }
}

/// As many copies of what a number makes as fill 64 KiB.
fn many(make: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < LARGE_BYTES {
        text.push_str(&make(number));
        number += 1;
    }
    text
}

/// A number as letters that are far from those of its neighbours.
fn letters(number: usize) -> String {
    let mut random = Random(number as u64);
    (0..6).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
}

fn hostile() -> Vec<(&'static str, String)> {
    let model = "model A { id: uuid @key, text: string, n: int }\n";
    let in_fn =
        |make: &dyn Fn(usize) -> String| format!("{model}endpoint e() at GET /e for anyone {{\n{}}}\n", many(make));
    vec![
        ("fields of one model", format!("model A {{\n    id: uuid @key\n{}}}\n", many(|n| format!("    f{n}: int\n")))),
        ("one field again and again", format!("model A {{\n{}}}\n", many(|_| "    f: int\n".to_owned()))),
        ("wire names that clash", format!("struct A {{\n{}}}\n", many(|n| format!("    f{n}: int @as(\"x\")\n")))),
        ("parameters", format!("endpoint e({}) at GET /e for anyone {{ }}\n", many(|n| format!("p{n}: int, ")))),
        ("attributes", format!("struct A {{ a: int {} }}\n", many(|_| "@min(1) ".to_owned()))),
        ("settings", format!("app a {{\n{}}}\n", many(|_| "    title = \"a\"\n".to_owned()))),
        ("unknown types", many(|n| format!("struct S{n}{} {{ a: T{n}{} }}\n", letters(n), letters(n + 1)))),
        ("unknown names", in_fn(&|n| format!("    let a{n} = {}\n", letters(n)))),
        ("locals", in_fn(&|n| format!("    let {}{n} = {n}\n", letters(n)))),
        ("unknown functions", in_fn(&|n| format!("    {}(1)\n", letters(n)))),
        ("unknown fields of a damaged item", format!("model A {{ id: uuid @key, {}\n", many(|n| format!("T{n} ")))),
        ("damaged items and unknown types", many(|n| format!("struct S{n} {{ a: T{n}, ! }}\n"))),
        ("functions that call each other", many(|n| format!("fn f{n}(a: int) -> int = f{}(a)\n", n + 1))),
        ("functions in a circle", many(|n| format!("fn f{n}(a: int) -> int = f{}(a)\n", (n + 1) % 64))),
        ("structs in structs", many(|n| format!("struct S{n} {{ a: S{}? }}\n", n + 1))),
        (
            "indexes",
            format!("model A {{\n    id: uuid @key\n    a: int\n{}}}\n", many(|_| "    index (a, id)\n".to_owned())),
        ),
        ("models that refer", many(|n| format!("model M{n} {{ id: uuid @key, m: M{}? }}\n", n + 1))),
        ("routes", many(|n| format!("endpoint e{n}() at GET /{}/{{x}} for anyone {{ }}\n", letters(n)))),
        ("routes of parameters", many(|n| format!("endpoint e{n}(a: int) at GET /{{a}}/b for anyone {{ }}\n"))),
        ("variants", format!("enum E {{ {} }}\n", many(|n| format!("V{n}, ")))),
        ("arms", format!("fn f(a: int) -> int = match a {{\n{}}}\n", many(|n| format!("    {n} => {n}\n")))),
        ("the same arm", format!("fn f(a: int) -> int = match a {{\n{}}}\n", many(|_| "    1 => 1\n".to_owned()))),
        ("list", format!("fn f() -> [int] = [{}]\n", many(|n| format!("{n}, ")))),
        ("text", format!("fn f(a: int) -> string = \"{}\"\n", many(|_| "{a}".to_owned()))),
        ("conditions", in_fn(&|n| format!("    require {n} > 1 and {n} < 2 else conflict \"a\"\n"))),
        (
            "queries",
            in_fn(&|n| format!("    let q{n} = from a in A where a.n == {n} and a.text == \"a\" order by a.n\n")),
        ),
        ("imports", many(|n| format!("import \"{n}.rstone\"\n"))),
        ("hooks", many(|n| format!("hook h{n} on Unknown{n}\n"))),
        ("scenarios", many(|n| format!("test \"{n}\" {{\n    then a == {n}\n}}\n"))),
    ]
}

#[test]
fn what_grows_in_one_direction_is_answered() {
    for (name, text) in hostile() {
        println!("{name}");
        answer(&text);
    }
}

#[test]
fn odd_bytes_are_named_where_they_stand() {
    let table = [
        ("model A\u{0} { id: uuid @key }\n", "RS0006"),
        ("model 🦀 { id: uuid @key }\n", "RS0006"),
        ("struct A { a: string = \"", "RS0005"),
        ("model A { id: uuid @key", "RS0001"),
        ("fn f() -> int = ((((((1", "RS0001"),
    ];
    for (text, code) in table {
        let found: Vec<&str> = check_text(text).problems.iter().map(|problem| problem.code.code).collect();
        assert!(found.contains(&code) && found.len() <= 2, "{text:?}: {found:?}");
    }
    for text in ["\u{feff}struct A { a: int }\r\n", "struct A {\r\n    a: int\r\n}\r\n"] {
        let errors: Vec<_> = check_text(text).problems.into_iter().filter(Problem::is_error).collect();
        assert!(errors.is_empty(), "{text:?}: {errors:?}");
    }
}

#[test]
fn a_file_of_ten_megabytes_is_answered() {
    let mut text = String::new();
    while text.len() < 10 << 20 {
        let number = text.len();
        let _ = write!(text, "/// A row.\nmodel M{number} {{\n    id: uuid @key\n    text: string @len(1..200)\n}}\n");
    }
    assert!(!check_text(&text).has_errors());
}
