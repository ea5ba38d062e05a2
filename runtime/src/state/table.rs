//! One table: the chains of its rows, spread over shards, and its indexes.

use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;
use parking_lot::RwLock;

use super::auto::AutoCounter;
use super::chain::{Chain, ChainPut, ChainTrim};
use super::entries::KeyOrder;
use super::index::Index;
use super::key::StoredKey;
use super::spec::{RowRef, TableSpec};

pub(super) const SHARD_COUNT: usize = 64;

/// The hash map inside a shard uses the lowest and the seven highest bits; those that choose the
/// shard begin here.
const SHARD_SHIFT: u32 = 44;

/// Where the seven highest bits begin, by which the map tells the entries near a place apart.
const TAG_SHIFT: u32 = 57;

/// Keys that differ only in so many lowest bits of their last byte are neighbours. With more, whole groups
/// of rows would wish for the same place, and most would have to go elsewhere.
const NEIGHBOUR_BITS: u32 = 3;

const CELL_COUNT: usize = 1024;

/// The shard of each cell of hashes. The last shard is twice as wide as the first, so the maps
/// grow one after the other: if all doubled at once, as many rows would wait for it, and the table
/// as a whole would now and then be less than half full.
static SHARD_OF_CELL: [u8; CELL_COUNT] = shard_of_cell();

const fn shard_of_cell() -> [u8; CELL_COUNT] {
    let mut shards = [0; CELL_COUNT];
    let mut cell = 0;
    let mut shard = 0;
    while shard < SHARD_COUNT {
        // Widths rise evenly from 2/3 to 4/3 of the mean: cells below this one belong here or before.
        let end = CELL_COUNT * (shard + 1) * (2 * SHARD_COUNT + shard + 1) / (3 * SHARD_COUNT * SHARD_COUNT);
        while cell < end {
            shards[cell] = shard as u8;
            cell += 1;
        }
        shard += 1;
    }
    shards
}

pub(super) struct Table {
    pub(super) spec: &'static TableSpec,
    pub(super) indexes: Box<[Index]>,
    pub(super) auto: AutoCounter,
    shards: Box<[Shard]>,
    hasher: RandomState,
    /// Rows whose newest version is not a deletion.
    live_rows: AtomicU64,
}

/// On a cache line of its own, so that two shards are not slowed down by each other's lock.
#[repr(align(64))]
#[derive(Default)]
struct Shard(RwLock<HashTable<Entry>>);

struct Entry {
    key: StoredKey,
    chain: Chain,
}

/// What [`Table::put`] did.
pub(super) struct TablePut {
    pub(super) previous: Option<RowRef>,
    pub(super) in_place: bool,
    /// Whether the index keys may differ from those of the row that was newest before.
    pub(super) moved: bool,
    pub(super) garbage: Garbage,
    /// How many versions the row has now.
    pub(super) versions: usize,
}

/// Whether a change made the row something for the garbage collector to visit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Garbage {
    /// It is now, or is not, as before.
    Same,
    /// It is now.
    Begun,
    /// It is no longer.
    Ended,
}

impl Garbage {
    fn change(before: bool, after: bool) -> Self {
        match (before, after) {
            (false, true) => Garbage::Begun,
            (true, false) => Garbage::Ended,
            _ => Garbage::Same,
        }
    }
}

/// What [`Table::pop`] and [`Table::replace_newest`] did.
pub(super) struct TableUndo {
    /// The row that was newest before.
    pub(super) gone: Option<RowRef>,
    /// The row that is newest now.
    pub(super) newest: Option<RowRef>,
    pub(super) garbage: Garbage,
}

/// What [`Table::trim`] found.
#[derive(Default)]
pub(super) struct TableTrim {
    /// The number from which on the row is worth another visit.
    pub(super) again: Option<u64>,
    /// Whether dropped versions may have had index keys that no other version has.
    pub(super) moved: bool,
    /// The row that superseded the dropped ones, where their index keys may matter.
    pub(super) oldest: Option<RowRef>,
}

