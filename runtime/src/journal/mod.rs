//! The journal: the log of the consensus, which is at the same time the history of all events.
//!
//! Entries are only ever appended; those that were never committed may be truncated. One thread
//! does all writing: it takes everything that waits, writes it with one call, syncs once, and
//! tells everybody who waits. A failed call to the file system stops everything for good.
//!
//! # Files
//!
//! ```text
//! data/
//!   LOCK        locked (flock, exclusive) while a process works here
//!   node.toml   node_id, cluster_id, checksum             -> identity.rs
//!   vote.bin    the vote of this node, twice              -> vote_file.rs
//!   shapes      an opaque blob of the application         -> small_file.rs
//!   purged      index, term, node (u64 each): entries through there are no longer part of the
//!               log, although the files stay              -> small_file.rs
//!   cut         a truncation is under way; at a start it is done again: index u64 from which on
//!               entries go; then, unless the entry before it ends with a sector, number u64 of
//!               its segment, offset u64 of that sector, and the bytes of it that stay, which
//!               zeros follow                              -> small_file.rs
//!   log/<first index, 20 digits>-<salt, 8 hex digits>.seg
//!   log/spare.seg, log/spare.tmp    the next segment, full of zeros
//! ```
//! Directories have mode 0700, files 0600. All numbers are little-endian; every checksum is a
//! crc32c.
//!
//! # Segments
//!
//! A segment has its full length from the start and is written in place, so that an append
//! changes no metadata. Its header is durable before it gets its name, and its name before its
//! first frame. The header fills 4096 bytes:
//!
//! | at | field |
//! |---|---|
//! | 0 | magic `RSTNLOG1` |
//! | 8 | format u16 = 1 |
//! | 10 | flags u16; 1: the log has an entry before this segment |
//! | 12 | salt u32, random |
//! | 16 | cluster id u128 |
//! | 32 | number u64: 1, 2, 3 .. |
//! | 40 | index u64 of its first entry |
//! | 48, 56, 64 | index, term, node (u64 each) of the entry before, if flagged |
//! | 72 | chain u64: that of its first frame |
//! | 80 | where in the segment before its seal stands, u64; 0 in segment 1 |
//! | 88 | salt of the segment before u32; 0 in segment 1 |
//! | 96 | creation, microseconds since 1970, i64 |
//! | 104 | length of the file u64 |
//! | 4092 | crc32c of everything before |
//!
//! # Frames
//!
//! Frames follow the header, each at a multiple of 8. A group that was written at once starts at
//! a multiple of 512, so that no sector with acknowledged data is ever written again. A reader
//! therefore looks for the next frame at the next multiple of 8, and, if the length there is 0,
//! at the next multiple of 512; if that is 0 too (or less than 64 bytes are left), the segment
//! ends. The header of a frame is 64 bytes, its payload follows:
//!
//! | at | field |
//! |---|---|
//! | 0 | length u32 of header and payload |
//! | 4 | kind u8: 1 batch, 2 blank, 3 membership, 4 seal, 5 cover |
//! | 5 | flags u8 = 0 |
//! | 6 | codec u16 = 0 |
//! | 8, 16, 24 | index, term, node (u64 each); for 4 and 5 those of the end of the log |
//! | 32 | durable u64: one more than the highest index synced when this was written |
//! | 40 | committed u64: one more than the highest index known as committed |
//! | 48 | chain u64: the two checksums of the frame before, `payload << 32 \| header`, through all segments; 0 at the start |
//! | 56 | crc32c of the payload, seeded with the salt |
//! | 60 | crc32c of bytes 0 to 60, seeded with the salt |
//!
//! As the header checksum covers `chain`, and `chain` the header checksum before, each frame
//! vouches for the whole log before it. Blank, cover: no payload. Batch, membership: opaque.
//!
//! A **cover** is written when the journal is idle and when it is closed: its `durable` covers
//! the last group. A **seal** is the last frame of a full segment; the header of the next
//! segment points at it. Its payload:
//!
//! ```text
//! number of entries u64
//! n u32, n x (index u64, offset of its frame u64)    one for each 64 KiB, ascending
//! n u32, n x (index, term, node)                     the first entry of each leader
//! n u32, n x (index, term, node, length u32, bytes)  the membership entries, whole
//! ```
//!
//! # Recovery
//!
//! Each segment is synced before it is believed. All segments but the last must be sealed; the
//! last one is read from end to end. Where its frames stop (by zeros, or by bytes that are no
//! sound frame, or do not fit the chain) at the place of entry `i`, the rest of the file
//! decides: a sound header anywhere behind whose `durable` exceeds `i` proves that the entry
//! was safe on disk, so the file is **damaged**, and the start is refused with file, offset and
//! index. Otherwise what follows was never acknowledged: a **torn tail**, which is zeroed,
//! synced and reported. Damage inside a sealed segment shows when it is read.
//!
//! The known limits, as nothing outside of the file tells where it ended: damage to the last synced
//! group, before a later frame covers it, looks like a torn tail; and so does a file whose end, from
//! some frame on, is zeros (a disk that lost whole blocks of the end, covers included). A snapshot
//! that reaches further than the journal uncovers the latter. A cut is therefore reported as an error
//! to look at, not in passing.
//!
//! # A full disk
//!
//! A helper thread always keeps one zeroed segment ready. When it cannot, [`Journal::space`]
//! tells [`Space::Full`] as soon as the rest of the present segment is no more than what is kept
//! for entries that are on their way; commands are refused then, before anything is written. An
//! append that finds no room at all waits, unacknowledged, until there is some.

