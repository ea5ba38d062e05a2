//! Flat lists of byte strings: one allocation for many keys.

/// Index entries in a row: the bytes of each are an index key followed by the key of its row, and
/// the split between the two is remembered.
#[derive(Default)]
pub(super) struct EntryList {
    bytes: Vec<u8>,
    slots: Vec<EntrySlot>,
}

#[derive(Clone, Copy)]
struct EntrySlot {
    end: u32,
    split: u32,
}

/// One index entry: `bytes[..split]` is the index key, `bytes[split..]` the key of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) split: usize,
}

impl<'a> Entry<'a> {
    pub(super) fn index_key(self) -> &'a [u8] {
        &self.bytes[..self.split]
    }

    pub(super) fn row_key(self) -> &'a [u8] {
        &self.bytes[self.split..]
    }
}

impl EntryList {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// The memory held, used or not.
    pub(super) fn allocated_bytes(&self) -> usize {
        self.bytes.capacity() + self.slots.capacity() * size_of::<EntrySlot>()
    }

    fn start(&self, position: usize) -> usize {
        position.checked_sub(1).map_or(0, |before| self.slots[before].end as usize)
    }

    pub(super) fn get(&self, position: usize) -> Option<Entry<'_>> {
        let slot = self.slots.get(position)?;
        Some(Entry { bytes: &self.bytes[self.start(position)..slot.end as usize], split: slot.split as usize })
    }

    pub(super) fn last(&self) -> Option<Entry<'_>> {
        self.get(self.len().checked_sub(1)?)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Entry<'_>> {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    pub(super) fn push(&mut self, entry: Entry<'_>) {
        self.bytes.extend_from_slice(entry.bytes);
        self.slots.push(EntrySlot { end: self.bytes.len() as u32, split: entry.split as u32 });
    }

    /// The position of the first entry at or above `bytes`; the list must be sorted.
    pub(super) fn lower_bound(&self, bytes: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.len());
        // Entries mostly come in order.
        if self.last().is_some_and(|last| last.bytes < bytes) {
            return high;
        }
        while low < high {
            let middle = low.midpoint(high);
            let entry = &self.bytes[self.start(middle)..self.slots[middle].end as usize];
            if entry < bytes { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The position at which half of the bytes are behind; 0 only if there are fewer than two entries.
    pub(super) fn middle(&self) -> usize {
        let half = self.bytes.len() / 2;
        let below = self.slots.partition_point(|slot| slot.end as usize <= half);
        below.clamp(self.len().min(2) / 2, self.len().saturating_sub(1))
    }

    /// Inserts before `position`. Memory grows in steps of a quarter: doubling would waste a third
    /// of every index.
    pub(super) fn insert(&mut self, position: usize, entry: Entry<'_>) {
        let (start, len) = (self.start(position), entry.bytes.len());
        if self.bytes.capacity() - self.bytes.len() < len {
            self.bytes.reserve_exact(len.max(self.bytes.len() / 4));
        }
        if self.slots.capacity() == self.slots.len() {
            self.slots.reserve_exact((self.slots.len() / 4).max(1));
        }
        let end = self.bytes.len();
        self.bytes.resize(end + len, 0);
        self.bytes.copy_within(start..end, start + len);
        self.bytes[start..start + len].copy_from_slice(entry.bytes);
        self.slots.insert(position, EntrySlot { end: start as u32, split: entry.split as u32 });
        for slot in &mut self.slots[position..] {
            slot.end += len as u32;
        }
    }

    pub(super) fn remove(&mut self, position: usize) {
        let (start, end) = (self.start(position), self.slots[position].end as usize);
        self.bytes.drain(start..end);
        self.slots.remove(position);
        for slot in &mut self.slots[position..] {
            slot.end -= (end - start) as u32;
        }
    }

    /// Moves the entries from `position` on into a list of their own.
    pub(super) fn split_off(&mut self, position: usize) -> EntryList {
        let start = self.start(position);
        let bytes = self.bytes.split_off(start);
        let mut slots = self.slots.split_off(position);
        for slot in &mut slots {
            slot.end -= start as u32;
        }
        self.bytes.shrink_to_fit();
        self.slots.shrink_to_fit();
        EntryList { bytes, slots }
    }

    /// Moves all entries of `other` behind the own ones.
    pub(super) fn append(&mut self, other: &EntryList) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(&other.bytes);
        self.slots.extend(other.slots.iter().map(|slot| EntrySlot { end: start + slot.end, split: slot.split }));
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
        self.slots.shrink_to_fit();
    }
}

