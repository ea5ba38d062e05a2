//! Rows that are used behind their `delete`.

use crate::codes::lints as codes;
use crate::declarations::{Declarations, Effect, FileSpan};
use crate::infer::walk;
use crate::plan::{Bodies, Expr, ExprKind, LocalId, Statement};
use crate::problem::{Problem, Problems};

pub(super) fn check(declarations: &Declarations, bodies: &Bodies, problems: &mut Problems) {
    for (event, body) in declarations.events.iter().zip(&bodies.events) {
        let mut rows = Deleted::default();
        if let Effect::Deletes(_, position) = event.effect {
            rows.push((Name::Field(position), event.span));
        }
        Lint { declarations, problems }.statements(&body.apply, rows);
    }
    for body in &bodies.endpoints {
        Lint { declarations, problems }.statements(&body.statements, Deleted::default());
    }
}

/// A name that stands for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Local(LocalId),
    Field(usize),
}

/// The rows that are surely gone, and where they went.
type Deleted = Vec<(Name, FileSpan)>;

fn name_of(expr: &Expr) -> Option<Name> {
    match expr.kind {
        ExprKind::Local(local) => Some(Name::Local(local)),
        ExprKind::EventField(position) => Some(Name::Field(position)),
        _ => None,
    }
}

struct Lint<'l> {
    declarations: &'l Declarations,
    problems: &'l mut Problems,
}

impl Lint<'_> {
    /// The rows that are gone behind the statements; none when their end is never reached.
    fn statements(&mut self, statements: &[Statement], mut gone: Deleted) -> Option<Deleted> {
        for statement in statements {
            self.look(statement, &gone);
            gone = self.behind(statement, gone)?;
        }
        Some(gone)
    }

    fn behind(&mut self, statement: &Statement, mut gone: Deleted) -> Option<Deleted> {
        match statement {
            Statement::Fail(_) | Statement::Return(..) => return None,
            Statement::Delete(_, row) => gone.extend(name_of(row).map(|name| (name, row.span))),
            Statement::If(_, then, otherwise) | Statement::IfLet(_, _, then, otherwise) => {
                let ways = [self.statements(then, gone.clone()), self.statements(otherwise, gone)];
                return both(ways.into_iter().flatten());
            }
            Statement::Match(_, arms) => {
                let ways: Vec<_> = arms.iter().map(|(_, body)| self.statements(body, gone.clone())).collect();
                return both(ways.into_iter().flatten());
            }
            Statement::For(_, _, body) => {
                self.statements(body, gone.clone());
            }
            Statement::Let(_, value) | Statement::Expr(value) => gone.extend(self.emitted(value)),
            _ => {}
        }
        Some(gone)
    }

    /// The row that an `emit` deletes.
    fn emitted(&self, value: &Expr) -> Option<(Name, FileSpan)> {
        let ExprKind::Emit(event, values) = &value.kind else { return None };
        let Effect::Deletes(_, position) = self.declarations.events.get(event.index())?.effect else { return None };
        let row = values.get(position)?.as_ref()?;
        Some((name_of(row)?, value.span))
    }

    /// Reports what the statement itself does with rows that are gone.
    fn look(&mut self, statement: &Statement, gone: &Deleted) {
        if gone.is_empty() {
            return;
        }
        let mut used: Vec<(Name, FileSpan)> = Vec::new();
        if let Statement::Assign(_, row, ..) | Statement::Change { row, .. } | Statement::Delete(_, row) = statement {
            used.extend(name_of(row).map(|name| (name, row.span)));
        }
        own_expressions(statement, &mut |expr| {
            walk::any(expr, &mut |part| {
                if let ExprKind::RowField(base, _) | ExprKind::LoadRow(base) = &part.kind {
                    used.extend(name_of(base).map(|name| (name, part.span)));
                }
                false
            });
        });
        for (name, span) in used {
            let Some((_, place)) = gone.iter().find(|(it, _)| *it == name) else { continue };
            let problem = Problem::new(&codes::DELETED_ROW, span, "this row is gone here")
                .other(*place, "deleted here")
                .help("read what is needed of it before");
            self.problems.push(problem);
        }
    }
}

/// What is gone on all of the ways that go on.
fn both(mut ways: impl Iterator<Item = Deleted>) -> Option<Deleted> {
    let first = ways.next()?;
    Some(ways.fold(first, |gone, way| gone.into_iter().filter(|it| way.iter().any(|other| other.0 == it.0)).collect()))
}

/// The expressions of a statement without those of the statements inside.
fn own_expressions<'e>(statement: &'e Statement, visit: &mut dyn FnMut(&'e Expr)) {
    match statement {
        Statement::If(value, ..) | Statement::IfLet(_, value, ..) | Statement::For(_, value, _) => visit(value),
        Statement::Match(value, _) => visit(value),
        _ => walk::statements(std::slice::from_ref(statement), visit),
    }
}
