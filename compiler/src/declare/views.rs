//! Views of one model: header and keys. Their conditions and values are typed with the bodies.

use raftstone_dsl::ast::{self, Expr, ExprKind, ItemKind};

use super::{Numbered, Scope};
use crate::attributes::{Bearer, Marks};
use crate::codes::views;
use crate::declarations::{Field, FileSpan, Index, IndexComponent, Model, ModelId, Type, View, Written};
use crate::names::Named;
use crate::problem::Problem;
use crate::unavailable::Construct;

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
    refuse_members(scope, numbered, item);
    let model = source(scope, numbered, item);
    if model.is_none() {
        scope.spoil(numbered.named);
    }
    let names: Vec<&ast::Ident> = item.fields.iter().map(|field| &field.name).collect();
    scope.check_distinct(numbered.file, "field", &names);
    let marked: Vec<(Field, Marks)> = item.fields.iter().map(|written| view_field(scope, numbered, written)).collect();
    let key = key(scope, numbered, item, model, &marked);
    let indexes = indexes(&marked);
    let fields: Vec<Field> = marked.into_iter().map(|(field, _)| field).collect();
    scope.check_wire_fields(&fields);
    View {
        name: numbered.name(),
        model: model.unwrap_or(ModelId(0)),
        fields,
        key,
        indexes,
        item: numbered.item_ref,
        docs,
        span: numbered.name_span(),
    }
}

/// Members that do not run yet.
fn refuse_members(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::View) {
    let at = |span: ast::Span| FileSpan { file: numbered.file, span };
    for state in &item.states {
        scope.problems.cannot_run(Construct::ViewState, at(state.name.span));
        scope.spoil(numbered.named);
    }
    for fold in &item.folds {
        scope.problems.cannot_run(Construct::Fold, at(fold.event.span));
        scope.spoil(numbered.named);
    }
}

/// The model that the view shows.
fn source(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::View) -> Option<ModelId> {
    let Some(query) = &item.query else {
        if !numbered.item.damaged && item.folds.is_empty() && item.states.is_empty() {
            let message = format!("the view `{}` shows no model", numbered.name());
            scope.problems.push(
                Problem::new(&views::VIEW_SOURCE, numbered.name_span(), message).help("begin with `from a in Article`"),
            );
        }
        return None;
    };
    refuse_clauses(scope, numbered, query);
    match query.source.as_ref().map(|source| (&source.kind, source.span)) {
        Some((ExprKind::Name(name), span)) => {
            if let Some(Named::View(_)) = scope.names.get(&name.text).map(|entry| entry.named) {
                scope.problems.cannot_run(Construct::ViewOfView, FileSpan { file: numbered.file, span });
                return None;
            }
            scope.model_named(numbered.file, name)
        }
        Some((ExprKind::Bad, _)) => None,
        other => {
            if !numbered.item.damaged {
                let span = other.map_or(query.span, |(_, span)| span);
                scope.problems.push(
                    Problem::new(
                        &views::VIEW_SOURCE,
                        FileSpan { file: numbered.file, span },
                        "a view shows the rows of a model",
                    )
                    .help("write `from a in Article`"),
                );
            }
            None
        }
    }
}

fn refuse_clauses(scope: &mut Scope<'_>, numbered: &Numbered<'_>, query: &ast::Query) {
    let at = |span: ast::Span| FileSpan { file: numbered.file, span };
    if let Some(join) = query.joins.first() {
        scope.problems.cannot_run(Construct::ViewJoin, at(join.span));
        scope.spoil(numbered.named);
    }
    if let (Some(first), Some(last)) = (query.group_by.first(), query.group_by.last()) {
        scope.problems.cannot_run(Construct::ViewGroupBy, at(first.span.to(last.span)));
        scope.spoil(numbered.named);
    }
    let clauses = [
        ("skip", query.skip.as_ref().map(|e| e.span)),
        ("limit", query.limit.as_ref().map(|e| e.span)),
        ("select", query.select.as_ref().map(|e| e.span)),
        ("scan", query.scan),
    ];
    for (word, span) in clauses {
        let Some(span) = span else { continue };
        let message = format!("a view has no `{word}`");
        scope.problems.push(
            Problem::new(&views::VIEW_CLAUSE, at(span), message)
                .help("a view keeps all its rows; what reads it may choose among them"),
        );
    }
    if let Some(ast::OrderBy::Match { span, .. }) = &query.order {
        let message = "a view has one order";
        scope.problems.push(
            Problem::new(&views::VIEW_CLAUSE, at(*span), message)
                .help("write `order by` with keys; what reads the view may order it by `match`"),
        );
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

/// The fields with `@key`, which have to tell the rows of the model apart.
fn key(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::View,
    model: Option<ModelId>,
    marked: &[(Field, Marks)],
) -> Vec<usize> {
    let key: Vec<usize> =
        marked.iter().enumerate().filter_map(|(position, (_, marks))| marks.key.map(|_| position)).collect();
    let (Some(model), Some(query)) = (model, &item.query) else { return key };
    let Some(model) = scope.declarations.models.get(model.index()) else { return key };
    let shown: Vec<Shown> = key
        .iter()
        .filter_map(|position| marked.get(*position)?.0.value.as_ref())
        .map(|value| shown(&value.expr, &query.row.text, model))
        .collect();
    let tells_rows_apart = match shown.as_slice() {
        [Shown::Row] => true,
        parts => {
            parts.len() == model.key.len()
                && !parts.is_empty()
                && model.key.iter().all(|field| parts.contains(&Shown::Field(*field)))
        }
    };
    let silent = numbered.item.damaged || scope.declarations.damaged.contains(&numbered.named);
    if !tells_rows_apart && !silent {
        let row = &query.row.text;
        let message = format!("the key of `{}` is not the row that it shows", numbered.name());
        let span = key
            .first()
            .and_then(|position| marked.get(*position))
            .map_or(numbered.name_span(), |(field, _)| field.span);
        let name = super::spelling::to_snake(&model.name);
        scope.problems.push(Problem::new(&views::VIEW_KEY, span, message).help(format!("add `{name}: {row} @key`")));
    }
    key
}

/// What a key field of a view shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Row,
    Field(usize),
    Other,
}

fn shown(expr: &Expr, row: &str, model: &Model) -> Shown {
    match &expr.kind {
        ExprKind::Paren(inner) => shown(inner, row, model),
        ExprKind::Name(name) if name.text == row => Shown::Row,
        ExprKind::Field { base, name, optional: false } if shown(base, row, model) == Shown::Row => {
            let field = model.fields.iter().position(|field| field.name == name.text);
            field.map_or(Shown::Other, Shown::Field)
        }
        _ => Shown::Other,
    }
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
