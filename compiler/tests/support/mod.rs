//! Schemas as texts with several files in them, and what checking them finds.
//!
//! The main file comes first; `//- users.rstone` on a line of its own begins another one.

use std::collections::BTreeMap;

use raftstone_compiler::{Checked, Input, check};

/// The name of the first file.
pub(crate) const ROOT: &str = "main.rstone";

/// The files of a text, by name.
pub(crate) fn split(text: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut name = ROOT.to_owned();
    let mut current = String::new();
    for line in text.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("//- ") {
            let before = std::mem::replace(&mut name, next.trim().to_owned());
            files.insert(before, std::mem::take(&mut current));
        } else {
            current.push_str(line);
        }
    }
    files.insert(name, current);
    files
}

/// Checks the files of a text.
pub(crate) fn check_files(files: &BTreeMap<String, String>) -> Checked {
    let mut read = |path: &str| files.get(path).cloned().ok_or_else(|| "no such file".to_owned());
    let lock = files.get("rstone.lock").map(|text| ("rstone.lock", text.as_str()));
    check(Input { root: ROOT, read: &mut read, lock })
}

/// Checks a text.
pub(crate) fn check_text(text: &str) -> Checked {
    check_files(&split(text))
}
