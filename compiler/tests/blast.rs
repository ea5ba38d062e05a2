//! Blast radius: a schema with any one token taken out or doubled, or with its end missing, gives at
//! most two diagnostics, all in one item, and never anything but diagnostics; and what is healthy is
//! checked as before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use raftstone_compiler::{Checked, Input, check};
use raftstone_dsl::{Encoding, LineIndex};

/// The most diagnostics that one slip may cause.
const DIAGNOSTICS_MAX: usize = 2;

/// The share of slips, in thousandths, that may cause more. Each is listed with its reason.
const EXCEPTIONS_PER_THOUSAND: usize = 10;

/// The root of every check: besides the schema it holds items that are healthy but for one type
/// each, which has to be found whatever happens to the rest.
const PROBE: &str = "model HealthyProbe { id: uuid @key, text: string, size: int }
fn healthy_probe(text: string) -> int = text
endpoint healthy_probes() -> [string] at GET /healthy/probes for anyone = scan from p in HealthyProbe select p.size
";

/// What is found in [`PROBE`].
const PROBE_PROBLEMS: usize = 2;

type Files = BTreeMap<String, String>;

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) {
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

/// A changed text: where, and the words for what was done there.
struct Slip {
    at: u32,
    words: String,
    text: String,
}

fn without_a_token(text: &str) -> Vec<Slip> {
    let slip = |start: usize, end: usize| Slip {
        at: start as u32,
        words: format!("without `{}`", &text[start..end]),
        text: format!("{}{}", &text[..start], &text[end..]),
    };
    tokens(text).into_iter().map(|(start, end)| slip(start, end)).collect()
}

fn with_a_token_twice(text: &str) -> Vec<Slip> {
    let slip = |start: usize, end: usize| Slip {
        at: start as u32,
        words: format!("`{}` twice", &text[start..end]),
        text: format!("{} {}", &text[..end], &text[start..]),
    };
    tokens(text).into_iter().map(|(start, end)| slip(start, end)).collect()
}

fn cut_at_a_byte(text: &str) -> Vec<Slip> {
    let slip = |at: usize| Slip { at: at as u32, words: "cut".to_owned(), text: text[..at].to_owned() };
    text.char_indices().map(|(at, _)| slip(at)).collect()
}

fn tokens(text: &str) -> Vec<(usize, usize)> {
    let tokens = raftstone_dsl::parse(text).tokens;
    let tokens = tokens.iter().filter(|token| !token.kind.is_trivia());
    tokens.map(|token| (token.span.start as usize, token.span.end as usize)).collect()
}

fn check_with_probe(files: &Files, name: &str, changed: &str) -> Checked {
    let root = format!("import \"{}\"\n{PROBE}", root_of(name));
    let mut read = |path: &str| match path {
        "probe.rstone" => Ok(root.clone()),
        _ if path == name => Ok(changed.to_owned()),
        _ => files.get(path).cloned().ok_or_else(|| "no such file".to_owned()),
    };
    check(Input { root: "probe.rstone", read: &mut read, lock: None })
}

/// What is too much about a slip.
fn excess(checked: &Checked) -> Option<String> {
    // The root is file 0.
    let (probe, found): (Vec<_>, Vec<_>) = checked.problems.iter().partition(|problem| problem.span.file == 0);
    assert_eq!(probe.len(), PROBE_PROBLEMS, "what is healthy is checked as before: {probe:?}");
    let items: BTreeSet<_> = found
        .iter()
        .map(|problem| {
            let items = &checked.program.files[problem.span.file as usize].tree.items;
            (problem.span.file, items.partition_point(|item| item.span.end < problem.span.span.start))
        })
        .collect();
    if found.len() <= DIAGNOSTICS_MAX && items.len() <= 1 {
        return None;
    }
    let codes: Vec<&str> = found.iter().map(|problem| problem.code.code).take(6).collect();
    Some(format!("{} in {} ({})", found.len(), items.len(), codes.join(" ")))
}

/// Holds the slips of one kind against those listed in a file. Slips that follow each other on a line
/// with the same outcome are one line of it.
fn hold(list: &str, slips: fn(&str) -> Vec<Slip>) {
    let mut files = Files::new();
    collect(&folder("../examples"), "", &mut files);
    let (mut total, mut count, mut exceptions, mut last) = (0, 0, String::new(), String::new());
    for (name, text) in &files {
        let lines = LineIndex::new(text);
        for slip in slips(text) {
            total += 1;
            let Some(excess) = excess(&check_with_probe(&files, name, &slip.text)) else {
                last.clear();
                continue;
            };
            count += 1;
            let at = lines.line_column(slip.at, Encoding::Utf32);
            let here = format!("{name}:{} {}: {excess}", at.line + 1, slip.words);
            if here != last {
                let _ = writeln!(exceptions, "{name}:{}:{} {}: {excess}", at.line + 1, at.column + 1, slip.words);
            }
            last = here;
        }
    }
    let path = folder("tests").join(list);
    let known = fs::read_to_string(&path).unwrap_or_default();
    let (reasons, listed): (Vec<&str>, Vec<&str>) = known.lines().partition(|line| line.starts_with('#'));
    if std::env::var_os("RAFTSTONE_UPDATE").is_some() {
        fs::write(&path, format!("{}\n{exceptions}", reasons.join("\n"))).expect("the exceptions");
    } else {
        let found: Vec<&str> = exceptions.lines().collect();
        assert_eq!(found, listed, "RAFTSTONE_UPDATE=1 writes them");
    }
    println!("{list}: {count} of {total}");
    assert!(count * 1000 <= total * EXCEPTIONS_PER_THOUSAND, "{count} of {total}:\n{exceptions}");
}

#[test]
fn a_missing_token_damages_little() {
    hold("blast.txt", without_a_token);
}

#[test]
fn a_doubled_token_damages_little() {
    hold("blast_doubled.txt", with_a_token_twice);
}

#[test]
fn a_missing_end_damages_little() {
    hold("blast_cut.txt", cut_at_a_byte);
}
