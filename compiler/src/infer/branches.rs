//! `if` and `match` as expressions.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Condition, Expr};

use super::conditions::{Learnt, nest_value};
use super::{Body, types};
use crate::codes::expressions as codes;
use crate::declarations::Type;
use crate::plan;
use crate::plan::{ExprKind, LocalId};
use crate::problem::Problem;

impl Body<'_, '_> {
    pub(crate) fn infer_if(
        &mut self,
        condition: &Condition,
        then: &Expr,
        otherwise: Option<&Expr>,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let Some(otherwise) = otherwise else {
            let message = "this `if` gives no value when its condition does not hold";
            let problem = self.problem(&codes::MISSING_ELSE, span, message);
            self.report(problem.help("write the other value: `else { … }`"));
            return self.wrong(span);
        };
        let hint = self.branch_hint(hint);
        let hint = hint.as_ref();
        match condition {
            Condition::Let { name, value } => {
                let (local, value) = self.if_let(name, value);
                let first = self.scoped(|body| {
                    body.declare(name, local);
                    body.infer_value(then, hint)
                });
                let second = self.infer_value(otherwise, hint.or(Some(&first.ty)));
                self.finish_if_let(local, value, first, second, span)
            }
            Condition::Expr(condition) => self.infer_plain_if(condition, then, otherwise, hint, span),
        }
    }

    /// A branch is no place for a patch: its value is coerced as a whole.
    fn branch_hint(&self, hint: Option<&Type>) -> Option<Type> {
        match self.plain(hint?) {
            Type::Patch(inner) => Some((**inner).clone()),
            other => Some(other.clone()),
        }
    }

    fn infer_plain_if(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        if let Some(learnt) = self.learnt(condition, true) {
            return self.infer_learnt_if(&learnt, then, otherwise, hint, span);
        }
        let typed = self.check_bool(condition);
        let first = self.infer_value(then, hint);
        let second = self.infer_value(otherwise, hint.or(Some(&first.ty)));
        let Some((mut values, ty)) = self.join(vec![first, second]) else {
            return self.wrong(span);
        };
        let (Some(second), Some(first)) = (values.pop(), values.pop()) else {
            return self.wrong(span);
        };
        let kind = ExprKind::If { condition: Box::new(typed), then: Box::new(first), otherwise: Box::new(second) };
        self.expr(kind, ty, span)
    }

    /// An `if` whose condition makes names or paths known on one of its ways.
    fn infer_learnt_if(
        &mut self,
        learnt: &Learnt<'_>,
        then: &Expr,
        otherwise: &Expr,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let (inner, outer) = if learnt.holds { (then, otherwise) } else { (otherwise, then) };
        let (steps, inner) = self.scoped(|body| (body.steps(learnt), body.infer_value(inner, hint)));
        let outer = self.copied(steps.len(), |body| body.infer_value(outer, hint.or(Some(&inner.ty))));
        let Some((mut values, ty)) = self.join(vec![inner, outer]) else { return self.wrong(span) };
        let (Some(outer), Some(inner)) = (values.pop(), values.pop()) else { return self.wrong(span) };
        nest_value(steps, inner, &outer, &ty, self.at(span))
    }

    fn finish_if_let(
        &mut self,
        local: LocalId,
        value: plan::Expr,
        then: plan::Expr,
        otherwise: plan::Expr,
        span: ast::Span,
    ) -> plan::Expr {
        let Some((mut values, ty)) = self.join(vec![then, otherwise]) else {
            return self.wrong(span);
        };
        let (Some(otherwise), Some(then)) = (values.pop(), values.pop()) else {
            return self.wrong(span);
        };
        let kind =
            ExprKind::IfLet { local, value: Box::new(value), then: Box::new(then), otherwise: Box::new(otherwise) };
        self.expr(kind, ty, span)
    }

    /// The option of an `if let`, and the local for its value.
    pub(crate) fn if_let(&mut self, name: &ast::Ident, value: &Expr) -> (LocalId, plan::Expr) {
        let value = self.infer_value(value, None);
        let value = self.read_patch(value);
        let inner = match self.plain(&value.ty).clone() {
            Type::Optional(inner) => *inner,
            Type::Error | Type::Never => Type::Error,
            other => {
                let words = self.words(&value.ty);
                let message = format!("this is `{words}`, which is never none");
                self.report(Problem::new(&codes::NEVER_NONE, value.span, message).help("a plain `let` is enough"));
                let local = self.new_local(&name.text, other);
                let (span, ty) = (value.span, Type::Optional(Box::new(value.ty.clone())));
                return (local, plan::Expr { kind: ExprKind::Some(Box::new(value)), ty, span });
            }
        };
        (self.new_local(&name.text, inner), value)
    }

    pub(crate) fn infer_match(
        &mut self,
        value: &Expr,
        arms: &[ast::ExprArm],
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let looked_at = self.infer_value(value, None);
        let looked_at = self.read_patch(looked_at);
        let hint = self.branch_hint(hint);
        let mut coverage = self.coverage(&looked_at.ty);
        let (mut patterns, mut values) = (Vec::new(), Vec::new());
        for arm in arms {
            let first: Option<Type> = values.first().map(|it: &plan::Expr| it.ty.clone());
            let (pattern, value) = self.scoped(|body| {
                let pattern = body.pattern(&arm.pattern, &looked_at.ty, &mut coverage);
                let hint = hint.as_ref().or(first.as_ref());
                (pattern, body.infer_value(&arm.value, hint))
            });
            patterns.push(pattern);
            values.push(value);
        }
        let is_whole = self.check_exhaustive(&coverage, &looked_at, value.span);
        let Some((values, ty)) = self.join(values) else { return self.wrong(span) };
        let arms: Option<Vec<_>> =
            patterns.into_iter().zip(values).map(|(pattern, value)| pattern.map(|pattern| (pattern, value))).collect();
        match arms {
            Some(arms) if is_whole => self.expr(ExprKind::Match { value: Box::new(looked_at), arms }, ty, span),
            _ => self.expr(ExprKind::None, Type::Error, span),
        }
    }

    /// The values of all branches as one type.
    fn join(&mut self, values: Vec<plan::Expr>) -> Option<(Vec<plan::Expr>, Type)> {
        let declarations = self.declarations();
        let mut ty = Type::Never;
        let mut of: Option<crate::declarations::FileSpan> = None;
        for value in &values {
            if let Some(joined) = types::join(declarations, &ty, &value.ty) {
                if of.is_none() && !types::is_poison(&value.ty) {
                    of = Some(value.span);
                }
                ty = joined;
            } else {
                let words = (self.words(&ty), self.words(&value.ty));
                let message = format!("this branch gives `{}`, the one before it `{}`", words.1, words.0);
                let mut problem =
                    Problem::new(&codes::TYPE_MISMATCH, value.span, message).help("all branches give one type");
                if let Some(of) = of {
                    problem = problem.other(of, format!("this is `{}`", words.0));
                }
                self.report(problem);
                return None;
            }
        }
        let fitting = values.into_iter().map(|value| self.coerce(value, &ty, None)).collect();
        Some((fitting, ty))
    }
}
