//! Bodies of views: which rows, in which order, and what is shown of each.

use raftstone_dsl::ast;

use super::Collected;
use crate::codes::{auth as auth_codes, expressions as expression_codes, models as model_codes};
use crate::declarations::{Declarations, Field, Source, Type, View, ViewId};
use crate::effects::Place;
use crate::infer::{Body, Shared, types};
use crate::names::Named;
use crate::plan;
use crate::plan::{ExprKind, LocalId, ViewBody};
use crate::problem::{Problem, Problems};

/// A typed view, and the private fields that its order adds.
pub(super) struct CheckedView {
    pub(super) body: ViewBody,
    added: Vec<Field>,
    /// Whether a part is wrong, so that fields may lack.
    is_wrong: bool,
}

/// Types every view.
pub(super) fn check(shared: &Shared<'_>, collected: &mut Collected, problems: &mut Problems) -> Vec<CheckedView> {
    let views = shared.declarations.views.iter().enumerate();
    views
        .map(|(position, view)| {
            let mut body = Body::new(shared, problems, view.item.file, Place::View);
            let item = shared.program.item(view.item);
            let id = ViewId(position as u32);
            if body.is_damaged(Named::View(id)) {
                body.mute();
            }
            let written = item.and_then(|item| match &item.kind {
                ast::ItemKind::View(written) => Some(written),
                _ => None,
            });
            let checked = check_one(&mut body, view, written.and_then(|it| it.query.as_ref()));
            collected.take(&mut body);
            checked
        })
        .collect()
}

fn check_one(body: &mut Body<'_, '_>, view: &View, query: Option<&ast::Query>) -> CheckedView {
    let name = query.map_or("row", |query| query.row.text.as_str());
    let row = body.new_row(name, Source::Model(view.model));
    body.bind(name, row);
    let filter = query.and_then(|query| query.filter.as_ref());
    let filter = filter.map(|it| body.in_condition_of(row, |body| body.check_bool(it)));
    if let Some(filter) = &filter {
        body.check_known(filter);
    }
    let mut typed = ViewBody { filter, ..ViewBody::default() };
    for field in &view.fields {
        let value = match &field.value {
            Some(written) => body.infer_value(&written.expr, None),
            None => body.expr(ExprKind::None, Type::Error, field.span.span),
        };
        typed.types.push(shown_type(body, field, &value));
        typed.values.push(value);
    }
    let mut checked = CheckedView { body: typed, added: Vec::new(), is_wrong: false };
    if let Some(ast::OrderBy::Keys(keys)) = query.and_then(|query| query.order.as_ref()) {
        for key in keys {
            order_key(body, view, row, key, &mut checked);
        }
    }
    checked.body.frame = std::mem::take(&mut body.frame);
    checked
}

/// The type of a field, if its values can be kept.
fn shown_type(body: &mut Body<'_, '_>, field: &Field, value: &plan::Expr) -> Type {
    let problem = |message: String| {
        Problem::new(&expression_codes::TYPE_UNKNOWN_HERE, value.span, message).other(field.span, "this field keeps it")
    };
    if types::is_open(&value.ty) {
        body.report(problem(format!("the type of `{}` is not known", field.name)).help("show a field of the row"));
        return Type::Error;
    }
    if let Some(path) = body.declarations().secret_in(&value.ty) {
        let inside = if path.is_empty() { "a secret".to_owned() } else { format!("a secret, `{}`", path.join(".")) };
        let message = format!("`{}` would show {inside}", field.name);
        body.report(
            Problem::new(&auth_codes::SECRET_ANSWER, value.span, message)
                .help("leave it out; whether there is one may be shown with `is some`"),
        );
        return Type::Error;
    }
    value.ty.clone()
}

