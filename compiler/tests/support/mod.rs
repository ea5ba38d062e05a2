//! Schemas of several files, and what checking them finds.

use std::collections::BTreeMap;

use raftstone_compiler::{Checked, Input, check};

/// The name of the first file.
pub(crate) const ROOT: &str = "main.rstone";

/// Checks files by their names.
pub(crate) fn check_files(files: &BTreeMap<String, String>) -> Checked {
    let mut read = |path: &str| files.get(path).cloned().ok_or_else(|| "no such file".to_owned());
    let lock = files.get("rstone.lock").map(|text| ("rstone.lock", text.as_str()));
    check(Input { root: ROOT, read: &mut read, lock })
}
