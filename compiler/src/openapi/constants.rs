//! Default values, as JSON writes them.

use super::json::{Json, Members};
use super::rules;
use crate::declarations::{Declarations, Type};
use crate::plan::{Expr, ExprKind};

const MICROS_PER_SECOND: u64 = 1_000_000;
const MICROS_PER_MINUTE: u64 = 60 * MICROS_PER_SECOND;
const MICROS_PER_HOUR: u64 = 60 * MICROS_PER_MINUTE;
const MICROS_PER_DAY: u64 = 24 * MICROS_PER_HOUR;

/// The JSON form of an expression, unless its value depends on anything.
pub(super) fn value(declarations: &Declarations, expr: &Expr) -> Option<Json> {
    let all = |parts: &[Expr]| parts.iter().map(|part| value(declarations, part)).collect::<Option<Vec<_>>>();
    Some(match &expr.kind {
        ExprKind::Bool(value) => Json::Bool(*value),
        ExprKind::Int(number) => Json::Number(number.to_string()),
        ExprKind::Float(number) => Json::Number(format!("{number:?}")),
        ExprKind::Decimal(digits) => Json::Text(rules::number(digits)),
        ExprKind::Text(text) => Json::Text(text.clone()),
        ExprKind::Duration(micros) => Json::Text(duration(*micros)),
        ExprKind::None => Json::Null,
        ExprKind::Some(inner) | ExprKind::Patch(Some(inner)) => value(declarations, inner)?,
        ExprKind::Collection(parts) => Json::List(all(parts)?),
        ExprKind::Map(entries) => {
            let mut members = Members::new();
            for (key, inner) in entries {
                // A key that is no text has a text form of its own.
                let (Json::Text(key) | Json::Number(key)) = value(declarations, key)? else { return None };
                members.set(&key, value(declarations, inner)?);
            }
            members.into()
        }
        ExprKind::Struct(id, parts) => {
            let fields = &declarations.structs.get(id.index())?.fields;
            let names = fields.iter().map(|field| (field.wire_name.as_str(), &field.ty));
            record(Members::new(), names, all(parts)?).into()
        }
        ExprKind::Variant(id, position, parts) => {
            let variant = declarations.enums.get(id.index())?.variants.get(*position)?;
            if variant.fields.is_empty() {
                return Some(Json::Text(variant.wire_name.clone()));
            }
            let names = variant.fields.iter().map(|field| (field.wire_name.as_str(), &field.ty));
            record(Members::new().with("type", variant.wire_name.as_str()), names, all(parts)?).into()
        }
        _ => return None,
    })
}

/// An absent `name?` is left out.
fn record<'a>(start: Members, names: impl Iterator<Item = (&'a str, &'a Type)>, values: Vec<Json>) -> Members {
    let present = names.zip(values).filter(|((_, ty), value)| !(matches!(ty, Type::Patch(_)) && *value == Json::Null));
    present.fold(start, |members, ((name, _), value)| members.with(name, value))
}

/// A span of time in ISO 8601, as the runtime writes it.
pub(super) fn duration(micros: i64) -> String {
    let magnitude = micros.unsigned_abs();
    let mut text = String::from(if micros < 0 { "-P" } else { "P" });
    let (days, of_day) = (magnitude / MICROS_PER_DAY, magnitude % MICROS_PER_DAY);
    if days > 0 {
        text.push_str(&format!("{days}D"));
    }
    if of_day > 0 || days == 0 {
        text.push('T');
    }
    let (hours, minutes) = (of_day / MICROS_PER_HOUR, of_day % MICROS_PER_HOUR / MICROS_PER_MINUTE);
    for (number, letter) in [(hours, 'H'), (minutes, 'M')] {
        if number > 0 {
            text.push_str(&format!("{number}{letter}"));
        }
    }
    let of_minute = of_day % MICROS_PER_MINUTE;
    let (seconds, fraction) = (of_minute / MICROS_PER_SECOND, of_minute % MICROS_PER_SECOND);
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        text.push_str(&format!("{seconds}.{}S", digits.trim_end_matches('0')));
    } else if seconds > 0 || magnitude == 0 {
        text.push_str(&format!("{seconds}S"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations() {
        let table = [
            (0, "PT0S"),
            (90 * 60 * 1_000_000, "PT1H30M"),
            (86_400_000_000, "P1D"),
            (-86_400_500_000, "-P1DT0.5S"),
            (250_000, "PT0.25S"),
            (61_000_001, "PT1M1.000001S"),
        ];
        for (micros, expected) in table {
            assert_eq!(duration(micros), expected);
        }
    }
}
