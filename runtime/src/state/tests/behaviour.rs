//! One behaviour a test.

use std::ops::Bound;

use super::*;
use crate::state::{Direction, KeyRange, NEWEST};

#[test]
fn a_version_shows_from_its_own_number_on_and_only_when_committed() {
    let state = State::new(&SPECS);
    put(&state, PEOPLE, 1, &Person::new(1, None, &[], 10));
    assert!(state.get_visible(PEOPLE, &[0, 1]).is_none());
    assert!(state.get(PEOPLE, &[0, 1], NEWEST).is_some());
    state.commit_through(1);
    let pin = state.pin();
    put(&state, PEOPLE, 2, &Person::new(1, None, &[], 20));
    state.commit_through(2);
    let age = |row: Option<RowRef>| row.map(|row| person(&*row).age);
    assert_eq!(age(state.get(PEOPLE, &[0, 1], pin.seq())), Some(10));
    assert_eq!(age(state.get_visible(PEOPLE, &[0, 1])), Some(20));
    let with_seq = state.get_with_seq(PEOPLE, &[0, 1], pin.seq()).map(|(seq, row)| (seq, person(&*row).age));
    assert_eq!(with_seq, Some((1, 10)));
}

#[test]
fn several_changes_at_one_number_leave_one_version_and_come_back_one_by_one() {
    let state = State::new(&SPECS);
    put(&state, PEOPLE, 1, &Person::new(1, Some(1), &[1], 0));
    state.commit_through(1);
    let steps = [Some(Person::new(1, Some(2), &[2], 0)), None, Some(Person::new(1, Some(3), &[3], 0))];
    let mut seen = vec![Some(1)];
    let mut undos = Vec::new();
    for step in &steps {
        let (previous, undo) = state.put(PEOPLE, 2, &[0, 1], step.as_ref().map(Person::row));
        assert_eq!(previous.map(|row| person(&*row).email.unwrap()), *seen.last().unwrap());
        seen.push(step.as_ref().and_then(|person| person.email));
        undos.push(undo);
        assert_eq!(held(&state, PEOPLE).0, 2);
    }
    while let Some(undo) = undos.pop() {
        seen.pop();
        state.undo(undo);
        let newest = state.get(PEOPLE, &[0, 1], NEWEST).map(|row| person(&*row).email.unwrap());
        assert_eq!(newest, *seen.last().unwrap());
        let by_email = state.scan(PEOPLE, BY_EMAIL, KeyRange::all(), Direction::Forward, NEWEST);
        assert_eq!(ids(by_email).len(), usize::from(newest.is_some()));
    }
    state.collect_garbage(100);
    assert_eq!(held(&state, PEOPLE), (1, vec![1, 1, 1, 1]));
    assert_eq!((state.garbage(), state.row_count(PEOPLE)), (0, 1));
}

#[test]
fn an_entry_goes_also_when_the_version_that_moved_it_went_first() {
    let state = State::new(&SPECS);
    put(&state, PEOPLE, 1, &Person::new(1, Some(1), &[], 0));
    state.commit_through(1);
    let pin = state.pin();
    // So many versions that a write trims them, although the first is pinned.
    for seq in 2..=9 {
        put(&state, PEOPLE, seq, &Person::new(1, Some(2), &[], 0));
        state.commit_through(seq);
    }
    let (versions, entries) = held(&state, PEOPLE);
    assert!(versions < 9, "those between the pinned and the visible one are gone");
    assert_eq!(entries, vec![2, 0, 0, 1], "what the pin reads stays");
    drop(pin);
    state.collect_garbage(100);
    assert_eq!(held(&state, PEOPLE), (1, vec![1, 0, 0, 1]));
}

#[test]
fn deleting_nothing_changes_nothing() {
    let state = State::new(&SPECS);
    let (previous, undo) = state.put(PEOPLE, 1, &[0, 1], None);
    assert!(previous.is_none());
    state.undo(undo);
    put(&state, PEOPLE, 2, &Person::new(1, None, &[], 0));
    delete(&state, PEOPLE, 3, 1);
    delete(&state, PEOPLE, 4, 1);
    assert_eq!(held(&state, PEOPLE).0, 2);
    assert_eq!(state.row_count(PEOPLE), 0);
}

