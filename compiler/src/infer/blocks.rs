//! Blocks: statements one after the other, and whether they run to their end.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{BinaryOperator, Condition, Expr, ExprKind, Statement, StatementKind};

use super::{Body, narrow};
use crate::codes::expressions as codes;
use crate::declarations::Type;
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
        let name = narrow::only_known(condition, false);
        let name = name.filter(|name| matches!(name.kind, ExprKind::Name(_)));
        let Some(name) = name.filter(|_| self.may_stand_here(fail)) else {
            return false;
        };
        let typed = self.check_bool(condition);
        let failure = self.failure(failure);
        if let Some(known) = self.open_name(name) {
            out.push(plan::Statement::LetElse(known.local, known.value, failure));
        } else {
            let fail = vec![plan::Statement::Fail(failure)];
            out.push(plan::Statement::If(typed, fail, Vec::new()));
        }
        true
    }

    /// `if x is none { return … }`: what follows stands inside, with `x` as its value. Whether
    /// the block ends is said; none when the statement is no guard.
    fn guard(&mut self, statement: &Statement, rest: &[Statement], out: &mut Vec<plan::Statement>) -> Option<bool> {
        let StatementKind::If { condition: Condition::Expr(condition), then, otherwise: None } = &statement.kind else {
            return None;
        };
        let name = narrow::only_known(condition, false)?;
        let is_guard = always_ends(then) && matches!(name.kind, ExprKind::Name(_));
        if rest.is_empty() || !is_guard || self.guards >= super::GUARDS_MAX {
            return None;
        }
        let typed = self.check_bool(condition);
        let inside = self.block(then);
        let Some(known) = self.open_name(name) else {
            // It is never none, which was said.
            out.push(plan::Statement::If(typed, inside.statements, Vec::new()));
            let rest = self.sequence(rest);
            out.extend(rest.statements);
            return Some(rest.ends);
        };
        self.guards += 1;
        let rest = self.sequence(rest);
        self.guards -= 1;
        out.push(plan::Statement::IfLet(known.local, known.value, rest.statements, inside.statements));
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
                let first = self.scoped(|body| {
                    body.bind(&name.text, local);
                    body.block(then)
                });
                let second = self.optional_block(otherwise);
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
        for holds in [true, false] {
            let Some(name) = narrow::only_known(condition, holds) else { continue };
            if !matches!(name.kind, ExprKind::Name(_)) {
                continue;
            }
            self.check_bool(condition);
            let none = Some(then).filter(|_| !holds).or(otherwise.filter(|_| holds));
            let some = Some(then).filter(|_| holds).or(otherwise.filter(|_| !holds));
            let opened = self.scoped(|body| {
                let known = body.open_name(name)?;
                Some((known, body.optional_block(some)))
            });
            let Some((known, inner)) = opened else { break };
            let outer = self.optional_block(none);
            let ends = inner.ends && outer.ends;
            out.push(plan::Statement::IfLet(known.local, known.value, inner.statements, outer.statements));
            return ends;
        }
        let parts = conjuncts(condition);
        if otherwise.is_none() && parts.iter().any(|part| is_name_check(part)) {
            out.extend(self.scoped(|body| body.nested_if(&parts, then)));
            return false;
        }
        let typed = self.check_bool(condition);
        let first = self.block(then);
        let second = self.optional_block(otherwise);
        out.push(plan::Statement::If(typed, first.statements, second.statements));
        first.ends && second.ends
    }

    /// `if x is some and x > 1 { … }`: one `if` inside the other.
    fn nested_if(&mut self, parts: &[&Expr], then: &ast::Block) -> Option<plan::Statement> {
        let (part, rest) = parts.split_first()?;
        let typed = self.check_bool(part);
        let known = narrow::only_known(part, true).and_then(|name| self.open_name(name));
        let inside = if rest.is_empty() {
            self.block(then).statements
        } else {
            self.nested_if(rest, then).into_iter().collect()
        };
        Some(match known {
            Some(known) => plan::Statement::IfLet(known.local, known.value, inside, Vec::new()),
            None => plan::Statement::If(typed, inside, Vec::new()),
        })
    }

    /// `require c else KIND "…"`: names that have to be some are values from here on.
    pub(crate) fn require(&mut self, condition: &Expr, failure: plan::Failure, out: &mut Vec<plan::Statement>) {
        let parts = conjuncts(condition);
        if !parts.iter().any(|part| is_name_check(part)) {
            let typed = self.check_bool(condition);
            out.push(plan::Statement::Require(typed, failure));
            return;
        }
        let mut known_paths: Vec<&Expr> = Vec::new();
        for part in parts {
            let typed = self.within(&known_paths, false, |body| body.check_bool(part));
            let name = narrow::only_known(part, true).filter(|_| typed.ty != Type::Error);
            if let Some(known) = name.and_then(|name| self.open_name(name)) {
                out.push(plan::Statement::LetElse(known.local, known.value, failure.clone()));
                continue;
            }
            known_paths.extend(narrow::known_some(part, true));
            out.push(plan::Statement::Require(typed, failure.clone()));
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

fn is_name_check(part: &Expr) -> bool {
    narrow::only_known(part, true).is_some_and(|name| matches!(name.kind, ExprKind::Name(_)))
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
