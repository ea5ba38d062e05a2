//! Every code: its words, its examples, its page under `docs/diagnostics/`.

mod split;
mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use raftstone_compiler::codes::unavailable::CANNOT_RUN_YET;
use raftstone_compiler::codes::{self, CodeInfo, Severity};
use raftstone_compiler::problem::Problem;
use split::split;
use support::check_files;

fn pages() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics")
}

fn updates() -> bool {
    std::env::var_os("RAFTSTONE_UPDATE").is_some()
}

#[test]
fn codes_are_unique_and_in_order() {
    let codes: Vec<&str> = codes::all().map(|info| info.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    assert!(codes.len() > 40, "{}", codes.len());
}

#[test]
fn titles_and_explanations_follow_the_guide() {
    for info in codes::all() {
        let CodeInfo { code, title, explanation, .. } = info;
        assert!(!title.ends_with('.'), "{code}: a title has no full stop");
        assert!(!title.is_empty() && title.chars().next().is_some_and(|c| !c.is_lowercase()), "{code}");
        assert!(explanation.ends_with('.'), "{code}: an explanation is made of sentences");
        for banned in ["Identifier", "token", "AST", "parse error", "invalid syntax"] {
            assert!(!title.contains(banned) && !explanation.contains(banned), "{code}: `{banned}`");
        }
    }
}

/// The bad example of a code shows that code and no other, the good one shows nothing.
#[test]
fn examples_show_what_they_should() {
    let mut wrong = Vec::new();
    // The parser's own tests look at its examples, which are no whole schemas.
    for info in codes::all().filter(|info| !info.code.starts_with("RS00")) {
        let found = |text: &str| -> BTreeSet<String> {
            let checked = check_files(&split(text));
            // What an example needs may be checked already without running yet.
            let is_said = |problem: &&Problem| problem.code != &CANNOT_RUN_YET || info.code == CANNOT_RUN_YET.code;
            let said = checked.problems.iter().filter(is_said);
            said.map(|problem| format!("{}: {}", problem.code.code, problem.message)).collect()
        };
        let bad = found(info.bad);
        if bad.is_empty() || !bad.iter().all(|found| found.starts_with(info.code)) {
            wrong.push(format!("{} bad: {bad:?}", info.code));
        }
        let good = found(info.good);
        if !good.is_empty() {
            wrong.push(format!("{} good: {good:?}", info.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn index() -> String {
    let mut index = String::from(
        "# Diagnostics\n\nEvery problem that the compiler reports has a code. \
         `rstone explain RS0114` shows these pages in the terminal.\n\n| code | rule |\n|---|---|\n",
    );
    for info in codes::all() {
        let warning = if info.severity == Severity::Warning { " (warning)" } else { "" };
        let _ = writeln!(index, "| [{0}]({0}.md) | {1}{warning} |", info.code, info.title);
    }
    index
}

#[test]
fn every_code_has_its_page() {
    let mut expected: Vec<(String, String)> =
        codes::all().map(|info| (format!("{}.md", info.code), codes::page(info))).collect();
    expected.push(("README.md".to_owned(), index()));
    if updates() {
        fs::create_dir_all(pages()).expect("the folder of pages");
        for (name, text) in &expected {
            fs::write(pages().join(name), text).expect("a page");
        }
    }
    let names: BTreeSet<String> = expected.iter().map(|(name, _)| name.clone()).collect();
    let found: BTreeSet<String> = fs::read_dir(pages())
        .expect("docs/diagnostics")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        // How messages are worded is written by people.
        .filter(|name| name != "STYLE.md")
        .collect();
    assert_eq!(found, names, "RAFTSTONE_UPDATE=1 writes the pages");
    for (name, text) in expected {
        let written = fs::read_to_string(pages().join(&name)).expect("a page");
        assert_eq!(written, text, "{name}: RAFTSTONE_UPDATE=1 writes the pages");
    }
}
