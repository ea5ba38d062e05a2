//! The `.rstone` language: text to syntax.
pub mod ast;
