//! `model Article { … }`: fields, keys and references; indexes and back-references stand beside.

use raftstone_dsl::ast::{self, ItemKind, ModelMember};

use super::fields::Value;
use super::spelling::to_pascal;
use super::{Numbered, Scope, indexes, keys};
use crate::attributes::{Bearer, Marks};
use crate::codes::{items, models};
use crate::declarations::{Field, FileSpan, Model, ModelId, OnDelete, Source, Type};
use crate::literals;
use crate::problem::Problem;
use crate::types::Place;

/// A stored field with what its attributes say about keys, indexes and references.
pub struct MarkedField {
    /// The field.
    pub field: Field,
    /// Its marks.
    pub marks: Marks,
}

/// Declares all models but their back-references, which look at each other's fields.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        if let ItemKind::Model(item) = &numbered.item.kind {
            let declared = declare_one(scope, &numbered, item);
            scope.declarations.models.push(declared);
        }
    }
    keys::check_circles(scope);
}

fn declare_one(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Model) -> Model {
    let (_, docs) = scope.item_marks(numbered, Bearer::LockedItem);
    let mut marked = stored_fields(scope, numbered, item);
    let key = keys::declare(scope, numbered, item, &marked);
    if key.is_generated {
        // A default there was refused; nothing more is to be said about it.
        if let Some(key) = key.fields.first().and_then(|position| marked.get_mut(*position)) {
            key.field.value = None;
        }
    }
    let references = references(scope, &marked);
    let indexes = indexes::declare(scope, numbered, item, &marked, &key.fields);
    let checks = checks(scope, numbered, item);
    let fields: Vec<Field> = marked.into_iter().map(|marked| marked.field).collect();
    scope.check_wire_fields(&fields);
    Model {
        name: numbered.name(),
        stable_id: 0,
        wire_order: (0..fields.len()).collect(),
        fields,
        key: key.fields,
        is_auto: key.is_auto,
        generates_key: key.is_generated,
        references,
        indexes,
        back_references: Vec::new(),
        checks,
        item: numbered.item_ref,
        docs,
        span: numbered.name_span(),
    }
}

fn stored_fields(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Model) -> Vec<MarkedField> {
    let names: Vec<&ast::Ident> = item
        .members
        .iter()
        .filter_map(|member| match member {
            ModelMember::Field(field) => Some(&field.name),
            _ => None,
        })
        .collect();
    scope.check_distinct(numbered.file, "field", &names);
    let mut marked = Vec::new();
    for member in &item.members {
        if let ModelMember::Field(written) = member
            && written.by.is_none()
        {
            marked.push(stored_field(scope, numbered, written));
        }
    }
    marked
}

fn stored_field(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: &ast::Field) -> MarkedField {
    let file = numbered.file;
    let place = format!("{}{}", numbered.name(), to_pascal(&written.name.text));
    let ty = scope.written_type(file, written, numbered.item.damaged, Place::field(&place));
    scope.refuse_patch(file, written, "a row has all its fields");
    let (field, marks) = scope.field(file, written, ty, Bearer::ModelField, Value::Allowed);
    MarkedField { field, marks }
}

fn references(scope: &mut Scope<'_>, marked: &[MarkedField]) -> Vec<(usize, ModelId, OnDelete)> {
    let mut references = Vec::new();
    for (position, MarkedField { field, marks }) in marked.iter().enumerate() {
        let target = referred_model(&field.ty);
        match (target, marks.on_delete) {
            (Some(target), None) => references.push((position, target, OnDelete::Restrict)),
            (Some(target), Some((action, span))) => {
                let is_required = matches!(field.ty, Type::Reference(_));
                if action == OnDelete::Clear && is_required {
                    let message = format!("`{}` cannot be cleared", field.name);
                    scope.problems.push(
                        Problem::new(&models::CLEAR_NEEDS_OPTIONAL, span, message)
                            .other(field.span, "this reference is never `none`")
                            .help("add `?` to its type, or use `restrict` or `cascade`"),
                    );
                }
                references.push((position, target, action));
            }
            (None, Some((_, span))) if field.ty != Type::Error => {
                let message = format!("`{}` refers to no model", field.name);
                scope.problems.push(
                    Problem::new(&items::MISPLACED_ATTRIBUTE, span, message)
                        .help("`@on_delete` belongs to `Model`, `Model?`, `set<Model>` and `[Model]`"),
                );
            }
            (None, _) => {}
        }
    }
    references
}

/// The model that a field refers to, in one of the forms that the engine keeps whole.
pub fn referred_model(ty: &Type) -> Option<ModelId> {
    match ty {
        Type::Reference(Source::Model(model)) => Some(*model),
        Type::Optional(inner) | Type::Set(inner) | Type::List(inner) => match inner.as_ref() {
            Type::Reference(Source::Model(model)) => Some(*model),
            _ => None,
        },
        _ => None,
    }
}

fn checks(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Model) -> usize {
    let mut count = 0;
    for member in &item.members {
        let ModelMember::Check { condition, message, span } = member else { continue };
        count += 1;
        let span = FileSpan { file: numbered.file, span: *span };
        if condition.is_none() && !numbered.item.damaged {
            scope.problems.push(
                Problem::new(&models::CHECK_CONDITION, span, "this `check` has no condition")
                    .help("write `check condition else \"what is wrong\"`"),
            );
        }
        let Some(message) = message else { continue };
        if message.kind != ast::ExprKind::Bad && literals::text(message).is_none() {
            let span = FileSpan { file: numbered.file, span: message.span };
            scope.problems.push(
                Problem::new(&models::CHECK_CONDITION, span, "the message of a `check` is plain text")
                    .help("write it without `{ }`"),
            );
        }
    }
    count
}
