//! Index changes made by a thread of their own, while a journal is replayed.
//!
//! A replay is the work of one thread, since each event rests on those before it. Its index
//! entries, though, are seldom read by it: they are collected in the order in which they come to
//! be, and a second thread makes them. Whoever reads an index first waits until it is up to date.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use parking_lot::{Condvar, Mutex};

use super::State;
use super::table::Table;

/// How many changes are handed over together.
const CHANGES_PER_LIST: usize = 2048;
/// How many lists may wait for the thread.
const LISTS_MAX: usize = 16;
/// After this many reads the replay goes on alone: waiting for the other thread costs more each
/// time than making an entry does.
const READS_MAX: u32 = 1000;

/// Changes of indexes in their order.
#[derive(Default)]
pub(super) struct IndexChanges {
    bytes: Vec<u8>,
    changes: Vec<IndexChange>,
}

#[derive(Clone, Copy)]
struct IndexChange {
    table: u32,
    index: u32,
    index_key_bytes: u32,
    row_key_bytes: u32,
    is_added: bool,
}

impl IndexChanges {
    pub(super) fn push(&mut self, table: usize, index: usize, index_key: &[u8], row_key: &[u8], is_added: bool) {
        self.bytes.extend_from_slice(index_key);
        self.bytes.extend_from_slice(row_key);
        self.changes.push(IndexChange {
            table: table as u32,
            index: index as u32,
            index_key_bytes: index_key.len() as u32,
            row_key_bytes: row_key.len() as u32,
            is_added,
        });
    }

    fn make(&self, tables: &[Table]) {
        let mut rest = self.bytes.as_slice();
        for change in &self.changes {
            let (index_key, after) = rest.split_at(change.index_key_bytes as usize);
            let (row_key, after) = after.split_at(change.row_key_bytes as usize);
            rest = after;
            let index = &tables[change.table as usize].indexes[change.index as usize];
            if change.is_added {
                index.insert(index_key, row_key);
            } else {
                index.remove(index_key, row_key);
            }
        }
    }
}

/// The changes in the making and the way to the thread; held by the writer.
pub(super) struct ToIndexThread {
    pub(super) changes: IndexChanges,
    lists: SyncSender<IndexChanges>,
    reads: u32,
}

impl ToIndexThread {
    /// Hands the changes over when there are enough of them.
    pub(super) fn hand_over_full(&mut self, progress: &IndexProgress) {
        if self.changes.changes.len() >= CHANGES_PER_LIST {
            self.hand_over(progress);
        }
    }

    fn hand_over(&mut self, progress: &IndexProgress) {
        if self.changes.changes.is_empty() {
            return;
        }
        progress.behind.lock().lists += 1;
        let next = progress.spare.lock().pop().unwrap_or_default();
        let full = std::mem::replace(&mut self.changes, next);
        assert!(self.lists.send(full).is_ok(), "the index thread has ended");
    }
}

/// How far the thread has come.
#[derive(Default)]
pub(super) struct IndexProgress {
    is_behind: AtomicBool,
    behind: Mutex<Behind>,
    made: Condvar,
    /// Lists that were made, emptied: their memory is used again.
    spare: Mutex<Vec<IndexChanges>>,
}

#[derive(Default)]
struct Behind {
    /// Lists handed over and not made yet.
    lists: usize,
    /// Whether nobody makes them any more.
    has_ended: bool,
}

impl State {
    /// Runs `replay`, which is the only user of the state, with a second thread for the indexes.
    pub fn with_index_thread<T>(&self, replay: impl FnOnce() -> T) -> T {
        let (lists, received) = sync_channel(LISTS_MAX);
        std::thread::scope(|scope| {
            *self.index_progress.behind.lock() = Behind::default();
            scope.spawn(|| self.make_index_changes(received));
            self.writer.lock().to_index_thread =
                Some(ToIndexThread { changes: IndexChanges::default(), lists, reads: 0 });
            self.index_progress.is_behind.store(true, Ordering::Relaxed);
            // Also when the replay panics: the thread ends when nothing more can come.
            let _end = EndOfThread(self);
            replay()
        })
    }

    fn make_index_changes(&self, lists: Receiver<IndexChanges>) {
        // Also when this thread panics: who waits for it must not wait for ever.
        let _end = EndOfMaking(&self.index_progress);
        for mut changes in lists {
            changes.make(&self.tables);
            changes.bytes.clear();
            changes.changes.clear();
            self.index_progress.spare.lock().push(changes);
            self.index_progress.behind.lock().lists -= 1;
            self.index_progress.made.notify_one();
        }
    }

    /// Waits until the indexes are up to date, before one is read.
    pub(super) fn bring_indexes_up_to_date(&self) {
        if !self.index_progress.is_behind.load(Ordering::Relaxed) {
            return;
        }
        let mut writer = self.writer.lock();
        let Some(thread) = &mut writer.to_index_thread else { return };
        thread.reads += 1;
        let is_last = thread.reads >= READS_MAX;
        self.settle_indexes(thread);
        if is_last {
            writer.to_index_thread = None;
            self.index_progress.is_behind.store(false, Ordering::Relaxed);
        }
    }

    fn settle_indexes(&self, thread: &mut ToIndexThread) {
        thread.hand_over(&self.index_progress);
        let mut behind = self.index_progress.behind.lock();
        while behind.lists > 0 {
            assert!(!behind.has_ended, "the index thread has ended");
            self.index_progress.made.wait(&mut behind);
        }
    }
}

struct EndOfMaking<'s>(&'s IndexProgress);

impl Drop for EndOfMaking<'_> {
    fn drop(&mut self) {
        self.0.behind.lock().has_ended = true;
        self.0.made.notify_one();
    }
}

struct EndOfThread<'s>(&'s State);

impl Drop for EndOfThread<'_> {
    fn drop(&mut self) {
        let thread = self.0.writer.lock().to_index_thread.take();
        if let Some(mut thread) = thread
            && !std::thread::panicking()
        {
            self.0.settle_indexes(&mut thread);
        }
        self.0.index_progress.is_behind.store(false, Ordering::Relaxed);
        self.0.index_progress.spare.lock().clear();
    }
}
