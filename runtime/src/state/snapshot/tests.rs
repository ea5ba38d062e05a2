use std::path::Path;

use super::*;
use crate::platform::RealDisk;
use crate::state::tests::{
    BY_AGE_AND_TAG, BY_EMAIL, BY_KEY, BY_TAG, PEOPLE, Person, SPECS, VISITORS, delete, held, ids, person, put,
};
use crate::state::{Direction, KeyRange};
use crate::testing::{CrashPolicy, Fault, ModelDisk, SeededRandomness};

const FINGERPRINT: u64 = 0xfeed;

fn head(index: u64) -> SnapshotHead {
    SnapshotHead { index, fingerprint: FINGERPRINT, meta: format!("meta {index}").into_bytes() }
}

fn snapshots(directory: &Path) -> Snapshots {
    Snapshots::new(Arc::new(RealDisk), directory.join("snap"))
}

/// People of many versions, with deletions, and a counter.
fn populated(people: u16) -> State {
    let state = State::new(&SPECS);
    for id in 0..people {
        put(&state, PEOPLE, 1, &Person::new(id, None, &[1], 1));
        put(&state, VISITORS, 1, &Person::new(id, None, &[], 0));
    }
    state.commit_through(1);
    for id in 0..people {
        let seq = 2 + u64::from(id);
        match id % 4 {
            0 => delete(&state, PEOPLE, seq, id),
            1 => put(&state, PEOPLE, seq, &Person::new(id, Some(id as u8), &[id as u8, 9], 40)),
            _ => {}
        }
        let _ = state.set_auto_counter(VISITORS, seq, i64::from(id) + 1);
        state.commit_through(seq);
    }
    state
}

/// Everything that can be seen of a state.
#[derive(Debug, PartialEq)]
struct Facts {
    /// With the sequence numbers of their versions.
    rows: Vec<(u64, Person)>,
    indexes: [Vec<u16>; 4],
    counter: i64,
    hashes: Vec<u128>,
}

fn facts(state: &State) -> Facts {
    let at = state.visible();
    let mut rows = Vec::new();
    for table in [PEOPLE, VISITORS] {
        for (key, _) in state.scan_all_sorted(table, at) {
            let (seq, row) = state.get_with_seq(table, &key, at).unwrap();
            rows.push((seq, person(&*row).clone()));
        }
    }
    let indexes = [BY_EMAIL, BY_TAG, BY_AGE_AND_TAG, BY_KEY]
        .map(|index| ids(state.scan(PEOPLE, index, KeyRange::all(), Direction::Forward, at)));
    Facts { rows, indexes, counter: state.auto_counter_at(VISITORS, at), hashes: state.state_hash() }
}

fn load(snapshots: &Snapshots) -> LoadOutcome {
    snapshots.load_newest(&SPECS, FINGERPRINT).unwrap()
}

#[test]
fn a_state_comes_back_whole_from_one_file_or_from_many() {
    for (people, file_bytes) in [(0, FILE_BYTES), (1, 1), (3000, FILE_BYTES), (20_000, 70_000)] {
        let directory = tempfile::tempdir().unwrap();
        let mut snapshots = snapshots(directory.path());
        snapshots.file_bytes = file_bytes;
        let state = populated(people);
        let name = snapshots.write(&state, &state.pin(), &head(5)).unwrap();
        assert_eq!(name, SnapshotName { seq: state.visible(), index: 5 });
        let outcome = load(&snapshots);
        assert_eq!(outcome.warnings, []);
        let loaded = outcome.loaded.unwrap();
        assert_eq!((loaded.name, loaded.meta.as_slice()), (name, &b"meta 5"[..]));
        assert_eq!(facts(&loaded.state), facts(&state), "{people} people");
        while state.collect_garbage(1000) > 0 {}
        for table in [PEOPLE, VISITORS] {
            assert_eq!(held(&loaded.state, table), held(&state, table));
        }
    }
}

