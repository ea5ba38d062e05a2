//! `rstone openapi FILE`: the OpenAPI document that an application of this schema serves.

use std::io::Write;

use super::{Command, Outcome, show, split, trouble};
use crate::disk::{Schema, in_words};

pub(super) const COMMAND: Command =
    Command { name: "openapi", usage: &[("FILE", "print the OpenAPI document of a schema")], run: openapi };

/// Prints the document of one schema.
fn openapi(arguments: &[String]) -> Outcome {
    let file = match split(arguments, &[]) {
        Ok((_, files)) if files.len() == 1 => files[0],
        Ok(_) => return trouble("one document is that of one schema: name one file"),
        Err(message) => return trouble(&message),
    };
    let schema = match Schema::load(file) {
        Ok(schema) => schema,
        Err(message) => return trouble(&message),
    };
    if schema.checked.has_errors() {
        show(&schema, &[]);
        return Outcome::Errors;
    }
    let document = raftstone_compiler::openapi(&schema.checked);
    match std::io::stdout().write_all(document.as_bytes()) {
        Ok(()) => Outcome::Success,
        Err(error) => trouble(&format!("the document could not be written: {}", in_words(&error))),
    }
}
