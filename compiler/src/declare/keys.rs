//! The keys of models: `@key`, `key (a, b)`, `@auto`.

use raftstone_dsl::ast::{self, ModelMember};

use super::models::MarkedField;
use super::{Numbered, Scope};
use crate::codes::{items, models};
use crate::declarations::{FileSpan, Source, Type};
use crate::names::Named;
use crate::problem::Problem;
use crate::similar;

/// The key of a model.
#[derive(Default)]
pub struct Key {
    /// Positions of its fields.
    pub fields: Vec<usize>,
    /// Whether the engine counts.
    pub is_auto: bool,
    /// Whether the engine makes a key that is left out.
    pub is_generated: bool,
}

/// Finds the one key of a model.
pub fn declare(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Model, marked: &[MarkedField]) -> Key {
    let candidates = candidates(scope, numbered, item, marked);
    for (span, _) in candidates.iter().skip(1) {
        let first = candidates.first().map_or(*span, |(first, _)| *first);
        let message = format!("`{}` has a second key", numbered.name());
        scope.problems.push(
            Problem::new(&models::TWO_KEYS, *span, message)
                .label("the second one")
                .other(first, "the first one")
                .help("other fields that tell rows apart are `@unique`"),
        );
    }
    let Some((_, fields)) = candidates.into_iter().next() else {
        if !numbered.item.damaged {
            let message = format!("the model `{}` has no key", numbered.name());
            scope.problems.push(
                Problem::new(&models::MISSING_KEY, numbered.name_span(), message)
                    .help("add `id: uuid @key`, or `id: int @key @auto`, or mark a field with `@key`"),
            );
        }
        scope.spoil(numbered.named);
        refuse_auto(scope, marked, &[]);
        return Key::default();
    };
    for position in &fields {
        check_type(scope, marked, *position);
        check_public(scope, marked, *position);
    }
    refuse_auto(scope, marked, &fields);
    describe(scope, marked, fields)
}

fn check_public(scope: &mut Scope<'_>, marked: &[MarkedField], position: usize) {
    let Some(MarkedField { field, .. }) = marked.get(position) else { return };
    // A secret is private by its type, about which enough was said.
    if !field.is_private || scope.declarations.is_secret(&field.ty) {
        return;
    }
    let message = format!("`{}` is the key, and cannot be private", field.name);
    scope.problems.push(
        Problem::new(&models::PRIVATE_KEY, field.span, message)
            .help("take another key, such as `id: uuid @key`, and make this `@unique`"),
    );
}

/// Every key that is written: where, and the positions of its fields.
fn candidates(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::Model,
    marked: &[MarkedField],
) -> Vec<(FileSpan, Vec<usize>)> {
    let mut found: Vec<(FileSpan, Vec<usize>)> = marked
        .iter()
        .enumerate()
        .filter_map(|(position, marked)| marked.marks.key.map(|span| (span, vec![position])))
        .collect();
    for member in &item.members {
        let ModelMember::Key { fields, span } = member else { continue };
        let names: Vec<&ast::Ident> = fields.iter().collect();
        let positions = positions(scope, numbered, &names, marked);
        found.push((FileSpan { file: numbered.file, span: *span }, positions));
    }
    found.sort_by_key(|(span, _)| *span);
    found
}

/// The positions of named fields; names that are unknown or stand twice are reported.
pub fn positions(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    names: &[&ast::Ident],
    marked: &[MarkedField],
) -> Vec<usize> {
    let mut positions = Vec::new();
    for name in names {
        let span = FileSpan { file: numbered.file, span: name.span };
        let position = marked.iter().position(|marked| marked.field.name == name.text);
        match position {
            Some(position) if positions.contains(&position) => {
                let message = format!("`{}` stands twice in this group", name.text);
                scope.problems.push(Problem::new(&models::UNKNOWN_INDEX_FIELD, span, message));
            }
            Some(position) => positions.push(position),
            None if numbered.item.damaged => {}
            None => {
                let fields = marked.iter().map(|marked| marked.field.name.as_str());
                let near = similar::nearest(&name.text, fields);
                let message = format!("`{}` has no stored field `{}`", numbered.name(), name.text);
                scope.problems.push(Problem::new(&models::UNKNOWN_INDEX_FIELD, span, message).did_you_mean(near));
            }
        }
    }
    positions
}

