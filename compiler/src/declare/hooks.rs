//! `hook` items.

use raftstone_dsl::ast::ItemKind;

use super::Scope;
use crate::attributes::Bearer;
use crate::declarations::Hook;
use crate::unavailable::Construct;

/// Declares all hooks.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let ItemKind::Hook(_) = &numbered.item.kind else { continue };
        let (_, docs) = scope.item_marks(&numbered, Bearer::OtherItem);
        let span = numbered.name_span();
        scope.problems.cannot_run(Construct::Hook, span);
        scope.declarations.hooks.push(Hook { name: numbered.name(), item: numbered.item_ref, docs, span });
    }
}
