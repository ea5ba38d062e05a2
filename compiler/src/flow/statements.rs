//! Statements: what they bind, keep, answer and refuse with.

use super::Flow;
use crate::declarations::Source;
use crate::plan::{Failure, Statement};

impl Flow<'_> {
    /// Statements of a body of this name.
    pub(super) fn statements(&mut self, name: &str, statements: &[Statement]) {
        for statement in statements {
            self.statement(name, statement);
        }
    }

    fn statement(&mut self, name: &str, statement: &Statement) {
        match statement {
            Statement::Let(local, value) => self.bind_value(*local, value),
            Statement::LetElse(local, value, failure) => {
                self.bind_value(*local, value);
                self.failure(failure);
            }
            Statement::Require(test, failure) => {
                self.expr(test);
                self.failure(failure);
            }
            Statement::Fail(failure) => self.failure(failure),
            Statement::Expr(value) => {
                self.expr(value);
            }
            Statement::If(test, then, otherwise) => {
                self.expr(test);
                self.statements(name, then);
                self.statements(name, otherwise);
            }
            Statement::IfLet(local, value, then, otherwise) => {
                self.bind_value(*local, value);
                self.statements(name, then);
                self.statements(name, otherwise);
            }
            Statement::For(local, collection, body) => {
                self.bind_value(*local, collection);
                self.statements(name, body);
            }
            Statement::Match(value, arms) => {
                let looked_at = self.expr(value);
                for (pattern, body) in arms {
                    self.bind_pattern(pattern, &looked_at);
                    self.statements(name, body);
                }
            }
            Statement::Return(_, value) => {
                if let Some(value) = value {
                    let taint = self.expr(value);
                    self.report_answer(name, value.span, &taint);
                }
            }
            Statement::Assign(table, row, field, value) | Statement::Change { table, row, field, value, .. } => {
                self.expr(row);
                let taint = self.expr(value);
                self.into_row(*table, *field, &taint);
            }
            Statement::Insert(model, values) => {
                for (field, value) in values.iter().enumerate() {
                    let taint = self.expr(value);
                    self.into_row(Source::Model(*model), field, &taint);
                }
            }
            Statement::Delete(_, row) => {
                self.expr(row);
            }
        }
    }

    pub(super) fn failure(&mut self, failure: &Failure) {
        if let Some(message) = &failure.message {
            let taint = self.expr(message);
            self.report_refusal(message.span, &taint);
        }
    }
}
