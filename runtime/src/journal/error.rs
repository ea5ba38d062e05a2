//! What can go wrong when a journal is opened or read, in words for the operator.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a journal cannot be opened or read.
#[derive(Debug)]
pub enum JournalError {
    /// A call to the file system failed.
    Io {
        /// What was being done, as in "write".
        operation: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// Another process works in the data directory.
    Locked {
        /// The data directory.
        directory: PathBuf,
    },
    /// A file does not hold what was written to it.
    Corrupt(Box<Corruption>),
    /// A file was written by a newer version, or is none of ours.
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is not understood.
        what: String,
    },
    /// An option is out of its range.
    Options(String),
    /// The journal has been closed, or storage failed before.
    Stopped,
}

/// Damage, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corruption {
    /// The damaged file.
    pub path: PathBuf,
    /// Where in the file the damaged part starts.
    pub offset: u64,
    /// The first entry that is affected, if the damage is in the log.
    pub index: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl JournalError {
    pub(crate) fn io(operation: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Io { operation, path: path.to_owned(), error }
    }

    pub(crate) fn corrupt(path: &Path, offset: u64, index: Option<u64>, what: impl Into<String>) -> Self {
        Self::Corrupt(Box::new(Corruption { path: path.to_owned(), offset, index, what: what.into() }))
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { operation, path, error } => {
                write!(f, "cannot {operation} {}: {error}", path.display())
            }
            Self::Locked { directory } => write!(
                f,
                "the data directory {} is in use by another process; stop it, or choose another directory",
                directory.display()
            ),
            Self::Corrupt(corruption) => corruption.fmt(f),
            Self::Unsupported { path, what } => write!(f, "{} cannot be read: {what}", path.display()),
            Self::Options(what) => f.write_str(what),
            Self::Stopped => f.write_str("the journal has stopped"),
        }
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged at offset {}", self.path.display(), self.offset)?;
        if let Some(index) = self.index {
            write!(f, " (entry {index})")?;
        }
        write!(
            f,
            ": {}. Nothing was changed. Restore the data directory from a backup, or copy the file from another node",
            self.what
        )
    }
}

impl From<JournalError> for io::Error {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io { ref error, .. } => io::Error::new(error.kind(), error.to_string()),
            JournalError::Corrupt(_) => io::Error::new(io::ErrorKind::InvalidData, error),
            other => io::Error::other(other),
        }
    }
}

/// Why entries were not taken. Nothing of them was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendRefused {
    /// The disk is full.
    Full,
    /// An entry is longer than a segment can hold.
    TooLarge {
        /// The longest payload that fits.
        limit: usize,
    },
    /// The first entry does not follow the last one.
    Gap {
        /// The index that was expected.
        expected: u64,
    },
    /// The journal has been closed, or storage failed before.
    Stopped,
}

impl fmt::Display for AppendRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the disk is full"),
            Self::TooLarge { limit } => write!(f, "an entry is longer than the {limit} bytes a segment can hold"),
            Self::Gap { expected } => write!(f, "the entries do not follow the log, whose next index is {expected}"),
            Self::Stopped => f.write_str("the journal has stopped"),
        }
    }
}

impl std::error::Error for AppendRefused {}
