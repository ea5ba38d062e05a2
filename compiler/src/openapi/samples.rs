//! Examples: values that a type takes and its rules let through.

use super::json::{Json, Members};
use super::types::Schemas;
use super::uses::{fields, is_shown, key};
use super::{Way, constants, pattern, rules};
use crate::declarations::{Field, Rule, RuleKind, Type, Variant};

/// How deep an example goes; what lies deeper gives none.
const DEPTH_MAX: usize = 12;
/// The longest text that is made up to fill a rule.
const LENGTH_MAX: u64 = 1_000;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// What the rules of a value leave.
#[derive(Default)]
struct Bounds<'r> {
    low: Option<&'r str>,
    high: Option<&'r str>,
    least: u64,
    most: Option<u64>,
    patterns: Vec<&'r str>,
    is_email: bool,
    is_url: bool,
    is_lower: bool,
}

impl<'r> Bounds<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        let mut bounds = Self::default();
        let number = |text: &str| text.parse::<f64>().unwrap_or_default();
        for rule in rules {
            match &rule.kind {
                RuleKind::Min(low) if bounds.low.is_none_or(|other| number(other) < number(low)) => {
                    bounds.low = Some(low);
                }
                RuleKind::Max(high) if bounds.high.is_none_or(|other| number(other) > number(high)) => {
                    bounds.high = Some(high);
                }
                RuleKind::Length { low, high } => {
                    bounds.least = bounds.least.max(*low);
                    bounds.most = match (bounds.most, *high) {
                        (Some(one), Some(other)) => Some(one.min(other)),
                        (one, other) => one.or(other),
                    };
                }
                RuleKind::Pattern(pattern) => bounds.patterns.push(pattern),
                RuleKind::Email => bounds.is_email = true,
                RuleKind::Url => bounds.is_url = true,
                RuleKind::Lower => bounds.is_lower = true,
                RuleKind::Min(_) | RuleKind::Max(_) | RuleKind::Trim => {}
            }
        }
        bounds
    }

    /// `usual`, or the bound that it breaks.
    fn number(&self, usual: &str) -> String {
        let value = |text: &str| text.parse::<f64>().unwrap_or_default();
        let broken =
            [self.low.filter(|low| value(low) > value(usual)), self.high.filter(|high| value(high) < value(usual))];
        rules::number(broken.into_iter().flatten().next().unwrap_or(usual))
    }

    fn takes_length(&self, length: u64) -> bool {
        length >= self.least && self.most.is_none_or(|most| length <= most)
    }

    fn text(&self, name: &str) -> Option<String> {
        let fitting = |text: &String| {
            let keeps_case = !self.is_lower || text.to_lowercase() == *text;
            keeps_case && self.takes_length(text.chars().count() as u64)
        };
        if !self.patterns.is_empty() {
            let [only] = self.patterns.as_slice() else { return None };
            return pattern::sample(only, self.least).filter(fitting);
        }
        if self.is_email || self.is_url {
            let text = if self.is_email { "ann@example.org" } else { "https://example.org/" };
            return Some(text.to_owned()).filter(fitting);
        }
        if self.least > LENGTH_MAX {
            return None;
        }
        let mut text = name.replace('_', "-").to_lowercase();
        while (text.chars().count() as u64) < self.least {
            text.push('x');
        }
        let most = self.most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        text = text.chars().take(most).collect();
        Some(text)
    }
}