#[test]
fn a_snapshot_shows_the_pinned_state_whatever_is_written_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let snapshots = Arc::new(snapshots(directory.path()));
    let state = Arc::new(populated(2000));
    let expected = facts(&state);
    let pin = state.pin();
    let first = state.visible() + 1;
    put(&state, PEOPLE, first, &Person::new(1, None, &[], 0));
    let _ = state.set_auto_counter(VISITORS, first, -1);
    state.commit_through(first);
    let writing = snapshots.write_in_background(Arc::clone(&state), pin, head(1)).unwrap();
    for seq in first + 1..first + 4000 {
        let id = (seq % 2000) as u16;
        put(&state, PEOPLE, seq, &Person::new(id, None, &[seq as u8], 9));
        delete(&state, VISITORS, seq, id);
        state.commit_through(seq);
        state.collect_garbage(4);
    }
    writing.join().unwrap().unwrap();
    assert_eq!(state.pin_count(), 0);
    assert_eq!(facts(&load(&snapshots).loaded.unwrap().state), expected);
}

#[test]
fn a_loaded_state_goes_on_like_any_other() {
    let directory = tempfile::tempdir().unwrap();
    let snapshots = snapshots(directory.path());
    let state = populated(100);
    snapshots.write(&state, &state.pin(), &head(1)).unwrap();
    let loaded = load(&snapshots).loaded.unwrap().state;
    let seq = state.visible() + 1;
    for state in [&state, &loaded] {
        put(state, PEOPLE, seq, &Person::new(1, Some(3), &[7], 7));
        delete(state, PEOPLE, seq, 2);
        state.commit_through(seq);
        while state.collect_garbage(100) > 0 {}
    }
    assert_eq!(facts(&loaded), facts(&state));
    assert_eq!(held(&loaded, PEOPLE), held(&state, PEOPLE));
}

/// An older good snapshot and a newer one, whose path is given back.
fn two_snapshots(directory: &Path) -> (Snapshots, PathBuf) {
    let snapshots = snapshots(directory);
    let state = populated(12);
    snapshots.write(&state, &state.pin(), &head(1)).unwrap();
    let seq = state.visible() + 1;
    delete(&state, PEOPLE, seq, 1);
    state.commit_through(seq);
    let newest = snapshots.write(&state, &state.pin(), &head(2)).unwrap();
    let path = snapshots.path_of(newest);
    (snapshots, path)
}

/// The newest snapshot is refused for damage in `file`, and the older one is used.
fn assert_falls_back(snapshots: &Snapshots, file: &str, what: &str) {
    let outcome = load(snapshots);
    let [SnapshotWarning::Damaged { name, file: damaged, .. }] = &outcome.warnings[..] else {
        panic!("{what}: {:?}", outcome.warnings);
    };
    assert_eq!((name.index, damaged.as_str()), (2, file), "{what}");
    assert_eq!(outcome.loaded.unwrap().name.index, 1, "{what}");
}

#[test]
fn every_flipped_or_missing_byte_is_noticed_and_the_older_snapshot_used() {
    let directory = tempfile::tempdir().unwrap();
    let (snapshots, newest) = two_snapshots(directory.path());
    for file in [MANIFEST_FILE, "rows-0"] {
        let path = newest.join(file);
        let good = std::fs::read(&path).unwrap();
        assert!(good.len() > 100);
        for position in 0..good.len() {
            let mut bad = good.clone();
            bad[position] ^= 1 << (position % 8);
            std::fs::write(&path, &bad).unwrap();
            assert_falls_back(&snapshots, file, &format!("{file} with byte {position} changed"));
            std::fs::write(&path, &good[..position]).unwrap();
            assert_falls_back(&snapshots, file, &format!("{file} cut at {position}"));
        }
        std::fs::write(&path, [&good[..], b"\0"].concat()).unwrap();
        assert_falls_back(&snapshots, file, &format!("{file} with a byte more"));
        std::fs::remove_file(&path).unwrap();
        assert_falls_back(&snapshots, file, &format!("{file} missing"));
        std::fs::write(&path, &good).unwrap();
    }
    assert_eq!(load(&snapshots).loaded.unwrap().name.index, 2);
}

