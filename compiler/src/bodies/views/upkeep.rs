//! What each view does when something changes that it shows. When everything is typed, also what
//! the functions read that it calls.

use raftstone_dsl::ast;

use super::written;
use crate::declarations::{FileSpan, Source, View, ViewId};
use crate::effects::Place;
use crate::infer::{Body, Shared};
use crate::names::Named;
use crate::plan::ViewBody;
use crate::problem::Problems;
use crate::query::upkeep::{Kept, Reads};
use crate::unavailable::Construct;

/// Judges and plans it for every view, and reports those that do not run yet.
pub(in crate::bodies) fn check(
    shared: &Shared<'_>,
    views: &mut [ViewBody],
    reads: &mut Reads<'_>,
    problems: &mut Problems,
) {
    for (position, (view, typed)) in shared.declarations.views.iter().zip(views).enumerate() {
        let id = ViewId(position as u32);
        if shared.declarations.damaged.contains(&Named::View(id)) {
            continue;
        }
        let Some(item) = written(shared, id) else { continue };
        let follows = upkeep(shared, view, item, typed, reads, problems);
        if let Some((construct, span)) = does_not_run(view, item, follows) {
            problems.cannot_run(construct, span);
        }
    }
}

/// Plans the upkeep of a view that shows rows; gives the first place at which it follows a reference.
fn upkeep(
    shared: &Shared<'_>,
    view: &View,
    item: &ast::View,
    typed: &mut ViewBody,
    reads: &mut Reads<'_>,
    problems: &mut Problems,
) -> Option<FileSpan> {
    let (query, written) = (typed.query.as_ref()?, item.query.as_ref()?);
    let mut body = Body::new(shared, problems, view.item.file, Place::View);
    body.frame = std::mem::take(&mut typed.frame);
    let kept = Kept {
        what: format!("`{}`", view.name),
        query,
        values: typed.values.iter().collect(),
        tables: tables(&body, written),
    };
    let judged = body.judge_upkeep(&kept, reads);
    typed.frame = body.frame;
    typed.upkeep = judged.upkeep;
    judged.follows
}

/// Where the tables of a query are named.
fn tables(body: &Body<'_, '_>, query: &ast::Query) -> Vec<FileSpan> {
    let sources = query.source.iter().chain(query.joins.iter().map(|join| &join.source));
    sources.map(|source| body.at(source.span)).collect()
}

/// What of a view does not run yet, and where it stands.
fn does_not_run(view: &View, item: &ast::View, follows: Option<FileSpan>) -> Option<(Construct, FileSpan)> {
    let at = |span: ast::Span| FileSpan { file: view.item.file, span };
    if let Some(fold) = item.folds.first() {
        return Some((Construct::Fold, at(fold.event.span)));
    }
    let query = item.query.as_ref()?;
    if let Some(join) = query.joins.first() {
        return Some((Construct::ViewJoin, at(join.span)));
    }
    if let (Some(first), Some(last)) = (query.group_by.first(), query.group_by.last()) {
        return Some((Construct::ViewGroupBy, at(first.span.to(last.span))));
    }
    if let (Some(Source::View(_)), Some(source)) = (view.source, &query.source) {
        return Some((Construct::ViewOfView, at(source.span)));
    }
    Some((Construct::ViewPath, follows?))
}
