//! Schemas with mistakes, each annotated with what is said about it.
//!
//! Behind every line with a problem stands `// > error[RS0114] 12..17: message`, with the columns
//! of the place, the other places behind `|`, and the help. `RAFTSTONE_UPDATE=1` writes the
//! annotations; the diff is then read, not trusted.

mod split;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use raftstone_compiler::Checked;
use raftstone_compiler::codes::{self, CodeInfo, Severity};
use raftstone_compiler::declarations::FileSpan;
use raftstone_compiler::diagnostic::Sources;
use raftstone_compiler::problem::{Edit, Fix, Problem};
use split::split;
use support::{ROOT, check_files};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for range in fs::read_dir(folder()).expect("the fixtures") {
        for file in fs::read_dir(range.expect("a range").path()).expect("a range") {
            found.push(file.expect("a fixture").path());
        }
    }
    found.sort();
    found
}

/// The comment of a file's language.
fn comment(name: &str) -> &'static str {
    if name.strip_suffix(".lock").is_some() { "# >" } else { "// >" }
}

fn without_annotations(text: &str) -> String {
    let is_annotation = |line: &&str| line.starts_with("// > ") || line.starts_with("# > ");
    text.split_inclusive('\n').filter(|line| !is_annotation(line)).collect()
}

/// The names of the files in the order of the text.
fn order(text: &str) -> Vec<String> {
    let others = text.lines().filter_map(|line| line.strip_prefix("//- "));
    std::iter::once(ROOT.to_owned()).chain(others.map(|name| name.trim().to_owned())).collect()
}

fn annotation(problem: &Problem, sources: &Sources<'_>) -> String {
    let severity = match problem.code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let (start, end) = sources.range(problem.span);
    let mut out = format!("{severity}[{}] {}..", problem.code.code, start.column);
    if end.line != start.line {
        let _ = write!(out, "{}:", end.line);
    }
    let _ = write!(out, "{}: {}", end.column, problem.message);
    if !problem.label.is_empty() {
        let _ = write!(out, " | {}", problem.label);
    }
    for (span, text) in &problem.labels {
        let _ = write!(out, " | {}: {text}", place(*span, problem.span, sources));
    }
    if let Some(help) = &problem.help {
        let _ = write!(out, " | help: {help}");
    }
    if let Some(fix) = &problem.fix {
        let _ = write!(out, " | fix: {}", fix.title);
    }
    out
}

fn place(span: FileSpan, primary: FileSpan, sources: &Sources<'_>) -> String {
    let (start, _) = sources.range(span);
    let file = if span.file == primary.file { "" } else { sources.path(span) };
    format!("{file}@{}:{}", start.line, start.column)
}

/// The text with all problems written behind their lines.
fn annotate(text: &str, files: &BTreeMap<String, String>, checked: &Checked) -> String {
    let sources = Sources::new(checked);
    let mut out = String::new();
    for (position, name) in order(text).iter().enumerate() {
        if position > 0 {
            let _ = writeln!(out, "//- {name}");
        }
        let file = files.get(name).map_or("", String::as_str);
        let problems: Vec<&Problem> =
            checked.problems.iter().filter(|problem| sources.path(problem.span) == name).collect();
        for (number, line) in file.split_inclusive('\n').enumerate() {
            out.push_str(line);
            for problem in &problems {
                let (start, _) = sources.range(problem.span);
                if start.line as usize == number + 1 {
                    let _ = writeln!(out, "{} {}", comment(name), annotation(problem, &sources));
                }
            }
        }
        let lines = file.split_inclusive('\n').count();
        for problem in &problems {
            let (start, _) = sources.range(problem.span);
            if start.line as usize > lines {
                let _ = writeln!(out, "{} {}", comment(name), annotation(problem, &sources));
            }
        }
    }
    out
}

fn run(path: &Path) -> (String, String, BTreeSet<&'static str>) {
    let written = fs::read_to_string(path).expect("a fixture");
    let text = without_annotations(&written);
    let files = split(&text);
    let checked = check_files(&files);
    let found = checked.problems.iter().map(|problem| problem.code.code).collect();
    (written, annotate(&text, &files, &checked), found)
}

#[test]
fn fixtures_say_what_is_found_and_show_every_code() {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let (written, expected, _) = run(&path);
        if written != expected {
            if std::env::var_os("RAFTSTONE_UPDATE").is_some() {
                fs::write(&path, expected).expect("a fixture");
            } else {
                wrong.push(format!("{}:\n{expected}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nRAFTSTONE_UPDATE=1 writes them", wrong.join("\n"));
    // Not a test of its own: it reads what this one may just have written.
    check_coverage();
}

/// The files with a fix applied.
fn mended(files: &BTreeMap<String, String>, fix: &Fix, sources: &Sources<'_>) -> BTreeMap<String, String> {
    let mut files = files.clone();
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.file, edit.span.span.start)));
    // From the end, so that the places of those before stay true.
    for edit in edits {
        let text = files.get_mut(sources.path(edit.span)).expect("a fix is about a file of the schema");
        text.replace_range(edit.span.span.start as usize..edit.span.span.end as usize, &edit.text);
    }
    files
}

