//! An ordered index: packed blocks of sorted entries.
//!
//! An entry is a hint: some retained version of the row has this key. Readers fetch the row at
//! their sequence number and look whether it really has the key there. Entries lie packed in
//! blocks of a few KiB, so that one costs its own bytes and eight more; a tree of small strings
//! would need about three times as much.

use std::collections::BTreeMap;
use std::collections::btree_map::OccupiedEntry;
use std::ops::Bound;

use parking_lot::RwLock;

use super::entries::{Entry, EntryList, KeyOrder};
use super::spec::IndexSpec;
use crate::value::key::KeyBytes;

/// A block with more entries is split.
const BLOCK_ENTRIES_MAX: usize = 128;

/// A block with more bytes is split, unless it holds one entry only.
const BLOCK_BYTES_MAX: usize = 4096;

pub(super) struct Index {
    pub(super) spec: &'static IndexSpec,
    blocks: RwLock<Blocks>,
}

/// Blocks by their separator: every entry of a block is at or above its own separator and below
/// the next. The first separator is empty, so every entry has a block.
struct Blocks {
    by_separator: BTreeMap<KeyBytes, EntryList>,
    entries: u64,
    /// Memory in which an entry is put together.
    joined: Vec<u8>,
}

/// A range of entry bytes: from `low`, below `high`; no `high` is no upper end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EntryRange {
    pub(super) low: KeyBytes,
    pub(super) high: Option<KeyBytes>,
}

impl Index {
    pub(super) fn new(spec: &'static IndexSpec) -> Self {
        Index { spec, blocks: RwLock::new(Blocks::new()) }
    }

    /// Adds an entry; false when it is there already.
    pub(super) fn insert(&self, index_key: &[u8], row_key: &[u8]) -> bool {
        let mut blocks = self.blocks.write();
        let mut bytes = std::mem::take(&mut blocks.joined);
        join(index_key, row_key, &mut bytes);
        let is_new = blocks.insert(Entry { bytes: &bytes, split: index_key.len() });
        blocks.joined = bytes;
        is_new
    }

    /// Removes an entry; false when there is none.
    pub(super) fn remove(&self, index_key: &[u8], row_key: &[u8]) -> bool {
        let mut blocks = self.blocks.write();
        let mut bytes = std::mem::take(&mut blocks.joined);
        join(index_key, row_key, &mut bytes);
        let was_there = blocks.remove(&bytes);
        blocks.joined = bytes;
        was_there
    }

    /// Copies up to `limit` entries of `range`, from its low end.
    pub(super) fn read_ascending(&self, range: &EntryRange, limit: usize, out: &mut EntryList) {
        self.blocks.read().read_ascending(range, limit, out);
    }

    /// Copies up to `limit` entries of `range`, from its high end downwards.
    pub(super) fn read_descending(&self, range: &EntryRange, limit: usize, out: &mut EntryList) {
        self.blocks.read().read_descending(range, limit, out);
    }

    /// Replaces everything by sorted entries, in full blocks.
    pub(super) fn load(&self, entries: &KeyOrder) {
        let mut blocks = Blocks::new();
        blocks.load(entries);
        *self.blocks.write() = blocks;
    }

    pub(super) fn entry_count(&self) -> u64 {
        self.blocks.read().entries
    }

    pub(super) fn allocated_bytes(&self) -> u64 {
        let blocks = self.blocks.read();
        let fixed = size_of::<KeyBytes>() + size_of::<EntryList>();
        blocks.by_separator.values().map(|block| (block.allocated_bytes() + fixed) as u64).sum()
    }
}

fn join(index_key: &[u8], row_key: &[u8], bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.extend_from_slice(index_key);
    bytes.extend_from_slice(row_key);
}

impl Blocks {
    fn new() -> Self {
        let by_separator = BTreeMap::from([(KeyBytes::new(), EntryList::default())]);
        Blocks { by_separator, entries: 0, joined: Vec::new() }
    }

    /// The block that an entry belongs to. Most indexes grow at one end (by number, by time), which
    /// is found without a search.
    fn block_mut(&mut self, bytes: &[u8]) -> Option<&mut EntryList> {
        let is_last = self.by_separator.last_key_value().is_some_and(|(separator, _)| bytes >= &separator[..]);
        if is_last {
            return self.by_separator.last_entry().map(OccupiedEntry::into_mut);
        }
        let is_below = |entry: Entry<'_>| bytes < entry.bytes;
        let is_first = self.by_separator.first_key_value().and_then(|(_, block)| block.get(0)).is_some_and(is_below);
        if is_first {
            return self.by_separator.first_entry().map(OccupiedEntry::into_mut);
        }
        let own = (Bound::Unbounded, Bound::Included(bytes));
        self.by_separator.range_mut::<[u8], _>(own).next_back().map(|(_, block)| block)
    }

    fn insert(&mut self, entry: Entry<'_>) -> bool {
        let Some(block) = self.block_mut(entry.bytes) else { return false };
        let position = block.lower_bound(entry.bytes);
        if block.get(position).is_some_and(|found| found.bytes == entry.bytes) {
            return false;
        }
        let full = block.len() >= BLOCK_ENTRIES_MAX
            || (!block.is_empty() && block.byte_len() + entry.bytes.len() > BLOCK_BYTES_MAX);
        if !full {
            block.insert(position, entry);
            self.entries += 1;
            return true;
        }
        // Rising keys only ever append: cutting there keeps the blocks full. Neither side stays empty.
        let cut = if position == block.len() { position } else { block.middle() };
        let mut right = block.split_off(cut);
        if position < cut || cut == 0 {
            block.insert(position, entry);
        } else {
            right.insert(position - cut, entry);
        }
        let (Some(below), Some(first)) = (block.last(), right.get(0)) else {
            unreachable!("both sides of a cut hold an entry")
        };
        let separator = separator(below.bytes, first.bytes);
        self.by_separator.insert(separator, right);
        self.entries += 1;
        true
    }

