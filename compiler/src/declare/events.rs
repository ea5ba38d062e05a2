//! Events in their four forms.

use raftstone_dsl::ast::{self, EventMember, ItemKind};

use super::fields::Value;
use super::spelling::{to_pascal, to_snake};
use super::structs::{merged, patched};
use super::{Numbered, Scope};
use crate::attributes::Bearer;
use crate::codes::models;
use crate::declarations::{Effect, Event, EventField, EventFieldOrigin, Field, FileSpan, Model, ModelId, Source, Type};
use crate::names::Named;
use crate::problem::Problem;
use crate::similar;
use crate::types::Place;

/// What an event does, before its fields are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Creates(ModelId),
    Updates(ModelId),
    Deletes(ModelId),
    General,
    /// The model is unknown: nothing is said about the fields that it may have.
    Unknown,
}

impl Form {
    const fn model(self) -> Option<ModelId> {
        match self {
            Self::Creates(model) | Self::Updates(model) | Self::Deletes(model) => Some(model),
            Self::General | Self::Unknown => None,
        }
    }
}

/// Declares all events.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        if let ItemKind::Event(item) = &numbered.item.kind {
            let declared = declare_one(scope, &numbered, item);
            scope.declarations.events.push(declared);
        }
    }
}

fn declare_one(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Event) -> Event {
    let (_, docs) = scope.item_marks(numbered, Bearer::LockedItem);
    let form = form(scope, numbered, item);
    let written: Vec<&ast::Field> = item
        .members
        .iter()
        .filter_map(|member| match member {
            EventMember::Field(field) => Some(field),
            _ => None,
        })
        .collect();
    let names: Vec<&ast::Ident> = written.iter().map(|field| &field.name).collect();
    scope.check_distinct(numbered.file, "field", &names);
    check_one_apply(scope, numbered, item);

    let mut fields: Vec<EventField> = Vec::new();
    fields.extend(implicit_field(scope, numbered, item, form, &written));
    for field in written {
        fields.push(written_field(scope, numbered, form, field));
    }
    if let Form::Creates(model) = form {
        fill(scope, numbered, model, &mut fields);
    }
    let effect = match form {
        Form::Creates(model) => Effect::Creates(model),
        Form::Updates(model) => Effect::Updates(model, 0),
        Form::Deletes(model) => Effect::Deletes(model, 0),
        Form::General | Form::Unknown => Effect::General,
    };
    Event {
        name: numbered.name(),
        stable_id: 0,
        version: 1,
        shape_hash: 0,
        effect,
        wire_order: (0..fields.len()).collect(),
        fields,
        item: numbered.item_ref,
        docs,
        span: numbered.name_span(),
    }
}

fn form(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Event) -> Form {
    let (name, form): (_, fn(ModelId) -> Form) = match &item.effect {
        ast::EventEffect::Creates(name) => (name, Form::Creates),
        ast::EventEffect::Updates(name, _) => (name, Form::Updates),
        ast::EventEffect::Deletes(name, _) => (name, Form::Deletes),
        ast::EventEffect::General => return Form::General,
    };
    let Some(model) = scope.model_named(numbered.file, name) else {
        scope.spoil(numbered.named);
        return Form::Unknown;
    };
    form(model)
}

fn check_one_apply(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Event) {
    let mut applies = item.members.iter().filter_map(|member| match member {
        EventMember::Apply { span, .. } => Some(FileSpan { file: numbered.file, span: *span }),
        _ => None,
    });
    let Some(first) = applies.next() else { return };
    for span in applies {
        let message = format!("`{}` has a second `apply`", numbered.name());
        scope.problems.push(
            Problem::new(&models::TWO_APPLIES, span, message)
                .label("the second one")
                .other(first, "the first one")
                .help("put all statements into one block"),
        );
    }
}

