//! Points in time, days and spans.
//!
//! The types are plain integers, so that they copy, compare, hash and encode at no cost; the calendar is the proleptic
//! Gregorian one, and there is no time zone but UTC. They convert to and from jiff's types, which know the rest.

mod calendar;
mod date;
mod duration;
mod scan;
#[cfg(test)]
mod tests;
mod timestamp;

pub use date::Date;
pub use duration::Duration;
pub use timestamp::Timestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;
const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// Writes `value` with at least `WIDTH` digits.
fn push_digits<const WIDTH: usize>(value: u32, out: &mut Vec<u8>) {
    let mut digits = [b'0'; WIDTH];
    let mut rest = value;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits);
}

/// Serde, `FromStr` and `Debug` by way of the text form; `Display` writes that form.
macro_rules! text_traits {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut out = Vec::with_capacity(32);
                self.write_text(&mut out);
                formatter.pad(&String::from_utf8_lossy(&out))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, formatter)
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::value::Complaint;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
use text_traits;
