//! Blocks: statements one after the other, and whether they run to their end.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{BinaryOperator, Condition, Expr, ExprKind, Statement, StatementKind};

use super::Body;
use super::conditions::{Step, nest_statements, not};
use crate::codes::expressions as codes;
use crate::plan;

/// Typed statements.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// The statements.
    pub(crate) statements: Vec<plan::Statement>,
    /// Whether what stands behind them is never reached.
    pub(crate) ends: bool,
}

impl Body<'_, '_> {
    /// A block, whose names end with it.
    pub(crate) fn block(&mut self, block: &ast::Block) -> Flow {
        self.scoped(|body| body.sequence(&block.statements))
    }

    fn sequence(&mut self, statements: &[Statement]) -> Flow {
        let mut flow = Flow::default();
        for (position, statement) in statements.iter().enumerate() {
            let rest = statements.get(position + 1..).unwrap_or_default();
            if self.failing_guard(statement, &mut flow.statements) {
                continue;
            }
            if let Some(ends) = self.guard(statement, rest, &mut flow.statements) {
                flow.ends = ends;
                return flow;
            }
            let ends = self.statement(statement, &mut flow.statements);
            if !ends {
                continue;
            }
            flow.ends = true;
            if let Some(next) = rest.first() {
                let message = "this is never reached";
                let problem = self
                    .problem(&codes::UNREACHABLE, next.span, message)
                    .other(self.at(statement.span), "the body ends here");
                self.report(problem);
                self.again(|body| body.sequence(rest));
            }
            return flow;
        }
        flow
    }

    /// `if x is none { fail … }`, which is a `let x = x else …`.
    fn failing_guard(&mut self, statement: &Statement, out: &mut Vec<plan::Statement>) -> bool {
        let StatementKind::If { condition: Condition::Expr(condition), then, otherwise: None } = &statement.kind else {
            return false;
        };
        let [fail @ Statement { kind: StatementKind::Fail(failure), .. }] = then.statements.as_slice() else {
            return false;
        };
        let Some(learnt) = self.learnt_when(condition, false, true) else { return false };
        if !self.may_stand_here(fail) {
            return false;
        }
        let failure = self.failure(failure);
        for step in self.steps(&learnt) {
            out.push(match step {
                Step::Known(known) => plan::Statement::LetElse(known.local, known.value, failure.clone()),
                Step::Test(test, true) => plan::Statement::Require(test, failure.clone()),
                Step::Test(test, false) => {
                    plan::Statement::If(test, vec![plan::Statement::Fail(failure.clone())], Vec::new())
                }
            });
        }
        true
    }

    /// `if x is none { return … }`: what follows stands inside, with `x` as its value. Whether
    /// the block ends is said; none when the statement is no guard.
    fn guard(&mut self, statement: &Statement, rest: &[Statement], out: &mut Vec<plan::Statement>) -> Option<bool> {
        let StatementKind::If { condition: Condition::Expr(condition), then, otherwise: None } = &statement.kind else {
            return None;
        };
        if rest.is_empty() || !always_ends(then) || self.guards >= super::GUARDS_MAX {
            return None;
        }
        let learnt = self.learnt_when(condition, false, true)?;
        let before = self.changes;
        // It knows nothing yet of what the condition says.
        let inside = self.copied(learnt.count(), |body| body.block(then));
        self.changes = before;
        let steps = self.steps(&learnt);
        self.guards += 1;
        let rest = self.sequence(rest);
        self.guards -= 1;
        out.extend(nest_statements(steps, rest.statements, &inside.statements));
        Some(rest.ends)
    }

    pub(crate) fn if_statement(
        &mut self,
        condition: &Condition,
        then: &ast::Block,
        otherwise: Option<&ast::Block>,
        out: &mut Vec<plan::Statement>,
    ) -> bool {
        match condition {
            Condition::Let { name, value } => {
                let (local, value) = self.if_let(name, value);
                let before = self.changes;
                let first = self.scoped(|body| {
                    body.declare(name, local);
                    body.block(then)
                });
                let second = self.fork(before, |body| body.optional_block(otherwise));
                out.push(plan::Statement::IfLet(local, value, first.statements, second.statements));
                first.ends && second.ends
            }
            Condition::Expr(condition) => self.plain_if(condition, then, otherwise, out),
        }
    }

    fn optional_block(&mut self, block: Option<&ast::Block>) -> Flow {
        block.map(|block| self.block(block)).unwrap_or_default()
    }

    fn plain_if(
        &mut self,
        condition: &Expr,
        then: &ast::Block,
        otherwise: Option<&ast::Block>,
        out: &mut Vec<plan::Statement>,
    ) -> bool {
        let Some(learnt) = self.learnt(condition, otherwise.is_some()) else {
            let typed = self.check_bool(condition);
            let before = self.changes;
            let first = self.block(then);
            let second = self.fork(before, |body| body.optional_block(otherwise));
            out.push(plan::Statement::If(typed, first.statements, second.statements));
            return first.ends && second.ends;
        };
        let (inner, outer) = if learnt.holds { (Some(then), otherwise) } else { (otherwise, Some(then)) };
        let before = self.changes;
        let (steps, inner) = self.scoped(|body| (body.steps(&learnt), body.optional_block(inner)));
        let outer = self.fork(before, |body| body.copied(steps.len(), |body| body.optional_block(outer)));
        out.extend(nest_statements(steps, inner.statements, &outer.statements));
        inner.ends && outer.ends
    }

    /// `require c else KIND "…"`: names and paths that have to be some are values from here on.
    pub(crate) fn require(&mut self, condition: &Expr, failure: plan::Failure, out: &mut Vec<plan::Statement>) {
        let Some(learnt) = self.learnt_when(condition, true, false) else {
            let typed = self.check_bool(condition);
            out.push(plan::Statement::Require(typed, failure));
            return;
        };
        for step in self.steps(&learnt) {
            out.push(match step {
                Step::Known(known) => plan::Statement::LetElse(known.local, known.value, failure.clone()),
                Step::Test(test, true) => plan::Statement::Require(test, failure.clone()),
                Step::Test(test, false) => plan::Statement::Require(not(test), failure.clone()),
            });
        }
    }
}

/// The parts of a condition that are joined by `and`.
pub(crate) fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    let mut parts = Vec::new();
    // A long chain leans to the left: it is unrolled without recursion.
    let mut open = vec![condition];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Paren(inner) => open.push(inner),
            ExprKind::Binary { operator: BinaryOperator::And, left, right, .. } => {
                open.push(right);
                open.push(left);
            }
            _ => parts.push(expr),
        }
    }
    parts
}

/// Whether a block never runs to its end, by its shape.
fn always_ends(block: &ast::Block) -> bool {
    block.statements.iter().any(|statement| match &statement.kind {
        StatementKind::Fail(_) | StatementKind::Return { .. } => true,
        StatementKind::If { then, otherwise: Some(otherwise), .. } => always_ends(then) && always_ends(otherwise),
        StatementKind::Match { arms, .. } => !arms.is_empty() && arms.iter().all(|arm| always_ends(&arm.body)),
        _ => false,
    })
}
