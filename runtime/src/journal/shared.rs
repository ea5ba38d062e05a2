//! What the handles of a journal and its threads have in common.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Condvar, Mutex};

use super::entry::{Entry, EntryKind, LogPosition, Vote};
use super::error::AppendRefused;
use super::identity::Identity;
use super::index::LogIndex;
use super::options::{JournalOptions, StorageFailure};
use super::spare::Spares;
use super::tail::Tail;

/// Called by the IO thread when an operation is durable. Dropped instead of called when
/// storage failed or the journal ended before.
pub trait Completion: Send + 'static {
    /// `newest` is false when the completion of a later append follows at once.
    fn durable(self: Box<Self>, newest: bool);
}

impl<F: FnOnce(bool) + Send + 'static> Completion for F {
    fn durable(self: Box<Self>, newest: bool) {
        self(newest);
    }
}

/// What the IO thread is asked to do.
pub(super) struct Task {
    pub(super) work: Work,
    pub(super) done: Box<dyn Completion>,
}

pub(super) enum Work {
    Append(Vec<Entry>),
    Vote(Vote),
    /// Remove the entries from this index on.
    Truncate(u64),
    /// Entries through this one are no longer part of the log; the files stay.
    Purge(LogPosition),
}

/// Guarded by one lock that is never held across IO.
pub(super) struct State {
    /// In order.
    pub(super) tasks: VecDeque<Task>,
    /// Bytes of entries that wait for the IO thread.
    pub(super) waiting_bytes: u64,
    /// No more tasks are taken; the IO thread finishes those that wait and ends.
    pub(super) closing: bool,
    /// Storage failed, or the IO thread has ended.
    pub(super) stopped: bool,
    pub(super) tail: Tail,
    /// A truncation to this index waits: later entries in the tail are new ones, whatever was
    /// durable under their index before.
    pub(super) truncating: Option<u64>,
    pub(super) last: Option<LogPosition>,
    pub(super) purged: Option<LogPosition>,
    pub(super) vote: Option<Vote>,
    /// The first entry of each leader, oldest first.
    pub(super) leaders: Vec<LogPosition>,
    /// All membership entries, oldest first.
    pub(super) memberships: Vec<Entry>,
}

/// What the handles of a journal and its threads have in common.
pub(super) struct Shared {
    pub(super) options: JournalOptions,
    pub(super) identity: Identity,
    pub(super) state: Mutex<State>,
    /// Wakes the IO thread.
    pub(super) work: Condvar,
    pub(super) index: Mutex<LogIndex>,
    pub(super) spares: Arc<Spares>,
    /// One more than the highest durable index.
    pub(super) durable_next: AtomicU64,
    /// One more than the highest committed index that was told.
    pub(super) committed_next: AtomicU64,
    /// What is left of the present segment.
    pub(super) room_bytes: AtomicU64,
}

impl Shared {
    pub(super) fn durable_next(&self) -> u64 {
        self.durable_next.load(Ordering::Acquire)
    }

    /// Stops everything: nothing that waits is ever acknowledged.
    pub(super) fn fail(&self, failure: &StorageFailure) {
        let (first, tasks) = {
            let mut state = self.state.lock();
            (!std::mem::replace(&mut state.stopped, true), std::mem::take(&mut state.tasks))
        };
        if first {
            (self.options.fail_stop)(failure);
        }
        self.work.notify_all();
        self.spares.stop();
        // Only now, as those who wait learn by it that they wait in vain.
        drop(tasks);
    }
}

impl State {
    /// Takes note of entries that are appended, if they follow the log.
    pub(super) fn take(&mut self, entries: &[Entry]) -> Result<(), AppendRefused> {
        let Some(first) = entries.first() else { return Ok(()) };
        // An empty log starts with any index.
        let expected = self.last.map_or(first.position.index, |last| last.index + 1);
        for (entry, expected) in entries.iter().zip(expected..) {
            if entry.position.index != expected {
                return Err(AppendRefused::Gap { expected });
            }
        }
        if self.tail.next() != expected {
            self.tail.restart(expected);
        }
        for entry in entries {
            let position = entry.position;
            if self.last.is_none_or(|last| (last.term, last.node) != (position.term, position.node)) {
                self.leaders.push(position);
            }
            if entry.kind == EntryKind::Membership {
                self.memberships.push(entry.clone());
            }
            self.last = Some(position);
            self.tail.push(entry.clone());
        }
        Ok(())
    }

    /// Takes note that the entries from an index on are removed.
    pub(super) fn truncate(&mut self, next: u64) {
        if self.last.is_none_or(|last| last.index < next) {
            return;
        }
        self.truncating = Some(next);
        self.tail.truncate(next);
        self.leaders.retain(|leader| leader.index < next);
        self.memberships.retain(|entry| entry.position.index < next);
        // The last entry that is left is one of the last leader that is left.
        let kept = self.leaders.last().map(|leader| LogPosition { index: next - 1, ..*leader });
        self.last = self.purged.filter(|purged| purged.index + 1 >= next).or(kept);
    }

    /// Takes note that the entries through a position are no longer part of the log.
    pub(super) fn purge(&mut self, through: LogPosition) {
        self.purged = Some(through);
        if self.last.is_none_or(|last| last.index < through.index) {
            self.last = Some(through);
            self.tail.restart(through.index + 1);
        }
    }
}
