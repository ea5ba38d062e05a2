//! Rules as keywords of JSON Schema; what no keyword can say becomes a sentence of the description.

use super::json::{Json, Members};
use crate::declarations::{Rule, RuleKind, Type};

/// Adds the rules of a value of type `base` (behind newtypes and options) to its schema.
///
/// A schema never refuses what the server takes: a rule behind `@trim` or `@lower` is judged on the
/// changed text, so of what was sent only a part of it can be asked for.
pub(super) fn add(base: &Type, rules: &[Rule], schema: &mut Members) {
    let (mut trimmed, mut lowered) = (false, false);
    for rule in rules {
        match &rule.kind {
            RuleKind::Trim => trimmed = true,
            RuleKind::Lower => lowered = true,
            RuleKind::Min(bound) => add_bound(base, "minimum", "At least", bound, schema),
            RuleKind::Max(bound) => add_bound(base, "maximum", "At most", bound, schema),
            RuleKind::Length { low, high } => add_length(base, *low, *high, trimmed, schema),
            RuleKind::Pattern(pattern) => add_pattern(pattern, trimmed, lowered, schema),
            RuleKind::Email if trimmed => note("An email address.", schema),
            RuleKind::Email => schema.set("format", "email"),
            RuleKind::Url if trimmed => note("A URL.", schema),
            RuleKind::Url => schema.set("format", "uri"),
        }
    }
}

/// Adds a sentence to the description.
pub(super) fn note(sentence: &str, schema: &mut Members) {
    let text = match schema.get("description") {
        Some(Json::Text(text)) => format!("{text} {sentence}"),
        _ => sentence.to_owned(),
    };
    schema.set("description", text);
}

/// A number of the language as JSON writes it.
pub(super) fn number(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let bare = digits.trim_start_matches('0');
    let zero = if bare.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    format!("{sign}{zero}{bare}")
}

fn add_bound(base: &Type, keyword: &str, words: &str, bound: &str, schema: &mut Members) {
    if let Type::Duration = base {
        let span = bound.parse().map(super::constants::duration).unwrap_or_default();
        return note(&format!("{words} {span}."), schema);
    }
    let bound = number(bound);
    if *base == Type::Decimal {
        // The keyword judges numbers only, and a decimal is rather sent as text.
        note(&format!("{words} {bound}."), schema);
    }
    let is_low = keyword == "minimum";
    let value = |text: &str| text.parse::<f64>().unwrap_or_default();
    let is_tighter = match schema.get(keyword) {
        Some(Json::Number(other)) if is_low => value(&bound) > value(other),
        Some(Json::Number(other)) => value(&bound) < value(other),
        _ => true,
    };
    if is_tighter {
        schema.set(keyword, Json::Number(bound));
    }
}

fn add_length(base: &Type, low: u64, high: Option<u64>, trimmed: bool, schema: &mut Members) {
    let (least, most) = match base {
        Type::List(_) | Type::Set(_) => ("minItems", "maxItems"),
        Type::Map(..) => ("minProperties", "maxProperties"),
        _ => ("minLength", "maxLength"),
    };
    // Three bytes become four letters of base64.
    let scaled = |length: u64| if *base == Type::Bytes { length.div_ceil(3).saturating_mul(4) } else { length };
    if *base == Type::Bytes {
        note(&length_words(low, high, "bytes"), schema);
    }
    if low > 0 {
        tighten(least, scaled(low), u64::max, schema);
    }
    match high {
        Some(high) if trimmed => note(&length_words(0, Some(high), "characters without the space around them"), schema),
        // An element that is sent twice counts once.
        Some(high) if matches!(base, Type::Set(_)) => {
            note(&length_words(0, Some(high), "different elements"), schema);
        }
        Some(high) => tighten(most, scaled(high), u64::min, schema),
        None => {}
    }
}

fn length_words(low: u64, high: Option<u64>, unit: &str) -> String {
    match (low, high) {
        (0, None) => format!("Any number of {unit}."),
        (0, Some(high)) => format!("At most {high} {unit}."),
        (low, None) => format!("At least {low} {unit}."),
        (low, Some(high)) => format!("{low} to {high} {unit}."),
    }
}

fn tighten(keyword: &str, bound: u64, choose: fn(u64, u64) -> u64, schema: &mut Members) {
    let bound = match schema.get(keyword) {
        Some(Json::Number(other)) => other.parse().map_or(bound, |other| choose(bound, other)),
        _ => bound,
    };
    schema.set(keyword, bound);
}

