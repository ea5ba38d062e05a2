//! The parameters of endpoints: where each comes from and what it may carry.

use std::collections::BTreeMap;

use raftstone_dsl::ast;

use super::fields::Value;
use super::spelling::to_pascal;
use super::structs::patched;
use super::{Numbered, Scope, look_ups};
use crate::attributes::Bearer;
use crate::codes::{auth, endpoints, items};
use crate::declarations::{
    EventFieldOrigin, Field, FileSpan, LookUp, Method, Parameter, ParameterSource, Source, Type,
};
use crate::names::Named;
use crate::problem::Problem;
use crate::types::Place;

/// A parameter before its place is known.
struct Candidate<'a> {
    field: Field,
    /// `@header`, `@query`, `@body`
    source: Option<(ParameterSource, FileSpan)>,
    /// The written parameter, unless an event's field stands here.
    written: Option<&'a ast::Field>,
}

/// Declares the parameters of an endpoint, those of `..Event` spread out.
pub fn declare(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::Endpoint,
    method: Option<Method>,
) -> Vec<Parameter> {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for parameter in &item.parameters {
        match parameter {
            ast::Parameter::Field(written) if is_bare_event(scope, written) => {
                candidates.extend(bare_event(scope, numbered, &written.name));
            }
            ast::Parameter::Field(written) => candidates.push(own(scope, numbered, written)),
            ast::Parameter::Spread { name, span } => {
                let span = FileSpan { file: numbered.file, span: *span };
                candidates.extend(spread(scope, numbered, name, span));
            }
        }
    }
    check_distinct(scope, &candidates);
    let names: Vec<String> = candidates.iter().map(|one| one.field.name.clone()).collect();
    let parameters: Vec<Parameter> =
        candidates.into_iter().map(|candidate| place(scope, numbered, item, method, &names, candidate)).collect();
    check_bodies(scope, &parameters);
    check_wire_names(scope, &parameters);
    parameters
}

fn own<'a>(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: &'a ast::Field) -> Candidate<'a> {
    let file = numbered.file;
    let name = format!("{}{}", to_pascal(&numbered.name()), to_pascal(&written.name.text));
    let ty = scope.written_type(file, written, numbered.item.damaged, Place::field(&name));
    let value = if written.patch { Value::Refused } else { Value::Allowed };
    let (field, marks) = scope.field(file, written, patched(written, ty), Bearer::Parameter, value);
    Candidate { field, source: marks.source, written: Some(written) }
}

/// `Event` where `..Event` is meant.
fn is_bare_event(scope: &Scope<'_>, written: &ast::Field) -> bool {
    let is_bare = written.ty.is_none() && written.value.is_none() && !written.patch;
    is_bare && scope.names.event(&written.name.text).is_some()
}

fn bare_event(scope: &mut Scope<'_>, numbered: &Numbered<'_>, name: &ast::Ident) -> Vec<Candidate<'static>> {
    let span = FileSpan { file: numbered.file, span: name.span };
    let start = FileSpan { file: numbered.file, span: ast::Span::new(name.span.start, name.span.start) };
    let message = format!("the fields of an event are written `..{}`", name.text);
    scope.problems.push(Problem::new(&endpoints::SPREAD, span, message).label("this is an event").fix(
        "write `..`",
        start,
        "..",
    ));
    spread(scope, numbered, name, span)
}

/// The fields of an event that its emitter gives.
fn spread(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    name: &ast::Ident,
    span: FileSpan,
) -> Vec<Candidate<'static>> {
    let entry = scope.names.get(&name.text);
    let id = match entry.map(|entry| entry.named) {
        Some(Named::Event(id)) => id,
        Some(Named::Unknown) => {
            scope.spoil(numbered.named);
            return Vec::new();
        }
        other => {
            let near = scope.names.nearest(&name.text, &|named| matches!(named, Named::Event(_)));
            let name_span = FileSpan { file: numbered.file, span: name.span };
            let message = match other {
                Some(named) => format!("`{}` is {}, not an event", name.text, named.with_article()),
                None => format!("there is no event `{}`", name.text),
            };
            let mut problem = Problem::new(&endpoints::SPREAD, name_span, message).did_you_mean(near);
            if let Some(entry) = entry {
                problem = problem.other(entry.span, "declared here");
            }
            scope.problems.push(problem);
            scope.spoil(numbered.named);
            return Vec::new();
        }
    };
    if scope.declarations.damaged.contains(&Named::Event(id)) {
        scope.spoil(numbered.named);
    }
    let Some(event) = scope.declarations.events.get(id.index()) else { return Vec::new() };
    let given = event.fields.iter().filter(|field| field.origin == EventFieldOrigin::Given);
    given.map(|field| Candidate { field: Field { span, ..field.field.clone() }, source: None, written: None }).collect()
}

fn check_distinct(scope: &mut Scope<'_>, candidates: &[Candidate<'_>]) {
    let mut known: BTreeMap<&str, FileSpan> = BTreeMap::new();
    for candidate in candidates {
        let name = &candidate.field.name;
        let first = known.get(name.as_str()).copied();
        known.entry(name).or_insert(candidate.field.span);
        if let Some(first) = first {
            let message = format!("the parameter `{name}` is declared twice");
            scope.problems.push(
                Problem::new(&items::DUPLICATE_FIELD, candidate.field.span, message)
                    .label("declared again here")
                    .other(first, "first declared here"),
            );
        }
    }
}

