//! Snapshots of the whole state, and starting from one.
//!
//! A snapshot is a cache of the journal: it is the state as of one pinned sequence number, in a
//! directory of its own that appears in one step. Whoever reads it trusts nothing: every block and
//! every file is checked, and a damaged snapshot only means a longer replay.
//!
//! ```text
//! snap/<seq>-<index>/   MANIFEST  rows-0  rows-1  ...
//! snap/tmp-<seq>-<index>/   one that is being written or removed
//! ```

mod format;
mod load;
mod write;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;

use super::{Pin, State, TableSpec};
use crate::platform::Disk;

/// Snapshots that are kept: the newest, and one to fall back on.
const KEPT_SNAPSHOTS: usize = 2;

/// A file of rows is closed by the block that reaches this size: files are read in parallel.
const FILE_BYTES: u64 = 16 * 1024 * 1024;

const MANIFEST_FILE: &str = "MANIFEST";
const TEMPORARY_PREFIX: &str = "tmp-";

/// The snapshots of one data directory.
pub struct Snapshots {
    disk: Arc<dyn Disk>,
    directory: PathBuf,
    file_bytes: u64,
    /// Held while a snapshot is written or one is removed.
    writing: Mutex<()>,
}

/// What a snapshot holds besides the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotHead {
    /// The position in the journal that the pinned sequence number belongs to.
    pub index: u64,
    /// The fingerprint of the fold and of the shapes of the schema.
    pub fingerprint: u64,
    /// The caller's own state as of the pinned sequence number, given back unread.
    pub meta: Vec<u8>,
}

/// The name of a snapshot. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotName {
    /// The sequence number of the state.
    pub seq: u64,
    /// The position in the journal.
    pub index: u64,
}

/// A state read from a snapshot.
pub struct LoadedSnapshot {
    /// The tables, visible as of the sequence number of the snapshot.
    pub state: State,
    /// Which snapshot it was.
    pub name: SnapshotName,
    /// What the writer of the snapshot gave as [`SnapshotHead::meta`].
    pub meta: Vec<u8>,
}

/// The result of [`Snapshots::load_newest`].
pub struct LoadOutcome {
    /// The newest snapshot that could be used.
    pub loaded: Option<LoadedSnapshot>,
    /// Why newer ones could not, newest first.
    pub warnings: Vec<SnapshotWarning>,
}

/// Why a snapshot was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotWarning {
    /// Its bytes are not what was written.
    Damaged {
        /// Which snapshot.
        name: SnapshotName,
        /// The file in it.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It was written by another version of the schema.
    OtherSchema {
        /// Which snapshot.
        name: SnapshotName,
    },
}

impl std::fmt::Display for SnapshotName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}-{}", self.seq, self.index)
    }
}

impl SnapshotName {
    fn parse(name: &str) -> Option<Self> {
        let (seq, index) = name.split_once('-')?;
        let parsed = SnapshotName { seq: seq.parse().ok()?, index: index.parse().ok()? };
        // "+1-02" is a number to the parser, but no name of ours.
        (parsed.to_string() == name).then_some(parsed)
    }
}

impl std::fmt::Display for SnapshotWarning {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SnapshotWarning::Damaged { name, file, reason } => {
                write!(formatter, "snapshot {name} is damaged ({file}: {reason}) and was passed over")
            }
            SnapshotWarning::OtherSchema { name } => {
                write!(formatter, "snapshot {name} was written for another version of the schema and was passed over")
            }
        }
    }
}

impl Snapshots {
    /// The snapshots in `directory`, which is created with the first one.
    pub fn new(disk: Arc<dyn Disk>, directory: PathBuf) -> Self {
        Snapshots { disk, directory, file_bytes: FILE_BYTES, writing: Mutex::new(()) }
    }

    /// The snapshots there are, newest first, whether they can be used or not.
    pub fn list(&self) -> io::Result<Vec<SnapshotName>> {
        if !self.disk.exists(&self.directory)? {
            return Ok(Vec::new());
        }
        let entries = self.disk.list(&self.directory)?;
        let directories = entries.iter().filter(|entry| entry.is_directory);
        let mut names: Vec<_> = directories.filter_map(|entry| SnapshotName::parse(&entry.name)).collect();
        names.sort_unstable_by(|left, right| right.cmp(left));
        Ok(names)
    }

    /// Writes the state as of `pin` and removes all but the two newest snapshots. Returns when the
    /// snapshot is durable; writes to the state go on meanwhile. After an error nothing is left but
    /// a temporary directory, which the next call removes.
    pub fn write(&self, state: &State, pin: &Pin, head: &SnapshotHead) -> io::Result<SnapshotName> {
        let _one_at_a_time = self.writing.lock();
        write::write(self, state, pin.seq(), head)
    }

    /// Does [`Snapshots::write`] on a thread of its own.
    pub fn write_in_background(
        self: &Arc<Self>,
        state: Arc<State>,
        pin: Pin,
        head: SnapshotHead,
    ) -> io::Result<JoinHandle<io::Result<SnapshotName>>> {
        let snapshots = Arc::clone(self);
        let thread = std::thread::Builder::new().name("snapshot".to_owned());
        thread.spawn(move || snapshots.write(&state, &pin, &head))
    }

    /// Reads the newest usable snapshot of this schema. An error means that the directory itself
    /// cannot be read; whatever is wrong with a snapshot becomes a warning.
    pub fn load_newest(&self, specs: &'static [TableSpec], fingerprint: u64) -> io::Result<LoadOutcome> {
        let mut warnings = Vec::new();
        for name in self.list()? {
            match load::load(&*self.disk, &self.path_of(name), name, specs, fingerprint) {
                Ok(loaded) => return Ok(LoadOutcome { loaded: Some(loaded), warnings }),
                Err(warning) => warnings.push(warning),
            }
        }
        Ok(LoadOutcome { loaded: None, warnings })
    }

    fn path_of(&self, name: SnapshotName) -> PathBuf {
        self.directory.join(name.to_string())
    }

    fn temporary_path_of(&self, name: SnapshotName) -> PathBuf {
        self.directory.join(format!("{TEMPORARY_PREFIX}{name}"))
    }
}

fn rows_file(number: usize) -> String {
    format!("rows-{number}")
}

/// Removes a directory of files.
fn remove_directory(disk: &dyn Disk, directory: &Path) -> io::Result<()> {
    for entry in disk.list(directory)? {
        disk.remove_file(&directory.join(entry.name))?;
    }
    disk.remove_directory(directory)
}
