//! The rstone tool.
fn main() {}
