//! The key of a row as the tables keep it: 24 bytes instead of the 32 of `KeyBytes`.

/// Keys of up to this many bytes need no allocation: a UUID, two integers.
const INLINE_BYTES: usize = 22;

/// One per row, so its size counts; everything else uses `KeyBytes`.
#[derive(Clone, Debug)]
pub(super) enum StoredKey {
    Inline { len: u8, bytes: [u8; INLINE_BYTES] },
    Heap(Box<[u8]>),
}

impl StoredKey {
    pub(super) fn new(key: &[u8]) -> Self {
        let mut bytes = [0; INLINE_BYTES];
        match bytes.get_mut(..key.len()) {
            Some(head) => {
                head.copy_from_slice(key);
                StoredKey::Inline { len: key.len() as u8, bytes }
            }
            None => StoredKey::Heap(key.into()),
        }
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            StoredKey::Inline { len, bytes } => &bytes[..usize::from(*len)],
            StoredKey::Heap(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_bytes_on_both_sides_of_the_inline_limit() {
        for len in [0, 1, INLINE_BYTES - 1, INLINE_BYTES, INLINE_BYTES + 1, 300] {
            let key: Vec<u8> = (0..len).map(|byte| byte as u8).collect();
            let stored = StoredKey::new(&key);
            assert_eq!(stored.as_slice(), key);
            assert_eq!(matches!(stored, StoredKey::Inline { .. }), len <= INLINE_BYTES);
        }
    }

    #[test]
    fn a_key_is_three_words() {
        assert_eq!(size_of::<StoredKey>(), 24);
    }
}
