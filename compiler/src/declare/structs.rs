//! `struct Address { … }`, `struct NewUser of User { … }`, and `{ name: T }` where a type stands.

use raftstone_dsl::ast::{self, ItemKind};

use super::fields::Value;
use super::spelling::to_pascal;
use super::{Numbered, Scope};
use crate::attributes::Bearer;
use crate::codes::items;
use crate::declarations::{Field, FileSpan, ModelId, Rule, Struct, StructId, Type};
use crate::names::Named;
use crate::problem::Problem;
use crate::similar;
use crate::types::Place;

/// Gives every named struct its place, so that inline records can line up behind.
pub fn reserve(scope: &mut Scope<'_>) {
    let named: Vec<Struct> = scope
        .numbered()
        .iter()
        .filter(|numbered| matches!(numbered.named, Named::Struct(_)))
        .map(|numbered| Struct {
            name: numbered.name(),
            is_inline: false,
            of: None,
            fields: Vec::new(),
            wire_order: Vec::new(),
            docs: Vec::new(),
            span: numbered.name_span(),
        })
        .collect();
    scope.declarations.structs = named.into();
}

/// Fills the named structs.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let (ItemKind::Struct(item), Named::Struct(id)) = (&numbered.item.kind, numbered.named) else {
            continue;
        };
        let (_, docs) = scope.item_marks(&numbered, Bearer::LockedItem);
        if item.fields.is_empty() && !numbered.item.damaged {
            let message = format!("the struct `{}` has no fields", numbered.name());
            scope.problems.push(Problem::new(&items::EMPTY_ITEM, numbered.name_span(), message));
        }
        let of = item.of.as_ref().and_then(|of| scope.model_named(numbered.file, of));
        if item.of.is_some() && of.is_none() {
            scope.spoil(numbered.named);
        }
        let fields = named_fields(scope, &numbered, item, of);
        if let Some(declared) = scope.declarations.structs.get_mut(id.index()) {
            declared.of = of;
            declared.wire_order = (0..fields.len()).collect();
            declared.fields = fields;
            declared.docs = docs;
        }
    }
}

fn named_fields(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Struct, of: Option<ModelId>) -> Vec<Field> {
    let file = numbered.file;
    let names: Vec<&ast::Ident> = item.fields.iter().map(|field| &field.name).collect();
    scope.check_distinct(file, "field", &names);
    let is_damaged = scope.declarations.damaged.contains(&numbered.named);
    let fields: Vec<Field> = item
        .fields
        .iter()
        .map(|written| {
            let place = format!("{}{}", numbered.name(), to_pascal(&written.name.text));
            match of.filter(|_| written.ty.is_none()) {
                Some(model) => field_of(scope, file, written, model),
                None => own_field(scope, file, written, is_damaged, Place::field(&place)),
            }
        })
        .collect();
    scope.check_wire_fields(&fields);
    fields
}

fn own_field(scope: &mut Scope<'_>, file: u32, written: &ast::Field, is_damaged: bool, place: Place<'_>) -> Field {
    let ty = scope.written_type(file, written, is_damaged, place);
    let ty = patched(written, ty);
    let value = if written.patch { Value::Refused } else { Value::Allowed };
    scope.field(file, written, ty, Bearer::StructField, value).0
}

/// A field that takes type and rules from the model.
fn field_of(scope: &mut Scope<'_>, file: u32, written: &ast::Field, model: ModelId) -> Field {
    let found = scope.field_of_model(model, &written.name.text);
    let (ty, rules) = found.map_or((Type::Error, Vec::new()), |of| (of.ty.clone(), of.rules.clone()));
    if found.is_none() {
        report_unknown_field(scope, file, written, model);
    }
    let value = if written.patch { Value::Refused } else { Value::Allowed };
    let (mut field, _) = scope.field(file, written, patched(written, ty), Bearer::StructField, value);
    field.rules = merged(rules, field.rules);
    field
}

