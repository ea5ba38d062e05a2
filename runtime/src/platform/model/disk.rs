//! A file system in memory that forgets what was not synced, and fails when told to.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, IoSlice};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::files::{Change, CrashPolicy, Image, Names, Node};
use crate::platform::{DirectoryEntry, Disk, DiskFile, DiskLock, OpenMode};

const ROOT: u64 = 0;

/// A call to the file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Opens an existing file.
    Open,
    /// Opens a file, creating it.
    Create,
    /// Asks for the length of a file.
    Length,
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Changes the length of a file.
    SetLength,
    /// Makes the content of a file durable.
    Sync,
    /// Creates a directory.
    CreateDirectory,
    /// Lists a directory.
    List,
    /// Looks for a name.
    Exists,
    /// Renames.
    Rename,
    /// Removes a file.
    RemoveFile,
    /// Removes a directory.
    RemoveDirectory,
    /// Makes names durable.
    SyncDirectory,
    /// Takes a lock.
    Lock,
}

/// What happens instead of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails with this code of the operating system, without effect; a sync leaves what it
    /// should have written unwritten for ever.
    Error(i32),
    /// A write takes only this many bytes.
    Short(usize),
    /// The power fails before it: this and all later calls fail until `crash` is called.
    PowerCut,
}

impl Fault {
    /// A failed device.
    pub const EIO: Self = Self::Error(5);
    /// A full disk.
    pub const ENOSPC: Self = Self::Error(28);
    /// An interrupted call.
    pub const EINTR: Self = Self::Error(4);
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was called.
    pub operation: Operation,
    /// On what.
    pub path: PathBuf,
}

/// A file system in memory. Clones are handles to the same one.
#[derive(Clone, Default)]
pub struct ModelDisk {
    world: Arc<Mutex<World>>,
}

#[derive(Clone)]
struct World {
    files: BTreeMap<u64, Image>,
    directories: BTreeMap<u64, Names>,
    next_number: u64,
    locks: BTreeSet<PathBuf>,
    /// Handles of an earlier life fail.
    life: u64,
    dark: bool,
    calls: Vec<Call>,
    faults: Vec<Armed>,
    capacity_bytes: Option<u64>,
}

#[derive(Clone, Copy)]
struct Armed {
    /// Only such calls count; all if none is given.
    operation: Option<Operation>,
    /// How many of them are let through before.
    let_through: u64,
    fault: Fault,
    for_ever: bool,
}

impl Default for World {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            directories: BTreeMap::from([(ROOT, Names::default())]),
            next_number: ROOT + 1,
            locks: BTreeSet::new(),
            life: 0,
            dark: false,
            calls: Vec::new(),
            faults: Vec::new(),
            capacity_bytes: None,
        }
    }
}

impl ModelDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// An independent copy.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { world: Arc::new(Mutex::new(self.world.lock().clone())) }
    }

    /// Cuts the power and switches on again: open files and locks are gone, faults are
    /// disarmed, and of what was not synced the policy decides.
    pub fn crash(&self, policy: CrashPolicy<'_>) {
        let mut world = self.world.lock();
        world.files.values_mut().for_each(|image| image.crash(policy));
        world.directories.values_mut().for_each(|names| names.crash(policy));
        world.locks.clear();
        world.life += 1;
        world.dark = false;
        world.faults.clear();
    }

    /// Arms a fault for the call after `let_through` further calls (of this operation, if one
    /// is given). It hits once.
    pub fn fail(&self, operation: Option<Operation>, let_through: u64, fault: Fault) {
        self.world.lock().faults.push(Armed { operation, let_through, fault, for_ever: false });
    }

    /// Like `fail`, for all calls from there on.
    pub fn fail_for_ever(&self, operation: Option<Operation>, let_through: u64, fault: Fault) {
        self.world.lock().faults.push(Armed { operation, let_through, fault, for_ever: true });
    }

    /// Disarms all faults.
    pub fn heal(&self) {
        self.world.lock().faults.clear();
    }

    /// Limits the bytes of all files together; `None` for no limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.world.lock().capacity_bytes = bytes;
    }

    /// Every call since the beginning.
    pub fn calls(&self) -> Vec<Call> {
        self.world.lock().calls.clone()
    }

    /// What a file holds now.
    pub fn content(&self, path: &Path) -> io::Result<Vec<u8>> {
        let world = self.world.lock();
        let number = world.file(path)?;
        Ok(world.files.get(&number).map(|image| image.content.clone()).unwrap_or_default())
    }

    /// Replaces what a file holds, durably: damage done behind the back of the owner.
    pub fn damage(&self, path: &Path, content: Vec<u8>) -> io::Result<()> {
        let mut world = self.world.lock();
        let number = world.file(path)?;
        world.files.insert(number, Image::durable(content));
        Ok(())
    }

    /// Counts a call, and tells which fault hits it.
    fn enter(&self, operation: Operation, path: &Path) -> io::Result<Option<Fault>> {
        self.world.lock().enter(operation, path)
    }
}