fn add_pattern(pattern: &str, trimmed: bool, lowered: bool, schema: &mut Members) {
    // Behind a space or a capital letter that the server takes away, the pattern is not that of what is sent.
    if trimmed || lowered || !is_portable(pattern) {
        return note(&format!("Matches `{pattern}` as a whole."), schema);
    }
    let anchored = format!("^(?:{pattern})$");
    match schema.get("pattern") {
        None => schema.set("pattern", anchored),
        Some(_) => {
            let mut all = match schema.get("allOf") {
                Some(Json::List(all)) => all.clone(),
                _ => Vec::new(),
            };
            all.push(Members::new().with("pattern", anchored).into());
            schema.set("allOf", Json::List(all));
        }
    }
}

/// Whether a regular expression means the same in ECMA-262, which JSON Schema asks for.
fn is_portable(pattern: &str) -> bool {
    let groups = pattern.split("(?").skip(1).all(|rest| rest.starts_with(':'));
    groups
        && !["[[:", "[^[:", "\\A", "\\z", "\\x", "\\u", "\\U", "\\a", "\\<", "\\>"]
            .iter()
            .any(|own| pattern.contains(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declarations::FileSpan;

    fn shown(base: &Type, kinds: Vec<RuleKind>) -> String {
        let rules: Vec<Rule> =
            kinds.into_iter().map(|kind| Rule { kind, message: None, span: FileSpan::default() }).collect();
        let mut schema = Members::new();
        add(base, &rules, &mut schema);
        let text = Json::from(schema).to_text();
        text.split('\n').map(str::trim).collect::<Vec<_>>().join("")
    }

    #[test]
    fn rules_become_keywords_or_words() {
        let text = Type::Text;
        let numbers = |low: &str, high: &str| vec![RuleKind::Min(low.to_owned()), RuleKind::Max(high.to_owned())];
        let length = |low, high| RuleKind::Length { low, high };
        let pattern = || RuleKind::Pattern("[a-z]+".to_owned());
        let table = [
            (&Type::Int, numbers("1", "010"), r#"{"minimum": 1,"maximum": 10}"#),
            (&Type::Float, numbers("-0.5", "1e3"), r#"{"minimum": -0.5,"maximum": 1e3}"#),
            (
                &Type::Decimal,
                numbers("0.01", "9"),
                r#"{"description": "At least 0.01. At most 9.","minimum": 0.01,"maximum": 9}"#,
            ),
            (&Type::Duration, numbers("60000000", "86400000000"), r#"{"description": "At least PT1M. At most P1D."}"#),
            (&text, vec![length(1, Some(9)), length(2, Some(20))], r#"{"minLength": 2,"maxLength": 9}"#),
            (
                &text,
                vec![RuleKind::Trim, length(1, Some(9))],
                r#"{"minLength": 1,"description": "At most 9 characters without the space around them."}"#,
            ),
            (
                &Type::Bytes,
                vec![length(1, Some(4))],
                r#"{"description": "1 to 4 bytes.","minLength": 4,"maxLength": 8}"#,
            ),
            (&text, vec![pattern()], r#"{"pattern": "^(?:[a-z]+)$"}"#),
            (&text, vec![RuleKind::Lower, pattern()], r#"{"description": "Matches `[a-z]+` as a whole."}"#),
            (
                &text,
                vec![pattern(), pattern()],
                r#"{"pattern": "^(?:[a-z]+)$","allOf": [{"pattern": "^(?:[a-z]+)$"}]}"#,
            ),
            (&text, vec![RuleKind::Pattern("(?i)a".to_owned())], r#"{"description": "Matches `(?i)a` as a whole."}"#),
            (&text, vec![RuleKind::Email], r#"{"format": "email"}"#),
            (&Type::List(Box::new(Type::Int)), vec![length(0, Some(3))], r#"{"maxItems": 3}"#),
        ];
        for (base, rules, expected) in table {
            assert_eq!(shown(base, rules.clone()), expected, "{rules:?}");
        }
    }

    #[test]
    fn numbers_are_json() {
        for (written, expected) in [("007", "7"), ("0", "0"), ("-0.50", "-0.50"), ("00.5", "0.5"), ("12.5", "12.5")] {
            assert_eq!(number(written), expected);
        }
    }
}
