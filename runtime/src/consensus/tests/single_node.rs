//! A cluster of one.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;

use super::super::*;
use crate::journal::JournalOptions;
use crate::testing::{CrashPolicy, Fault, ModelDisk, Operation};

const PATIENCE: Duration = Duration::from_secs(20);

/// Remembers what it is told.
struct Recorder {
    applied: Mutex<Vec<Committed>>,
    told: Mutex<Sender<Told>>,
}

#[derive(Debug, PartialEq)]
enum Told {
    Applied(Vec<Committed>),
    Rejected(u64, ProposalOutcome),
}

impl StateMachine for Recorder {
    fn apply(&self, entries: &[Committed]) {
        self.applied.lock().extend_from_slice(entries);
        let _ = self.told.lock().send(Told::Applied(entries.to_vec()));
    }

    fn rejected(&self, ticket: u64, outcome: ProposalOutcome) {
        let _ = self.told.lock().send(Told::Rejected(ticket, outcome));
    }
}

struct Node {
    journal: Journal,
    consensus: Arc<Consensus>,
    machine: Arc<Recorder>,
    told: Receiver<Told>,
    term: u64,
}

impl Node {
    async fn start(options: JournalOptions) -> Self {
        let (journal, _) = Journal::open(options).unwrap();
        let (teller, told) = mpsc::channel();
        let machine = Arc::new(Recorder { applied: Mutex::default(), told: Mutex::new(teller) });
        let applied = Consensus::replayable(&journal).unwrap();
        let consensus =
            Consensus::start(ConsensusOptions::default(), journal.clone(), applied, machine.clone()).await.unwrap();
        let mut leadership = consensus.leadership();
        let leading = leadership.wait_for(|now| matches!(now, Leadership::Leading { .. }));
        let leading = *tokio::time::timeout(PATIENCE, leading).await.unwrap().unwrap();
        let Leadership::Leading { term } = leading else { unreachable!() };
        Self { journal, consensus, machine, told, term }
    }

    fn propose(&self, ticket: u64, payload: &[u8]) {
        let payload = Bytes::copy_from_slice(payload);
        self.consensus.propose(Proposal { term: self.term, ticket, payload });
    }

    /// The batches that were applied, in order, once there are so many.
    fn wait_for_batches(&self, count: usize) -> Vec<Bytes> {
        let started = Instant::now();
        loop {
            let applied = self.machine.applied.lock();
            let batches: Vec<Bytes> = applied
                .iter()
                .filter(|entry| entry.kind == EntryKind::Batch)
                .map(|entry| entry.payload.clone())
                .collect();
            drop(applied);
            if batches.len() >= count {
                return batches;
            }
            assert!(started.elapsed() < PATIENCE, "{} of {count}", batches.len());
            std::thread::yield_now();
        }
    }

    fn rejection(&self) -> (u64, ProposalOutcome) {
        loop {
            if let Told::Rejected(ticket, outcome) = self.told.recv_timeout(PATIENCE).unwrap() {
                return (ticket, outcome);
            }
        }
    }

    async fn stop(self) {
        self.consensus.shutdown().await;
        self.journal.close();
    }
}

fn on_model(disk: &ModelDisk) -> JournalOptions {
    JournalOptions {
        disk: Arc::new(disk.clone()),
        segment_bytes: 64 * 1024,
        first_segment_bytes: 64 * 1024,
        space_retry: Duration::from_millis(1),
        fail_stop: Arc::new(|_| ()),
        ..JournalOptions::new("/data")
    }
}

#[tokio::test]
async fn batches_are_applied_in_order_and_survive_a_power_cut() {
    let disk = ModelDisk::new();
    let node = Node::start(on_model(&disk)).await;
    let batches: Vec<Vec<u8>> = (0..200_u64).map(|number| number.to_le_bytes().repeat(20)).collect();
    for (ticket, batch) in (0..).zip(&batches) {
        node.propose(ticket, batch);
    }
    assert_eq!(node.wait_for_batches(200), batches);
    let applied = node.machine.applied.lock().clone();
    assert!(applied.iter().zip(0..).all(|(entry, index)| entry.index == index), "no gap, nothing twice");
    let first_term = node.term;
    disk.crash(CrashPolicy::LoseAll);
    node.stop().await;

    let node = Node::start(on_model(&disk)).await;
    assert!(node.term > first_term);
    let mut replayed = Vec::new();
    let replay = node.journal.replay(0, u64::MAX, &mut |frame| {
        if frame.kind == EntryKind::Batch {
            replayed.push(frame.payload.to_vec());
        }
        std::ops::ControlFlow::Continue(())
    });
    replay.unwrap();
    assert_eq!(replayed, batches);
    assert_eq!(node.wait_for_batches(0), [] as [Bytes; 0], "what was replayed is not applied again");
    node.propose(0, b"more");
    assert_eq!(node.wait_for_batches(1), [&b"more"[..]]);
    node.stop().await;
}

