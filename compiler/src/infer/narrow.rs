//! Narrowing: where `x is some` is known to hold, `x` is its value.
//!
//! It is spelled out for the generator: the part that profits stands inside an `if let` that binds
//! the value to a local of its own, under the same name.

use raftstone_dsl::ast::{BinaryOperator, Expr, ExprKind, UnaryOperator};

use super::{Body, Bound, types};
use crate::declarations::Type;
use crate::plan;
use crate::plan::LocalId;

/// A path that is known to be some.
#[derive(Clone, Debug)]
pub(crate) struct Narrowed {
    path: Path,
    local: LocalId,
    /// A path through rows holds only until one of them may have changed: the count of changes
    /// for which it does.
    until: Option<usize>,
}

/// `a.b.c`: what its first name stands for, and the fields behind it. A name that is bound anew
/// begins another path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    /// None for `event`.
    root: Option<Bound>,
    fields: Vec<String>,
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

/// The parts that all have to be as said for the condition to be `holds`: those of `and` when it
/// holds, those of `or` when it does not.
pub(crate) fn parts(condition: &Expr, holds: bool) -> Vec<(&Expr, bool)> {
    let mut parts = Vec::new();
    // A long chain leans to the left: it is unrolled without recursion.
    let mut open = vec![(condition, holds)];
    while let Some((expr, holds)) = open.pop() {
        match &expr.kind {
            ExprKind::Paren(inner) => open.push((inner, holds)),
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => open.push((operand, !holds)),
            ExprKind::Binary { operator: BinaryOperator::And, left, right, .. } if holds => {
                open.extend([(&**right, true), (&**left, true)]);
            }
            ExprKind::Binary { operator: BinaryOperator::Or, left, right, .. } if !holds => {
                open.extend([(&**right, false), (&**left, false)]);
            }
            _ => parts.push((expr, holds)),
        }
    }
    parts
}

/// The name or path that is some when a part of a condition is `holds`.
pub(crate) fn tested(part: &Expr, holds: bool) -> Option<&Expr> {
    let value = match &part.kind {
        ExprKind::Is { value, some } if *some == holds => value,
        ExprKind::Binary { operator: BinaryOperator::Equal, left, right, .. } if !holds => {
            compared_with_none(left, right)?
        }
        ExprKind::Binary { operator: BinaryOperator::NotEqual, left, right, .. } if holds => {
            compared_with_none(left, right)?
        }
        _ => return None,
    };
    is_path(value).then(|| strip(value))
}

fn strip(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => strip(inner),
        _ => expr,
    }
}

/// Whether it is a name with nothing but fields behind it.
fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Field { base, optional: false, .. } => is_path(base),
        ExprKind::Paren(inner) => is_path(inner),
        _ => false,
    }
}

impl Body<'_, '_> {
    /// The value of a path that is known to be some.
    pub(crate) fn narrowed_path(&mut self, expr: &Expr) -> Option<plan::Expr> {
        if self.narrowed.is_empty() || !matches!(expr.kind, ExprKind::Field { .. }) {
            return None;
        }
        let path = self.path_of(expr)?;
        let holds = |it: &&Narrowed| it.until.is_none_or(|until| until == self.changes) && it.path == path;
        let narrowed = self.narrowed.iter().rev().find(holds)?;
        Some(self.read_local(narrowed.local, expr.span))
    }

    fn path_of(&self, expr: &Expr) -> Option<Path> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let root = self.find(&name.text);
                let is_event = root.is_none() && name.text == "event" && self.event.is_some();
                (root.is_some() || is_event).then(|| Path { root, fields: Vec::new() })
            }
            ExprKind::Field { base, name, optional: false } => {
                let mut path = self.path_of(base)?;
                path.fields.push(name.text.clone());
                Some(path)
            }
            ExprKind::Paren(inner) => self.path_of(inner),
            _ => None,
        }
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
        if !is_path(expr) {
            return None;
        }
        let path = self.path_of(expr)?;
        let value = self.again(|body| body.infer(expr, None));
        let Type::Optional(inner) = self.plain(&value.ty).clone() else { return None };
        if types::is_poison(&inner) {
            return None;
        }
        if let ExprKind::Name(name) = &expr.kind {
            let local = self.new_local(&name.text, *inner);
            self.bind(&name.text, local);
            if let Some(declared) = self.unbounded(&value) {
                self.note_limit(local, false, declared);
            }
            return Some(Known { local, value });
        }
        let local = self.new_local(path.fields.last().map_or("value", String::as_str), *inner);
        let reads_rows = super::walk::any(&value, &mut |it| matches!(it.kind, plan::ExprKind::RowField(..)));
        let until = reads_rows.then_some(self.changes);
        self.narrowed.push(Narrowed { path, local, until });
        Some(Known { local, value })
    }

    /// Notes that rows may have changed: what was read from them may hold no longer.
    pub(crate) fn rows_change(&mut self) {
        self.changes += 1;
    }

    /// Types the ways on from a fork: none of them sees what another one changed.
    pub(crate) fn fork<T>(&mut self, before: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let others = std::mem::replace(&mut self.changes, before);
        let value = work(self);
        self.changes = self.changes.max(others);
        value
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
