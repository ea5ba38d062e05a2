//! Bodies of views: what they show of the rows of a query, or what events add up to.
//!
//! A view may show the rows of another one, so each is typed, and its types written into the
//! declarations, behind those that it builds on.

mod folds;
mod key;
mod order;
mod rows;
mod upkeep;

use raftstone_dsl::ast;

use super::cache::Slots;
use super::known::Known;
use super::{Checker, Collected};
use crate::codes::models as model_codes;
use crate::declarations::{Declarations, Field, Program, Type, View, ViewId};
use crate::effects::Place;
use crate::infer::{Body, Shared, types};
use crate::names::{Named, Names};
use crate::plan::ViewBody;
use crate::problem::{Problem, Problems};

pub(super) use upkeep::check as check_upkeep;

/// A typed view, and the private fields that its order adds.
#[derive(Clone, Debug, Default)]
pub(super) struct CheckedView {
    pub(super) body: ViewBody,
    pub(super) added: Vec<Field>,
    /// Whether a part is wrong, so that fields may lack.
    is_wrong: bool,
}

/// Types every view, and fills in the types of their fields.
pub(super) fn check(
    program: &Program,
    declarations: &mut Declarations,
    names: &Names,
    kept: (&mut Slots<CheckedView>, &mut Option<Known>),
    collected: &mut Collected,
    problems: &mut Problems,
) -> Vec<ViewBody> {
    let (slots, known) = kept;
    let order = order::of(program, declarations, names, problems);
    let mut bodies = vec![ViewBody::default(); declarations.views.len()];
    slots.begin(bodies.len());
    for id in order {
        let checker = Checker { shared: Shared::new(program, declarations, names), known: known.as_ref() };
        let checked = checker.one(id.index(), slots, check_one).plan(collected, problems);
        settle(declarations, id, &checked, problems);
        if let (Some(known), Some(view)) = (known.as_mut(), declarations.views.get(id.index())) {
            known.note_view(id, view);
        }
        if let Some(body) = bodies.get_mut(id.index()) {
            *body = checked.body;
        }
    }
    bodies
}

fn check_one(shared: &Shared<'_>, position: usize, collected: &mut Collected, problems: &mut Problems) -> CheckedView {
    let id = ViewId(position as u32);
    let (Some(view), Some(item)) = (shared.declarations.views.get(position), written(shared, id)) else {
        return CheckedView { is_wrong: true, ..CheckedView::default() };
    };
    if item.query.is_none() {
        return folds::check(shared, id, view, item, collected, problems);
    }
    let mut body = Body::new(shared, problems, view.item.file, Place::View);
    if body.is_damaged(Named::View(id)) {
        body.mute();
    }
    let mut checked = rows::check(&mut body, view, item);
    collected.take(&mut body);
    checked.body.frame = body.frame;
    checked
}

/// The text of a view.
fn written<'p>(shared: &Shared<'p>, id: ViewId) -> Option<&'p ast::View> {
    match &shared.item(Named::View(id))?.1.kind {
        ast::ItemKind::View(written) => Some(written),
        _ => None,
    }
}

/// Writes the found types, the added fields and the shape of indexes into the declarations.
fn settle(declarations: &mut Declarations, id: ViewId, checked: &CheckedView, problems: &mut Problems) {
    let is_element = |ty: &Type| match types::plain(declarations, ty) {
        Type::List(element) | Type::Set(element) => Some((**element).clone()),
        _ => None,
    };
    let elements: Vec<Option<Type>> = checked.body.types.iter().map(is_element).collect();
    let Some(view) = declarations.views.get(id.index()) else { return };
    report_indexes(declarations, view, checked, &elements, problems);
    if checked.is_wrong || checked.body.types.contains(&Type::Error) {
        declarations.damaged.insert(Named::View(id));
    }
    let Some(view) = declarations.views.get_mut(id.index()) else { return };
    for (field, ty) in view.fields.iter_mut().zip(&checked.body.types) {
        field.ty = ty.clone();
    }
    view.fields.extend(checked.added.iter().cloned());
    view.order.clone_from(&checked.body.order);
    for component in view.indexes.iter_mut().flat_map(|index| &mut index.components) {
        component.elements = elements.get(component.field).is_some_and(Option::is_some);
    }
}

fn report_indexes(
    declarations: &Declarations,
    view: &View,
    checked: &CheckedView,
    elements: &[Option<Type>],
    problems: &mut Problems,
) {
    for index in &view.indexes {
        for component in &index.components {
            let Some(ty) = checked.body.types.get(component.field) else { continue };
            let of = elements.get(component.field).and_then(Option::as_ref).unwrap_or(ty);
            let of = types::inside(declarations, of);
            let is_exact = *of != Type::Float
                && (types::is_ordered(declarations, of) || matches!(of, Type::Bool | Type::Bytes | Type::Reference(_)));
            if is_exact {
                continue;
            }
            let message = format!("`{}` cannot be indexed", types::words(declarations, ty));
            problems.push(
                Problem::new(&model_codes::INDEX_TYPE, index.span, message)
                    .help("an index is over texts, whole numbers, decimals, times, ids and references"),
            );
        }
    }
}
