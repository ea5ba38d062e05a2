//! Finds out what a data directory holds, and makes it fit for appending.
//!
//! Nothing is believed before it is synced: what a killed process wrote but did not sync can be
//! read now and still be lost in a power cut later.

use std::io::IoSlice;
use std::path::{Path, PathBuf};

use super::entry::{EntryKind, LogPosition};
use super::error::JournalError;
use super::format::{
    FRAME_ALIGN, FRAME_HEADER_BYTES, FrameHeader, FrameKind, GROUP_ALIGN, SEGMENT_HEADER_BYTES, SegmentHeader,
    SegmentProblem, align,
};
use super::index::{Contents, LogIndex, Segment};
use super::reader::{Found, LOOKUP_READ_BYTES, REPLAY_READ_BYTES, SegmentReader, Step, Why};
use super::reshape::Cut;
use super::spare;
use crate::platform::{Disk, DiskFile, OpenMode, read_exact_at, write_all_at};

/// How the names of segments end.
const SEGMENT_SUFFIX: &str = ".seg";
/// How the names of unfinished files end.
const TEMPORARY_SUFFIX: &str = ".tmp";
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

/// What recovery needs to know.
pub(super) struct Plan<'a> {
    pub(super) disk: &'a dyn Disk,
    /// The directory of the segments.
    pub(super) directory: &'a Path,
    pub(super) cluster_id: u128,
    /// Nobody else works in the directory yet, so unfinished files are of no use.
    pub(super) at_start: bool,
    /// A truncation that is, or was, under way.
    pub(super) cut: Option<&'a Cut>,
}

/// What recovery found.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) index: LogIndex,
    pub(super) tip: Tip,
    pub(super) committed_next: u64,
    pub(super) torn: Option<TornTail>,
    /// The length of a segment that lies ready.
    pub(super) spare_bytes: Option<u64>,
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tip {
    /// The last entry.
    pub(super) last: Option<LogPosition>,
    /// The `chain` of the next frame.
    pub(super) chain: u64,
    /// Whether the last frame tells that all entries before it are durable.
    pub(super) covered: bool,
}

/// Whether the data directory has any segment.
pub(super) fn has_segments(disk: &dyn Disk, directory: &Path) -> Result<bool, JournalError> {
    if !disk.exists(directory).map_err(|error| JournalError::io("look for", directory, error))? {
        return Ok(false);
    }
    let names = disk.list(directory).map_err(|error| JournalError::io("list", directory, error))?;
    Ok(names.iter().any(|entry| is_segment(&entry.name)))
}

fn is_segment(name: &str) -> bool {
    name.ends_with(SEGMENT_SUFFIX) && name != spare::FILE_NAME
}

/// Recovers the log.
pub(super) fn recover(plan: &Plan<'_>) -> Result<Recovered, JournalError> {
    let (mut segments, spare_bytes) = open_all(plan)?;
    if let Some(cut) = plan.cut {
        remove_from(plan, &mut segments, cut.next)?;
        restore_sector(cut, segments.last())?;
    }
    let mut committed_next = 0;
    let mut tip = Tip { last: None, chain: 0, covered: true };
    check_first(&segments)?;
    for at in 1..segments.len() {
        let (earlier, later) = segments.split_at_mut(at);
        if let (Some(before), Some(after)) = (earlier.last_mut(), later.first()) {
            let seal = load_seal(before, &after.header)?;
            check_link(before, &seal, after)?;
            committed_next = seal.committed_next;
        }
    }
    let mut torn = None;
    if let Some(segment) = segments.last_mut() {
        let scanned = scan(segment, plan.cut.map(|cut| cut.next), committed_next)?;
        tip = scanned.tip;
        committed_next = scanned.committed_next;
        torn = finish_tail(plan, segment, &scanned)?;
    }
    sync_directory(plan.disk, plan.directory)?;
    committed_next = committed_next.min(tip.last.map_or(0, |last| last.index + 1));
    Ok(Recovered { index: LogIndex { segments }, tip, committed_next, torn, spare_bytes })
}

fn sync_directory(disk: &dyn Disk, directory: &Path) -> Result<(), JournalError> {
    disk.sync_directory(directory).map_err(|error| JournalError::io("sync", directory, error))
}

