//! The text form: path segments, query parameters, headers, the keys of JSON objects, and `"{value}"` in the language.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Bytes, Complaint, Date, Decimal, Duration, Timestamp, Uuid, decimal, json};

/// A value that can be read from plain text.
pub trait FromText: Sized {
    /// Reads the value from the whole of `text`.
    fn from_text(text: &str) -> Result<Self, Complaint>;
}

/// A value that can be written as plain text.
pub trait ToText {
    /// Appends the text.
    fn push_text(&self, out: &mut String);

    /// The text.
    fn to_text(&self) -> String {
        let mut out = String::new();
        self.push_text(&mut out);
        out
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Complaint::malformed("must be `true` or `false`")),
        }
    }
}

impl FromText for i64 {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        parse_int(text)
    }
}

impl FromText for f64 {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        parse_float(text)
    }
}

impl FromText for Decimal {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        decimal::parse(text)
    }
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        if text.contains('\0') {
            return Err(Complaint::malformed("must not hold the character U+0000"));
        }
        Ok(text.to_owned())
    }
}

impl FromText for Bytes {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        STANDARD.decode(text).map(Self::from).map_err(|_| Complaint::malformed("must be bytes in base64"))
    }
}

impl FromText for Timestamp {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        Self::parse(text)
    }
}

impl FromText for Date {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        Self::parse(text)
    }
}

impl FromText for Duration {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        Self::parse(text)
    }
}

impl FromText for Uuid {
    fn from_text(text: &str) -> Result<Self, Complaint> {
        // The crate also takes braces and a bare run of digits; one spelling is enough.
        let hyphenated = text.len() == 36;
        Self::try_parse(text)
            .ok()
            .filter(|_| hyphenated)
            .ok_or_else(|| Complaint::malformed("must be a UUID such as `01890a5d-ac96-774b-bcce-b302099a8057`"))
    }
}

impl ToText for bool {
    fn push_text(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl ToText for str {
    fn push_text(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl ToText for String {
    fn push_text(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl ToText for Bytes {
    fn push_text(&self, out: &mut String) {
        STANDARD.encode_string(self, out);
    }
}

impl ToText for Uuid {
    fn push_text(&self, out: &mut String) {
        out.push_str(self.hyphenated().encode_lower(&mut Self::encode_buffer()));
    }
}

impl<T: ToText + ?Sized> ToText for &T {
    fn push_text(&self, out: &mut String) {
        T::push_text(self, out);
    }
}

/// Types whose JSON form, without its quotes, is their text.
macro_rules! like_json {
    ($($name:ident: $push:expr;)+) => {$(
        impl ToText for $name {
            fn push_text(&self, out: &mut String) {
                let mut buffer = Vec::with_capacity(32);
                let push: fn(&Self, &mut Vec<u8>) = $push;
                push(self, &mut buffer);
                out.push_str(&String::from_utf8_lossy(&buffer));
            }
        }
    )+};
}

like_json! {
    i64: |value, out| json::push_int(*value, out);
    f64: |value, out| json::push_float(*value, out);
    Decimal: |value, out| decimal::push_text(value, out);
    Timestamp: |value, out| Timestamp::write_text(*value, out);
    Date: |value, out| Date::write_text(*value, out);
    Duration: |value, out| Duration::write_text(*value, out);
}

/// Reads a whole number, written as JSON writes it.
pub(super) fn parse_int(text: &str) -> Result<i64, Complaint> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(Complaint::malformed("must be a whole number without needless zeros"));
        }
        return text.parse().map_err(|_| Complaint::range(format!("must be between {} and {}", i64::MIN, i64::MAX)));
    }
    Err(Complaint::malformed(if is_number(text) {
        "must be a whole number, written without point and exponent"
    } else {
        "must be a whole number"
    }))
}

/// Reads a number, written as JSON writes it.
pub(super) fn parse_float(text: &str) -> Result<f64, Complaint> {
    let value = text.parse::<f64>().ok().filter(|_| is_number(text));
    let value = value.ok_or_else(|| Complaint::malformed("must be a number"))?;
    if value.is_finite() { Ok(value) } else { Err(Complaint::range("must be between -1.7e308 and 1.7e308")) }
}

/// Whether text is a number by the grammar of JSON.
fn is_number(text: &str) -> bool {
    matches!(json::parse(text.as_bytes(), json::JsonLimits::default()), Ok(json::Node::Int(_) | json::Node::Number(_)))
        && !text.contains(|character: char| character.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromText + ToText + PartialEq + std::fmt::Debug>(good: &[(&str, T)], bad: &[(&str, &str)]) {
        for (text, expected) in good {
            assert_eq!(T::from_text(text).as_ref(), Ok(expected), "{text}");
            assert_eq!(T::from_text(&expected.to_text()).as_ref(), Ok(expected), "{text} again");
        }
        for (text, words) in bad {
            let complaint = T::from_text(text).expect_err(text);
            assert!(complaint.message.contains(words), "{text}: {complaint}");
        }
    }

    #[test]
    fn reads_and_writes_plain_text() {
        check(&[("true", true), ("false", false)], &[("1", "`true` or `false`"), ("TRUE", "`true`"), ("", "`true`")]);
        check(
            &[("0", 0), ("-0", 0), ("-7", -7), ("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)],
            &[
                ("", "a whole number"),
                ("+1", "a whole number"),
                (" 1", "a whole number"),
                ("-", "a whole number"),
                ("007", "needless zeros"),
                ("1.0", "without point"),
                ("1e3", "without point"),
                ("9223372036854775808", "must be between -9223372036854775808 and 9223372036854775807"),
            ],
        );
        check(
            &[("1", 1.0), ("1.5e3", 1500.0), ("-0.25", -0.25)],
            &[("NaN", "a number"), ("inf", "a number"), ("1.", "a number"), (".5", "a number"), ("1e999", "between")],
        );
        check(&[("a b", "a b".to_owned()), ("", String::new())], &[("a\0", "U+0000")]);
        check(&[("AAH/", Bytes::from_static(&[0, 1, 255]))], &[("AAH_", "base64"), ("AAH", "base64"), ("A", "base64")]);
        check(
            &[("01890a5d-ac96-774b-bcce-b302099a8057", Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057))],
            &[("01890a5dac96774bbcceb302099a8057", "a UUID"), ("x", "a UUID"), ("", "a UUID")],
        );
    }
}
