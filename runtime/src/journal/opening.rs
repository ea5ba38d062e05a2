//! Opening a data directory.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use parking_lot::{Condvar, Mutex};

use super::recovery::{self, Plan};
use super::shared::{Shared, State};
use super::spare::Spares;
use super::tail::Tail;
use super::vote_file::VoteFile;
use super::writer::Writer;
use super::{
    Identity, Inner, Journal, JournalError, JournalOptions, LogPosition, Running, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN,
    TornTail, log_directory, reshape,
};
use crate::platform::{Disk, DiskLock};

/// The file that is locked while a process works in a data directory.
const LOCK_FILE: &str = "LOCK";

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

impl Journal {
    /// Opens, or creates, the journal of a data directory, and cuts off a torn tail.
    pub fn open(options: JournalOptions) -> Result<(Self, RecoveryReport), JournalError> {
        check(&options)?;
        let (disk, directory) = (options.disk.clone(), options.directory.clone());
        create_directory(&*disk, &directory)?;
        let lock_path = directory.join(LOCK_FILE);
        let lock = disk
            .lock(&lock_path)
            .map_err(|error| JournalError::io("lock", &lock_path, error))?
            .ok_or_else(|| JournalError::Locked { directory: directory.clone() })?;

        let log = log_directory(&directory);
        let may_create = !recovery::has_segments(&*disk, &log)?;
        let (identity, created) = Identity::load(&*disk, &*options.randomness, &directory, may_create)?;
        let (vote_file, vote) = VoteFile::open(&*disk, &directory, may_create)?;
        create_directory(&*disk, &log)?;
        let purged = reshape::purged(&*disk, &directory)?;
        let cut = reshape::pending_cut(&*disk, &directory)?;
        let plan =
            Plan { disk: &*disk, directory: &log, cluster_id: identity.cluster_id, at_start: true, cut: cut.as_ref() };
        let recovered = recovery::recover(&plan)?;
        if cut.is_some() {
            reshape::forget_cut(&*disk, &directory)?;
        }
        // Names may still be only in memory, if the process before was killed after a rename.
        disk.sync_directory(&directory).map_err(|error| JournalError::io("sync", &directory, error))?;

        let segments = recovered.index.segments.len();
        let torn = recovered.torn.clone();
        let wanted_bytes = if segments == 0 { options.first_segment_bytes } else { options.segment_bytes };
        let spares = Spares::new(disk, log, options.space_retry, recovered.spare_bytes, wanted_bytes);
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                tasks: VecDeque::new(),
                waiting_bytes: 0,
                closing: false,
                stopped: false,
                tail: Tail::new(0, options.tail_cache_bytes),
                truncating: None,
                last: None,
                purged,
                vote,
                leaders: recovered.leaders(),
                memberships: recovered.memberships(),
            }),
            options,
            identity,
            work: Condvar::new(),
            index: Mutex::default(),
            spares: Arc::new(spares),
            durable_next: AtomicU64::new(0),
            committed_next: AtomicU64::new(recovered.committed_next),
            room_bytes: AtomicU64::new(0),
        });
        let mut writer = Writer::new(shared.clone(), vote_file, recovered.tip);
        writer.adopt(recovered, purged);
        let last = writer.tip.last;
        let next = last.map_or(0, |last| last.index + 1);
        shared.durable_next.store(next, Ordering::Release);
        {
            let mut state = shared.state.lock();
            state.last = last;
            state.tail.restart(next);
        }
        let running = start_threads(&shared, writer, lock)?;
        let report = RecoveryReport { created, segments, last, torn };
        Ok((Self { inner: Arc::new(Inner { shared, running: Mutex::new(Some(running)) }) }, report))
    }
}

fn check(options: &JournalOptions) -> Result<(), JournalError> {
    for (name, bytes) in
        [("segment_bytes", options.segment_bytes), ("first_segment_bytes", options.first_segment_bytes)]
    {
        if !(SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&bytes) || bytes % 4096 != 0 {
            return Err(JournalError::Options(format!(
                "{name} is {bytes}; it must be a multiple of 4096 from {SEGMENT_BYTES_MIN} to {SEGMENT_BYTES_MAX}"
            )));
        }
    }
    Ok(())
}

/// Creates a directory, and makes the names of all directories that were missing durable.
fn create_directory(disk: &dyn Disk, directory: &Path) -> Result<(), JournalError> {
    let exists = |path: &Path| disk.exists(path).map_err(|error| JournalError::io("look for", path, error));
    let mut missing = Vec::new();
    for path in directory.ancestors().filter(|path| !path.as_os_str().is_empty()) {
        if exists(path)? {
            break;
        }
        missing.push(path);
    }
    disk.create_directory(directory).map_err(|error| JournalError::io("create", directory, error))?;
    for path in missing {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        disk.sync_directory(parent).map_err(|error| JournalError::io("sync", parent, error))?;
    }
    Ok(())
}

fn start_threads(shared: &Arc<Shared>, writer: Writer, lock: Box<dyn DiskLock>) -> Result<Running, JournalError> {
    let failed = |error| JournalError::io("start a thread for", &shared.options.directory, error);
    let of_helper = shared.clone();
    let helper = thread::Builder::new()
        .name("journal-spare".to_owned())
        .spawn(move || {
            if let Err(failure) = of_helper.spares.run() {
                of_helper.fail(&failure);
            }
        })
        .map_err(failed)?;
    match thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run()) {
        Ok(writer) => Ok(Running { writer, helper, _lock: lock }),
        Err(error) => {
            shared.spares.stop();
            let _ = helper.join();
            Err(failed(error))
        }
    }
}