#[test]
fn an_index_is_read_in_ranges_both_ways() {
    /// An index, two bounds and the ids between them.
    type Case = (usize, Bound<&'static [u8]>, Bound<&'static [u8]>, std::ops::Range<usize>);
    let state = State::new(&SPECS);
    for id in 0..100 {
        put(&state, PEOPLE, 1, &Person::new(id, None, &[(id / 10) as u8], (id / 50) as u8));
    }
    state.commit_through(1);
    let all: Vec<u16> = (0..100).collect();
    let cases: [Case; 8] = [
        (BY_TAG, Bound::Unbounded, Bound::Unbounded, 0..100),
        (BY_TAG, Bound::Included(&[3]), Bound::Included(&[4]), 30..50),
        (BY_TAG, Bound::Excluded(&[3]), Bound::Excluded(&[6]), 40..60),
        (BY_TAG, Bound::Included(&[5]), Bound::Excluded(&[5]), 0..0),
        (BY_TAG, Bound::Excluded(&[8]), Bound::Unbounded, 90..100),
        (BY_AGE_AND_TAG, Bound::Included(&[1]), Bound::Included(&[1]), 50..100),
        (BY_AGE_AND_TAG, Bound::Excluded(&[0]), Bound::Included(&[1, 5]), 50..60),
        (BY_KEY, Bound::Included(&[0, 7]), Bound::Unbounded, 7..100),
    ];
    for (index, low, high, expected) in cases {
        let range = KeyRange::new(low, high);
        let forward = ids(state.scan(PEOPLE, index, range.clone(), Direction::Forward, 1));
        assert_eq!(forward, all[expected.clone()], "{low:?} {high:?}");
        let mut backward = ids(state.scan(PEOPLE, index, range, Direction::Backward, 1));
        backward.reverse();
        assert_eq!(backward, all[expected], "{low:?} {high:?}");
    }
}

#[test]
fn a_bound_of_the_highest_bytes_has_nothing_behind_it() {
    let state = State::new(&SPECS);
    put(&state, PEOPLE, 1, &Person::new(1, None, &[u8::MAX], 0));
    let range = KeyRange::new(Bound::Excluded(&[u8::MAX]), Bound::Unbounded);
    assert!(ids(state.scan(PEOPLE, BY_TAG, range, Direction::Forward, NEWEST)).is_empty());
    let range = KeyRange::new(Bound::Unbounded, Bound::Included(&[u8::MAX]));
    assert_eq!(ids(state.scan(PEOPLE, BY_TAG, range, Direction::Backward, NEWEST)), [1]);
}

#[test]
fn a_cursor_goes_on_after_the_row_it_was_taken_at() {
    let state = State::new(&SPECS);
    for id in 0..700 {
        put(&state, PEOPLE, 1, &Person::new(id, None, &[0, 1], 0));
    }
    state.commit_through(1);
    for direction in [Direction::Forward, Direction::Backward] {
        let whole = ids(state.scan(PEOPLE, BY_TAG, KeyRange::all(), direction, 1));
        assert_eq!(whole.len(), 1400);
        for taken in [1, 15, 16, 17, 700, 1399, 1400] {
            let mut scan = state.scan(PEOPLE, BY_TAG, KeyRange::all(), direction, 1);
            assert_eq!(scan.position(), None);
            let first = ids(scan.by_ref().take(taken));
            let position = scan.position().unwrap().to_vec();
            let rest = state.scan(PEOPLE, BY_TAG, KeyRange::all().after(&position, direction), direction, 1);
            assert_eq!([first, ids(rest)].concat(), whole, "{taken} {direction:?}");
        }
    }
}

