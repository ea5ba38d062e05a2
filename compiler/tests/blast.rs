//! Blast radius: a schema with any one token taken out gives at most two diagnostics, and never
//! anything but diagnostics.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use raftstone_compiler::{Input, check};
use raftstone_dsl::{Encoding, LineIndex};

/// The most diagnostics that one missing token may cause.
const DIAGNOSTICS_MAX: usize = 2;

/// The share of tokens, in thousandths, that may cause more. Each is listed with its reason.
const EXCEPTIONS_PER_THOUSAND: usize = 10;

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the examples") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files);
        } else if name.ends_with(".rstone") {
            files.insert(format!("{prefix}{name}"), fs::read_to_string(&path).expect("a schema"));
        }
    }
}

/// The root to check when a file changes.
fn root_of(name: &str) -> String {
    match name.split_once('/') {
        Some((folder, _)) => format!("{folder}.rstone"),
        None => name.to_owned(),
    }
}

#[test]
fn a_missing_token_damages_little() {
    let mut files = BTreeMap::new();
    collect(&folder("../examples"), "", &mut files);
    let (mut tokens, mut exceptions) = (0, String::new());
    for (name, text) in &files {
        let lines = LineIndex::new(text);
        for token in raftstone_dsl::parse(text).tokens.iter().filter(|token| !token.kind.is_trivia()) {
            tokens += 1;
            let (start, end) = (token.span.start as usize, token.span.end as usize);
            let cut = format!("{}{}", &text[..start], &text[end..]);
            let mut read = |path: &str| {
                let found = if path == name { Some(&cut) } else { files.get(path) };
                found.cloned().ok_or_else(|| "no such file".to_owned())
            };
            let checked = check(Input { root: &root_of(name), read: &mut read, lock: None });
            if checked.problems.len() > DIAGNOSTICS_MAX {
                let at = lines.line_column(token.span.start, Encoding::Utf32);
                let codes: Vec<&str> = checked.problems.iter().map(|p| p.code.code).take(6).collect();
                let _ = writeln!(
                    exceptions,
                    "{name}:{}:{} without `{}`: {} ({})",
                    at.line + 1,
                    at.column + 1,
                    &text[start..end],
                    checked.problems.len(),
                    codes.join(" ")
                );
            }
        }
    }
    let path = folder("tests/blast.txt");
    let known = fs::read_to_string(&path).unwrap_or_default();
    let (reasons, listed): (Vec<&str>, Vec<&str>) = known.lines().partition(|line| line.starts_with('#'));
    if std::env::var_os("RAFTSTONE_UPDATE").is_some() {
        fs::write(&path, format!("{}\n{exceptions}", reasons.join("\n"))).expect("the exceptions");
    } else {
        let found: Vec<&str> = exceptions.lines().collect();
        assert_eq!(found, listed, "RAFTSTONE_UPDATE=1 writes them");
    }
    let count = exceptions.lines().count();
    assert!(count * 1000 <= tokens * EXCEPTIONS_PER_THOUSAND, "{count} of {tokens} tokens:\n{exceptions}");
}
