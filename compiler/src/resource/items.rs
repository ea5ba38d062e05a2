//! `get`, `create`, `update`, `delete`.

use raftstone_dsl::ast::{
    Block, Body, Event, EventEffect, EventMember, Expr, ExprKind, Field, Ident, Item, ItemKind, Parameter, Statement,
    StatementKind, StructField,
};

use super::Action;
use super::build::{MadeEndpoint, Maker, like};
use crate::declare::spelling::to_snake;

/// `get_product`
pub(super) fn get(action: &Action<'_>) -> Vec<Item> {
    let make = Maker { span: action.word.span };
    let model = &action.model_name.text;
    let row = to_snake(model);
    vec![make.endpoint(MadeEndpoint {
        name: format!("get_{row}"),
        docs: format!("One `{model}`."),
        parameters: vec![make.row(&row, model)],
        result: Some((None, make.named_type(model))),
        method: "GET",
        path: make.path(action.path, Some(&row)),
        rights: action.rights,
        body: Body::Expr(make.name(&row)),
    })]
}

/// `ProductCreated` and `create_product`
pub(super) fn create(action: &Action<'_>) -> Vec<Item> {
    let make = Maker { span: action.word.span };
    let model = &action.model_name.text;
    let event = format!("{model}Created");
    let fields = action.fields.iter().map(|(name, _)| named(make, name, false));
    let filled = action.with.iter().map(|(name, _)| named(make, name, false));
    let members = fields.chain(filled).map(EventMember::Field).collect();
    let effect = EventEffect::Creates(action.model_name.clone());
    let endpoint = make.endpoint(MadeEndpoint {
        name: format!("create_{}", to_snake(model)),
        docs: format!("Adds a `{model}`."),
        parameters: parameters(action, make, &event, false),
        result: Some((Some(201), make.named_type(model))),
        method: "POST",
        path: make.path(action.path, None),
        rights: action.rights,
        body: Body::Expr(make.emit(&event, emitted(action))),
    });
    let docs = format!("A `{model}` was added.");
    vec![event_item(make, &event, docs, effect, members), endpoint]
}

/// `ProductUpdated` and `update_product`
pub(super) fn update(action: &Action<'_>) -> Vec<Item> {
    let make = Maker { span: action.word.span };
    let model = &action.model_name.text;
    let row = to_snake(model);
    let event = format!("{model}Updated");
    let fields = action.fields.iter().map(|(name, _)| named(make, name, true));
    let filled = action.with.iter().map(|(name, _)| named(make, name, false));
    let members = fields.chain(filled).map(EventMember::Field).collect();
    let effect = EventEffect::Updates(action.model_name.clone(), None);
    let statement = |kind| Statement { kind, span: make.span };
    let statements = vec![
        statement(StatementKind::Expr(make.emit(&event, emitted(action)))),
        statement(StatementKind::Return { status: None, value: Some(make.name(&row)) }),
    ];
    let endpoint = make.endpoint(MadeEndpoint {
        name: format!("update_{row}"),
        docs: format!("Changes what is given of a `{model}`."),
        parameters: parameters(action, make, &event, true),
        result: Some((None, make.named_type(model))),
        method: "PATCH",
        path: make.path(action.path, Some(&row)),
        rights: action.rights,
        body: Body::Block(Block { statements, span: make.span }),
    });
    let docs = format!("A `{model}` was changed.");
    vec![event_item(make, &event, docs, effect, members), endpoint]
}

/// `ProductDeleted` and `delete_product`
pub(super) fn delete(action: &Action<'_>) -> Vec<Item> {
    let make = Maker { span: action.word.span };
    let model = &action.model_name.text;
    let row = to_snake(model);
    let event = format!("{model}Deleted");
    let given = StructField::Named { name: make.ident(&row), value: None };
    let endpoint = make.endpoint(MadeEndpoint {
        name: format!("delete_{row}"),
        docs: format!("Removes a `{model}`."),
        parameters: vec![make.row(&row, model)],
        result: None,
        method: "DELETE",
        path: make.path(action.path, Some(&row)),
        rights: action.rights,
        body: Body::Expr(make.emit(&event, vec![given])),
    });
    let effect = EventEffect::Deletes(action.model_name.clone(), None);
    let docs = format!("A `{model}` was removed.");
    vec![event_item(make, &event, docs, effect, Vec::new()), endpoint]
}

fn event_item(make: Maker, name: &str, docs: String, effect: EventEffect, members: Vec<EventMember>) -> Item {
    make.item(docs, ItemKind::Event(Event { name: Some(make.ident(name)), effect, members }))
}

/// A field of the event that takes its type from the model.
fn named(make: Maker, name: &Ident, patch: bool) -> Field {
    Field { name: name.clone(), patch, span: name.span, ..make.field(&name.text) }
}

/// What the client gives. When the server gives nothing, that is all the event asks for.
fn parameters(action: &Action<'_>, make: Maker, event: &str, update: bool) -> Vec<Parameter> {
    if action.with.is_empty() {
        return vec![Parameter::Spread { name: make.ident(event), span: make.span }];
    }
    let model = &action.model_name.text;
    let row = update.then(|| make.row(&to_snake(model), model));
    let given = action.fields.iter().map(|(name, field)| {
        let mut parameter = like(name, field);
        if update {
            parameter.patch = true;
            parameter.value = None;
        }
        Parameter::Field(parameter)
    });
    row.into_iter().chain(given).collect()
}

/// `{ .., owner: caller }`
fn emitted(action: &Action<'_>) -> Vec<StructField> {
    let all = StructField::Spread { value: None, span: action.word.span };
    let filled = action.with.iter().map(|(name, value)| StructField::Named {
        name: (*name).clone(),
        value: Some(value.map_or_else(|| bare(name), Clone::clone)),
    });
    std::iter::once(all).chain(filled).collect()
}

/// `owner` alone means `owner: owner`.
fn bare(name: &Ident) -> Expr {
    Expr { kind: ExprKind::Name(name.clone()), span: name.span }
}