    fn remove(&mut self, bytes: &[u8]) -> bool {
        let own = (Bound::Unbounded, Bound::Included(bytes));
        let Some((separator, block)) = self.by_separator.range_mut::<[u8], _>(own).next_back() else { return false };
        let position = block.lower_bound(bytes);
        if block.get(position).is_none_or(|found| found.bytes != bytes) {
            return false;
        }
        block.remove(position);
        self.entries -= 1;
        if block.len() < BLOCK_ENTRIES_MAX / 4 {
            let separator = separator.clone();
            self.merge_around(&separator);
        }
        true
    }

    /// Joins a block that has become small with a neighbour, where both together are at most half
    /// full: far enough from the limit not to be split again at once.
    fn merge_around(&mut self, separator: &KeyBytes) {
        let below = self.by_separator.range::<[u8], _>((Bound::Unbounded, Bound::Excluded(&separator[..])));
        let below = below.map(|(key, _)| key.clone()).next_back();
        let above = self.by_separator.range::<[u8], _>((Bound::Excluded(&separator[..]), Bound::Unbounded));
        let above = above.map(|(key, _)| key.clone()).next();
        let pairs = [below.zip(Some(separator.clone())), Some(separator.clone()).zip(above)];
        for (left, right) in pairs.into_iter().flatten() {
            let (Some(left_block), Some(right_block)) = (self.by_separator.get(&left), self.by_separator.get(&right))
            else {
                continue;
            };
            let small = left_block.len() + right_block.len() <= BLOCK_ENTRIES_MAX / 2
                && left_block.byte_len() + right_block.byte_len() <= BLOCK_BYTES_MAX / 2;
            if !small && !right_block.is_empty() {
                continue;
            }
            let Some(right_block) = self.by_separator.remove(&right) else { continue };
            if let Some(left_block) = self.by_separator.get_mut(&left) {
                left_block.append(&right_block);
            }
            return;
        }
    }

    fn read_ascending(&self, range: &EntryRange, limit: usize, out: &mut EntryList) {
        let own = (Bound::Unbounded, Bound::Included(&range.low[..]));
        let Some((first, _)) = self.by_separator.range::<[u8], _>(own).next_back() else { return };
        for block in self.by_separator.range::<[u8], _>((Bound::Included(&first[..]), Bound::Unbounded)) {
            let block = block.1;
            for position in block.lower_bound(&range.low)..block.len() {
                let Some(entry) = block.get(position) else { break };
                if out.len() == limit || range.high.as_ref().is_some_and(|high| entry.bytes >= &high[..]) {
                    return;
                }
                out.push(entry);
            }
        }
    }

    fn read_descending(&self, range: &EntryRange, limit: usize, out: &mut EntryList) {
        let below = match &range.high {
            Some(high) => Bound::Excluded(&high[..]),
            None => Bound::Unbounded,
        };
        for (_, block) in self.by_separator.range::<[u8], _>((Bound::Unbounded, below)).rev() {
            let end = range.high.as_ref().map_or(block.len(), |high| block.lower_bound(high));
            for position in (0..end).rev() {
                let Some(entry) = block.get(position) else { break };
                if out.len() == limit || entry.bytes < &range.low[..] {
                    return;
                }
                out.push(entry);
            }
        }
    }

    fn load(&mut self, entries: &KeyOrder) {
        let mut block = EntryList::default();
        let mut block_separator = KeyBytes::new();
        for entry in entries.iter() {
            let full = block.len() >= BLOCK_ENTRIES_MAX || block.byte_len() + entry.bytes.len() > BLOCK_BYTES_MAX;
            if let (true, Some(last)) = (full, block.last()) {
                let next_separator = separator(last.bytes, entry.bytes);
                block.shrink_to_fit();
                self.by_separator.insert(std::mem::replace(&mut block_separator, next_separator), block);
                block = EntryList::default();
            }
            block.push(entry);
            self.entries += 1;
        }
        block.shrink_to_fit();
        self.by_separator.insert(block_separator, block);
    }
}

/// The shortest prefix of `first` that is above `below`.
fn separator(below: &[u8], first: &[u8]) -> KeyBytes {
    let same = below.iter().zip(first).take_while(|(left, right)| left == right).count();
    KeyBytes::from_slice(first.get(..=same).unwrap_or(first))
}

impl EntryRange {
    /// Everything.
    pub(super) fn all() -> Self {
        EntryRange::default()
    }

    /// Entries that begin with `prefix`.
    pub(super) fn prefix(prefix: &[u8]) -> Self {
        EntryRange { low: KeyBytes::from_slice(prefix), high: after_prefix(prefix) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.high.as_ref().is_some_and(|high| *high <= self.low)
    }
}

/// The lowest bytes above everything that begins with `prefix`, if there are any.
pub(super) fn after_prefix(prefix: &[u8]) -> Option<KeyBytes> {
    let last = prefix.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut bytes = KeyBytes::from_slice(prefix.get(..=last)?);
    if let Some(byte) = bytes.last_mut() {
        *byte += 1;
    }
    Some(bytes)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
