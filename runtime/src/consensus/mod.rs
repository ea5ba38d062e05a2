//! Consensus: the only room that names openraft.
//!
//! It sees the batches of the application as opaque bytes, and runs on a tokio runtime of its
//! own with one worker, so that requests cannot keep its heartbeats waiting. The way of a batch:
//! `propose` -> openraft -> the journal (one write and one sync for all that wait) -> openraft
//! -> `StateMachine::apply`. A single node takes the same way as a cluster of one.
//!
//! openraft never purges the log, makes no snapshots and restores no leader: a restarted node
//! is elected again before it executes anything.

mod leadership;
mod machine;
mod network;
mod store;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use openraft::errors::ClientWriteError;
use openraft::impls::leader_id_adv::LeaderId;
use openraft::raft::ClientWriteResult;
use openraft::{Config, Raft, SnapshotPolicy};
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::journal::{EntryKind, Journal, JournalError, LogPosition, Space};
use machine::Machine;
use network::NoPeers;
use store::Store;
use types::{Batch, PeerAddress, StoredMembership, Ticket, Types, decode_membership, to_log_id};

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
pub struct Consensus {
    raft: Raft<Types, Machine>,
    node: u64,
    journal: Journal,
    machine: Arc<dyn StateMachine>,
    leadership: watch::Receiver<Leadership>,
    runtime: Mutex<Option<Runtime>>,
}

impl fmt::Debug for Consensus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consensus").field("node", &self.node).finish_non_exhaustive()
    }
}

impl Consensus {
    /// Up to where the log may be replayed before `start`: everything if this node is the sole
    /// voter, as what it has on disk is what a majority has; otherwise what is known to be
    /// committed.
    pub fn replayable(journal: &Journal) -> Result<Option<LogPosition>, StartError> {
        let Some(last) = journal.last_position() else { return Ok(None) };
        if is_sole_voter(&stored_membership(journal, last)?, journal.identity().node_id) {
            return Ok(Some(last));
        }
        Ok(journal.committed_next().checked_sub(1).and_then(|index| journal.position_at(index)))
    }

    /// Starts the consensus. `applied` is the last entry that the machine has seen; what is
    /// committed behind it is applied before this returns. A new node founds a cluster of its
    /// own, and a sole voter has itself elected at once.
    pub async fn start(
        options: ConsensusOptions,
        journal: Journal,
        applied: Option<LogPosition>,
        machine: Arc<dyn StateMachine>,
    ) -> Result<Arc<Self>, StartError> {
        let refused = |error: &dyn fmt::Display| StartError::Consensus(error.to_string());
        let node = journal.identity().node_id;
        let config = Arc::new(config(&options, &journal).validate().map_err(|error| refused(&error))?);
        let committed = Self::replayable(&journal)?;
        let membership =
            applied.map_or(Ok(StoredMembership::default()), |applied| stored_membership(&journal, applied))?;
        let newest_membership = journal
            .last_position()
            .map_or(Ok(StoredMembership::default()), |last| stored_membership(&journal, last))?;

        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("consensus")
            .enable_time()
            .build()
            .map_err(|error| refused(&error))?;
        let (own_blank, own_blank_seen) = watch::channel(0);
        let adapter = Machine::new(machine.clone(), node, applied.map(to_log_id), membership, own_blank);
        let store = Store::new(journal.clone(), committed);
        let is_new = journal.last_position().is_none();
        let elects_itself = is_sole_voter(&newest_membership, node);
        let starting = runtime.spawn(async move {
            let raft = Raft::new(node, config, NoPeers, store, adapter).await.map_err(|error| error.to_string())?;
            if is_new {
                let founder = BTreeMap::from([(node, PeerAddress::default())]);
                raft.initialize(founder).await.map_err(|error| error.to_string())?;
            } else if elects_itself {
                // Nobody else can be elected: there is nothing to wait for.
                raft.trigger().elect(false).await.map_err(|error| error.to_string())?;
            }
            let leadership = leadership::follow(raft.server_metrics(), own_blank_seen, node);
            Ok((raft, leadership))
        });
        let started = starting.await.unwrap_or_else(|error| Err(error.to_string()));
        match started {
            Ok((raft, leadership)) => {
                let runtime = Mutex::new(Some(runtime));
                Ok(Arc::new(Self { raft, node, journal, machine, leadership, runtime }))
            }
            Err(what) => {
                runtime.shutdown_background();
                Err(StartError::Consensus(what))
            }
        }
    }