/// The field that holds the reference of an event that updates or deletes.
fn implicit_field(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::Event,
    form: Form,
    written: &[&ast::Field],
) -> Option<EventField> {
    let (Form::Updates(model) | Form::Deletes(model)) = form else { return None };
    let (ast::EventEffect::Updates(of, renamed) | ast::EventEffect::Deletes(of, renamed)) = &item.effect else {
        return None;
    };
    let ident = renamed.as_ref().unwrap_or(of);
    let name = renamed.as_ref().map_or_else(|| to_snake(&of.text), |name| name.text.clone());
    if let Some(renamed) = renamed {
        scope.check_snake_case(numbered.file, renamed);
    }
    let span = FileSpan { file: numbered.file, span: ident.span };
    if let Some(clash) = written.iter().find(|field| field.name.text == name) {
        let clash = FileSpan { file: numbered.file, span: clash.name.span };
        let message = format!("the field `{name}` is there already");
        scope.problems.push(
            Problem::new(&models::IMPLICIT_FIELD_CLASH, clash, message)
                .other(span, format!("the event's own reference is named `{name}`"))
                .help(format!("rename the reference: `{} as target`", of.text)),
        );
    }
    let field = Field {
        wire_name: scope.wire_name(&name),
        name,
        ty: Type::Reference(Source::Model(model)),
        rules: Vec::new(),
        value: None,
        is_private: false,
        deprecated: None,
        docs: Vec::new(),
        span,
    };
    Some(EventField { field, origin: EventFieldOrigin::Given, writes: None })
}

fn written_field(scope: &mut Scope<'_>, numbered: &Numbered<'_>, form: Form, written: &ast::Field) -> EventField {
    let found = form.model().and_then(|model| {
        let fields = &scope.declarations.models.get(model.index())?.fields;
        fields.iter().position(|field| field.name == written.name.text).map(|at| (model, at))
    });
    match (form, found) {
        (Form::Creates(_) | Form::Updates(_), Some((model, position))) => {
            field_of_model(scope, numbered, form, written, model, position)
        }
        (Form::Creates(model) | Form::Updates(model), None) if written.ty.is_none() => {
            report_unknown(scope, numbered, written, model);
            poisoned(scope, numbered, written)
        }
        (Form::Deletes(_), Some(_)) if written.ty.is_none() => {
            let span = FileSpan { file: numbered.file, span: written.name.span };
            let message = format!("`{}` is gone with the row", written.name.text);
            scope.problems.push(
                Problem::new(&models::DELETED_FIELD, span, message)
                    .help("leave it out, or give the event a field of its own with a type"),
            );
            poisoned(scope, numbered, written)
        }
        (Form::Unknown, _) if written.ty.is_none() => poisoned(scope, numbered, written),
        _ => own_field(scope, numbered, form, written),
    }
}

/// A field about which enough is said.
fn poisoned(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: &ast::Field) -> EventField {
    let (field, _) = scope.field(numbered.file, written, Type::Error, Bearer::EventField, Value::Allowed);
    EventField { field, origin: EventFieldOrigin::Given, writes: None }
}

fn own_field(scope: &mut Scope<'_>, numbered: &Numbered<'_>, form: Form, written: &ast::Field) -> EventField {
    let place = format!("{}{}", numbered.name(), to_pascal(&written.name.text));
    let ty = scope.written_type(numbered.file, written, numbered.item.damaged, Place::field(&place));
    if !matches!(form, Form::Updates(_) | Form::Unknown) && !numbered.item.damaged {
        scope.refuse_patch(numbered.file, written, "only an event that updates leaves fields untouched");
    }
    let value = if written.patch { Value::Refused } else { Value::Allowed };
    let (field, _) = scope.field(numbered.file, written, patched(written, ty), Bearer::EventField, value);
    EventField { field, origin: EventFieldOrigin::Given, writes: None }
}

/// A field that the event takes from its model and writes to it.
fn field_of_model(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    form: Form,
    written: &ast::Field,
    model: ModelId,
    position: usize,
) -> EventField {
    let file = numbered.file;
    let span = FileSpan { file, span: written.name.span };
    let declared = scope.declarations.models.get(model.index());
    let Some((declared, of)) = declared.and_then(|declared| Some((declared, declared.fields.get(position)?.clone())))
    else {
        return poisoned(scope, numbered, written);
    };
    let misuse = misuse(form, written, span, declared, position);
    scope.problems.extend(misuse);
    if matches!(form, Form::Creates(_)) {
        scope.refuse_patch(file, written, "an event that creates gives every field");
    }
    let is_patch = written.patch && matches!(form, Form::Updates(_));
    let ty = if is_patch { Type::Patch(Box::new(of.ty)) } else { of.ty };
    let (mut field, marks) = scope.field(file, written, ty, Bearer::EventField, Value::Allowed);
    field.rules = merged(of.rules, field.rules);
    if marks.wire_name.is_none() {
        field.wire_name = of.wire_name;
    }
    if field.docs.is_empty() {
        field.docs = of.docs;
    }
    if marks.was.is_none()
        && let Some(was) = scope.declarations.renames.get(&of.span).cloned()
    {
        scope.declarations.renames.insert(span, was);
    }
    let origin = match (&field.value, form) {
        (Some(_), _) => EventFieldOrigin::Computed,
        (None, Form::Creates(_)) => {
            field.value = of.value;
            EventFieldOrigin::Given
        }
        (None, _) => EventFieldOrigin::Given,
    };
    EventField { field, origin, writes: Some(position) }
}

