//! The `.rstone` language: syntax to meaning to Rust.

pub mod declarations;
pub mod plan;
