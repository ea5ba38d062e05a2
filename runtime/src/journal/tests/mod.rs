//! Tests of the journal on the simulated disk, and a few on the real one.

mod basic;
mod crash;
mod damage;
mod exit;
mod faults;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;

use super::vote_file::VoteFile;
use super::*;
use crate::testing::{ManualClock, ModelDisk, SeededRandomness};

/// The shortest segments there are, so that a small journal has several.
const SMALL_SEGMENT_BYTES: u64 = SEGMENT_BYTES_MIN;
/// Longer than anything in these tests takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn data() -> PathBuf {
    PathBuf::from("/data")
}

/// What the fail-stop hook was told.
type Failures = Arc<Mutex<Vec<String>>>;

fn options(disk: &ModelDisk) -> (JournalOptions, Failures) {
    let failures = Failures::default();
    let told = failures.clone();
    let options = JournalOptions {
        segment_bytes: SMALL_SEGMENT_BYTES,
        first_segment_bytes: SMALL_SEGMENT_BYTES,
        // Covers come at the close only, so that a test decides when.
        cover_after: Duration::from_hours(1),
        space_retry: Duration::from_millis(1),
        disk: Arc::new(disk.clone()),
        randomness: Arc::new(SeededRandomness::new(1)),
        clock: Arc::new(ManualClock::at(1_700_000_000_000_000)),
        fail_stop: Arc::new(move |failure| told.lock().push(failure.to_string())),
        ..JournalOptions::new(data())
    };
    (options, failures)
}

fn open(disk: &ModelDisk) -> (Journal, RecoveryReport) {
    Journal::open(options(disk).0).unwrap()
}

/// An entry whose payload follows from its index.
fn entry(index: u64) -> Entry {
    entry_of(index, 1, (index * 37 % 700) as usize)
}

fn entry_of(index: u64, term: u64, length: usize) -> Entry {
    let payload: Vec<u8> = (0..length).map(|at| (index as usize * 7 + at * 13) as u8).collect();
    let position = LogPosition { index, term, node: 1 };
    Entry { position, kind: EntryKind::Batch, payload: Bytes::from(payload) }
}

/// Appends without waiting; the receiver tells when it is durable.
fn append(journal: &Journal, entries: Vec<Entry>) -> Receiver<bool> {
    let (done, receiver) = mpsc::channel();
    journal.append(entries, tell(done)).unwrap();
    receiver
}

/// Whether an operation was acknowledged; false when its completion was dropped.
fn acknowledged(receiver: &Receiver<bool>) -> bool {
    match receiver.recv_timeout(PATIENCE) {
        Ok(_) => true,
        Err(mpsc::RecvTimeoutError::Disconnected) => false,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("nothing happened"),
    }
}

fn append_and_wait(journal: &Journal, entries: Vec<Entry>) {
    assert!(acknowledged(&append(journal, entries)));
}

fn truncate_and_wait(journal: &Journal, last: Option<u64>) {
    let (done, receiver) = mpsc::channel();
    journal.truncate_after(last, tell(done)).unwrap();
    assert!(acknowledged(&receiver));
}

/// All entries from an index on, by replay.
fn replayed(journal: &Journal, from: u64) -> Result<Vec<Entry>, JournalError> {
    let mut entries = Vec::new();
    journal.replay(from, u64::MAX, &mut |frame| {
        entries.push(Entry {
            position: frame.position,
            kind: frame.kind,
            payload: Bytes::copy_from_slice(frame.payload),
        });
        ControlFlow::Continue(())
    })?;
    Ok(entries)
}

/// The segment files, oldest first.
fn segment_paths(disk: &ModelDisk) -> Vec<PathBuf> {
    use crate::platform::Disk;
    let log = data().join("log");
    let names = disk.list(&log).unwrap();
    names.iter().filter(|entry| entry.name.starts_with('0')).map(|entry| log.join(&entry.name)).collect()
}

fn seed(base: u64) -> u64 {
    // A failure prints its seed; this replays it.
    std::env::var("RAFTSTONE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(base)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Sends what a completion is told; nobody may be listening any more.
fn tell(done: mpsc::Sender<bool>) -> Box<dyn Completion> {
    Box::new(move |newest| {
        let _ = done.send(newest);
    })
}
