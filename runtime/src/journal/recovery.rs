//! Finds out what a data directory holds, and makes it fit for appending.
//!
//! Nothing is believed before it is synced: what a killed process wrote but did not sync can be
//! read now and still be lost in a power cut later.

use std::io::IoSlice;
use std::path::Path;

use super::entry::{EntryKind, LogPosition};
use super::error::JournalError;
use super::format::{FrameHeader, FrameKind, GROUP_ALIGN, SEGMENT_HEADER_BYTES, SegmentHeader, SegmentProblem};
use super::index::{Contents, LogIndex, Segment};
use super::last_segment::{TornTail, finish_tail, scan};
use super::reader::{Found, LOOKUP_READ_BYTES, SegmentReader, Step, Why};
use super::reshape::Cut;
use super::spare;
use crate::platform::{Disk, OpenMode, read_exact_at, write_all_at};

/// How the names of segments end.
const SEGMENT_SUFFIX: &str = ".seg";
/// How the names of unfinished files end.
const TEMPORARY_SUFFIX: &str = ".tmp";

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
        torn = finish_tail(segment, &scanned)?;
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

pub(super) fn newer(path: &Path, offset: u64) -> JournalError {
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
