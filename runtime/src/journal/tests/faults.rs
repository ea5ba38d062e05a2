//! Calls that fail.

use super::*;
use crate::testing::{CrashPolicy, Fault, Operation};

/// Writes until it is done or refused; the acknowledged entries.
fn work(journal: &Journal) -> u64 {
    let mut acknowledged_next = 0;
    for index in 0..60 {
        let (done, receiver) = mpsc::channel();
        if journal.append(vec![entry_of(index, 1, 900)], tell(done)).is_err() {
            break;
        }
        if !acknowledged(&receiver) {
            break;
        }
        acknowledged_next = index + 1;
        if index == 20 {
            let (done, receiver) = mpsc::channel();
            let vote = Vote { term: 1, node: 1, committed: true };
            if journal.save_vote(vote, tell(done)).is_ok() {
                acknowledged(&receiver);
            }
        }
    }
    acknowledged_next
}

/// How many calls the whole run makes.
fn calls_of_a_run() -> u64 {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    assert_eq!(work(&journal), 60);
    journal.close();
    assert!(segment_paths(&disk).len() >= 4, "at least three rotations");
    disk.calls().len() as u64
}

#[test]
fn a_failed_call_anywhere_stops_everything_and_loses_nothing() {
    for at in 0..calls_of_a_run() {
        let disk = ModelDisk::new();
        disk.fail(None, at, Fault::EIO);
        let (options, failures) = options(&disk);
        let acknowledged_next = match Journal::open(options) {
            Err(error) => {
                assert!(matches!(error, JournalError::Io { .. }), "call {at}: {error}");
                0
            }
            Ok((journal, _)) => {
                let acknowledged_next = work(&journal);
                if acknowledged_next < 60 {
                    assert_eq!(failures.lock().len(), 1, "call {at}");
                    assert!(failures.lock()[0].contains("/data"), "{:?}", failures.lock());
                    let (done, receiver) = mpsc::channel::<bool>();
                    let refused = journal.append(vec![entry(0)], tell(done));
                    assert_eq!(refused, Err(AppendRefused::Stopped), "call {at}");
                    assert!(!acknowledged(&receiver), "call {at}: acknowledged after a failure");
                }
                journal.close();
                acknowledged_next
            }
        };
        disk.crash(CrashPolicy::LoseAll);
        let (journal, report) = open(&disk);
        let next = report.last.map_or(0, |last| last.index + 1);
        assert!(next >= acknowledged_next, "call {at}: {next} of {acknowledged_next} acknowledged");
        append_and_wait(&journal, vec![entry_of(next, 1, 10)]);
    }
}

#[test]
fn a_sync_that_fails_once_is_never_tried_again() {
    let disk = ModelDisk::new();
    let (options, failures) = options(&disk);
    let (journal, _) = Journal::open(options).unwrap();
    append_and_wait(&journal, vec![entry(0)]);
    // So that the next sync is that of the log.
    journal.inner.shared.spares.wait(0, SMALL_SEGMENT_BYTES).unwrap();
    disk.fail(Some(Operation::Sync), 0, Fault::EIO);
    assert!(!acknowledged(&append(&journal, vec![entry(1)])));
    assert_eq!(failures.lock().len(), 1);
    let calls = disk.calls().len();
    journal.close();
    let after = disk.calls();
    assert!(after[calls..].iter().all(|call| call.operation != Operation::Sync), "{:?}", &after[calls..]);
    disk.crash(CrashPolicy::LoseAll);
    let (journal, _) = open(&disk);
    assert_eq!(replayed(&journal, 0).unwrap(), [entry(0)]);
}

