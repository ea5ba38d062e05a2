//! The log of openraft, kept in the journal.

use std::fmt::Debug;
use std::io;
use std::ops::{Bound, RangeBounds, RangeInclusive};

use openraft::storage::{IOFlushed, RaftLogStorage};
use openraft::{LogState, OptionalSend, RaftLogReader};
use tokio::sync::oneshot;

use super::types::{
    RaftEntry, RaftLogId, RaftVote, Types, to_entry, to_log_id, to_position, to_raft_entry, to_raft_vote, to_vote,
};
use crate::journal::{AppendRefused, Completion, Entry, Journal, LogPosition};

/// How many bytes of entries a peer is sent at once.
const READ_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The log of openraft; also its reader, as the journal may be read from anywhere.
#[derive(Clone)]
pub(super) struct Store {
    journal: Journal,
    /// What is known as committed when openraft starts.
    committed_at_start: Option<LogPosition>,
}

impl Store {
    pub(super) fn new(journal: Journal, committed_at_start: Option<LogPosition>) -> Self {
        Self { journal, committed_at_start }
    }

    fn read(&self, from: u64, to: u64, bytes_max: usize) -> io::Result<Vec<RaftEntry>> {
        let entries = self.journal.read(from, to, bytes_max)?;
        let decoded = entries.into_iter().map(|entry| {
            let index = entry.position.index;
            to_raft_entry(entry).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, format!("the membership in entry {index} is malformed"))
            })
        });
        decoded.collect()
    }
}

/// Tells openraft that entries are durable.
struct Flushed(IOFlushed<Types>);

impl Completion for Flushed {
    fn durable(self: Box<Self>, newest: bool) {
        match self.0 {
            // openraft keeps the newest position only, and hears of it through a task that rests
            // a whole tick of the timer when a second message follows the first at once.
            IOFlushed::Notify(_) if !newest => {}
            flushed => flushed.io_completed(Ok(())),
        }
    }
}

/// Waits for an operation that openraft awaits in place.
async fn wait(hand_in: impl FnOnce(Box<dyn Completion>) -> Result<(), AppendRefused>) -> io::Result<()> {
    let (done, waiting) = oneshot::channel();
    hand_in(Box::new(move |_| {
        // Nobody waits any more when openraft is being shut down.
        let _ = done.send(());
    }))
    .map_err(io::Error::other)?;
    waiting.await.map_err(|_| io::Error::other("the journal has stopped"))
}

impl RaftLogReader<Types> for Store {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> io::Result<Vec<RaftEntry>> {
        let from = match range.start_bound() {
            Bound::Included(from) => *from,
            Bound::Excluded(before) => before + 1,
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(last) => last + 1,
            Bound::Excluded(to) => *to,
            Bound::Unbounded => u64::MAX,
        };
        self.read(from, to, usize::MAX)
    }

    async fn read_vote(&mut self) -> io::Result<Option<RaftVote>> {
        Ok(self.journal.vote().map(to_raft_vote))
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> io::Result<Vec<RaftEntry>> {
        self.read(start, end, READ_BYTES_MAX)
    }

    /// The last entry of each leader within the range.
    async fn get_key_log_ids(&mut self, range: RangeInclusive<RaftLogId>) -> io::Result<Vec<RaftLogId>> {
        let leaders = self.journal.leaders();
        let ends = leaders
            .iter()
            .zip(leaders.iter().skip(1))
            .map(|(leader, next)| LogPosition { index: next.index - 1, ..*leader });
        let within = ends.filter(|end| (range.start().index..range.end().index).contains(&end.index));
        Ok(within.map(to_log_id).chain([*range.end()]).collect())
    }
}

impl RaftLogStorage<Types> for Store {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> io::Result<LogState<Types>> {
        Ok(LogState {
            last_purged_log_id: self.journal.purged().map(to_log_id),
            last_log_id: self.journal.last_position().map(to_log_id),
        })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &RaftVote) -> io::Result<()> {
        wait(|done| self.journal.save_vote(to_vote(vote), done)).await
    }

    async fn save_committed(&mut self, committed: Option<RaftLogId>) -> io::Result<()> {
        self.journal.set_committed_next(committed.map_or(0, |committed| committed.index + 1));
        Ok(())
    }

    async fn read_committed(&mut self) -> io::Result<Option<RaftLogId>> {
        Ok(self.committed_at_start.map(to_log_id))
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Types>) -> io::Result<()>
    where
        I: IntoIterator<Item = RaftEntry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<Entry> = entries.into_iter().map(to_entry).collect();
        self.journal.append(entries, Box::new(Flushed(callback))).map_err(io::Error::other)
    }

    async fn truncate_after(&mut self, last: Option<RaftLogId>) -> io::Result<()> {
        wait(|done| self.journal.truncate_after(last.map(|last| last.index), done)).await
    }

    async fn purge(&mut self, through: RaftLogId) -> io::Result<()> {
        wait(|done| self.journal.purge(to_position(&through), done)).await
    }
}
