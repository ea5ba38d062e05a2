//! Keeps one zero-filled segment ready, so that an append never waits for the file system to
//! find blocks, and a full disk shows here and never inside an append.
//!
//! A helper thread writes zeros to `spare.tmp`, syncs it, renames it to `spare.seg` and syncs the
//! directory. The IO thread gives it a header and its name when it starts a segment.

use std::io::{self, IoSlice};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::options::StorageFailure;
use crate::platform::{Disk, OpenMode, write_all_at};

pub(super) const FILE_NAME: &str = "spare.seg";
const TEMPORARY_NAME: &str = "spare.tmp";
/// How much is written and synced at once: little enough that a sync of the log that comes in
/// between does not wait long.
const CHUNK_BYTES: usize = 1024 * 1024;
/// How long the helper rests after each chunk while nobody waits for it.
const REST: Duration = Duration::from_millis(2);

static ZEROS: [u8; CHUNK_BYTES] = [0; CHUNK_BYTES];

/// The spare segment, shared by the helper thread and the IO thread.
pub(super) struct Spares {
    disk: Arc<dyn Disk>,
    directory: PathBuf,
    retry: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The length of the spare segment that lies ready.
    ready_bytes: Option<u64>,
    /// How long the next one is to be.
    wanted_bytes: u64,
    /// The last attempt met a full disk.
    full: bool,
    /// The IO thread waits.
    urgent: bool,
    /// The journal is being closed: nobody waits for room on a full disk any more.
    closing: bool,
    stopping: bool,
}

impl Spares {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        directory: PathBuf,
        retry: Duration,
        ready_bytes: Option<u64>,
        wanted_bytes: u64,
    ) -> Self {
        let state = State { ready_bytes, wanted_bytes, full: false, urgent: false, closing: false, stopping: false };
        Self { disk, directory, retry, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Whether there is no spare, and no room for one.
    pub(super) fn is_full(&self) -> bool {
        let state = self.state.lock();
        state.full && state.ready_bytes.is_none()
    }

    /// The journal is being closed: what waits is still done, unless the disk is full.
    pub(super) fn close(&self) {
        self.state.lock().closing = true;
        self.changed.notify_all();
    }

    /// Ends the helper thread.
    pub(super) fn stop(&self) {
        self.state.lock().stopping = true;
        self.changed.notify_all();
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.join(FILE_NAME)
    }

    /// Waits for a spare of at least this length; `None` when the journal ends first. The spare
    /// stays in its place until `used` is called.
    pub(super) fn wait(&self, bytes_min: u64, segment_bytes: u64) -> Result<Option<u64>, StorageFailure> {
        let mut state = self.state.lock();
        loop {
            let full = state.full && state.ready_bytes.is_none();
            if state.stopping || (state.closing && full) {
                return Ok(None);
            }
            match state.ready_bytes {
                Some(bytes) if bytes >= bytes_min => return Ok(Some(bytes)),
                Some(_) => {
                    let path = self.path();
                    self.disk.remove_file(&path).map_err(|error| StorageFailure {
                        operation: "remove",
                        path,
                        error,
                    })?;
                    state.ready_bytes = None;
                    state.wanted_bytes = segment_bytes;
                }
                None => {}
            }
            state.urgent = true;
            self.changed.notify_all();
            self.changed.wait(&mut state);
        }
    }

    /// The spare has become a segment: another one is wanted.
    pub(super) fn used(&self, segment_bytes: u64) {
        let mut state = self.state.lock();
        state.ready_bytes = None;
        state.wanted_bytes = segment_bytes;
        state.urgent = false;
        self.changed.notify_all();
    }

    /// Waits a while for room on the disk; false when the journal ends first.
    pub(super) fn wait_for_room(&self) -> bool {
        let mut state = self.state.lock();
        if !state.stopping && !state.closing {
            self.changed.wait_for(&mut state, self.retry);
        }
        !state.stopping && !state.closing
    }

    /// The helper thread. Ends when the journal ends, or with the failure that it met.
    pub(super) fn run(&self) -> Result<(), StorageFailure> {
        let mut state = self.state.lock();
        loop {
            if state.stopping {
                return Ok(());
            }
            if state.ready_bytes.is_some() {
                self.changed.wait(&mut state);
                continue;
            }
            let bytes = state.wanted_bytes;
            drop(state);
            let prepared = self.prepare(bytes);
            state = self.state.lock();
            match prepared {
                Ok(true) => {
                    state.full = false;
                    state.ready_bytes = Some(bytes);
                    self.changed.notify_all();
                }
                Ok(false) => return Ok(()),
                Err(failure) if is_full(&failure.error) => {
                    state.full = true;
                    self.changed.notify_all();
                    drop(state);
                    self.discard()?;
                    state = self.state.lock();
                    if !state.stopping {
                        self.changed.wait_for(&mut state, self.retry);
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Writes a spare segment; false when the journal ends first.
    fn prepare(&self, bytes: u64) -> Result<bool, StorageFailure> {
        let path = self.directory.join(TEMPORARY_NAME);
        let failure = |operation, error| StorageFailure { operation, path: path.clone(), error };
        let file = self.disk.open(&path, OpenMode::CreateOrTruncate).map_err(|error| failure("create", error))?;
        let mut written = 0;
        while written < bytes {
            let length = (bytes - written).min(CHUNK_BYTES as u64);
            let zeros = ZEROS.get(..length as usize).unwrap_or(&ZEROS);
            write_all_at(&*file, &mut [IoSlice::new(zeros)], written).map_err(|error| failure("write", error))?;
            file.sync_data().map_err(|error| failure("sync", error))?;
            written += length;
            let state = self.state.lock();
            if state.stopping {
                return Ok(false);
            }
            let urgent = state.urgent;
            drop(state);
            if !urgent && written < bytes {
                thread::sleep(REST);
            }
        }
        self.disk.rename(&path, &self.path()).map_err(|error| failure("rename", error))?;
        self.disk.sync_directory(&self.directory).map_err(|error| StorageFailure {
            operation: "sync",
            path: self.directory.clone(),
            error,
        })?;
        Ok(true)
    }

    /// Gives the blocks of an unfinished spare back.
    fn discard(&self) -> Result<(), StorageFailure> {
        let path = self.directory.join(TEMPORARY_NAME);
        match self.disk.remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StorageFailure { operation: "remove", path, error })
            }
            _ => Ok(()),
        }
    }
}

/// Whether an error says that there is no room.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}
