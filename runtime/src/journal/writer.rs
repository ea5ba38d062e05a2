//! The IO thread: everything that waits becomes one write and one sync.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::entry::{Entry, LogPosition};
use super::error::JournalError;
use super::format::{
    FRAME_ALIGN, FRAME_HEADER_BYTES, FrameHeader, FrameKind, GROUP_ALIGN, SEGMENT_HEADER_BYTES, SegmentHeader, align,
    payload_crc,
};
use super::index::{Contents, Segment};
use super::options::StorageFailure;
use super::recovery::Tip;
use super::shared::{Completion, Shared, Task, Work};
use super::vote_file::VoteFile;
use super::{reshape, spare};
use crate::platform::{DiskFile, OpenMode, random_u32, write_all_at};

/// Payloads up to this length are copied beside their header; longer ones are written from
/// where they are.
const COPY_BYTES_MAX: usize = 512;

/// Why the thread ends early.
pub(super) enum Halt {
    Failed(StorageFailure),
    /// The journal ended while the thread waited for room on the disk.
    Stopped,
}

impl From<JournalError> for Halt {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io { operation, path, error } => Self::Failed(StorageFailure { operation, path, error }),
            // Recovery in the middle of work found what it would refuse at a start.
            other => Self::Failed(StorageFailure {
                operation: "recover",
                path: PathBuf::new(),
                error: io::Error::other(other),
            }),
        }
    }
}

/// The segment that is being written.
pub(super) struct Active {
    pub(super) path: PathBuf,
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) header: SegmentHeader,
    /// The end of the last frame.
    pub(super) offset: u64,
    /// The index of the next entry that it may hold: a segment has no gaps.
    pub(super) next_index: u64,
}

/// The seal before the next segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sealed {
    pub(super) number: u64,
    pub(super) seal_at: u64,
    pub(super) salt: u32,
}

/// The state of the IO thread.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) vote_file: VoteFile,
    pub(super) tip: Tip,
    pub(super) active: Option<Active>,
    /// The newest segment, when there is no active one.
    pub(super) sealed: Option<Sealed>,
    /// Reused from group to group.
    pub(super) arena: Vec<u8>,
    pub(super) pieces: Vec<Piece>,
    /// How many bytes the arena and the pieces stand for.
    pub(super) laid_out: u64,
    /// Those who wait for what is being done.
    pub(super) waiting: Vec<Box<dyn Completion>>,
}

