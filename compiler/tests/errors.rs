//! Schemas with mistakes in bodies: `bodies/*.rstone`, each problem under its place.
//!
//! `// ^^^ RS0201 words` marks the place on the line before; `// <- RS0201 words` one whose first
//! columns the marker itself covers. Labels follow with `---`, helps and fixes with their words.
//! `RAFTSTONE_UPDATE=1` rewrites the marks.

mod split;
mod support;

use std::fmt::Write;
use std::path::PathBuf;

use raftstone_compiler::Checked;
use raftstone_compiler::problem::Problem;

fn is_mark(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("//") else { return false };
    let rest = rest.trim_start();
    rest.starts_with('^') || rest.starts_with("<- ") || rest.starts_with("---") || rest.starts_with("= ")
}

fn without_marks(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !is_mark(line)).collect()
}

/// The text with a mark under each place.
fn marked(text: &str, checked: &Checked) -> String {
    let mut out = String::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push('\n');
        }
        let end = offset + line.len();
        for problem in &checked.problems {
            let start = problem.span.span.start as usize;
            let is_last = end == text.len() && start >= end;
            if (offset..end).contains(&start) || is_last {
                marks(&mut out, line, offset, problem, checked);
            }
        }
        offset = end;
    }
    out
}

fn marks(out: &mut String, line: &str, offset: usize, problem: &Problem, checked: &Checked) {
    let start = problem.span.span.start as usize - offset;
    let length = (problem.span.span.end - problem.span.span.start) as usize;
    let column = line.get(..start).map_or(0, |before| before.chars().count());
    let width = line.get(start..start + length).map_or(1, |place| place.trim_end().chars().count().max(1));
    let label = if problem.label.is_empty() { String::new() } else { format!(" ({})", problem.label) };
    let words = format!("{} {}{label}", problem.code.code, problem.message);
    let _ = match column.checked_sub(2) {
        Some(spaces) => writeln!(out, "//{}{} {words}", " ".repeat(spaces), "^".repeat(width)),
        None => writeln!(out, "// <- {words}"),
    };
    for (span, label) in &problem.labels {
        let (_, text) = checked.source(span.file);
        let place = text.get(span.span.start as usize..span.span.end as usize).unwrap_or_default();
        let place = place.lines().next().unwrap_or_default();
        let _ = writeln!(out, "//   --- `{place}`: {label}");
    }
    if let Some(help) = &problem.help {
        let _ = writeln!(out, "//   = help: {help}");
    }
    if let Some(fix) = &problem.fix {
        let edits: Vec<String> = fix.edits.iter().map(|edit| format!("{:?}", edit.text)).collect();
        let _ = writeln!(out, "//   = fix: {}: {}", fix.title, edits.join(", "));
    }
}

#[test]
fn mistakes_are_shown_at_their_places() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bodies");
    let updates = std::env::var_os("RAFTSTONE_UPDATE").is_some();
    let mut wrong = Vec::new();
    let mut codes = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
        let path = entry.path();
        let expected = std::fs::read_to_string(&path).expect("a readable schema");
        let text = without_marks(&expected);
        let checked = support::check_files(&split::split(&text));
        codes.extend(checked.problems.iter().map(|problem| problem.code.code));
        let found = marked(&text, &checked);
        if updates {
            std::fs::write(&path, &found).expect("a writable folder");
        } else if found != expected {
            wrong.push(format!("{}: it is now\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let own = ["RS02", "RS04", "RS05", "RS065"];
    let missing: Vec<&str> = raftstone_compiler::codes::all()
        .map(|info| info.code)
        .filter(|code| own.iter().any(|range| code.starts_with(range)) && !codes.contains(code))
        .collect();
    assert!(missing.is_empty(), "no fixture shows {missing:?}");
}
