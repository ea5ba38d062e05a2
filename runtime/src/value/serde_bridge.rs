//! Serde for generated types, by way of their JSON form: a generated implementation is one call each.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap as _, SerializeSeq as _};
use serde::{Deserializer, Serialize, Serializer};

use super::json::{self, FromJson, JsonLimits, Node, ToJson};
use super::problems::Problems;

/// Deeper values are refused, as they are in requests.
const DEPTH_MAX: usize = 128;

/// Serialises the JSON form of `value`.
pub fn serialize<T: ToJson, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let bytes = json::to_vec(value);
    let limits = JsonLimits { depth_max: DEPTH_MAX, nodes_max: usize::MAX };
    let node = json::parse(&bytes, limits).map_err(|problem| S::Error::custom(problem.message))?;
    SerializeNode(&node).serialize(serializer)
}

/// Deserialises a value that has the JSON form of `T`.
pub fn deserialize<'de, T: FromJson, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let node = NodeSeed { depth: 0 }.deserialize(deserializer)?;
    let mut problems = Problems::new();
    match T::from_json(&node, &mut problems.at()) {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(D::Error::custom(problems.into_refusal())),
    }
}

struct SerializeNode<'n>(&'n Node<'n>);

impl Serialize for SerializeNode<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Node::Null => serializer.serialize_none(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Int(value) => serializer.serialize_i64(*value),
            Node::Number(text) => match text.parse::<u64>() {
                Ok(value) => serializer.serialize_u64(value),
                Err(_) => serializer.serialize_f64(text.parse().map_err(S::Error::custom)?),
            },
            Node::Text(text) => serializer.serialize_str(text),
            Node::List(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    list.serialize_element(&SerializeNode(element))?;
                }
                list.end()
            }
            Node::Object(entries) => {
                let mut object = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    object.serialize_entry(name.as_ref(), &SerializeNode(value))?;
                }
                object.end()
            }
        }
    }
}

/// Builds a document from whatever a deserializer holds.
#[derive(Clone, Copy)]
struct NodeSeed {
    depth: usize,
}

impl NodeSeed {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            return Err(E::custom(format!("it is nested deeper than {DEPTH_MAX} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for NodeSeed {
    type Value = Node<'static>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed {
    type Value = Node<'static>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON can hold")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Node::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or_else(|_| Node::Number(Cow::Owned(value.to_string())), Node::Int))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        if value.is_finite() {
            Ok(Node::Number(Cow::Owned(format!("{value:?}"))))
        } else {
            Err(E::custom("a number is not finite"))
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Self::Value, E> {
        if text.contains('\0') {
            return Err(E::custom("a string holds the character U+0000, which no text may"));
        }
        Ok(Node::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let inner = self.deeper()?;
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(inner)? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let inner = self.deeper()?;
        let mut entries = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if !seen.insert(name.clone()) {
                return Err(A::Error::custom(format!("the name `{name}` occurs twice")));
            }
            entries.push((Cow::Owned(name), object.next_value_seed(inner)?));
        }
        Ok(Node::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::value::{At, Decimal, JsonWriter, ObjectReader, Timestamp, UnknownFields};

    #[derive(Debug, PartialEq)]
    struct Payment {
        amount: Decimal,
        at: Option<Timestamp>,
        notes: Vec<String>,
        weight: f64,
    }

    impl FromJson for Payment {
        fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
            let mut object = ObjectReader::new(node, at)?;
            let amount = object.required("amount");
            let moment = object.optional("at");
            let notes = object.defaulted("notes", Vec::new);
            let weight = object.required("weight");
            object.finish(UnknownFields::Reject)?;
            Some(Self { amount: amount?, at: moment?, notes: notes?, weight: weight? })
        }
    }

    impl ToJson for Payment {
        fn write_json(&self, out: &mut JsonWriter) {
            out.begin_object();
            out.member("amount", &self.amount);
            out.member("at", &self.at);
            out.member("notes", &self.notes);
            out.member("weight", &self.weight);
            out.end_object();
        }
    }

    impl Serialize for Payment {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            super::serialize(self, serializer)
        }
    }

    impl<'de> Deserialize<'de> for Payment {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            super::deserialize(deserializer)
        }
    }

    #[test]
    fn goes_through_the_json_form() {
        let payment = Payment {
            amount: Decimal::new(1250, 2),
            at: Some(Timestamp::UNIX_EPOCH),
            notes: vec!["a \"b\"".to_owned()],
            weight: 0.1,
        };
        let expected = r#"{"amount":"12.50","at":"1970-01-01T00:00:00.000000Z","notes":["a \"b\""],"weight":0.1}"#;
        assert_eq!(serde_json::to_string(&payment).expect("JSON"), expected);
        assert_eq!(serde_json::from_str::<Payment>(expected).expect("a payment"), payment);
        let value = serde_json::to_value(&payment).expect("JSON");
        assert_eq!(serde_json::from_value::<Payment>(value).expect("a payment"), payment);
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            (r#"{"amount":"x","weight":1}"#, "`amount` must be a decimal number"),
            (r#"{"amount":"1","weight":1,"wieght":2}"#, "did you mean `weight`?"),
            (r#"{"amount":"1","weight":1,"amount":"2"}"#, "`amount` occurs twice"),
            (r#"{"amount":"1\u0000","weight":1}"#, "U+0000"),
            ("[]", "must be an object"),
        ];
        for (text, words) in cases {
            let error = serde_json::from_str::<Payment>(text).expect_err(text).to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
