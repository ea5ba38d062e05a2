//! `on Event for key { … }` of a view, and the fields that it changes.

use raftstone_dsl::ast;

use crate::attributes::{Bearer, Marks};
use crate::codes::{models, views};
use crate::declarations::{EventId, Field, FileSpan, Type};
use crate::declare::fields::Value;
use crate::declare::{Numbered, Scope};
use crate::names::Named;
use crate::problem::Problem;
use crate::types::Place;

/// The folds of a view, each with its position in the item, and what is wrong with the view around
/// them.
pub(super) fn declare(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::View) -> Vec<(EventId, usize)> {
    let mut folds: Vec<(EventId, usize)> = Vec::with_capacity(item.folds.len());
    for (position, fold) in item.folds.iter().enumerate() {
        let Some(event) = event(scope, numbered, &fold.event) else { continue };
        match folds.iter().find(|(known, _)| *known == event).and_then(|(_, first)| item.folds.get(*first)) {
            Some(first) => report_twice(scope, numbered, &fold.event, first),
            None => folds.push((event, position)),
        }
    }
    if let Some(query) = &item.query {
        refuse_beside_query(scope, numbered, item, query);
        return Vec::new();
    }
    if !item.folds.is_empty() {
        refuse_values(scope, numbered, item);
        if folds.is_empty() {
            scope.spoil(numbered.named);
        }
    }
    folds
}

fn event(scope: &mut Scope<'_>, numbered: &Numbered<'_>, name: &ast::Ident) -> Option<EventId> {
    let entry = scope.names.get(&name.text);
    match entry.map(|entry| entry.named) {
        Some(Named::Event(id)) => return Some(id),
        Some(Named::Unknown) => return None,
        _ => {}
    }
    let span = FileSpan { file: numbered.file, span: name.span };
    let message = match entry {
        Some(entry) => format!("`{}` is {}, no event", name.text, entry.named.with_article()),
        None => format!("there is no event `{}`", name.text),
    };
    let mut problem = Problem::new(&views::FOLD_EVENT, span, message);
    if let Some(entry) = entry {
        problem = problem.other(entry.span, "declared here");
    }
    let near = scope.names.nearest(&name.text, &|named| matches!(named, Named::Event(_)));
    scope.problems.push(problem.did_you_mean(near));
    None
}

fn report_twice(scope: &mut Scope<'_>, numbered: &Numbered<'_>, again: &ast::Ident, first: &ast::Fold) {
    let at = |span: ast::Span| FileSpan { file: numbered.file, span };
    let message = format!("`on {}` stands twice in this view", again.text);
    scope.problems.push(
        Problem::new(&views::FOLD_EVENT, at(again.span), message)
            .other(at(first.event.span), "first given here")
            .help("put the statements of both into one"),
    );
}

/// A view of a query follows from its rows, and from nothing else.
fn refuse_beside_query(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::View, query: &ast::Query) {
    let at = |span: ast::Span| FileSpan { file: numbered.file, span };
    let folds = item.folds.iter().map(|fold| (fold.event.span, "an `on`".to_owned()));
    let states = item.states.iter().map(|state| (state.name.span, format!("`{}`", state.name.text)));
    let Some((span, what)) = folds.chain(states).min_by_key(|(span, _)| *span) else { return };
    let message = format!("this view shows the rows of a query, and {what} is no part of them");
    let start = ast::Span::new(query.span.start, query.row.span.end);
    scope.problems.push(
        Problem::new(&views::FOLD_AND_QUERY, at(span), message)
            .other(at(start), "its rows come from here")
            .help("write a view of its own for what events add up to"),
    );
    // What is said of its other members would be about one of both only.
    scope.spoil(numbered.named);
}

/// A field of a fold has a type and a default, and no value that follows from a row.
fn refuse_values(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::View) {
    for field in item.fields.iter().filter(|field| field.value.is_some()) {
        let span = FileSpan { file: numbered.file, span: field.name.span };
        let name = &field.name.text;
        let message = format!("`{name}` has a value, and the rows of this view follow from events");
        let help = format!("give it a type and a default, such as `{name}: int = 0`, and change it in an `on`");
        scope.problems.push(Problem::new(&views::FOLD_AND_QUERY, span, message).help(help));
        scope.spoil(numbered.named);
    }
}

/// A field of a view that is folded from events.
pub(super) fn state(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: &ast::Field) -> (Field, Marks) {
    let file = numbered.file;
    let name = format!("{}{}", numbered.name(), crate::declare::spelling::to_pascal(&written.name.text));
    let ty = scope.written_type(file, written, numbered.item.damaged, Place::field(&name));
    scope.refuse_patch(file, written, "a row has all its fields");
    let (field, marks) = scope.field(file, written, ty, Bearer::ViewField, Value::Allowed);
    if !numbered.item.damaged && !scope.declarations.damaged.contains(&numbered.named) {
        check_default(scope, &field, marks.key);
        if marks.key.is_some() && !scope.is_exactly_ordered(&field.ty) {
            let message = format!("{} cannot be a key", scope.words_for(&field.ty));
            scope.problems.push(
                Problem::new(&models::KEY_TYPE, field.span, message)
                    .help("use a scalar other than `float` and `json`, an enum without data, or a reference"),
            );
        }
    }
    (field, marks)
}

/// What a value of a type usually begins with.
const fn beginning(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Int | Type::Decimal => Some("0"),
        Type::Float => Some("0.0"),
        Type::Bool => Some("false"),
        Type::Text => Some("\"\""),
        _ => None,
    }
}

/// A row begins with its defaults, and with the key that `for` gives.
fn check_default(scope: &mut Scope<'_>, field: &Field, key: Option<FileSpan>) {
    let name = &field.name;
    let begins_empty = matches!(
        scope.without_newtypes(&field.ty),
        Type::Optional(_) | Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Error
    );
    match (&field.value, key) {
        (Some(value), Some(key)) => {
            let span = FileSpan { file: value.file, span: value.expr.span };
            scope.problems.push(
                Problem::new(&views::STATE_DEFAULT, span, format!("the key `{name}` has no default"))
                    .other(key, "the key")
                    .help("leave it out: the `for` of each `on` says which row is meant"),
            );
        }
        (None, None) if !begins_empty => {
            let message = format!("`{name}` has no value before the first event");
            let help = match beginning(scope.without_newtypes(&field.ty)) {
                Some(value) => format!("say what it begins with, such as `= {value}`"),
                None => "say what it begins with: `= …`, or add `?` to its type to begin with none".to_owned(),
            };
            scope.problems.push(Problem::new(&views::STATE_DEFAULT, field.span, message).help(help));
        }
        _ => {}
    }
}
