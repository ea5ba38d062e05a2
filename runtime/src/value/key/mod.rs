//! The ordered key form: comparing the bytes of two keys compares the values.
//!
//! Every form is self-delimiting, so the keys of several values written one after the other order like the tuple of
//! the values, and no key is a proper prefix of another one of the same type.

mod collections;
pub(crate) use collections::SOME;
mod decimal;
mod scalars;
#[cfg(test)]
mod tests;

pub(crate) use scalars::without_text_end;
pub use scalars::write_text;

/// The bytes of a key; up to 24 of them need no allocation.
pub type KeyBytes = smallvec::SmallVec<[u8; 24]>;

/// A value that can stand in a key or an index.
pub trait OrderedKey: Sized {
    /// Appends the key form to `out`.
    fn write_key(&self, out: &mut KeyBytes);

    /// Appends a form whose order is the other way round, for a descending component; none still sorts last.
    fn write_key_descending(&self, out: &mut KeyBytes) {
        let start = out.len();
        self.write_key(out);
        if let Some(written) = out.get_mut(start..) {
            descending(written);
        }
    }

    /// Reads one value from the front of `input` and moves `input` behind it; none if the bytes are no key of this type.
    fn read_key(input: &mut &[u8]) -> Option<Self>;
}

/// The key form of one value.
pub fn encode_key<K: OrderedKey>(key: &K) -> KeyBytes {
    let mut out = KeyBytes::new();
    key.write_key(&mut out);
    out
}

/// Reads a key that fills `bytes` completely.
pub fn decode_key<K: OrderedKey>(mut bytes: &[u8]) -> Option<K> {
    let key = K::read_key(&mut bytes)?;
    bytes.is_empty().then_some(key)
}

/// Turns the order of a key round, in place; applied twice it gives the key back.
///
/// For a component of an index use [`OrderedKey::write_key_descending`], which leaves none at the end.
pub fn descending(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = !*byte;
    }
}

/// Appends an enum's variant by the position of its declaration; its fields follow.
pub fn write_variant(position: u16, out: &mut KeyBytes) {
    out.extend_from_slice(&position.to_be_bytes());
}

/// Reads the position of an enum's variant.
pub fn read_variant(input: &mut &[u8]) -> Option<u16> {
    take_array(input).map(u16::from_be_bytes)
}

fn take_array<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = input.split_first_chunk::<N>()?;
    *input = rest;
    Some(*taken)
}
