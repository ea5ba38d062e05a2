//! `at POST /articles/{article}/publish`.

use std::collections::BTreeMap;

use raftstone_dsl::ast;

use super::{Numbered, Scope};
use crate::codes::endpoints;
use crate::declarations::{FileSpan, Method, Parameter, Segment};
use crate::problem::Problem;
use crate::similar;

/// The methods by name.
pub const METHODS: [(&str, Method); 5] = [
    ("GET", Method::Get),
    ("POST", Method::Post),
    ("PUT", Method::Put),
    ("PATCH", Method::Patch),
    ("DELETE", Method::Delete),
];

/// Paths of one segment that are the engine's.
const RESERVED: [&str; 3] = ["livez", "readyz", "openapi.json"];

/// The method of an endpoint; what is wrong with it is reported.
pub fn method(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Endpoint) -> Option<Method> {
    let Some(word) = &item.method else {
        if !numbered.item.damaged {
            let message = format!("`{}` has no route", numbered.name());
            scope.problems.push(
                Problem::new(&endpoints::MISSING_ROUTE, numbered.name_span(), message)
                    .help("write a method and a path: `at GET /todos`"),
            );
        }
        return None;
    };
    if item.path.is_none() && !numbered.item.damaged {
        let span = FileSpan { file: numbered.file, span: word.span };
        scope.problems.push(
            Problem::new(&endpoints::MISSING_ROUTE, span, "this route has no path")
                .help("write a path behind the method: `at GET /todos`"),
        );
    }
    let found = METHODS.iter().find(|(name, _)| *name == word.text).map(|(_, method)| *method);
    if found.is_none() {
        let near = similar::nearest(&word.text, METHODS.iter().map(|(name, _)| *name));
        let span = FileSpan { file: numbered.file, span: word.span };
        let message = format!("`{}` is no method", word.text);
        scope.problems.push(
            Problem::new(&endpoints::METHOD, span, message)
                .help("the methods are `GET`, `POST`, `PUT`, `PATCH` and `DELETE`")
                .did_you_mean(near),
        );
    }
    found
}

/// The route with the app's base in front.
pub fn path(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::Endpoint,
    parameters: &[Parameter],
) -> Vec<Segment> {
    let base = scope.declarations.app.base.clone();
    let mut segments: Vec<Segment> =
        base.split('/').filter(|part| !part.is_empty()).map(|part| Segment::Literal(part.to_owned())).collect();
    let written = item.path.as_ref().map_or(&[][..], |path| path.segments.as_slice());
    let mut seen: Vec<&ast::Ident> = Vec::new();
    for segment in written {
        match segment {
            ast::Segment::Literal(text) => {
                segments.push(Segment::Literal(text.text.clone()));
            }
            ast::Segment::Parameter(name) => {
                let first = seen.iter().find(|first| first.text == name.text);
                let span = FileSpan { file: numbered.file, span: name.span };
                if let Some(first) = first {
                    let first = FileSpan { file: numbered.file, span: first.span };
                    let message = format!("`{}` stands in the path twice", name.text);
                    scope.problems.push(
                        Problem::new(&endpoints::REPEATED_PATH_PARAMETER, span, message).other(first, "first here"),
                    );
                }
                seen.push(name);
                if let Some(position) = parameters.iter().position(|p| p.field.name == name.text) {
                    segments.push(Segment::Parameter(position));
                } else {
                    report_undeclared(scope, numbered, name, parameters);
                }
            }
        }
    }
    check_reserved(scope, numbered, item, &segments);
    segments
}

fn report_undeclared(scope: &mut Scope<'_>, numbered: &Numbered<'_>, name: &ast::Ident, parameters: &[Parameter]) {
    if numbered.item.damaged || scope.declarations.damaged.contains(&numbered.named) {
        return;
    }
    let names = parameters.iter().map(|parameter| parameter.field.name.as_str());
    let near = similar::nearest(&name.text, names);
    let span = FileSpan { file: numbered.file, span: name.span };
    let message = format!("`{}` is no parameter of `{}`", name.text, numbered.name());
    scope.problems.push(
        Problem::new(&endpoints::UNDECLARED_PATH_PARAMETER, span, message)
            .help(format!("declare it between the parentheses: `{}: T`", name.text))
            .did_you_mean(near),
    );
}

fn check_reserved(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Endpoint, segments: &[Segment]) {
    let Some(Segment::Literal(first)) = segments.first() else { return };
    let is_single = segments.len() == 1 && RESERVED.contains(&first.as_str());
    if is_single || first.starts_with('_') {
        let span = item.path.as_ref().map_or(item.header, |path| path.span);
        let message = format!("`/{first}` is the engine's");
        scope.problems.push(
            Problem::new(&endpoints::RESERVED_ROUTE, FileSpan { file: numbered.file, span }, message)
                .help("choose another path"),
        );
    }
}

/// The routes seen so far.
#[derive(Default)]
pub struct Known {
    by_shape: BTreeMap<(&'static str, String), FileSpan>,
}

impl Known {
    /// One more, which no earlier one may equal.
    pub fn add(
        &mut self,
        scope: &mut Scope<'_>,
        numbered: &Numbered<'_>,
        item: &ast::Endpoint,
        method: Method,
        path: &[Segment],
    ) {
        let word = METHODS.iter().find(|(_, known)| *known == method).map_or("", |(word, _)| word);
        let shape: String = path
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => format!("/{text}"),
                Segment::Parameter(_) => "/{}".to_owned(),
            })
            .collect();
        let span = item.path.as_ref().map_or(item.header, |path| path.span);
        let span = FileSpan { file: numbered.file, span };
        match self.by_shape.get(&(word, shape.clone())) {
            Some(first) => scope.problems.push(
                Problem::new(
                    &endpoints::DUPLICATE_ROUTE,
                    span,
                    format!("`{word} {}` is answered twice", if shape.is_empty() { "/" } else { &shape }),
                )
                .label("the second endpoint for these requests")
                .other(*first, "the first one"),
            ),
            None => {
                self.by_shape.insert((word, shape), span);
            }
        }
    }
}
