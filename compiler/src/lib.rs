//! The `.rstone` language: syntax to meaning to Rust.

pub mod attributes;
pub mod codes;
pub mod declarations;
pub mod declare;
pub mod literals;
pub mod load;
pub mod lock;
pub mod names;
pub mod plan;
pub mod problem;
pub mod resource;
pub mod rules;
pub mod similar;
pub mod syntax;
pub mod types;