/// A part of a write.
pub(super) enum Piece {
    /// Up to this offset of the arena, from where the piece before it ended.
    Arena(usize),
    Payload(Bytes),
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, vote_file: VoteFile, tip: Tip) -> Self {
        Self {
            shared,
            vote_file,
            tip,
            active: None,
            sealed: None,
            arena: Vec::new(),
            pieces: Vec::new(),
            laid_out: 0,
            waiting: Vec::new(),
        }
    }

    /// The body of the thread.
    pub(super) fn run(mut self) {
        let ended = Ended(self.shared.clone());
        let mut tasks = VecDeque::new();
        let result = loop {
            let step = match self.wait(&mut tasks) {
                Wake::Tasks => self.perform(&mut tasks),
                Wake::Idle => self.cover(),
                Wake::Close => break self.cover(),
                Wake::Stopped => break Ok(()),
            };
            if step.is_err() {
                break step;
            }
        };
        if let Err(Halt::Failed(failure)) = result {
            // Before those who wait learn that they wait in vain.
            self.shared.fail(&failure);
        }
        drop(ended);
    }

    /// Waits for tasks and takes all of them.
    fn wait(&self, tasks: &mut VecDeque<Task>) -> Wake {
        let mut state = self.shared.state.lock();
        loop {
            if state.stopped {
                return Wake::Stopped;
            }
            if !state.tasks.is_empty() {
                mem::swap(&mut state.tasks, tasks);
                state.waiting_bytes = 0;
                return Wake::Tasks;
            }
            if state.closing {
                return Wake::Close;
            }
            if self.tip.covered {
                self.shared.work.wait(&mut state);
            } else if self.shared.work.wait_for(&mut state, self.shared.options.cover_after).timed_out()
                && state.tasks.is_empty()
            {
                return Wake::Idle;
            }
        }
    }

    /// Performs tasks in order; appends that follow each other share one write and one sync.
    fn perform(&mut self, tasks: &mut VecDeque<Task>) -> Result<(), Halt> {
        let mut group = Vec::new();
        while let Some(task) = tasks.pop_front() {
            let Task { work, done } = task;
            match work {
                Work::Append(mut entries) => {
                    if group.is_empty() {
                        group = entries;
                    } else {
                        group.append(&mut entries);
                    }
                    self.waiting.push(done);
                    continue;
                }
                other => {
                    self.flush(&mut group)?;
                    self.waiting.push(done);
                    match other {
                        Work::Vote(vote) => self.vote_file.store(vote).map_err(Halt::Failed)?,
                        Work::Truncate(next) => reshape::truncate(self, next)?,
                        Work::Purge(through) => reshape::purge(self, through)?,
                        Work::Append(_) => {}
                    }
                }
            }
            self.tell();
        }
        self.flush(&mut group)
    }

    /// Writes and syncs a group, then tells everybody who waits for it.
    fn flush(&mut self, group: &mut Vec<Entry>) -> Result<(), Halt> {
        let mut rest = &group[..];
        while let Some(first) = rest.first() {
            let taken = match self.active.take_if(|active| active.next_index == first.position.index) {
                Some(active) => self.write_run(active, rest)?,
                None => 0,
            };
            rest = rest.get(taken..).unwrap_or_default();
            if let Some(first) = rest.first() {
                self.start_segment(first)?;
            }
        }
        group.clear();
        self.tell();
        Ok(())
    }

    /// Tells everybody who waits that it is done.
    fn tell(&mut self) {
        let newest = self.waiting.len().saturating_sub(1);
        for (at, done) in self.waiting.drain(..).enumerate() {
            done.durable(at == newest);
        }
    }

    /// Writes and syncs as many entries as the active segment has room for.
    fn write_run(&mut self, mut active: Active, entries: &[Entry]) -> Result<usize, Halt> {
        let start = align(active.offset, GROUP_ALIGN);
        let mut offset = start;
        let mut taken = 0;
        let shared = self.shared.clone();
        let mut index = shared.index.lock();
        if let Some(segment) = index.segments.last_mut() {
            for entry in entries {
                let end = offset + (FRAME_HEADER_BYTES + entry.payload.len()) as u64;
                let seal_bytes = segment.contents.seal_bytes_with(entry.kind, entry.payload.len());
                if end_with_seal(end, seal_bytes) > active.header.file_bytes {
                    break;
                }
                let kind = FrameKind::Entry(entry.kind);
                self.push_frame(active.header.salt, kind, entry.position, &entry.payload, offset - start);
                segment.contents.note(entry.position, entry.kind, &entry.payload, offset, self.tip.last);
                self.tip.last = Some(entry.position);
                offset = align(end, FRAME_ALIGN);
                active.offset = end;
                active.next_index += 1;
                taken += 1;
            }
            segment.end = active.offset;
        }
        drop(index);
        if taken > 0 {
            self.tip.covered = false;
            self.write_pieces(&active, start)?;
            self.publish(&active);
        }
        self.active = Some(active);
        Ok(taken)
    }

    /// Lays out one frame at a place of the write.
    fn push_frame(&mut self, salt: u32, kind: FrameKind, position: LogPosition, payload: &Bytes, at: u64) {
        let header = FrameHeader {
            frame_bytes: (FRAME_HEADER_BYTES + payload.len()) as u32,
            kind,
            position,
            durable_next: self.shared.durable_next(),
            committed_next: self.shared.committed_next.load(Ordering::Relaxed),
            chain: self.tip.chain,
            payload_crc: payload_crc(salt, payload),
        };
        let (bytes, link) = header.encode(salt);
        self.tip.chain = link;
        // Padding up to the start of this frame: less than one unit, as frames follow each other.
        self.arena.resize(self.arena.len() + (at - self.laid_out) as usize, 0);
        self.laid_out = at + (FRAME_HEADER_BYTES + payload.len()) as u64;
        self.arena.extend_from_slice(&bytes);
        if payload.len() <= COPY_BYTES_MAX {
            self.arena.extend_from_slice(payload);
        } else {
            self.pieces.push(Piece::Arena(self.arena.len()));
            self.pieces.push(Piece::Payload(payload.clone()));
        }
    }

    /// One write (again and again while the disk is full) and one sync.
    fn write_pieces(&mut self, active: &Active, start: u64) -> Result<(), Halt> {
        self.pieces.push(Piece::Arena(self.arena.len()));
        // Nothing of the group is synced: after a full disk the same bytes may be written again.
        self.once_there_is_room("write", &active.path, &mut || {
            let mut slices = Vec::with_capacity(self.pieces.len());
            let mut from = 0;
            for piece in &self.pieces {
                match piece {
                    Piece::Arena(to) => {
                        slices.push(IoSlice::new(self.arena.get(from..*to).unwrap_or_default()));
                        from = *to;
                    }
                    Piece::Payload(payload) => slices.push(IoSlice::new(payload)),
                }
            }
            write_all_at(&*active.file, &mut slices, start)
        })?;
        self.pieces.clear();
        self.arena.clear();
        self.laid_out = 0;
        active.file.sync_data().map_err(|error| failed("sync", &active.path, error))
    }

    /// Makes a call again and again while the disk is full; it must be one that may be repeated.
    fn once_there_is_room(
        &self,
        operation: &'static str,
        path: &Path,
        call: &mut dyn FnMut() -> io::Result<()>,
    ) -> Result<(), Halt> {
        loop {
            match call() {
                Ok(()) => return Ok(()),
                Err(error) if spare::is_full(&error) => {
                    if !self.shared.spares.wait_for_room() {
                        return Err(Halt::Stopped);
                    }
                }
                Err(error) => return Err(failed(operation, path, error)),
            }
        }
    }

    /// Makes known what is durable now.
    fn publish(&mut self, active: &Active) {
        let durable_next = self.tip.last.map_or(0, |last| last.index + 1);
        self.shared.durable_next.store(durable_next, Ordering::Release);
        self.shared.room_bytes.store(active.header.file_bytes.saturating_sub(active.offset), Ordering::Relaxed);
        let mut state = self.shared.state.lock();
        let evictable = durable_next.min(state.truncating.unwrap_or(u64::MAX));
        state.tail.evict(evictable);
    }

    /// Writes an empty frame whose `durable_next` covers everything before it.
    fn cover(&mut self) -> Result<(), Halt> {
        if self.tip.covered {
            return Ok(());
        }
        let Some(active) = self.active.take() else { return Ok(()) };
        let seal_bytes = self.shared.index.lock().segments.last().map_or(0, |segment| segment.contents.seal_bytes());
        let end = align(active.offset, GROUP_ALIGN) + FRAME_HEADER_BYTES as u64;
        if end_with_seal(end, seal_bytes) > active.header.file_bytes {
            return self.seal(active);
        }
        self.write_mark(active, FrameKind::Cover, &Bytes::new()).map(|(active, _)| self.active = Some(active))
    }

    /// Ends the active segment.
    pub(super) fn seal(&mut self, active: Active) -> Result<(), Halt> {
        let contents =
            self.shared.index.lock().segments.last().map(|segment| segment.contents.encode()).unwrap_or_default();
        let (active, seal_at) = self.write_mark(active, FrameKind::Seal, &Bytes::from(contents))?;
        if let Some(segment) = self.shared.index.lock().segments.last_mut() {
            segment.seal_at = Some(seal_at);
        }
        self.sealed = Some(Sealed { number: active.header.number, seal_at, salt: active.header.salt });
        self.shared.room_bytes.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Writes and syncs a frame that is no entry.
    fn write_mark(&mut self, mut active: Active, kind: FrameKind, payload: &Bytes) -> Result<(Active, u64), Halt> {
        let start = align(active.offset, GROUP_ALIGN);
        let position = self.tip.last.unwrap_or(LogPosition { index: 0, term: 0, node: 0 });
        self.push_frame(active.header.salt, kind, position, payload, 0);
        self.write_pieces(&active, start)?;
        active.offset = start + (FRAME_HEADER_BYTES + payload.len()) as u64;
        self.tip.covered = true;
        if let Some(segment) = self.shared.index.lock().segments.last_mut() {
            segment.end = active.offset;
        }
        Ok((active, start))
    }

    /// Seals the active segment, if any, and starts one for an entry.
    fn start_segment(&mut self, first: &Entry) -> Result<(), Halt> {
        if let Some(active) = self.active.take() {
            self.seal(active)?;
        }
        let shared = self.shared.clone();
        let seal_bytes = Contents::default().seal_bytes_with(first.kind, first.payload.len());
        let end = SEGMENT_HEADER_BYTES + (FRAME_HEADER_BYTES + first.payload.len()) as u64;
        let segment_bytes = shared.options.segment_bytes;
        let Some(file_bytes) =
            shared.spares.wait(end_with_seal(end, seal_bytes), segment_bytes).map_err(Halt::Failed)?
        else {
            return Err(Halt::Stopped);
        };
        let segment = self.create_segment(first.position.index, file_bytes)?;
        shared.spares.used(segment_bytes);
        self.active = Some(Active {
            path: segment.path.clone(),
            file: segment.file.clone(),
            header: segment.header,
            offset: SEGMENT_HEADER_BYTES,
            next_index: segment.header.first_index,
        });
        self.shared.room_bytes.store(file_bytes - SEGMENT_HEADER_BYTES, Ordering::Relaxed);
        self.shared.index.lock().segments.push(segment);
        Ok(())
    }

    /// Turns the spare into a segment: its header is durable before its name is, and its name
    /// before its first frame.
    fn create_segment(&mut self, first_index: u64, file_bytes: u64) -> Result<Segment, Halt> {
        let options = &self.shared.options;
        let directory = super::log_directory(&options.directory);
        let spare = self.shared.spares.path();
        let salt = random_u32(&*options.randomness).map_err(|error| failed("draw a salt for", &directory, error))?;
        let header = SegmentHeader {
            salt,
            cluster_id: self.shared.identity.cluster_id,
            number: self.sealed.map_or(1, |sealed| sealed.number + 1),
            first_index,
            previous: self.tip.last,
            chain: self.tip.chain,
            previous_seal_at: self.sealed.map_or(0, |sealed| sealed.seal_at),
            previous_salt: self.sealed.map_or(0, |sealed| sealed.salt),
            created_micros: options.clock.now_micros(),
            file_bytes,
        };
        let disk = &*options.disk;
        let file = disk.open(&spare, OpenMode::Write).map_err(|error| failed("open", &spare, error))?;
        let encoded = header.encode();
        self.once_there_is_room("write", &spare, &mut || write_all_at(&*file, &mut [IoSlice::new(&encoded)], 0))?;
        file.sync_data().map_err(|error| failed("sync", &spare, error))?;
        let path = directory.join(header.file_name());
        self.once_there_is_room("rename", &spare, &mut || disk.rename(&spare, &path))?;
        disk.sync_directory(&directory).map_err(|error| failed("sync", &directory, error))?;
        Ok(Segment { path, file, header, contents: Contents::default(), seal_at: None, end: SEGMENT_HEADER_BYTES })
    }
}

