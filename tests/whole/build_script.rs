//! `build.rs` of a user's crate, run by a real cargo: when it runs, what its reader sees, what stays.

mod user_crate;

use raftstone_tests::server::workspace;
use user_crate::{Ran, UserCrate, shown_in_readme, tool};

const ROOT: &str = "\
import \"notes/words.rstone\"

app notes { title = \"Notes\" }

model Note {
    id:   int @key @auto
    text: Text
}
event NoteAdded creates Note { text }

endpoint add(..NoteAdded) -> 201 Note at POST /notes for anyone = emit NoteAdded { .. }
";
const WORDS: &str = "type Text = string @trim @len(1..1000)\n";
/// Two mistakes in two files, and an import that is there twice, which is a warning.
const BROKEN_ROOT: (&str, &str) = ("text: Text\n", "text: Txet\n");
const BROKEN_WORDS: &str = "type Text = string @trim @len(1..1000)\ntype Other = strin\n";
const IMPORT: &str = "import \"notes/words.rstone\"\n";

fn good(name: &'static str) -> UserCrate {
    let notes = UserCrate::new(name);
    notes.write("notes.rstone", ROOT);
    notes.write("notes/words.rstone", WORDS);
    notes
}

fn locked(name: &'static str) -> UserCrate {
    let notes = good(name);
    notes.lock();
    notes
}

fn break_it(notes: &UserCrate) {
    let root = ROOT.replace(BROKEN_ROOT.0, BROKEN_ROOT.1).replace(IMPORT, &IMPORT.repeat(2));
    notes.write("notes.rstone", &root);
    notes.write("notes/words.rstone", BROKEN_WORDS);
}

/// The other half of a user's crate: an example is built from the same lines. (`build.rs` is taken
/// from the README by all tests here.)
#[test]
fn the_main_function_of_the_readme_is_that_of_an_example() {
    let example = std::fs::read_to_string(workspace().join("examples/src/bin/todo.rs")).expect("an example");
    let served = example.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = served.lines().filter(|line| !line.starts_with("//!")).collect();
    assert_eq!(shown_in_readme("raftstone::").trim(), code.join("\n").replace("todo", "notes").trim());
}

#[test]
fn the_script_runs_again_only_when_a_file_of_the_schema_was_touched() {
    let notes = locked("fresh");
    notes.check(&[]).assert_ok();
    assert_eq!(notes.check(&[]).ran, Ran::Nothing, "nothing was touched");
    for file in ["notes.rstone", "notes/words.rstone", "rstone.lock"] {
        notes.touch(file);
        assert_eq!(notes.check(&[]).ran, Ran::Script, "{file} was touched");
        assert_eq!(notes.check(&[]).ran, Ran::Nothing, "after {file}");
    }
    notes.write("README.md", "No part of the schema.");
    assert_eq!(notes.check(&[]).ran, Ran::Nothing, "a file beside the schema");
}

#[test]
fn output_is_written_only_where_it_differs() {
    let notes = locked("output");
    notes.check(&[]).assert_ok();
    let before = notes.output_times();
    assert!(before.keys().any(|name| name == "notes.rs"), "{before:?}");
    notes.touch("notes.rstone");
    assert_eq!(notes.check(&[]).ran, Ran::Script);
    assert_eq!(notes.output_times(), before, "the same schema gives the same files");
}

#[test]
fn mistakes_fail_the_build_with_the_report_once_and_the_last_good_output_stays() {
    let notes = locked("mistakes");
    notes.check(&[]).assert_ok();
    let before = notes.output();
    break_it(&notes);
    let tool = tool(notes.folder(), &["check", "notes.rstone"]);
    assert_eq!(tool.matches("RS0114").count(), 2, "{tool}");
    // Also the second time: cargo does not take the failure for done.
    for _ in 0..2 {
        let run = notes.check(&[]);
        assert!(!run.succeeded);
        let (_, report) = run.text.split_once("--- stderr\n").expect("the text of the script");
        let report: Vec<&str> = report.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
        assert_eq!(report.join("\n").trim_end(), tool.trim_end(), "the whole report and nothing else");
        for noise in ["--- stdout", "panicked", "RUST_BACKTRACE", "cargo::", "\u{1b}["] {
            assert!(!run.text.contains(noise), "`{noise}` in {}", run.text);
        }
        assert_eq!(notes.output(), before, "the last good output");
    }
    notes.write("notes.rstone", ROOT);
    notes.write("notes/words.rstone", WORDS);
    notes.check(&[]).assert_ok();
    assert_eq!(notes.output(), before);
}

#[test]
fn a_schema_that_is_not_there_is_named_with_the_cause() {
    let notes = UserCrate::new("missing");
    let run = notes.check(&[]);
    assert!(!run.succeeded);
    assert!(run.text.contains("`notes.rstone` cannot be read: there is no such file"), "{}", run.text);
    assert!(!run.text.contains("panicked"), "{}", run.text);
}

#[test]
fn short_diagnostics_are_a_line_for_each_problem() {
    let notes = locked("short");
    break_it(&notes);
    let run = notes.check(&[("RAFTSTONE_DIAGNOSTICS", "short")]);
    assert!(!run.succeeded);
    let tool = tool(notes.folder(), &["check", "--short", "notes.rstone"]);
    let (warnings, errors): (Vec<_>, Vec<_>) =
        tool.lines().map(str::to_owned).partition(|line| line.contains("RS0104"));
    assert_eq!((errors.len(), warnings.len()), (2, 1), "{tool}");
    assert_eq!(run.said("error"), errors, "{}", run.text);
    assert_eq!(run.said("warning"), warnings, "{}", run.text);
    for noise in ["──", "--- std", "panicked", "process didn't exit"] {
        assert!(!run.text.contains(noise), "`{noise}` in {}", run.text);
    }
}

#[test]
fn warnings_are_a_line_each_and_do_not_fail_the_build() {
    let notes = locked("warnings");
    notes.write("notes.rstone", &ROOT.replace(IMPORT, &IMPORT.repeat(2)));
    let run = notes.check(&[]).assert_ok();
    let warnings = run.said("warning");
    assert!(matches!(&warnings[..], [one] if one.starts_with("notes.rstone:2:8: RS0104 ")), "{warnings:?}");
}

#[test]
fn a_release_build_waits_for_the_lock_file_and_a_debug_build_only_warns() {
    let notes = good("ahead");
    let refused = |report: &str| {
        for variables in [&[][..], &[("RAFTSTONE_DIAGNOSTICS", "short")]] {
            let run = notes.check_release(variables);
            assert!(!run.succeeded, "{}", run.text);
            let text = if variables.is_empty() { run.text.clone() } else { run.said("error").concat() };
            assert!(text.contains(report), "`{report}` lacks in {}", run.text);
            assert!(text.contains("run `rstone lock notes.rstone` and commit `rstone.lock`"), "{}", run.text);
            assert!(!run.text.contains("panicked"), "{}", run.text);
        }
    };
    let warned = |words: &[&str]| {
        let run = notes.check(&[]).assert_ok();
        let warnings = run.said("warning");
        assert_eq!(warnings.len(), 1, "{}", run.text);
        for word in words {
            assert!(warnings[0].contains(word), "`{word}` lacks in {warnings:?}");
        }
    };
    warned(&["`notes.rstone` has no `rstone.lock`", "run `rstone lock notes.rstone`"]);
    refused("`notes.rstone` has no `rstone.lock` beside it");
    notes.lock();
    let accepted = || {
        for run in [notes.check_release(&[]), notes.check(&[])] {
            assert!(run.assert_ok().said("warning").is_empty(), "the lock file is new, and the warning is old");
        }
    };
    accepted();

    notes.write("notes.rstone", &ROOT.replace("text: Text\n", "text: Text\n    stars: int = 0\n"));
    warned(&["notes.rstone:5:7: RS0703 ", "run `rstone lock`"]);
    refused("`notes.rstone` runs ahead of `rstone.lock`:");
    refused("stars");
    notes.lock();
    accepted();
}

#[test]
fn under_rust_analyzer_the_script_succeeds_and_the_next_build_still_reports() {
    let notes = locked("editor");
    notes.check(&[]).assert_ok();
    let good = notes.output();
    break_it(&notes);
    // The crate of this test only shows the text, so that the run as a whole succeeds.
    notes.check(&[("RA_RUSTC_WRAPPER", "1")]).assert_ok();
    let half = notes.output();
    assert!(half["notes.rs"].starts_with(&good["notes.rs"]), "the last good types stay known");
    assert!(half["notes.rs"].contains("compile_error!"), "{}", half["notes.rs"]);
    assert_eq!(half["notes/rstone-errors.txt"].matches("RS0114").count(), 2);
    let run = notes.check(&[]);
    assert!(!run.succeeded && run.text.contains("RS0114"), "{}", run.text);
    notes.write("notes.rstone", ROOT);
    notes.write("notes/words.rstone", WORDS);
    notes.check(&[("RA_RUSTC_WRAPPER", "1")]).assert_ok();
    assert_eq!(notes.output()["notes.rs"], good["notes.rs"]);
}
