//! Reads the last segment, the only one that may end in the middle of a write, and decides what
//! its end means.

use std::io::{self, IoSlice};
use std::path::PathBuf;

use super::error::JournalError;
use super::format::{
    FRAME_ALIGN, FRAME_HEADER_BYTES, FrameHeader, FrameKind, GROUP_ALIGN, SEGMENT_HEADER_BYTES, align,
};
use super::index::Segment;
use super::reader::{REPLAY_READ_BYTES, SegmentReader, Step, Why};
use super::recovery::{Tip, newer};
use crate::platform::{DiskFile, read_exact_at, write_all_at};

/// Zeros to compare with and to write.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// The end of the log that a crash had left half-written. None of it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The segment file.
    pub path: PathBuf,
    /// Where the cut was made.
    pub offset: u64,
    /// The first entry that was cut off, or would have come next.
    pub first_index: u64,
    /// How many bytes after the cut were not empty, at most.
    pub bytes: u64,
}

/// What the scan of the last segment found.
pub(super) struct Scanned {
    pub(super) tip: Tip,
    pub(super) committed_next: u64,
    /// Where the next frame is expected.
    offset: u64,
    next_index: u64,
    /// Why the scan ended.
    stop: Stop,
}

enum Stop {
    End,
    Bad(&'static str),
    /// What follows is to be removed.
    Cut,
    Sealed,
}

/// Reads the whole of the last segment.
pub(super) fn scan(segment: &mut Segment, cut: Option<u64>, committed_next: u64) -> Result<Scanned, JournalError> {
    let header = segment.header;
    let mut tip = Tip { last: header.previous, chain: header.chain, covered: true };
    let (mut next_index, mut committed_next) = (header.first_index, committed_next);
    let mut offset = SEGMENT_HEADER_BYTES;
    let file = segment.file.clone();
    let mut reader =
        SegmentReader::new(&*file, header.salt, SEGMENT_HEADER_BYTES, header.file_bytes, REPLAY_READ_BYTES);
    let stop = loop {
        if cut.is_some_and(|cut| next_index >= cut) {
            break Stop::Cut;
        }
        let found = match reader.next().map_err(|error| JournalError::io("read", &segment.path, error))? {
            Step::Frame(found) if found.header.chain == tip.chain => found,
            Step::Frame(found) => {
                offset = found.offset;
                break Stop::Bad("a frame does not follow the one before it");
            }
            Step::Stop(at, why) => {
                offset = at;
                match why {
                    Why::End => break Stop::End,
                    Why::Bad(what) => break Stop::Bad(what),
                    Why::Newer => return Err(newer(&segment.path, at)),
                }
            }
        };
        tip.chain = found.link;
        committed_next = committed_next.max(found.header.committed_next);
        segment.end = found.end;
        offset = align(found.end, FRAME_ALIGN);
        match found.header.kind {
            FrameKind::Entry(kind) => {
                let position = found.header.position;
                if position.index != next_index {
                    let what = format!("entry {} stands where {next_index} belongs", position.index);
                    return Err(JournalError::corrupt(&segment.path, found.offset, Some(next_index), what));
                }
                segment.contents.note(position, kind, found.payload, found.offset, tip.last);
                tip.last = Some(position);
                tip.covered = false;
                next_index += 1;
            }
            FrameKind::Cover => tip.covered = true,
            FrameKind::Seal => {
                tip.covered = true;
                // Purged entries may come after the last one that stands here.
                tip.last = tip.last.map(|_| found.header.position);
                segment.seal_at = Some(found.offset);
                break Stop::Sealed;
            }
        }
    };
    Ok(Scanned { tip, committed_next, offset, next_index, stop })
}

/// Decides whether the end of the last segment is clean, torn or damaged, and clears it.
pub(super) fn finish_tail(segment: &Segment, scanned: &Scanned) -> Result<Option<TornTail>, JournalError> {
    let io = |operation, error| JournalError::io(operation, &segment.path, error);
    let what = match scanned.stop {
        Stop::Sealed => return Ok(None),
        Stop::Cut => None,
        Stop::End => Some("a frame is missing"),
        Stop::Bad(what) => Some(what),
    };
    let rest = inspect_rest(segment, scanned.offset, scanned.next_index).map_err(|error| io("read", error))?;
    if let (Some(what), Some(proof)) = (what, rest.proof_at) {
        return Err(JournalError::corrupt(
            &segment.path,
            scanned.offset,
            Some(scanned.next_index),
            format!("{what}, although the frame at offset {proof} tells that the entry was safe on disk"),
        ));
    }
    if rest.end > scanned.offset {
        let start = first_to_zero(segment, scanned.offset).map_err(|error| io("read", error))?;
        zero(&*segment.file, start, rest.end).map_err(|error| io("write", error))?;
        segment.file.sync_data().map_err(|error| io("sync", error))?;
        if what.is_some() {
            return Ok(Some(TornTail {
                path: segment.path.clone(),
                offset: scanned.offset,
                first_index: scanned.next_index,
                bytes: rest.end - scanned.offset,
            }));
        }
    }
    Ok(None)
}

/// Where zeroing starts. The rest of a sector that holds acknowledged frames is empty, as groups
/// start with a sector: it must not be written again, or a power cut might spoil them.
fn first_to_zero(segment: &Segment, offset: u64) -> io::Result<u64> {
    let sector = align(offset, GROUP_ALIGN).min(segment.header.file_bytes);
    let mut bytes = vec![0; (sector - offset) as usize];
    read_exact_at(&*segment.file, &mut bytes, offset)?;
    Ok(if bytes.iter().all(|byte| *byte == 0) { sector } else { offset })
}

struct Rest {
    /// The end of the last block that is not all zeros; the start if there is none.
    end: u64,
    /// A sound frame which tells that the entry asked for was durable.
    proof_at: Option<u64>,
}

/// Looks through everything behind the last sound frame.
fn inspect_rest(segment: &Segment, start: u64, index: u64) -> io::Result<Rest> {
    let limit = segment.header.file_bytes;
    let mut rest = Rest { end: start, proof_at: None };
    // A header may begin at the end of one block and end in the next.
    let mut buffer = vec![0; ZEROS.len() + FRAME_HEADER_BYTES];
    let mut at = start;
    while at < limit {
        let length = (limit - at).min(buffer.len() as u64) as usize;
        let Some(bytes) = buffer.get_mut(..length) else { break };
        read_exact_at(&*segment.file, bytes, at)?;
        let block = bytes.len().min(ZEROS.len());
        if bytes.get(..block) != ZEROS.get(..block) {
            rest.end = at + block as u64;
            rest.proof_at =
                rest.proof_at.or_else(|| proof_in(bytes, segment.header.salt, index).map(|found| at + found));
        }
        at += block as u64;
    }
    Ok(rest)
}

/// Where a sound header stands which tells that the entry with this index was durable.
fn proof_in(bytes: &[u8], salt: u32, index: u64) -> Option<u64> {
    let starts = (0..).step_by(FRAME_ALIGN as usize);
    let candidates = starts.map_while(|at| Some((at as u64, bytes.get(at..)?.first_chunk()?)));
    candidates
        .filter(|(_, candidate): &(u64, &[u8; FRAME_HEADER_BYTES])| (1..=5).contains(&candidate[4]))
        .find(|(_, candidate)| {
            FrameHeader::decode(candidate, salt).is_ok_and(|(header, _)| header.durable_next > index)
        })
        .map(|(at, _)| at)
}

fn zero(file: &dyn DiskFile, mut start: u64, end: u64) -> io::Result<()> {
    while start < end {
        let length = (end - start).min(ZEROS.len() as u64) as usize;
        let Some(zeros) = ZEROS.get(..length) else { break };
        write_all_at(file, &mut [IoSlice::new(zeros)], start)?;
        start += length as u64;
    }
    Ok(())
}
