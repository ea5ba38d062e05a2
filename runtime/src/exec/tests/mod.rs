//! The engine over a real journal and a hand-made schema.

mod bank;
mod memory;

use crate::exec::{EngineError, EngineOptions, IdempotencyKey, Running, Schema, Scope, start};
use crate::http::{Backend, Context, Outcome, Reply};
use crate::refusal::{Refusal, RefusalKind};
use bank::{Account, Card, CardIssued, Closed, OWNER_INDEX, SCHEMA, Transferred, open};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

async fn started(schema: &'static Schema, directory: &Path) -> Running {
    let running = start(schema, EngineOptions::new(directory)).await.expect("the engine starts");
    running.wait_until_leading().await;
    running
}

fn balance(running: &Running, id: i64) -> Option<i64> {
    running.engine.query(|reader| reader.get::<Account>(&id).map(|account| account.balance))
}

fn hashes(running: &Running) -> Vec<u128> {
    running.engine.state().state_hash()
}

#[tokio::test]
async fn a_transaction_is_there_after_a_restart_and_so_are_deletions() {
    let directory = TempDir::new().unwrap();
    let running = started(&SCHEMA, directory.path()).await;
    let (ann, bob) = running
        .engine
        .transact(|tx| {
            let (ann, bob) = (open(tx, "ann", 100)?, open(tx, "bob", 0)?);
            tx.record(&Transferred { from: ann, to: bob, amount: 30 })?;
            tx.record(&CardIssued { id: 1, account: ann })?;
            Ok((ann, bob))
        })
        .await
        .unwrap();
    running.engine.transact(move |tx| tx.record(&Closed { account: ann })).await.unwrap();
    assert_eq!(balance(&running, bob), Some(30));
    let before = hashes(&running);
    running.shutdown().await;

    let running = started(&SCHEMA, directory.path()).await;
    assert_eq!(running.report.recovered.seq, 2);
    assert_eq!(balance(&running, ann), None);
    assert_eq!(balance(&running, bob), Some(30));
    assert!(running.engine.query(|reader| reader.get::<Card>(&1).is_none()), "the card went with its account");
    assert_eq!(hashes(&running), before);
    let next = running.engine.transact(|tx| open(tx, "eve", 1)).await.unwrap();
    assert_eq!(next, bob + 1, "numbers go on behind the highest ever given");
    running.shutdown().await;
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let directory = TempDir::new().unwrap();
    let running = started(&SCHEMA, directory.path()).await;
    let engine = &running.engine;
    let ann = engine.transact(|tx| open(tx, "ann", 100)).await.unwrap();
    let before = hashes(&running);

    let overdrawn = engine
        .transact(move |tx| {
            let bob = open(tx, "bob", 0)?;
            tx.record(&Transferred { from: ann, to: bob, amount: 101 })
        })
        .await;
    assert_eq!(overdrawn.unwrap_err().kind(), RefusalKind::Invalid);
    let swallowed = engine
        .transact(move |tx| {
            let _ = tx.record(&Transferred { from: ann, to: 4711, amount: 1 });
            Ok(())
        })
        .await;
    assert_eq!(swallowed.unwrap_err().kind(), RefusalKind::Missing, "an event that was half applied is not recorded");
    let taken = engine.transact(|tx| open(tx, "ann", 5)).await;
    assert_eq!(taken.unwrap_err().kind(), RefusalKind::Conflict);
    assert_eq!(hashes(&running), before);

    engine.transact(move |tx| tx.record(&CardIssued { id: 1, account: ann })).await.unwrap();
    let before = hashes(&running);
    let same_key = engine.transact(move |tx| tx.record(&CardIssued { id: 1, account: ann })).await.unwrap_err();
    assert_eq!((same_key.kind(), same_key.fields()[0].path.as_str()), (RefusalKind::Conflict, "id"));
    let dangling = engine.transact(|tx| tx.record(&CardIssued { id: 2, account: 99 })).await;
    assert_eq!(dangling.unwrap_err().kind(), RefusalKind::Invalid);
    let missing = engine.transact(|tx| tx.record(&Closed { account: 99 })).await;
    assert_eq!(missing.unwrap_err().kind(), RefusalKind::Missing);
    let panicked: Result<(), Refusal> = engine
        .transact(move |tx| {
            tx.record(&Transferred { from: ann, to: ann, amount: 1 })?;
            panic!("a mistake of the handler's author")
        })
        .await;
    assert_eq!(panicked.unwrap_err().kind(), RefusalKind::Internal);
    let outside = engine.transact(|tx| tx.insert(Account { id: 9, owner: "x".into(), balance: 0 })).await;
    assert_eq!(outside.unwrap_err().kind(), RefusalKind::Internal);

    assert_eq!(hashes(&running), before);
    assert_eq!(engine.visible_seq(), 2);
    let bob = engine.transact(|tx| open(tx, "bob", 0)).await.unwrap();
    assert_eq!(bob, ann + 1, "a number given in a refused transaction is given again");
    running.shutdown().await;
}

