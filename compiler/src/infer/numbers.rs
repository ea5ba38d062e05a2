//! Literals of numbers and durations.

use raftstone_dsl::ast;

use super::{Body, types};
use crate::codes::expressions as codes;
use crate::declarations::Type;
use crate::plan;

/// Digits that a `decimal` holds.
const DECIMAL_DIGITS_MAX: usize = 28;

impl Body<'_, '_> {
    pub(crate) fn infer_int(
        &mut self,
        digits: &str,
        is_negative: bool,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let wanted = hint.map(|hint| types::inside(self.declarations(), hint));
        match wanted {
            Some(Type::Decimal) => return self.decimal(digits, is_negative, span),
            Some(Type::Float) => return self.float(digits, is_negative, span),
            _ => {}
        }
        // The sign belongs to the number, so that the smallest `int` can be written.
        let text = if is_negative { format!("-{digits}") } else { digits.to_owned() };
        if let Ok(value) = text.parse::<i64>() {
            return self.expr(plan::ExprKind::Int(value), Type::Int, span);
        }
        let message = format!("`{text}` is out of the range of `int`");
        let help = format!("an `int` lies between {} and {}", i64::MIN, i64::MAX);
        self.report(self.problem(&codes::NUMBER_OUT_OF_RANGE, span, message).help(help));
        self.wrong(span)
    }

    pub(crate) fn infer_float(
        &mut self,
        digits: &str,
        is_negative: bool,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        match hint.map(|hint| types::inside(self.declarations(), hint)) {
            Some(Type::Decimal) => self.decimal(digits, is_negative, span),
            _ => self.float(digits, is_negative, span),
        }
    }

    fn float(&mut self, digits: &str, is_negative: bool, span: ast::Span) -> plan::Expr {
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let value = if is_negative { -value } else { value };
                self.expr(plan::ExprKind::Float(value), Type::Float, span)
            }
            _ => {
                let message = format!("`{digits}` is out of the range of `float`");
                self.report(self.problem(&codes::NUMBER_OUT_OF_RANGE, span, message));
                self.wrong(span)
            }
        }
    }

    fn decimal(&mut self, digits: &str, is_negative: bool, span: ast::Span) -> plan::Expr {
        let significant = digits.trim_start_matches(['0', '.']).chars().filter(char::is_ascii_digit).count();
        let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let is_exact = significant <= DECIMAL_DIGITS_MAX
            && fraction <= DECIMAL_DIGITS_MAX
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
        if is_exact {
            let text = if is_negative { format!("-{digits}") } else { digits.to_owned() };
            return self.expr(plan::ExprKind::Decimal(text), Type::Decimal, span);
        }
        let message = format!("`{digits}` has more than {DECIMAL_DIGITS_MAX} digits");
        let help = "a `decimal` is exact, with at most 28 digits";
        self.report(self.problem(&codes::NUMBER_OUT_OF_RANGE, span, message).help(help));
        self.wrong(span)
    }

    pub(crate) fn infer_duration(&mut self, micros: Option<i64>, span: ast::Span) -> plan::Expr {
        if let Some(micros) = micros {
            return self.expr(plan::ExprKind::Duration(micros), Type::Duration, span);
        }
        let message = "this duration is out of range";
        let help = "a `duration` holds about 292,000 years in microseconds";
        self.report(self.problem(&codes::NUMBER_OUT_OF_RANGE, span, message).help(help));
        self.wrong(span)
    }
}
