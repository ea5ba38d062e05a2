//! The JSON forms of all value types, read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use crate::value::problems::{At, code};
use crate::value::text_form::{self, FromText};
use crate::value::{Bytes, Complaint, Date, Decimal, Duration, JsonValue, Timestamp, Uuid, decimal};

/// A value that can be read from JSON.
pub trait FromJson: Sized {
    /// Reads the value; none means that at least one problem was recorded.
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self>;
}

impl FromJson for bool {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        match node {
            Node::Bool(value) => Some(*value),
            _ => wrong_type(node, "must be `true` or `false`", at),
        }
    }
}

impl FromJson for i64 {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        match node {
            Node::Int(value) => Some(*value),
            Node::Number(text) => at.accept(text_form::parse_int(text)),
            Node::Text(text) if at.reads_text_integers() => at.accept(text_form::parse_int(text)),
            _ => wrong_type(node, "must be a whole number", at),
        }
    }
}

impl FromJson for f64 {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        match node {
            Node::Int(value) => Some(*value as Self),
            Node::Number(text) => at.accept(text_form::parse_float(text)),
            _ => wrong_type(node, "must be a number", at),
        }
    }
}

impl FromJson for Decimal {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        match node {
            Node::Int(value) => at.accept(decimal::from_json_number(&value.to_string())),
            Node::Number(text) => at.accept(decimal::from_json_number(text)),
            Node::Text(text) => at.accept(decimal::parse(text)),
            _ => wrong_type(node, "must be a decimal number in a string, such as `\"12.50\"`", at),
        }
    }
}

impl FromJson for String {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        match node {
            Node::Text(text) => Some(text.as_ref().to_owned()),
            _ => wrong_type(node, "must be a string", at),
        }
    }
}

impl FromJson for JsonValue {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        let value = node.to_json_value();
        if value.is_none() {
            at.problem(code::RANGE, "holds a number that is too large");
        }
        value
    }
}

/// Types that JSON writes as a string: read by their text form.
macro_rules! by_text {
    ($($name:ident: $words:literal;)+) => {$(
        impl FromJson for $name {
            fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
                match node {
                    Node::Text(text) => at.accept(Self::from_text(text)),
                    _ => wrong_type(node, $words, at),
                }
            }
        }
    )+};
}

by_text! {
    Bytes: "must be bytes in base64, in a string";
    Timestamp: "must be a point in time in a string, such as `\"2026-11-22T08:30:00Z\"`";
    Date: "must be a date in a string, such as `\"2026-11-22\"`";
    Duration: "must be a duration in a string, such as `\"PT1H30M\"`";
    Uuid: "must be a UUID in a string";
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        match node {
            Node::Null => Some(None),
            _ => T::from_json(node, at).map(Some),
        }
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        T::from_json(node, at).map(Self::new)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        read_list(node, at)
    }
}

/// An element that occurs twice counts once.
impl<T: FromJson + Ord> FromJson for BTreeSet<T> {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        read_list::<T>(node, at).map(Self::from_iter)
    }
}

impl<K: FromText + Ord, V: FromJson> FromJson for BTreeMap<K, V> {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        let Node::Object(entries) = node else {
            return wrong_type(node, "must be an object", at);
        };
        let mut map = Self::new();
        let mut complete = true;
        for (name, node) in entries {
            let entry = at.key(name, |at| {
                let key = match K::from_text(name) {
                    Ok(key) => Some(key),
                    Err(Complaint { code, message }) => {
                        at.problem(code, format!("has a name that {message}"));
                        None
                    }
                };
                let value = V::from_json(node, at);
                Some((key?, value?))
            });
            match entry {
                None => complete = false,
                Some((key, value)) => {
                    // Two spellings of one key, such as two of one UUID.
                    if map.insert(key, value).is_some() {
                        at.key(name, |at| at.problem(code::RULE, "occurs twice"));
                        complete = false;
                    }
                }
            }
        }
        complete.then_some(map)
    }
}

/// Reads all elements of a list, going on behind a problem.
pub fn read_list<T: FromJson>(node: &Node<'_>, at: &mut At<'_>) -> Option<Vec<T>> {
    let Node::List(elements) = node else {
        return wrong_type(node, "must be a list", at);
    };
    let mut values = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        values.extend(at.index(index, |at| T::from_json(element, at)));
    }
    (values.len() == elements.len()).then_some(values)
}

/// Records that a value has another type than it should.
fn wrong_type<T>(node: &Node<'_>, words: &'static str, at: &mut At<'_>) -> Option<T> {
    let words = if matches!(node, Node::Null) { "must not be null" } else { words };
    at.problem(code::TYPE, Cow::Borrowed(words));
    None
}
