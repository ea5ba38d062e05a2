//! `readable by user where …` of models, views and their fields.

use std::sync::Arc;

use raftstone_dsl::ast::{self, ItemKind, ModelMember};

use super::{Numbered, Scope, rights};
use crate::codes::rights as codes;
use crate::declarations::{Audience, Field, FileSpan, Readable, Source, Written};
use crate::names::Named;
use crate::problem::Problem;
use crate::unavailable::Construct;

/// Declares all of them. The conditions are typed with the bodies.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let written: Vec<&ast::Readable> = match &numbered.item.kind {
            ItemKind::Model(item) => item
                .members
                .iter()
                .filter_map(|member| match member {
                    ModelMember::Readable(readable) => Some(readable),
                    _ => None,
                })
                .collect(),
            ItemKind::View(item) => item.readable.iter().collect(),
            _ => continue,
        };
        let source = match numbered.named {
            Named::Model(id) => Source::Model(id),
            Named::View(id) => Source::View(id),
            _ => continue,
        };
        let mut seen: Vec<&ast::Readable> = Vec::new();
        for readable in written {
            let name = |it: &ast::Readable| it.field.as_ref().map(|field| field.text.clone());
            match seen.iter().find(|first| name(first) == name(readable)) {
                Some(first) => report_second(scope, numbered.file, readable, first),
                None => {
                    let declared = declare_one(scope, &numbered, source, readable);
                    scope.declarations.readable.extend(declared);
                    seen.push(readable);
                }
            }
        }
    }
}

fn declare_one(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    source: Source,
    readable: &ast::Readable,
) -> Option<Readable> {
    let file = numbered.file;
    let span = FileSpan { file, span: readable.span };
    scope.problems.cannot_run(Construct::Readable, span);
    let audience = rights::audience(scope, file, &readable.who, &["user", "anyone"])?;
    if audience == Audience::User {
        rights::require_auth(scope, FileSpan { file, span: readable.who.span }, "`readable by user`");
    }
    let Some(condition) = &readable.condition else {
        if !numbered.item.damaged {
            scope.problems.push(
                Problem::new(&codes::READABLE_CONDITION, span, "this says nothing about the row")
                    .help("add a condition: `readable by user where owner == caller`"),
            );
        }
        return None;
    };
    let fields: &[Field] = match source {
        Source::Model(id) => scope.declarations.models.get(id.index()).map_or(&[], |it| &it.fields),
        Source::View(id) => scope.declarations.views.get(id.index()).map_or(&[], |it| &it.fields),
    };
    // A field that is not there did not parse, or is a back-reference, which has no values of its own.
    let field = match &readable.field {
        Some(name) => Some(fields.iter().position(|field| field.name == name.text)?),
        None => None,
    };
    let condition = Written { file, expr: Arc::new(condition.clone()) };
    Some(Readable { source, field, audience, condition, span })
}

fn report_second(scope: &mut Scope<'_>, file: u32, second: &ast::Readable, first: &ast::Readable) {
    let what = second.field.as_ref().map_or("these rows".to_owned(), |field| format!("`{}`", field.text));
    let span = FileSpan { file, span: second.span };
    scope.problems.push(
        Problem::new(&codes::READABLE_TWICE, span, format!("who may read {what} is said twice"))
            .label("said again here")
            .other(FileSpan { file, span: first.span }, "first said here")
            .help("join the conditions with `or`"),
    );
}
