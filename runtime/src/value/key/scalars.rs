//! The key forms of the scalar types but `decimal`.

use super::{KeyBytes, OrderedKey, take_array};
use crate::value::{Bytes, Date, Duration, Timestamp, Uuid};
use memchr::memchr;

/// Stands for a zero byte inside of text, after a zero byte.
const ESCAPED_ZERO: u8 = 0xFF;
/// Ends text, after a zero byte.
const END: u8 = 0x00;
/// What stands behind a text.
const TEXT_END: [u8; 2] = [0, END];
const SIGN_BIT: u64 = 1 << 63;

impl OrderedKey for () {
    fn write_key(&self, _out: &mut KeyBytes) {}

    fn read_key(_input: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

impl OrderedKey for bool {
    fn write_key(&self, out: &mut KeyBytes) {
        out.push(u8::from(*self));
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        match take_array::<1>(input)? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

impl OrderedKey for i64 {
    fn write_key(&self, out: &mut KeyBytes) {
        out.extend_from_slice(&(*self as u64 ^ SIGN_BIT).to_be_bytes());
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        take_array(input).map(|bytes| (u64::from_be_bytes(bytes) ^ SIGN_BIT) as Self)
    }
}

impl OrderedKey for u64 {
    fn write_key(&self, out: &mut KeyBytes) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        take_array(input).map(Self::from_be_bytes)
    }
}

impl OrderedKey for f64 {
    fn write_key(&self, out: &mut KeyBytes) {
        // Adding positive zero turns -0.0 into 0.0: the two are equal and need equal keys.
        let bits = (*self + 0.0).to_bits();
        let ordered = if bits & SIGN_BIT == 0 { bits ^ SIGN_BIT } else { !bits };
        out.extend_from_slice(&ordered.to_be_bytes());
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        let ordered = u64::from_be_bytes(take_array(input)?);
        let bits = if ordered & SIGN_BIT == 0 { !ordered } else { ordered ^ SIGN_BIT };
        let value = Self::from_bits(bits);
        value.is_finite().then_some(value)
    }
}

impl OrderedKey for String {
    fn write_key(&self, out: &mut KeyBytes) {
        write_bytes(self.as_bytes(), out);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        Self::from_utf8(read_bytes(input)?).ok()
    }
}

impl OrderedKey for Bytes {
    fn write_key(&self, out: &mut KeyBytes) {
        write_bytes(self, out);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        read_bytes(input).map(Self::from)
    }
}

impl OrderedKey for Uuid {
    fn write_key(&self, out: &mut KeyBytes) {
        out.extend_from_slice(self.as_bytes());
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        take_array(input).map(Self::from_bytes)
    }
}

impl OrderedKey for Timestamp {
    fn write_key(&self, out: &mut KeyBytes) {
        self.as_micros().write_key(out);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        i64::read_key(input).and_then(Self::from_micros)
    }
}

impl OrderedKey for Duration {
    fn write_key(&self, out: &mut KeyBytes) {
        self.as_micros().write_key(out);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        i64::read_key(input).map(Self::from_micros)
    }
}

impl OrderedKey for Date {
    fn write_key(&self, out: &mut KeyBytes) {
        out.extend_from_slice(&(self.days_since_epoch() as u32 ^ (1 << 31)).to_be_bytes());
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        let days = u32::from_be_bytes(take_array(input)?) ^ (1 << 31);
        Self::from_days_since_epoch(days as i32)
    }
}

/// Appends text as a key without owning it: a look-up by `&str` writes the same bytes as one by `String`.
pub fn write_text(text: &str, out: &mut KeyBytes) {
    write_bytes(text.as_bytes(), out);
}

/// A key that ends with a text, without what stands behind every text: the beginning of the keys of all texts that
/// begin with it.
pub(crate) fn without_text_end(key: &[u8]) -> &[u8] {
    key.len().checked_sub(TEXT_END.len()).and_then(|end| key.get(..end)).unwrap_or_default()
}

fn write_bytes(mut bytes: &[u8], out: &mut KeyBytes) {
    while let Some(position) = memchr(0, bytes) {
        let (run, rest) = bytes.split_at(position);
        out.extend_from_slice(run);
        out.extend_from_slice(&[0, ESCAPED_ZERO]);
        bytes = rest.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(bytes);
    out.extend_from_slice(&TEXT_END);
}

fn read_bytes(input: &mut &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let position = memchr(0, input)?;
        let (run, rest) = input.split_at_checked(position)?;
        bytes.extend_from_slice(run);
        let (&[_, mark], rest) = rest.split_first_chunk::<2>()?;
        *input = rest;
        match mark {
            END => return Some(bytes),
            ESCAPED_ZERO => bytes.push(0),
            _ => return None,
        }
    }
}
