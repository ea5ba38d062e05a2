//! The `.rstone` language: syntax to meaning to Rust.

pub mod codes;
pub mod declarations;
pub mod names;
pub mod plan;
pub mod problem;
pub mod similar;
