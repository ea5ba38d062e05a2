//! Consensus: the only place that names openraft.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

use crate::journal::{EntryKind, Journal, JournalError, LogPosition};

/// A committed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its place in the log.
    pub index: u64,
    /// The term of the leader that proposed it.
    pub term: u64,
    /// The leader that proposed it.
    pub node: u64,
    /// Only batches have a payload for the application; the others just take their index.
    pub kind: EntryKind,
    /// The batch; empty for the other kinds.
    pub payload: Bytes,
}

/// What becomes of the log. Called from one thread at a time, in log order.
pub trait StateMachine: Send + Sync + 'static {
    /// Applies committed entries. Must not fail and must not wait for anything that waits for
    /// the consensus.
    fn apply(&self, entries: &[Committed]);

    /// A proposal that will not be seen through `apply` as one's own, or perhaps not.
    /// May be called from any thread, also from within `propose`.
    fn rejected(&self, ticket: u64, outcome: ProposalOutcome);
}

/// Why a proposal failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalOutcome {
    /// This node does not lead (in that term): not executed, and never will be.
    Rejected,
    /// The disk is full: not executed, and never will be.
    Full,
    /// It was in the log when leadership was lost or the node stopped: a later leader may
    /// still commit it, or not.
    Unknown,
}

/// A batch on its way into the log.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The term this node leads in, as `Leadership::Leading` told. In any other term the
    /// proposal is rejected.
    pub term: u64,
    /// Handed back by `StateMachine::rejected`.
    pub ticket: u64,
    /// The batch.
    pub payload: Bytes,
}

/// Who leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leadership {
    /// This node, and everything before its term is applied: it may execute commands.
    Leading {
        /// To stand in each proposal.
        term: u64,
    },
    /// Another node.
    Following {
        /// Its id.
        leader: u64,
    },
    /// Nobody, as far as this node knows.
    NoLeader,
    /// The consensus has ended, by `shutdown` or by an error.
    Stopped,
}

/// How the consensus runs.
#[derive(Debug, Clone)]
pub struct ConsensusOptions {
    /// How often a leader shows that it lives.
    pub heartbeat_interval_ms: u64,
    /// The shortest time without a leader before an election.
    pub election_timeout_min_ms: u64,
    /// The longest.
    pub election_timeout_max_ms: u64,
}

impl Default for ConsensusOptions {
    fn default() -> Self {
        Self { heartbeat_interval_ms: 60, election_timeout_min_ms: 350, election_timeout_max_ms: 700 }
    }
}

/// Why the consensus did not start.
#[derive(Debug)]
pub enum StartError {
    /// The journal could not be read.
    Journal(JournalError),
    /// The consensus refused.
    Consensus(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(f),
            Self::Consensus(what) => write!(f, "the consensus did not start: {what}"),
        }
    }
}

impl std::error::Error for StartError {}

/// The running consensus.
pub struct Consensus {}

impl Consensus {
    /// Up to where the log may be replayed before `start`: everything if this node is the sole
    /// voter, otherwise what is known to be committed.
    pub fn replayable(_journal: &Journal) -> Result<Option<LogPosition>, StartError> {
        unreachable!()
    }
    /// Starts the consensus. `applied` is the last entry that the machine has seen; the
    /// committed rest is applied before this returns.
    pub async fn start(
        _options: ConsensusOptions,
        _journal: Journal,
        _applied: Option<LogPosition>,
        _machine: Arc<dyn StateMachine>,
    ) -> Result<Arc<Self>, StartError> {
        std::future::ready(()).await;
        unreachable!()
    }
    /// Proposes a batch: first in, first out, from any thread, without waiting.
    pub fn propose(&self, _proposal: Proposal) {
        unreachable!()
    }
    /// Who leads, and its changes.
    pub fn leadership(&self) -> watch::Receiver<Leadership> {
        unreachable!()
    }
    /// Stops the consensus. The journal stays open.
    pub async fn shutdown(&self) {
        std::future::ready(()).await;
        unreachable!()
    }
}
