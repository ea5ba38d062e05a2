//! What is known about the log without reading it: the segments, a sparse index of their
//! entries, where each leader began, and the memberships.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::entry::{EntryKind, LogPosition};
use super::format::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::platform::DiskFile;

/// The distance of the points of the sparse index.
pub(super) const SPARSE_BYTES: u64 = 64 * 1024;

/// One point of the sparse index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SparsePoint {
    pub(super) index: u64,
    /// Where the frame of this entry starts.
    pub(super) offset: u64,
}

/// What the seal of a segment holds, and what is collected while a segment is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Contents {
    /// The number of entries.
    pub(super) count: u64,
    pub(super) sparse: Vec<SparsePoint>,
    /// The first entry of each leader, as far as it stands in this segment.
    pub(super) leaders: Vec<LogPosition>,
    /// All membership entries, whole.
    pub(super) memberships: Vec<(LogPosition, Bytes)>,
}

const POSITION_BYTES: usize = 24;
const SPARSE_POINT_BYTES: usize = 16;

impl Contents {
    /// Takes note of an entry. `last` is the entry before it in the log.
    pub(super) fn note(
        &mut self,
        position: LogPosition,
        kind: EntryKind,
        payload: &[u8],
        offset: u64,
        last: Option<LogPosition>,
    ) {
        self.count += 1;
        if self.sparse.last().is_none_or(|point| offset >= point.offset + SPARSE_BYTES) {
            self.sparse.push(SparsePoint { index: position.index, offset });
        }
        if starts_leader(position, last) {
            self.leaders.push(position);
        }
        if kind == EntryKind::Membership {
            self.memberships.push((position, Bytes::copy_from_slice(payload)));
        }
    }

    /// How long the payload of the seal can be at most once a further entry is noted.
    pub(super) fn seal_bytes_with(&self, kind: EntryKind, payload: usize) -> usize {
        let membership = if kind == EntryKind::Membership { POSITION_BYTES + 4 + payload } else { 0 };
        self.seal_bytes() + SPARSE_POINT_BYTES + POSITION_BYTES + membership
    }

    pub(super) fn seal_bytes(&self) -> usize {
        8 + 3 * 4
            + self.sparse.len() * SPARSE_POINT_BYTES
            + self.leaders.len() * POSITION_BYTES
            + self.memberships.iter().map(|(_, payload)| POSITION_BYTES + 4 + payload.len()).sum::<usize>()
    }

    /// The payload of the seal.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.seal_bytes());
        out.extend(self.count.to_le_bytes());
        out.extend((self.sparse.len() as u32).to_le_bytes());
        for point in &self.sparse {
            out.extend(point.index.to_le_bytes());
            out.extend(point.offset.to_le_bytes());
        }
        out.extend((self.leaders.len() as u32).to_le_bytes());
        for leader in &self.leaders {
            put_position(&mut out, *leader);
        }
        out.extend((self.memberships.len() as u32).to_le_bytes());
        for (position, payload) in &self.memberships {
            put_position(&mut out, *position);
            out.extend((payload.len() as u32).to_le_bytes());
            out.extend(&payload[..]);
        }
        out
    }

    /// Reads the payload of a seal; `None` if it is not one.
    pub(super) fn decode(mut input: &[u8]) -> Option<Self> {
        let input = &mut input;
        let mut contents = Self { count: take_u64(input)?, ..Self::default() };
        for _ in 0..take_u32(input)? {
            contents.sparse.push(SparsePoint { index: take_u64(input)?, offset: take_u64(input)? });
        }
        for _ in 0..take_u32(input)? {
            contents.leaders.push(take_position(input)?);
        }
        for _ in 0..take_u32(input)? {
            let position = take_position(input)?;
            let length = take_u32(input)? as usize;
            let (payload, rest) = input.split_at_checked(length)?;
            *input = rest;
            contents.memberships.push((position, Bytes::copy_from_slice(payload)));
        }
        input.is_empty().then_some(contents)
    }
}

/// Whether an entry is the first of its leader.
fn starts_leader(position: LogPosition, last: Option<LogPosition>) -> bool {
    last.is_none_or(|last| (last.term, last.node) != (position.term, position.node))
}

fn put_position(out: &mut Vec<u8>, position: LogPosition) {
    out.extend(position.index.to_le_bytes());
    out.extend(position.term.to_le_bytes());
    out.extend(position.node.to_le_bytes());
}

fn take_position(input: &mut &[u8]) -> Option<LogPosition> {
    Some(LogPosition { index: take_u64(input)?, term: take_u64(input)?, node: take_u64(input)? })
}

fn take_u64(input: &mut &[u8]) -> Option<u64> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(u64::from_le_bytes(*bytes))
}

fn take_u32(input: &mut &[u8]) -> Option<u32> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(u32::from_le_bytes(*bytes))
}

/// A segment file.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) header: SegmentHeader,
    pub(super) contents: Contents,
    /// Where its seal stands, if it has one.
    pub(super) seal_at: Option<u64>,
    /// The end of what was written and synced.
    pub(super) end: u64,
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment").field("path", &self.path).field("end", &self.end).finish_non_exhaustive()
    }
}

/// Where a reader has to start for some index.
pub(super) struct StartingPoint {
    /// The segments from there on.
    pub(super) segments: Vec<Segment>,
    /// The offset in the first of them.
    pub(super) offset: u64,
}

/// The segments of a log, oldest first.
#[derive(Debug, Default)]
pub(super) struct LogIndex {
    pub(super) segments: Vec<Segment>,
}

impl LogIndex {
    /// Where to start reading for an index. Reading from there passes entries below it.
    pub(super) fn starting_point(&self, index: u64, through: u64) -> StartingPoint {
        let after = self.segments.partition_point(|segment| segment.header.first_index <= index);
        let first = after.saturating_sub(1);
        let offset = self.segments.get(first).map_or(SEGMENT_HEADER_BYTES, |segment| {
            let sparse = &segment.contents.sparse;
            let after = sparse.partition_point(|point| point.index <= index);
            after.checked_sub(1).and_then(|at| sparse.get(at)).map_or(SEGMENT_HEADER_BYTES, |point| point.offset)
        });
        let segments = self.segments.iter().skip(first).take_while(|segment| segment.header.first_index <= through);
        StartingPoint { segments: segments.map(Segment::without_contents).collect(), offset }
    }
}

impl Segment {
    /// A handle for reading: the contents may be long, and a reader has no need of them.
    fn without_contents(&self) -> Self {
        Self {
            path: self.path.clone(),
            file: self.file.clone(),
            header: self.header,
            contents: Contents::default(),
            seal_at: self.seal_at,
            end: self.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_come_back_and_no_prefix_is_taken_for_them() {
        let mut contents = Contents::default();
        let at = |index, term| LogPosition { index, term, node: 1 };
        contents.note(at(0, 0), EntryKind::Membership, b"members", 4096, None);
        contents.note(at(1, 1), EntryKind::Blank, b"", 4200, Some(at(0, 0)));
        contents.note(at(2, 1), EntryKind::Batch, b"x", 4096 + SPARSE_BYTES, Some(at(1, 1)));
        assert_eq!(contents.sparse.len(), 2);
        assert_eq!(contents.leaders, [at(0, 0), at(1, 1)]);
        let bytes = contents.encode();
        assert_eq!(bytes.len(), contents.seal_bytes());
        assert_eq!(Contents::decode(&bytes), Some(contents));
        for length in 0..bytes.len() {
            assert_eq!(Contents::decode(&bytes[..length]), None, "{length}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(Contents::decode(&longer), None);
    }
}
