//! `rstone fmt`: one layout for every file.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use raftstone_dsl::ast::Span;
use raftstone_dsl::{Encoding, Formatted, LineIndex, Refusal, format};

use super::terminal::status;
use super::{Command, Outcome, arguments, trouble};
use crate::disk::{in_words, read_text, rewrite};

pub(super) const COMMAND: Command = Command {
    name: "fmt",
    usage: &[
        ("[FILE...]", "format files, or all below a folder (this one, if none is named)"),
        ("--check [FILE...]", "say which files are not formatted, and change nothing"),
        ("-", "format standard input to standard output"),
    ],
    run: fmt,
};

fn fmt(words: &[String]) -> Outcome {
    let (options, files) = match arguments::options(words, &["--check"]) {
        Ok(split) => split,
        Err(message) => return trouble(&message),
    };
    let only_look = !options.is_empty();
    if files == [Path::new("-")] {
        return standard_input(only_look);
    }
    let named = if files.is_empty() { vec![Path::new(".")] } else { files };
    let mut outcome = Outcome::Success;
    for path in named {
        match schemas_in(path) {
            Ok(files) if files.is_empty() => {
                outcome = outcome.and(trouble(&format!("no `.rstone` file in {}", path.display())));
            }
            Ok(files) => {
                for file in files {
                    outcome = outcome.and(format_file(&file, only_look));
                }
            }
            Err(message) => outcome = outcome.and(trouble(&message)),
        }
    }
    outcome
}

fn format_file(path: &Path, only_look: bool) -> Outcome {
    let name = path.display().to_string();
    let text = match read_text(path) {
        Ok(text) => text,
        Err(message) => return trouble(&format!("{name}: {message}")),
    };
    let formatted = format(&text);
    if let Some(outcome) = refused(&name, &text, &formatted) {
        return outcome;
    }
    tell_damaged(&name, &text, &formatted);
    if formatted.text == text {
        return Outcome::Success;
    }
    if only_look {
        println!("{name}:{}: is not formatted", first_difference(&text, &formatted.text));
        return Outcome::Errors;
    }
    match rewrite(path, &formatted.text) {
        Ok(_) => {
            status("Formatted", &name);
            Outcome::Success
        }
        Err(message) => trouble(&message),
    }
}

fn standard_input(only_look: bool) -> Outcome {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut text) {
        return trouble(&format!("standard input cannot be read: {}", in_words(&error)));
    }
    let formatted = format(&text);
    if let Some(outcome) = refused("standard input", &text, &formatted) {
        return outcome;
    }
    tell_damaged("standard input", &text, &formatted);
    if only_look {
        return if formatted.text == text { Outcome::Success } else { Outcome::Errors };
    }
    match std::io::stdout().write_all(formatted.text.as_bytes()) {
        Ok(()) => Outcome::Success,
        Err(error) => trouble(&format!("standard output cannot be written: {}", in_words(&error))),
    }
}

fn refused(name: &str, text: &str, formatted: &Formatted) -> Option<Outcome> {
    Some(match formatted.refusal? {
        Refusal::TooLarge => trouble(&format!("{name}: is too large to be formatted")),
        Refusal::Lossy(span) => trouble(&format!(
            "{name}:{}: formatting would change more than the layout here, so the file is left as it is; \
             this is a mistake of the formatter, please report it",
            line_of(text, span)
        )),
    })
}

fn tell_damaged(name: &str, text: &str, formatted: &Formatted) {
    for span in &formatted.damaged {
        eprintln!("{name}:{}: left as it is, since it cannot be read: `rstone check` says why", line_of(text, *span));
    }
}

fn line_of(text: &str, span: Span) -> u32 {
    LineIndex::new(text).line_column(span.start, Encoding::Utf8).line + 1
}

/// The first line that differs, from 1.
fn first_difference(old: &str, new: &str) -> usize {
    let same = old.split('\n').zip(new.split('\n')).take_while(|(old, new)| old == new).count();
    same + 1
}

/// The file itself, or the schemas below a folder, but for what is hidden or built.
fn schemas_in(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(folder) = waiting.pop() {
        let failed = |error: std::io::Error| format!("{}: {}", folder.display(), in_words(&error));
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            // The type of the entry itself: a link to a folder may lead in circles.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !name.starts_with('.') && name != "target" {
                waiting.push(path);
            } else if !is_folder && name.ends_with(".rstone") {
                // As the user would write it: `a.rstone` and not `./a.rstone`.
                found.push(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path));
            }
        }
    }
    found.sort();
    Ok(found)
}
