//! Writing a snapshot.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;

use super::format::{BlockWriter, FileEntry, Manifest, ROWS_MAGIC, TableEntry};
use super::{
    KEPT_SNAPSHOTS, MANIFEST_FILE, SnapshotHead, SnapshotName, Snapshots, TEMPORARY_PREFIX, remove_directory, rows_file,
};
use crate::platform::{Disk, DiskFile, OpenMode, write_all_at};
use crate::state::State;

pub(super) fn write(snapshots: &Snapshots, state: &State, seq: u64, head: &SnapshotHead) -> io::Result<SnapshotName> {
    let disk = &*snapshots.disk;
    let name = SnapshotName { seq, index: head.index };
    create_directory(disk, &snapshots.directory)?;
    remove_temporary(snapshots)?;

    let temporary = snapshots.temporary_path_of(name);
    disk.create_directory(&temporary)?;
    let manifest = write_rows(disk, &temporary, snapshots.file_bytes, state, name, head)?;
    let file = disk.open(&temporary.join(MANIFEST_FILE), OpenMode::CreateNew)?;
    write_all_at(&*file, &mut [IoSlice::new(&manifest.encode())], 0)?;
    file.sync_data()?;
    disk.sync_directory(&temporary)?;

    let path = snapshots.path_of(name);
    if disk.exists(&path)? {
        // Only one that could not be read is written a second time.
        remove(snapshots, name)?;
    }
    disk.rename(&temporary, &path)?;
    disk.sync_directory(&snapshots.directory)?;
    for old in snapshots.list()?.into_iter().skip(KEPT_SNAPSHOTS) {
        remove(snapshots, old)?;
    }
    Ok(name)
}

fn create_directory(disk: &dyn Disk, directory: &Path) -> io::Result<()> {
    if disk.exists(directory)? {
        return Ok(());
    }
    disk.create_directory(directory)?;
    directory.parent().map_or(Ok(()), |parent| disk.sync_directory(parent))
}

/// Removes what an interrupted writer left.
fn remove_temporary(snapshots: &Snapshots) -> io::Result<()> {
    for entry in snapshots.disk.list(&snapshots.directory)? {
        if entry.is_directory && entry.name.starts_with(TEMPORARY_PREFIX) {
            remove_directory(&*snapshots.disk, &snapshots.directory.join(entry.name))?;
        }
    }
    Ok(())
}

/// Removes a snapshot. It loses its name first, so that no half of it is ever seen.
fn remove(snapshots: &Snapshots, name: SnapshotName) -> io::Result<()> {
    let nameless = snapshots.directory.join(format!("{TEMPORARY_PREFIX}removed-{name}"));
    snapshots.disk.rename(&snapshots.path_of(name), &nameless)?;
    snapshots.disk.sync_directory(&snapshots.directory)?;
    remove_directory(&*snapshots.disk, &nameless)
}

fn write_rows(
    disk: &dyn Disk,
    directory: &Path,
    file_bytes: u64,
    state: &State,
    name: SnapshotName,
    head: &SnapshotHead,
) -> io::Result<Manifest> {
    let mut sink = RowsSink { disk, directory, file_bytes, open: None, done: Vec::new() };
    let mut tables = Vec::new();
    let mut stored = Vec::new();
    for (position, spec) in state.specs().iter().enumerate() {
        let mut block = BlockWriter::new(spec.id);
        let mut rows = 0;
        let mut scan = state.scan_all_sorted(position, name.seq);
        while let Some((_, row_seq, row)) = scan.next_version() {
            stored.clear();
            (spec.encode)(&*row, &mut stored);
            block.push(name.seq - row_seq, &stored);
            rows += 1;
            if block.is_full() {
                sink.write(&block.finish())?;
            }
        }
        if !block.is_empty() {
            sink.write(&block.finish())?;
        }
        let counter = state.auto_counter_at(position, name.seq);
        tables.push(TableEntry { id: spec.id, rows, counter });
    }
    let SnapshotHead { index, fingerprint, ref meta } = *head;
    Ok(Manifest { fingerprint, seq: name.seq, index, meta: meta.clone(), tables, files: sink.finish()? })
}

/// Blocks on their way to a row of files.
struct RowsSink<'a> {
    disk: &'a dyn Disk,
    directory: &'a Path,
    /// A file is closed by the block that reaches this size.
    file_bytes: u64,
    open: Option<OpenFile>,
    done: Vec<FileEntry>,
}

struct OpenFile {
    file: Arc<dyn DiskFile>,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl RowsSink<'_> {
    fn write(&mut self, block: &[u8]) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.create()?,
        };
        open.append(block)?;
        if open.bytes < self.file_bytes {
            self.open = Some(open);
        } else {
            self.done.push(open.close()?);
        }
        Ok(())
    }

    fn create(&self) -> io::Result<OpenFile> {
        let path = self.directory.join(rows_file(self.done.len()));
        let file = self.disk.open(&path, OpenMode::CreateNew)?;
        let mut open = OpenFile { file, bytes: 0, hasher: blake3::Hasher::new() };
        open.append(ROWS_MAGIC)?;
        Ok(open)
    }

    fn finish(mut self) -> io::Result<Vec<FileEntry>> {
        if let Some(open) = self.open.take() {
            self.done.push(open.close()?);
        }
        Ok(self.done)
    }
}

impl OpenFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_all_at(&*self.file, &mut [IoSlice::new(bytes)], self.bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn close(self) -> io::Result<FileEntry> {
        self.file.sync_data()?;
        Ok(FileEntry { bytes: self.bytes, hash: *self.hasher.finalize().as_bytes() })
    }
}
