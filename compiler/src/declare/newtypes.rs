//! `type Email = string @email`.

use raftstone_dsl::ast::{ItemKind, TypeRef, TypeRefKind};

use super::recursion::MAX_NESTING;
use super::{Numbered, Scope};
use crate::attributes::Bearer;
use crate::codes::items;
use crate::declarations::{FileSpan, Newtype, NewtypeId, Type};
use crate::names::Named;
use crate::problem::Problem;
use crate::types::Place;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Untouched,
    OnTheWay,
    Done,
}

/// Declares all newtypes, each after those that it is made of.
pub fn declare(scope: &mut Scope<'_>) {
    let items: Vec<Numbered<'_>> =
        scope.numbered().into_iter().filter(|numbered| matches!(numbered.named, Named::Newtype(_))).collect();
    for numbered in &items {
        scope.declarations.newtypes.push(Newtype {
            name: numbered.name(),
            base: Type::Error,
            rules: Vec::new(),
            docs: Vec::new(),
            span: numbered.name_span(),
        });
    }
    let mut states = vec![State::Untouched; items.len()];
    for position in 0..items.len() {
        visit(scope, &items, &mut states, position, 0);
    }
}

fn visit(scope: &mut Scope<'_>, items: &[Numbered<'_>], states: &mut [State], position: usize, depth: usize) {
    let (Some(numbered), Some(state)) = (items.get(position), states.get_mut(position)) else {
        return;
    };
    if *state != State::Untouched {
        return;
    }
    *state = State::OnTheWay;
    let ItemKind::Newtype(item) = &numbered.item.kind else { return };
    let mut circular = false;
    if let Some(ty) = &item.ty {
        let mut inner = Vec::new();
        newtypes_in(scope, ty, &mut inner);
        for id in inner {
            if depth < MAX_NESTING {
                visit(scope, items, states, id.index(), depth + 1);
            }
            // What is still on the way leads back here, or is nested beyond all sense.
            circular |= states.get(id.index()) != Some(&State::Done);
        }
    }
    let base = if circular {
        let message = format!("the type `{}` contains itself", numbered.name());
        scope.problems.push(
            Problem::new(&items::RECURSIVE_TYPE, numbered.name_span(), message).help("narrow a scalar or a collection"),
        );
        Type::Error
    } else {
        base(scope, numbered, item.ty.as_ref())
    };
    // Rules stand on the line of a `type`, which the parser may see as the item's own attributes.
    let attributes = [item.attributes.as_slice(), numbered.item.attributes.as_slice()].concat();
    let marks = scope.marks(numbered.file, &attributes, Bearer::Newtype, Some(&base));
    let mut rules = scope.rules_of(&base);
    rules.extend(marks.rules);
    let docs = super::documented(&numbered.item.docs, marks.deprecated.as_deref());
    if let Some(newtype) = scope.declarations.newtypes.get_mut(position) {
        newtype.base = base;
        newtype.rules = rules;
        newtype.docs = docs;
    }
    if let Some(state) = states.get_mut(position) {
        *state = State::Done;
    }
}

fn base(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: Option<&TypeRef>) -> Type {
    let Some(written) = written else {
        if !numbered.item.damaged {
            let message = format!("`{}` narrows no type", numbered.name());
            scope.problems.push(
                Problem::new(&items::MISSING_TYPE, numbered.name_span(), message)
                    .help("write `type Email = string @email`"),
            );
        }
        return Type::Error;
    };
    let name = numbered.name();
    let base = scope.resolve_type(numbered.file, written, Place::field(&name));
    let is_well =
        !matches!(base, Type::Optional(_) | Type::Struct(_) | Type::Enum(_) | Type::Reference(_) | Type::Row(_));
    if is_well {
        return base;
    }
    let span = FileSpan { file: numbered.file, span: written.span };
    let message = format!("{} cannot be narrowed", scope.words_for(&base));
    scope.problems.push(
        Problem::new(&items::MISPLACED_TYPE, span, message).help("a `type` narrows a scalar, a list, a set or a map"),
    );
    Type::Error
}

/// The newtypes that a written type names.
fn newtypes_in(scope: &Scope<'_>, ty: &TypeRef, found: &mut Vec<NewtypeId>) {
    match &ty.kind {
        TypeRefKind::Name(name) => {
            if let Some(Named::Newtype(id)) = scope.names.get(&name.text).map(|entry| entry.named) {
                found.push(id);
            }
        }
        TypeRefKind::Optional(inner) | TypeRefKind::List(inner) => newtypes_in(scope, inner, found),
        TypeRefKind::Generic { arguments, .. } => {
            for argument in arguments {
                newtypes_in(scope, argument, found);
            }
        }
        TypeRefKind::Record(_) => {}
    }
}
