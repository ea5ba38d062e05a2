//! `rstone lock`: records the shapes of what is stored.

use std::path::Path;

use raftstone_compiler::lock::{self, LockFile};

use super::{Command, Outcome, show, split, trouble};
use crate::disk::{Schema, touch, write_if_changed};

pub(super) const COMMAND: Command = Command {
    name: "lock",
    usage: &[
        ("FILE...", "record the shapes of what is stored in rstone.lock"),
        ("--check FILE...", "say what is not recorded yet, and change nothing"),
    ],
    run: lock,
};

fn lock(arguments: &[String]) -> Outcome {
    let (options, files) = match split(arguments, &["--check"]) {
        Ok(split) => split,
        Err(message) => return trouble(&message),
    };
    let each = files.into_iter().map(|file| lock_one(file, options.contains(&"--check")));
    each.fold(Outcome::Success, Outcome::and)
}

pub(super) fn lock_one(root: &Path, only_look: bool) -> Outcome {
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