fn place(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::Endpoint,
    method: Option<Method>,
    names: &[String],
    candidate: Candidate<'_>,
) -> Parameter {
    let Candidate { mut field, source, written } = candidate;
    let is_in_path = item.path.as_ref().is_some_and(|path| {
        path.segments.iter().any(|segment| matches!(segment, ast::Segment::Parameter(name) if name.text == field.name))
    });
    if let (true, Some((_, span))) = (is_in_path, &source) {
        let message = format!("`{}` comes from the path already", field.name);
        scope.problems.push(Problem::new(&endpoints::TWO_SOURCES, *span, message).help("leave the attribute out"));
    }
    let source_span = source.as_ref().map(|(_, span)| *span);
    let source = match source {
        _ if is_in_path => ParameterSource::Path,
        Some((source, _)) => source,
        None if matches!(method, Some(Method::Get | Method::Delete)) => ParameterSource::Query,
        None => ParameterSource::BodyField,
    };
    if source == ParameterSource::WholeBody && method == Some(Method::Get) {
        let message = format!("`{}` would be the body of a `GET`", field.name);
        scope.problems.push(
            Problem::new(&endpoints::BODY_UNDER_GET, source_span.unwrap_or(field.span), message)
                .help("take it from the query string, or use `POST`"),
        );
    }
    if let ParameterSource::Header(name) = &source {
        field.wire_name.clone_from(name);
    }
    if let (ParameterSource::Path, Some(value)) = (&source, &field.value)
        && written.is_some()
    {
        let span = FileSpan { file: value.file, span: value.expr.span };
        let message = format!("`{}` stands in the path and is always there", field.name);
        scope.problems.push(Problem::new(&items::MISPLACED_VALUE, span, message).help("leave the default out"));
        field.value = None;
    }
    let look_up = look_ups::declare(scope, numbered, &field, written, names);
    check_type(scope, &field, &source, look_up.as_ref());
    Parameter { field, source, look_up }
}

fn check_type(scope: &mut Scope<'_>, field: &Field, source: &ParameterSource, look_up: Option<&LookUp>) {
    let (place, fits) = match source {
        ParameterSource::Path => ("a segment of the path", is_one_text(scope, &field.ty)),
        ParameterSource::Header(_) => ("a header", is_one_text(scope, without_absence(scope, &field.ty))),
        ParameterSource::Query => ("the query string", fits_query(scope, &field.ty)),
        ParameterSource::BodyField | ParameterSource::WholeBody => return,
    };
    if fits || look_up.is_some() && *source != ParameterSource::Path {
        return;
    }
    if scope.declarations.is_secret(&field.ty) {
        let message = format!("a secret does not travel in {place}");
        scope.problems.push(
            Problem::new(&auth::SECRET_PLACE, field.span, message)
                .help("addresses and headers stand in logs: take it from the body, under `POST`, `PUT` or `PATCH`"),
        );
        return;
    }
    let message = format!("{} cannot come from {place}", scope.words_for(&field.ty));
    let help = match source {
        ParameterSource::Path if is_one_text(scope, without_absence(scope, &field.ty)) => {
            "a segment of the path is always there: leave the `?` out"
        }
        ParameterSource::Path => "take it from the query string or the body",
        _ => "take it from the body, under `POST`, `PUT` or `PATCH`",
    };
    scope.problems.push(Problem::new(&endpoints::PARAMETER_TYPE, field.span, message).help(help));
}

fn without_absence<'t>(scope: &'t Scope<'_>, ty: &'t Type) -> &'t Type {
    match scope.without_newtypes(ty) {
        Type::Optional(inner) | Type::Patch(inner) => without_absence(scope, inner),
        other => other,
    }
}

fn fits_query(scope: &Scope<'_>, ty: &Type) -> bool {
    match without_absence(scope, ty) {
        Type::List(element) | Type::Set(element) => is_one_text(scope, element),
        other => is_one_text(scope, other),
    }
}

/// Whether a value is one piece of text: a scalar, a plain enum, or the key of a row.
fn is_one_text(scope: &Scope<'_>, ty: &Type) -> bool {
    match scope.without_newtypes(ty) {
        Type::Bytes | Type::Reference(Source::View(_)) => false,
        Type::Float => true,
        other => scope.is_exactly_ordered(other),
    }
}

/// The whole body leaves nothing for fields of the body.
fn check_bodies(scope: &mut Scope<'_>, parameters: &[Parameter]) {
    let whole = parameters.iter().find(|one| one.source == ParameterSource::WholeBody);
    let Some(whole) = whole else { return };
    let others = parameters.iter().filter(|other| {
        matches!(other.source, ParameterSource::BodyField | ParameterSource::WholeBody) && !std::ptr::eq(*other, whole)
    });
    for other in others {
        let message = format!("`{}` finds nothing in the body", other.field.name);
        scope.problems.push(
            Problem::new(&endpoints::TWO_BODIES, other.field.span, message)
                .other(whole.field.span, "takes the whole body")
                .help("take it from the query string with `@query`, or leave `@body` out"),
        );
    }
}

fn check_wire_names(scope: &mut Scope<'_>, parameters: &[Parameter]) {
    for source in [ParameterSource::Query, ParameterSource::BodyField] {
        let names: Vec<_> = parameters
            .iter()
            .filter(|one| one.source == source)
            .map(|one| (one.field.name.as_str(), one.field.wire_name.as_str(), one.field.span))
            .collect();
        scope.check_wire_names(&names);
    }
}
