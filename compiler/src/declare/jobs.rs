//! `every … job` items: header and time. Their bodies are typed later.

use raftstone_dsl::ast::ItemKind;

use super::Scope;
use crate::attributes::Bearer;
use crate::declarations::Job;
use crate::unavailable::Construct;

/// Declares all jobs.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let ItemKind::Job(_) = &numbered.item.kind else { continue };
        let (_, docs) = scope.item_marks(&numbered, Bearer::OtherItem);
        let span = numbered.name_span();
        scope.problems.cannot_run(Construct::Job, span);
        scope.declarations.jobs.push(Job { name: numbered.name(), item: numbered.item_ref, docs, span });
    }
}
