//! Truncation and purging: the two rare operations that take entries away.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::entry::LogPosition;
use super::error::JournalError;
use super::recovery::{self, Plan, Recovered};
use super::small_file;
use super::writer::{Active, Halt, Sealed, Writer};
use crate::platform::Disk;

/// Holds the index from which on entries are to be removed, while that is under way.
const CUT_FILE: &str = "cut";
/// Holds the position through which entries are purged.
const PURGED_FILE: &str = "purged";

/// A truncation that was under way when the process ended.
pub(super) fn pending_cut(disk: &dyn Disk, directory: &Path) -> Result<Option<u64>, JournalError> {
    let Some(blob) = small_file::load(disk, directory, CUT_FILE)? else { return Ok(None) };
    match <[u8; 8]>::try_from(&blob[..]) {
        Ok(bytes) => Ok(Some(u64::from_le_bytes(bytes))),
        Err(_) => Err(JournalError::corrupt(&directory.join(CUT_FILE), 0, None, "its length is wrong")),
    }
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
    small_file::store(disk, directory, CUT_FILE, &next.to_le_bytes())?;
    let recovered = recovery::recover(&Plan {
        disk,
        directory: &super::log_directory(directory),
        cluster_id: shared.identity.cluster_id,
        at_start: false,
        cut: Some(next),
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
            match segment.seal_at {
                Some(seal_at) => self.sealed = Some(Sealed { number: header.number, seal_at, salt: header.salt }),
                None => {
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
        }
        self.shared.room_bytes.store(room_bytes, Ordering::Relaxed);
        *self.shared.index.lock() = recovered.index;
    }
}