#[tokio::test]
async fn an_answer_under_a_key_is_given_again_also_after_a_restart_and_from_a_snapshot() {
    let directory = TempDir::new().unwrap();
    let key = |content: u8| IdempotencyKey { scope: Scope::new("open", "k"), fingerprint: [content; 16] };
    let command = || -> crate::http::Command {
        Box::new(|tx| {
            let id = open(tx, &format!("owner {}", tx.seq()), 1)?;
            Ok(Reply::json(201, id.to_string().into_bytes()))
        })
    };
    let answer = |outcome: Outcome| match outcome {
        Outcome::Answered { answer, .. } => answer,
        Outcome::Unknown => panic!("the outcome is known"),
    };
    let running = started(&SCHEMA, directory.path()).await;
    let engine = &running.engine;
    let (first, duplicate) =
        tokio::join!(engine.execute(command(), Some(key(1))), engine.execute(command(), Some(key(1))));
    let first = answer(first).unwrap();
    assert_eq!(answer(duplicate).unwrap(), first);
    let other = answer(engine.execute(command(), Some(key(2))).await);
    assert_eq!(other.unwrap_err().kind(), RefusalKind::Invalid);
    running.shutdown().await;

    let running = started(&SCHEMA, directory.path()).await;
    assert_eq!(answer(running.engine.execute(command(), Some(key(1))).await).unwrap(), first);
    running.snapshot_now().unwrap();
    running.shutdown().await;

    let running = started(&SCHEMA, directory.path()).await;
    assert_eq!(running.report.snapshot_seq, 1);
    assert_eq!(answer(running.engine.execute(command(), Some(key(1))).await).unwrap(), first);
    assert_eq!(running.engine.visible_seq(), 1);
    running.shutdown().await;
}

#[tokio::test]
async fn a_handlers_key_goes_to_its_first_transaction_that_records_something() {
    let directory = TempDir::new().unwrap();
    let running = started(&SCHEMA, directory.path()).await;
    let backend: Arc<dyn Backend> = Arc::new(running.engine.clone());
    let key = IdempotencyKey { scope: Scope::new("open", "k"), fingerprint: [1; 16] };
    let handled = async || {
        let mut context = Context::new(Arc::clone(&backend), true, Some(key.clone()));
        let seen = context.transact(|tx| Ok(tx.exists::<Account>(&1))).await?;
        let refused = context.transact(|_| Err::<(), _>(Refusal::conflict("not this one"))).await;
        assert!(refused.is_err());
        let ann = context.transact(|tx| open(tx, "ann", 1)).await?;
        // Not the first any more, so it is not taken for a repetition.
        let bob = context.transact(|tx| open(tx, "bob", 1)).await?;
        Ok::<_, Refusal>((seen, ann, bob))
    };
    assert_eq!(handled().await.unwrap(), (false, 1, 2));
    let repeated = handled().await.unwrap_err();
    assert_eq!((repeated.kind(), running.engine.visible_seq()), (RefusalKind::Conflict, 2));
    assert!(repeated.detail().contains("Idempotency-Key"), "{repeated}");
    drop(backend);
    running.shutdown().await;
}

#[tokio::test]
async fn a_snapshot_and_the_tail_give_the_same_state_as_the_journal_alone() {
    let directory = TempDir::new().unwrap();
    let running = started(&SCHEMA, directory.path()).await;
    for n in 0..50_i64 {
        running.engine.transact(move |tx| open(tx, &format!("owner {n}"), n)).await.unwrap();
        if n == 30 {
            running.snapshot_now().unwrap();
        }
    }
    running.engine.transact(|tx| tx.record(&Closed { account: 3 })).await.unwrap();
    let expected = hashes(&running);
    running.shutdown().await;

    let running = started(&SCHEMA, directory.path()).await;
    assert_eq!((running.report.snapshot_seq, running.report.recovered.seq), (31, 51));
    assert_eq!(hashes(&running), expected);
    running.shutdown().await;

    std::fs::remove_dir_all(directory.path().join("snap")).unwrap();
    let running = started(&SCHEMA, directory.path()).await;
    assert_eq!(running.report.snapshot_seq, 0);
    assert_eq!(hashes(&running), expected);
    running.shutdown().await;
}

