//! `p?` in a query's `where`: the smallest `and`-ed condition that holds it counts only when the
//! optional `p` is some.

use raftstone_dsl::ast::{Expr, Ident, Span};

use super::{Body, Bound};
use crate::codes::queries as codes;
use crate::declarations::Type;
use crate::plan;
use crate::plan::{ExprKind, LocalId};
use crate::similar;

/// A condition that may hold marks.
pub(crate) struct Frame {
    /// Whether it is a condition of the query itself, and no part of one.
    is_whole: bool,
    /// The marked locals, with the local of the value inside a part.
    marks: Vec<(LocalId, LocalId)>,
}

impl Body<'_, '_> {
    /// A condition of a query, and the locals that have to be some for it to count.
    pub(crate) fn query_condition(&mut self, expr: &Expr) -> (plan::Expr, Vec<LocalId>) {
        self.marks.push(Frame { is_whole: true, marks: Vec::new() });
        let test = self.check_bool(expr);
        let frame = self.marks.pop();
        let marks = frame.map(|frame| frame.marks).unwrap_or_default();
        (test, marks.into_iter().map(|(local, _)| local).collect())
    }

    /// Work on a `where`, in which what is none in the row has no place in an order.
    pub(crate) fn in_condition_of<T>(&mut self, row: LocalId, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.condition_row.replace(row);
        let value = work(self);
        self.condition_row = before;
        value
    }

    /// Work that is no condition, although it lies inside one.
    pub(crate) fn outside_conditions<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (marks, row) = (std::mem::take(&mut self.marks), self.condition_row.take());
        let grouping = std::mem::take(&mut self.grouping);
        let value = work(self);
        (self.marks, self.condition_row, self.grouping) = (marks, row, grouping);
        value
    }

    /// A part of an `and` that is itself a part of a condition.
    pub(crate) fn conjunct(&mut self, expr: &Expr) -> plan::Expr {
        if self.marks.is_empty() {
            return self.check_bool(expr);
        }
        self.marks.push(Frame { is_whole: false, marks: Vec::new() });
        let mut test = self.check_bool(expr);
        let marks = self.marks.pop().map(|frame| frame.marks).unwrap_or_default();
        for (option, local) in marks.into_iter().rev() {
            let span = test.span;
            let value = self.read_local(option, span.span);
            let dropped = plan::Expr { kind: ExprKind::Bool(true), ty: Type::Bool, span };
            let kind =
                ExprKind::IfLet { local, value: Box::new(value), then: Box::new(test), otherwise: Box::new(dropped) };
            test = plan::Expr { kind, ty: Type::Bool, span };
        }
        test
    }

    /// `p?`
    pub(crate) fn infer_mark(&mut self, name: &Ident, span: Span) -> plan::Expr {
        let bound = self.look_up(&name.text);
        let Some(bound) = bound else {
            let message = format!("there is no `{}` here", name.text);
            let known = self.scope.iter().map(|it| it.name.as_str());
            let near = similar::nearest(&name.text, known);
            let code = &crate::codes::expressions::UNKNOWN_NAME;
            let problem = self.problem(code, name.span, message);
            self.report(problem.did_you_mean(near));
            return self.wrong(name.span);
        };
        if self.marks.is_empty() {
            let message = format!("`{}?` stands in a query's `where` only", name.text);
            let problem = self
                .problem(&codes::MARK_MISPLACED, span, message)
                .help("elsewhere an option is unwrapped with `if let`, `let … else` or `??`");
            self.report(problem);
            return self.wrong(name.span);
        }
        let Bound::Local(option) = bound else {
            let message = format!("`{}?` needs a parameter or local", name.text);
            let problem = self.problem(&codes::MARK_MISPLACED, span, message);
            self.report(problem.help("bind the value with `let` first"));
            return self.wrong(name.span);
        };
        self.mark(option, name, span)
    }

    fn mark(&mut self, option: LocalId, name: &Ident, span: Span) -> plan::Expr {
        let ty = self.local_type(option);
        let inner = match self.plain(&ty) {
            Type::Optional(inner) => (**inner).clone(),
            Type::Error | Type::Never => return self.wrong(name.span),
            Type::Patch(_) => {
                let message = format!("`{}?` needs an optional, and this may be absent", name.text);
                let problem = self.problem(&codes::MARK_MISPLACED, span, message);
                self.report(problem.help(format!("declare it as `{}: T?`", name.text)));
                return self.wrong(name.span);
            }
            _ => {
                let words = self.words(&ty);
                let message = format!("`{}` is `{words}`, which is never none", name.text);
                let problem = self.problem(&codes::MARK_NEVER_NONE, span, message).fix(
                    "leave the `?` out",
                    self.at(span),
                    name.text.clone(),
                );
                self.report(problem.help("the condition always counts: leave the `?` out"));
                return self.read_local(option, name.span);
            }
        };
        let is_whole = self.marks.last().is_some_and(|frame| frame.is_whole);
        let known = self
            .marks
            .last()
            .and_then(|frame| frame.marks.iter().find(|(marked, _)| *marked == option))
            .map(|(_, local)| *local);
        let local = if let Some(local) = known {
            local
        } else {
            let local = if is_whole { option } else { self.new_local(&name.text, inner.clone()) };
            if let Some(frame) = self.marks.last_mut() {
                frame.marks.push((option, local));
            }
            local
        };
        let kind = if is_whole { ExprKind::Present(option) } else { ExprKind::Local(local) };
        self.expr(kind, inner, name.span)
    }
}
