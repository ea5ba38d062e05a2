//! `from a in Article` of a view, and the clauses that a view does not have.

use raftstone_dsl::ast::{self, ExprKind};

use crate::codes::views;
use crate::declarations::{FileSpan, Source};
use crate::declare::{Numbered, Scope};
use crate::names::Named;
use crate::problem::Problem;

/// The table that the view begins with.
pub(super) fn declare(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::View) -> Option<Source> {
    let Some(query) = &item.query else {
        if !numbered.item.damaged && item.folds.is_empty() {
            let message = format!("the view `{}` shows nothing", numbered.name());
            scope.problems.push(
                Problem::new(&views::VIEW_SOURCE, numbered.name_span(), message)
                    .help("begin with `from a in Article`, or add up events with `on Event for key { … }`"),
            );
        }
        return None;
    };
    refuse_clauses(scope, numbered, query);
    match query.source.as_ref().map(|source| (&source.kind, source.span)) {
        Some((ExprKind::Name(name), _)) => {
            if let Some(Named::View(view)) = scope.names.get(&name.text).map(|entry| entry.named) {
                return Some(Source::View(view));
            }
            scope.model_named(numbered.file, name).map(Source::Model)
        }
        Some((ExprKind::Bad, _)) => None,
        other => {
            if !numbered.item.damaged {
                let span = other.map_or(query.span, |(_, span)| span);
                scope.problems.push(
                    Problem::new(
                        &views::VIEW_SOURCE,
                        FileSpan { file: numbered.file, span },
                        "a view shows the rows of a model or of another view",
                    )
                    .help("write `from a in Article`"),
                );
            }
            None
        }
    }
}

fn refuse_clauses(scope: &mut Scope<'_>, numbered: &Numbered<'_>, query: &ast::Query) {
    let at = |span: ast::Span| FileSpan { file: numbered.file, span };
    let clauses = [
        ("skip", query.skip.as_ref().map(|e| e.span)),
        ("limit", query.limit.as_ref().map(|e| e.span)),
        ("select", query.select.as_ref().map(|e| e.span)),
        ("scan", query.scan),
    ];
    for (word, span) in clauses {
        let Some(span) = span else { continue };
        let message = format!("a view has no `{word}`");
        scope.problems.push(
            Problem::new(&views::VIEW_CLAUSE, at(span), message)
                .help("a view keeps all its rows; what reads it may choose among them"),
        );
    }
    if let Some(ast::OrderBy::Match { span, .. }) = &query.order {
        let message = "a view has one order";
        scope.problems.push(
            Problem::new(&views::VIEW_CLAUSE, at(*span), message)
                .help("write `order by` with keys; what reads the view may order it by `match`"),
        );
    }
}