#[tokio::test]
async fn what_the_machine_has_not_seen_is_applied_at_the_start() {
    let disk = ModelDisk::new();
    let node = Node::start(on_model(&disk)).await;
    (0..100).for_each(|ticket| node.propose(ticket, &ticket.to_le_bytes()));
    node.wait_for_batches(100);
    let applied = node.machine.applied.lock().clone();
    node.stop().await;

    for seen in [None, Some(0), Some(57)] {
        let (journal, _) = Journal::open(on_model(&disk)).unwrap();
        let (teller, _told) = mpsc::channel();
        let machine = Arc::new(Recorder { applied: Mutex::default(), told: Mutex::new(teller) });
        let position = seen.and_then(|index| journal.position_at(index));
        let consensus =
            Consensus::start(ConsensusOptions::default(), journal.clone(), position, machine.clone()).await.unwrap();
        let start = seen.map_or(0, |index| index as usize + 1);
        assert_eq!(machine.applied.lock()[..applied.len() - start], applied[start..], "{seen:?}");
        consensus.shutdown().await;
        journal.close();
    }
}

#[tokio::test]
async fn a_single_node_leads_at_once() {
    let directory = tempfile::tempdir().unwrap();
    for life in 0..3 {
        let started = Instant::now();
        let node = Node::start(JournalOptions::new(directory.path())).await;
        let took = started.elapsed();
        node.stop().await;
        // Far below the shortest election timeout, which would show here.
        assert!(took < Duration::from_millis(300), "life {life} took {took:?}");
        println!("life {life}: leading after {took:?}");
    }
}

#[tokio::test]
async fn a_proposal_of_another_term_is_rejected() {
    let node = Node::start(on_model(&ModelDisk::new())).await;
    for term in [node.term - 1, node.term + 1] {
        node.consensus.propose(Proposal { term, ticket: term, payload: Bytes::from_static(b"x") });
        assert_eq!(node.rejection(), (term, ProposalOutcome::Rejected));
    }
    let too_long = vec![0; node.journal.payload_bytes_max() + 1];
    node.propose(7, &too_long);
    assert_eq!(node.rejection(), (7, ProposalOutcome::Rejected));
    node.propose(8, &too_long[1..]);
    assert_eq!(node.wait_for_batches(1).len(), 1);
    node.stop().await;
}

#[tokio::test]
async fn proposals_after_the_end_have_an_unknown_outcome() {
    let node = Node::start(on_model(&ModelDisk::new())).await;
    node.consensus.shutdown().await;
    let mut leadership = node.consensus.leadership();
    let stopped = leadership.wait_for(|now| *now == Leadership::Stopped);
    assert!(tokio::time::timeout(PATIENCE, stopped).await.unwrap().is_ok());
    node.propose(3, b"late");
    assert_eq!(node.rejection(), (3, ProposalOutcome::Unknown));
    node.stop().await;
}

#[tokio::test]
async fn a_full_disk_rejects_proposals_and_nothing_else() {
    let disk = ModelDisk::new();
    let node = Node::start(on_model(&disk)).await;
    disk.set_capacity(Some(0));
    let batch = vec![7; 3000];
    let mut accepted = 0;
    while node.journal.space() == Space::Ready {
        node.propose(accepted, &batch);
        accepted += 1;
        node.wait_for_batches(accepted as usize);
        assert!(accepted < 100);
    }
    node.propose(1000, &batch);
    assert_eq!(node.rejection(), (1000, ProposalOutcome::Full));
    disk.set_capacity(None);
    let started = Instant::now();
    while node.journal.space() == Space::Full {
        assert!(started.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    node.propose(accepted, &batch);
    node.wait_for_batches(accepted as usize + 1);
    node.stop().await;
}

#[tokio::test]
async fn after_a_storage_failure_nothing_is_applied() {
    let disk = ModelDisk::new();
    let node = Node::start(on_model(&disk)).await;
    node.propose(1, b"kept");
    node.wait_for_batches(1);
    disk.fail(Some(Operation::Sync), 0, Fault::EIO);
    node.propose(2, b"lost");
    node.propose(3, b"lost too");
    let mut leadership = node.consensus.leadership();
    let mut ticket = 4;
    // The core notices at its next append.
    while *leadership.borrow_and_update() != Leadership::Stopped {
        node.propose(ticket, b"refused");
        ticket += 1;
        let _ = tokio::time::timeout(Duration::from_millis(1), leadership.changed()).await;
    }
    assert_eq!(node.wait_for_batches(0), [&b"kept"[..]]);
    node.stop().await;
}

#[tokio::test]
async fn a_damaged_membership_is_told_and_not_guessed() {
    use crate::journal::Entry;
    let disk = ModelDisk::new();
    let (journal, _) = Journal::open(on_model(&disk)).unwrap();
    let entry = Entry {
        position: LogPosition { index: 0, term: 0, node: 1 },
        kind: EntryKind::Membership,
        payload: Bytes::from_static(b"no membership"),
    };
    journal.append(vec![entry], Box::new(|_| ())).unwrap();
    let error = Consensus::replayable(&journal).unwrap_err();
    assert!(error.to_string().contains("entry 0 is malformed"), "{error}");
}
