//! The server as a client sees it: messages in, messages out.

mod binary;
mod client;
mod constructs;
mod diagnostics;
mod protocol;
mod questions;
