//! Reading a snapshot: files in parallel, then the indexes in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::format::{BLOCK_HEADER_BYTES, BlockHeader, Damage, FileEntry, Manifest, ROWS_MAGIC};
use super::{LoadedSnapshot, MANIFEST_FILE, SnapshotName, SnapshotWarning, rows_file};
use crate::platform::{Disk, DiskFile, OpenMode, read_exact_at, read_whole};
use crate::state::entries::KeyOrder;
use crate::state::{State, TableSpec};

/// Threads that decode rows and build indexes.
const LOAD_THREADS: usize = 2;

/// A longer manifest is damage: it holds the caller's own state, but no rows.
const MANIFEST_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// The file of a snapshot that is wrong, and what is wrong with it.
type Fault = (String, String);

pub(super) fn load(
    disk: &dyn Disk,
    directory: &Path,
    name: SnapshotName,
    specs: &'static [TableSpec],
    fingerprint: u64,
) -> Result<LoadedSnapshot, SnapshotWarning> {
    let damaged = |(file, reason)| SnapshotWarning::Damaged { name, file, reason };
    let manifest = read_manifest(disk, directory, name).map_err(damaged)?;
    if manifest.fingerprint != fingerprint {
        return Err(SnapshotWarning::OtherSchema { name });
    }
    let state = read_state(disk, directory, &manifest, specs).map_err(damaged)?;
    Ok(LoadedSnapshot { state, name, meta: manifest.meta })
}

fn read_manifest(disk: &dyn Disk, directory: &Path, name: SnapshotName) -> Result<Manifest, Fault> {
    let fault = |reason| (MANIFEST_FILE.to_owned(), reason);
    let bytes = read_whole(disk, &directory.join(MANIFEST_FILE), MANIFEST_BYTES_MAX)
        .map_err(|error| fault(error.to_string()))?;
    let manifest = Manifest::decode(&bytes).map_err(|damage| fault(damage.into_owned()))?;
    if (manifest.seq, manifest.index) != (name.seq, name.index) {
        return Err(fault(format!("it belongs to snapshot {}-{}", manifest.seq, manifest.index)));
    }
    Ok(manifest)
}

fn read_state(
    disk: &dyn Disk,
    directory: &Path,
    manifest: &Manifest,
    specs: &'static [TableSpec],
) -> Result<State, Fault> {
    let fault = |reason| (MANIFEST_FILE.to_owned(), reason);
    let state = State::new(specs);
    let positions = table_positions(manifest, specs).map_err(fault)?;
    for (id, position) in &positions {
        let entries = manifest.tables.iter().filter(|entry| entry.id == *id);
        entries.for_each(|entry| state.tables[*position].reserve(entry.rows));
    }
    let rows = RowsReader { disk, directory, manifest, state: &state, positions: &positions };
    in_parallel(manifest.files.len(), &|number| rows.read_file(number))?;
    for entry in &manifest.tables {
        let Some(&position) = positions.get(&entry.id) else { continue };
        let table = &state.tables[position];
        let rows = table.live_rows();
        if rows != entry.rows {
            return Err(fault(format!("{rows} rows of {} instead of {}", table.spec.name, entry.rows)));
        }
        if entry.counter != 0 {
            table.auto.set(manifest.seq, entry.counter);
        }
    }
    build_indexes(&state)?;
    state.commit_through(manifest.seq);
    Ok(state)
}

/// The positions of the tables by their ids. The manifest must name exactly the tables there are.
fn table_positions(manifest: &Manifest, specs: &[TableSpec]) -> Result<BTreeMap<u32, usize>, String> {
    let positions: BTreeMap<u32, usize> =
        specs.iter().enumerate().map(|(position, spec)| (spec.id, position)).collect();
    let stored: BTreeSet<u32> = manifest.tables.iter().map(|entry| entry.id).collect();
    if manifest.tables.len() == specs.len() && stored.iter().eq(positions.keys()) {
        Ok(positions)
    } else {
        Err("it names other tables than the schema".to_owned())
    }
}

struct RowsReader<'a> {
    disk: &'a dyn Disk,
    directory: &'a Path,
    manifest: &'a Manifest,
    state: &'a State,
    positions: &'a BTreeMap<u32, usize>,
}

