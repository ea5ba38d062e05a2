//! The examples of the repository check without a word, and so do cut-up ones without a panic.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use raftstone_compiler::render::short;
use raftstone_compiler::{Checked, Input, check, diagnostic};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the examples") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files);
        } else if name.ends_with(".rstone") {
            let text = std::fs::read_to_string(&path).expect("a schema");
            files.insert(format!("{prefix}{name}"), text);
        }
    }
}

fn examples() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect(&folder(), "", &mut files);
    files
}

fn check_root(root: &str, files: &BTreeMap<String, String>) -> Checked {
    let mut read = |path: &str| files.get(path).cloned().ok_or_else(|| "no such file".to_owned());
    check(Input { root, read: &mut read, lock: None })
}

fn words(checked: &Checked) -> Vec<String> {
    let sources = diagnostic::Sources::new(checked);
    checked.problems.iter().map(|problem| short::line(problem, &sources)).collect()
}

#[test]
fn examples_have_no_problems() {
    let files = examples();
    for root in files.keys().filter(|name| !name.contains('/')) {
        let checked = check_root(root, &files);
        assert!(checked.problems.is_empty(), "{}", words(&checked).join("\n"));
    }
}

/// Every line taken out, one at a time: whatever is then wrong is said, not thrown.
#[test]
fn examples_without_a_line_do_not_panic() {
    let files = examples();
    for root in files.keys().filter(|name| !name.contains('/')) {
        for (name, text) in &files {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            for skipped in 0..lines.len() {
                let cut = lines.iter().enumerate().filter(|(at, _)| *at != skipped);
                let mut cut_files = files.clone();
                cut_files.insert(name.clone(), cut.map(|(_, line)| *line).collect());
                let checked = check_root(root, &cut_files);
                assert!(words(&checked).len() == checked.problems.len());
            }
        }
    }
}