fn check_type(scope: &mut Scope<'_>, marked: &[MarkedField], position: usize) {
    let Some(MarkedField { field, .. }) = marked.get(position) else { return };
    if scope.is_exactly_ordered(&field.ty) {
        return;
    }
    let message = format!("{} cannot be a key", scope.words_for(&field.ty));
    scope.problems.push(
        Problem::new(&models::KEY_TYPE, field.span, message)
            .help("use a scalar other than `float` and `json`, an enum without data, or a reference"),
    );
}

/// `@auto` on anything but the one `int` key.
fn refuse_auto(scope: &mut Scope<'_>, marked: &[MarkedField], key: &[usize]) {
    for (position, MarkedField { field, marks }) in marked.iter().enumerate() {
        let Some(span) = marks.auto else { continue };
        let is_int = matches!(scope.without_newtypes(&field.ty), Type::Int | Type::Error);
        if !is_int || key != [position] {
            let message = format!("`{}` cannot be numbered", field.name);
            scope.problems.push(Problem::new(&models::AUTO_KEY, span, message).label("`@auto` belongs to `int @key`"));
        }
    }
}

fn describe(scope: &mut Scope<'_>, marked: &[MarkedField], fields: Vec<usize>) -> Key {
    let [only] = fields.as_slice() else { return Key { fields, ..Key::default() } };
    let Some(MarkedField { field, marks }) = marked.get(*only) else { return Key::default() };
    let is_auto = marks.auto.is_some();
    let is_generated = is_auto || *scope.without_newtypes(&field.ty) == Type::Uuid;
    if let (true, Some(value)) = (is_generated, &field.value) {
        let span = FileSpan { file: value.file, span: value.expr.span };
        let message = format!("`{}` is made by the engine", field.name);
        scope.problems.push(Problem::new(&items::MISPLACED_VALUE, span, message).help("leave the default out"));
    }
    Key { fields, is_auto, is_generated }
}

/// A key that is a reference has the form of the other's key: in a circle it would have none.
pub fn check_circles(scope: &mut Scope<'_>) {
    let mut in_circles: Vec<usize> = Vec::new();
    for start in 0..scope.declarations.models.len() {
        let mut on_way = vec![start];
        if !in_circles.contains(&start) && leads_back(scope, start, &mut on_way) {
            in_circles.extend(on_way);
            let Some(model) = scope.declarations.models.get(start) else { continue };
            let message = format!("the key of `{}` refers to itself", model.name);
            let problem = Problem::new(&models::KEY_TYPE, model.span, message)
                .help("give one of the models in the circle a key of its own");
            scope.problems.push(problem);
            scope.spoil(Named::Model(crate::declarations::ModelId(start as u32)));
        }
    }
}

/// Whether the keys lead from the last model on the way back to the first one.
fn leads_back(scope: &Scope<'_>, start: usize, on_way: &mut Vec<usize>) -> bool {
    let Some(model) = on_way.last().and_then(|last| scope.declarations.models.get(*last)) else {
        return false;
    };
    let targets: Vec<usize> = model
        .key
        .iter()
        .filter_map(|position| match &model.fields.get(*position)?.ty {
            Type::Reference(Source::Model(target)) => Some(target.index()),
            _ => None,
        })
        .collect();
    for target in targets {
        if target == start {
            return true;
        }
        if !on_way.contains(&target) && on_way.len() < super::recursion::MAX_NESTING {
            on_way.push(target);
            if leads_back(scope, start, on_way) {
                return true;
            }
        }
    }
    false
}
