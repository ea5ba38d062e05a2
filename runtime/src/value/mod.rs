//! The value types of the language and their three forms: the wire (journal and tables), the ordered key (indexes)
//! and JSON (HTTP); with the rules and standard functions that generated code calls.
//!
//! Everything here is pure: no clock, no randomness, no order that depends on hashing.

pub mod arithmetic;
pub mod collections;
pub mod decimal;
pub mod json;
pub mod json_access;
pub mod key;
pub mod problems;
pub mod rules;
#[cfg(test)]
mod samples;
pub mod serde_bridge;
pub mod text;
pub mod text_form;
pub mod time;
pub mod uuid_v7;
pub mod wire;

pub use bytes::Bytes;
pub use json::{FromJson, JsonLimits, JsonProblem, JsonWriter, Node, ObjectReader, ToJson, UnknownFields};
pub use key::{KeyBytes, OrderedKey, encode_key};
pub use problems::{At, Complaint, FieldProblem, Problems};
pub use rules::Pattern;
pub use rust_decimal::Decimal;
pub use serde_json::Value as JsonValue;
pub use text_form::{FromText, ToText};
pub use time::{Date, Duration, Timestamp};
pub use uuid::Uuid;
pub use wire::{Wire, WireError};
