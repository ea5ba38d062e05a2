//! Appending, reading, truncating, restarting.

use super::*;
use crate::platform::RealDisk;

#[test]
fn entries_come_back_after_a_restart_over_several_segments() {
    let disk = ModelDisk::new();
    let (journal, report) = open(&disk);
    assert_eq!(report, RecoveryReport { created: true, ..RecoveryReport::default() });
    let entries: Vec<Entry> = (0..200).map(entry).collect();
    for group in entries.chunks(7) {
        append_and_wait(&journal, group.to_vec());
    }
    assert_eq!(journal.last_position(), Some(entries[199].position));
    assert_eq!(replayed(&journal, 0).unwrap(), entries);
    assert_eq!(journal.read(0, 200, usize::MAX).unwrap(), entries);
    journal.close();
    assert!(segment_paths(&disk).len() > 3);

    let (journal, report) = open(&disk);
    assert_eq!((report.last, report.torn), (Some(entries[199].position), None));
    for from in [0, 1, 57, 199, 200] {
        assert_eq!(replayed(&journal, from).unwrap(), entries[from as usize..], "from {from}");
    }
    for (from, to) in [(0, 200), (3, 4), (90, 120), (150, 900)] {
        let expected = &entries[from as usize..(to as usize).min(200)];
        assert_eq!(journal.read(from, to, usize::MAX).unwrap(), expected, "{from}..{to}");
    }
    append_and_wait(&journal, vec![entry(200)]);
    assert_eq!(journal.read(198, 201, usize::MAX).unwrap(), (198..201).map(entry).collect::<Vec<_>>());
}

#[test]
fn a_bounded_read_is_never_empty() {
    let disk = ModelDisk::new();
    let (mut options, _) = options(&disk);
    options.tail_cache_bytes = 1000;
    let (journal, _) = Journal::open(options).unwrap();
    for index in 0..50 {
        append_and_wait(&journal, vec![entry_of(index, 1, 300)]);
    }
    for (from, bytes_max, expected) in [(0, 0, 1), (0, 299, 1), (0, 600, 2), (30, 900, 3), (49, 0, 1), (46, 900, 3)] {
        let read = journal.read(from, 50, bytes_max).unwrap();
        let indexes: Vec<u64> = read.iter().map(|entry| entry.position.index).collect();
        assert_eq!(indexes, (from..from + expected).collect::<Vec<_>>(), "{bytes_max} bytes from {from}");
    }
    assert_eq!(journal.read(50, 60, usize::MAX).unwrap(), []);
    assert_eq!(journal.read(0, 50, usize::MAX).unwrap().len(), 50);
}

#[test]
fn everything_that_waits_shares_one_write_and_one_sync() {
    use crate::testing::Operation;
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    append_and_wait(&journal, vec![entry(0)]);
    let before = disk.calls().len();
    // The vote keeps the IO thread busy while the appends gather behind the lock.
    let receivers: Vec<_> = {
        let state = journal.inner.shared.state.lock();
        let journals = journal.clone();
        let thread = std::thread::spawn(move || (1..40).map(|index| append(&journals, vec![entry(index)])).collect());
        drop(state);
        thread.join().unwrap()
    };
    for receiver in &receivers {
        let receiver: &Receiver<bool> = receiver;
        assert!(acknowledged(receiver));
    }
    let calls = disk.calls();
    let count = |operation| calls[before..].iter().filter(|call| call.operation == operation).count();
    assert_eq!(count(Operation::Write), count(Operation::Sync));
    assert!(count(Operation::Write) <= 40);
}

#[test]
fn a_group_tells_only_its_newest_append_that_it_is() {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    let receivers: Vec<_> = (0..30).map(|index| append(&journal, vec![entry(index)])).collect();
    let newest: Vec<bool> = receivers.iter().map(|receiver| receiver.recv_timeout(PATIENCE).unwrap()).collect();
    assert_eq!(newest.last(), Some(&true));
}

