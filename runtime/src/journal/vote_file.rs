//! `vote.bin`: the vote of this node, twice.
//!
//! Two slots of 4 KiB with the same content:
//!
//! ```text
//! magic "RSTNVOTE" | sequence u64 | term u64 | node u64 | committed u64 (0, 1) | zeros | crc32c u32 (last four bytes)
//! ```
//! A vote is written to the first slot, synced, written to the second slot, synced, and only
//! then acknowledged. So a damaged slot is either the one that was being written, whose vote
//! nobody has heard of, or it has a sound twin. An empty file of zeros is no vote.

use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::Vote;
use super::error::JournalError;
use super::options::StorageFailure;
use super::small_file;
use crate::platform::{Disk, DiskFile, OpenMode, read_exact_at, write_all_at};

pub(super) const FILE_NAME: &str = "vote.bin";
const MAGIC: [u8; 8] = *b"RSTNVOTE";
const SLOT_BYTES: usize = 4096;
const CRC_AT: usize = SLOT_BYTES - 4;

/// The open vote file.
pub(super) struct VoteFile {
    path: PathBuf,
    file: Arc<dyn DiskFile>,
    sequence: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Empty,
    Damaged,
    Sound { sequence: u64, vote: Vote },
}

impl VoteFile {
    /// Opens the file, or creates it where `may_create`, and repairs a damaged slot.
    pub(super) fn open(
        disk: &dyn Disk,
        directory: &Path,
        may_create: bool,
    ) -> Result<(Self, Option<Vote>), JournalError> {
        let path = directory.join(FILE_NAME);
        let io = |operation, error| JournalError::io(operation, &path, error);
        if !disk.exists(&path).map_err(|error| io("look for", error))? {
            if !may_create {
                return Err(JournalError::corrupt(&path, 0, None, "it is missing, although the log has entries"));
            }
            small_file::replace(disk, directory, FILE_NAME, &[0; 2 * SLOT_BYTES])?;
        }
        let file = disk.open(&path, OpenMode::Write).map_err(|error| io("open", error))?;
        file.sync_data().map_err(|error| io("sync", error))?;
        if file.length().map_err(|error| io("read the length of", error))? != 2 * SLOT_BYTES as u64 {
            return Err(JournalError::corrupt(&path, 0, None, "its length is wrong"));
        }
        let mut content = vec![0; 2 * SLOT_BYTES];
        read_exact_at(&*file, &mut content, 0).map_err(|error| io("read", error))?;
        let (first, second) = content.split_at(SLOT_BYTES);
        let (sequence, vote) = match (read_slot(first), read_slot(second)) {
            (Slot::Sound { sequence, vote }, Slot::Sound { sequence: other, vote: older }) => {
                if sequence >= other {
                    (sequence, Some(vote))
                } else {
                    (other, Some(older))
                }
            }
            (Slot::Sound { sequence, vote }, _) | (_, Slot::Sound { sequence, vote }) => (sequence, Some(vote)),
            (Slot::Empty, _) | (_, Slot::Empty) => (0, None),
            (Slot::Damaged, Slot::Damaged) => {
                return Err(JournalError::corrupt(&path, 0, None, "both copies of the vote are damaged"));
            }
        };
        let opened = Self { path: path.clone(), file, sequence };
        let image = vote.map_or_else(|| vec![0; SLOT_BYTES], |vote| slot(sequence, vote));
        for (offset, found) in [(0, first), (SLOT_BYTES as u64, second)] {
            // The sound copy is left alone, so that a power cut now cannot spoil both.
            if found != image {
                opened.write(&image, offset).map_err(|failure| io(failure.operation, failure.error))?;
            }
        }
        Ok((opened, vote))
    }

    /// Stores a vote durably.
    pub(super) fn store(&mut self, vote: Vote) -> Result<(), StorageFailure> {
        self.sequence += 1;
        let image = slot(self.sequence, vote);
        self.write(&image, 0)?;
        self.write(&image, SLOT_BYTES as u64)
    }

    fn write(&self, image: &[u8], offset: u64) -> Result<(), StorageFailure> {
        write_all_at(&*self.file, &mut [IoSlice::new(image)], offset).map_err(|error| self.failure("write", error))?;
        self.file.sync_data().map_err(|error| self.failure("sync", error))
    }

    fn failure(&self, operation: &'static str, error: std::io::Error) -> StorageFailure {
        StorageFailure { operation, path: self.path.clone(), error }
    }
}

fn slot(sequence: u64, vote: Vote) -> Vec<u8> {
    let mut out = Vec::with_capacity(SLOT_BYTES);
    out.extend(MAGIC);
    for field in [sequence, vote.term, vote.node, u64::from(vote.committed)] {
        out.extend(field.to_le_bytes());
    }
    out.resize(CRC_AT, 0);
    let crc = crc32c::crc32c(&out);
    out.extend(crc.to_le_bytes());
    out
}

fn read_slot(bytes: &[u8]) -> Slot {
    if bytes.iter().all(|byte| *byte == 0) {
        return Slot::Empty;
    }
    let [_, sequence, term, node, committed, ..] = bytes.as_chunks::<8>().0 else {
        return Slot::Damaged;
    };
    let vote = Vote {
        term: u64::from_le_bytes(*term),
        node: u64::from_le_bytes(*node),
        committed: u64::from_le_bytes(*committed) == 1,
    };
    let sequence = u64::from_le_bytes(*sequence);
    // Comparing with what would be written checks the magic, the checksum and the zeros at once.
    if slot(sequence, vote) == bytes { Slot::Sound { sequence, vote } } else { Slot::Damaged }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_comes_back_and_every_flip_is_noticed() {
        let vote = Vote { term: 7, node: 2, committed: true };
        let bytes = slot(3, vote);
        assert_eq!(bytes.len(), SLOT_BYTES);
        assert_eq!(read_slot(&bytes), Slot::Sound { sequence: 3, vote });
        for bit in 0..SLOT_BYTES * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read_slot(&flipped), Slot::Damaged, "bit {bit}");
        }
        assert_eq!(read_slot(&[0; SLOT_BYTES]), Slot::Empty);
    }
}
