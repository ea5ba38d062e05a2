//! The state of the application: multi-version tables in memory.
//!
//! Every change is a new version of a row at a sequence number. Versions above the visible number
//! are speculation: only the writer sees them, making them visible is one atomic store, and taking
//! them back removes them. A reader names the number it reads at, so neither readers nor the
//! writer wait for the other for longer than a look into one shard.
//!
//! * One thread at a time calls `put`, `undo`, `set_auto_counter` and `collect_garbage` (a
//!   lock sees to it), and reads at [`NEWEST`]. `commit_through` may come from another thread.
//! * Who reads more than one row holds a [`Pin`] and reads at [`Pin::seq`]. Without a pin only
//!   [`State::get_visible`] is sure to find its version before the garbage collector does.
//! * An index entry is a hint and is checked against the row at the number that is read.

mod auto;
mod chain;
mod entries;
mod hash;
mod index;
mod index_thread;
mod key;
mod pins;
mod scan;
pub mod snapshot;
mod spec;
mod statistics;
mod table;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use foldhash::fast::RandomState;
use parking_lot::Mutex;

pub use self::pins::Pin;
pub use self::scan::{Direction, KeyRange, Scan, TableScan};
pub use self::spec::{IndexSpec, KeySink, RowAny, RowRef, TableSpec};
pub use self::statistics::{IndexStatistics, TableStatistics};
pub use self::writer::Undo;

use self::entries::EntryList;
use self::index::EntryRange;
use self::index_thread::IndexProgress;
use self::pins::Pins;
use self::table::Table;
use self::writer::Writer;
use crate::value::key::KeyBytes;

/// The sequence number at which the writer reads: everything, speculation included.
pub const NEWEST: u64 = u64::MAX;

/// Entries looked at under one lock when a unique key is checked; nearly always there is at most one.
const UNIQUE_CHUNK: usize = 4;

/// All tables of the application, addressed by their position in the list of specifications.
pub struct State {
    specs: &'static [TableSpec],
    tables: Box<[Table]>,
    pins: Arc<Pins>,
    writer: Mutex<Writer>,
    index_progress: IndexProgress,
}

impl State {
    /// Empty tables at sequence number 0.
    pub fn new(specs: &'static [TableSpec]) -> Self {
        // A seed of this process: nothing that is stored or sent depends on the hash.
        let hasher = RandomState::default();
        State {
            specs,
            tables: specs.iter().map(|spec| Table::new(spec, hasher.clone())).collect(),
            pins: Arc::default(),
            writer: Mutex::default(),
            index_progress: IndexProgress::default(),
        }
    }