#[test]
fn truncation_reaches_back_over_segments_and_lasts() {
    for (last, then) in [(Some(199), 200), (Some(150), 151), (Some(3), 4), (Some(0), 1), (None, 0)] {
        let disk = ModelDisk::new();
        let (journal, _) = open(&disk);
        append_and_wait(&journal, (0..200).map(entry).collect());
        truncate_and_wait(&journal, last);
        assert_eq!(journal.last_position().map(|last| last.index), last);
        assert_eq!(replayed(&journal, 0).unwrap().len() as u64, then);
        let newer: Vec<Entry> = (then..then + 60).map(|index| entry_of(index, 2, 200)).collect();
        append_and_wait(&journal, newer.clone());
        let mut expected: Vec<Entry> = (0..then).map(entry).collect();
        expected.extend(newer);
        assert_eq!(journal.read(0, 1000, usize::MAX).unwrap(), expected, "{last:?}");
        journal.close();
        let (journal, report) = open(&disk);
        assert_eq!(report.torn, None);
        assert_eq!(replayed(&journal, 0).unwrap(), expected, "{last:?}");
        let leaders: Vec<u64> = journal.leaders().iter().map(|leader| leader.index).collect();
        assert_eq!(leaders, if then == 0 { vec![0] } else { vec![0, then] });
    }
}

#[test]
fn a_log_may_begin_anywhere_but_has_no_gaps() {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    append_and_wait(&journal, vec![entry(5), entry(6)]);
    let refused = journal.append(vec![entry(8)], Box::new(|_| ())).unwrap_err();
    assert_eq!(refused, AppendRefused::Gap { expected: 7 });
    let refused = journal.append(vec![entry(7), entry(9)], Box::new(|_| ())).unwrap_err();
    assert_eq!(refused, AppendRefused::Gap { expected: 8 });
    append_and_wait(&journal, vec![entry(7)]);
    drop(journal);
    let (journal, _) = open(&disk);
    assert_eq!(replayed(&journal, 0).unwrap(), [entry(5), entry(6), entry(7)]);
}

#[test]
fn purging_moves_a_watermark_and_may_leave_a_gap() {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    append_and_wait(&journal, (0..20).map(entry).collect());
    let purge = |journal: &Journal, index| {
        let (done, receiver) = mpsc::channel();
        let through = LogPosition { index, term: 1, node: 1 };
        journal.purge(through, tell(done)).unwrap();
        assert!(acknowledged(&receiver));
    };
    purge(&journal, 4);
    assert_eq!(journal.read(0, 7, usize::MAX).unwrap(), [entry(5), entry(6)]);
    purge(&journal, 29);
    assert_eq!(journal.last_position().map(|last| last.index), Some(29));
    assert_eq!(journal.read(0, 99, usize::MAX).unwrap(), []);
    drop(journal);
    let (journal, report) = open(&disk);
    assert_eq!(report.last.map(|last| last.index), Some(29));
    append_and_wait(&journal, vec![entry(30)]);
    drop(journal);
    let (journal, report) = open(&disk);
    assert_eq!((report.last, report.torn), (Some(entry(30).position), None));
    assert_eq!(journal.purged().map(|purged| purged.index), Some(29));
    assert_eq!(journal.read(0, 99, usize::MAX).unwrap(), [entry(30)]);
    assert_eq!(replayed(&journal, 0).unwrap().len(), 21, "the files stay");
}

#[test]
fn a_payload_may_be_as_long_as_told_and_no_longer() {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    let limit = journal.payload_bytes_max();
    let longest = |index| entry_of(index, 1, limit);
    let refused = journal.append(vec![entry_of(0, 1, limit + 1)], Box::new(|_| ())).unwrap_err();
    assert_eq!(refused, AppendRefused::TooLarge { limit });
    append_and_wait(&journal, vec![longest(0), longest(1), entry(2), longest(3)]);
    let member_limit = MEMBERSHIP_BYTES_MAX.min(limit / 4);
    let member = |index, length| Entry { kind: EntryKind::Membership, ..entry_of(index, 1, length) };
    let refused = journal.append(vec![member(4, member_limit + 1)], Box::new(|_| ())).unwrap_err();
    assert_eq!(refused, AppendRefused::TooLarge { limit: member_limit });
    append_and_wait(&journal, (4..40).map(|index| member(index, member_limit)).collect());
    drop(journal);
    let (journal, _) = open(&disk);
    assert_eq!(replayed(&journal, 0).unwrap().len(), 40);
    assert_eq!(journal.membership_at(3), None);
    assert_eq!(journal.membership_at(10), Some(member(10, member_limit)));
    assert_eq!(journal.membership_at(u64::MAX), Some(member(39, member_limit)));
}