#[test]
fn a_scan_goes_on_while_rows_come_and_go() {
    let state = State::new(&SPECS);
    for id in 0..1000 {
        put(&state, PEOPLE, 1, &Person::new(id, None, &[1], 0));
    }
    state.commit_through(1);
    for direction in [Direction::Forward, Direction::Backward] {
        let pin = state.pin();
        let before = ids(state.scan_all_sorted(PEOPLE, pin.seq()));
        let mut seen = Vec::new();
        for (step, (_, row)) in state.scan(PEOPLE, BY_TAG, KeyRange::prefix(&[1]), direction, pin.seq()).enumerate() {
            seen.push(person(&*row).id);
            let seq = state.visible() + 1;
            delete(&state, PEOPLE, seq, (step * 37 % 1000) as u16);
            put(&state, PEOPLE, seq, &Person::new(1000 + (step * 31 % 1000) as u16, None, &[1], 0));
            state.commit_through(seq);
            state.collect_garbage(4);
        }
        seen.sort_unstable();
        assert_eq!(seen, before);
    }
}

#[test]
fn a_unique_key_is_held_by_one_row_and_by_none_without_a_value() {
    let state = State::new(&SPECS);
    put(&state, PEOPLE, 1, &Person::new(1, Some(5), &[], 0));
    put(&state, PEOPLE, 1, &Person::new(2, None, &[], 0));
    let holder = |email: &[u8], except: u16| {
        state.unique_holder(PEOPLE, BY_EMAIL, email, &except.to_be_bytes()).map(|key| key.to_vec())
    };
    assert_eq!(holder(&[1, 5], 9), Some(vec![0, 1]));
    assert_eq!(holder(&[1, 5], 1), None);
    assert_eq!(holder(&[1, 6], 9), None);
    assert_eq!(holder(&[u8::MAX], 9), None);
    // Given up by the first row, whose entry stays until nobody can read it, and taken by another.
    state.commit_through(1);
    let _pin = state.pin();
    put(&state, PEOPLE, 2, &Person::new(1, Some(6), &[], 0));
    assert_eq!(holder(&[1, 5], 9), None);
    put(&state, PEOPLE, 2, &Person::new(3, Some(5), &[], 0));
    assert_eq!(holder(&[1, 5], 9), Some(vec![0, 3]));
}

#[test]
fn a_unique_key_is_found_behind_many_stale_entries() {
    let state = State::new(&SPECS);
    for id in 0..20 {
        put(&state, PEOPLE, 1, &Person::new(id, Some(1), &[], 0));
    }
    state.commit_through(1);
    for id in 0..19 {
        put(&state, PEOPLE, 2, &Person::new(id, Some(2), &[], 0));
    }
    assert_eq!(state.unique_holder(PEOPLE, BY_EMAIL, &[1, 1], &[0, 0]).map(|key| key.to_vec()), Some(vec![0, 19]));
    assert_eq!(state.unique_holder(PEOPLE, BY_EMAIL, &[1, 1], &[0, 19]), None);
}

#[test]
fn an_index_whose_keys_stay_is_not_touched() {
    let state = State::new(&SPECS);
    put(&state, PEOPLE, 1, &Person::new(1, Some(1), &[1, 2], 10));
    let statistics = || {
        let indexes = state.statistics()[PEOPLE].indexes.clone();
        indexes.iter().map(|index| index.entries).collect::<Vec<_>>()
    };
    assert_eq!(statistics(), [1, 2, 2, 1]);
    put(&state, PEOPLE, 2, &Person::new(1, Some(1), &[1, 2], 11));
    assert_eq!(statistics(), [1, 2, 4, 1]);
    state.commit_through(2);
    state.collect_garbage(10);
    assert_eq!(statistics(), [1, 2, 2, 1]);
}

#[test]
fn a_hot_row_under_a_long_pin_keeps_only_what_is_read() {
    let state = State::new(&SPECS);
    put(&state, PEOPLE, 1, &Person::new(1, None, &[], 0));
    state.commit_through(1);
    let pin = state.pin();
    for seq in 2..2000 {
        put(&state, PEOPLE, seq, &Person::new(1, None, &[], seq as u8));
        state.commit_through(seq);
        state.collect_garbage(4);
    }
    assert!(held(&state, PEOPLE).0 < 32);
    assert!(state.garbage() <= 1);
    assert_eq!(state.get(PEOPLE, &[0, 1], pin.seq()).map(|row| person(&*row).age), Some(0));
    drop(pin);
    state.collect_garbage(10);
    assert_eq!((held(&state, PEOPLE), state.garbage()), ((1, vec![1, 0, 0, 1]), 0));
}

