//! The types that openraft is instantiated with, and their forms in the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use openraft::impls::leader_id_adv::LeaderId;
use openraft::impls::{BoxedErrorSource, InlineBatch};
use openraft::raft::responder::Responder;
use openraft::{OptionalSend, RaftTypeConfig};
use openraft_rt_tokio::TokioRuntime;

use super::{ProposalOutcome, StateMachine};
use crate::journal::{Entry, EntryKind, LogPosition, Vote};

/// The one instantiation of openraft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Types;

impl RaftTypeConfig for Types {
    type D = Batch;
    type R = ();
    type NodeId = u64;
    type Node = PeerAddress;
    type Term = u64;
    type LeaderId = LeaderId<u64, u64>;
    type Vote = openraft::Vote<Self::LeaderId>;
    type Payload = openraft::EntryPayload<Batch, u64, PeerAddress>;
    type Entry = RaftEntry;
    type AsyncRuntime = TokioRuntime;
    type Responder<T>
        = Ticket<T>
    where
        T: OptionalSend + 'static;
    type Batch<T>
        = InlineBatch<T>
    where
        T: OptionalSend + 'static;
    type ErrorSource = BoxedErrorSource;
}

pub(super) type RaftEntry = openraft::Entry<LeaderId<u64, u64>, openraft::EntryPayload<Batch, u64, PeerAddress>>;
pub(super) type RaftLogId = openraft::LogId<LeaderId<u64, u64>>;
pub(super) type RaftVote = openraft::Vote<LeaderId<u64, u64>>;
pub(super) type Membership = openraft::Membership<u64, PeerAddress>;
pub(super) type StoredMembership = openraft::StoredMembership<LeaderId<u64, u64>, u64, PeerAddress>;

/// A batch of the application; opaque here.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Batch(pub(super) Bytes);

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a batch of {} bytes", self.0.len())
    }
}

/// Where a member is reached; empty for a node that has no peers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PeerAddress(pub(super) String);

/// Follows a proposal through openraft and tells the application when it fails. A proposal that
/// is dropped on the way (the consensus has ended) has an unknown outcome.
pub(super) struct Ticket<T> {
    number: u64,
    machine: Option<Arc<dyn StateMachine>>,
    /// Why the result is a failure, if it is one.
    failure: fn(&T) -> Option<ProposalOutcome>,
}

impl<T> Ticket<T> {
    pub(super) fn new(number: u64, machine: Arc<dyn StateMachine>, failure: fn(&T) -> Option<ProposalOutcome>) -> Self {
        Self { number, machine: Some(machine), failure }
    }
}

impl<T: OptionalSend + 'static> Responder<Types, T> for Ticket<T> {
    fn on_complete(mut self, result: T) {
        if let Some(machine) = self.machine.take()
            && let Some(outcome) = (self.failure)(&result)
        {
            machine.rejected(self.number, outcome);
        }
    }
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        if let Some(machine) = self.machine.take() {
            machine.rejected(self.number, ProposalOutcome::Unknown);
        }
    }
}

pub(super) fn to_log_id(position: LogPosition) -> RaftLogId {
    RaftLogId::new(LeaderId { term: position.term, node_id: position.node }, position.index)
}

pub(super) fn to_position(log_id: &RaftLogId) -> LogPosition {
    LogPosition { index: log_id.index, term: log_id.leader_id.term, node: log_id.leader_id.node_id }
}

pub(super) fn to_raft_vote(vote: Vote) -> RaftVote {
    RaftVote { leader_id: LeaderId { term: vote.term, node_id: vote.node }, committed: vote.committed }
}

pub(super) fn to_vote(vote: &RaftVote) -> Vote {
    Vote { term: vote.leader_id.term, node: vote.leader_id.node_id, committed: vote.committed }
}

pub(super) fn to_entry(entry: RaftEntry) -> Entry {
    let (kind, payload) = match entry.payload {
        openraft::EntryPayload::Blank => (EntryKind::Blank, Bytes::new()),
        openraft::EntryPayload::Normal(batch) => (EntryKind::Batch, batch.0),
        openraft::EntryPayload::Membership(membership) => {
            (EntryKind::Membership, Bytes::from(encode_membership(&membership)))
        }
    };
    Entry { position: to_position(&entry.log_id), kind, payload }
}

/// `None` when the payload of a membership entry is none.
pub(super) fn to_raft_entry(entry: Entry) -> Option<RaftEntry> {
    let payload = match entry.kind {
        EntryKind::Blank => openraft::EntryPayload::Blank,
        EntryKind::Batch => openraft::EntryPayload::Normal(Batch(entry.payload)),
        EntryKind::Membership => openraft::EntryPayload::Membership(decode_membership(&entry.payload)?),
    };
    Some(RaftEntry { log_id: to_log_id(entry.position), payload })
}

/// The payload of a membership entry:
///
/// ```text
/// n u32, n x (m u32, m x id u64)             the sets of voters; two while they change
/// n u32, n x (id u64, length u32, address)   all members
/// ```
fn encode_membership(membership: &Membership) -> Vec<u8> {
    let mut out = Vec::new();
    let sets = membership.get_joint_config();
    out.extend((sets.len() as u32).to_le_bytes());
    for set in sets {
        out.extend((set.len() as u32).to_le_bytes());
        set.iter().for_each(|id| out.extend(id.to_le_bytes()));
    }
    let nodes: Vec<_> = membership.nodes().collect();
    out.extend((nodes.len() as u32).to_le_bytes());
    for (id, PeerAddress(address)) in nodes {
        out.extend(id.to_le_bytes());
        out.extend((address.len() as u32).to_le_bytes());
        out.extend(address.as_bytes());
    }
    out
}

pub(super) fn decode_membership(mut input: &[u8]) -> Option<Membership> {
    let input = &mut input;
    let mut sets = Vec::new();
    for _ in 0..take_u32(input)? {
        let mut set = BTreeSet::new();
        for _ in 0..take_u32(input)? {
            set.insert(take_u64(input)?);
        }
        sets.push(set);
    }
    let mut nodes = BTreeMap::new();
    for _ in 0..take_u32(input)? {
        let id = take_u64(input)?;
        let length = take_u32(input)? as usize;
        let (address, rest) = input.split_at_checked(length)?;
        *input = rest;
        nodes.insert(id, PeerAddress(std::str::from_utf8(address).ok()?.to_owned()));
    }
    if !input.is_empty() {
        return None;
    }
    Membership::new(sets, nodes).ok()
}

fn take_u64(input: &mut &[u8]) -> Option<u64> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(u64::from_le_bytes(*bytes))
}

fn take_u32(input: &mut &[u8]) -> Option<u32> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_come_back_and_no_prefix_is_taken_for_one() {
        let node = |id: u64| (id, PeerAddress(format!("10.0.0.{id}:7000")));
        for sets in [vec![BTreeSet::from([1])], vec![BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 4])]] {
            let membership = Membership::new(sets, BTreeMap::from([1, 2, 3, 4, 5].map(node))).unwrap();
            let bytes = encode_membership(&membership);
            assert_eq!(decode_membership(&bytes), Some(membership));
            for length in 0..bytes.len() {
                assert_eq!(decode_membership(&bytes[..length]), None, "{length}");
            }
        }
    }
}