#[test]
fn votes_shapes_and_hints_last() {
    let disk = ModelDisk::new();
    let (mut journal, _) = open(&disk);
    assert_eq!((journal.vote(), journal.read_shapes().unwrap()), (None, None));
    for term in 1..4 {
        let vote = Vote { term, node: 1, committed: term == 3 };
        let (done, receiver) = mpsc::channel();
        journal.save_vote(vote, tell(done)).unwrap();
        assert!(acknowledged(&receiver));
        disk.crash(crate::testing::CrashPolicy::LoseAll);
        journal.close();
        journal = open(&disk).0;
        assert_eq!(journal.vote(), Some(vote));
    }
    journal.store_shapes(b"first").unwrap();
    journal.store_shapes(b"second").unwrap();
    append_and_wait(&journal, vec![entry(0), entry(1)]);
    journal.set_committed_next(2);
    append_and_wait(&journal, vec![entry(2)]);
    let identity = journal.identity();
    assert_eq!(identity.node_id, 1);
    journal.close();
    let (journal, report) = open(&disk);
    assert!(!report.created);
    assert_eq!(journal.identity(), identity);
    assert_eq!(journal.read_shapes().unwrap().as_deref(), Some(&b"second"[..]));
    assert_eq!(journal.committed_next(), 2);
    assert_eq!(journal.durable_next(), 3);
}

#[test]
fn an_idle_journal_covers_its_last_group() {
    let disk = ModelDisk::new();
    let (mut options, _) = options(&disk);
    options.cover_after = Duration::ZERO;
    let (journal, _) = Journal::open(options).unwrap();
    append_and_wait(&journal, vec![entry(0)]);
    // The cover is the second frame; it is there once the end of the segment has moved.
    let end = || journal.inner.shared.index.lock().segments[0].end;
    let started = std::time::Instant::now();
    while end() < 4096 + 512 + 64 {
        assert!(started.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    disk.crash(crate::testing::CrashPolicy::LoseAll);
    let path = &segment_paths(&disk)[0];
    let mut content = disk.content(path).unwrap();
    content[4096 + 20] ^= 1;
    disk.damage(path, content).unwrap();
    let error = Journal::open(self::options(&disk).0).err().unwrap();
    assert!(matches!(error, JournalError::Corrupt(ref corruption) if corruption.index == Some(0)), "{error}");
}

#[test]
fn a_second_process_is_refused_until_the_first_has_ended() {
    let directory = tempfile::tempdir().unwrap();
    let options = || JournalOptions { disk: Arc::new(RealDisk), ..JournalOptions::new(directory.path().join("a/b")) };
    let (journal, _) = Journal::open(options()).unwrap();
    let error = Journal::open(options()).err().unwrap();
    assert!(matches!(error, JournalError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("in use by another process"));
    append_and_wait(&journal, vec![entry(0)]);
    journal.close();
    let (again, report) = Journal::open(options()).unwrap();
    assert_eq!(report.last, Some(entry(0).position));
    // The old handle stays closed.
    assert_eq!(journal.append(vec![entry(1)], Box::new(|_| ())), Err(AppendRefused::Stopped));
    drop(again);
}

#[test]
fn files_belong_to_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (journal, _) = Journal::open(JournalOptions::new(&data)).unwrap();
    append_and_wait(&journal, vec![entry(0)]);
    journal.store_shapes(b"x").unwrap();
    let mut waiting = vec![data];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let metadata = std::fs::metadata(&path).unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o777, expected, "{}", path.display());
        if metadata.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        seen += 1;
    }
    assert!(seen >= 7);
}

#[test]
fn options_outside_their_range_are_refused() {
    for bytes in [0, SEGMENT_BYTES_MIN - 4096, SEGMENT_BYTES_MIN + 1, SEGMENT_BYTES_MAX + 4096] {
        let (mut options, _) = options(&ModelDisk::new());
        options.segment_bytes = bytes;
        let error = Journal::open(options).err().unwrap();
        assert!(error.to_string().contains("segment_bytes"), "{error}");
    }
}

#[test]
fn a_larger_payload_than_the_first_segment_gets_a_larger_segment() {
    let disk = ModelDisk::new();
    let (mut options, _) = options(&disk);
    options.segment_bytes = 4 * SMALL_SEGMENT_BYTES;
    let (journal, _) = Journal::open(options.clone()).unwrap();
    let longest = entry_of(0, 1, journal.payload_bytes_max());
    append_and_wait(&journal, vec![longest.clone(), entry(1)]);
    drop(journal);
    let (journal, _) = Journal::open(options).unwrap();
    assert_eq!(replayed(&journal, 0).unwrap(), [longest, entry(1)]);
}