#[test]
fn a_change_taken_back_leaves_no_place_in_the_queue() {
    let state = State::new(&SPECS);
    for seq in 1..=2 {
        put(&state, PEOPLE, seq, &Person::new(1, None, &[], 0));
        put(&state, PEOPLE, seq, &Person::new(2, None, &[], 0));
        state.commit_through(seq);
        state.collect_garbage(usize::from(seq != 1));
    }
    // The second row still waits. It gets a version more, the first one gets its place behind it,
    // and the collector puts the second one behind both.
    let undos = [2, 1].map(|id: u16| state.put(PEOPLE, 3, &id.to_be_bytes(), None).1);
    state.collect_garbage(1);
    assert_eq!(state.garbage(), 2);
    undos.into_iter().rev().for_each(|undo| state.undo(undo));
    state.collect_garbage(10);
    assert_eq!((state.garbage(), held(&state, PEOPLE).0), (0, 2));
}

#[test]
fn whole_tables_are_walked_in_key_order_or_none() {
    let state = State::new(&SPECS);
    for id in (0..500).rev() {
        put(&state, VISITORS, 1, &Person::new(id, None, &[], 0));
    }
    delete(&state, VISITORS, 2, 250);
    let expected: Vec<u16> = (0..500).filter(|&id| id != 250).collect();
    assert_eq!(ids(state.scan_all_sorted(VISITORS, NEWEST)), expected);
    let mut unordered = ids(state.scan_all(VISITORS, NEWEST));
    unordered.sort_unstable();
    assert_eq!(unordered, expected);
    assert_eq!(ids(state.scan_all(VISITORS, 1)).len(), 500);
    assert!(ids(state.scan_all(PEOPLE, NEWEST)).is_empty());
}

#[test]
fn a_counter_is_set_and_taken_back() {
    let state = State::new(&SPECS);
    let first = state.set_auto_counter(VISITORS, 1, 4);
    let second = state.set_auto_counter(VISITORS, 1, 5);
    let third = state.set_auto_counter(VISITORS, 2, 6);
    assert_eq!([state.auto_counter_at(VISITORS, 0), state.auto_counter_at(VISITORS, 1)], [0, 5]);
    for (undo, left) in [(third, 5), (second, 4), (first, 0)] {
        state.undo(undo);
        assert_eq!(state.auto_counter(VISITORS), left);
    }
}

#[test]
fn equal_states_have_equal_hashes_whatever_their_history() {
    let one = State::new(&SPECS);
    let other = State::new(&SPECS);
    for id in 0..50 {
        put(&one, PEOPLE, 1, &Person::new(id, None, &[1], 3));
        put(&other, PEOPLE, 1, &Person::new(49 - id, Some(1), &[], 0));
    }
    other.commit_through(1);
    for id in 0..50 {
        put(&other, PEOPLE, 2, &Person::new(id, None, &[1], 3));
    }
    one.commit_through(1);
    assert_ne!(one.state_hash(), other.state_hash());
    other.commit_through(2);
    assert_eq!(one.state_hash(), other.state_hash());
    // The hash is stored and compared between machines: it may never change.
    assert_eq!(one.state_hash()[VISITORS], 0);
    put(&other, VISITORS, 3, &Person::new(1, None, &[], 0));
    other.commit_through(3);
    assert_ne!(one.state_hash(), other.state_hash());
}

#[test]
fn statistics_count_rows_and_bytes() {
    let state = State::new(&SPECS);
    for id in 0..300 {
        put(&state, PEOPLE, 1, &Person::new(id, None, &[1, 2], 0));
    }
    let people = &state.statistics()[PEOPLE];
    assert_eq!((people.name, people.rows, people.versions), ("Person", 300, 300));
    assert!(people.bytes > 300 * 64, "{} bytes", people.bytes);
    assert_eq!(people.indexes[BY_TAG].entries, 600);
    assert!((600 * 11..600 * 40).contains(&people.indexes[BY_TAG].bytes), "{} bytes", people.indexes[BY_TAG].bytes);
}
