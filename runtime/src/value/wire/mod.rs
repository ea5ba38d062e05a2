//! The wire form: what the journal and the tables store.
//!
//! The format is postcard's: variable-length integers, zigzag for signed ones, length-prefixed text, bytes and
//! sequences, one tag byte for an option, field after field. The trait is our own because several types have a
//! tighter form here than in JSON (a timestamp is one integer), and because plain calls compile faster than visitors.
//!
//! Every type that may stand in a list writes at least one byte; so the length of a sequence never exceeds the bytes
//! that follow it, and a damaged length costs no memory.

mod collections;
mod scalars;
#[cfg(test)]
mod tests;
mod varint;

use std::fmt;

pub use varint::{read_i64, read_i128, read_u32, read_u64, write_i64, write_i128, write_u32, write_u64};

/// A value with a wire form.
///
/// A struct writes its fields one after the other; an enum writes its variant with [`write_variant`] and then the
/// fields of that variant.
pub trait Wire: Sized {
    /// Appends the wire form to `out`.
    fn write(&self, out: &mut Vec<u8>);
    /// Reads one value from the front of `input` and moves `input` behind it.
    fn read(input: &mut &[u8]) -> Result<Self, WireError>;
}

/// Why bytes are not the wire form of the type asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WireError {
    /// The bytes end before the value does.
    Truncated,
    /// An integer is longer than its type allows.
    IntegerTooLong,
    /// A length is larger than what follows it.
    LengthTooLarge,
    /// Text that is not UTF-8.
    NotUtf8,
    /// A tag (of a bool or an option) that is neither 0 nor 1.
    BadTag,
    /// No variant of the enum has this number.
    UnknownVariant(u32),
    /// The number lies outside of the type's range.
    OutOfRange,
    /// Stored JSON that does not parse.
    NotJson,
    /// Bytes follow the value.
    TrailingBytes,
}

impl fmt::Display for WireError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Truncated => "the bytes end before the value does",
            Self::IntegerTooLong => "an integer is longer than its type allows",
            Self::LengthTooLarge => "a length is larger than what follows it",
            Self::NotUtf8 => "text is not UTF-8",
            Self::BadTag => "a tag is neither 0 nor 1",
            Self::UnknownVariant(number) => return write!(formatter, "no variant has the number {number}"),
            Self::OutOfRange => "a number lies outside of its type's range",
            Self::NotJson => "stored JSON does not parse",
            Self::TrailingBytes => "bytes follow the value",
        };
        formatter.write_str(words)
    }
}

impl std::error::Error for WireError {}

/// The wire form of one value.
pub fn encode<T: Wire>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}

/// Reads one value that fills `bytes` completely.
pub fn decode<T: Wire>(mut bytes: &[u8]) -> Result<T, WireError> {
    let value = T::read(&mut bytes)?;
    if bytes.is_empty() { Ok(value) } else { Err(WireError::TrailingBytes) }
}

/// Writes the number of an enum's variant; its fields follow.
pub fn write_variant(number: u32, out: &mut Vec<u8>) {
    write_u32(number, out);
}

/// Reads the number of an enum's variant; one that the enum does not have is [`WireError::UnknownVariant`].
pub fn read_variant(input: &mut &[u8]) -> Result<u32, WireError> {
    read_u32(input)
}

/// Takes `count` bytes from the front of `input`.
pub fn take<'a>(input: &mut &'a [u8], count: usize) -> Result<&'a [u8], WireError> {
    let (taken, rest) = input.split_at_checked(count).ok_or(WireError::Truncated)?;
    *input = rest;
    Ok(taken)
}

/// Takes exactly `N` bytes from the front of `input`.
pub fn take_array<const N: usize>(input: &mut &[u8]) -> Result<[u8; N], WireError> {
    let (taken, rest) = input.split_first_chunk::<N>().ok_or(WireError::Truncated)?;
    *input = rest;
    Ok(*taken)
}

/// Reads a length and checks that the input can still hold it.
pub fn read_length(input: &mut &[u8]) -> Result<usize, WireError> {
    let length = usize::try_from(read_u64(input)?).map_err(|_| WireError::LengthTooLarge)?;
    if length > input.len() { Err(WireError::LengthTooLarge) } else { Ok(length) }
}
