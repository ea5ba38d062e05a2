//! openraft's own suite of the storage contract, on the real store.
//!
//! The suite also wants a state machine with snapshots, which ours has no need of: a small one
//! in memory stands beside the real store.

use std::io;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use openraft::storage::{EntryResponder, RaftStateMachine};
use openraft::testing::log::{StoreBuilder, Suite};
use openraft::type_config::alias::{SnapshotMetaOf, SnapshotOf};
use openraft::{EntryPayload, OptionalSend, RaftSnapshotBuilder, StorageError};

use super::super::store::Store;
use super::super::types::{RaftLogId, StoredMembership, Types};
use crate::journal::{Journal, JournalOptions, SEGMENT_BYTES_MIN};
use crate::testing::ModelDisk;

#[derive(Clone, Default)]
struct Memory {
    applied: Option<RaftLogId>,
    membership: StoredMembership,
    snapshot: Option<SnapshotMetaOf<Types>>,
    built: Arc<parking_lot::Mutex<Option<SnapshotMetaOf<Types>>>>,
}

impl RaftSnapshotBuilder<Types> for Memory {
    type SnapshotData = ();

    async fn build_snapshot(&mut self) -> io::Result<SnapshotOf<Types, ()>> {
        let meta = SnapshotMetaOf::<Types> { last_log_id: self.applied, last_membership: self.membership.clone() };
        *self.built.lock() = Some(meta.clone());
        Ok(SnapshotOf::<Types, ()> { meta, snapshot: () })
    }
}

impl RaftStateMachine<Types> for Memory {
    type SnapshotData = ();
    type SnapshotBuilder = Self;

    async fn applied_state(&mut self) -> io::Result<(Option<RaftLogId>, StoredMembership)> {
        Ok((self.applied, self.membership.clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<Types>>> + Unpin + OptionalSend,
    {
        while let Some(item) = entries.next().await {
            let (entry, responder) = item?;
            self.applied = Some(entry.log_id);
            if let EntryPayload::Membership(membership) = entry.payload {
                self.membership = StoredMembership::new(Some(entry.log_id), membership);
            }
            responder.into_iter().for_each(|responder| responder.send(()));
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Self {
        self.clone()
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMetaOf<Types>, _snapshot: ()) -> io::Result<()> {
        self.applied = meta.last_log_id;
        self.membership = meta.last_membership.clone();
        self.snapshot = Some(meta.clone());
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<SnapshotOf<Types, ()>>> {
        let meta = self.built.lock().clone().or(self.snapshot.clone());
        Ok(meta.map(|meta| SnapshotOf::<Types, ()> { meta, snapshot: () }))
    }
}

/// Opens a new journal for each test of the suite.
struct Builder {
    /// A cache that holds nothing makes every read go to the files.
    tail_cache_bytes: usize,
    on_disk: bool,
}

impl StoreBuilder<Types, Store, Memory, Option<tempfile::TempDir>> for Builder {
    async fn build(&self) -> Result<(Option<tempfile::TempDir>, Store, Memory), StorageError<Types>> {
        let guard = self.on_disk.then(|| tempfile::tempdir().unwrap());
        let mut options = match &guard {
            Some(directory) => JournalOptions::new(directory.path()),
            None => JournalOptions { disk: Arc::new(ModelDisk::new()), ..JournalOptions::new("/data") },
        };
        options.segment_bytes = SEGMENT_BYTES_MIN;
        options.first_segment_bytes = SEGMENT_BYTES_MIN;
        options.tail_cache_bytes = self.tail_cache_bytes;
        let (journal, _) = Journal::open(options).unwrap();
        Ok((guard, Store::new(journal, None), Memory::default()))
    }
}

fn run(builder: Builder) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(Suite::test_all(builder)).unwrap();
}

/// The suite rests for seconds, so both run at the same time.
#[test]
fn the_store_keeps_the_contract_of_openraft_from_memory_and_from_files() {
    let from_files = std::thread::spawn(|| run(Builder { tail_cache_bytes: 0, on_disk: false }));
    run(Builder { tail_cache_bytes: usize::MAX, on_disk: true });
    from_files.join().unwrap();
}