/// Fixes that do not mend yet, by file, code and what their line says; whoever mends one takes it out.
const NOT_YET: [(&str, &str, &str); 2] = [
    // `emit` is offered in a `fn`, where nothing can be emitted.
    ("bodies/names.rstone", "RS0223", "PostAdded"),
    // The only variant of this name is offered, whatever type is wanted.
    ("bodies/names.rstone", "RS0201", "Gone"),
];

/// How often each code is found.
fn counts(checked: &Checked) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for problem in &checked.problems {
        *counts.entry(problem.code.code).or_default() += 1;
    }
    counts
}

/// Where a place is once a fix is applied; nowhere if the fix replaces it.
fn moved(span: FileSpan, fix: &Fix) -> usize {
    let before = |edit: &&Edit| edit.span.file == span.file && edit.span.span.end <= span.span.start;
    let start = span.span.start as usize;
    fix.edits
        .iter()
        .filter(before)
        .fold(start, |start, edit| start + edit.text.len() - (edit.span.span.end - edit.span.span.start) as usize)
}

/// What is wrong with the files once a fix is applied alone: its problem is still there, or other ones have come.
fn what_is_left(problem: &Problem, fix: &Fix, files: &BTreeMap<String, String>, checked: &Checked) -> Vec<String> {
    let sources = Sources::new(checked);
    let again = check_files(&mended(files, fix, &sources));
    let found = Sources::new(&again);
    let (path, start) = (sources.path(problem.span), moved(problem.span, fix));
    let is_there = |other: &&Problem| {
        let is_same = other.code.code == problem.code.code && found.path(other.span) == path;
        is_same && other.span.span.start as usize == start && other.message == problem.message
    };
    let mut left: Vec<String> =
        again.problems.iter().filter(is_there).map(|other| format!("still {}", other.message)).collect();
    // A name that is known now may be used wrongly, which nobody could see before.
    if !fix.title.starts_with("change to ") {
        let before = counts(checked);
        let came = counts(&again).into_iter().filter(|(code, count)| *count > before.get(code).copied().unwrap_or(0));
        left.extend(came.map(|(code, _)| format!("one more {code}")));
    }
    left
}

/// A fix is certain: applied alone, its problem is gone, and no other one has come.
#[test]
fn every_fix_mends() {
    let mut wrong = Vec::new();
    let mut not_yet = BTreeSet::new();
    let mut count = 0;
    for path in fixtures() {
        let text = without_annotations(&fs::read_to_string(&path).expect("a fixture"));
        let files = split(&text);
        let checked = check_files(&files);
        let sources = Sources::new(&checked);
        let name = path.strip_prefix(folder()).expect("a fixture").to_string_lossy().into_owned();
        for problem in &checked.problems {
            let Some(fix) = &problem.fix else { continue };
            count += 1;
            let left = what_is_left(problem, fix, &files, &checked);
            if left.is_empty() {
                continue;
            }
            let (start, _) = sources.range(problem.span);
            let file = files.get(sources.path(problem.span)).map_or("", String::as_str);
            let line = file.lines().nth(start.line as usize - 1).unwrap_or_default();
            let code = problem.code.code;
            let is_it = |known: &&(&str, &str, &str)| (known.0, known.1) == (&name, code) && line.contains(known.2);
            match NOT_YET.iter().find(is_it) {
                Some(known) => _ = not_yet.insert(*known),
                None => wrong.push(format!("{name} {code}, `{line}`: {}: {left:?}", fix.title)),
            }
        }
    }
    assert!(count > 50, "only {count} fixes were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(not_yet, BTreeSet::from(NOT_YET), "what mends now is listed no longer");
}

/// The folder of a code's range.
fn range(code: &str) -> &'static str {
    match code.get(..4) {
        Some("RS00") => "syntax",
        Some("RS01") => "items",
        Some("RS02") => "expressions",
        Some("RS03") => "models",
        Some("RS04") => "apply",
        Some("RS05") => "queries",
        Some("RS06") => "endpoints",
        Some("RS08") => "identity",
        Some("RS09") => "reactions",
        Some("RS10") => "scenarios",
        _ => "lock",
    }
}

/// Every code has a fixture.
fn check_coverage() {
    let mut shown = BTreeSet::new();
    for path in fixtures() {
        shown.extend(run(&path).2);
    }
    let missing: Vec<&CodeInfo> =
        codes::all().filter(|info| !info.bad.is_empty() && !shown.contains(info.code)).collect();
    if std::env::var_os("RAFTSTONE_UPDATE").is_some() {
        for info in &missing {
            let file = format!("{}/{}.rstone", range(info.code), info.code.to_lowercase());
            fs::write(folder().join(file), info.bad).expect("a fixture");
        }
    }
    let missing: Vec<&str> = missing.iter().map(|info| info.code).collect();
    assert!(missing.is_empty(), "{missing:?}: RAFTSTONE_UPDATE=1 begins them with the codes' examples");
}
