//! Applies the fixes of problems until none is left.
//!
//! Fixes that would change the same place wait for the next round: then the first one has been made,
//! and what is still wrong is judged anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use raftstone_compiler::Checked;
use raftstone_compiler::problem::{Edit, Fix};

use super::terminal::{count, status};
use crate::disk::{Schema, rewrite};

/// A fix may show the next one, but not for ever.
const MAX_ROUNDS: usize = 100;

/// Mends a schema and its imports on the disk; gives what is left.
pub(super) fn fix(root: &Path) -> Result<Schema, String> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut fixes: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut schema = Schema::load(root)?;
    for _ in 0..MAX_ROUNDS {
        let round = round(&schema.checked);
        if round.is_empty() {
            break;
        }
        for (path, text, applied) in round {
            *fixes.entry(path.clone()).or_default() += applied;
            texts.insert(path, text);
        }
        // Two fixes that undo each other would go on for ever.
        if !seen.insert(texts.clone()) {
            break;
        }
        schema = Schema::load_over(root, &texts)?;
    }
    for (path, text) in &texts {
        if rewrite(Path::new(path), text)? {
            status("Fixed", &format!("{path} ({})", count_fixes(fixes.get(path).copied().unwrap_or(0))));
        }
    }
    Ok(schema)
}

fn count_fixes(number: usize) -> String {
    if number == 1 { count(1, "fix") } else { format!("{number} fixes") }
}

/// The files that one round of fixes changes: path, new text, and how many fixes.
fn round(checked: &Checked) -> Vec<(String, String, usize)> {
    let mut chosen: Vec<&Edit> = Vec::new();
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    // The lock file stands behind the files of the program, and is written by `rstone lock` only.
    let is_source = |fix: &&Fix| fix.edits.iter().all(|edit| (edit.span.file as usize) < checked.program.files.len());
    for fix in checked.problems.iter().filter_map(|problem| problem.fix.as_ref()).filter(is_source) {
        let fits = |edit: &Edit| !chosen.iter().any(|other| conflicts(edit, other));
        // The edits are checked by characters as well: a fix is never applied in the middle of one.
        if fix.edits.is_empty() || !fix.edits.iter().all(|edit| fits(edit) && is_inside(checked, edit)) {
            continue;
        }
        chosen.extend(&fix.edits);
        if let Some(edit) = fix.edits.first() {
            *counts.entry(edit.span.file).or_default() += 1;
        }
    }
    chosen.sort_by_key(|edit| (edit.span.file, edit.span.span));
    let mut changed = Vec::new();
    for (number, file) in checked.program.files.iter().enumerate() {
        let edits: Vec<&Edit> = chosen.iter().copied().filter(|edit| edit.span.file as usize == number).collect();
        if !edits.is_empty() {
            let text = apply(&file.text, &edits);
            changed.push((file.path.clone(), text, counts.get(&(number as u32)).copied().unwrap_or(0)));
        }
    }
    changed
}

/// Whether two edits cannot be made together: they touch, and so the second could mean another place.
fn conflicts(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.span.span, other.span.span);
    one.span.file == other.span.file && a.start <= b.end && b.start <= a.end
}

fn is_inside(checked: &Checked, edit: &Edit) -> bool {
    let (_, text) = checked.source(edit.span.file);
    text.get(edit.span.span.start as usize..edit.span.span.end as usize).is_some()
}

/// Makes edits that are sorted and do not touch each other.
fn apply(text: &str, edits: &[&Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for edit in edits {
        let (start, end) = (edit.span.span.start as usize, edit.span.span.end as usize);
        out.push_str(text.get(copied..start).unwrap_or_default());
        out.push_str(&edit.text);
        copied = end;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}
