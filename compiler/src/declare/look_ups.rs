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
    let model = scope.declarations.models.get(id.index())?;
    let Some(by) = by else {
        let problem = (model.key.len() > 1).then(|| key_of_several(field, model));
        scope.problems.extend(problem);
        return Some(LookUp::Key(id));
    };
    let unknown = by.iter().find(|name| model.fields.iter().all(|field| field.name != name.text));
    let problem = match (unknown, find(id, model, by)) {
        (Some(_), _) if scope.declarations.damaged.contains(&Named::Model(id)) => return None,
        (Some(unknown), _) => unknown_field(numbered, model, unknown),
        (None, None) => not_unique(numbered, model, by),
        (None, found) => {
            check_components(scope, numbered, field, by, parameters);
            return found;
        }
    };
    scope.problems.push(problem);
    None
}

fn key_of_several(field: &Field, model: &Model) -> Problem {
    let name = |position: &usize| model.fields.get(*position).map(|field| field.name.as_str());
    let names: Vec<&str> = model.key.iter().filter_map(name).collect();
    let message = format!("`{}` has a key of several fields", model.name);
    Problem::new(&endpoints::LOOK_UP, field.span, message).other(model.span, "the model").help(format!(
        "write `{}: {} by ({})`",
        field.name,
        model.name,
        names.join(", ")
    ))
}

fn referred(ty: &Type) -> Option<ModelId> {
    match ty {
        Type::Reference(Source::Model(model)) => Some(*model),
        Type::Optional(inner) | Type::Patch(inner) => referred(inner),
        _ => None,
    }
}

fn unknown_field(numbered: &Numbered<'_>, model: &Model, name: &ast::Ident) -> Problem {
    let near = similar::nearest(&name.text, model.fields.iter().map(|field| field.name.as_str()));
    let span = FileSpan { file: numbered.file, span: name.span };
    let message = format!("the model `{}` has no field `{}`", model.name, name.text);
    Problem::new(&models::UNKNOWN_INDEX_FIELD, span, message).other(model.span, "the model").did_you_mean(near)
}

/// The key or unique index over exactly these fields.
fn find(id: ModelId, model: &Model, by: &[ast::Ident]) -> Option<LookUp> {
    let position = |name: &ast::Ident| model.fields.iter().position(|field| field.name == name.text);
    let mut positions: Vec<usize> = by.iter().filter_map(position).collect();
    positions.sort_unstable();
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

fn not_unique(numbered: &Numbered<'_>, model: &Model, by: &[ast::Ident]) -> Problem {
    let ends = by.first().zip(by.last()).map(|(first, last)| first.span.to(last.span));
    let span = FileSpan { file: numbered.file, span: ends.unwrap_or_default() };
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
    problem
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