impl Schemas<'_> {
    /// An example of what goes this way, or none if none is found; `name` is that of the field.
    pub(super) fn sample(&self, ty: &Type, rules: &[Rule], way: Way, name: &str) -> Option<Json> {
        self.sample_at(ty, rules, way, name, 0)
    }

    /// An example of a field.
    pub(super) fn sample_field(&self, field: &Field, ty: &Type, way: Way) -> Option<Json> {
        self.sample(ty, &field.rules, way, &field.wire_name)
    }

    fn sample_at(&self, ty: &Type, rules: &[Rule], way: Way, name: &str, depth: usize) -> Option<Json> {
        if depth > DEPTH_MAX {
            return None;
        }
        let bounds = Bounds::new(rules);
        let text = |text: &str| Some(Json::from(text));
        match ty {
            Type::Bool => Some(Json::Bool(true)),
            Type::Int => Some(Json::Number(bounds.number("1"))),
            Type::Float => Some(Json::Number(bounds.number("1.5"))),
            Type::Decimal => Some(Json::Text(bounds.number("12.50"))),
            Type::Text | Type::Secret => bounds.text(name).map(Json::Text),
            Type::Bytes => bytes(&bounds).map(Json::Text),
            Type::Timestamp => text("2026-11-22T08:30:00.000000Z"),
            Type::Date => text("2026-11-22"),
            Type::Duration => bounds
                .number(&(90 * MICROS_PER_MINUTE).to_string())
                .parse()
                .ok()
                .map(constants::duration)
                .map(Json::Text),
            Type::Uuid => text("01890a5d-ac96-774b-bcce-b302099a8057"),
            Type::Json => Some(Members::new().into()),
            Type::Optional(inner) | Type::Patch(inner) => self.sample_at(inner, rules, way, name, depth + 1),
            Type::Newtype(id) => {
                let item = &self.declarations.newtypes[id.index()];
                let rules = if rules.starts_with(&item.rules) { rules } else { &item.rules };
                self.sample_at(&item.base, rules, way, name, depth + 1)
            }
            Type::List(inner) | Type::Set(inner) => {
                let count = bounds.least.max(1).min(bounds.most.unwrap_or(1).max(bounds.least));
                // The elements of a set differ, and only one value is made up here.
                let is_too_much = count > 1 && matches!(ty, Type::Set(_)) || count > LENGTH_MAX;
                let element = self.sample_at(inner, &[], way, name, depth + 1).filter(|_| !is_too_much)?;
                Some(Json::List((0..count).map(|_| element.clone()).collect()))
            }
            Type::Map(key, value) => {
                let takes_one = bounds.takes_length(1);
                let (Json::Text(key) | Json::Number(key)) = self.sample_at(key, &[], Way::Text, "key", depth + 1)?
                else {
                    return None;
                };
                let value = self.sample_at(value, &[], way, name, depth + 1).filter(|_| takes_one)?;
                Some(Members::new().with(&key, value).into())
            }
            Type::Page(inner) => {
                let item = self.sample_at(inner, &[], way, name, depth + 1)?;
                Some(Members::new().with("items", vec![item]).with("next", Json::Null).into())
            }
            Type::Enum(id) => {
                let variants = &self.declarations.enums[id.index()].variants;
                variants.first().and_then(|variant| self.sample_variant(variant, way, depth))
            }
            Type::Struct(id) => {
                let fields = &self.declarations.structs[id.index()].fields;
                self.sample_record(Members::new(), fields, way, depth)
            }
            Type::Row(source) => self.sample_record(Members::new(), fields(self.declarations, *source), way, depth),
            Type::Reference(source) => self.sample_key(&key(self.declarations, *source), way, depth),
            Type::Unit | Type::Never | Type::Error => None,
        }
    }

    fn sample_variant(&self, variant: &Variant, way: Way, depth: usize) -> Option<Json> {
        if variant.fields.is_empty() {
            return Some(variant.wire_name.as_str().into());
        }
        let tagged = Members::new().with("type", variant.wire_name.as_str());
        self.sample_record(tagged, &variant.fields, way, depth)
    }

    fn sample_record(&self, mut members: Members, fields: &[Field], way: Way, depth: usize) -> Option<Json> {
        for field in fields.iter().filter(|field| is_shown(field, way)) {
            let value = self.sample_at(&field.ty, &field.rules, way, &field.wire_name, depth + 1)?;
            members.set(&field.wire_name, value);
        }
        Some(members.into())
    }

    fn sample_key(&self, parts: &[&Field], way: Way, depth: usize) -> Option<Json> {
        let mut members = Members::new();
        let mut texts = Vec::new();
        for part in parts {
            let value = self.sample_at(&part.ty, &part.rules, way, &part.name, depth + 1)?;
            if parts.len() == 1 {
                return Some(value);
            }
            if let Json::Text(text) | Json::Number(text) = &value {
                texts.push(text.replace('%', "%25").replace(',', "%2C"));
            }
            members.set(&part.name, value);
        }
        Some(if way == Way::Text { texts.join(",").into() } else { members.into() })
    }
}

/// Zero bytes in base64, as many as are asked for.
fn bytes(bounds: &Bounds<'_>) -> Option<String> {
    let length = bounds.least.max(3).min(bounds.most.unwrap_or(3).max(bounds.least));
    if length > LENGTH_MAX {
        return None;
    }
    let (groups, rest) = ((length / 3) as usize, length % 3);
    let end = ["", "AA==", "AAA="].get(rest as usize).copied().unwrap_or_default();
    Some("AAAA".repeat(groups) + end)
}
