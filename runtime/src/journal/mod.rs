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
//! The known limit: damage to the last synced group, before a later frame covers it, looks like
//! a torn tail.
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
mod options;
mod reader;
mod recovery;
mod replay;
mod reshape;
mod shared;
mod small_file;
mod spare;
mod tail;
#[cfg(test)]
mod tests;
mod vote_file;
mod writer;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex};

pub use entry::{Entry, EntryKind, Frame, LogPosition, Space, Vote};
pub use error::{AppendRefused, Corruption, JournalError};
pub use identity::Identity;
pub use options::{
    DEFAULT_FIRST_SEGMENT_BYTES, DEFAULT_SEGMENT_BYTES, DEFAULT_TAIL_CACHE_BYTES, FailStop, JournalOptions,
    SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN, STORAGE_FAILURE_EXIT_CODE, StorageFailure, exit_on_failure,
};
pub use recovery::TornTail;
pub use shared::Completion;

use crate::platform::DiskLock;
use recovery::Plan;
use shared::{Shared, State, Task, Work};
use spare::Spares;
use tail::Tail;
use vote_file::VoteFile;
use writer::{SEGMENT_OVERHEAD_BYTES, Writer};

/// The file that is locked while a process works in a data directory.
const LOCK_FILE: &str = "LOCK";
/// The blob of the application.
const SHAPES_FILE: &str = "shapes";
/// The longest payload of a membership entry; seals repeat them.
const MEMBERSHIP_BYTES_MAX: usize = 64 * 1024;
/// How much of a segment is kept for entries that are on their way when the disk is full.
const RESERVE_BYTES: u64 = 32 * 1024 * 1024;

/// What opening found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveryReport {
    /// Whether the directory was new.
    pub created: bool,
    /// The number of segment files.
    pub segments: usize,
    /// The last entry.
    pub last: Option<LogPosition>,
    /// What was cut off the end, if anything: written but never acknowledged.
    pub torn: Option<TornTail>,
}

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
    /// Opens, or creates, the journal of a data directory, and cuts off a torn tail.
    pub fn open(options: JournalOptions) -> Result<(Self, RecoveryReport), JournalError> {
        check(&options)?;
        let (disk, directory) = (options.disk.clone(), options.directory.clone());
        create_directory(&*disk, &directory)?;
        let lock_path = directory.join(LOCK_FILE);
        let lock = disk
            .lock(&lock_path)
            .map_err(|error| JournalError::io("lock", &lock_path, error))?
            .ok_or_else(|| JournalError::Locked { directory: directory.clone() })?;

        let log = log_directory(&directory);
        let may_create = !recovery::has_segments(&*disk, &log)?;
        let (identity, created) = Identity::load(&*disk, &*options.randomness, &directory, may_create)?;
        let (vote_file, vote) = VoteFile::open(&*disk, &directory, may_create)?;
        create_directory(&*disk, &log)?;
        let purged = reshape::purged(&*disk, &directory)?;
        let cut = reshape::pending_cut(&*disk, &directory)?;
        let plan =
            Plan { disk: &*disk, directory: &log, cluster_id: identity.cluster_id, at_start: true, cut: cut.as_ref() };
        let recovered = recovery::recover(&plan)?;
        if cut.is_some() {
            reshape::forget_cut(&*disk, &directory)?;
        }
        // Names may still be only in memory, if the process before was killed after a rename.
        disk.sync_directory(&directory).map_err(|error| JournalError::io("sync", &directory, error))?;

        let segments = recovered.index.segments.len();
        let torn = recovered.torn.clone();
        let wanted_bytes = if segments == 0 { options.first_segment_bytes } else { options.segment_bytes };
        let spares = Spares::new(disk, log, options.space_retry, recovered.spare_bytes, wanted_bytes);
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                tasks: VecDeque::new(),
                waiting_bytes: 0,
                closing: false,
                stopped: false,
                tail: Tail::new(0, options.tail_cache_bytes),
                truncating: None,
                last: None,
                purged,
                vote,
                leaders: recovered.leaders(),
                memberships: recovered.memberships(),
            }),
            options,
            identity,
            work: Condvar::new(),
            index: Mutex::default(),
            spares: Arc::new(spares),
            durable_next: AtomicU64::new(0),
            committed_next: AtomicU64::new(recovered.committed_next),
            room_bytes: AtomicU64::new(0),
        });
        let mut writer = Writer::new(shared.clone(), vote_file, recovered.tip);
        writer.adopt(recovered, purged);
        let last = writer.tip.last;
        let next = last.map_or(0, |last| last.index + 1);
        shared.durable_next.store(next, Ordering::Release);
        {
            let mut state = shared.state.lock();
            state.last = last;
            state.tail.restart(next);
        }
        let running = start_threads(&shared, writer, lock)?;
        let report = RecoveryReport { created, segments, last, torn };
        Ok((Self { inner: Arc::new(Inner { shared, running: Mutex::new(Some(running)) }) }, report))
    }

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
    /// anything; afterwards everything is refused, reading included.
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

fn check(options: &JournalOptions) -> Result<(), JournalError> {
    for (name, bytes) in
        [("segment_bytes", options.segment_bytes), ("first_segment_bytes", options.first_segment_bytes)]
    {
        if !(SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&bytes) || bytes % 4096 != 0 {
            return Err(JournalError::Options(format!(
                "{name} is {bytes}; it must be a multiple of 4096 from {SEGMENT_BYTES_MIN} to {SEGMENT_BYTES_MAX}"
            )));
        }
    }
    Ok(())
}

/// Creates a directory, and makes the names of all directories that were missing durable.
fn create_directory(disk: &dyn crate::platform::Disk, directory: &Path) -> Result<(), JournalError> {
    let exists = |path: &Path| disk.exists(path).map_err(|error| JournalError::io("look for", path, error));
    let mut missing = Vec::new();
    for path in directory.ancestors().filter(|path| !path.as_os_str().is_empty()) {
        if exists(path)? {
            break;
        }
        missing.push(path);
    }
    disk.create_directory(directory).map_err(|error| JournalError::io("create", directory, error))?;
    for path in missing {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        disk.sync_directory(parent).map_err(|error| JournalError::io("sync", parent, error))?;
    }
    Ok(())
}

fn start_threads(shared: &Arc<Shared>, writer: Writer, lock: Box<dyn DiskLock>) -> Result<Running, JournalError> {
    let failed = |error| JournalError::io("start a thread for", &shared.options.directory, error);
    let of_helper = shared.clone();
    let helper = thread::Builder::new()
        .name("journal-spare".to_owned())
        .spawn(move || {
            if let Err(failure) = of_helper.spares.run() {
                of_helper.fail(&failure);
            }
        })
        .map_err(failed)?;
    match thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run()) {
        Ok(writer) => Ok(Running { writer, helper, _lock: lock }),
        Err(error) => {
            shared.spares.stop();
            let _ = helper.join();
            Err(failed(error))
        }
    }
}