impl Table {
    pub(super) fn new(spec: &'static TableSpec, hasher: RandomState) -> Self {
        Table {
            spec,
            indexes: spec.indexes.iter().map(Index::new).collect(),
            auto: AutoCounter::default(),
            shards: (0..SHARD_COUNT).map(|_| Shard::default()).collect(),
            hasher,
            live_rows: AtomicU64::new(0),
        }
    }

    #[inline]
    fn hash(&self, key: &[u8]) -> u64 {
        hash_key(&self.hasher, key)
    }

    #[inline]
    fn shard(&self, hash: u64) -> &RwLock<HashTable<Entry>> {
        let cell = (hash >> SHARD_SHIFT) as usize % CELL_COUNT;
        &self.shards[usize::from(SHARD_OF_CELL[cell])].0
    }

    /// The row of `key` at `at`, and the number of its version. `at` is read under the lock of the shard.
    #[inline]
    pub(super) fn get_version(&self, key: &[u8], at: impl FnOnce() -> u64) -> Option<(u64, RowRef)> {
        let hash = self.hash(key);
        let shard = self.shard(hash).read();
        let entry = shard.find(hash, |entry| entry.key.as_slice() == key)?;
        entry.chain.row_at(at()).map(|(seq, row)| (seq, row.clone()))
    }

    #[inline]
    pub(super) fn get(&self, key: &[u8], at: u64) -> Option<RowRef> {
        self.get_version(key, || at).map(|(_, row)| row)
    }

    /// Runs `read` on the whole chain of `key`, under the lock of its shard.
    pub(super) fn read_chain<T>(&self, key: &[u8], read: impl FnOnce(&Chain) -> T) -> Option<T> {
        let hash = self.hash(key);
        let shard = self.shard(hash).read();
        shard.find(hash, |entry| entry.key.as_slice() == key).map(|entry| read(&entry.chain))
    }

    /// Makes `row` the newest version of `key`; `None` when there was nothing to delete.
    pub(super) fn put(&self, key: &[u8], seq: u64, row: Option<RowRef>) -> Option<TablePut> {
        let hash = self.hash(key);
        let mut shard = self.shard(hash).write();
        let slot = shard.entry(
            hash,
            |entry| entry.key.as_slice() == key,
            |entry| hash_key(&self.hasher, entry.key.as_slice()),
        );
        let added = u64::from(row.is_some());
        let put = match slot {
            Slot::Vacant(slot) => {
                slot.insert(Entry { key: StoredKey::new(key), chain: Chain::new(seq, row?) });
                TablePut { previous: None, in_place: false, moved: true, garbage: Garbage::Same, versions: 1 }
            }
            Slot::Occupied(mut slot) => {
                let chain = &mut slot.get_mut().chain;
                if row.is_none() && chain.newest().is_none() {
                    return None;
                }
                let before = chain.collectable_from().is_some();
                let moved = self.spec.keys_move(chain.newest(), row.as_ref());
                let ChainPut { previous, in_place } = chain.put(seq, row, moved);
                let garbage = Garbage::change(before, chain.collectable_from().is_some());
                TablePut { previous, in_place, moved, garbage, versions: chain.len() }
            }
        };
        drop(shard);
        let removed = u64::from(put.previous.is_some());
        self.count_live(added, removed);
        Some(put)
    }

    /// Drops the newest version of `key`; `None` when there is no such row.
    pub(super) fn pop(&self, key: &[u8]) -> Option<TableUndo> {
        let hash = self.hash(key);
        let mut shard = self.shard(hash).write();
        let mut slot = shard.find_entry(hash, |entry| entry.key.as_slice() == key).ok()?;
        let chain = &mut slot.get_mut().chain;
        let before = chain.collectable_from().is_some();
        let (gone, remains) = chain.pop();
        let undo = if remains {
            let garbage = Garbage::change(before, chain.collectable_from().is_some());
            TableUndo { gone, newest: chain.newest().cloned(), garbage }
        } else {
            drop(slot.remove());
            TableUndo { gone, newest: None, garbage: Garbage::change(before, false) }
        };
        drop(shard);
        self.count_live(u64::from(undo.newest.is_some()), u64::from(undo.gone.is_some()));
        Some(undo)
    }

