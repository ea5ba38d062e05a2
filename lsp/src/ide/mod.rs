//! What an editor asks about a schema, one question a file.
//!
//! Everything here is pure: a checked schema, a file's number and an offset in, plain structs out.
//! Positions are byte offsets; lines, columns and URIs belong to the server.

mod definition;
mod diagnostics;
pub mod find;
mod format;
mod hover;
mod schema;
mod words;

#[cfg(test)]
mod tests;

pub use definition::{Definition, definition};
pub use diagnostics::{Diagnostic, diagnostics};
pub use format::format;
pub use hover::{Hover, hover};
pub use schema::{Schema, imports};