/// Rules of a model's field, and those that are new where it is named.
pub fn merged(mut rules: Vec<Rule>, more: Vec<Rule>) -> Vec<Rule> {
    for rule in more {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}

fn report_unknown_field(scope: &mut Scope<'_>, file: u32, written: &ast::Field, model: ModelId) {
    if scope.declarations.damaged.contains(&Named::Model(model)) {
        return;
    }
    let Some(declared) = scope.declarations.models.get(model.index()) else { return };
    let near = similar::nearest(&written.name.text, declared.fields.iter().map(|field| field.name.as_str()));
    let message = format!("the model `{}` has no field `{}`", declared.name, written.name.text);
    let span = FileSpan { file, span: written.name.span };
    let problem = Problem::new(&items::UNKNOWN_FIELD_OF, span, message)
        .other(declared.span, "the model")
        .help(format!("a field of the struct's own has a type: `{}: T`", written.name.text))
        .did_you_mean(near);
    scope.problems.push(problem);
}

/// `name?: T`
pub fn patched(written: &ast::Field, ty: Type) -> Type {
    match ty {
        Type::Error => Type::Error,
        ty if written.patch => Type::Patch(Box::new(ty)),
        ty => ty,
    }
}

/// Makes a struct from a `{ name: T }` type, named from where it stands.
pub fn inline(scope: &mut Scope<'_>, file: u32, written: &[ast::Field], span: FileSpan, place: Place<'_>) -> Type {
    if written.is_empty() {
        scope.problems.push(
            Problem::new(&items::EMPTY_ITEM, span, "this record has no fields")
                .help("leave the type out when there is nothing to say"),
        );
        return Type::Error;
    }
    let name = free_name(scope, place.name);
    let names: Vec<&ast::Ident> = written.iter().map(|field| &field.name).collect();
    scope.check_distinct(file, "field", &names);
    let fields: Vec<Field> = written
        .iter()
        .map(|field| {
            let inner = format!("{name}{}", to_pascal(&field.name.text));
            own_field(scope, file, field, false, Place { name: &inner, ..place })
        })
        .collect();
    scope.check_wire_fields(&fields);
    let id = StructId(scope.declarations.structs.len() as u32);
    scope.declarations.structs.push(Struct {
        name,
        is_inline: true,
        of: None,
        wire_order: (0..fields.len()).collect(),
        fields,
        docs: Vec::new(),
        span,
    });
    Type::Struct(id)
}

/// The wanted name, or the first with a number behind that nobody has.
fn free_name(scope: &mut Scope<'_>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 1;
    while !scope.struct_names.insert(name.clone()) {
        number += 1;
        name = format!("{wanted}{number}");
    }
    name
}

impl Scope<'_> {
    /// The stored field of a model.
    pub fn field_of_model(&self, model: ModelId, name: &str) -> Option<&Field> {
        let model = self.declarations.models.get(model.index())?;
        model.fields.iter().find(|field| field.name == name)
    }

    /// The model that a name means; what is wrong with it is reported.
    pub fn model_named(&mut self, file: u32, name: &ast::Ident) -> Option<ModelId> {
        let span = FileSpan { file, span: name.span };
        let entry = self.names.get(&name.text);
        match entry.map(|entry| entry.named) {
            Some(Named::Model(id)) => Some(id),
            Some(Named::Unknown) => None,
            found => {
                let (message, label) = match found {
                    Some(named) => (
                        format!("`{}` is no model", name.text),
                        format!("a model is wanted, and this is {}", named.with_article()),
                    ),
                    None => (format!("there is no model `{}`", name.text), String::new()),
                };
                let mut problem = Problem::new(&items::NOT_A_MODEL, span, message).label(label);
                if let Some(entry) = entry {
                    problem = problem.other(entry.span, "declared here");
                }
                let near = self.names.nearest(&name.text, &|named| matches!(named, Named::Model(_)));
                self.problems.push(problem.did_you_mean(near));
                None
            }
        }
    }
}
