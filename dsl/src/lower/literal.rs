//! Numbers, durations, sizes and strings.

use super::{Lower, Node};
use crate::ast::{Expr, ExprKind, Ident, Span, TextPart};
use crate::grammar::Rule;
use crate::problem::Problem;

const MICROS_PER_MILLI: i64 = 1_000;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// The units of durations, in microseconds.
pub(crate) const DURATION_UNITS: [(&str, i64); 5] = [
    ("d", 86_400 * MICROS_PER_SECOND),
    ("h", 3_600 * MICROS_PER_SECOND),
    ("min", 60 * MICROS_PER_SECOND),
    ("s", MICROS_PER_SECOND),
    ("ms", MICROS_PER_MILLI),
];

/// The units of sizes, in bytes.
pub(crate) const SIZE_UNITS: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

impl Lower<'_> {
    /// One number, or a duration of several parts: `1h 30min`.
    pub(super) fn numbers(&mut self, node: &Node<'_>) -> Expr {
        let span = self.span(node);
        let mut parts = node.clone().into_inner();
        let Some(first) = parts.next() else { return Expr { kind: ExprKind::Bad, span } };
        let mut kind = self.number(&first);
        for part in parts {
            let next = self.number(&part);
            kind = match (kind, next) {
                (ExprKind::Duration(sum), ExprKind::Duration(more)) => {
                    ExprKind::Duration(sum.zip(more).and_then(|(sum, more)| sum.checked_add(more)))
                }
                (ExprKind::Bad, _) | (_, ExprKind::Bad) => ExprKind::Bad,
                _ => {
                    self.report(Problem::two_numbers(self.span(&part), self.span(&first)));
                    ExprKind::Bad
                }
            };
        }
        Expr { kind, span }
    }

    pub(super) fn number(&mut self, node: &Node<'_>) -> ExprKind {
        let text = node.as_str();
        let span = self.span(node);
        let is_digit = |character: char| character.is_ascii_digit() || matches!(character, '_' | '.');
        let digits_end = text.find(|character| !is_digit(character)).unwrap_or(text.len());
        let (digits, unit) = text.split_at(digits_end);
        let plain: String = digits.chars().filter(|character| *character != '_').collect();
        let points = plain.matches('.').count();
        if points > 1 || digits.ends_with('_') || digits.contains("_.") || digits.contains("._") {
            self.report(Problem::bad_number(span, text));
            return ExprKind::Bad;
        }
        if unit.is_empty() {
            return if points == 1 { ExprKind::Float(plain) } else { ExprKind::Int(plain) };
        }
        let unit_span = Span::new(span.start + digits_end as u32, span.end);
        let duration = DURATION_UNITS.iter().find(|(name, _)| *name == unit);
        let size = SIZE_UNITS.iter().find(|(name, _)| *name == unit);
        if points == 1 && (duration.is_some() || size.is_some()) {
            self.report(Problem::fraction_of_unit(span, text));
            return ExprKind::Bad;
        }
        match (duration, size) {
            (Some((_, micros)), _) => {
                ExprKind::Duration(plain.parse::<i64>().ok().and_then(|count| count.checked_mul(*micros)))
            }
            (None, Some((_, bytes))) => {
                ExprKind::Size(plain.parse::<u64>().ok().and_then(|count| count.checked_mul(*bytes)))
            }
            (None, None) => {
                self.report(Problem::bad_unit(unit_span, unit));
                ExprKind::Bad
            }
        }
    }

    /// A string with interpolations.
    pub(super) fn text(&mut self, node: &Node<'_>) -> Expr {
        let mut parts: Vec<TextPart> = Vec::new();
        let mut text = String::new();
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::interpolation => {
                    if !text.is_empty() {
                        parts.push(TextPart::Text(std::mem::take(&mut text)));
                    }
                    let inner = part.into_inner().next();
                    parts.extend(inner.map(|inner| TextPart::Expr(self.expression(&inner))));
                }
                Rule::doubled_brace => text.push_str(part.as_str().get(1..).unwrap_or_default()),
                Rule::stray_brace => {
                    self.report(Problem::stray_brace(self.span(&part)));
                    text.push('}');
                }
                _ => self.plain_part(&part, &mut text),
            }
        }
        if !text.is_empty() || parts.is_empty() {
            parts.push(TextPart::Text(text));
        }
        Expr { kind: ExprKind::Text(parts), span: self.span(node) }
    }

    /// A string in which braces mean nothing.
    pub(super) fn plain_text(&mut self, node: &Node<'_>) -> Expr {
        let text = self.plain_ident(node);
        Expr { kind: ExprKind::Text(vec![TextPart::Text(text.text)]), span: text.span }
    }

    /// A plain string as a name: the text without quotes, the place with them.
    pub(super) fn plain_ident(&mut self, node: &Node<'_>) -> Ident {
        let mut text = String::new();
        for part in node.clone().into_inner() {
            self.plain_part(&part, &mut text);
        }
        Ident { text, span: self.span(node) }
    }

    fn plain_part(&mut self, part: &Node<'_>, text: &mut String) {
        if part.as_rule() != Rule::escape {
            text.push_str(part.as_str());
            return;
        }
        let code = part.as_str().get(1..).unwrap_or_default();
        let character = match code {
            "n" => Some('\n'),
            "r" => Some('\r'),
            "t" => Some('\t'),
            "0" => Some('\0'),
            "\\" => Some('\\'),
            "\"" => Some('"'),
            _ => {
                let digits = code.strip_prefix("u{").and_then(|code| code.strip_suffix('}'));
                let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                value.and_then(char::from_u32)
            }
        };
        match character {
            Some(character) => text.push(character),
            None => self.report(Problem::bad_escape(self.span(part), part.as_str())),
        }
    }
}
