//! Walking over rows: by an index, or over a whole table.

use std::ops::Bound;

use super::State;
use super::entries::{Entry, EntryList, KeyOrder};
use super::index::{EntryRange, after_prefix};
use super::spec::RowRef;
use super::table::SHARD_COUNT;
use crate::value::key::KeyBytes;

/// Entries copied under one lock at most: about 5 us.
const CHUNK_MAX: usize = 256;

/// The first chunk is small, since most queries want a page and no more.
const CHUNK_FIRST: usize = 16;

/// Which way an index is read. Rows with the same index key come in the order of their row keys,
/// and in the reverse order when backward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Lowest index key first.
    Forward,
    /// Highest index key first.
    Backward,
}

/// A range of index keys. A bound may be a prefix of whole components: then it stands for all keys
/// that begin with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange(Option<EntryRange>);

impl KeyRange {
    /// All keys between two bounds.
    pub fn new(low: Bound<&[u8]>, high: Bound<&[u8]>) -> Self {
        let low = match low {
            Bound::Unbounded => Some(KeyBytes::new()),
            Bound::Included(bytes) => Some(KeyBytes::from_slice(bytes)),
            Bound::Excluded(bytes) => after_prefix(bytes),
        };
        let high = match high {
            Bound::Unbounded => None,
            Bound::Included(bytes) => after_prefix(bytes),
            Bound::Excluded(bytes) => Some(KeyBytes::from_slice(bytes)),
        };
        KeyRange(low.map(|low| EntryRange { low, high }).filter(|range| !range.is_empty()))
    }

    /// All keys.
    pub fn all() -> Self {
        KeyRange(Some(EntryRange::all()))
    }

    /// All keys that begin with `prefix`; a whole key stands for itself.
    pub fn prefix(prefix: &[u8]) -> Self {
        KeyRange(Some(EntryRange::prefix(prefix)))
    }

    /// The part behind a [`Scan::position`], in the direction in which it was reached.
    #[must_use]
    pub fn after(self, position: &[u8], direction: Direction) -> Self {
        let Some(mut range) = self.0 else { return self };
        advance(&mut range, position, direction);
        KeyRange(Some(range).filter(|range| !range.is_empty()))
    }
}

/// Narrows `range` to what comes after `last`.
fn advance(range: &mut EntryRange, last: &[u8], direction: Direction) {
    match direction {
        Direction::Forward => {
            if last >= &range.low[..] {
                range.low = KeyBytes::from_slice(last);
                range.low.push(0);
            }
        }
        Direction::Backward => {
            if range.high.as_ref().is_none_or(|high| last < &high[..]) {
                range.high = Some(KeyBytes::from_slice(last));
            }
        }
    }
}

/// Rows in the order of an index; see [`State::scan`].
pub struct Scan<'state> {
    state: &'state State,
    table: usize,
    index: usize,
    at: u64,
    direction: Direction,
    /// What has not been copied yet; none at the end.
    rest: Option<EntryRange>,
    chunk: EntryList,
    next: usize,
    chunk_limit: usize,
}

impl<'state> Scan<'state> {
    pub(super) fn new(
        state: &'state State,
        table: usize,
        index: usize,
        range: KeyRange,
        direction: Direction,
        at: u64,
    ) -> Self {
        let chunk = EntryList::default();
        Scan { state, table, index, at, direction, rest: range.0, chunk, next: 0, chunk_limit: CHUNK_FIRST }
    }

    /// Where the last row stood: a cursor for [`KeyRange::after`].
    pub fn position(&self) -> Option<&[u8]> {
        self.chunk.get(self.next.checked_sub(1)?).map(|entry| entry.bytes)
    }

    /// Copies the next entries; false at the end.
    fn refill(&mut self) -> bool {
        let Some(range) = &mut self.rest else { return false };
        let index = &self.state.tables[self.table].indexes[self.index];
        let mut chunk = EntryList::default();
        match self.direction {
            Direction::Forward => index.read_ascending(range, self.chunk_limit, &mut chunk),
            Direction::Backward => index.read_descending(range, self.chunk_limit, &mut chunk),
        }
        match chunk.last() {
            Some(last) if chunk.len() == self.chunk_limit => advance(range, last.bytes, self.direction),
            _ => self.rest = None,
        }
        self.chunk_limit = (self.chunk_limit * 4).min(CHUNK_MAX);
        if chunk.is_empty() {
            // The last chunk stays, for `position`.
            return false;
        }
        self.chunk = chunk;
        self.next = 0;
        true
    }

    /// The row of an entry, if it has this index key at the sequence number of the scan.
    fn row_of(&self, entry: Entry<'_>) -> Option<(KeyBytes, RowRef)> {
        let table = &self.state.tables[self.table];
        let row = table.get(entry.row_key(), self.at)?;
        let holds = table.indexes[self.index].spec.has_key(&*row, entry.index_key());
        holds.then(|| (KeyBytes::from_slice(entry.row_key()), row))
    }
}

impl Iterator for Scan<'_> {
    type Item = (KeyBytes, RowRef);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some(entry) = self.chunk.get(self.next) {
                self.next += 1;
                if let Some(found) = self.row_of(entry) {
                    return Some(found);
                }
            }
            if !self.refill() {
                return None;
            }
        }
    }
}

/// The rows of a whole table; see [`State::scan_all`] and [`State::scan_all_sorted`].
pub struct TableScan<'state> {
    state: &'state State,
    table: usize,
    at: u64,
    keys: KeyOrder,
    next: usize,
    next_shard: usize,
}

impl<'state> TableScan<'state> {
    pub(super) fn unordered(state: &'state State, table: usize, at: u64) -> Self {
        TableScan { state, table, at, keys: KeyOrder::default(), next: 0, next_shard: 0 }
    }

    pub(super) fn sorted(state: &'state State, table: usize, at: u64) -> Self {
        let mut scan = Self::unordered(state, table, at);
        for shard in 0..SHARD_COUNT {
            state.tables[table].copy_keys(shard, &mut scan.keys);
        }
        scan.next_shard = SHARD_COUNT;
        scan.keys.sort();
        scan
    }

    /// The next row with the sequence number of its version.
    pub(super) fn next_version(&mut self) -> Option<(KeyBytes, u64, RowRef)> {
        let table = &self.state.tables[self.table];
        loop {
            while let Some(key) = self.keys.get(self.next) {
                self.next += 1;
                let version = table.get_version(key.bytes, || self.at);
                if let Some((seq, row)) = version {
                    return Some((KeyBytes::from_slice(key.bytes), seq, row));
                }
            }
            if self.next_shard >= SHARD_COUNT {
                return None;
            }
            self.keys.clear();
            self.next = 0;
            table.copy_keys(self.next_shard, &mut self.keys);
            self.next_shard += 1;
        }
    }
}

impl Iterator for TableScan<'_> {
    type Item = (KeyBytes, RowRef);

    fn next(&mut self) -> Option<Self::Item> {
        self.next_version().map(|(key, _, row)| (key, row))
    }
}
