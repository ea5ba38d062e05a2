//! How a journal is opened.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::platform::{Clock, Disk, Randomness, RealClock, RealDisk, RealRandomness};

/// The length of a segment file.
pub const DEFAULT_SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// The length of the very first segment, which a first start has to wait for.
pub const DEFAULT_FIRST_SEGMENT_BYTES: u64 = 4 * 1024 * 1024;
/// The shortest segment that may be asked for.
pub const SEGMENT_BYTES_MIN: u64 = 16 * 1024;
/// The longest segment that may be asked for.
pub const SEGMENT_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// How many bytes of recent entries stay in memory.
pub const DEFAULT_TAIL_CACHE_BYTES: usize = 64 * 1024 * 1024;
/// The exit code after a storage error (`EX_IOERR`).
pub const STORAGE_FAILURE_EXIT_CODE: i32 = 74;

/// How a journal is opened.
#[derive(Clone)]
pub struct JournalOptions {
    /// The data directory. Created if it is missing.
    pub directory: PathBuf,
    /// The length of a segment file; bounds the length of one entry too.
    pub segment_bytes: u64,
    /// The length of the very first segment.
    pub first_segment_bytes: u64,
    /// How many bytes of recent entries stay in memory.
    pub tail_cache_bytes: usize,
    /// How long the journal waits without work before it writes a cover frame, which lets the
    /// next start tell damage in the last group from a torn write.
    pub cover_after: Duration,
    /// How long a failed preparation of a segment waits before it is tried again.
    pub space_retry: Duration,
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// For salts and the cluster id.
    pub randomness: Arc<dyn Randomness>,
    /// For the creation time in segment headers.
    pub clock: Arc<dyn Clock>,
    /// Called once, from the thread that met it, when storage failed. The journal acknowledges
    /// nothing afterwards. In production it ends the process.
    pub fail_stop: FailStop,
}

impl JournalOptions {
    /// The production settings for a directory.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            segment_bytes: DEFAULT_SEGMENT_BYTES,
            first_segment_bytes: DEFAULT_FIRST_SEGMENT_BYTES,
            tail_cache_bytes: DEFAULT_TAIL_CACHE_BYTES,
            cover_after: Duration::from_millis(200),
            space_retry: Duration::from_secs(1),
            disk: Arc::new(RealDisk),
            randomness: Arc::new(RealRandomness),
            clock: Arc::new(RealClock::new()),
            fail_stop: exit_on_failure(),
        }
    }
}

impl fmt::Debug for JournalOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalOptions")
            .field("directory", &self.directory)
            .field("segment_bytes", &self.segment_bytes)
            .field("first_segment_bytes", &self.first_segment_bytes)
            .field("tail_cache_bytes", &self.tail_cache_bytes)
            .finish_non_exhaustive()
    }
}

/// Called when storage failed.
pub type FailStop = Arc<dyn Fn(&StorageFailure) + Send + Sync>;

/// A failed call to the file system. Nothing is known about the data behind it.
#[derive(Debug)]
pub struct StorageFailure {
    /// What was being done, as in "write".
    pub operation: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// What the operating system said.
    pub error: io::Error,
}

impl fmt::Display for StorageFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.operation, self.path.display(), self.error)
    }
}

/// The production answer to a storage failure: one line on standard error, and the end of the
/// process with code 74. Going on would mean to acknowledge what may be lost, as the kernel
/// drops unwritten pages after a failed sync.
pub fn exit_on_failure() -> FailStop {
    Arc::new(|failure| {
        use std::io::Write;
        // Nobody is left to be told when standard error is closed too.
        let _ = writeln!(
            io::stderr().lock(),
            "raftstone: storage failed: {failure}. The process stops, as nothing more can be promised. \
             Check the disk, then start again: everything acknowledged so far is kept."
        );
        std::process::exit(STORAGE_FAILURE_EXIT_CODE);
    })
}
