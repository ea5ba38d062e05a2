//! Power cuts at any moment, on a disk that keeps, loses or spoils each sector as it likes.

use super::*;
use crate::testing::{CrashPolicy, Fault};

/// What a client of the journal knows.
#[derive(Default)]
struct Known {
    /// Entries in the order of the log, as far as they were handed in.
    sent: Vec<Entry>,
    /// How many of them were acknowledged.
    acknowledged: usize,
    vote: Option<Vote>,
    /// The vote that was being stored, if any.
    vote_in_flight: Option<Vote>,
    /// A truncation was in flight: the entries before, and how many it keeps.
    truncation: Option<(Vec<Entry>, usize)>,
}

/// Works until the power fails or the steps are done.
fn work(journal: &Journal, random: &SeededRandomness, known: &mut Known, steps: u64, term: u64) {
    for _ in 0..steps {
        match random.below(12) {
            0 => {
                let vote = Vote { term, node: random.below(3), committed: random.below(2) == 0 };
                known.vote_in_flight = Some(vote);
                let (done, receiver) = mpsc::channel();
                if journal.save_vote(vote, tell(done)).is_err() || !acknowledged(&receiver) {
                    return;
                }
                known.vote = known.vote_in_flight.take();
            }
            1 if !known.sent.is_empty() => {
                let keep = random.below(known.sent.len() as u64 + 1) as usize;
                known.truncation = Some((known.sent.clone(), keep));
                let last = keep.checked_sub(1).map(|last| last as u64);
                let (done, receiver) = mpsc::channel();
                known.sent.truncate(keep);
                known.acknowledged = keep.min(known.acknowledged);
                if journal.truncate_after(last, tell(done)).is_err() || !acknowledged(&receiver) {
                    return;
                }
                known.truncation = None;
                known.acknowledged = keep;
            }
            _ => {
                let receivers: Vec<_> = (0..=random.below(4))
                    .map_while(|_| {
                        let next = known.sent.len() as u64;
                        let group: Vec<Entry> = (next..=next + random.below(4))
                            .map(|index| entry_of(index, term, random.below(900) as usize))
                            .collect();
                        let (done, receiver) = mpsc::channel();
                        let taken = journal.append(group.clone(), tell(done));
                        taken.ok()?;
                        known.sent.extend(group);
                        Some((receiver, known.sent.len()))
                    })
                    .collect();
                for (receiver, through) in receivers {
                    if !acknowledged(&receiver) {
                        return;
                    }
                    known.acknowledged = through;
                }
            }
        }
    }
}

/// What was recovered is a prefix of what was sent, with everything acknowledged.
/// False when the power failed again while reading.
fn check(journal: &Journal, known: &mut Known, context: &str) -> bool {
    let read = match replayed(journal, 0) {
        Ok(read) => read,
        Err(JournalError::Io { .. }) => return false,
        Err(other) => panic!("{context}: {other}"),
    };
    let is_prefix = |sent: &[Entry], least: usize| {
        read.len() >= least && read.len() <= sent.len() && read[..] == sent[..read.len()]
    };
    let as_sent = is_prefix(&known.sent, known.acknowledged);
    // A truncation that was cut short may not have begun.
    let as_before = known.truncation.as_ref().is_some_and(|(before, keep)| is_prefix(before, *keep));
    assert!(
        as_sent || as_before,
        "{context}: {} recovered, {} acknowledged, {} sent",
        read.len(),
        known.acknowledged,
        known.sent.len()
    );
    let vote = journal.vote();
    assert!(vote == known.vote || (vote.is_some() && vote == known.vote_in_flight), "{context}: {vote:?}");
    known.acknowledged = read.len();
    known.sent = read;
    known.vote = vote;
    known.vote_in_flight = None;
    known.truncation = None;
    true
}

#[test]
fn whatever_a_power_cut_leaves_is_a_prefix_with_everything_acknowledged() {
    let base = seed(1);
    for seed in base..base + 400 {
        let random = SeededRandomness::new(seed);
        let disk = ModelDisk::new();
        let mut known = Known::default();
        for life in 0..4 {
            let context = format!("RAFTSTONE_SEED={seed}, life {life}");
            // In a life of its own the power may already fail during recovery.
            disk.fail(None, random.below(220), Fault::PowerCut);
            let (options, failures) = options(&disk);
            if let Ok((journal, _)) = Journal::open(options) {
                if check(&journal, &mut known, &context) {
                    work(&journal, &random, &mut known, random.below(30), life + 1);
                }
                journal.close();
            }
            assert!(
                failures.lock().iter().all(|failure| failure.contains("os error 5")),
                "{context}: {:?}",
                failures.lock()
            );
            disk.crash(if random.below(4) == 0 { CrashPolicy::LoseAll } else { CrashPolicy::Random(&random) });
        }
        let (options, _) = options(&disk);
        let opened = Journal::open(options);
        let (journal, _) = opened.unwrap_or_else(|error| panic!("RAFTSTONE_SEED={seed}: {error}"));
        assert!(check(&journal, &mut known, &format!("RAFTSTONE_SEED={seed}, last life")));
        let next = known.sent.len() as u64;
        append_and_wait(&journal, vec![entry_of(next, 9, 10)]);
    }
}

#[test]
fn every_subset_of_the_sectors_of_the_last_group_is_a_prefix() {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    let entries: Vec<Entry> = (0..6).map(|index| entry_of(index, 1, 700)).collect();
    append_and_wait(&journal, entries[..2].to_vec());
    let path = segment_paths(&disk).remove(0);
    let before = disk.content(&path).unwrap();
    append_and_wait(&journal, entries[2..].to_vec());
    let after = disk.content(&path).unwrap();
    let changed: Vec<usize> =
        (0..before.len() / 512).filter(|at| before[at * 512..][..512] != after[at * 512..][..512]).collect();
    assert!((6..=10).contains(&changed.len()), "{}", changed.len());
    let image = disk.fork();
    image.crash(CrashPolicy::LoseAll);
    // Three states for each sector would be many; kept and lost are all tried, spoilt by turns.
    for subset in 0..1_u32 << changed.len() {
        for spoilt in [None, Some(subset as usize % changed.len())] {
            let mut content = before.clone();
            for (bit, sector) in changed.iter().enumerate() {
                let at = sector * 512;
                if Some(bit) == spoilt {
                    content[at..at + 512].fill(0xa5);
                } else if subset & (1 << bit) != 0 {
                    content[at..at + 512].copy_from_slice(&after[at..at + 512]);
                }
            }
            image.damage(&path, content).unwrap();
            let identity = Identity::load(&image, &SeededRandomness::new(0), &data(), false).unwrap().0;
            let log = data().join("log");
            let plan =
                Plan { disk: &image, directory: &log, cluster_id: identity.cluster_id, at_start: true, cut: None };
            let recovered = recovery::recover(&plan).unwrap();
            let last = recovered.tip.last.unwrap().index as usize;
            assert!((1..6).contains(&last), "subset {subset:b}");
            if spoilt.is_none() && subset == (1 << changed.len()) - 1 {
                assert_eq!((last, recovered.torn), (5, None));
            }
        }
    }
}
