//! Values that are known without running anything: computations that fail each time, conditions
//! that decide nothing.

use crate::codes::lints as codes;
use crate::declarations::{FileSpan, Program, Type};
use crate::infer::walk;
use crate::plan::{Arithmetic, Bodies, Comparison, Expr, ExprKind, Statement};
use crate::problem::{Problem, Problems};

/// What a computation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// An `int`, or the microseconds of a `duration`.
    Number(i64),
    /// It depends on something.
    Open,
    /// It fails each time.
    Fails(Failing),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    Overflow,
    ByZero,
    /// A part of it does, which is reported there.
    Inside,
}

/// The value of an `int`, where it is known.
pub(crate) fn int(expr: &Expr) -> Option<i64> {
    match outcome(expr) {
        Outcome::Number(value) if expr.ty == Type::Int => Some(value),
        _ => None,
    }
}

pub(super) fn check(program: &Program, bodies: &Bodies, problems: &mut Problems) {
    super::expressions(bodies, &mut |expr| {
        walk::any(expr, &mut |part| {
            if let Some(problem) = failing(part) {
                problems.push(problem);
            }
            if let ExprKind::If { condition, .. } = &part.kind {
                problems.extend(decided(program, condition));
            }
            false
        });
    });
    super::statements(bodies).for_each(|body| conditions(program, body, problems));
}

fn failing(expr: &Expr) -> Option<Problem> {
    let Outcome::Fails(failing) = outcome(expr) else { return None };
    let message = match failing {
        Failing::Overflow if expr.ty == Type::Int => "this is out of the range of `int`",
        Failing::Overflow => "this is out of the range of `duration`",
        Failing::ByZero => "this divides by zero",
        Failing::Inside => return None,
    };
    Some(Problem::new(&codes::CONSTANT_FAILS, expr.span, message).help("it would refuse the transaction each time"))
}

fn outcome(expr: &Expr) -> Outcome {
    match &expr.kind {
        ExprKind::Int(value) | ExprKind::Duration(value) => Outcome::Number(*value),
        ExprKind::Negate(inner) => match outcome(inner) {
            Outcome::Number(value) => value.checked_neg().map_or(Outcome::Fails(Failing::Overflow), Outcome::Number),
            Outcome::Fails(_) => Outcome::Fails(Failing::Inside),
            Outcome::Open => Outcome::Open,
        },
        ExprKind::Arithmetic { operator, left, right } => {
            let divides = matches!(operator, Arithmetic::Divide | Arithmetic::Remainder);
            match (outcome(left), outcome(right)) {
                (Outcome::Fails(_), _) | (_, Outcome::Fails(_)) => Outcome::Fails(Failing::Inside),
                (_, Outcome::Number(0)) if divides => Outcome::Fails(Failing::ByZero),
                (Outcome::Number(left), Outcome::Number(right)) => computed(*operator, left, right),
                _ if divides && is_zero(right) => Outcome::Fails(Failing::ByZero),
                _ => Outcome::Open,
            }
        }
        _ => Outcome::Open,
    }
}

fn computed(operator: Arithmetic, left: i64, right: i64) -> Outcome {
    let value = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    };
    value.map_or(Outcome::Fails(Failing::Overflow), Outcome::Number)
}

fn is_zero(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Float(value) => *value == 0.0,
        ExprKind::Decimal(digits) => digits.parse::<f64>().is_ok_and(|value| value == 0.0),
        ExprKind::Builtin(crate::plan::Builtin::ToDecimal | crate::plan::Builtin::ToFloat, values) => {
            values.iter().any(|value| outcome(value) == Outcome::Number(0))
        }
        _ => false,
    }
}

fn conditions(program: &Program, statements: &[Statement], problems: &mut Problems) {
    for statement in statements {
        match statement {
            Statement::Require(test, _) => problems.extend(decided(program, test)),
            Statement::If(test, then, otherwise) => {
                problems.extend(decided(program, test));
                conditions(program, then, problems);
                conditions(program, otherwise, problems);
            }
            Statement::IfLet(_, _, then, otherwise) => {
                conditions(program, then, problems);
                conditions(program, otherwise, problems);
            }
            Statement::For(_, _, body) => conditions(program, body, problems),
            Statement::Match(_, arms) => arms.iter().for_each(|(_, body)| conditions(program, body, problems)),
            _ => {}
        }
    }
}

/// A condition that always comes out the same.
fn decided(program: &Program, test: &Expr) -> Option<Problem> {
    let holds = truth(program, test)?;
    let message = format!("this condition is always {}", if holds { "true" } else { "false" });
    let help = if holds { "leave the condition out" } else { "leave out what depends on it" };
    Some(Problem::new(&codes::CONSTANT_CONDITION, test.span, message).help(help))
}

fn truth(program: &Program, test: &Expr) -> Option<bool> {
    match &test.kind {
        // `x is some` of what is never none is a `true` of ours, about which enough was said.
        ExprKind::Bool(value) => is_written(program, test.span).then_some(*value),
        ExprKind::Not(inner) => truth(program, inner).map(|holds| !holds),
        ExprKind::Compare { operator, left, right } => {
            let (Outcome::Number(left), Outcome::Number(right)) = (outcome(left), outcome(right)) else { return None };
            Some(match operator {
                Comparison::Equal => left == right,
                Comparison::NotEqual => left != right,
                Comparison::Less => left < right,
                Comparison::LessOrEqual => left <= right,
                Comparison::Greater => left > right,
                Comparison::GreaterOrEqual => left >= right,
            })
        }
        _ => None,
    }
}

fn is_written(program: &Program, span: FileSpan) -> bool {
    let text = program.files.get(span.file as usize).map_or("", |file| &file.text);
    let text = text.get(span.span.start as usize..span.span.end as usize);
    matches!(text, Some("true" | "false"))
}