#[tokio::test]
async fn many_at_once_are_batched_and_all_are_kept() {
    let directory = TempDir::new().unwrap();
    let running = started(&SCHEMA, directory.path()).await;
    let tasks: Vec<_> = (0..3000_i64)
        .map(|n| {
            let engine = running.engine.clone();
            tokio::spawn(async move { engine.transact(move |tx| open(tx, &format!("owner {n}"), 1)).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(running.engine.visible_seq(), 3000);
    let holder = running.engine.query(|reader| {
        reader.unique::<Account>(OWNER_INDEX, &crate::exec::key_bytes(&"owner 7".to_owned())).map(|row| row.balance)
    });
    assert_eq!(holder, Some(1));
    let expected = hashes(&running);
    running.shutdown().await;
    let running = started(&SCHEMA, directory.path()).await;
    assert_eq!(hashes(&running), expected);
    running.shutdown().await;
}

#[tokio::test]
async fn a_data_directory_with_another_shape_is_refused_by_name() {
    let directory = TempDir::new().unwrap();
    let running = started(&SCHEMA, directory.path()).await;
    running.engine.transact(|tx| open(tx, "ann", 1)).await.unwrap();
    running.shutdown().await;
    let error = start(&bank::CHANGED_SCHEMA, EngineOptions::new(directory.path())).await.err().unwrap().to_string();
    assert!(error.contains("`Opened`") && error.contains("version 1"), "{error}");
    assert!(!error.contains('\n') && error.contains("of this binary; start the binary"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_consensus_refuses_is_taken_back_and_the_next_goes_on() {
    let directory = TempDir::new().unwrap();
    let mut options = EngineOptions::new(directory.path());
    options.journal.segment_bytes = 64 * 1024;
    // Everything that waits becomes one batch, which is larger than what the journal takes.
    options.pipeline.batch_bytes = usize::MAX;
    let running = start(&SCHEMA, options).await.expect("the engine starts");
    running.wait_until_leading().await;
    let engine = &running.engine;
    engine.transact(|tx| open(tx, "first", 1)).await.unwrap();
    let before = hashes(&running);

    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel::<()>();
    let holder = tokio::spawn(engine.execute(
        Box::new(move |_| {
            let _ = begin.send(());
            let _ = held.recv();
            Ok(Reply::no_content())
        }),
        None,
    ));
    begun.await.unwrap();
    let many: Vec<_> = (0..100)
        .map(|n| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.transact(move |tx| open(tx, &format!("{n:01000}"), 1)).await })
        })
        .collect();
    while engine.shared.inbox.waiting() < many.len() {
        tokio::task::yield_now().await;
    }
    drop(hold);
    holder.await.unwrap();
    for answer in many {
        assert_eq!(answer.await.unwrap().unwrap_err().kind(), RefusalKind::Unavailable);
    }
    assert_eq!(hashes(&running), before);
    engine.transact(|tx| open(tx, "next", 1)).await.unwrap();
    let after = hashes(&running);
    assert_eq!(engine.visible_seq(), 2);
    running.shutdown().await;
    let running = started(&SCHEMA, directory.path()).await;
    assert_eq!(hashes(&running), after);
    running.shutdown().await;
}

#[tokio::test]
async fn a_snapshot_beyond_the_end_of_the_journal_stops_the_start() {
    let (long, short) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for (directory, accounts) in [(&long, 20_i64), (&short, 3)] {
        let running = started(&SCHEMA, directory.path()).await;
        for n in 0..accounts {
            running.engine.transact(move |tx| open(tx, &format!("owner {n}"), n)).await.unwrap();
        }
        running.snapshot_now().unwrap();
        running.shutdown().await;
    }
    // As if the journal had lost what the snapshot was made from.
    std::fs::remove_dir_all(short.path().join("snap")).unwrap();
    std::fs::rename(long.path().join("snap"), short.path().join("snap")).unwrap();
    let Err(error) = start(&SCHEMA, EngineOptions::new(short.path())).await else {
        panic!("it starts with two histories");
    };
    assert!(matches!(error, EngineError::JournalCut { .. }), "{error}");
    std::fs::remove_dir_all(short.path().join("snap")).unwrap();
    let running = started(&SCHEMA, short.path()).await;
    assert_eq!(running.engine.visible_seq(), 3);
    running.shutdown().await;
}

#[tokio::test]
async fn a_snapshot_of_another_history_stops_the_start() {
    let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for (directory, prefix) in [(&one, "one"), (&other, "other")] {
        let running = started(&SCHEMA, directory.path()).await;
        for n in 0..5_i64 {
            running.engine.transact(move |tx| open(tx, &format!("{prefix} {n}"), n)).await.unwrap();
        }
        running.snapshot_now().unwrap();
        running.shutdown().await;
    }
    std::fs::remove_dir_all(one.path().join("snap")).unwrap();
    std::fs::rename(other.path().join("snap"), one.path().join("snap")).unwrap();
    let Err(error) = start(&SCHEMA, EngineOptions::new(one.path())).await else {
        panic!("it starts with the rows of another history");
    };
    assert!(matches!(error, EngineError::OtherHistory { .. }), "{error}");
}

#[tokio::test]
async fn a_journal_without_the_record_of_its_shapes_is_refused() {
    let directory = TempDir::new().unwrap();
    // Before the first event there is nothing to record.
    started(&SCHEMA, directory.path()).await.shutdown().await;
    let running = started(&SCHEMA, directory.path()).await;
    running.engine.transact(|tx| open(tx, "ann", 1)).await.unwrap();
    running.shutdown().await;
    std::fs::remove_file(directory.path().join("shapes")).unwrap();
    let error = start(&SCHEMA, EngineOptions::new(directory.path())).await.err().unwrap();
    assert!(matches!(error, EngineError::ShapesMissing), "{error}");
}
