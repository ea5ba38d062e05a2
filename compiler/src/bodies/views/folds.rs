//! Views that are folded from events: what a row begins with, which row an event means, and what
//! it does to it.

use raftstone_dsl::ast;

use super::CheckedView;
use crate::bodies::{Collected, models::constant};
use crate::codes::views as codes;
use crate::declarations::{EventId, Field, Source, View, ViewId};
use crate::effects::Place;
use crate::infer::{Body, Origin, Shared};
use crate::names::Named;
use crate::plan::{Expr, FoldBody, ViewBody};
use crate::problem::{Problem, Problems};

pub(super) fn check(
    shared: &Shared<'_>,
    id: ViewId,
    view: &View,
    item: &ast::View,
    collected: &mut Collected,
    problems: &mut Problems,
) -> CheckedView {
    let is_damaged = shared.declarations.damaged.contains(&Named::View(id));
    if view.key.is_empty() && !view.folds.is_empty() && !is_damaged {
        let message = format!("nothing tells the rows of `{}` apart", view.name);
        problems.push(
            Problem::new(&codes::VIEW_KEY, view.span, message)
                .help("give it a key, such as `day: date @key`, and say which row an event means: `on Event for key`"),
        );
    }
    let defaults = defaults(shared, id, view, collected, problems);
    let mut folds = Vec::with_capacity(view.folds.len());
    for (event, position) in &view.folds {
        let Some(written) = item.folds.get(*position) else { continue };
        let mut body = Body::new(shared, problems, view.item.file, Place::Fold);
        if is_damaged {
            body.mute();
        }
        folds.push(fold(&mut body, id, view, *event, written, collected));
    }
    let types = view.fields.iter().map(|field| field.ty.clone()).collect();
    CheckedView { body: ViewBody { defaults, folds, types, ..ViewBody::default() }, ..CheckedView::default() }
}

/// What a row begins with.
fn defaults(
    shared: &Shared<'_>,
    id: ViewId,
    view: &View,
    collected: &mut Collected,
    problems: &mut Problems,
) -> Vec<Option<Expr>> {
    let mut values = Vec::with_capacity(view.fields.len());
    for (position, field) in view.fields.iter().enumerate() {
        let mut body = Body::new(shared, problems, view.item.file, Place::Default);
        if body.is_damaged(Named::View(id)) {
            body.mute();
        }
        let value = match &field.value {
            _ if view.key.contains(&position) => None,
            Some(written) => constant(&mut body, written, &field.ty),
            None => body.empty_value(&field.ty, field.span.span),
        };
        collected.take(&mut body);
        values.push(value);
    }
    values
}

fn fold(
    body: &mut Body<'_, '_>,
    id: ViewId,
    view: &View,
    event: EventId,
    written: &ast::Fold,
    collected: &mut Collected,
) -> FoldBody {
    let table = Source::View(id);
    body.new_row("row", table);
    body.follow_event(event);
    let keys = keys(body, view, written);
    // The row is known by its key only: what stands behind `for` does not see it.
    body.bind_own_fields(table);
    let statements = body.block(&written.body).statements;
    body.check_all_known(&statements);
    body.check_used();
    collected.take(body);
    FoldBody { event, frame: std::mem::take(&mut body.frame), keys, statements }
}

/// A value for each field of the key.
fn keys(body: &mut Body<'_, '_>, view: &View, written: &ast::Fold) -> Vec<Expr> {
    let wanted: Vec<&Field> = view.key.iter().filter_map(|position| view.fields.get(*position)).collect();
    if wanted.len() != written.keys.len() && !wanted.is_empty() {
        report_count(body, &wanted, written);
    }
    let mut typed = Vec::with_capacity(written.keys.len());
    for (position, key) in written.keys.iter().enumerate() {
        let value = match wanted.get(position) {
            Some(field) => {
                let origin = Origin { span: field.span, what: "this key" };
                body.check(key, &field.ty, Some(origin))
            }
            None => body.infer_value(key, None),
        };
        body.check_known(&value);
        typed.push(value);
    }
    typed
}

fn report_count(body: &mut Body<'_, '_>, wanted: &[&Field], written: &ast::Fold) {
    let names: Vec<&str> = wanted.iter().map(|field| field.name.as_str()).collect();
    let (span, message) = match (written.keys.first(), written.keys.last()) {
        (Some(first), Some(last)) => {
            let (given, wanted) = (written.keys.len(), names.len());
            let values = if given == 1 { "value" } else { "values" };
            (first.span.to(last.span), format!("`for` gives {given} {values}, and the key has {wanted}"))
        }
        _ => (written.event.span, format!("nothing says which row `{}` means", written.event.text)),
    };
    let mut problem = body.problem(&codes::FOLD_KEY, span, message);
    if let Some(first) = wanted.first() {
        problem = problem.other(first.span, "the key begins here");
    }
    body.report(problem.help(format!("give a value for each of them: `for {}`", names.join(", "))));
}