/// What a field of the model cannot be in an event.
fn misuse(form: Form, written: &ast::Field, span: FileSpan, model: &Model, position: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = &written.name.text;
    let declared = model.fields.get(position).map_or(model.span, |field| field.span);
    if let Some(ty) = &written.ty {
        let ty_span = FileSpan { file: span.file, span: ty.span };
        let message = format!("`{name}` has its type from the model `{}`", model.name);
        let colon = FileSpan { file: span.file, span: ast::Span::new(written.name.span.end, ty.span.end) };
        let problem = Problem::new(&models::RETYPED_EVENT_FIELD, ty_span, message)
            .other(declared, "the field of the model")
            .help("leave the type out, or give the event's own field another name");
        // `name?: T` has a mark between name and type that stays.
        let problem = if written.patch { problem } else { problem.fix("leave the type out", colon, "") };
        problems.push(problem);
    }
    if matches!(form, Form::Updates(_)) && model.key.contains(&position) {
        let message = format!("`{name}` is the key of `{}` and stays", model.name);
        problems.push(
            Problem::new(&models::UPDATED_KEY, span, message)
                .other(declared, "the key")
                .help("delete the row and create another one"),
        );
    }
    if written.patch && written.value.is_some() {
        let message = format!("`{name}` is computed, so it is never absent");
        problems.push(Problem::new(&crate::codes::items::MISPLACED_VALUE, span, message).help("leave the `?` out"));
    }
    problems
}

fn report_unknown(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: &ast::Field, model: ModelId) {
    if numbered.item.damaged || scope.declarations.damaged.contains(&Named::Model(model)) {
        return;
    }
    let Some(declared) = scope.declarations.models.get(model.index()) else { return };
    let span = FileSpan { file: numbered.file, span: written.name.span };
    let name = &written.name.text;
    let near = similar::nearest(name, declared.fields.iter().map(|field| field.name.as_str()));
    let message = format!("the model `{}` has no field `{name}`", declared.name);
    let code = if written.value.is_some() { &models::COMPUTED_FIELD } else { &models::UNKNOWN_EVENT_FIELD };
    let problem = Problem::new(code, span, message)
        .other(declared.span, "the model")
        .help(format!("a field of the event's own has a type: `{name}: T`"))
        .did_you_mean(near);
    scope.problems.push(problem);
    // The wrong name may have been meant for one that is missing now.
    scope.spoil(numbered.named);
}

/// The fields of the created row that the event does not name.
fn fill(scope: &mut Scope<'_>, numbered: &Numbered<'_>, model: ModelId, fields: &mut Vec<EventField>) {
    let Some(declared) = scope.declarations.models.get(model.index()) else { return };
    let mut missing = Vec::new();
    for (position, field) in declared.fields.iter().enumerate() {
        if fields.iter().any(|given| given.writes == Some(position)) {
            continue;
        }
        let is_made = declared.generates_key && declared.key == [position];
        if !is_made && !has_default(scope, field) {
            missing.push(field);
        }
        fields.push(EventField { field: field.clone(), origin: EventFieldOrigin::Filled, writes: Some(position) });
    }
    let silent = numbered.item.damaged || scope.declarations.damaged.contains(&numbered.named);
    if missing.is_empty() || silent {
        return;
    }
    let names: Vec<String> = missing.iter().map(|field| format!("`{}`", field.name)).collect();
    let message = format!("`{}` gives no {}", numbered.name(), names.join(", "));
    let mut problem = Problem::new(&models::MISSING_EVENT_FIELD, numbered.name_span(), message)
        .help("name what is given, compute it with `name = …`, or give it a default in the model");
    for field in missing {
        problem = problem.other(field.span, "has no default");
    }
    scope.problems.push(problem);
}

/// Whether a field of a row has a value when nobody gives one.
fn has_default(scope: &Scope<'_>, field: &Field) -> bool {
    field.value.is_some()
        || matches!(
            scope.without_newtypes(&field.ty),
            Type::Optional(_) | Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Error
        )
}
