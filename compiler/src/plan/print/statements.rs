//! Statements as text.

use super::Printer;
use crate::plan::{Failure, Statement};

impl Printer<'_> {
    pub(super) fn block(&mut self, statements: &[Statement]) {
        self.indent += 1;
        for statement in statements {
            self.statement(statement);
        }
        self.indent -= 1;
    }

    pub(super) fn failure(&self, failure: &Failure) -> String {
        let field = failure.field.as_ref().map_or_else(String::new, |field| format!("({field})"));
        let message = failure.message.as_ref().map_or_else(String::new, |text| format!(" {}", self.expr(text)));
        format!("{:?}{field}{message}", failure.kind)
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::If(condition, then, otherwise) => {
                let head = format!("if {}", self.expr(condition));
                self.branches(&head, then, otherwise);
            }
            Statement::IfLet(local, value, then, otherwise) => {
                let head = format!("if let {} = {}", self.local(*local), self.expr(value));
                self.branches(&head, then, otherwise);
            }
            Statement::For(local, collection, body) => {
                let head = format!("for {} in {}", self.local(*local), self.expr(collection));
                self.line(&head);
                self.block(body);
            }
            Statement::Match(value, arms) => {
                let head = format!("match {}", self.expr(value));
                self.line(&head);
                self.indent += 1;
                for (pattern, body) in arms {
                    let head = self.pattern(pattern);
                    self.line(&head);
                    self.block(body);
                }
                self.indent -= 1;
            }
            other => {
                let text = self.simple(other);
                self.line(&text);
            }
        }
    }

    fn simple(&self, statement: &Statement) -> String {
        match statement {
            Statement::Let(local, value) => {
                format!("let {} = {}", self.local(*local), self.expr(value))
            }
            Statement::LetElse(local, value, failure) => {
                format!("let {} = {} else {}", self.local(*local), self.expr(value), self.failure(failure))
            }
            Statement::Require(condition, failure) => {
                format!("require {} else {}", self.expr(condition), self.failure(failure))
            }
            Statement::Fail(failure) => format!("fail {}", self.failure(failure)),
            Statement::Return(status, value) => {
                let status = status.map_or_else(String::new, |status| format!(" {status}"));
                let value = value.as_ref().map_or_else(String::new, |value| format!(" {}", self.expr(value)));
                format!("return{status}{value}")
            }
            Statement::Assign(table, row, field, value) => {
                format!("{}.{} = {}", self.expr(row), self.source_field(*table, *field), self.expr(value))
            }
            Statement::Change { table, row, field, add, value, many } => format!(
                "{}.{} {} {}{}",
                self.expr(row),
                self.source_field(*table, *field),
                if *add { "+=" } else { "-=" },
                if *many { "all of " } else { "" },
                self.expr(value)
            ),
            Statement::Insert(model, values) => {
                let declared = self.declarations.models.get(model.index());
                let name = declared.map_or("?", |it| it.name.as_str());
                let fields: Vec<String> = declared
                    .map_or(&[][..], |it| &it.fields)
                    .iter()
                    .zip(values)
                    .map(|(field, value)| format!("{}: {}", field.name, self.expr(value)))
                    .collect();
                format!("insert {name} {{ {} }}", fields.join(", "))
            }
            Statement::Delete(_, row) => format!("delete {}", self.expr(row)),
            Statement::Expr(value) => self.expr(value),
            Statement::If(..) | Statement::IfLet(..) | Statement::For(..) | Statement::Match(..) => String::new(),
        }
    }

    fn branches(&mut self, head: &str, then: &[Statement], otherwise: &[Statement]) {
        self.line(head);
        self.block(then);
        if !otherwise.is_empty() {
            self.line("else");
            self.block(otherwise);
        }
    }
}
