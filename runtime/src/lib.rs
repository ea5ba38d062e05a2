//! The runtime that code generated from `.rstone` schemas links against.
//!
//! Rooms, and the path of a write through them, are described in `ARCHITECTURE.md`.

pub mod app;
pub mod cli;
pub mod config;
pub mod consensus;
pub mod exec;
pub mod http;
pub mod journal;
pub mod log;
pub mod platform;
pub mod refusal;
pub mod rt;
pub mod state;
pub mod testing;
pub mod value;

/// Rows, replies and batches are made by one thread and freed by others, which the allocator of
/// the system does slowly. An app that brings its own allocator turns the default features off.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Includes what `build.rs` made of a schema: `include_schema!("todo")` gives the module `todo`.
#[macro_export]
macro_rules! include_schema {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}