/// Opens all segments, oldest first, and removes what was never finished.
fn open_all(plan: &Plan<'_>) -> Result<(Vec<Segment>, Option<u64>), JournalError> {
    let names = plan.disk.list(plan.directory).map_err(|error| JournalError::io("list", plan.directory, error))?;
    let mut segments = Vec::new();
    let mut spare_bytes = None;
    for entry in names {
        let path = plan.directory.join(&entry.name);
        if entry.name.ends_with(TEMPORARY_SUFFIX) {
            if !plan.at_start {
                continue;
            }
            plan.disk.remove_file(&path).map_err(|error| JournalError::io("remove", &path, error))?;
        } else if entry.name == spare::FILE_NAME {
            spare_bytes = Some(entry.bytes);
        } else if is_segment(&entry.name) {
            segments.push(open_segment(plan, &path, &entry.name)?);
        }
    }
    segments.sort_by_key(|segment| segment.header.number);
    Ok((segments, spare_bytes))
}

fn open_segment(plan: &Plan<'_>, path: &Path, name: &str) -> Result<Segment, JournalError> {
    let io = |operation, error| JournalError::io(operation, path, error);
    let damaged = |what: &str| JournalError::corrupt(path, 0, None, what);
    let file = plan.disk.open(path, OpenMode::Write).map_err(|error| io("open", error))?;
    file.sync_data().map_err(|error| io("sync", error))?;
    let length = file.length().map_err(|error| io("read the length of", error))?;
    if length < SEGMENT_HEADER_BYTES {
        return Err(damaged("it is shorter than the header of a segment"));
    }
    let mut bytes = [0; SEGMENT_HEADER_BYTES as usize];
    read_exact_at(&*file, &mut bytes, 0).map_err(|error| io("read", error))?;
    let header = SegmentHeader::decode(&bytes).map_err(|problem| match problem {
        SegmentProblem::Damaged(what) => damaged(what),
        SegmentProblem::Newer(format) => JournalError::Unsupported {
            path: path.to_owned(),
            what: format!("it has format {format}, which only a newer version reads"),
        },
    })?;
    if header.cluster_id != plan.cluster_id {
        return Err(damaged("it belongs to another cluster"));
    }
    if header.file_name() != name {
        return Err(damaged("it has been renamed"));
    }
    if length != header.file_bytes {
        return Err(JournalError::corrupt(
            path,
            length,
            None,
            format!("it has {length} bytes instead of {}", header.file_bytes),
        ));
    }
    Ok(Segment {
        path: path.to_owned(),
        file,
        header,
        contents: Contents::default(),
        seal_at: None,
        end: SEGMENT_HEADER_BYTES,
    })
}

/// Removes the segments that start at or after the cut, newest first.
fn remove_from(plan: &Plan<'_>, segments: &mut Vec<Segment>, cut: u64) -> Result<(), JournalError> {
    while let Some(segment) = segments.pop_if(|segment| segment.header.first_index >= cut) {
        plan.disk.remove_file(&segment.path).map_err(|error| JournalError::io("remove", &segment.path, error))?;
        // One by one, so that no crash leaves a gap.
        sync_directory(plan.disk, plan.directory)?;
    }
    Ok(())
}

/// Writes the sector in which a truncated log ends, which an interrupted truncation may have
/// spoilt.
fn restore_sector(cut: &Cut, last: Option<&Segment>) -> Result<(), JournalError> {
    let (Some(sector), Some(segment)) = (&cut.sector, last) else { return Ok(()) };
    if sector.segment != segment.header.number {
        return Ok(());
    }
    let mut image = sector.kept.clone();
    image.resize(GROUP_ALIGN as usize, 0);
    write_all_at(&*segment.file, &mut [IoSlice::new(&image)], sector.offset)
        .map_err(|error| JournalError::io("write", &segment.path, error))?;
    segment.file.sync_data().map_err(|error| JournalError::io("sync", &segment.path, error))
}