impl World {
    fn enter(&mut self, operation: Operation, path: &Path) -> io::Result<Option<Fault>> {
        if self.dark {
            return Err(io::Error::from_raw_os_error(5));
        }
        self.calls.push(Call { operation, path: path.to_owned() });
        let mut hit = None;
        self.faults.retain_mut(|armed| {
            if armed.operation.is_some_and(|only| only != operation) {
                return true;
            }
            if armed.let_through > 0 {
                armed.let_through -= 1;
                return true;
            }
            hit = Some(armed.fault);
            armed.for_ever
        });
        match hit {
            Some(Fault::PowerCut) => {
                self.dark = true;
                Err(io::Error::from_raw_os_error(5))
            }
            Some(Fault::Error(code)) if operation != Operation::Sync => Err(io::Error::from_raw_os_error(code)),
            fault => Ok(fault),
        }
    }

    fn node(&self, path: &Path) -> Option<Node> {
        path.components().try_fold(Node::Directory(ROOT), |node, component| match (node, component) {
            (node, Component::RootDir | Component::CurDir | Component::Prefix(_)) => Some(node),
            (Node::Directory(number), Component::Normal(name)) => {
                self.directories.get(&number)?.current.get(name.to_str()?).copied()
            }
            _ => None,
        })
    }