/// A key of the view's order: one of its fields, or a private one that is added for it.
fn order_key(body: &mut Body<'_, '_>, view: &View, row: LocalId, key: &ast::OrderKey, checked: &mut CheckedView) {
    let value = body.infer_value(&key.value, None);
    if types::is_poison(&value.ty) {
        checked.is_wrong = true;
        return;
    }
    if !types::is_ordered(body.declarations(), types::inside(body.declarations(), &value.ty)) {
        let words = types::words(body.declarations(), &value.ty);
        let message = format!("`{words}` has no order");
        body.report(Problem::new(&expression_codes::NOT_ORDERED, value.span, message));
        return;
    }
    let of_row = |expr: &plan::Expr| match &expr.kind {
        ExprKind::RowField(base, field) if base.kind == ExprKind::Local(row) => Some(*field),
        _ => None,
    };
    let own = of_row(&value);
    let shown = checked.body.values.iter().position(|it| own.is_some() && of_row(it) == own);
    let position = shown.unwrap_or_else(|| {
        let position = checked.body.values.len();
        let wanted = own
            .and_then(|own| body.table(Source::Model(view.model))?.0.get(own))
            .map_or("order", |field| field.name.as_str());
        checked.added.push(added_field(view, checked, wanted, &value));
        checked.body.types.push(value.ty.clone());
        checked.body.values.push(value);
        position
    });
    checked.body.order.push((position, key.descending));
}

/// A private field that keeps the order; queries may name it like the field of the row.
fn added_field(view: &View, checked: &CheckedView, wanted: &str, value: &plan::Expr) -> Field {
    let mut name = wanted.to_owned();
    while view.fields.iter().chain(&checked.added).any(|field| field.name == name) {
        name.push_str("_order");
    }
    Field {
        wire_name: name.clone(),
        name,
        ty: value.ty.clone(),
        rules: Vec::new(),
        value: None,
        is_private: true,
        deprecated: None,
        docs: vec!["Keeps the order of the view.".to_owned()],
        span: value.span,
    }
}

/// Writes the found types, the added fields and the shape of indexes into the declarations.
pub(super) fn settle(declarations: &mut Declarations, views: &[CheckedView], problems: &mut Problems) {
    for position in 0..declarations.views.len() {
        let Some(checked) = views.get(position) else { continue };
        let is_element = |ty: &Type| match types::plain(declarations, ty) {
            Type::List(element) | Type::Set(element) => Some((**element).clone()),
            _ => None,
        };
        let elements: Vec<Option<Type>> = checked.body.types.iter().map(is_element).collect();
        let Some(view) = declarations.views.get(position) else { continue };
        report_indexes(declarations, view, checked, &elements, problems);
        if checked.is_wrong || checked.body.types.contains(&Type::Error) {
            declarations.damaged.insert(Named::View(ViewId(position as u32)));
        }
        let Some(view) = declarations.views.get_mut(position) else { continue };
        for (field, ty) in view.fields.iter_mut().zip(&checked.body.types) {
            field.ty = ty.clone();
        }
        view.fields.extend(checked.added.iter().cloned());
        for component in view.indexes.iter_mut().flat_map(|index| &mut index.components) {
            component.elements = elements.get(component.field).is_some_and(Option::is_some);
        }
    }
}

fn report_indexes(
    declarations: &Declarations,
    view: &View,
    checked: &CheckedView,
    elements: &[Option<Type>],
    problems: &mut Problems,
) {
    for index in &view.indexes {
        for component in &index.components {
            let Some(ty) = checked.body.types.get(component.field) else { continue };
            let of = elements.get(component.field).and_then(Option::as_ref).unwrap_or(ty);
            let of = types::inside(declarations, of);
            let is_exact = *of != Type::Float
                && (types::is_ordered(declarations, of) || matches!(of, Type::Bool | Type::Bytes | Type::Reference(_)));
            if is_exact {
                continue;
            }
            let message = format!("`{}` cannot be indexed", types::words(declarations, ty));
            problems.push(
                Problem::new(&model_codes::INDEX_TYPE, index.span, message)
                    .help("an index is over texts, whole numbers, decimals, times, ids and references"),
            );
        }
    }
}
