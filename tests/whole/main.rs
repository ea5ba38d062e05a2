//! Tests of the whole at its real boundaries: HTTP, the socket, the file, the process.

mod bad_input;
mod build_script;
mod contract;
mod crash;
// Public, so that what the tests do not use of the generated modules counts as used.
pub mod domains;
mod examples;
mod house;
mod language;
mod openapi;
mod process;
mod reports;
mod tool;
