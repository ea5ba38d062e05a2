//! The examples of the repository check without a word, and so do cut-up ones without a panic. So do the
//! schemas of real domains under `tests/schemas`, one folder each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use raftstone_compiler::plan::print;
use raftstone_compiler::render::short;
use raftstone_compiler::{Checked, Input, check, diagnostic, generate};

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
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
    collect(&top().join("examples"), "", &mut files);
    files
}

/// The domains, by their names; the root of each is called like its folder.
fn domains() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut domains = BTreeMap::new();
    for entry in std::fs::read_dir(top().join("tests/schemas")).expect("the domains") {
        let path = entry.expect("an entry").path();
        let mut files = BTreeMap::new();
        collect(&path, "", &mut files);
        domains.insert(path.file_name().expect("a name").to_string_lossy().into_owned(), files);
    }
    domains
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

#[test]
fn domains_have_no_problems() {
    let domains = domains();
    assert!(domains.len() >= 6, "{:?}", domains.keys());
    for (name, files) in &domains {
        let checked = check_root(&format!("{name}.rstone"), files);
        assert!(checked.problems.is_empty(), "{name}:\n{}", words(&checked).join("\n"));
        let models = checked.declarations.models.len();
        assert!((15..=60).contains(&models), "{name}: {models} models");
        assert!(files.len() > 4, "{name}: {} files", files.len());
    }
}

/// How many queries of a printed plan read a whole model: in no order, or along its keys without an end.
fn scans(plan: &str) -> usize {
    let (mut count, mut has_limit) = (0, false);
    for line in plan.lines().map(str::trim_start) {
        // A query begins with what it reads, and ends with the ways to it, best first.
        if line.contains("from ") && line.contains(" in ") {
            has_limit = false;
        }
        has_limit |= line.starts_with("limit ");
        let is_scan = line.starts_with("by all rows") || (line.starts_with("by all keys") && !has_limit);
        count += usize::from(is_scan);
    }
    count
}

/// A query reads a whole model only where its author wrote `scan`.
#[test]
fn domains_scan_only_what_they_say() {
    for (name, files) in domains() {
        let checked = check_root(&format!("{name}.rstone"), &files);
        let plan = print::bodies(&checked.declarations, &checked.bodies);
        let meant = files.values().map(|text| text.matches("scan from").count()).sum::<usize>();
        assert_eq!(scans(&plan), meant, "{name}:\n{plan}");
    }
}

#[test]
fn domains_generate_rust() {
    for (name, files) in domains() {
        let checked = check_root(&format!("{name}.rstone"), &files);
        let generated = generate(&name, &checked);
        assert!(!generated.is_empty(), "{name}");
        for file in generated
            .iter()
            .filter(|file| std::path::Path::new(&file.name).extension().is_some_and(|ending| ending == "rs"))
        {
            if let Err(error) = syn::parse_file(&file.text) {
                panic!("{name}, {}: {error}", file.name);
            }
        }
    }
}
