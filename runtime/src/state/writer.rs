//! Everything that changes the tables: put, undo, garbage collection.

use std::collections::VecDeque;

use super::chain::Chain;
use super::entries::KeyOrder;
use super::index::Index;
use super::index_thread::{IndexProgress, ToIndexThread};
use super::key::StoredKey;
use super::pins::Pins;
use super::spec::RowRef;
use super::table::{Garbage, Table};

/// A row with this many versions is trimmed by the write that adds the last one, and again at every doubling: under a pin that lives long, a hot row must not keep them all.
const CROWDED_VERSIONS: usize = 8;

/// How to take one change back; given to [`State::undo`](super::State::undo), newest first.
#[must_use]
pub struct Undo {
    pub(super) table: usize,
    pub(super) change: Change,
}

pub(super) enum Change {
    /// A deletion of nothing.
    Nothing,
    /// A new version.
    Pushed { key: StoredKey },
    /// A version replaced at its own sequence number.
    Replaced { key: StoredKey, row: Option<RowRef> },
    /// A counter set, and what it held at the same sequence number before.
    Counter { replaced: Option<i64> },
}

/// The one writer's queue and scratch memory.
#[derive(Default)]
pub(super) struct Writer {
    /// One place for each row with superseded versions or a deletion, in the order in which
    /// something of them becomes collectable, or later.
    queue: VecDeque<Superseded>,
    /// Whether rows may have two places, or one without having work. A place with a number that
    /// was taken back would block those behind it.
    has_stale_places: bool,
    reachable: Vec<u64>,
    dropped: Vec<RowRef>,
    gone: KeyOrder,
    come: KeyOrder,
    /// Where index changes go while a journal is replayed.
    pub(super) to_index_thread: Option<ToIndexThread>,
}

struct Superseded {
    seq: u64,
    table: u32,
    key: StoredKey,
}

impl Superseded {
    fn row(&self) -> (u32, &[u8]) {
        (self.table, self.key.as_slice())
    }
}

impl Writer {
    pub(super) fn put(
        &mut self,
        tables: &[Table],
        pins: &Pins,
        position: usize,
        seq: u64,
        key: &[u8],
        row: Option<RowRef>,
    ) -> (Option<RowRef>, Undo) {
        let table = &tables[position];
        let Some(put) = table.put(key, seq, row.clone()) else {
            return (None, Undo { table: position, change: Change::Nothing });
        };
        match put.garbage {
            Garbage::Same => {}
            Garbage::Begun => self.enqueue(position, seq, StoredKey::new(key)),
            Garbage::Ended => self.dequeue(position, key),
        }
        if put.moved {
            self.reindex(position, table, key, put.previous.as_ref(), row.as_ref(), put.in_place);
        }
        if put.versions >= CROWDED_VERSIONS && put.versions.is_power_of_two() {
            pins.reachable(&mut self.reachable);
            if self.trim(position, table, key).is_none() {
                self.dequeue(position, key);
            }
        }
        let key = StoredKey::new(key);
        let change =
            if put.in_place { Change::Replaced { key, row: put.previous.clone() } } else { Change::Pushed { key } };
        (put.previous, Undo { table: position, change })
    }

    pub(super) fn undo(&mut self, tables: &[Table], undo: Undo) {
        let table = &tables[undo.table];
        let (key, done) = match undo.change {
            Change::Nothing => return,
            Change::Counter { replaced } => return table.auto.undo(replaced),
            Change::Pushed { key } => {
                let done = table.pop(key.as_slice());
                (key, done)
            }
            Change::Replaced { key, row } => {
                let done = table.replace_newest(key.as_slice(), row);
                (key, done)
            }
        };
        let Some(done) = done else { return };
        self.reindex(undo.table, table, key.as_slice(), done.gone.as_ref(), done.newest.as_ref(), true);
        match done.garbage {
            Garbage::Same => {}
            Garbage::Ended => self.dequeue(undo.table, key.as_slice()),
            Garbage::Begun => {
                let from = collectable_from(table, key.as_slice());
                self.enqueue(undo.table, from.unwrap_or(0), key);
            }
        }
    }

    pub(super) fn set_auto(&mut self, tables: &[Table], pins: &Pins, position: usize, seq: u64, value: i64) -> Undo {
        let auto = &tables[position].auto;
        let (replaced, crowded) = auto.set(seq, value);
        if crowded {
            pins.reachable(&mut self.reachable);
            auto.trim(self.reachable.first().copied().unwrap_or(0));
        }
        Undo { table: position, change: Change::Counter { replaced } }
    }

