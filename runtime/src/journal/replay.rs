//! Reading: everything in a row at a start, single entries later.

use std::ops::ControlFlow;

use bytes::Bytes;

use super::entry::{Entry, Frame};
use super::error::JournalError;
use super::format::{FrameKind, SEGMENT_HEADER_BYTES};
use super::index::{Segment, StartingPoint};
use super::reader::{LOOKUP_READ_BYTES, REPLAY_READ_BYTES, SegmentReader, Step, Why};
use super::{Journal, LogPosition};

impl Journal {
    /// Goes through the entries from one index through another (both included), oldest first,
    /// until `visit` breaks. The payload is borrowed from the read buffer. For the time before
    /// the consensus starts, and for entries that are durable.
    pub fn replay(
        &self,
        from: u64,
        through: u64,
        visit: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        self.walk(from, through, REPLAY_READ_BYTES, visit)
    }

    /// Entries from `from` up to (not including) `to`, at least one if there is any, then at
    /// most `bytes_max` bytes of payload. Purged entries are left out.
    pub fn read(&self, from: u64, to: u64, bytes_max: usize) -> Result<Vec<Entry>, JournalError> {
        let mut recent = Vec::new();
        let (from, files_to) = {
            let state = self.inner.shared.state.lock();
            let from = from.max(state.purged.map_or(0, |purged| purged.index + 1));
            state.tail.copy(from, to, bytes_max, &mut recent);
            (from, to.min(state.tail.first()))
        };
        if from >= files_to {
            return Ok(recent);
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut bytes = 0;
        let mut full = false;
        self.walk(from, files_to - 1, LOOKUP_READ_BYTES, &mut |frame| {
            bytes += frame.payload.len();
            if bytes > bytes_max && !entries.is_empty() {
                full = true;
                return ControlFlow::Break(());
            }
            entries.push(Entry {
                position: frame.position,
                kind: frame.kind,
                payload: Bytes::copy_from_slice(frame.payload),
            });
            ControlFlow::Continue(())
        })?;
        for entry in recent {
            bytes += entry.payload.len();
            if full || (bytes > bytes_max && !entries.is_empty()) {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    fn walk(
        &self,
        from: u64,
        through: u64,
        read_bytes: usize,
        visit: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let start = self.inner.shared.index.lock().starting_point(from, through);
        walk(&start, from, through, read_bytes, visit)
    }
}

/// Goes through the entries from one index through another.
pub(super) fn walk(
    start: &StartingPoint,
    from: u64,
    through: u64,
    read_bytes: usize,
    visit: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
) -> Result<(), JournalError> {
    let mut offset = start.offset;
    for segment in &start.segments {
        let mut walk = Walk { segment, from, through, visit };
        if walk.run(offset, read_bytes)?.is_break() {
            return Ok(());
        }
        offset = SEGMENT_HEADER_BYTES;
    }
    Ok(())
}

/// A walk through one segment.
struct Walk<'a, 'v> {
    segment: &'a Segment,
    from: u64,
    through: u64,
    visit: &'a mut (dyn FnMut(Frame<'_>) -> ControlFlow<()> + 'v),
}

impl Walk<'_, '_> {
    fn run(&mut self, offset: u64, read_bytes: usize) -> Result<ControlFlow<()>, JournalError> {
        let segment = self.segment;
        let mut reader = SegmentReader::new(&*segment.file, segment.header.salt, offset, segment.end, read_bytes);
        // In the middle of a segment neither is known yet.
        let at_start = offset == SEGMENT_HEADER_BYTES;
        let mut chain = at_start.then_some(segment.header.chain);
        let mut next_index = at_start.then_some(segment.header.first_index);
        loop {
            let step = reader.next().map_err(|error| JournalError::io("read", &segment.path, error))?;
            let found = match step {
                Step::Frame(found) => found,
                Step::Stop(offset, Why::End) if segment.seal_at.is_none() && offset >= segment.end => {
                    return Ok(ControlFlow::Continue(()));
                }
                Step::Stop(offset, why) => {
                    let what = match why {
                        Why::End => "a frame is missing",
                        Why::Bad(what) => what,
                        Why::Newer => "a newer version wrote a frame",
                    };
                    return Err(self.damaged(offset, next_index, what));
                }
            };
            if chain.is_some_and(|chain| chain != found.header.chain) {
                return Err(self.damaged(found.offset, next_index, "a frame does not follow the one before it"));
            }
            chain = Some(found.link);
            let FrameKind::Entry(kind) = found.header.kind else {
                if found.header.kind == FrameKind::Seal {
                    return Ok(ControlFlow::Continue(()));
                }
                continue;
            };
            let position: LogPosition = found.header.position;
            if next_index.is_some_and(|next| next != position.index) {
                return Err(self.damaged(found.offset, next_index, "an entry is missing"));
            }
            next_index = Some(position.index + 1);
            if position.index > self.through {
                return Ok(ControlFlow::Break(()));
            }
            if position.index >= self.from {
                let frame = Frame { position, kind, payload: found.payload };
                if (self.visit)(frame).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }

    fn damaged(&self, offset: u64, index: Option<u64>, what: &str) -> JournalError {
        JournalError::corrupt(&self.segment.path, offset, index, what)
    }
}
