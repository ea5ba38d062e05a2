//! `test` items: their titles. Their steps are typed later.

use std::collections::BTreeMap;

use raftstone_dsl::ast::ItemKind;

use super::Scope;
use crate::attributes::Bearer;
use crate::codes::scenarios as codes;
use crate::declarations::{FileSpan, Scenario};
use crate::problem::Problem;

/// Declares all scenarios.
pub fn declare(scope: &mut Scope<'_>) {
    let mut titles: BTreeMap<String, FileSpan> = BTreeMap::new();
    for numbered in scope.numbered() {
        let ItemKind::Scenario(written) = &numbered.item.kind else { continue };
        let (_, docs) = scope.item_marks(&numbered, Bearer::OtherItem);
        let title = written.title.as_ref();
        let span = title.map_or(numbered.name_span(), |title| FileSpan { file: numbered.file, span: title.span });
        let title = title.map_or_else(String::new, |title| title.text.clone());
        if let Some(first) = titles.get(&title).filter(|_| written.title.is_some()) {
            let problem = Problem::new(&codes::TITLE_TWICE, span, format!("a second scenario is called {title:?}"))
                .other(*first, "the first one")
                .help("say in the title what is different about it");
            scope.problems.push(problem);
        }
        titles.entry(title.clone()).or_insert(span);
        scope.declarations.scenarios.push(Scenario { title, docs, item: numbered.item_ref, span });
    }
}
