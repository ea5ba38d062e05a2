//! The JSON forms of all value types, written.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::JsonWriter;
use crate::value::{Bytes, Date, Decimal, Duration, JsonValue, Timestamp, ToText, Uuid, decimal};

/// A value with a JSON form.
///
/// ```ignore
/// impl ToJson for Address {
///     fn write_json(&self, out: &mut JsonWriter) {
///         out.begin_object();
///         out.member("street", &self.street);
///         out.member("zip", &self.zip);
///         out.end_object();
///     }
/// }
/// ```
pub trait ToJson {
    /// Writes the value.
    fn write_json(&self, out: &mut JsonWriter);
}

impl ToJson for bool {
    fn write_json(&self, out: &mut JsonWriter) {
        out.bool(*self);
    }
}

impl ToJson for i64 {
    fn write_json(&self, out: &mut JsonWriter) {
        out.int(*self);
    }
}

impl ToJson for f64 {
    fn write_json(&self, out: &mut JsonWriter) {
        out.float(*self);
    }
}

impl ToJson for Decimal {
    fn write_json(&self, out: &mut JsonWriter) {
        out.quoted(|buffer| decimal::push_text(self, buffer));
    }
}

impl ToJson for str {
    fn write_json(&self, out: &mut JsonWriter) {
        out.text(self);
    }
}

impl ToJson for String {
    fn write_json(&self, out: &mut JsonWriter) {
        out.text(self);
    }
}

impl ToJson for Bytes {
    fn write_json(&self, out: &mut JsonWriter) {
        out.quoted(|buffer| {
            let start = buffer.len();
            // Three bytes become four letters, the last group is filled up.
            buffer.resize(start + self.len().div_ceil(3) * 4, 0);
            let written = STANDARD.encode_slice(self, buffer.get_mut(start..).unwrap_or_default());
            debug_assert_eq!(written.ok(), Some(buffer.len() - start));
        });
    }
}

impl ToJson for Timestamp {
    fn write_json(&self, out: &mut JsonWriter) {
        out.quoted(|buffer| self.write_text(buffer));
    }
}

impl ToJson for Date {
    fn write_json(&self, out: &mut JsonWriter) {
        out.quoted(|buffer| self.write_text(buffer));
    }
}

impl ToJson for Duration {
    fn write_json(&self, out: &mut JsonWriter) {
        out.quoted(|buffer| self.write_text(buffer));
    }
}

impl ToJson for Uuid {
    fn write_json(&self, out: &mut JsonWriter) {
        let mut text = Uuid::encode_buffer();
        let text = self.hyphenated().encode_lower(&mut text);
        out.quoted(|buffer| buffer.extend_from_slice(text.as_bytes()));
    }
}

impl ToJson for JsonValue {
    fn write_json(&self, out: &mut JsonWriter) {
        // A `json` value always has a JSON form, and writing to a vector does not fail.
        let _ = serde_json::to_writer(out.buffer(), self);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write_json(&self, out: &mut JsonWriter) {
        match self {
            Some(value) => value.write_json(out),
            None => out.null(),
        }
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn write_json(&self, out: &mut JsonWriter) {
        T::write_json(self, out);
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn write_json(&self, out: &mut JsonWriter) {
        T::write_json(self, out);
    }
}

impl<T: ToJson> ToJson for [T] {
    fn write_json(&self, out: &mut JsonWriter) {
        write_list(self, out);
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn write_json(&self, out: &mut JsonWriter) {
        write_list(self, out);
    }
}

impl<T: ToJson> ToJson for BTreeSet<T> {
    fn write_json(&self, out: &mut JsonWriter) {
        write_list(self, out);
    }
}

impl<K: ToText, V: ToJson> ToJson for BTreeMap<K, V> {
    fn write_json(&self, out: &mut JsonWriter) {
        let mut name = String::new();
        out.begin_object();
        for (key, value) in self {
            name.clear();
            key.push_text(&mut name);
            out.key(&name);
            value.write_json(out);
        }
        out.end_object();
    }
}

fn write_list<'a, T: ToJson + 'a>(elements: impl IntoIterator<Item = &'a T>, out: &mut JsonWriter) {
    out.begin_list();
    for element in elements {
        out.item();
        element.write_json(out);
    }
    out.end_list();
}
