//! The language server of `.rstone` files.
//!
//! [`ide`] answers questions about a schema: text and offsets in, plain data out, no protocol and
//! no disk. [`server`] speaks the Language Server Protocol: it keeps the open documents, reads the
//! other files from disk, asks `ide`, and turns answers into messages.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout))]

pub mod ide;
pub mod server;
