//! `rstone check`: looks for mistakes, mends what is certain, and goes on looking.

use std::path::{Path, PathBuf};

use raftstone_compiler::diagnostic::Sources;
use raftstone_compiler::render::json;

use super::terminal::{self, count};
use super::{Command, Outcome, fix, split, trouble, watch};
use crate::disk::Schema;
use crate::report;

pub(super) const COMMAND: Command = Command {
    name: "check",
    usage: &[
        ("[--short | --json] FILE...", "look for mistakes in schemas"),
        ("--fix FILE...", "make every change that is certain to be right, then look"),
        ("--watch FILE...", "look again whenever a file of a schema changes"),
    ],
    run: check,
};

fn check(arguments: &[String]) -> Outcome {
    let (options, files) = match split(arguments, &["--short", "--json", "--fix", "--watch"]) {
        Ok(split) => split,
        Err(message) => return trouble(&message),
    };
    if options.contains(&"--short") && options.contains(&"--json") {
        return trouble("`--short` and `--json` are two ways to show the same: choose one");
    }
    if !options.contains(&"--watch") {
        return look(&files, &options).0;
    }
    let mut read: Vec<PathBuf> = files.iter().map(|file| file.to_path_buf()).collect();
    loop {
        let before = watch::Snapshot::of(read.clone());
        let (_, now_read) = look(&files, &options);
        // What was changed while it was looked at is looked at again; but for what `--fix` wrote.
        let changed = !options.contains(&"--fix") && !before.is_same(&watch::Snapshot::of(read));
        read = now_read;
        if changed {
            continue;
        }
        let before = watch::Snapshot::of(read.clone());
        terminal::status("Watching", &count(read.len(), "file"));
        watch::wait_for_change(&before, || read.clone());
    }
}

/// Looks at every schema once; gives the files that it was made of, whether they exist or not.
fn look(files: &[&Path], options: &[&str]) -> (Outcome, Vec<PathBuf>) {
    let mut outcome = Outcome::Success;
    let mut read = Vec::new();
    for file in files {
        if terminal::is_watched() {
            terminal::status("Checking", &file.display().to_string());
        }
        let loaded = if options.contains(&"--fix") { fix::fix(file) } else { Schema::load(file) };
        let schema = match loaded {
            Ok(schema) => schema,
            Err(message) => {
                read.push(file.to_path_buf());
                outcome = outcome.and(trouble(&message));
                continue;
            }
        };
        show(&schema, options);
        if schema.checked.has_errors() {
            outcome = outcome.and(Outcome::Errors);
        }
        read.extend(schema.asked.iter().cloned());
        // Taking the trees apart node by node would be time for nothing: mostly the process ends here.
        if !options.contains(&"--watch") {
            std::mem::forget(schema);
        }
    }
    if terminal::is_watched() && outcome == Outcome::Success {
        terminal::status("Finished", &format!("{} without errors", count(files.len(), "schema")));
    }
    (outcome, read)
}

/// Shows the problems of a schema.
pub(super) fn show(schema: &Schema, options: &[&str]) {
    let checked = &schema.checked;
    if options.contains(&"--json") {
        let sources = Sources::new(checked);
        for problem in &checked.problems {
            println!("{}", json::line(problem, &sources));
        }
    } else if options.contains(&"--short") {
        for line in report::lines(checked) {
            println!("{line}");
        }
    } else if !checked.problems.is_empty() {
        eprintln!("{}", report::pictures(checked, terminal::has_colours()));
    }
}