    fn file(&self, path: &Path) -> io::Result<u64> {
        match self.node(path) {
            Some(Node::File(number)) => Ok(number),
            Some(Node::Directory(_)) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn directory(&self, path: &Path) -> io::Result<u64> {
        match self.node(path) {
            Some(Node::Directory(number)) => Ok(number),
            Some(Node::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// The directory of a path, and the name in it.
    fn place(&self, path: &Path) -> io::Result<(u64, String)> {
        let parent = self.directory(path.parent().unwrap_or(Path::new("")))?;
        let name = path.file_name().and_then(OsStr::to_str).ok_or(io::ErrorKind::InvalidInput)?;
        Ok((parent, name.to_owned()))
    }

    fn change(&mut self, directory: u64, change: Change) {
        if let Some(names) = self.directories.get_mut(&directory) {
            names.change(change);
        }
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number - 1
    }

    /// Whether the named files may grow by this much.
    fn has_room(&self, bytes: u64) -> bool {
        let Some(capacity) = self.capacity_bytes else { return true };
        let linked = self.directories.values().flat_map(|names| names.current.values());
        let used: u64 = linked
            .filter_map(|node| match node {
                Node::File(number) => self.files.get(number),
                Node::Directory(_) => None,
            })
            .map(|image| image.content.len() as u64)
            .sum();
        used + bytes <= capacity
    }
}

impl Disk for ModelDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let creates = matches!(mode, OpenMode::CreateNew | OpenMode::CreateOrTruncate);
        self.enter(if creates { Operation::Create } else { Operation::Open }, path)?;
        let mut world = self.world.lock();
        let number = match (world.node(path), mode) {
            (Some(Node::File(_)), OpenMode::CreateNew) => return Err(io::ErrorKind::AlreadyExists.into()),
            (Some(Node::File(number)), OpenMode::CreateOrTruncate) => {
                if let Some(image) = world.files.get_mut(&number) {
                    image.set_length(0);
                }
                number
            }
            (None, OpenMode::CreateNew | OpenMode::CreateOrTruncate) => {
                let (directory, name) = world.place(path)?;
                let number = world.number();
                world.files.insert(number, Image::default());
                world.change(directory, Change::Link(name, Node::File(number)));
                number
            }
            _ => world.file(path)?,
        };
        let life = world.life;
        Ok(Arc::new(ModelFile {
            disk: self.clone(),
            path: path.to_owned(),
            number,
            life,
            writable: mode != OpenMode::Read,
        }))
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.enter(Operation::CreateDirectory, path)?;
        let mut world = self.world.lock();
        let mut missing: Vec<&Path> = path.ancestors().take_while(|path| world.node(path).is_none()).collect();
        missing.reverse();
        for path in missing {
            let (parent, name) = world.place(path)?;
            let number = world.number();
            world.directories.insert(number, Names::default());
            world.change(parent, Change::Link(name, Node::Directory(number)));
        }
        world.directory(path).map(|_| ())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        self.enter(Operation::List, directory)?;
        let world = self.world.lock();
        let number = world.directory(directory)?;
        let names = world.directories.get(&number).into_iter().flat_map(|names| &names.current);
        Ok(names
            .map(|(name, node)| DirectoryEntry {
                name: name.clone(),
                is_directory: matches!(node, Node::Directory(_)),
                bytes: match node {
                    Node::File(number) => world.files.get(number).map_or(0, |image| image.content.len() as u64),
                    Node::Directory(_) => 0,
                },
            })
            .collect())
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.enter(Operation::Exists, path)?;
        Ok(self.world.lock().node(path).is_some())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.enter(Operation::Rename, from)?;
        let mut world = self.world.lock();
        let (directory, old) = world.place(from)?;
        let (target, new) = world.place(to)?;
        if directory != target {
            return Err(io::Error::new(io::ErrorKind::CrossesDevices, "the model renames within a directory only"));
        }
        if world.node(from).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.change(directory, Change::Rename(old, new));
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.enter(Operation::RemoveFile, path)?;
        let mut world = self.world.lock();
        world.file(path)?;
        let (directory, name) = world.place(path)?;
        world.change(directory, Change::Unlink(name));
        Ok(())
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.enter(Operation::RemoveDirectory, path)?;
        let mut world = self.world.lock();
        let number = world.directory(path)?;
        if world.directories.get(&number).is_some_and(|names| !names.current.is_empty()) {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        let (directory, name) = world.place(path)?;
        world.change(directory, Change::Unlink(name));
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let fault = self.enter(Operation::SyncDirectory, path)?;
        let mut world = self.world.lock();
        let number = world.directory(path)?;
        if let Some(names) = world.directories.get_mut(&number)
            && fault.is_none()
        {
            names.sync();
        }
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        self.enter(Operation::Lock, path)?;
        let mut world = self.world.lock();
        if world.node(path).is_none() {
            let (directory, name) = world.place(path)?;
            let number = world.number();
            world.files.insert(number, Image::default());
            world.change(directory, Change::Link(name, Node::File(number)));
        }
        if !world.locks.insert(path.to_owned()) {
            return Ok(None);
        }
        let life = world.life;
        drop(world);
        Ok(Some(Box::new(ModelLock { disk: self.clone(), path: path.to_owned(), life })))
    }
}

struct ModelFile {
    disk: ModelDisk,
    path: PathBuf,
    number: u64,
    life: u64,
    writable: bool,
}

impl ModelFile {
    /// Runs a call on the content of the file.
    fn with<T>(
        &self,
        operation: Operation,
        run: impl FnOnce(&mut World, Option<Fault>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut world = self.disk.world.lock();
        if world.life != self.life {
            return Err(io::Error::from_raw_os_error(5));
        }
        let fault = world.enter(operation, &self.path)?;
        run(&mut world, fault)
    }

    fn image<'w>(&self, world: &'w mut World) -> io::Result<&'w mut Image> {
        world.files.get_mut(&self.number).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl DiskFile for ModelFile {
    fn length(&self) -> io::Result<u64> {
        self.with(Operation::Length, |world, _| Ok(self.image(world)?.content.len() as u64))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(Operation::Read, |world, _| {
            let content = &self.image(world)?.content;
            let rest = content.get(offset as usize..).unwrap_or_default();
            let length = rest.len().min(buffer.len());
            buffer[..length].copy_from_slice(&rest[..length]);
            Ok(length)
        })
    }

    fn write_at(&self, buffers: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        if !self.writable {
            return Err(io::Error::from_raw_os_error(9));
        }
        self.with(Operation::Write, |world, fault| {
            let mut bytes: Vec<u8> = buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect();
            if let Some(Fault::Short(length)) = fault {
                bytes.truncate(length.max(1));
            }
            let before = self.image(world)?.content.len() as u64;
            let growth = (offset + bytes.len() as u64).saturating_sub(before);
            if growth > 0 && !world.has_room(growth) {
                return Err(io::Error::from_raw_os_error(28));
            }
            self.image(world)?.write(offset, &bytes);
            Ok(bytes.len())
        })
    }

    fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.with(Operation::SetLength, |world, _| {
            self.image(world)?.set_length(bytes);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(Operation::Sync, |world, fault| {
            let image = self.image(world)?;
            if let Some(Fault::Error(code)) = fault {
                image.fail_sync();
                return Err(io::Error::from_raw_os_error(code));
            }
            image.sync();
            Ok(())
        })
    }
}

struct ModelLock {
    disk: ModelDisk,
    path: PathBuf,
    life: u64,
}

impl DiskLock for ModelLock {}

impl Drop for ModelLock {
    fn drop(&mut self) {
        let mut world = self.disk.world.lock();
        if world.life == self.life {
            world.locks.remove(&self.path);
        }
    }
}