mod entry;
mod error;
mod format;
mod identity;
mod index;
mod last_segment;
mod opening;
mod options;
mod reader;
mod recovery;
mod replay;
mod reshape;
mod rotation;
mod shared;
mod small_file;
mod spare;
mod tail;
#[cfg(test)]
mod tests;
mod vote_file;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;

pub use entry::{Entry, EntryKind, Frame, LogPosition, Space, Vote};
pub use error::{AppendRefused, Corruption, JournalError};
pub use identity::Identity;
pub use last_segment::TornTail;
pub use opening::RecoveryReport;
pub use options::{
    DEFAULT_FIRST_SEGMENT_BYTES, DEFAULT_SEGMENT_BYTES, DEFAULT_TAIL_CACHE_BYTES, FailStop, JournalOptions,
    SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN, STORAGE_FAILURE_EXIT_CODE, StorageFailure, exit_on_failure,
};
pub use shared::Completion;

use crate::platform::DiskLock;
use shared::{Shared, State, Task, Work};
use writer::SEGMENT_OVERHEAD_BYTES;

/// The blob of the application.
pub(crate) const SHAPES_FILE: &str = "shapes";
/// The longest payload of a membership entry; seals repeat them.
const MEMBERSHIP_BYTES_MAX: usize = 64 * 1024;
/// How much of a segment is kept for entries that are on their way when the disk is full.
const RESERVE_BYTES: u64 = 32 * 1024 * 1024;

/// The journal in a data directory. Clones are handles to the same one; the last one closes it.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    /// The lock of the data directory and the threads, until the journal is closed.
    running: Mutex<Option<Running>>,
}

struct Running {
    writer: JoinHandle<()>,
    helper: JoinHandle<()>,
    _lock: Box<dyn DiskLock>,
}

/// Where the segments of a data directory lie.
fn log_directory(directory: &Path) -> PathBuf {
    directory.join("log")
}

impl Journal {
    /// Who this data directory belongs to.
    pub fn identity(&self) -> Identity {
        self.inner.shared.identity
    }

    /// Hands entries to the IO thread. They can be read at once; `done` is called when they,
    /// and everything before them, are durable. All of them are taken, or none.
    pub fn append(&self, entries: Vec<Entry>, done: Box<dyn Completion>) -> Result<(), AppendRefused> {
        let limit = self.payload_bytes_max();
        let mut bytes = 0;
        for entry in &entries {
            let limit = if entry.kind == EntryKind::Membership { MEMBERSHIP_BYTES_MAX.min(limit / 4) } else { limit };
            if entry.payload.len() > limit {
                return Err(AppendRefused::TooLarge { limit });
            }
            bytes += entry.payload.len() as u64;
        }
        let shared = &self.inner.shared;
        let mut state = shared.state.lock();
        if state.closing || state.stopped {
            return Err(AppendRefused::Stopped);
        }
        state.take(&entries)?;
        state.waiting_bytes += bytes;
        state.tasks.push_back(Task { work: Work::Append(entries), done });
        drop(state);
        shared.work.notify_one();
        Ok(())
    }

    /// The longest payload that a batch may have.
    pub fn payload_bytes_max(&self) -> usize {
        (self.inner.shared.options.segment_bytes - SEGMENT_OVERHEAD_BYTES) as usize
    }