    /// Visits up to `budget` rows of the queue and drops what no reader reaches; gives the number
    /// of rows visited.
    pub(super) fn collect(&mut self, tables: &[Table], pins: &Pins, budget: usize) -> usize {
        if self.has_stale_places {
            self.rebuild_queue(tables);
        }
        pins.reachable(&mut self.reachable);
        let horizon = self.reachable.first().copied().unwrap_or(0);
        let mut visited = 0;
        while visited < budget && self.queue.front().is_some_and(|superseded| superseded.seq <= horizon) {
            let Some(superseded) = self.queue.pop_front() else { break };
            visited += 1;
            let table = &tables[superseded.table as usize];
            if let Some(seq) = self.trim(superseded.table as usize, table, superseded.key.as_slice()) {
                self.queue.push_back(Superseded { seq, ..superseded });
            }
        }
        if self.queue.is_empty() && visited > 0 {
            // A burst under a long pin must not hold its memory for ever.
            self.queue.shrink_to(1024);
        }
        visited
    }

    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    fn enqueue(&mut self, table: usize, seq: u64, key: StoredKey) {
        self.queue.push_back(Superseded { seq, table: table as u32, key });
    }

    /// Takes a row out of the queue that has no work left after a change or an undo. It is the last
    /// one, unless other rows came in between.
    fn dequeue(&mut self, table: usize, key: &[u8]) {
        if self.queue.back().is_some_and(|last| last.row() == (table as u32, key)) {
            self.queue.pop_back();
        } else {
            self.has_stale_places = true;
        }
    }

    /// Gives every row with work exactly one place again.
    fn rebuild_queue(&mut self, tables: &[Table]) {
        let mut places = Vec::from(std::mem::take(&mut self.queue));
        places.sort_unstable_by(|left, right| left.row().cmp(&right.row()));
        places.dedup_by(|left, right| left.row() == right.row());
        places.retain_mut(|place| {
            let from = collectable_from(&tables[place.table as usize], place.key.as_slice());
            place.seq = from.unwrap_or(place.seq);
            from.is_some()
        });
        places.sort_by_key(|place| place.seq);
        self.queue = VecDeque::from(places);
        self.has_stale_places = false;
    }

    /// Drops unreachable versions of a row, and the index entries that only they had.
    fn trim(&mut self, position: usize, table: &Table, key: &[u8]) -> Option<u64> {
        let mut dropped = std::mem::take(&mut self.dropped);
        let trim = table.trim(key, &self.reachable, &mut dropped);
        for row in dropped.drain(..) {
            if trim.moved {
                self.reindex(position, table, key, Some(&row), trim.oldest.as_ref(), true);
            }
        }
        self.dropped = dropped;
        trim.again
    }

    /// Adds the entries that `come` has and `gone` has not, and, if `remove` is set, removes the
    /// entries of `gone` that no retained version has. An index whose keys are the same in both
    /// rows is not touched.
    fn reindex(
        &mut self,
        position: usize,
        table: &Table,
        key: &[u8],
        gone: Option<&RowRef>,
        come: Option<&RowRef>,
        remove: bool,
    ) {
        for (number, index) in table.indexes.iter().enumerate() {
            let mut change = |index_key: &[u8], is_added: bool| match &mut self.to_index_thread {
                Some(thread) => thread.changes.push(position, number, index_key, key, is_added),
                None if is_added => drop(index.insert(index_key, key)),
                None => drop(index.remove(index_key, key)),
            };
            match (gone, come) {
                (None, None) => continue,
                (None, Some(come)) => {
                    (index.spec.keys)(&**come, &mut |index_key, _| change(index_key, true));
                    continue;
                }
                (Some(gone), Some(come)) if (index.spec.agree)(&**gone, &**come) => continue,
                (Some(_), _) => {}
            }
            collect_keys(index, gone, &mut self.gone);
            collect_keys(index, come, &mut self.come);
            if self.gone == self.come {
                continue;
            }
            self.gone.sort();
            self.come.sort();
            for entry in self.come.iter().filter(|entry| !self.gone.contains(entry.bytes)) {
                change(entry.bytes, true);
            }
            if !remove {
                continue;
            }
            for entry in self.gone.iter().filter(|entry| !self.come.contains(entry.bytes)) {
                if !is_retained(table, index, key, entry.bytes) {
                    change(entry.bytes, false);
                }
            }
        }
    }

    /// Hands index changes over to the thread that makes them, when there are enough.
    pub(super) fn hand_over_index_changes(&mut self, progress: &IndexProgress) {
        if let Some(thread) = &mut self.to_index_thread {
            thread.hand_over_full(progress);
        }
    }
}

fn collect_keys(index: &Index, row: Option<&RowRef>, keys: &mut KeyOrder) {
    keys.clear();
    if let Some(row) = row {
        (index.spec.keys)(&**row, &mut |key, _| keys.push(key));
    }
}

/// From when on the garbage collector has something to do at `key`, if it ever has.
fn collectable_from(table: &Table, key: &[u8]) -> Option<u64> {
    table.read_chain(key, Chain::collectable_from).flatten()
}

/// Whether a version that the table still holds has `index_key`.
fn is_retained(table: &Table, index: &Index, key: &[u8], index_key: &[u8]) -> bool {
    let retained = table.read_chain(key, |chain| chain.rows().any(|row| index.spec.has_key(&**row, index_key)));
    retained.unwrap_or(false)
}
