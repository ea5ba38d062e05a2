//! Views: where their rows come from, their fields and keys. Their conditions, values and folds are
//! typed with the bodies.

mod folds;
mod source;

use raftstone_dsl::ast::{self, ItemKind};

use super::{Numbered, Scope};
use crate::attributes::{Bearer, Marks};
use crate::declarations::{Field, FileSpan, Index, IndexComponent, Type, View, Written};

/// Declares all views.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        if let ItemKind::View(item) = &numbered.item.kind {
            let declared = declare_one(scope, &numbered, item);
            scope.declarations.views.push(declared);
        }
    }
}

fn declare_one(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::View) -> View {
    let (_, docs) = scope.item_marks(numbered, Bearer::OtherItem);
    let source = source::declare(scope, numbered, item);
    let folds = folds::declare(scope, numbered, item);
    if source.is_none() && folds.is_empty() {
        scope.spoil(numbered.named);
    }
    let names: Vec<&ast::Ident> =
        item.fields.iter().map(|field| &field.name).chain(item.states.iter().map(|state| &state.name)).collect();
    scope.check_distinct(numbered.file, "field", &names);
    let mut marked: Vec<(Field, Marks)> =
        item.fields.iter().map(|written| view_field(scope, numbered, written)).collect();
    marked.extend(item.states.iter().map(|state| folds::state(scope, numbered, state)));
    marked.sort_by_key(|(field, _)| field.span);
    let key = marked.iter().enumerate().filter_map(|(position, (_, marks))| marks.key.map(|_| position)).collect();
    let indexes = indexes(&marked);
    let fields: Vec<Field> = marked.into_iter().map(|(field, _)| field).collect();
    scope.check_wire_fields(&fields);
    View {
        name: numbered.name(),
        source,
        fields,
        key,
        indexes,
        folds,
        order: Vec::new(),
        item: numbered.item_ref,
        docs,
        span: numbered.name_span(),
    }
}

fn view_field(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: &ast::ViewField) -> (Field, Marks) {
    let file = numbered.file;
    let span = FileSpan { file, span: written.name.span };
    scope.check_snake_case(file, &written.name);
    let marks = scope.marks(file, &written.attributes, Bearer::ViewField, None);
    let wire_name = marks.wire_name.clone().unwrap_or_else(|| scope.wire_name(&written.name.text));
    let value = written.value.as_ref();
    let field = Field {
        name: written.name.text.clone(),
        wire_name,
        ty: Type::Error,
        rules: Vec::new(),
        value: value.map(|expr| Written { file, expr: std::sync::Arc::new(expr.clone()) }),
        is_private: false,
        deprecated: marks.deprecated.clone(),
        docs: written.docs.0.clone(),
        span,
    };
    (field, marks)
}

/// `@unique` and `@index`; whether their types can be indexed is known with the bodies.
fn indexes(marked: &[(Field, Marks)]) -> Vec<Index> {
    let mut indexes = Vec::new();
    for (field, (declared, marks)) in marked.iter().enumerate() {
        let (Some(span), is_unique) = (marks.unique.or(marks.index), marks.unique.is_some()) else {
            continue;
        };
        let component = IndexComponent { field, elements: false, descending: false };
        let name = declared.name.clone();
        indexes.push(Index { name, is_unique, components: vec![component], span });
    }
    indexes
}
