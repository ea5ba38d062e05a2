//! The seam to the parser: its problems become ours.

use raftstone_dsl::ast;

use crate::problem::Problems;

/// Parses a file; what does not parse is reported.
pub fn parse(_text: &str, _file: u32, _problems: &mut Problems) -> ast::File {
    ast::File::default()
}
