//! What the journal holds, seen from outside.

use std::fmt;

use bytes::Bytes;

/// Where an entry stands in the log: its index, and the leader that proposed it.
///
/// The first index of a log is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogPosition {
    /// The place in the log, without gaps.
    pub index: u64,
    /// The term of the leader.
    pub term: u64,
    /// The node that led in this term.
    pub node: u64,
}

impl fmt::Display for LogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (term {}, node {})", self.index, self.term, self.node)
    }
}

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A batch of the application; the payload is the application's own.
    Batch,
    /// The first entry of a leader, without payload.
    Blank,
    /// A change of the members, encoded by the consensus.
    Membership,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub position: LogPosition,
    /// What it is for.
    pub kind: EntryKind,
    /// Its content.
    pub payload: Bytes,
}

/// One entry as replay hands it out: the payload is borrowed from the read buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Where it stands.
    pub position: LogPosition,
    /// What it is for.
    pub kind: EntryKind,
    /// Its content.
    pub payload: &'a [u8],
}

/// The vote of this node: whom it follows, or tries to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// The term voted in.
    pub term: u64,
    /// The node voted for.
    pub node: u64,
    /// Whether a majority granted it.
    pub committed: bool,
}

/// Whether the disk has room for more commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// There is room.
    Ready,
    /// The disk is full: no further segment could be prepared, and what is left of the present
    /// one is kept for what is already on its way. Ends by itself when there is room again.
    Full,
}