/// Byte strings that can be sorted without moving their bytes: the keys of a table, or the entries
/// of a whole index before it is built.
#[derive(Default, PartialEq, Eq)]
pub(super) struct KeyOrder {
    bytes: Vec<u8>,
    slots: Vec<KeySlot>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct KeySlot {
    start: usize,
    len: u32,
    split: u32,
}

impl KeyOrder {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn reserve(&mut self, keys: usize) {
        self.slots.reserve(keys);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
    }

    pub(super) fn push(&mut self, key: &[u8]) {
        self.push_entry(key, &[]);
    }

    /// Adds an index key followed by the key of its row.
    pub(super) fn push_entry(&mut self, index_key: &[u8], row_key: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(index_key);
        self.bytes.extend_from_slice(row_key);
        let len = (index_key.len() + row_key.len()) as u32;
        self.slots.push(KeySlot { start, len, split: index_key.len() as u32 });
    }

    fn bytes_of<'a>(bytes: &'a [u8], slot: &KeySlot) -> &'a [u8] {
        &bytes[slot.start..slot.start + slot.len as usize]
    }

    pub(super) fn get(&self, position: usize) -> Option<Entry<'_>> {
        let slot = self.slots.get(position)?;
        Some(Entry { bytes: Self::bytes_of(&self.bytes, slot), split: slot.split as usize })
    }

    /// Sorts by the bytes and drops repetitions.
    pub(super) fn sort(&mut self) {
        let bytes = &self.bytes;
        self.slots.sort_unstable_by(|left, right| Self::bytes_of(bytes, left).cmp(Self::bytes_of(bytes, right)));
        self.slots.dedup_by(|left, right| Self::bytes_of(bytes, left) == Self::bytes_of(bytes, right));
    }

    /// Whether `key` is there; the keys must be sorted.
    pub(super) fn contains(&self, key: &[u8]) -> bool {
        self.slots.binary_search_by(|slot| Self::bytes_of(&self.bytes, slot).cmp(key)).is_ok()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        (0..self.len()).filter_map(|position| self.get(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(bytes: &[u8]) -> Entry<'_> {
        Entry { bytes, split: bytes.len() / 2 }
    }

    fn list(entries: &[&[u8]]) -> EntryList {
        let mut list = EntryList::default();
        for bytes in entries {
            list.insert(list.lower_bound(bytes), entry(bytes));
        }
        list
    }

    fn bytes_of(list: &EntryList) -> Vec<Vec<u8>> {
        list.iter().map(|entry| entry.bytes.to_vec()).collect()
    }

    #[test]
    fn entries_are_inserted_in_order_and_found_again() {
        let list = list(&[b"cc", b"a", b"bbbb", b"", b"d"]);
        assert_eq!(bytes_of(&list), [&b""[..], b"a", b"bbbb", b"cc", b"d"]);
        for (bytes, expected) in [(&b""[..], 0), (b"a", 1), (b"b", 2), (b"cc", 3), (b"ccc", 4), (b"e", 5)] {
            assert_eq!(list.lower_bound(bytes), expected);
        }
        assert_eq!(list.get(2), Some(Entry { bytes: b"bbbb", split: 2 }));
        assert_eq!(list.get(2).map(Entry::index_key), Some(&b"bb"[..]));
        assert_eq!(list.get(5), None);
    }

    #[test]
    fn a_list_can_be_cut_and_joined_at_every_place() {
        let whole: [&[u8]; 4] = [b"a", b"bb", b"ccc", b"dddd"];
        for cut in 0..=whole.len() {
            let mut left = list(&whole);
            let right = left.split_off(cut);
            assert_eq!(bytes_of(&left), whole[..cut]);
            assert_eq!(bytes_of(&right), whole[cut..]);
            left.append(&right);
            assert_eq!(bytes_of(&left), whole);
        }
        for gone in 0..whole.len() {
            let mut list = list(&whole);
            list.remove(gone);
            let expected: Vec<&[u8]> = whole.iter().copied().filter(|bytes| *bytes != whole[gone]).collect();
            assert_eq!(bytes_of(&list), expected);
        }
    }

    #[test]
    fn keys_are_sorted_without_repetitions() {
        let mut keys = KeyOrder::default();
        keys.push_entry(b"b", b"2");
        keys.push_entry(b"a", b"9");
        keys.push_entry(b"b", b"2");
        keys.sort();
        let sorted: Vec<_> = keys.iter().map(|entry| (entry.index_key().to_vec(), entry.row_key().to_vec())).collect();
        assert_eq!(sorted, [(b"a".to_vec(), b"9".to_vec()), (b"b".to_vec(), b"2".to_vec())]);
    }
}