/// Where a segment would end if a frame ended at `end`, then a cover and a seal followed.
fn end_with_seal(end: u64, seal_bytes: usize) -> u64 {
    align(end, GROUP_ALIGN) + GROUP_ALIGN + (FRAME_HEADER_BYTES + seal_bytes) as u64
}

/// How much of a segment is not for the payload of its only entry: its header, the frame of the
/// entry with its padding, a cover and the seal, rounded up generously.
pub(super) const SEGMENT_OVERHEAD_BYTES: u64 = 2 * SEGMENT_HEADER_BYTES;

fn failed(operation: &'static str, path: &Path, error: io::Error) -> Halt {
    Halt::Failed(StorageFailure { operation, path: path.to_owned(), error })
}

enum Wake {
    Tasks,
    Idle,
    Close,
    Stopped,
}

/// Marks the journal as stopped when the IO thread ends, and as failed when it panics.
struct Ended(Arc<Shared>);

impl Drop for Ended {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(&StorageFailure {
                operation: "write to",
                path: self.0.options.directory.clone(),
                error: io::Error::other("the IO thread panicked"),
            });
        } else {
            // Dropped without the lock, as a completion may do anything when it is.
            let tasks = {
                let mut state = self.0.state.lock();
                state.stopped = true;
                mem::take(&mut state.tasks)
            };
            drop(tasks);
        }
        self.0.spares.stop();
    }
}
