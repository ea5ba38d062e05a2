//! Readers beside the writer.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::state::{Direction, KeyRange};

const PEOPLE_COUNT: u16 = 64;
const READERS: usize = 3;
const READS: usize = 150;
/// Far more than the readers need; a bound, so that a stuck reader ends the test.
const WRITES_MAX: u64 = 500_000;

/// The writer gives each row its next tag and moves one year of age between two rows, so that at
/// every sequence number the ages have one sum and each row has one tag.
#[test]
fn every_reader_sees_one_consistent_state() {
    let state = State::new(&SPECS);
    for id in 0..PEOPLE_COUNT {
        put(&state, PEOPLE, 1, &Person::new(id, Some(id as u8), &[(id % 5) as u8], 100));
    }
    state.commit_through(1);
    let running = AtomicUsize::new(READERS);
    std::thread::scope(|scope| {
        for reader in 0..READERS {
            let (state, running) = (&state, &running);
            scope.spawn(move || {
                let _finished = Finished(running);
                for round in 0..READS {
                    read_all(state, reader + round);
                }
            });
        }
        for seq in 2..WRITES_MAX {
            if running.load(Ordering::Relaxed) == 0 {
                break;
            }
            transfer(&state, seq);
        }
    });
    assert_eq!(running.load(Ordering::Relaxed), 0);
    assert_eq!(state.pin_count(), 0);
    while state.collect_garbage(1000) > 0 {}
    let people = u64::from(PEOPLE_COUNT);
    assert_eq!(held(&state, PEOPLE), (people, vec![people; 4]));
}

/// Counts a reader out, also one that fails.
struct Finished<'a>(&'a AtomicUsize);

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn transfer(state: &State, seq: u64) {
    let (from, to) = ((seq * 7 % 64) as u16, ((seq * 11 + 1) % 64) as u16);
    let change = |id: u16, years: i8| {
        let row = state.get(PEOPLE, &id.to_be_bytes(), crate::state::NEWEST).unwrap();
        let before = person(&*row);
        let tags = before.tags.iter().map(|tag| (tag + 1) % 5).collect();
        let age = before.age.checked_add_signed(years)?;
        Some(state.put(PEOPLE, seq, &id.to_be_bytes(), Some(Person { tags, age, ..before.clone() }.row())).1)
    };
    if from == to {
        return;
    }
    if let Some(undo) = change(from, -1)
        && change(to, 1).is_none()
    {
        state.undo(undo);
    }
    state.commit_through(seq);
    state.collect_garbage(4);
}

fn read_all(state: &State, round: usize) {
    let pin = state.pin();
    let ages = |rows: Vec<(KeyBytes, RowRef)>| rows.iter().map(|(_, row)| u64::from(person(&**row).age)).sum::<u64>();
    let total = u64::from(PEOPLE_COUNT) * 100;
    let direction = if round.is_multiple_of(2) { Direction::Forward } else { Direction::Backward };
    let by_tag: Vec<_> = state.scan(PEOPLE, BY_TAG, KeyRange::all(), direction, pin.seq()).collect();
    assert_eq!((by_tag.len(), ages(by_tag)), (usize::from(PEOPLE_COUNT), total));
    let all: Vec<_> = state.scan_all(PEOPLE, pin.seq()).collect();
    assert_eq!((all.len(), ages(all)), (usize::from(PEOPLE_COUNT), total));
    for id in 0..PEOPLE_COUNT {
        assert!(state.get_visible(PEOPLE, &id.to_be_bytes()).is_some());
    }
}