    /// What the tables were made from.
    pub fn specs(&self) -> &'static [TableSpec] {
        self.specs
    }

    /// The sequence number that readers may see.
    pub fn visible(&self) -> u64 {
        self.pins.visible()
    }

    /// Makes every version up to `seq` visible to readers.
    pub fn commit_through(&self, seq: u64) {
        self.pins.advance(seq);
    }

    /// Keeps the visible state readable while the guard lives.
    pub fn pin(&self) -> Pin {
        Pins::pin(&self.pins)
    }

    /// The number of living pins.
    pub fn pin_count(&self) -> usize {
        self.pins.count()
    }

    /// The row as of `at`: a pinned number, or [`NEWEST`] for the writer.
    #[inline]
    pub fn get(&self, table: usize, key: &[u8], at: u64) -> Option<RowRef> {
        self.tables[table].get(key, at)
    }

    /// The row as of `at`, and the sequence number at which it got this form.
    pub fn get_with_seq(&self, table: usize, key: &[u8], at: u64) -> Option<(u64, RowRef)> {
        self.tables[table].get_version(key, || at)
    }

    /// The row as of the visible sequence number, without a pin: that number is read under the lock
    /// that the garbage collector needs to drop a version of this row.
    pub fn get_visible(&self, table: usize, key: &[u8]) -> Option<RowRef> {
        self.tables[table].get_version(key, || self.visible()).map(|(_, row)| row)
    }

    /// Makes `row` the newest version of `key` as of `seq`; no row deletes it. Several changes of
    /// one key within one `seq` leave one version. Gives the row that was newest before, and how to
    /// take the change back.
    ///
    /// # Panics
    ///
    /// If the row has a newer version than `seq`.
    pub fn put(&self, table: usize, seq: u64, key: &[u8], row: Option<RowRef>) -> (Option<RowRef>, Undo) {
        debug_assert!(seq > self.visible(), "version {seq} would change what readers saw");
        self.writer.lock().put(&self.tables, &self.pins, table, seq, key, row)
    }

    /// Takes back one change that is not visible yet. Changes are taken back newest first.
    pub fn undo(&self, undo: Undo) {
        self.writer.lock().undo(&self.tables, undo);
    }

    /// The newest counter of numbered keys, speculation included; 0 before it is first set.
    pub fn auto_counter(&self, table: usize) -> i64 {
        self.tables[table].auto.get(NEWEST)
    }

    /// The counter of numbered keys as of `at`, which the caller keeps pinned.
    pub fn auto_counter_at(&self, table: usize, at: u64) -> i64 {
        self.tables[table].auto.get(at)
    }

    /// Sets the counter of numbered keys as of `seq`.
    ///
    /// # Panics
    ///
    /// If the counter was set as of a number above `seq`.
    pub fn set_auto_counter(&self, table: usize, seq: u64, value: i64) -> Undo {
        self.writer.lock().set_auto(&self.tables, &self.pins, table, seq, value)
    }

    /// Drops versions and index entries that no reader reaches, of up to `budget` changed rows, and
    /// gives the number of rows looked at. A writer calls it after each batch with a budget of
    /// twice the rows written, so that it always catches up.
    pub fn collect_garbage(&self, budget: usize) -> usize {
        let mut writer = self.writer.lock();
        writer.hand_over_index_changes(&self.index_progress);
        writer.collect(&self.tables, &self.pins, budget)
    }

    /// The number of rows that wait for the garbage collector.
    pub fn garbage(&self) -> usize {
        self.writer.lock().queued()
    }

    /// The rows of a range of an index as of `at`, in the order of the index. A row comes once for
    /// each of its keys in the range. The lock of the index is held for at most 256 entries at a
    /// time. At [`NEWEST`] the writer's own changes between two steps may show.
    pub fn scan(&self, table: usize, index: usize, range: KeyRange, direction: Direction, at: u64) -> Scan<'_> {
        self.bring_indexes_up_to_date();
        Scan::new(self, table, index, range, direction, at)
    }

    /// All rows of a table as of `at`, in no order.
    pub fn scan_all(&self, table: usize, at: u64) -> TableScan<'_> {
        TableScan::unordered(self, table, at)
    }

    /// All rows of a table as of `at`, ordered by key. Copies and sorts the keys first.
    pub fn scan_all_sorted(&self, table: usize, at: u64) -> TableScan<'_> {
        TableScan::sorted(self, table, at)
    }

    /// The rows that refer to something as of `at`: those whose index keys begin with `prefix`.
    pub fn referencing(&self, table: usize, index: usize, prefix: &[u8], at: u64) -> Scan<'_> {
        self.scan(table, index, KeyRange::prefix(prefix), Direction::Forward, at)
    }

    /// The key of a row other than `except` that holds a unique `index_key` in its newest version.
    pub fn unique_holder(&self, table: usize, index: usize, index_key: &[u8], except: &[u8]) -> Option<KeyBytes> {
        self.bring_indexes_up_to_date();
        let table = &self.tables[table];
        let index = &table.indexes[index];
        let mut range = EntryRange::prefix(index_key);
        loop {
            let mut chunk = EntryList::default();
            index.read_ascending(&range, UNIQUE_CHUNK, &mut chunk);
            for entry in chunk.iter() {
                let claims = |row: &RowRef| index.spec.claims_key(&**row, index_key);
                if entry.row_key() != except && table.get(entry.row_key(), NEWEST).as_ref().is_some_and(claims) {
                    return Some(KeyBytes::from_slice(entry.row_key()));
                }
            }
            let last = chunk.last().filter(|_| chunk.len() == UNIQUE_CHUNK)?;
            range.low = KeyBytes::from_slice(last.bytes);
            range.low.push(0);
        }
    }
}
