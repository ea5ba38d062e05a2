//! Texts with several files in them: the main file comes first; `//- users.rstone` on a line of its own
//! begins another one.

use crate::support::ROOT;
use std::collections::BTreeMap;

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
