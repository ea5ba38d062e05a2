//! The journal.

mod entry;
mod error;
mod options;

use std::ops::ControlFlow;

pub use entry::{Entry, EntryKind, Frame, LogPosition, Space, Vote};
pub use error::{AppendRefused, Corruption, JournalError};
pub use options::{
    DEFAULT_FIRST_SEGMENT_BYTES, DEFAULT_SEGMENT_BYTES, DEFAULT_TAIL_CACHE_BYTES, FailStop, JournalOptions,
    SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN, STORAGE_FAILURE_EXIT_CODE, StorageFailure, exit_on_failure,
};

/// Who this data directory belongs to; `node.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// This node. The first node of a cluster is 1.
    pub node_id: u64,
    /// The cluster, drawn at random by its first node.
    pub cluster_id: u128,
}

/// What opening found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveryReport {
    /// Whether the directory was new.
    pub created: bool,
    /// The number of segment files.
    pub segments: usize,
    /// The last entry.
    pub last: Option<LogPosition>,
    /// What was cut off the end, if anything: written but never acknowledged.
    pub torn: Option<TornTail>,
}

/// The end of the log that a crash had left half-written. None of it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The segment file.
    pub path: std::path::PathBuf,
    /// Where the cut was made.
    pub offset: u64,
    /// The first entry that was cut off.
    pub first_index: u64,
    /// How many bytes after the cut were not empty.
    pub bytes: u64,
}

/// Called when an operation is durable; never called after a storage failure.
pub trait Completion: Send + 'static {
    /// `newest` is false when a later operation of the same sync follows at once.
    fn durable(self: Box<Self>, newest: bool);
}

/// The journal. Clones are handles to the same one.
#[derive(Clone)]
pub struct Journal {}

impl Journal {
    /// Opens, or creates, the journal in a directory, and cuts off a torn tail.
    pub fn open(_options: JournalOptions) -> Result<(Self, RecoveryReport), JournalError> {
        unreachable!()
    }
    /// Who this data directory belongs to.
    pub fn identity(&self) -> Identity {
        unreachable!()
    }
    /// Hands entries to the IO thread.
    pub fn append(&self, _entries: &mut dyn Iterator<Item = Entry>, _done: Box<dyn Completion>) -> Result<(), AppendRefused> {
        unreachable!()
    }
    /// Goes through the entries from one index through another (both included), oldest first.
    pub fn replay(&self, _from: u64, _through: u64, _visit: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>) -> Result<(), JournalError> {
        unreachable!()
    }
    /// Entries from `from` up to (not including) `to`, at least one and then at most `bytes_max`.
    pub fn read(&self, _from: u64, _to: u64, _bytes_max: usize) -> Result<Vec<Entry>, JournalError> {
        unreachable!()
    }
    /// The last entry, durable or not.
    pub fn last_position(&self) -> Option<LogPosition> {
        unreachable!()
    }
    /// Whether there is room for more commands.
    pub fn space(&self) -> Space {
        unreachable!()
    }
    /// The longest payload that one entry may have.
    pub fn payload_bytes_max(&self) -> usize {
        unreachable!()
    }
    /// What `store_shapes` stored last.
    pub fn read_shapes(&self) -> Result<Option<Vec<u8>>, JournalError> {
        unreachable!()
    }
    /// Stores an opaque blob beside the log, durably and in one step.
    pub fn store_shapes(&self, _shapes: &[u8]) -> Result<(), JournalError> {
        unreachable!()
    }
    /// Writes out what is waiting, covers it, and releases the data directory.
    pub fn close(&self) {
        unreachable!()
    }
}
