//! `comments: [Comment] by article`.

use raftstone_dsl::ast::{self, ItemKind, ModelMember, TypeRefKind};

use super::models::referred_model;
use super::{Numbered, Scope};
use crate::attributes::Bearer;
use crate::codes::{items, models as model_codes};
use crate::declarations::{BackReference, FileSpan, ModelId};
use crate::names::Named;
use crate::problem::Problem;
use crate::similar;

/// Declares the back-references of all models.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let (ItemKind::Model(item), Named::Model(id)) = (&numbered.item.kind, numbered.named) else {
            continue;
        };
        for member in &item.members {
            let ModelMember::Field(written) = member else { continue };
            let Some(by) = &written.by else { continue };
            if let Some(back) = declare_one(scope, &numbered, id, written, by)
                && let Some(model) = scope.declarations.models.get_mut(id.index())
            {
                model.back_references.push(back);
            } else {
                scope.spoil(numbered.named);
            }
        }
    }
}

fn declare_one(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    owner: ModelId,
    written: &ast::Field,
    by: &[ast::Ident],
) -> Option<BackReference> {
    let file = numbered.file;
    scope.check_snake_case(file, &written.name);
    scope.marks(file, &written.attributes, Bearer::BackReference, None);
    if let Some(value) = &written.value {
        let span = FileSpan { file, span: value.span };
        scope.problems.push(Problem::new(&items::MISPLACED_VALUE, span, "a back-reference has no value of its own"));
    }
    let Some((name, field_name)) = list_of(written).zip(single(by)) else {
        if written.ty.is_some() || !numbered.item.damaged {
            let span = FileSpan { file, span: written.span };
            scope.problems.push(
                Problem::new(&model_codes::BACK_REFERENCE, span, "a back-reference is a list of one model")
                    .help("write `comments: [Comment] by article`"),
            );
        }
        return None;
    };
    let model = scope.model_named(file, name)?;
    let target = scope.declarations.models.get(model.index())?;
    let field = target.fields.iter().position(|field| field.name == field_name.text);
    let refers =
        field.filter(|field| target.fields.get(*field).and_then(|field| referred_model(&field.ty)) == Some(owner));
    if let Some(field) = refers {
        let span = FileSpan { file, span: written.name.span };
        return Some(BackReference { name: written.name.text.clone(), model, field, span });
    }
    report(scope, owner, model, FileSpan { file, span: field_name.span }, &field_name.text);
    None
}

fn report(scope: &mut Scope<'_>, owner: ModelId, model: ModelId, span: FileSpan, name: &str) {
    let is_damaged = scope.declarations.damaged.contains(&Named::Model(model));
    let models = &scope.declarations.models;
    let (Some(owner), Some(target)) = (models.get(owner.index()), models.get(model.index())) else {
        return;
    };
    let found = target.fields.iter().find(|field| field.name == name);
    if is_damaged && found.is_none() {
        return;
    }
    let owner_id = scope.names.model(&owner.name);
    let fitting = target.fields.iter().filter(|field| referred_model(&field.ty).is_some_and(|to| Some(to) == owner_id));
    let fitting: Vec<&str> = fitting.map(|field| field.name.as_str()).collect();
    let message = match found {
        Some(_) => format!("`{}.{name}` does not refer to `{}`", target.name, owner.name),
        None => format!("the model `{}` has no field `{name}`", target.name),
    };
    let mut problem = Problem::new(&model_codes::BACK_REFERENCE, span, message);
    problem = match found {
        Some(field) => problem.other(field.span, "this field"),
        None => problem.other(target.span, "the model"),
    };
    let near = match fitting.as_slice() {
        [only] => Some(*only),
        several => similar::nearest(name, several.iter().copied()),
    };
    let help = format!("add a field to `{}`, such as `{name}: {}`", target.name, owner.name);
    let problem = problem.help(help).did_you_mean(near);
    scope.problems.push(problem);
}

fn list_of(written: &ast::Field) -> Option<&ast::Ident> {
    match &written.ty.as_ref()?.kind {
        TypeRefKind::List(inner) => match &inner.kind {
            TypeRefKind::Name(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn single(by: &[ast::Ident]) -> Option<&ast::Ident> {
    match by {
        [only] => Some(only),
        _ => None,
    }
}
