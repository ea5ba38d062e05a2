//! Takes snapshots of the state from time to time, so that a restart replays only the tail.
//!
//! A snapshot is a cache: the journal alone gives the same state. It is written by a thread of its
//! own from a pinned sequence number, while commands go on.

use crate::exec::batch::{read_bytes, read_reply, write_bytes, write_reply};
use crate::exec::engine::{CommittedPoint, Shared};
use crate::exec::idempotency::{Recorded, Scope};
use crate::journal::{Journal, JournalError};
use crate::log;
use crate::state::snapshot::{SnapshotHead, Snapshots};
use crate::value::wire::{Wire, WireError, read_u64, write_u64};
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// When a snapshot is due.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotPolicy {
    /// After this many bytes of batches since the last one; 0 turns snapshots off.
    pub every_bytes: u64,
    /// How often that is looked at.
    pub poll: Duration,
}

impl Default for SnapshotPolicy {
    fn default() -> Self {
        // So much is replayed in a few seconds, so a restart stays short.
        Self { every_bytes: 256 * 1024 * 1024, poll: Duration::from_secs(5) }
    }
}

/// What a snapshot holds beside the rows.
pub(crate) struct SnapshotMeta {
    pub(crate) point: CommittedPoint,
    /// What stands in the journal at its index: a snapshot of another history is told apart by it.
    pub(crate) entry: Option<EntryMark>,
    pub(crate) answers: Vec<(Scope, Recorded)>,
}

/// What tells an entry of the journal apart from another one at the same index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryMark {
    term: u64,
    node: u64,
    payload_crc: u32,
}

impl EntryMark {
    /// The mark of the entry at an index, if the journal has one there.
    pub(crate) fn at(journal: &Journal, index: u64) -> Result<Option<Self>, JournalError> {
        let entries = journal.read(index, index + 1, 0)?;
        Ok(entries.first().filter(|entry| entry.position.index == index).map(|entry| Self {
            term: entry.position.term,
            node: entry.position.node,
            payload_crc: crc32c::crc32c(&entry.payload),
        }))
    }
}

impl SnapshotMeta {
    /// The committed state's own; the caller holds the pin of its sequence number.
    fn of(shared: &Shared, point: CommittedPoint) -> Result<Self, JournalError> {
        let entry = point.index.map_or(Ok(None), |index| EntryMark::at(&shared.journal, index))?;
        let writer = shared.writer.lock();
        let answers =
            writer.idempotency.through(point.seq).map(|(scope, recorded)| (scope.clone(), recorded.clone())).collect();
        Ok(Self { point, entry, answers })
    }

    fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_u64(self.point.index.map_or(0, |index| index + 1), &mut out);
        write_u64(self.point.seq, &mut out);
        self.point.micros.write(&mut out);
        write_u64(u64::from(self.entry.is_some()), &mut out);
        if let Some(mark) = self.entry {
            write_u64(mark.term, &mut out);
            write_u64(mark.node, &mut out);
            write_u64(u64::from(mark.payload_crc), &mut out);
        }
        write_u64(self.answers.len() as u64, &mut out);
        for (scope, recorded) in &self.answers {
            write_bytes(scope.as_bytes(), &mut out);
            write_u64(recorded.seq, &mut out);
            recorded.micros.write(&mut out);
            out.extend_from_slice(&recorded.fingerprint);
            write_reply(&recorded.reply, &mut out);
        }
        out
    }

    pub(crate) fn read(mut input: &[u8]) -> Result<Self, WireError> {
        let input = &mut input;
        let index = read_u64(input)?.checked_sub(1);
        let point = CommittedPoint { index, seq: read_u64(input)?, micros: i64::read(input)? };
        let entry = match read_u64(input)? {
            0 => None,
            1 => Some(EntryMark {
                term: read_u64(input)?,
                node: read_u64(input)?,
                payload_crc: u32::try_from(read_u64(input)?).map_err(|_| WireError::OutOfRange)?,
            }),
            _ => return Err(WireError::BadTag),
        };
        let count = read_u64(input)?;
        let mut answers = Vec::new();
        for _ in 0..count {
            let scope = Scope::from_bytes(read_bytes(input)?);
            let seq = read_u64(input)?;
            let micros = i64::read(input)?;
            let (fingerprint, rest) = input.split_first_chunk::<16>().ok_or(WireError::Truncated)?;
            *input = rest;
            answers.push((scope, Recorded { seq, micros, fingerprint: *fingerprint, reply: read_reply(input)? }));
        }
        if input.is_empty() { Ok(Self { point, entry, answers }) } else { Err(WireError::TrailingBytes) }
    }
}

/// The thread that takes snapshots.
pub(crate) struct Keeper {
    work: Arc<Work>,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Work {
    shared: Arc<Shared>,
    snapshots: Arc<Snapshots>,
    policy: SnapshotPolicy,
    is_stopping: Mutex<bool>,
    wake: Condvar,
}

impl Keeper {
    /// Starts the thread.
    pub(crate) fn start(shared: Arc<Shared>, snapshots: Arc<Snapshots>, policy: SnapshotPolicy) -> Self {
        let work = Arc::new(Work { shared, snapshots, policy, is_stopping: Mutex::new(false), wake: Condvar::new() });
        let for_thread = Arc::clone(&work);
        let thread = (policy.every_bytes > 0)
            .then(|| std::thread::Builder::new().name("snapshots".into()).spawn(move || for_thread.run()).ok())
            .flatten();
        Self { work, thread }
    }

    /// Takes a snapshot in the calling thread.
    pub(crate) fn snapshot_now(&self) -> std::io::Result<()> {
        self.work.snapshot().map(drop)
    }

    /// Ends the thread; one that is writing finishes first.
    pub(crate) fn stop(mut self) {
        *self.work.is_stopping.lock() = true;
        self.work.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread was printed when it happened; the journal is not affected.
            let _ = thread.join();
        }
    }
}

impl Work {
    fn run(&self) {
        let mut last_bytes = 0;
        let mut is_stopping = self.is_stopping.lock();
        while !*is_stopping {
            self.wake.wait_for(&mut is_stopping, self.policy.poll);
            let bytes = self.shared.applied_bytes.load(Ordering::Relaxed);
            if *is_stopping || bytes - last_bytes < self.policy.every_bytes {
                continue;
            }
            drop(is_stopping);
            match self.snapshot() {
                Ok(_) => last_bytes = bytes,
                // A snapshot is a cache: the journal goes on, and the next turn tries again.
                Err(error) => log::error("no snapshot could be written", &[("error", &error.to_string())]),
            }
            is_stopping = self.is_stopping.lock();
        }
    }

    /// Writes a snapshot as of the committed point; gives its transaction.
    fn snapshot(&self) -> std::io::Result<u64> {
        let (point, pin) = {
            let committed = self.shared.committed.lock();
            (*committed, self.shared.state.pin())
        };
        let Some(index) = point.index else { return Ok(0) };
        let meta = SnapshotMeta::of(&self.shared, point).map_err(std::io::Error::other)?.write();
        let head = SnapshotHead { index, fingerprint: self.shared.schema.fold_fingerprint, meta };
        self.snapshots.write(&self.shared.state, &pin, &head)?;
        Ok(point.seq)
    }
}