fn check_first(segments: &[Segment]) -> Result<(), JournalError> {
    match segments.first() {
        Some(first) if first.header.number != 1 => Err(JournalError::corrupt(
            &first.path,
            0,
            Some(first.header.first_index),
            format!("it is segment number {}, and the segments before it are missing", first.header.number),
        )),
        _ => Ok(()),
    }
}

/// Reads the seal of a segment, which the segment after it points to.
fn load_seal(segment: &mut Segment, next: &SegmentHeader) -> Result<FrameHeader, JournalError> {
    let damaged = |what: &str| {
        JournalError::corrupt(&segment.path, next.previous_seal_at, Some(next.first_index.saturating_sub(1)), what)
    };
    if next.number != segment.header.number + 1 || next.previous_salt != segment.header.salt {
        return Err(damaged("the segment after it is missing"));
    }
    if next.previous_seal_at < SEGMENT_HEADER_BYTES || next.previous_seal_at >= segment.header.file_bytes {
        return Err(damaged("its seal lies outside of it"));
    }
    let mut reader = SegmentReader::new(
        &*segment.file,
        segment.header.salt,
        next.previous_seal_at,
        segment.header.file_bytes,
        LOOKUP_READ_BYTES,
    );
    match reader.next().map_err(|error| JournalError::io("read", &segment.path, error))? {
        Step::Frame(Found { header, payload, link, offset, end }) if header.kind == FrameKind::Seal => {
            if link != next.chain {
                return Err(damaged("the segment after it does not follow it"));
            }
            let contents = Contents::decode(payload).ok_or_else(|| damaged("its seal is malformed"))?;
            segment.contents = contents;
            segment.seal_at = Some(offset);
            segment.end = end;
            Ok(header)
        }
        Step::Stop(offset, Why::Newer) => Err(newer(&segment.path, offset)),
        _ => Err(damaged("its seal is damaged")),
    }
}

fn newer(path: &Path, offset: u64) -> JournalError {
    JournalError::Unsupported {
        path: path.to_owned(),
        what: format!("the frame at offset {offset} was written by a newer version"),
    }
}

/// Whether a segment goes on where the one before it ends.
fn check_link(before: &Segment, seal: &FrameHeader, after: &Segment) -> Result<(), JournalError> {
    let has_entries = before.contents.count > 0 || before.header.previous.is_some();
    let next_index = seal.position.index + 1;
    let first_index = after.header.first_index;
    // A log without entries starts anywhere.
    if !has_entries || first_index == next_index {
        return Ok(());
    }
    let what = format!("it starts with entry {first_index} instead of {next_index}");
    Err(JournalError::corrupt(&after.path, 0, Some(next_index), what))
}

/// What the scan of the last segment found.
struct Scanned {
    tip: Tip,
    committed_next: u64,
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
fn scan(segment: &mut Segment, cut: Option<u64>, committed_next: u64) -> Result<Scanned, JournalError> {
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
fn finish_tail(plan: &Plan<'_>, segment: &Segment, scanned: &Scanned) -> Result<Option<TornTail>, JournalError> {
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
        sync_directory(plan.disk, plan.directory)?;
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
fn first_to_zero(segment: &Segment, offset: u64) -> std::io::Result<u64> {
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
fn inspect_rest(segment: &Segment, start: u64, index: u64) -> std::io::Result<Rest> {
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

fn zero(file: &dyn DiskFile, mut start: u64, end: u64) -> std::io::Result<()> {
    while start < end {
        let length = (end - start).min(ZEROS.len() as u64) as usize;
        let Some(zeros) = ZEROS.get(..length) else { break };
        write_all_at(file, &mut [IoSlice::new(zeros)], start)?;
        start += length as u64;
    }
    Ok(())
}

impl Recovered {
    /// The first entry of each leader.
    pub(super) fn leaders(&self) -> Vec<LogPosition> {
        self.index.segments.iter().flat_map(|segment| segment.contents.leaders.iter().copied()).collect()
    }

    /// All membership entries.
    pub(super) fn memberships(&self) -> Vec<super::Entry> {
        let memberships = self.index.segments.iter().flat_map(|segment| &segment.contents.memberships);
        memberships
            .map(|(position, payload)| super::Entry {
                position: *position,
                kind: EntryKind::Membership,
                payload: payload.clone(),
            })
            .collect()
    }
}
