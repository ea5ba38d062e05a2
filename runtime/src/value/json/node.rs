//! A parsed JSON document.

use std::borrow::Cow;

use crate::value::JsonValue;

/// A JSON value as it was sent: text is borrowed where it has no escapes, and the fields keep their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without point and exponent that fits into 64 bits.
    Int(i64),
    /// Any other number, as it was written.
    Number(Cow<'a, str>),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Node<'a>>),
    /// An object; no name occurs twice.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl Node<'_> {
    /// The value of a field, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The document as a `json` value; none if a number is too large for one.
    pub fn to_json_value(&self) -> Option<JsonValue> {
        Some(match self {
            Self::Null => JsonValue::Null,
            Self::Bool(value) => JsonValue::Bool(*value),
            Self::Int(value) => JsonValue::from(*value),
            Self::Number(text) => number(text)?,
            Self::Text(text) => JsonValue::String(text.as_ref().to_owned()),
            Self::List(elements) => elements.iter().map(Self::to_json_value).collect::<Option<_>>()?,
            Self::Object(entries) => entries
                .iter()
                .map(|(name, value)| Some((name.as_ref().to_owned(), value.to_json_value()?)))
                .collect::<Option<_>>()?,
        })
    }
}

/// A number that is not an `i64`: an integer of 64 bits without sign, or the nearest float.
fn number(text: &str) -> Option<JsonValue> {
    if let Ok(value) = text.parse::<u64>() {
        return Some(JsonValue::from(value));
    }
    let value = text.parse::<f64>().ok()?;
    serde_json::Number::from_f64(value).map(JsonValue::Number)
}
