//! `rstone dev`: builds the application, runs it, and does both again when a source changes.
//!
//! The old server runs until the new one is built; one that does not build changes nothing. The port is
//! that of the application's own configuration, or of what stands behind `--`: it stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use super::terminal::{has_colours, status};
use super::watch::{Snapshot, wait_for_change};
use super::{Command, Outcome, trouble};
use crate::disk::in_words;

pub(super) const COMMAND: Command = Command {
    name: "dev",
    usage: &[
        ("[-- ARGUMENT...]", "build and run the application here, again after every change"),
        ("--bin NAME [-- ARGUMENT...]", "the same, where a crate has several binaries"),
    ],
    run: dev,
};

/// How long a server may take to answer what it has begun.
const PATIENCE: Duration = Duration::from_secs(10);

fn dev(arguments: &[String]) -> Outcome {
    let end = arguments.iter().position(|word| word == "--").unwrap_or(arguments.len());
    let own: Vec<&str> = arguments.iter().take(end).map(String::as_str).collect();
    let for_server = arguments.get(end + 1..).unwrap_or_default();
    let bin = match own.as_slice() {
        [] => None,
        ["--bin", name] => Some(*name),
        _ => return trouble("`dev` takes `--bin NAME`, and behind `--` what the application gets"),
    };
    if !Path::new("Cargo.toml").is_file() {
        return trouble("there is no `Cargo.toml` here: run `rstone dev` in the folder of your crate");
    }
    let mut server: Option<Child> = None;
    loop {
        let before = Snapshot::of(sources());
        match build(bin) {
            Ok(Some(binary)) => {
                stop(server.take());
                server = match start(&binary, for_server) {
                    Ok(server) => Some(server),
                    Err(message) => return trouble(&message),
                };
            }
            // Cargo has said why.
            Ok(None) => {}
            Err(message) => {
                stop(server.take());
                return trouble(&message);
            }
        }
        status("Watching", "the sources");
        wait_for_change(&before, sources);
    }
}

/// Builds; gives the binary, or nothing when there are mistakes.
fn build(bin: Option<&str>) -> Result<Option<PathBuf>, String> {
    let mut command = Process::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--message-format=json-render-diagnostics"]);
    if let Some(bin) = bin {
        command.args(["--bin", bin]);
    }
    // Its standard output is a pipe, and so it would not know whether to colour what it says.
    if has_colours() {
        command.args(["--color", "always"]);
    }
    let output = command.stderr(Stdio::inherit()).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cargo does not run: {}", in_words(&error)))?;
    if !output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let binaries: Vec<PathBuf> = text.lines().filter_map(executable).map(PathBuf::from).collect();
    match binaries.as_slice() {
        [binary] => Ok(Some(binary.clone())),
        [] => Err("this crate has no binary to run".to_owned()),
        _ => Err("this crate has several binaries: choose one with `--bin NAME`".to_owned()),
    }
}

/// The path in one of cargo's messages about a binary that it made.
fn executable(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("\"executable\":\"")?;
    let mut path = String::new();
    let mut letters = rest.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(path),
            '\\' => path.push(letters.next()?),
            other => path.push(other),
        }
    }
    None
}

fn start(binary: &Path, arguments: &[String]) -> Result<Child, String> {
    status("Running", &binary.display().to_string());
    let child = Process::new(binary).args(arguments).stdin(Stdio::null()).spawn();
    child.map_err(|error| format!("{}: {}", binary.display(), in_words(&error)))
}

/// Asks the server to end, so that what it has begun is answered; one that does not is ended.
fn stop(server: Option<Child>) {
    let Some(mut server) = server else { return };
    if cfg!(unix) {
        let _ = Process::new("kill").args(["-TERM", &server.id().to_string()]).stderr(Stdio::null()).status();
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if !matches!(server.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    let _ = server.kill();
    let _ = server.wait();
}

/// What a build depends on: schemas, Rust, manifests.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::from(".")];
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !name.starts_with('.') && name != "target" && name != "data" {
                waiting.push(path);
            } else if !is_folder && is_source(&name) {
                found.push(path);
            }
        }
    }
    found
}

fn is_source(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rs" | "rstone")) || matches!(name, "Cargo.toml" | "rstone.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binaries_are_found_in_the_messages_of_cargo() {
        let message = r#"{"reason":"compiler-artifact","executable":"C:\\a \"b\"\\notes.exe","fresh":true}"#;
        assert_eq!(executable(message).as_deref(), Some(r#"C:\a "b"\notes.exe"#));
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
    }
}