    /// Replaces the row of the newest version; `None` when there is no such row.
    pub(super) fn replace_newest(&self, key: &[u8], row: Option<RowRef>) -> Option<TableUndo> {
        let hash = self.hash(key);
        let mut shard = self.shard(hash).write();
        let chain = &mut shard.find_mut(hash, |entry| entry.key.as_slice() == key)?.chain;
        let before = chain.collectable_from().is_some();
        let gone = chain.replace_newest(row.clone(), true);
        let garbage = Garbage::change(before, chain.collectable_from().is_some());
        drop(shard);
        self.count_live(u64::from(row.is_some()), u64::from(gone.is_some()));
        Some(TableUndo { gone, newest: row, garbage })
    }

    /// Drops the versions of `key` that no reader reaches and collects their rows.
    pub(super) fn trim(&self, key: &[u8], reachable: &[u64], dropped: &mut Vec<RowRef>) -> TableTrim {
        let hash = self.hash(key);
        let mut shard = self.shard(hash).write();
        let Ok(mut slot) = shard.find_entry(hash, |entry| entry.key.as_slice() == key) else {
            return TableTrim::default();
        };
        let chain = &mut slot.get_mut().chain;
        let ChainTrim { remains, moved } = chain.trim(reachable, dropped);
        if !remains {
            drop(slot.remove());
            return TableTrim { again: None, moved: true, oldest: None };
        }
        let oldest = if moved && !dropped.is_empty() { chain.rows().next().cloned() } else { None };
        TableTrim { again: chain.collectable_from(), moved, oldest }
    }

    /// Makes room for about `rows` rows.
    pub(super) fn reserve(&self, rows: u64) {
        for (number, shard) in self.shards.iter().enumerate() {
            let cells = SHARD_OF_CELL.iter().filter(|&&shard| usize::from(shard) == number).count();
            let share = rows as usize * cells / CELL_COUNT;
            shard.0.write().reserve(share, |entry| hash_key(&self.hasher, entry.key.as_slice()));
        }
    }

    /// Adds a row of a snapshot, which becomes the only version of its key; false when the key is
    /// there already.
    pub(super) fn load(&self, key: &[u8], seq: u64, row: RowRef) -> bool {
        let hash = self.hash(key);
        let mut shard = self.shard(hash).write();
        let slot = shard.entry(
            hash,
            |entry| entry.key.as_slice() == key,
            |entry| hash_key(&self.hasher, entry.key.as_slice()),
        );
        let Slot::Vacant(slot) = slot else { return false };
        slot.insert(Entry { key: StoredKey::new(key), chain: Chain::new(seq, row) });
        drop(shard);
        self.count_live(1, 0);
        true
    }

    /// Adds the keys of one shard, whatever their versions. The lock is held while the keys are
    /// copied, about 10 ns each; the rows are fetched later.
    pub(super) fn copy_keys(&self, shard: usize, out: &mut KeyOrder) {
        let Some(shard) = self.shards.get(shard) else { return };
        let shard = shard.0.read();
        out.reserve(shard.len());
        for entry in shard.iter() {
            out.push(entry.key.as_slice());
        }
    }

    /// Runs `visit` on every row in its newest version, in no order, under the locks of the shards.
    /// For building indexes before there are other readers.
    pub(super) fn visit_newest(&self, visit: &mut dyn FnMut(&[u8], &RowRef)) {
        for shard in &self.shards {
            for entry in shard.0.read().iter() {
                if let Some(row) = entry.chain.newest() {
                    visit(entry.key.as_slice(), row);
                }
            }
        }
    }