    /// Whether there is room for more commands.
    pub fn space(&self) -> Space {
        let shared = &self.inner.shared;
        if !shared.spares.is_full() {
            return Space::Ready;
        }
        let reserve = RESERVE_BYTES.min(shared.options.segment_bytes / 2);
        let waiting = shared.state.lock().waiting_bytes;
        let room = shared.room_bytes.load(Ordering::Relaxed).saturating_sub(waiting);
        if room > reserve { Space::Ready } else { Space::Full }
    }

    /// The last entry, durable or not.
    pub fn last_position(&self) -> Option<LogPosition> {
        self.inner.shared.state.lock().last
    }

    /// One more than the highest durable index.
    pub fn durable_next(&self) -> u64 {
        self.inner.shared.durable_next()
    }

    /// One more than the highest index known as committed, as far as it was told here or stood
    /// in the frames at the start.
    pub fn committed_next(&self) -> u64 {
        self.inner.shared.committed_next.load(Ordering::Relaxed)
    }

    /// Remembers what is committed; the next frame carries it to disk.
    pub fn set_committed_next(&self, committed_next: u64) {
        self.inner.shared.committed_next.store(committed_next, Ordering::Relaxed);
    }

    /// Through where entries are purged.
    pub fn purged(&self) -> Option<LogPosition> {
        self.inner.shared.state.lock().purged
    }

    /// The vote of this node.
    pub fn vote(&self) -> Option<Vote> {
        self.inner.shared.state.lock().vote
    }

    /// Stores a vote, after everything that was handed in before.
    pub fn save_vote(&self, vote: Vote, done: Box<dyn Completion>) -> Result<(), AppendRefused> {
        self.hand_in(Work::Vote(vote), done, |state| state.vote = Some(vote))
    }

    /// Removes the entries after an index, or all of them.
    pub fn truncate_after(&self, last: Option<u64>, done: Box<dyn Completion>) -> Result<(), AppendRefused> {
        let next = last.map_or(0, |last| last + 1);
        self.hand_in(Work::Truncate(next), done, |state| state.truncate(next))
    }

    /// Takes the entries through a position out of the log. Their files stay.
    pub fn purge(&self, through: LogPosition, done: Box<dyn Completion>) -> Result<(), AppendRefused> {
        self.hand_in(Work::Purge(through), done, |state| state.purge(through))
    }

    fn hand_in(
        &self,
        work: Work,
        done: Box<dyn Completion>,
        note: impl FnOnce(&mut State),
    ) -> Result<(), AppendRefused> {
        let shared = &self.inner.shared;
        let mut state = shared.state.lock();
        if state.closing || state.stopped {
            return Err(AppendRefused::Stopped);
        }
        note(&mut state);
        state.tasks.push_back(Task { work, done });
        drop(state);
        shared.work.notify_one();
        Ok(())
    }

    /// The first entry of each leader, oldest first.
    pub fn leaders(&self) -> Vec<LogPosition> {
        self.inner.shared.state.lock().leaders.clone()
    }

    /// The whole position of an index of the log.
    pub fn position_at(&self, index: u64) -> Option<LogPosition> {
        let state = self.inner.shared.state.lock();
        if state.last.is_none_or(|last| last.index < index) {
            return None;
        }
        let leaders = state.leaders.iter().rev();
        leaders.copied().find(|leader| leader.index <= index).map(|leader| LogPosition { index, ..leader })
    }

    /// The newest membership entry at or before an index.
    pub fn membership_at(&self, index: u64) -> Option<Entry> {
        let state = self.inner.shared.state.lock();
        state.memberships.iter().rev().find(|entry| entry.position.index <= index).cloned()
    }

    /// What `store_shapes` stored last.
    pub fn read_shapes(&self) -> Result<Option<Vec<u8>>, JournalError> {
        let options = &self.inner.shared.options;
        small_file::load(&*options.disk, &options.directory, SHAPES_FILE)
    }

    /// Stores an opaque blob beside the log, durably and in one step.
    pub fn store_shapes(&self, shapes: &[u8]) -> Result<(), JournalError> {
        let options = &self.inner.shared.options;
        small_file::store(&*options.disk, &options.directory, SHAPES_FILE, shapes)
    }

    /// Writes what waits, covers it, and releases the data directory. Only the first call does
    /// anything; afterwards nothing more is taken.
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Inner {
    fn close(&self) {
        let Some(running) = self.running.lock().take() else { return };
        self.shared.state.lock().closing = true;
        self.shared.work.notify_all();
        self.shared.spares.close();
        // A completion may hold the last handle.
        if running.writer.thread().id() != thread::current().id() {
            // A panic has been answered by the fail-stop hook already.
            let _ = running.writer.join();
        }
        self.shared.spares.stop();
        let _ = running.helper.join();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