#[test]
fn a_file_of_another_snapshot_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let snapshots = snapshots(directory.path());
    let state = populated(12);
    snapshots.write(&state, &state.pin(), &head(1)).unwrap();
    // Only a value changes: the files are equally long and hold as many rows.
    let seq = state.visible() + 1;
    put(&state, VISITORS, seq, &Person::new(11, None, &[], 77));
    state.commit_through(seq);
    let newest = snapshots.write(&state, &state.pin(), &head(2)).unwrap();
    let older = snapshots.list().unwrap()[1];
    for file in ["rows-0", MANIFEST_FILE] {
        let path = snapshots.path_of(newest).join(file);
        let good = std::fs::read(&path).unwrap();
        let copied = std::fs::copy(snapshots.path_of(older).join(file), &path).unwrap();
        assert_eq!(copied, good.len() as u64);
        assert_falls_back(&snapshots, file, file);
        std::fs::write(&path, good).unwrap();
    }
}

#[test]
fn a_manifest_that_counts_other_rows_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (snapshots, newest) = two_snapshots(directory.path());
    let path = newest.join(MANIFEST_FILE);
    let good = format::Manifest::decode(&std::fs::read(&path).unwrap()).unwrap();
    for table in 0..good.tables.len() {
        let mut bad = good.clone();
        bad.tables[table].rows += 1;
        std::fs::write(&path, bad.encode()).unwrap();
        assert_falls_back(&snapshots, MANIFEST_FILE, "rows");
    }
    let mut bad = good.clone();
    bad.tables[1].id = bad.tables[0].id;
    std::fs::write(&path, bad.encode()).unwrap();
    assert_falls_back(&snapshots, MANIFEST_FILE, "ids");
}

#[test]
fn a_snapshot_of_another_schema_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let (snapshots, _) = two_snapshots(directory.path());
    let outcome = snapshots.load_newest(&SPECS, FINGERPRINT + 1).unwrap();
    assert!(outcome.loaded.is_none());
    let names = snapshots.list().unwrap();
    let expected: Vec<_> = names.iter().map(|&name| SnapshotWarning::OtherSchema { name }).collect();
    assert_eq!(outcome.warnings, expected);
    // The same fingerprint with other tables cannot be, unless somebody made it up.
    let outcome = snapshots.load_newest(&SPECS[..1], FINGERPRINT).unwrap();
    assert_eq!((outcome.loaded.is_none(), outcome.warnings.len()), (true, 2));
    assert!(outcome.warnings[0].to_string().contains("other tables"), "{}", outcome.warnings[0]);
}

#[test]
fn the_two_newest_are_kept_and_what_is_not_ours_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let snapshots = snapshots(directory.path());
    assert!(load(&snapshots).loaded.is_none());
    let state = populated(3);
    for stray in ["tmp-7-7", "notes", "01-2", "+1-2", "5-"] {
        std::fs::create_dir_all(snapshots.directory.join(stray)).unwrap();
    }
    std::fs::write(snapshots.directory.join("tmp-7-7").join("rows-0"), "half").unwrap();
    for index in [9, 10, 11] {
        let seq = state.visible() + 1;
        state.commit_through(seq);
        snapshots.write(&state, &state.pin(), &head(index)).unwrap();
    }
    let indexes: Vec<u64> = snapshots.list().unwrap().iter().map(|name| name.index).collect();
    assert_eq!(indexes, [11, 10]);
    let names = RealDisk.list(&snapshots.directory).unwrap();
    let names: Vec<&str> = names.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["+1-2", "01-2", "5-", "6-10", "7-11", "notes"]);
}

