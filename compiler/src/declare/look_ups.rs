//! How model-typed parameters of endpoints find their rows.

use raftstone_dsl::ast;

use super::{Numbered, Scope};
use crate::codes::{endpoints, models};
use crate::declarations::{Field, FileSpan, LookUp, Model, ModelId, Source, Type};
use crate::names::Named;
use crate::problem::Problem;
use crate::similar;

/// The way to the row of a parameter, if it is model-typed.
pub fn declare(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    field: &Field,
    written: Option<&ast::Field>,
    parameters: &[String],
) -> Option<LookUp> {
    let by = written.and_then(|written| written.by.as_deref());
    let Some(id) = referred(&field.ty) else {
        if let Some(written) = written.filter(|_| by.is_some() && field.ty != Type::Error) {
            scope.report_look_up(numbered.file, written);
        }
        return None;
    };
    let model = scope.declarations.models.get(id.index())?.clone();
    let Some(by) = by else {
        if model.key.len() > 1 {
            let names: Vec<&str> = key_names(&model);
            let message = format!("`{}` has a key of several fields", model.name);
            scope.problems.push(
                Problem::new(&endpoints::LOOK_UP, field.span, message).other(model.span, "the model").help(format!(
                    "write `{}: {} by ({})`",
                    field.name,
                    model.name,
                    names.join(", ")
                )),
            );
        }
        return Some(LookUp::Key(id));
    };
    let positions = positions(scope, numbered, id, &model, by)?;
    let found = find(id, &model, &positions);
    let Some(found) = found else {
        report_not_unique(scope, numbered, &model, by);
        return None;
    };
    check_components(scope, numbered, field, by, parameters);
    Some(found)
}

fn referred(ty: &Type) -> Option<ModelId> {
    match ty {
        Type::Reference(Source::Model(model)) => Some(*model),
        Type::Optional(inner) | Type::Patch(inner) => referred(inner),
        _ => None,
    }
}

fn key_names(model: &Model) -> Vec<&str> {
    let name = |position: &usize| model.fields.get(*position).map(|field| field.name.as_str());
    model.key.iter().filter_map(name).collect()
}

fn positions(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    id: ModelId,
    model: &Model,
    by: &[ast::Ident],
) -> Option<Vec<usize>> {
    let mut positions = Vec::new();
    for name in by {
        let Some(position) = model.fields.iter().position(|field| field.name == name.text) else {
            if !scope.declarations.damaged.contains(&Named::Model(id)) {
                let names = model.fields.iter().map(|field| field.name.as_str());
                let near = similar::nearest(&name.text, names);
                let span = FileSpan { file: numbered.file, span: name.span };
                let message = format!("the model `{}` has no field `{}`", model.name, name.text);
                scope.problems.push(
                    Problem::new(&models::UNKNOWN_INDEX_FIELD, span, message)
                        .other(model.span, "the model")
                        .did_you_mean(near),
                );
            }
            return None;
        };
        positions.push(position);
    }
    positions.sort_unstable();
    Some(positions)
}

/// The key or unique index over exactly these fields.
fn find(id: ModelId, model: &Model, positions: &[usize]) -> Option<LookUp> {
    let mut key = model.key.clone();
    key.sort_unstable();
    if key == positions {
        return Some(LookUp::Key(id));
    }
    let index = model.indexes.iter().position(|index| {
        let mut fields: Vec<usize> = index.components.iter().map(|c| c.field).collect();
        fields.sort_unstable();
        index.is_unique && fields == positions
    });
    index.map(|index| LookUp::Unique(id, index))
}

fn report_not_unique(scope: &mut Scope<'_>, numbered: &Numbered<'_>, model: &Model, by: &[ast::Ident]) {
    let (Some(first), Some(last)) = (by.first(), by.last()) else { return };
    let span = FileSpan { file: numbered.file, span: first.span.to(last.span) };
    let names: Vec<&str> = by.iter().map(|name| name.text.as_str()).collect();
    let help = match names.as_slice() {
        [only] => format!("mark the field as `{only}: … @unique`"),
        several => format!("add `unique ({})` to the model", several.join(", ")),
    };
    let message = format!("`{}` does not tell the rows of `{}` apart", names.join(", "), model.name);
    let mut problem = Problem::new(&endpoints::LOOK_UP, span, message).help(help);
    let field = model.fields.iter().find(|field| Some(&field.name) == by.first().map(|n| &n.text));
    if let Some(field) = field {
        problem = problem.other(field.span, "declared here");
    }
    scope.problems.push(problem);
}

/// Of a group, all fields but one come from parameters of their names.
fn check_components(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    field: &Field,
    by: &[ast::Ident],
    parameters: &[String],
) {
    if by.len() < 2 {
        return;
    }
    let own: Vec<&str> = by
        .iter()
        .map(|name| name.text.as_str())
        .filter(|name| *name == field.name || !parameters.iter().any(|other| other == name))
        .collect();
    let (Some(first), Some(last)) = (by.first(), by.last()) else { return };
    let span = FileSpan { file: numbered.file, span: first.span.to(last.span) };
    let (message, help) = match own.as_slice() {
        [_] => return,
        [] => (
            format!("`{}` brings nothing itself", field.name),
            "one field of the group is what this parameter brings: remove the parameter of its name",
        ),
        several => (
            format!("`{}` are given by no parameter", several.join("`, `")),
            "all fields of the group but one are parameters of the endpoint, by their names",
        ),
    };
    scope.problems.push(Problem::new(&endpoints::LOOK_UP, span, message).help(help));
}
