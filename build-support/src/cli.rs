//! The `rstone` tool: `check`, `lock`, `explain`, `openapi`.
//!
//! Exit codes: 0 for success, 1 when a schema has errors (or, with `lock --check`, is ahead of its
//! lock file), 2 when the tool was called wrongly or a file could not be written.

mod explain;
mod openapi;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use raftstone_compiler::diagnostic::Sources;
use raftstone_compiler::lock::{self, LockFile};
use raftstone_compiler::render::json;
use raftstone_compiler::similar;

use crate::disk::{Schema, touch, write_if_changed};
use crate::environment::has_colours;
use crate::report;

const HELP: &str = "\
The tool of the .rstone language.

usage: rstone COMMAND

  check [--short | --json] FILE...   look for mistakes in schemas
  lock [--check] FILE...             record the shapes of what is stored in rstone.lock
  explain CODE                       say what a code such as RS0114 is about
  explain FILE                       show by which ways, and at what cost, a schema's queries run
  openapi FILE                       print the OpenAPI document of a schema
  help                               this text
  version                            the version of this tool

FILE is the root of a schema; what it imports is found from there.
Exit codes: 0 success, 1 a schema has errors or is ahead of its lock file, 2 anything else.
";

/// The commands that there are.
const COMMANDS: [&str; 6] = ["check", "lock", "explain", "openapi", "help", "version"];

/// What a run of the tool ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Success,
    /// A schema has errors.
    Errors,
    /// The tool was called wrongly, or the disk failed.
    Trouble,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Success => 0,
            Outcome::Errors => 1,
            Outcome::Trouble => 2,
        })
    }
}

/// Runs the tool with the words behind its name.
pub fn run(arguments: &[String]) -> Outcome {
    let Some((command, rest)) = arguments.split_first() else {
        eprint!("{HELP}");
        return Outcome::Trouble;
    };
    match command.as_str() {
        "check" => check(rest),
        "lock" => lock(rest),
        "explain" => explain::explain(rest),
        "openapi" => openapi::openapi(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Outcome::Success
        }
        "version" | "--version" | "-V" => {
            println!("rstone {}", env!("CARGO_PKG_VERSION"));
            Outcome::Success
        }
        other => {
            let hint =
                similar::nearest(other, COMMANDS).map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
            let commands = COMMANDS.join("`, `");
            trouble(&format!("there is no command `{other}`{hint}; there are `{commands}`"))
        }
    }
}

/// Words that begin with `-`, and the others.
fn split<'a>(arguments: &'a [String], known: &[&str]) -> Result<(Vec<&'a str>, Vec<&'a Path>), String> {
    let (options, files): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| argument.starts_with('-'));
    if let Some(unknown) = options.iter().find(|option| !known.contains(&option.as_str())) {
        return Err(format!("there is no option `{unknown}` here; there is `{}`", known.join("`, `")));
    }
    if files.is_empty() {
        return Err("which file? Name the root of a schema".to_owned());
    }
    let files = files.into_iter().map(|file| Path::new(file.as_str())).collect();
    Ok((options.into_iter().map(String::as_str).collect(), files))
}

fn trouble(message: &str) -> Outcome {
    eprintln!("rstone: {message}");
    Outcome::Trouble
}

fn check(arguments: &[String]) -> Outcome {
    let (options, files) = match split(arguments, &["--short", "--json"]) {
        Ok(split) => split,
        Err(message) => return trouble(&message),
    };
    let mut outcome = Outcome::Success;
    for file in files {
        let schema = match Schema::load(file) {
            Ok(schema) => schema,
            Err(message) => return trouble(&message),
        };
        show(&schema, &options);
        if schema.checked.has_errors() {
            outcome = Outcome::Errors;
        }
        // The process is about to end: taking the trees apart node by node would be time for nothing.
        std::mem::forget(schema);
    }
    outcome
}

fn show(schema: &Schema, options: &[&str]) {
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
        let variable = |name: &str| -> Option<OsString> { std::env::var_os(name) };
        let colours = has_colours(&variable, std::io::stderr().is_terminal());
        eprintln!("{}", report::pictures(checked, colours));
    }
}

fn lock(arguments: &[String]) -> Outcome {
    let (options, files) = match split(arguments, &["--check"]) {
        Ok(split) => split,
        Err(message) => return trouble(&message),
    };
    let mut outcome = Outcome::Success;
    for file in files {
        let one = lock_one(file, options.contains(&"--check"));
        if one != Outcome::Success {
            outcome = one;
        }
    }
    outcome
}

fn lock_one(root: &Path, only_look: bool) -> Outcome {
    let schema = match Schema::load(root) {
        Ok(schema) => schema,
        Err(message) => return trouble(&message),
    };
    let checked = &schema.checked;
    if checked.has_errors() {
        show(&schema, &[]);
        return Outcome::Errors;
    }
    let name = root.display();
    if !checked.declarations.runs_ahead_of_lock {
        println!("{name}: nothing to record");
        return Outcome::Success;
    }
    for difference in &checked.lock.differences {
        println!("{name}: {}", difference.words);
    }
    if only_look {
        return Outcome::Errors;
    }
    let text = checked.lock_file.as_ref().map(|(_, text)| text.as_str());
    // A lock file that cannot be read is an error of the schema, and was shown.
    let mut file = text.map_or_else(LockFile::default, |text| lock::parse(text).unwrap_or_default());
    let section = lock::section_name(checked.program.files.first().map_or("", |file| &file.path)).to_owned();
    file.schemas.insert(section, checked.lock.next.clone());
    let written = write_if_changed(&schema.lock_path, &lock::write(&file)).and_then(|_| match text {
        // Cargo does not watch a file that was missing: what it watches has to look changed.
        None => touch(root),
        Some(_) => Ok(()),
    });
    match written {
        Ok(()) => {
            println!("{name}: recorded in {}; commit it", schema.lock_path.display());
            Outcome::Success
        }
        Err(message) => trouble(&message),
    }
}
