//! Literals where the language wants nothing else: in attributes, settings and options.

use raftstone_dsl::ast::{Expr, ExprKind, TextPart, UnaryOperator};

/// The value of a text without interpolation.
pub fn text(expr: &Expr) -> Option<String> {
    let ExprKind::Text(parts) = &expr.kind else { return None };
    let mut value = String::new();
    for part in parts {
        match part {
            TextPart::Text(text) => value.push_str(text),
            TextPart::Expr(_) => return None,
        }
    }
    Some(value)
}

/// The digits of a number, with a `-` if there is one, and whether it is a whole one.
pub fn number(expr: &Expr) -> Option<(String, bool)> {
    match &expr.kind {
        ExprKind::Int(digits) => Some((digits.clone(), true)),
        ExprKind::Float(digits) => Some((digits.clone(), false)),
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => match &operand.kind {
            ExprKind::Int(_) | ExprKind::Float(_) => {
                number(operand).map(|(digits, whole)| (format!("-{digits}"), whole))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Microseconds of a duration, also of a negative one.
pub fn duration(expr: &Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Duration(micros) => *micros,
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => match &operand.kind {
            ExprKind::Duration(Some(micros)) => micros.checked_neg(),
            _ => None,
        },
        _ => None,
    }
}

/// A count: a whole number that is not negative.
pub fn count(expr: &Expr) -> Option<u64> {
    match &expr.kind {
        ExprKind::Int(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// A bare word.
pub fn word(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(&name.text),
        _ => None,
    }
}
