//! The engine without a journal does what the one with a journal does.

use super::bank::{Account, CardIssued, Closed, SCHEMA, Transferred, open};
use super::started;
use crate::exec::{MemoryEngine, StoredEvent, Tx};
use crate::http::{Backend, Context};
use crate::platform::Clock;
use crate::refusal::{Refusal, RefusalKind};
use crate::testing::{ManualClock, SeededRandomness};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

fn engine(clock: &Arc<ManualClock>) -> MemoryEngine {
    MemoryEngine::new(&SCHEMA, clock.clone(), Arc::new(SeededRandomness::new(7)))
}

type Step = fn(&mut Tx<'_>) -> Result<(), Refusal>;

/// Refused ones stand between those that are not.
const STEPS: [Step; 6] = [
    |tx| open(tx, "ann", 100).map(drop),
    |tx| open(tx, "bob", 0).map(drop),
    |tx| tx.record(&Transferred { from: 1, to: 2, amount: 101 }),
    |tx| {
        tx.record(&Transferred { from: 1, to: 2, amount: 30 })?;
        tx.record(&CardIssued { id: 1, account: 1 })
    },
    |tx| tx.record(&CardIssued { id: 1, account: 2 }),
    |tx| tx.record(&Closed { account: 1 }),
];

#[tokio::test]
async fn both_engines_come_to_the_same_state() {
    let directory = TempDir::new().unwrap();
    let durable = started(&SCHEMA, directory.path()).await;
    let memory = engine(&Arc::new(ManualClock::at(0)));
    for step in STEPS {
        let expected = durable.engine.transact(step).await;
        assert_eq!(memory.transact(step), expected);
        assert_eq!(memory.visible_seq(), durable.engine.visible_seq());
        assert_eq!(memory.state().state_hash(), durable.engine.state().state_hash());
    }
    assert_eq!(memory.visible_seq(), 4, "two of the six are refused");
    durable.shutdown().await;
}

#[test]
fn what_a_transaction_stores_is_collected_until_it_is_forgotten() {
    let memory = engine(&Arc::new(ManualClock::at(0)));
    for step in STEPS {
        let _ = memory.transact(step);
    }
    let types = |events: Vec<StoredEvent>| events.into_iter().map(|event| event.type_id).collect::<Vec<_>>();
    assert_eq!(types(memory.stored()), [1, 1, 2, 4, 3]);
    memory.forget_stored();
    assert_eq!(memory.stored(), []);
}

#[test]
fn time_is_that_of_the_clock_and_never_goes_back_for_transactions() {
    let clock = Arc::new(ManualClock::at(5_000_000));
    let memory = engine(&clock);
    let transaction_time = || memory.transact(|tx| Ok(tx.now().as_micros())).unwrap();
    clock.advance(Duration::from_secs(1));
    assert_eq!((transaction_time(), memory.read(|db| db.now().as_micros())), (6_000_000, 6_000_000));
    clock.set(1_000_000);
    assert_eq!((transaction_time(), memory.read(|db| db.now().as_micros())), (6_000_000, clock.now_micros()));
}

#[test]
fn keys_are_the_same_at_every_run() {
    let key = || engine(&Arc::new(ManualClock::at(1))).transact(|tx| Ok(tx.new_uuid())).unwrap();
    assert_eq!(key(), key());
}

#[tokio::test]
async fn a_handler_reads_and_writes_through_its_context() {
    let memory = Arc::new(engine(&Arc::new(ManualClock::at(0))));
    let mut context = Context::new(memory.clone(), true, None);
    let ann = context.transact(|tx| open(tx, "ann", 5)).await.unwrap();
    assert_eq!(context.read(|db| db.get::<Account>(&ann).map(|account| account.balance)).unwrap(), Some(5));
    let mut reading = Context::new(memory, false, None);
    assert_eq!(reading.transact(|tx| open(tx, "bob", 5)).await.unwrap_err().kind(), RefusalKind::Internal);
}