#[test]
fn interruptions_and_short_writes_go_unnoticed() {
    let calls = calls_of_a_run();
    for (operation, fault) in [
        (Operation::Write, Fault::EINTR),
        (Operation::Read, Fault::EINTR),
        (Operation::Write, Fault::Short(1)),
        (Operation::Write, Fault::Short(700)),
    ] {
        let disk = ModelDisk::new();
        for at in (0..calls).step_by(3) {
            disk.fail(Some(operation), at, fault);
        }
        let (options, failures) = options(&disk);
        let (journal, _) = Journal::open(options).unwrap();
        assert_eq!(work(&journal), 60, "{fault:?}");
        assert!(failures.lock().is_empty());
        journal.close();
        disk.heal();
        let (journal, report) = open(&disk);
        assert_eq!(report.torn, None);
        assert_eq!(replayed(&journal, 0).unwrap().len(), 60, "{fault:?}");
    }
}

#[test]
fn a_full_disk_refuses_in_time_and_recovers_by_itself() {
    let disk = ModelDisk::new();
    let (mut options, failures) = options(&disk);
    options.segment_bytes = 2 * SMALL_SEGMENT_BYTES;
    options.first_segment_bytes = 2 * SMALL_SEGMENT_BYTES;
    let (journal, _) = Journal::open(options).unwrap();
    let mut index = 0;
    let mut put = |journal: &Journal| {
        append_and_wait(journal, vec![entry_of(index, 1, 900)]);
        index += 1;
    };
    put(&journal);
    // Room for nothing new; the spare that may lie ready already is used up first.
    disk.set_capacity(Some(0));
    let mut accepted = 0;
    while journal.space() == Space::Ready {
        put(&journal);
        accepted += 1;
        assert!(accepted < 100, "the full disk was never noticed");
    }
    assert_eq!(journal.space(), Space::Full);
    // What is on its way still finds room.
    for _ in 0..10 {
        put(&journal);
    }
    // And at the very end an append waits, unacknowledged.
    let mut waiting = Vec::new();
    for _ in 0..30 {
        waiting.push(append(&journal, vec![entry_of(index, 1, 900)]));
        index += 1;
    }
    assert_eq!(waiting.last().unwrap().recv_timeout(Duration::from_millis(20)), Err(mpsc::RecvTimeoutError::Timeout));
    assert!(failures.lock().is_empty(), "{:?}", failures.lock());
    assert_eq!(journal.read(0, index, usize::MAX).unwrap().len() as u64, index, "reads go on");
    disk.set_capacity(None);
    assert!(waiting.iter().all(acknowledged));
    let started = std::time::Instant::now();
    while journal.space() == Space::Full {
        assert!(started.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    journal.close();
    let (journal, _) = open(&disk);
    assert_eq!(replayed(&journal, 0).unwrap().len() as u64, index);
}

#[test]
fn closing_does_not_wait_for_a_full_disk() {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    append_and_wait(&journal, vec![entry(0)]);
    disk.set_capacity(Some(0));
    let waiting: Vec<_> = (1..60).map(|index| append(&journal, vec![entry_of(index, 1, 900)])).collect();
    journal.close();
    let acknowledged_next = 1 + waiting.iter().take_while(|receiver| acknowledged(receiver)).count() as u64;
    assert!(acknowledged_next < 60);
    disk.set_capacity(None);
    let (_journal, report) = open(&disk);
    assert!(report.last.map_or(0, |last| last.index + 1) >= acknowledged_next);
}

#[test]
fn a_full_disk_at_any_write_is_survived() {
    let calls = calls_of_a_run();
    for operation in [Operation::Write, Operation::Rename] {
        for at in 0..calls {
            let disk = ModelDisk::new();
            let (options, failures) = options(&disk);
            let (journal, _) = Journal::open(options).unwrap();
            let before = disk.calls().iter().filter(|call| call.operation == operation).count() as u64;
            disk.fail(Some(operation), at, Fault::ENOSPC);
            let acknowledged_next = work(&journal);
            // The vote file has all its blocks; no file system answers so there.
            let at_vote = failures.lock().iter().any(|failure| failure.contains("vote.bin"));
            assert!(acknowledged_next == 60 || at_vote, "{operation:?} {at}: {:?}", failures.lock());
            journal.close();
            let made = disk.calls().iter().filter(|call| call.operation == operation).count() as u64;
            if made - before <= at {
                break;
            }
        }
    }
}
