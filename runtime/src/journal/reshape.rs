//! Truncation and purging: the two rare operations that take entries away.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::entry::LogPosition;
use super::error::JournalError;
use super::format::{FrameKind, GROUP_ALIGN};
use super::reader::{LOOKUP_READ_BYTES, SegmentReader, Step};
use super::recovery::{self, Plan, Recovered};
use super::small_file;
use super::writer::{Active, Halt, Sealed, Writer};
use crate::platform::{Disk, read_exact_at};

/// Holds what is to be removed while that is under way.
const CUT_FILE: &str = "cut";
/// Holds the position through which entries are purged.
const PURGED_FILE: &str = "purged";

/// What is to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// Entries from this index on go.
    pub(super) next: u64,
    /// The sector in which the entry before it ends, unless it ends with the sector. It has to
    /// be written again, and a power cut may spoil it.
    pub(super) sector: Option<Sector>,
}

/// What a sector is to hold: these bytes, then zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sector {
    /// The number of the segment.
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) kept: Vec<u8>,
}

impl Cut {
    fn encode(&self) -> Vec<u8> {
        let mut out = self.next.to_le_bytes().to_vec();
        if let Some(sector) = &self.sector {
            out.extend(sector.segment.to_le_bytes());
            out.extend(sector.offset.to_le_bytes());
            out.extend(&sector.kept);
        }
        out
    }

    fn decode(blob: &[u8]) -> Option<Self> {
        let (next, rest) = blob.split_first_chunk()?;
        let sector = if rest.is_empty() {
            None
        } else {
            let (segment, rest) = rest.split_first_chunk()?;
            let (offset, kept) = rest.split_first_chunk()?;
            Some(Sector {
                segment: u64::from_le_bytes(*segment),
                offset: u64::from_le_bytes(*offset),
                kept: kept.to_vec(),
            })
        };
        Some(Self { next: u64::from_le_bytes(*next), sector })
    }

    /// Finds out what has to be known before anything is removed.
    fn plan(writer: &Writer, next: u64) -> Result<Self, Halt> {
        let nothing = Self { next, sector: None };
        let Some(last_kept) = next.checked_sub(1) else { return Ok(nothing) };
        let start = writer.shared.index.lock().starting_point(last_kept, last_kept);
        let Some(segment) = start.segments.first() else { return Ok(nothing) };
        let failed = |error| JournalError::io("read", &segment.path, error);
        let mut reader =
            SegmentReader::new(&*segment.file, segment.header.salt, start.offset, segment.end, LOOKUP_READ_BYTES);
        let end = loop {
            match reader.next().map_err(failed)? {
                Step::Frame(found)
                    if found.header.position.index == last_kept && matches!(found.header.kind, FrameKind::Entry(_)) =>
                {
                    break found.end;
                }
                Step::Frame(_) => {}
                // A purged entry, which stands nowhere; damage shows when the log is read again.
                Step::Stop(..) => return Ok(nothing),
            }
        };
        let offset = end - end % GROUP_ALIGN;
        let mut kept = vec![0; (end - offset) as usize];
        read_exact_at(&*segment.file, &mut kept, offset).map_err(failed)?;
        let sector = Sector { segment: segment.header.number, offset, kept };
        Ok(Self { next, sector: Some(sector).filter(|sector| !sector.kept.is_empty()) })
    }
}

/// A truncation that was under way when the process ended.
pub(super) fn pending_cut(disk: &dyn Disk, directory: &Path) -> Result<Option<Cut>, JournalError> {
    let Some(blob) = small_file::load(disk, directory, CUT_FILE)? else { return Ok(None) };
    let malformed = || JournalError::corrupt(&directory.join(CUT_FILE), 0, None, "it is malformed");
    Cut::decode(&blob).ok_or_else(malformed).map(Some)
}

/// The truncation is done.
pub(super) fn forget_cut(disk: &dyn Disk, directory: &Path) -> Result<(), JournalError> {
    small_file::remove(disk, directory, CUT_FILE)
}

/// Through where entries are purged.
pub(super) fn purged(disk: &dyn Disk, directory: &Path) -> Result<Option<LogPosition>, JournalError> {
    let Some(blob) = small_file::load(disk, directory, PURGED_FILE)? else { return Ok(None) };
    let ([index, term, node], []) = blob.as_chunks::<8>() else {
        return Err(JournalError::corrupt(&directory.join(PURGED_FILE), 0, None, "its length is wrong"));
    };
    Ok(Some(LogPosition {
        index: u64::from_le_bytes(*index),
        term: u64::from_le_bytes(*term),
        node: u64::from_le_bytes(*node),
    }))
}

/// Removes the entries from an index on. What is to be done is written down first, as a crash
/// in the middle leaves a log that recovery would rightly call damaged.
pub(super) fn truncate(writer: &mut Writer, next: u64) -> Result<(), Halt> {
    let shared = writer.shared.clone();
    let options = &shared.options;
    let (disk, directory) = (&*options.disk, &*options.directory);
    let cut = Cut::plan(writer, next)?;
    small_file::store(disk, directory, CUT_FILE, &cut.encode())?;
    let recovered = recovery::recover(&Plan {
        disk,
        directory: &super::log_directory(directory),
        cluster_id: shared.identity.cluster_id,
        at_start: false,
        cut: Some(&cut),
    })?;
    forget_cut(disk, directory)?;
    shared.durable_next.store(next.min(shared.durable_next()), Ordering::Release);
    let purged = shared.state.lock().purged;
    writer.adopt(recovered, purged);
    let mut state = shared.state.lock();
    if state.truncating == Some(next) {
        state.truncating = None;
    }
    Ok(())
}

/// Moves the watermark below which entries are no longer part of the log. The files stay.
pub(super) fn purge(writer: &mut Writer, through: LogPosition) -> Result<(), Halt> {
    let shared = writer.shared.clone();
    let options = &shared.options;
    let blob = [through.index, through.term, through.node].map(u64::to_le_bytes).concat();
    small_file::store(&*options.disk, &options.directory, PURGED_FILE, &blob)?;
    if writer.tip.last.is_none_or(|last| last.index < through.index) {
        // The next entry leaves a gap, which a segment may not have: the next group starts
        // another one, as its first index does not follow.
        writer.tip.last = Some(through);
        shared.durable_next.store(through.index + 1, Ordering::Release);
    }
    Ok(())
}

impl Writer {
    /// Goes on from what recovery found.
    pub(super) fn adopt(&mut self, recovered: Recovered, purged: Option<LogPosition>) {
        self.tip = recovered.tip;
        let last_in_files = self.tip.last;
        if let Some(purged) = purged
            && last_in_files.is_none_or(|last| last.index < purged.index)
        {
            self.tip.last = Some(purged);
        }
        self.active = None;
        self.sealed = None;
        let mut room_bytes = 0;
        if let Some(segment) = recovered.index.segments.last() {
            let header = segment.header;
            if let Some(seal_at) = segment.seal_at {
                self.sealed = Some(Sealed { number: header.number, seal_at, salt: header.salt });
            } else {
                room_bytes = header.file_bytes - segment.end;
                self.active = Some(Active {
                    path: segment.path.clone(),
                    file: segment.file.clone(),
                    header,
                    offset: segment.end,
                    next_index: header.first_index + segment.contents.count,
                });
            }
        }
        self.shared.room_bytes.store(room_bytes, Ordering::Relaxed);
        *self.shared.index.lock() = recovered.index;
    }
}
