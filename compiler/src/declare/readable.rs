//! `readable by user where …` of models, views and their fields.

use raftstone_dsl::ast;

use super::Scope;
use crate::declarations::FileSpan;
use crate::unavailable::Construct;

/// Reads one of them.
pub fn declare(scope: &mut Scope<'_>, file: u32, readable: &ast::Readable) {
    scope.problems.cannot_run(Construct::Readable, FileSpan { file, span: readable.span });
}
