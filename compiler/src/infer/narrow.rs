//! Narrowing: where `x is some` is known to hold, `x` is its value.
//!
//! It is spelled out for the generator: the part that profits stands inside an `if let` that binds
//! the value to a local of its own, under the same name.

use raftstone_dsl::ast::{BinaryOperator, Expr, ExprKind, UnaryOperator};

use super::{Body, types};
use crate::declarations::Type;
use crate::plan;
use crate::plan::LocalId;

/// A path that is known to be some.
#[derive(Clone, Debug)]
pub(crate) struct Narrowed {
    path: String,
    local: LocalId,
}

/// A value known to be some inside a part of an expression.
pub(crate) struct Known {
    pub(crate) local: LocalId,
    pub(crate) value: plan::Expr,
}

/// The names and paths that are some when the condition is `holds`.
pub(crate) fn known_some(condition: &Expr, holds: bool) -> Vec<&Expr> {
    let mut found = Vec::new();
    collect(condition, holds, &mut found);
    found
}

fn collect<'e>(condition: &'e Expr, holds: bool, found: &mut Vec<&'e Expr>) {
    match &condition.kind {
        ExprKind::Paren(inner) => collect(inner, holds, found),
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => collect(operand, !holds, found),
        ExprKind::Is { value, some } if *some == holds => found.push(value),
        ExprKind::Binary { operator, left, right, .. } => match operator {
            BinaryOperator::And if holds => {
                collect(left, holds, found);
                collect(right, holds, found);
            }
            BinaryOperator::Or if !holds => {
                collect(left, holds, found);
                collect(right, holds, found);
            }
            BinaryOperator::Equal if !holds => found.extend(compared_with_none(left, right)),
            BinaryOperator::NotEqual if holds => found.extend(compared_with_none(left, right)),
            _ => {}
        },
        _ => {}
    }
}

fn compared_with_none<'e>(left: &'e Expr, right: &'e Expr) -> Option<&'e Expr> {
    match (&left.kind, &right.kind) {
        (_, ExprKind::None) => Some(left),
        (ExprKind::None, _) => Some(right),
        _ => None,
    }
}

/// The name, if the whole condition says that one name is some when it is `holds`.
pub(crate) fn only_known(condition: &Expr, holds: bool) -> Option<&Expr> {
    let condition = strip(condition);
    let is_whole = match &condition.kind {
        ExprKind::Is { .. } => true,
        ExprKind::Binary { operator, left, right, .. } => {
            matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual)
                && compared_with_none(left, right).is_some()
        }
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
            return only_known(operand, !holds);
        }
        _ => false,
    };
    if !is_whole {
        return None;
    }
    known_some(condition, holds).pop()
}

fn strip(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => strip(inner),
        _ => expr,
    }
}

/// `a.b.c` as text, for names and fields only.
fn path_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Field { base, name, optional: false } => Some(format!("{}.{}", path_of(base)?, name.text)),
        ExprKind::Paren(inner) => path_of(inner),
        _ => None,
    }
}

impl Body<'_, '_> {
    /// The value of a path that is known to be some.
    pub(crate) fn narrowed_path(&mut self, expr: &Expr) -> Option<plan::Expr> {
        if self.narrowed.is_empty() || !matches!(expr.kind, ExprKind::Field { .. }) {
            return None;
        }
        let path = path_of(expr)?;
        let narrowed = self.narrowed.iter().rev().find(|it| it.path == path)?;
        Some(self.read_local(narrowed.local, expr.span))
    }

    /// The part of an expression that profits from what a condition says: wrapped for each name or
    /// path that it uses, with `otherwise` for when it is none after all.
    pub(crate) fn within(
        &mut self,
        known: &[&Expr],
        otherwise: bool,
        work: impl FnOnce(&mut Self) -> plan::Expr,
    ) -> plan::Expr {
        let (scope, narrowed) = (self.scope.len(), self.narrowed.len());
        let mut opened = Vec::new();
        for expr in known {
            if let Some(known) = self.open_known(expr) {
                opened.push(known);
            }
        }
        let mut body = work(self);
        let mut used = Vec::new();
        for known in &opened {
            used.push(walk_uses(&body, known.local));
        }
        self.scope.truncate(scope);
        self.narrowed.truncate(narrowed);
        for (known, is_used) in opened.into_iter().zip(used).rev() {
            if is_used {
                body = wrap(known, body, otherwise);
            }
        }
        body
    }

    /// Makes a name or path stand for the value inside its option.
    pub(crate) fn open_known(&mut self, expr: &Expr) -> Option<Known> {
        let expr = strip(expr);
        let is_name = matches!(expr.kind, ExprKind::Name(_));
        if !is_name && !matches!(expr.kind, ExprKind::Field { .. }) {
            return None;
        }
        let path = path_of(expr)?;
        let value = self.again(|body| body.infer(expr, None));
        let Type::Optional(inner) = self.plain(&value.ty).clone() else { return None };
        if types::is_poison(&inner) {
            return None;
        }
        let short = path.rsplit('.').next().unwrap_or(&path).to_owned();
        let local = self.new_local(&short, *inner);
        if is_name {
            self.bind(&path, local);
        } else {
            self.narrowed.push(Narrowed { path, local });
        }
        Some(Known { local, value })
    }

    /// A name (no path: a later statement may change what it leads to) that is some from here on.
    pub(crate) fn open_name(&mut self, expr: &Expr) -> Option<Known> {
        matches!(strip(expr).kind, ExprKind::Name(_)).then(|| self.open_known(expr)).flatten()
    }
}

pub(crate) fn wrap(known: Known, body: plan::Expr, otherwise: bool) -> plan::Expr {
    let (span, ty) = (body.span, body.ty.clone());
    let fallback = plan::Expr { kind: plan::ExprKind::Bool(otherwise), ty: Type::Bool, span };
    let kind = plan::ExprKind::IfLet {
        local: known.local,
        value: Box::new(known.value),
        then: Box::new(body),
        otherwise: Box::new(fallback),
    };
    plan::Expr { kind, ty, span }
}

/// Whether an expression reads a local.
pub(crate) fn walk_uses(expr: &plan::Expr, local: LocalId) -> bool {
    super::walk::any(expr, &mut |it| matches!(it.kind, plan::ExprKind::Local(used) if used == local))
}
