//! One table: the chains of its rows, spread over shards, and its indexes.

use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;
use parking_lot::RwLock;

use super::auto::AutoCounter;
use super::chain::{Chain, ChainPut, Version};
use super::entries::KeyOrder;
use super::index::Index;
use super::key::StoredKey;
use super::spec::{RowRef, TableSpec};

/// Enough for a few readers and the writer; a power of two, since bits of the hash choose a shard.
pub(super) const SHARD_COUNT: usize = 64;

/// The hash map inside a shard uses the lowest and the seven highest bits; these lie between.
const SHARD_SHIFT: u32 = 48;

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
    pub(super) garbage: Garbage,
    /// How many superseded versions the row has now.
    pub(super) older_len: usize,
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

impl Table {
    pub(super) fn new(spec: &'static TableSpec, hasher: RandomState) -> Self {
        Table {
            spec,
            indexes: spec.indexes.iter().map(|index| Index::new(index)).collect(),
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
        &self.shards[(hash >> SHARD_SHIFT) as usize % SHARD_COUNT].0
    }

    /// Runs `read` on the version of `key` at `at`, under the lock of its shard.
    #[inline]
    pub(super) fn read_version<T>(
        &self,
        key: &[u8],
        at: impl FnOnce() -> u64,
        read: impl FnOnce(&Version) -> Option<T>,
    ) -> Option<T> {
        let hash = self.hash(key);
        let shard = self.shard(hash).read();
        let entry = shard.find(hash, |entry| entry.key.as_slice() == key)?;
        read(entry.chain.version_at(at())?)
    }

    #[inline]
    pub(super) fn get(&self, key: &[u8], at: u64) -> Option<RowRef> {
        self.read_version(key, || at, |version| version.row.clone())
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
                TablePut { previous: None, in_place: false, garbage: Garbage::Same, older_len: 0 }
            }
            Slot::Occupied(mut slot) => {
                let chain = &mut slot.get_mut().chain;
                if row.is_none() && chain.newest().row.is_none() {
                    return None;
                }
                let before = chain.needs_collection();
                let ChainPut { previous, in_place } = chain.put(seq, row);
                let garbage = Garbage::change(before, chain.needs_collection());
                TablePut { previous, in_place, garbage, older_len: chain.older_len() }
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
        let before = chain.needs_collection();
        let (gone, remains) = chain.pop();
        let undo = if remains {
            let garbage = Garbage::change(before, chain.needs_collection());
            TableUndo { gone, newest: chain.newest().row.clone(), garbage }
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
        let before = chain.needs_collection();
        let gone = chain.replace_newest(row.clone());
        let garbage = Garbage::change(before, chain.needs_collection());
        drop(shard);
        self.count_live(u64::from(row.is_some()), u64::from(gone.is_some()));
        Some(TableUndo { gone, newest: row, garbage })
    }

    /// Drops the versions of `key` that no reader reaches and collects their rows, and the row that
    /// superseded them. Gives the number from which on the row is worth another visit.
    pub(super) fn trim(
        &self,
        key: &[u8],
        reachable: &[u64],
        dropped: &mut Vec<RowRef>,
    ) -> (Option<u64>, Option<RowRef>) {
        let hash = self.hash(key);
        let mut shard = self.shard(hash).write();
        let Ok(mut slot) = shard.find_entry(hash, |entry| entry.key.as_slice() == key) else {
            return (None, None);
        };
        let chain = &mut slot.get_mut().chain;
        if !chain.trim(reachable, dropped) {
            drop(slot.remove());
            return (None, None);
        }
        let again = chain.needs_collection().then(|| chain.collectable_from());
        let oldest = if dropped.is_empty() { None } else { chain.versions().find_map(|version| version.row.clone()) };
        (again, oldest)
    }

    /// Makes room for about `rows` rows.
    pub(super) fn reserve(&self, rows: u64) {
        let per_shard = (rows / SHARD_COUNT as u64) as usize;
        for shard in &self.shards {
            shard.0.write().reserve(per_shard, |entry| hash_key(&self.hasher, entry.key.as_slice()));
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
                if let Some(row) = &entry.chain.newest().row {
                    visit(entry.key.as_slice(), row);
                }
            }
        }
    }

    pub(super) fn live_rows(&self) -> u64 {
        self.live_rows.load(Ordering::Relaxed)
    }

    /// Keys and versions held, deletions and superseded versions included, and the bytes of the
    /// maps that hold them.
    pub(super) fn held(&self) -> Held {
        let mut held = Held::default();
        for shard in &self.shards {
            let shard = shard.0.read();
            held.keys += shard.len() as u64;
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
            rows.extend(shard.iter().filter_map(|entry| entry.chain.newest().row.clone()).take(per_shard));
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
    pub(super) keys: u64,
    pub(super) versions: u64,
    pub(super) map_bytes: u64,
}

#[inline]
fn hash_key(hasher: &RandomState, key: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(key);
    hasher.finish()
}
