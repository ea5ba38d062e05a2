//! What happens to bits while nobody looks.

use super::*;
use crate::journal::recovery::{self, Plan};

/// A closed journal of two segments, so that everything in it is covered, and its entries.
fn closed_journal() -> (ModelDisk, Vec<Entry>) {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    let mut entries = Vec::new();
    let mut index = 0;
    while segment_paths(&disk).len() < 2 {
        let group: Vec<Entry> = (index..index + 3).map(|index| entry_of(index, 1, 900)).collect();
        index += 3;
        append_and_wait(&journal, group.clone());
        entries.extend(group);
    }
    journal.close();
    (disk, entries)
}

/// What a start makes of the disk, and what it then reads: without threads, as this runs often.
fn restart(disk: &ModelDisk) -> Result<Vec<Entry>, JournalError> {
    let identity = Identity::load(disk, &SeededRandomness::new(0), &data(), false)?.0;
    VoteFile::open(disk, &data(), false)?;
    let log = data().join("log");
    let plan = Plan { disk, directory: &log, cluster_id: identity.cluster_id, at_start: true, cut: None };
    let recovered = recovery::recover(&plan)?;
    let mut entries = Vec::new();
    replay::walk(&recovered.index.starting_point(0, u64::MAX), 0, u64::MAX, 64 * 1024, &mut |frame| {
        entries.push(Entry {
            position: frame.position,
            kind: frame.kind,
            payload: Bytes::copy_from_slice(frame.payload),
        });
        ControlFlow::Continue(())
    })?;
    Ok(entries)
}

fn all_files(disk: &ModelDisk) -> Vec<PathBuf> {
    let mut paths = segment_paths(disk);
    paths.extend([data().join("node.toml"), data().join("vote.bin")]);
    paths
}

#[test]
fn every_flipped_bit_is_detected_or_harmless() {
    let (disk, entries) = closed_journal();
    let (mut detected, mut harmless) = (0, 0);
    for path in all_files(&disk) {
        let original = disk.content(&path).unwrap();
        for bit in 0..original.len() * 8 {
            let mut flipped = original.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            disk.damage(&path, flipped).unwrap();
            match restart(&disk) {
                Ok(read) => {
                    assert!(read == entries, "{} bit {bit}: other entries, without a word", name(&path));
                    harmless += 1;
                }
                Err(JournalError::Corrupt(corruption)) => {
                    assert_eq!(corruption.path, path, "bit {bit}: {corruption}");
                    assert!(corruption.offset <= bit as u64 / 8, "bit {bit}: {corruption}");
                    detected += 1;
                }
                Err(other) => panic!("{} bit {bit}: {other}", name(&path)),
            }
        }
        disk.damage(&path, original).unwrap();
    }
    // Harmless are the zeros behind the last frame, the padding, the cover and the second vote.
    assert!(detected > 8 * 20_000, "{detected} detected, {harmless} harmless");
    println!("{detected} flips detected, {harmless} harmless");
}

#[test]
fn a_file_of_another_length_is_refused() {
    let (disk, _) = closed_journal();
    for path in all_files(&disk) {
        let original = disk.content(&path).unwrap();
        for length in (0..original.len()).chain([original.len() + 1]) {
            let mut changed = original.clone();
            changed.resize(length, 0);
            disk.damage(&path, changed).unwrap();
            let error = restart(&disk).unwrap_err();
            assert!(matches!(&error, JournalError::Corrupt(corruption) if corruption.path == path), "{error}");
        }
        disk.damage(&path, original).unwrap();
    }
}

#[test]
fn a_journal_without_its_end_is_a_prefix_or_refused_and_goes_on() {
    // Without a cover the last group is the one whose loss cannot be noticed.
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    let mut entries: Vec<Entry> = Vec::new();
    for group in 0..4 {
        let group: Vec<Entry> = (group * 5..group * 5 + 5).map(|index| entry_of(index, 1, 150)).collect();
        append_and_wait(&journal, group.clone());
        entries.extend(group);
    }
    let image = disk.fork();
    image.crash(crate::testing::CrashPolicy::LoseAll);
    let path = segment_paths(&image).remove(0);
    let original = image.content(&path).unwrap();
    let written = original.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    for keep in 4096..=written {
        let mut cut = original.clone();
        cut[keep..].fill(0);
        image.damage(&path, cut).unwrap();
        let read = restart(&image).unwrap();
        assert_eq!(read, entries[..read.len()], "keep {keep}");
        // What was cut away is appended again, on one in a hundred.
        if keep % 100 == 0 {
            let image = image.fork();
            let (journal, report) = open(&image);
            assert_eq!(report.last, read.last().map(|entry| entry.position));
            append_and_wait(&journal, entries[read.len()..].to_vec());
            append_and_wait(&journal, vec![entry(20)]);
            drop(journal);
            assert_eq!(restart(&image).unwrap().len(), 21);
        }
    }
}

#[test]
fn a_missing_file_is_refused() {
    let (disk, _) = closed_journal();
    let segments = segment_paths(&disk);
    for path in [&segments[0], &data().join("node.toml"), &data().join("vote.bin")] {
        let disk = disk.fork();
        disk.crash(crate::testing::CrashPolicy::LoseAll);
        crate::platform::Disk::remove_file(&disk, path).unwrap();
        let error = restart(&disk).unwrap_err();
        assert!(matches!(&error, JournalError::Corrupt(_)), "{}: {error}", name(path));
        assert!(error.to_string().contains("missing"), "{error}");
    }
}

#[test]
fn a_damaged_copy_of_the_vote_is_repaired_from_the_other() {
    let disk = ModelDisk::new();
    let (journal, _) = open(&disk);
    let vote = Vote { term: 4, node: 1, committed: true };
    journal.save_vote(vote, Box::new(|_| ())).unwrap();
    append_and_wait(&journal, vec![entry(0)]);
    journal.close();
    let path = data().join("vote.bin");
    let original = disk.content(&path).unwrap();
    for at in [0, 20, 4095, 4096, 4100, 8191] {
        let mut damaged = original.clone();
        damaged[at] ^= 0x40;
        disk.damage(&path, damaged).unwrap();
        assert_eq!(VoteFile::open(&disk, &data(), false).unwrap().1, Some(vote), "byte {at}");
        assert_eq!(disk.content(&path).unwrap(), original, "byte {at}");
    }
    let mut damaged = original;
    damaged[20] ^= 1;
    damaged[4116] ^= 1;
    disk.damage(&path, damaged).unwrap();
    let error = VoteFile::open(&disk, &data(), false).err().unwrap();
    assert!(error.to_string().contains("both copies"), "{error}");
}

#[test]
fn a_journal_of_a_newer_version_is_not_taken_for_damage() {
    let (disk, _) = closed_journal();
    let path = segment_paths(&disk).remove(0);
    let mut content = disk.content(&path).unwrap();
    content[8] = 2;
    let crc = crc32c::crc32c(&content[..4092]);
    content[4092..4096].copy_from_slice(&crc.to_le_bytes());
    disk.damage(&path, content).unwrap();
    let error = restart(&disk).unwrap_err();
    assert!(matches!(error, JournalError::Unsupported { .. }), "{error}");
}
