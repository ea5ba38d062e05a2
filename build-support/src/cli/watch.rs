//! Waits until files change.
//!
//! The files are asked for their times a few times a second: that works on every system and file
//! system alike, and needs no crate. An application has some dozens of files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(150);

/// What shows that a file changed: its time and length; nothing for one that is not there.
type Stamp = Option<(SystemTime, u64)>;

/// The files at one moment.
pub(super) struct Snapshot(BTreeMap<PathBuf, Stamp>);

impl Snapshot {
    pub(super) fn of(files: Vec<PathBuf>) -> Self {
        let stamp = |path: &PathBuf| -> Stamp {
            let data = std::fs::metadata(path).ok()?;
            Some((data.modified().ok()?, data.len()))
        };
        Self(files.into_iter().map(|path| (stamp(&path), path)).map(|(stamp, path)| (path, stamp)).collect())
    }

    /// Whether the same files are there, unchanged.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Waits until one of the files is another, comes or goes. An editor may write a file in steps: the
/// wait ends when nothing has changed for one look.
pub(super) fn wait_for_change(before: &Snapshot, mut files: impl FnMut() -> Vec<PathBuf>) {
    loop {
        std::thread::sleep(PAUSE);
        let mut now = Snapshot::of(files());
        if now.is_same(before) {
            continue;
        }
        loop {
            std::thread::sleep(PAUSE);
            let later = Snapshot::of(files());
            if later.is_same(&now) {
                return;
            }
            now = later;
        }
    }
}