    pub(super) fn live_rows(&self) -> u64 {
        self.live_rows.load(Ordering::Relaxed)
    }

    /// Versions held, deletions and superseded ones included, and the bytes of the maps that hold
    /// them.
    pub(super) fn held(&self) -> Held {
        let mut held = Held::default();
        for shard in &self.shards {
            let shard = shard.0.read();
            held.map_bytes += shard.allocation_size() as u64;
            held.versions += shard.iter().map(|entry| entry.chain.len() as u64).sum::<u64>();
        }
        held
    }

    /// Up to `limit` rows, for estimates.
    pub(super) fn sample(&self, limit: usize) -> Vec<RowRef> {
        let per_shard = limit.div_ceil(SHARD_COUNT);
        let mut rows = Vec::with_capacity(limit);
        for shard in &self.shards {
            let shard = shard.0.read();
            rows.extend(shard.iter().filter_map(|entry| entry.chain.newest().cloned()).take(per_shard));
        }
        rows.truncate(limit);
        rows
    }

    fn count_live(&self, added: u64, removed: u64) {
        // Only the writer changes the count, so two steps cannot be torn apart by another writer.
        match (added, removed) {
            (1, 0) => self.live_rows.fetch_add(1, Ordering::Relaxed),
            (0, 1) => self.live_rows.fetch_sub(1, Ordering::Relaxed),
            _ => return,
        };
    }
}

/// What a table holds in memory.
#[derive(Default)]
pub(super) struct Held {
    pub(super) versions: u64,
    pub(super) map_bytes: u64,
}

/// Neighbours, as numbers given one after the other are, differ only in their place within a few slots and
/// in their tags: their rows share cache lines, so that the memory is waited for once for all of them.
#[inline]
fn hash_key(hasher: &RandomState, key: &[u8]) -> u64 {
    let (last, head) = key.split_last().map_or((0, key), |(last, head)| (*last, head));
    let mut hasher = hasher.build_hasher();
    hasher.write(head);
    hasher.write_u8(last >> NEIGHBOUR_BITS);
    let place = u64::from(last & ((1 << NEIGHBOUR_BITS) - 1));
    hasher.finish() ^ place ^ place << TAG_SHIFT
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn shards_are_of_all_widths_between_one_and_two() {
        let width = |number| SHARD_OF_CELL.iter().filter(|&&shard| usize::from(shard) == number).count();
        let widths: Vec<usize> = (0..SHARD_COUNT).map(width).collect();
        assert_eq!(widths.iter().sum::<usize>(), CELL_COUNT);
        assert!(SHARD_OF_CELL.is_sorted());
        for (number, width) in widths.iter().enumerate() {
            let expected = 10.67 + number as f64 / 6.0;
            assert!((*width as f64 - expected).abs() < 1.5, "shard {number} has {width} cells, not about {expected}");
        }
    }

    #[test]
    fn numbers_in_a_row_lie_side_by_side() {
        let hasher = RandomState::default();
        let hash = |number: u64| hash_key(&hasher, &number.to_be_bytes());
        let area = |number| (hash(number) << (u64::BITS - TAG_SHIFT)) >> (u64::BITS - TAG_SHIFT) >> NEIGHBOUR_BITS;
        let neighbours = 1 << NEIGHBOUR_BITS;
        for first in (0..4096).step_by(neighbours) {
            let numbers = first..first + neighbours as u64;
            assert!(numbers.clone().all(|number| area(number) == area(first)), "from {first}");
            let places: HashSet<u64> = numbers.clone().map(|number| hash(number) % neighbours as u64).collect();
            let tags: HashSet<u64> = numbers.map(|number| hash(number) >> TAG_SHIFT).collect();
            assert_eq!((places.len(), tags.len()), (neighbours, neighbours), "from {first}");
            assert_ne!(area(first), area(first + neighbours as u64), "from {first}");
        }
    }

    #[test]
    fn an_entry_is_six_words() {
        assert_eq!(size_of::<Entry>(), 48);
    }
}
