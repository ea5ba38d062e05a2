//! Turns the states of openraft into what the application needs to know: may it execute?

use openraft::ServerState;
use openraft::async_runtime::watch::WatchReceiver;
use openraft::metrics::RaftServerMetrics;
use openraft::type_config::alias::WatchReceiverOf;
use tokio::sync::watch;

use super::Leadership;
use super::types::Types;

/// Watches openraft in a task of its own.
pub(super) fn follow(
    mut server: WatchReceiverOf<Types, RaftServerMetrics<Types>>,
    mut own_blank: watch::Receiver<u64>,
    node: u64,
) -> watch::Receiver<Leadership> {
    let (teller, leadership) = watch::channel(Leadership::NoLeader);
    tokio::spawn(async move {
        loop {
            let now = judge(&server.borrow_watched(), *own_blank.borrow_and_update(), node);
            teller.send_if_modified(|told| std::mem::replace(told, now) != now);
            let ended = tokio::select! {
                changed = server.changed() => changed.is_err(),
                changed = own_blank.changed() => changed.is_err(),
            };
            // Both end with the core of openraft.
            if ended {
                teller.send_replace(Leadership::Stopped);
                return;
            }
        }
    });
    leadership
}

/// A leader may execute once the blank entry of its term is applied: then it has seen all that
/// earlier leaders committed.
fn judge(server: &RaftServerMetrics<Types>, own_blank_term: u64, node: u64) -> Leadership {
    let leader = server.vote.leader_id;
    if server.state == ServerState::Leader && leader.node_id == node && leader.term == own_blank_term {
        return Leadership::Leading { term: leader.term };
    }
    match server.current_leader {
        Some(leader) if leader != node => Leadership::Following { leader },
        _ => Leadership::NoLeader,
    }
}
