//! Views.

use super::{Lower, Node, child, children};
use crate::ast::{Expr, ExprKind, Field, Fold, Ident, Query, Readable, TypeRef, TypeRefKind, View, ViewField};
use crate::grammar::Rule;
use crate::problem::Problem;

/// A member of a view; a field may have its `readable by …` behind it.
#[derive(Debug)]
pub(crate) enum ViewMember {
    Query(Box<Query>),
    Fold(Fold),
    Readable(Option<Readable>),
    Field(ViewField, Vec<Readable>),
    State(Field, Vec<Readable>),
}

impl Lower<'_> {
    pub(super) fn view(&mut self, node: &Node<'_>) -> View {
        let name = self.item_name(node, "the view");
        self.expect_braces(node, "view");
        let mut view = View { name, ..View::default() };
        for readable in children(node, Rule::readable) {
            view.readable.extend(self.readable(&readable, None));
        }
        for member in children(node, Rule::view_member) {
            let member = self.view_member(&member);
            self.add_view_member(&mut view, member);
        }
        settle(&mut view);
        view
    }

    /// Puts a member into its view; a second query is reported.
    pub(crate) fn add_view_member(&mut self, view: &mut View, member: ViewMember) {
        match member {
            ViewMember::Field(field, readable) => {
                view.fields.push(field);
                view.readable.extend(readable);
            }
            ViewMember::State(state, readable) => {
                view.states.push(state);
                view.readable.extend(readable);
            }
            ViewMember::Fold(fold) => view.folds.push(fold),
            ViewMember::Readable(readable) => view.readable.extend(readable),
            ViewMember::Query(query) => match &view.query {
                Some(first) => self.report(Problem::clause_twice(query.span, first.span, "from")),
                None => view.query = Some(*query),
            },
        }
    }

    pub(super) fn view_member(&mut self, node: &Node<'_>) -> ViewMember {
        let Some(part) = node.clone().into_inner().next() else { return ViewMember::Readable(None) };
        match part.as_rule() {
            Rule::query => ViewMember::Query(Box::new(self.query(&part))),
            Rule::view_on => self.fold(&part).map_or(ViewMember::Readable(None), ViewMember::Fold),
            Rule::view_field => {
                let field = self.view_field(&part);
                let readable = self.readable_behind(node, &field.name);
                ViewMember::Field(field, readable)
            }
            Rule::view_state => {
                let state = self.field(&part);
                let readable = self.readable_behind(node, &state.name);
                ViewMember::State(state, readable)
            }
            _ => ViewMember::Readable(self.readable(&part, None)),
        }
    }

    /// What stands behind the field in a member.
    fn readable_behind(&mut self, node: &Node<'_>, field: &Ident) -> Vec<Readable> {
        children(node, Rule::readable).filter_map(|readable| self.readable(&readable, Some(field.clone()))).collect()
    }

    fn fold(&mut self, node: &Node<'_>) -> Option<Fold> {
        Some(Fold {
            event: self.first_name(node)?,
            keys: children(node, Rule::head_expression).map(|key| self.expression(&key)).collect(),
            body: self.block(&child(node, Rule::block)?),
            span: self.span(node),
        })
    }

    fn view_field(&mut self, node: &Node<'_>) -> ViewField {
        let docs = self.take_docs(node);
        let name = self.first_name(node);
        let name = self.required_name(name, node, "the field");
        self.check_reserved(&name);
        let value = child(node, Rule::expression).map(|value| self.expression(&value));
        if value.is_none() {
            let last = child(node, Rule::s_colon).or_else(|| child(node, Rule::name));
            let span = last.map_or(self.behind(node), |last| self.behind(&last));
            self.report(Problem::missing_value(span, &format!("`{}`", name.text)));
        }
        ViewField { docs, name, value, attributes: self.attributes(node), span: self.span(node) }
    }
}

/// Decides what `name: word` means, once the whole view is known: in a view that is folded from
/// events it is a field of that type, else the value `word`.
pub(crate) fn settle(view: &mut View) {
    let is_folded = !view.folds.is_empty() || view.states.iter().any(|state| state.value.is_some());
    if is_folded && view.query.is_none() {
        return;
    }
    for state in std::mem::take(&mut view.states) {
        let value = state.ty.as_ref().filter(|_| state.value.is_none()).and_then(as_value);
        match value {
            Some(value) => {
                let Field { docs, name, attributes, span, .. } = state;
                view.fields.push(ViewField { docs, name, value: Some(value), attributes, span });
            }
            None => view.states.push(state),
        }
    }
    view.fields.sort_by_key(|field| field.span);
}

/// A type read as the value that is written in the same way.
fn as_value(ty: &TypeRef) -> Option<Expr> {
    let kind = match &ty.kind {
        TypeRefKind::Name(name) => ExprKind::Name(name.clone()),
        TypeRefKind::Optional(inner) => match &inner.kind {
            TypeRefKind::Name(name) => ExprKind::Optional(name.clone()),
            _ => return None,
        },
        TypeRefKind::List(element) => ExprKind::List(vec![as_value(element)?]),
        TypeRefKind::Generic { .. } | TypeRefKind::Record(_) => return None,
    };
    Some(Expr { kind, span: ty.span })
}
