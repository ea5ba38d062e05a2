//! The `rstone` tool: `check`, `fmt`, `new`, `dev`, `lock`, `explain`, `openapi`.
//!
//! A command is one file here and one line in [`COMMANDS`]; the help is made from that table.
//!
//! Exit codes: 0 for success; 1 when a schema has errors, is ahead of its lock file (`lock --check`)
//! or is not formatted (`fmt --check`); 2 when the tool was called wrongly, a file could not be read
//! or written, or a build that `dev` began with failed.

mod arguments;
mod check;
mod dev;
mod explain;
mod fix;
mod fmt;
mod lock;
mod new;
mod openapi;
mod terminal;
mod watch;

use std::process::ExitCode;

use raftstone_compiler::similar;

use arguments::split;
use check::show;

/// A command of the tool.
struct Command {
    name: &'static str,
    /// What may stand behind the name, each with what it does.
    usage: &'static [(&'static str, &'static str)],
    run: fn(&[String]) -> Outcome,
}

/// The commands that there are, in the order of the help.
const COMMANDS: [Command; 9] = [
    check::COMMAND,
    fmt::COMMAND,
    new::COMMAND,
    dev::COMMAND,
    lock::COMMAND,
    explain::COMMAND,
    openapi::COMMAND,
    Command { name: "help", usage: &[("", "this text")], run: |_| say(&help()) },
    Command { name: "version", usage: &[("", "the version of this tool")], run: |_| say(&version()) },
];

const FOOTER: &str = "
FILE is the root of a schema; what it imports is found from there. For `fmt` it is any file, or a folder.
NO_COLOR and CARGO_TERM_COLOR choose about colours.
Exit codes: 0 success; 1 a schema has errors, is ahead of its lock file or is not formatted; 2 anything else.
";

/// What a run of the tool ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Success,
    /// A schema has errors, or is not as it should be.
    Errors,
    /// The tool was called wrongly, or the disk failed.
    Trouble,
}

impl Outcome {
    /// The worse of two.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Trouble, _) | (_, Self::Trouble) => Self::Trouble,
            (Self::Errors, _) | (_, Self::Errors) => Self::Errors,
            _ => Self::Success,
        }
    }
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
    let Some((name, rest)) = arguments.split_first() else {
        eprint!("{}", help());
        return Outcome::Trouble;
    };
    let name = match name.as_str() {
        "--help" | "-h" => "help",
        "--version" | "-V" => "version",
        other => other,
    };
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return (command.run)(rest);
    }
    let names = COMMANDS.map(|command| command.name);
    let hint = similar::nearest(name, names).map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    trouble(&format!("there is no command `{name}`{hint}; there are `{}`", names.join("`, `")))
}

fn help() -> String {
    let lines = || COMMANDS.iter().flat_map(|command| command.usage.iter().map(|usage| (command.name, *usage)));
    let call = |name: &str, words: &str| format!("{name} {words}").trim_end().to_owned();
    let width = lines().map(|(name, (words, _))| call(name, words).len()).max().unwrap_or(0);
    let mut text = "The tool of the .rstone language.\n\nusage: rstone COMMAND\n\n".to_owned();
    for (name, (words, what)) in lines() {
        text.push_str(&format!("  {:width$}   {what}\n", call(name, words)));
    }
    text.push_str(FOOTER);
    text
}

fn version() -> String {
    format!("rstone {}\n", env!("CARGO_PKG_VERSION"))
}

fn say(text: &str) -> Outcome {
    print!("{text}");
    Outcome::Success
}

fn trouble(message: &str) -> Outcome {
    eprintln!("rstone: {message}");
    Outcome::Trouble
}
