//! A replay with its second thread leaves the same indexes as one without.

use super::*;
use crate::state::{Direction, KeyRange, NEWEST};

/// Puts, changes and deletes people, and reads an index every `read_every` steps; gives the reads.
fn replay(state: &State, read_every: u64) -> Vec<Vec<u16>> {
    let mut reads = Vec::new();
    for seq in 1..=12_000_u64 {
        let id = (seq * 7919 % 400) as u16;
        if seq % 5 == 0 {
            delete(state, PEOPLE, seq, id);
        } else {
            let email = u8::try_from(seq % 1000).ok();
            put(state, PEOPLE, seq, &Person::new(id, email, &[(seq % 3) as u8, (seq % 11) as u8], (seq % 50) as u8));
        }
        if seq % 10 == 0 {
            state.commit_through(seq);
            state.collect_garbage(20);
        }
        if seq % read_every == 0 {
            reads.push(ids(state.scan(PEOPLE, BY_TAG, KeyRange::all(), Direction::Forward, NEWEST)));
        }
    }
    reads
}

fn everything(state: &State) -> Vec<Vec<u16>> {
    let by = |index| ids(state.scan(PEOPLE, index, KeyRange::all(), Direction::Forward, NEWEST));
    vec![by(BY_EMAIL), by(BY_TAG), by(BY_AGE_AND_TAG), by(BY_KEY)]
}

#[test]
fn a_replay_with_a_thread_for_indexes_gives_the_same_as_one_without() {
    // Never, now and then, and so often that the replay goes on alone.
    for read_every in [u64::MAX, 700, 4] {
        let (alone, together) = (State::new(&SPECS), State::new(&SPECS));
        let expected = replay(&alone, read_every);
        let found = together.with_index_thread(|| replay(&together, read_every));
        assert_eq!(found, expected, "reads every {read_every}");
        assert_eq!(everything(&together), everything(&alone));
        assert_eq!(held(&together, PEOPLE), held(&alone, PEOPLE));
        assert_eq!(together.state_hash(), alone.state_hash());
    }
}

#[test]
#[should_panic(expected = "a replay that fails")]
fn a_panic_in_a_replay_ends_its_thread() {
    let state = State::new(&SPECS);
    state.with_index_thread(|| {
        put(&state, PEOPLE, 1, &Person::new(1, None, &[1], 1));
        panic!("a replay that fails");
    });
}
