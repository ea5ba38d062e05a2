//! Files and directories, as far as the journal and the snapshots need them.
//!
//! The traits name durability openly: a write is durable once `sync_data` of the file returned,
//! and a new, renamed or removed name once `sync_directory` of its directory returned. Nothing
//! else promises anything.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;

/// How a file is opened. A new file may be read and written by its owner only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// An existing file, for reading.
    Read,
    /// An existing file, for reading and writing.
    Write,
    /// A file that does not exist yet, for reading and writing.
    CreateNew,
    /// A file that is created, or cut to nothing if it exists.
    CreateOrTruncate,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryEntry {
    /// The name, without the directory.
    pub name: String,
    /// Whether the name stands for a directory.
    pub is_directory: bool,
    /// The length of the file; 0 for a directory.
    pub bytes: u64,
}

/// A file system.
pub trait Disk: Send + Sync + 'static {
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>>;

    /// Creates a directory and its missing parents, for the owner only. An existing one is left
    /// as it is. Durable after `sync_directory` of each parent.
    fn create_directory(&self, path: &Path) -> io::Result<()>;

    /// The names in a directory, in order. A name that is not UTF-8 is an error.
    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>>;

    /// Whether the path names a file or a directory.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Gives a file or directory another name, in one step; an existing file is replaced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty directory.
    fn remove_directory(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;

    /// Takes the exclusive lock on a file, which is created if it is missing. `None` when
    /// another process holds it. The lock ends with the value, or with the process.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>>;
}

/// An open file. All methods may be called from several threads at once.
pub trait DiskFile: Send + Sync {
    /// The length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Reads at an offset; 0 at the end of the file. May read less than asked for.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes the buffers one after the other at an offset. May write less than given.
    fn write_at(&self, buffers: &[IoSlice<'_>], offset: u64) -> io::Result<usize>;

    /// Cuts or extends the file.
    fn set_length(&self, bytes: u64) -> io::Result<()>;

    /// Makes everything written so far durable, and the length if it changed. After an error
    /// nothing is known about what was written: the caller must not try again.
    fn sync_data(&self) -> io::Result<()>;
}

/// Holds a lock until it is dropped.
pub trait DiskLock: Send + Sync {}

/// Fills the whole buffer from a file, or fails with `UnexpectedEof`.
pub fn read_exact_at(file: &dyn DiskFile, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match file.read_at(buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                offset += read as u64;
                buffer = buffer.get_mut(read..).unwrap_or_default();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads a whole file of at most `limit` bytes.
pub fn read_whole(disk: &dyn Disk, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = disk.open(path, OpenMode::Read)?;
    let length = file.length()?;
    if length > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("{length} bytes, more than the {limit} expected at most"),
        ));
    }
    let mut content = vec![0; length as usize];
    read_exact_at(&*file, &mut content, 0)?;
    Ok(content)
}

/// The number of buffers handed to the operating system in one call (`IOV_MAX` of Linux).
const BUFFERS_PER_CALL: usize = 1024;

/// Writes all buffers one after the other, in as few calls as possible, and goes on after a
/// short write or an interruption. The slices are consumed.
pub fn write_all_at(file: &dyn DiskFile, buffers: &mut [IoSlice<'_>], mut offset: u64) -> io::Result<()> {
    let mut rest = buffers;
    // Empty buffers would make a complete write look like a stalled one.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        let now = rest.get(..BUFFERS_PER_CALL.min(rest.len())).unwrap_or_default();
        match file.write_at(now, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                offset += written as u64;
                IoSlice::advance_slices(&mut rest, written);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
