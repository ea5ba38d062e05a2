//! Small files that are replaced as a whole: one magic word, one checksum, one blob.
//!
//! ```text
//! magic "RSTNFILE" | length of the blob u32 | crc32c of the blob u32 | blob
//! ```
//! A new content is written to `<name>.tmp`, synced, renamed, and the directory is synced: a
//! reader finds the old content or the new one, whole.

use std::io::IoSlice;
use std::path::Path;

use super::error::JournalError;
use crate::platform::{Disk, OpenMode, read_whole, write_all_at};

const MAGIC: [u8; 8] = *b"RSTNFILE";
const HEADER_BYTES: usize = 16;
/// The longest blob.
pub(super) const BLOB_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Replaces a file durably.
pub(super) fn store(disk: &dyn Disk, directory: &Path, name: &str, blob: &[u8]) -> Result<(), JournalError> {
    if blob.len() > BLOB_BYTES_MAX {
        return Err(JournalError::Options(format!("{name} would be longer than {BLOB_BYTES_MAX} bytes")));
    }
    let mut content = Vec::with_capacity(HEADER_BYTES + blob.len());
    content.extend(MAGIC);
    content.extend((blob.len() as u32).to_le_bytes());
    content.extend(crc32c::crc32c(blob).to_le_bytes());
    content.extend(blob);
    replace(disk, directory, name, &content)
}

/// Reads a file; `None` if there is none.
pub(super) fn load(disk: &dyn Disk, directory: &Path, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
    let path = directory.join(name);
    if !disk.exists(&path).map_err(|error| JournalError::io("look for", &path, error))? {
        return Ok(None);
    }
    let limit = (HEADER_BYTES + BLOB_BYTES_MAX) as u64;
    let content = read_whole(disk, &path, limit).map_err(|error| JournalError::io("read", &path, error))?;
    match content.split_at_checked(HEADER_BYTES) {
        Some((header, blob)) if header == expected_header(blob) => Ok(Some(blob.to_vec())),
        _ => Err(JournalError::corrupt(&path, 0, None, "the checksum of its content does not fit")),
    }
}

fn expected_header(blob: &[u8]) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend((blob.len() as u32).to_le_bytes());
    header.extend(crc32c::crc32c(blob).to_le_bytes());
    header
}

/// Replaces a file durably by exactly these bytes.
pub(super) fn replace(disk: &dyn Disk, directory: &Path, name: &str, content: &[u8]) -> Result<(), JournalError> {
    let path = directory.join(name);
    let temporary = directory.join(format!("{name}.tmp"));
    let file = disk
        .open(&temporary, OpenMode::CreateOrTruncate)
        .map_err(|error| JournalError::io("create", &temporary, error))?;
    write_all_at(&*file, &mut [IoSlice::new(content)], 0)
        .map_err(|error| JournalError::io("write", &temporary, error))?;
    file.sync_data().map_err(|error| JournalError::io("sync", &temporary, error))?;
    disk.rename(&temporary, &path).map_err(|error| JournalError::io("rename", &temporary, error))?;
    disk.sync_directory(directory).map_err(|error| JournalError::io("sync", directory, error))
}

/// Removes a file durably.
pub(super) fn remove(disk: &dyn Disk, directory: &Path, name: &str) -> Result<(), JournalError> {
    let path = directory.join(name);
    disk.remove_file(&path).map_err(|error| JournalError::io("remove", &path, error))?;
    disk.sync_directory(directory).map_err(|error| JournalError::io("sync", directory, error))
}