#[test]
fn a_damaged_snapshot_can_be_written_again_at_its_own_place() {
    let directory = tempfile::tempdir().unwrap();
    let (snapshots, newest) = two_snapshots(directory.path());
    let state = load(&snapshots).loaded.unwrap().state;
    std::fs::write(newest.join("rows-0"), "damage").unwrap();
    snapshots.write(&state, &state.pin(), &head(2)).unwrap();
    let outcome = load(&snapshots);
    assert_eq!((outcome.warnings.len(), outcome.loaded.unwrap().name.index), (0, 2));
    assert_eq!(snapshots.list().unwrap().len(), 2);
}

/// A disk with two snapshots, durably, and the newest state in them.
fn model_disk() -> (ModelDisk, State) {
    let disk = ModelDisk::new();
    disk.create_directory(Path::new("/data")).unwrap();
    disk.sync_directory(Path::new("/")).unwrap();
    let state = populated(12);
    let snapshots = on_model_disk(&disk);
    for index in [1, 2] {
        state.commit_through(state.visible() + 1);
        snapshots.write(&state, &state.pin(), &head(index)).unwrap();
    }
    state.commit_through(state.visible() + 1);
    (disk, state)
}

fn on_model_disk(disk: &ModelDisk) -> Snapshots {
    Snapshots::new(Arc::new(disk.clone()), PathBuf::from("/data/snap"))
}

#[test]
fn whichever_call_fails_a_whole_snapshot_remains_and_the_next_one_succeeds() {
    let (base, state) = model_disk();
    let before = base.calls().len();
    let whole = base.fork();
    on_model_disk(&whole).write(&state, &state.pin(), &head(3)).unwrap();
    let calls = whole.calls().len() - before;
    assert!(calls > 20, "only {calls} calls");
    for faulty_call in 0..calls {
        for fault in [Fault::EIO, Fault::ENOSPC, Fault::EINTR, Fault::Short(5)] {
            let disk = base.fork();
            let snapshots = on_model_disk(&disk);
            disk.fail(None, faulty_call as u64, fault);
            let written = snapshots.write(&state, &state.pin(), &head(3));
            assert!(written.is_err() || matches!(fault, Fault::EINTR | Fault::Short(_)), "{fault:?} at {faulty_call}");
            assert_one_is_whole(&disk, &state, written.is_ok(), &format!("{fault:?} at call {faulty_call}"));
        }
    }
}

#[test]
fn a_power_cut_at_any_call_leaves_a_whole_snapshot() {
    let (base, state) = model_disk();
    let random = SeededRandomness::new(7);
    for call in 0.. {
        let disk = base.fork();
        disk.fail(None, call, Fault::PowerCut);
        let written = on_model_disk(&disk).write(&state, &state.pin(), &head(3)).is_ok();
        for round in 0..8 {
            let disk = disk.fork();
            disk.crash(if round == 0 { CrashPolicy::LoseAll } else { CrashPolicy::Random(&random) });
            assert_one_is_whole(&disk, &state, written, &format!("power cut at call {call}, round {round}"));
        }
        if written {
            return;
        }
    }
}

/// There is one to start from, the new one if it was written, and the next can be written.
fn assert_one_is_whole(disk: &ModelDisk, state: &State, written: bool, what: &str) {
    let snapshots = on_model_disk(disk);
    let outcome = load(&snapshots);
    assert_eq!(outcome.warnings, [], "{what}");
    let loaded = outcome.loaded.unwrap();
    assert!(loaded.name.index == 3 || (loaded.name.index == 2 && !written), "{what}: {}", loaded.name);
    assert_eq!(facts(&loaded.state), facts(state), "{what}");
    snapshots.write(state, &state.pin(), &head(4)).unwrap();
    assert_eq!(load(&snapshots).loaded.unwrap().name.index, 4, "{what}");
    let left = disk.list(&snapshots.directory).unwrap();
    assert_eq!(left.len(), KEPT_SNAPSHOTS, "{what}: {left:?}");
}