    /// Proposes a batch: first in, first out, from any thread, without waiting. What becomes of
    /// it is seen through the `StateMachine`.
    pub fn propose(&self, proposal: Proposal) {
        let Proposal { term, ticket, payload } = proposal;
        if self.journal.space() == Space::Full {
            return self.machine.rejected(ticket, ProposalOutcome::Full);
        }
        if payload.len() > self.journal.payload_bytes_max() {
            return self.machine.rejected(ticket, ProposalOutcome::Rejected);
        }
        let leader = LeaderId { term, node_id: self.node };
        let responder = Ticket::new(ticket, self.machine.clone(), failure);
        let write = self.raft.write(Batch(payload)).with_leader(leader).responder(responder);
        // It only puts a message into a channel that has room for far more than there are
        // batches in flight, so it is done at once; if not, dropping it tells the machine.
        let _ = tokio::task::unconstrained(write.into_future()).now_or_never();
    }

    /// Who leads, and its changes.
    pub fn leadership(&self) -> watch::Receiver<Leadership> {
        self.leadership.clone()
    }

    /// Stops the consensus. The journal stays open.
    pub async fn shutdown(&self) {
        // The core may have ended by an error before, which `leadership` has told.
        let _ = self.raft.shutdown().await;
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Consensus {
    fn drop(&mut self) {
        // A runtime must not be dropped within another one.
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_background();
        }
    }
}

/// Why the result of a proposal is a failure, if it is one.
fn failure(result: &ClientWriteResult<Types>) -> Option<ProposalOutcome> {
    match result {
        Ok(_) => None,
        Err(ClientWriteError::LogEntryDiscarded(_)) => Some(ProposalOutcome::Unknown),
        // All others are answered before the entry is appended.
        Err(_) => Some(ProposalOutcome::Rejected),
    }
}

fn config(options: &ConsensusOptions, journal: &Journal) -> Config {
    Config {
        cluster_name: format!("{:032x}", journal.identity().cluster_id),
        heartbeat_interval: options.heartbeat_interval_ms,
        election_timeout_min: options.election_timeout_min_ms,
        election_timeout_max: options.election_timeout_max_ms,
        heartbeat_min_interval: Some(0),
        enable_pre_vote: Some(true),
        // The application decides when it writes snapshots, and the journal keeps everything.
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: u64::MAX,
        max_payload_entries: MAX_PAYLOAD_ENTRIES,
        api_batch_linger_ms: 0,
        // Unsafe where the state is in memory only.
        enable_leader_restore: Some(false),
        ..Config::default()
    }
}

/// How many entries a peer is sent at once; each is a whole batch.
const MAX_PAYLOAD_ENTRIES: u64 = 64;

/// The membership in force at some entry.
fn stored_membership(journal: &Journal, at: LogPosition) -> Result<StoredMembership, StartError> {
    let Some(entry) = journal.membership_at(at.index) else { return Ok(StoredMembership::default()) };
    let membership = decode_membership(&entry.payload).ok_or_else(|| {
        StartError::Consensus(format!("the membership in entry {} is malformed", entry.position.index))
    })?;
    Ok(StoredMembership::new(Some(to_log_id(entry.position)), membership))
}

fn is_sole_voter(membership: &StoredMembership, node: u64) -> bool {
    let sets = membership.membership().get_joint_config();
    !sets.is_empty() && sets.iter().all(|set| set.len() == 1 && set.contains(&node))
}
