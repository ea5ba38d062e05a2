//! The state machine of openraft: hands committed entries to the application.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use openraft::storage::{EntryResponder, RaftStateMachine};
use openraft::type_config::alias;
use openraft::{EntryPayload, OptionalSend, RaftSnapshotBuilder};
use tokio::sync::watch;

use super::types::{RaftLogId, StoredMembership, Types};
use super::{Committed, StateMachine};
use crate::journal::EntryKind;

/// Hands committed entries to the application.
pub(super) struct Machine {
    application: Arc<dyn StateMachine>,
    applied: Option<RaftLogId>,
    membership: StoredMembership,
    node: u64,
    /// The newest term in which this node led and its blank entry is applied.
    own_blank: watch::Sender<u64>,
    /// Reused from call to call.
    entries: Vec<Committed>,
}

impl Machine {
    pub(super) fn new(
        application: Arc<dyn StateMachine>,
        node: u64,
        applied: Option<RaftLogId>,
        membership: StoredMembership,
        own_blank: watch::Sender<u64>,
    ) -> Self {
        Self { application, applied, membership, node, own_blank, entries: Vec::new() }
    }
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotData = ();
    type SnapshotBuilder = NoSnapshot;

    async fn applied_state(&mut self) -> io::Result<(Option<RaftLogId>, StoredMembership)> {
        Ok((self.applied, self.membership.clone()))
    }

    async fn apply<S>(&mut self, mut stream: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<Types>>> + Unpin + OptionalSend,
    {
        let mut responders = Vec::new();
        let mut blank_term = None;
        self.entries.clear();
        while let Some(item) = stream.next().await {
            let (entry, responder) = item?;
            let leader = entry.log_id.leader_id;
            let (kind, payload) = match entry.payload {
                EntryPayload::Normal(batch) => (EntryKind::Batch, batch.0),
                EntryPayload::Blank => {
                    blank_term = (leader.node_id == self.node).then_some(leader.term).or(blank_term);
                    (EntryKind::Blank, Bytes::new())
                }
                EntryPayload::Membership(membership) => {
                    self.membership = StoredMembership::new(Some(entry.log_id), membership);
                    (EntryKind::Membership, Bytes::new())
                }
            };
            self.applied = Some(entry.log_id);
            self.entries.push(Committed {
                index: entry.log_id.index,
                term: leader.term,
                node: leader.node_id,
                kind,
                payload,
            });
            responders.extend(responder);
        }
        self.application.apply(&self.entries);
        self.entries.clear();
        for responder in responders {
            responder.send(());
        }
        // After the application has seen everything up to the blank entry.
        if let Some(term) = blank_term {
            self.own_blank.send_replace(term);
        }
        Ok(())
    }

    async fn try_create_snapshot_builder(&mut self, _force: bool) -> Option<NoSnapshot> {
        None
    }

    async fn get_snapshot_builder(&mut self) -> NoSnapshot {
        NoSnapshot
    }

    async fn install_snapshot(&mut self, _meta: &alias::SnapshotMetaOf<Types>, _snapshot: ()) -> io::Result<()> {
        Err(no_snapshots())
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<alias::SnapshotOf<Types, ()>>> {
        Ok(None)
    }
}

/// Snapshots are files of the application; the log is never purged, so openraft needs none.
pub(super) struct NoSnapshot;

impl RaftSnapshotBuilder<Types> for NoSnapshot {
    type SnapshotData = ();

    async fn build_snapshot(&mut self) -> io::Result<alias::SnapshotOf<Types, ()>> {
        Err(no_snapshots())
    }
}

fn no_snapshots() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "nodes exchange no snapshots: the journal holds every entry")
}
