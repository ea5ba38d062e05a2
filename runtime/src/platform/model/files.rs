//! What the simulated disk holds, and what a power cut leaves of it.

use std::collections::{BTreeMap, BTreeSet};

use super::time::SeededRandomness;

/// What is kept, lost or spoilt at once in a power cut.
const SECTOR_BYTES: u64 = 512;

/// What a power cut does to what was not synced.
#[derive(Debug, Clone, Copy)]
pub enum CrashPolicy<'a> {
    /// All of it is lost.
    LoseAll,
    /// Each sector is kept, lost or replaced by garbage, each length old or new, and of the
    /// changes of a directory some first part is kept.
    Random(&'a SeededRandomness),
}

/// The content of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Image {
    /// What a reader sees.
    pub(super) content: Vec<u8>,
    /// What is on disk for certain.
    durable: Vec<u8>,
    /// The sectors that were written since the last sync.
    dirty: BTreeSet<u64>,
}

impl Image {
    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        if self.content.len() < end {
            self.content.resize(end, 0);
        }
        self.content[start..end].copy_from_slice(bytes);
        self.dirty.extend(offset / SECTOR_BYTES..(end as u64).div_ceil(SECTOR_BYTES));
    }

    pub(super) fn set_length(&mut self, bytes: u64) {
        let changed = bytes.min(self.content.len() as u64) / SECTOR_BYTES;
        let last = bytes.max(self.content.len() as u64).div_ceil(SECTOR_BYTES);
        self.content.resize(bytes as usize, 0);
        self.dirty.extend(changed..last);
    }

    pub(super) fn sync(&mut self) {
        self.durable.resize(self.content.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            copy_sector(&self.content, &mut self.durable, sector);
        }
    }

    /// The system forgets that the pages are dirty: they are never written, although they can
    /// still be read.
    pub(super) fn fail_sync(&mut self) {
        self.dirty.clear();
    }

    pub(super) fn crash(&mut self, policy: CrashPolicy<'_>) {
        let mut left = self.durable.clone();
        if let CrashPolicy::Random(random) = policy {
            if self.content.len() != left.len() && random.below(2) == 0 {
                left.resize(self.content.len(), 0);
            }
            for sector in &self.dirty {
                match random.below(3) {
                    0 => {}
                    1 => copy_sector(&self.content, &mut left, *sector),
                    _ => {
                        let garbage: Vec<u8> = (0..SECTOR_BYTES).map(|_| random.next() as u8).collect();
                        let start = (sector * SECTOR_BYTES) as usize;
                        let end = (start + garbage.len()).min(left.len());
                        if start < end {
                            left[start..end].copy_from_slice(&garbage[..end - start]);
                        }
                    }
                }
            }
        }
        *self = Self { content: left.clone(), durable: left, dirty: BTreeSet::new() };
    }

    /// A file whose content is durable.
    pub(super) fn durable(content: Vec<u8>) -> Self {
        Self { durable: content.clone(), content, dirty: BTreeSet::new() }
    }
}

fn copy_sector(from: &[u8], to: &mut [u8], sector: u64) {
    let start = (sector * SECTOR_BYTES) as usize;
    let end = (start + SECTOR_BYTES as usize).min(from.len()).min(to.len());
    if start < end {
        to[start..end].copy_from_slice(&from[start..end]);
    }
}

/// What a name stands for: the number of a file or of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    File(u64),
    Directory(u64),
}

/// A change of a directory that is not durable yet.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Link(String, Node),
    Unlink(String),
    Rename(String, String),
}

/// A directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) current: BTreeMap<String, Node>,
    durable: BTreeMap<String, Node>,
    pending: Vec<Change>,
}

impl Names {
    pub(super) fn change(&mut self, change: Change) {
        apply(&mut self.current, &change);
        self.pending.push(change);
    }

    pub(super) fn sync(&mut self) {
        self.durable = self.current.clone();
        self.pending.clear();
    }

    pub(super) fn crash(&mut self, policy: CrashPolicy<'_>) {
        let kept = match policy {
            CrashPolicy::LoseAll => 0,
            CrashPolicy::Random(random) => random.below(self.pending.len() as u64 + 1) as usize,
        };
        for change in self.pending.drain(..).take(kept) {
            apply(&mut self.durable, &change);
        }
        self.current = self.durable.clone();
    }
}

fn apply(names: &mut BTreeMap<String, Node>, change: &Change) {
    match change {
        Change::Link(name, node) => {
            names.insert(name.clone(), *node);
        }
        Change::Unlink(name) => {
            names.remove(name);
        }
        Change::Rename(from, to) => {
            if let Some(node) = names.remove(from) {
                names.insert(to.clone(), node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_synced_survives() {
        let mut image = Image::default();
        image.write(0, &[1; 1024]);
        image.sync();
        image.write(512, &[2; 512]);
        image.write(1024, &[3; 100]);
        assert_eq!(image.content.len(), 1124);
        image.crash(CrashPolicy::LoseAll);
        assert_eq!(image.content, [1; 1024]);
        image.write(0, &[4; 10]);
        image.fail_sync();
        image.sync();
        assert_eq!(image.content[0], 4, "still readable");
        image.crash(CrashPolicy::LoseAll);
        assert_eq!(image.content[0], 1, "but never on disk");
    }

    #[test]
    fn a_name_survives_only_a_sync_of_its_directory() {
        let mut names = Names::default();
        names.change(Change::Link("a".into(), Node::File(1)));
        names.sync();
        names.change(Change::Rename("a".into(), "b".into()));
        assert!(names.current.contains_key("b"));
        names.crash(CrashPolicy::LoseAll);
        assert_eq!(names.current.keys().collect::<Vec<_>>(), ["a"]);
        names.change(Change::Unlink("a".into()));
        names.sync();
        names.crash(CrashPolicy::LoseAll);
        assert!(names.current.is_empty());
    }

    #[test]
    fn random_crashes_keep_synced_sectors() {
        let random = SeededRandomness::new(1);
        for _ in 0..200 {
            let mut image = Image::default();
            image.write(0, &[1; 2048]);
            image.sync();
            image.write(1024, &[2; 512]);
            image.crash(CrashPolicy::Random(&random));
            assert_eq!(image.content[..1024], [1; 1024]);
            assert_eq!(image.content[1536..], [1; 512]);
        }
    }
}
