//! The indexes of a model: `@unique`, `@index`, `unique (…)`, `index (…)`, and one for each reference.

use raftstone_dsl::ast::{self, ModelMember};

use super::models::{MarkedField, referred_model};
use super::{Numbered, Scope, keys};
use crate::codes::{items, models};
use crate::declarations::{Field, FileSpan, Index, IndexComponent, Type};
use crate::problem::Problem;

/// All indexes of a model, unique ones first.
pub fn declare(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::Model,
    marked: &[MarkedField],
    key: &[usize],
) -> Vec<Index> {
    let mut written = single(scope, marked);
    written.extend(groups(scope, numbered, item, marked));
    let mut indexes: Vec<Index> = Vec::new();
    for index in written {
        if let Some(first) = double(&index, &indexes, marked, key) {
            report_double(scope, &index, first);
        } else {
            indexes.push(index);
        }
    }
    let referring = marked.iter().enumerate().filter(|(_, m)| referred_model(&m.field.ty).is_some());
    for (position, MarkedField { field, .. }) in referring {
        let is_served = indexes.iter().any(|index| is_only(index, position));
        if !is_served && key != [position] {
            indexes.push(over_one(position, field, false, field.span));
        }
    }
    indexes.sort_by_key(|index| !index.is_unique);
    name_all(&mut indexes, marked);
    indexes
}

/// `@unique` and `@index`.
fn single(scope: &mut Scope<'_>, marked: &[MarkedField]) -> Vec<Index> {
    let mut found = Vec::new();
    for (position, MarkedField { field, marks }) in marked.iter().enumerate() {
        for (span, is_unique) in [(marks.unique, true), (marks.index, false)] {
            let Some(span) = span else { continue };
            let index = over_one(position, field, is_unique, span);
            if is_well(scope, marked, &index) {
                found.push(index);
            }
        }
    }
    found
}

/// `unique (…)` and `index (…)`.
fn groups(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Model, marked: &[MarkedField]) -> Vec<Index> {
    let mut found = Vec::new();
    for member in &item.members {
        let (names, span, is_unique): (Vec<(&ast::Ident, bool)>, _, _) = match member {
            ModelMember::Unique { fields, span } => (fields.iter().map(|name| (name, false)).collect(), span, true),
            ModelMember::Index { fields, span } => {
                (fields.iter().map(|field| (&field.name, field.descending)).collect(), span, false)
            }
            _ => continue,
        };
        let only_names: Vec<&ast::Ident> = names.iter().map(|(name, _)| *name).collect();
        let positions = keys::positions(scope, numbered, &only_names, marked);
        if positions.is_empty() || positions.len() < names.len() {
            continue;
        }
        let components = positions.iter().zip(&names).map(|(field, (_, descending))| {
            let elements = marked.get(*field).is_some_and(|m| has_elements(&m.field.ty));
            IndexComponent { field: *field, elements, descending: *descending }
        });
        let span = FileSpan { file: numbered.file, span: *span };
        let index = Index { name: String::new(), is_unique, components: components.collect(), span };
        if is_well(scope, marked, &index) {
            found.push(index);
        }
    }
    found
}

fn over_one(position: usize, field: &Field, is_unique: bool, span: FileSpan) -> Index {
    let elements = has_elements(&field.ty);
    let component = IndexComponent { field: position, elements, descending: false };
    Index { name: String::new(), is_unique, components: vec![component], span }
}

fn has_elements(ty: &Type) -> bool {
    matches!(ty, Type::Set(_) | Type::List(_))
}

/// Whether all components can be indexed together; what cannot is reported.
fn is_well(scope: &mut Scope<'_>, marked: &[MarkedField], index: &Index) -> bool {
    let mut collections = 0;
    for component in &index.components {
        let Some(MarkedField { field, marks }) = marked.get(component.field) else { return false };
        if let Some(cold) = marks.cold.filter(|_| index.components.len() > 1) {
            scope.problems.push(
                Problem::new(&items::COLD, index.span, format!("`{}` is cold, and cannot be looked up", field.name))
                    .other(cold, "declared cold here")
                    .help("index a field with its hash or name instead"),
            );
            return false;
        }
        let message = if !is_indexable(scope, &field.ty) {
            format!("{} cannot be indexed", scope.words_for(&field.ty))
        } else if component.elements && index.is_unique {
            format!("the elements of `{}` cannot be unique", field.name)
        } else if component.elements && collections > 0 {
            "an index has one set or list at most".to_owned()
        } else {
            collections += u32::from(component.elements);
            continue;
        };
        scope.problems.push(
            Problem::new(&models::INDEX_TYPE, index.span, message)
                .other(field.span, "declared here")
                .help("index comparable values: scalars other than `json`, plain enums, references"),
        );
        return false;
    }
    true
}

/// Whether values of the type, or its elements, can be kept in order by an index.
pub fn is_indexable(scope: &Scope<'_>, ty: &Type) -> bool {
    let is_value = |ty: &Type| scope.is_exactly_ordered(ty) || *scope.without_newtypes(ty) == Type::Float;
    match scope.without_newtypes(ty) {
        Type::Optional(inner) | Type::Set(inner) | Type::List(inner) => is_value(inner),
        other => is_value(other),
    }
}

fn is_only(index: &Index, field: usize) -> bool {
    matches!(index.components.as_slice(), [only] if only.field == field)
}

/// What the same components are indexed by already.
fn double(index: &Index, indexes: &[Index], marked: &[MarkedField], key: &[usize]) -> Option<(FileSpan, &'static str)> {
    let fields: Vec<usize> = index.components.iter().map(|component| component.field).collect();
    let runs_upwards = index.components.iter().all(|component| !component.descending);
    if fields == key && runs_upwards {
        let span = key.first().and_then(|position| marked.get(*position)).map(|m| m.field.span);
        return span.map(|span| (span, "the key is an index already"));
    }
    if let Some(first) = indexes.iter().find(|other| other.components == index.components) {
        return Some((first.span, "the same fields are indexed here"));
    }
    let [only] = index.components.as_slice() else { return None };
    let field = &marked.get(only.field)?.field;
    let is_group = index.span.span.start > field.span.span.end
        && marked.get(only.field)?.marks.index != Some(index.span)
        && marked.get(only.field)?.marks.unique != Some(index.span);
    (is_group && !index.is_unique && !only.descending && referred_model(&field.ty).is_some())
        .then_some((field.span, "a reference is indexed by itself"))
}

fn report_double(scope: &mut Scope<'_>, index: &Index, first: (FileSpan, &'static str)) {
    scope.problems.push(
        Problem::new(&models::DUPLICATE_INDEX, index.span, "this index is there already")
            .label("adds nothing")
            .other(first.0, first.1)
            .help("remove this one"),
    );
}

/// Names made of the fields; equal ones are numbered.
fn name_all(indexes: &mut [Index], marked: &[MarkedField]) {
    let mut taken: Vec<String> = Vec::new();
    for index in indexes {
        let parts: Vec<String> = index
            .components
            .iter()
            .filter_map(|component| {
                let name = &marked.get(component.field)?.field.name;
                Some(if component.descending { format!("{name}_desc") } else { name.clone() })
            })
            .collect();
        let wanted = parts.join("_");
        let mut name = wanted.clone();
        let mut number = 1;
        while taken.contains(&name) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        taken.push(name.clone());
        index.name = name;
    }
}
