//! `test` items: their titles. Their steps are typed later.

use raftstone_dsl::ast::ItemKind;

use super::Scope;
use crate::attributes::Bearer;
use crate::declarations::{FileSpan, Scenario};
use crate::unavailable::Construct;

/// Declares all scenarios.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let ItemKind::Scenario(written) = &numbered.item.kind else { continue };
        scope.marks(numbered.file, &numbered.item.attributes, Bearer::OtherItem, None);
        let title = written.title.as_ref();
        let span = title.map_or(numbered.name_span(), |title| FileSpan { file: numbered.file, span: title.span });
        scope.problems.cannot_run(Construct::Scenario, span);
        let title = title.map_or_else(String::new, |title| title.text.clone());
        scope.declarations.scenarios.push(Scenario { title, item: numbered.item_ref, span });
    }
}
