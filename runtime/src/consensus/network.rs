//! The way to the peers. This node has none yet: whoever is called is out of reach.

use std::future::Future;

use openraft::errors::{RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::RPCOption;
use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, VoteRequest, VoteResponse};
use openraft::type_config::alias;
use openraft::{OptionalSend, RaftNetworkFactory, RaftNetworkV2};

use super::types::{PeerAddress, RaftVote, Types};

/// Makes the clients of peers.
pub(super) struct NoPeers;

/// The client of a peer. `Unreachable` lets openraft wait before it tries again.
pub(super) struct OutOfReach {
    node: u64,
}

impl OutOfReach {
    fn error(&self) -> Unreachable<Types> {
        Unreachable::from_string(format!("node {} cannot be reached: this version knows no peers", self.node))
    }
}

impl RaftNetworkFactory<Types> for NoPeers {
    type Network = OutOfReach;

    async fn new_client(&mut self, target: u64, _node: &PeerAddress) -> OutOfReach {
        OutOfReach { node: target }
    }
}

impl RaftNetworkV2<Types> for OutOfReach {
    type SnapshotData = ();

    async fn append_entries(
        &mut self,
        _request: AppendEntriesRequest<Types>,
        _option: RPCOption,
    ) -> Result<AppendEntriesResponse<Types>, RPCError<Types>> {
        Err(self.error().into())
    }

    async fn vote(
        &mut self,
        _request: VoteRequest<Types>,
        _option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        Err(self.error().into())
    }

    /// The default would grant it.
    async fn pre_vote(
        &mut self,
        _request: VoteRequest<Types>,
        _option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        Err(self.error().into())
    }

    async fn full_snapshot(
        &mut self,
        _vote: RaftVote,
        _snapshot: alias::SnapshotOf<Types, ()>,
        _cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _option: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        Err(self.error().into())
    }
}