impl RowsReader<'_> {
    fn read_file(&self, number: usize) -> Result<(), Fault> {
        let Some(entry) = self.manifest.files.get(number) else { return Ok(()) };
        let name = rows_file(number);
        self.read_blocks(&self.directory.join(&name), entry).map_err(|damage| (name, damage.into_owned()))
    }

    fn read_blocks(&self, path: &Path, entry: &FileEntry) -> Result<(), Damage> {
        let file = self.disk.open(path, OpenMode::Read).map_err(unreadable)?;
        let bytes = file.length().map_err(unreadable)?;
        if bytes != entry.bytes {
            return Err(format!("it has {bytes} bytes instead of {}", entry.bytes).into());
        }
        let mut input = FileInput { file: &*file, offset: 0, bytes, hasher: blake3::Hasher::new() };
        let mut magic = [0; ROWS_MAGIC.len()];
        input.fill(&mut magic)?;
        if magic != *ROWS_MAGIC {
            return Err("it does not begin like a file of rows".into());
        }
        let mut body = Vec::new();
        while input.offset < bytes {
            let mut header = [0; BLOCK_HEADER_BYTES];
            input.fill(&mut header)?;
            let header = BlockHeader::decode(&header)?;
            if header.body_bytes as u64 > bytes - input.offset {
                return Err("a block is longer than its file".into());
            }
            body.resize(header.body_bytes, 0);
            input.fill(&mut body)?;
            self.load_block(header, &body)?;
        }
        // The blocks are whole; this tells whether they are all of them, and of this snapshot.
        if input.hasher.finalize().as_bytes() == &entry.hash {
            Ok(())
        } else {
            Err("the checksum of the file does not match".into())
        }
    }

    fn load_block(&self, header: BlockHeader, body: &[u8]) -> Result<(), Damage> {
        let position = self.positions.get(&header.table).ok_or("a block belongs to no table")?;
        let table = &self.state.tables[*position];
        let name = table.spec.name;
        header.read_rows(body, &mut |age, stored| {
            let seq = self.manifest.seq.checked_sub(age).ok_or("a row is older than the first")?;
            let row = (table.spec.decode)(stored).map_err(|error| format!("a row of {name}: {error}"))?;
            let key = table.spec.key_of(&*row);
            if table.load(&key, seq, row) { Ok(()) } else { Err(format!("two rows of {name} have one key").into()) }
        })
    }
}

fn unreadable(error: io::Error) -> Damage {
    error.to_string().into()
}

/// A file that is hashed as it is read.
struct FileInput<'a> {
    file: &'a dyn DiskFile,
    offset: u64,
    bytes: u64,
    hasher: blake3::Hasher,
}

impl FileInput<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Damage> {
        if buffer.len() as u64 > self.bytes - self.offset {
            return Err("it ends too early".into());
        }
        read_exact_at(self.file, buffer, self.offset).map_err(unreadable)?;
        self.hasher.update(buffer);
        self.offset += buffer.len() as u64;
        Ok(())
    }
}

fn build_indexes(state: &State) -> Result<(), Fault> {
    let all: Vec<_> =
        state.tables.iter().flat_map(|table| table.indexes.iter().map(move |index| (table, index))).collect();
    in_parallel(all.len(), &|number| {
        let Some((table, index)) = all.get(number) else { return Ok(()) };
        let mut entries = KeyOrder::default();
        table.visit_newest(&mut |key, row| {
            (index.spec.keys)(&**row, &mut |index_key, _| entries.push_entry(index_key, key));
        });
        entries.sort();
        index.load(&entries);
        Ok(())
    })
}

/// Runs `job` for every number below `count` on [`LOAD_THREADS`] threads; the first fault ends it.
fn in_parallel(count: usize, job: &(dyn Fn(usize) -> Result<(), Fault> + Sync)) -> Result<(), Fault> {
    let next = AtomicUsize::new(0);
    let first_fault = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..LOAD_THREADS.min(count) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    if let Err(fault) = job(number) {
                        next.store(count, Ordering::Relaxed);
                        first_fault.lock().get_or_insert(fault);
                    }
                }
            });
        }
    });
    first_fault.into_inner().map_or(Ok(()), Err)
}
