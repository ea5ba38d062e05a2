//! The `auth` block.

use raftstone_dsl::ast::{self, ItemKind};

use super::Scope;
use crate::attributes::Bearer;
use crate::declarations::{Auth, FileSpan};
use crate::unavailable::Construct;

/// Reads the `auth` block.
pub fn declare(scope: &mut Scope<'_>) {
    let program = scope.program;
    for (item_ref, item) in program.items() {
        let ItemKind::Auth(block) = &item.kind else { continue };
        let start = item.span.start;
        let span = block.model.as_ref().map_or(ast::Span::new(start, start), |model| model.span);
        let span = FileSpan { file: item_ref.file, span };
        scope.marks(item_ref.file, &item.attributes, Bearer::OtherItem, None);
        scope.problems.cannot_run(Construct::Auth, span);
        scope.declarations.auth.get_or_insert(Auth { item: item_ref, span });
    }
}
