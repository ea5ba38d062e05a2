//! `hook` items.

use raftstone_dsl::ast::{self, ItemKind};

use super::{Numbered, Scope};
use crate::attributes::Bearer;
use crate::codes::reactions as codes;
use crate::declarations::{EventId, FileSpan, Hook};
use crate::names::Named;
use crate::problem::Problem;
use crate::unavailable::Construct;

/// Declares all hooks.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let ItemKind::Hook(item) = &numbered.item.kind else { continue };
        let (_, docs) = scope.item_marks(&numbered, Bearer::OtherItem);
        let events = events(scope, &numbered, item);
        let span = numbered.name_span();
        scope.problems.cannot_run(Construct::Hook, span);
        scope.declarations.hooks.push(Hook { name: numbered.name(), events, item: numbered.item_ref, docs, span });
    }
}

fn events(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Hook) -> Vec<EventId> {
    let mut events = Vec::new();
    for (position, name) in item.events.iter().enumerate() {
        let span = FileSpan { file: numbered.file, span: name.span };
        if let Some(first) = item.events.iter().take(position).find(|first| first.text == name.text) {
            let message = format!("`{}` is told twice of `{}`", numbered.name(), name.text);
            scope.problems.push(
                Problem::new(&codes::HOOK_EVENT, span, message)
                    .label("named again here")
                    .other(FileSpan { file: numbered.file, span: first.span }, "first named here"),
            );
            continue;
        }
        let entry = scope.names.get(&name.text);
        match entry.map(|entry| entry.named) {
            Some(Named::Event(id)) => events.push(id),
            Some(Named::Unknown) => {}
            found => {
                let near = scope.names.nearest(&name.text, &|named| matches!(named, Named::Event(_)));
                let message = match found {
                    Some(named) => format!("`{}` is {}, and a hook is told of events", name.text, named.with_article()),
                    None => format!("there is no event `{}`", name.text),
                };
                let mut problem = Problem::new(&codes::HOOK_EVENT, span, message).did_you_mean(near);
                if let Some(entry) = entry {
                    problem = problem.other(entry.span, "declared here");
                }
                scope.problems.push(problem);
            }
        }
    }
    events
}
