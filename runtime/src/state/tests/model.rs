//! Random operations against an oracle that keeps every version for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use proptest::prelude::*;

use super::*;
use crate::state::{Direction, KeyRange, NEWEST, Pin, Undo};

#[derive(Clone, Debug)]
enum Step {
    Put {
        person: Person,
    },
    Delete {
        id: u16,
    },
    Counter {
        value: i64,
    },
    /// The same row in so many transactions.
    Burst {
        person: Person,
        transactions: u8,
    },
    /// The next changes get the next sequence number.
    EndTransaction,
    /// Takes back everything that is not committed.
    RollBack,
    /// Takes back the last changes.
    UndoSome {
        changes: usize,
    },
    /// Commits up to this many finished transactions.
    Commit {
        transactions: u64,
    },
    Pin,
    Unpin {
        position: usize,
    },
    Collect {
        budget: usize,
    },
    Scan {
        index: usize,
        low: Bound<Vec<u8>>,
        high: Bound<Vec<u8>>,
        backward: bool,
    },
    Unique {
        email: u8,
        except: u16,
    },
}

fn person_strategy() -> impl Strategy<Value = Person> {
    (0..8_u16, proptest::option::of(0..4_u8), proptest::collection::btree_set(0..4_u8, 0..3), 0..3_u8)
        .prop_map(|(id, email, tags, age)| Person { id, email, tags, age })
}

fn bound_strategy() -> impl Strategy<Value = Bound<Vec<u8>>> {
    let bytes = proptest::collection::vec(0..4_u8, 0..3);
    prop_oneof![Just(Bound::Unbounded), bytes.clone().prop_map(Bound::Included), bytes.prop_map(Bound::Excluded)]
}

fn step_strategy() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => person_strategy().prop_map(|person| Step::Put { person }),
        3 => (0..8_u16).prop_map(|id| Step::Delete { id }),
        1 => (person_strategy(), 4..20_u8).prop_map(|(person, transactions)| Step::Burst { person, transactions }),
        1 => any::<i64>().prop_map(|value| Step::Counter { value }),
        6 => Just(Step::EndTransaction),
        1 => Just(Step::RollBack),
        1 => (1..6_usize).prop_map(|changes| Step::UndoSome { changes }),
        3 => (1..4_u64).prop_map(|transactions| Step::Commit { transactions }),
        1 => Just(Step::Pin),
        1 => (0..4_usize).prop_map(|position| Step::Unpin { position }),
        2 => (1..6_usize).prop_map(|budget| Step::Collect { budget }),
        3 => (0..4_usize, bound_strategy(), bound_strategy(), any::<bool>())
            .prop_map(|(index, low, high, backward)| {
                // A bound is never longer than a key: it consists of whole components.
                let cut = |mut bytes: Vec<u8>| {
                    bytes.truncate(if index == BY_TAG { 1 } else { 2 });
                    bytes
                };
                Step::Scan { index, low: low.map(cut), high: high.map(cut), backward }
            }),
        2 => (0..4_u8, 0..8_u16).prop_map(|(email, except)| Step::Unique { email, except }),
    ]
}

/// The version that the sequence number of a change had already.
enum Before {
    None,
    Version(Option<Person>),
}

/// What one change did to the oracle.
enum Change {
    Row { id: u16, before: Before },
    Counter { before: Option<i64> },
}

struct Run {
    state: State,
    rows: BTreeMap<u16, BTreeMap<u64, Option<Person>>>,
    counters: BTreeMap<u64, i64>,
    seq: u64,
    /// Uncommitted changes: how to undo them here and there.
    changes: Vec<(u64, Change, Undo)>,
    pins: Vec<Pin>,
}

impl Run {
    fn new() -> Self {
        Run {
            state: State::new(&SPECS),
            rows: BTreeMap::new(),
            counters: BTreeMap::new(),
            seq: 1,
            changes: Vec::new(),
            pins: Vec::new(),
        }
    }

    fn row_at(&self, id: u16, at: u64) -> Option<&Person> {
        self.rows.get(&id)?.range(..=at).next_back()?.1.as_ref()
    }

    fn people_at(&self, at: u64) -> impl Iterator<Item = &Person> {
        self.rows.keys().filter_map(move |&id| self.row_at(id, at))
    }

    /// The index entries of all rows at `at`.
    fn entries_at(&self, index: usize, at: u64) -> BTreeSet<(Vec<u8>, u16)> {
        let mut entries = BTreeSet::new();
        for person in self.people_at(at) {
            person.emit_keys(index, &mut |key, _| {
                entries.insert((key.to_vec(), person.id));
            });
        }
        entries
    }

    fn put(&mut self, id: u16, person: Option<Person>) {
        let expected = self.row_at(id, NEWEST).cloned();
        let row = person.as_ref().map(Person::row);
        let (previous, undo) = self.state.put(PEOPLE, self.seq, &id.to_be_bytes(), row);
        assert_eq!(previous.map(|row| super::person(&*row).clone()), expected);
        let before = self.rows.entry(id).or_default().insert(self.seq, person);
        let before = before.map_or(Before::None, Before::Version);
        self.changes.push((self.seq, Change::Row { id, before }, undo));
    }

    fn undo_last(&mut self) {
        let Some((seq, change, undo)) = self.changes.pop() else { return };
        self.state.undo(undo);
        match change {
            Change::Row { id, before } => {
                let versions = self.rows.entry(id).or_default();
                match before {
                    Before::Version(row) => versions.insert(seq, row),
                    Before::None => versions.remove(&seq),
                };
            }
            Change::Counter { before } => {
                match before {
                    Some(value) => self.counters.insert(seq, value),
                    None => self.counters.remove(&seq),
                };
            }
        }
        self.seq = seq;
    }

    fn commit(&mut self, transactions: u64) {
        let through = (self.state.visible() + transactions).min(self.seq - 1);
        self.state.commit_through(through);
        self.changes.retain(|(seq, ..)| *seq > through);
    }

    fn check_scan(&self, index: usize, low: &Bound<Vec<u8>>, high: &Bound<Vec<u8>>, backward: bool) {
        let inside = |key: &[u8]| {
            let above = match low {
                Bound::Unbounded => true,
                Bound::Included(low) => key >= &low[..],
                Bound::Excluded(low) => key > &low[..] && !key.starts_with(low),
            };
            let below = match high {
                Bound::Unbounded => true,
                Bound::Included(high) => key <= &high[..] || key.starts_with(high),
                Bound::Excluded(high) => key < &high[..],
            };
            above && below
        };
        let range = KeyRange::new(low.as_ref().map(Vec::as_slice), high.as_ref().map(Vec::as_slice));
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        for at in self.numbers() {
            let entries = self.entries_at(index, at);
            let mut expected: Vec<u16> = entries.iter().filter(|(key, _)| inside(key)).map(|(_, id)| *id).collect();
            if backward {
                expected.reverse();
            }
            assert_eq!(ids(self.state.scan(PEOPLE, index, range.clone(), direction, at)), expected, "at {at}");
        }
    }

    /// The sequence numbers that may be read.
    fn numbers(&self) -> Vec<u64> {
        let pinned = self.pins.iter().map(Pin::seq);
        pinned.chain([self.state.visible(), NEWEST]).collect()
    }

    fn check_unique(&self, email: u8, except: u16) {
        let mut holders = self.people_at(NEWEST).filter(|person| person.email == Some(email) && person.id != except);
        let found = self.state.unique_holder(PEOPLE, BY_EMAIL, &[1, email], &except.to_be_bytes());
        match found {
            None => assert!(holders.next().is_none()),
            Some(key) => assert!(holders.any(|person| person.key() == key.as_slice())),
        }
    }

    fn check_rows(&self) {
        for at in self.numbers() {
            for id in 0..8_u16 {
                let found = self.state.get(PEOPLE, &id.to_be_bytes(), at);
                assert_eq!(found.as_deref().map(super::person), self.row_at(id, at), "{id} at {at}");
            }
            let counter = self.counters.range(..=at).next_back().map_or(0, |(_, value)| *value);
            assert_eq!(self.state.auto_counter_at(PEOPLE, at), counter);
            let people: Vec<u16> = self.people_at(at).map(|person| person.id).collect();
            assert_eq!(ids(self.state.scan_all_sorted(PEOPLE, at)), people);
        }
        assert_eq!(self.state.row_count(PEOPLE), self.people_at(NEWEST).count() as u64);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Put { person } => self.put(person.id, Some(person.clone())),
            Step::Delete { id } => self.put(*id, None),
            Step::Burst { person, transactions } => {
                for age in 0..*transactions {
                    // Every other version is a deletion where the age is odd.
                    let deleted = person.age % 2 == 1 && age % 2 == 0;
                    self.put(person.id, (!deleted).then(|| Person { age, ..person.clone() }));
                    self.seq += 1;
                }
            }
            Step::Counter { value } => {
                let undo = self.state.set_auto_counter(PEOPLE, self.seq, *value);
                let before = self.counters.insert(self.seq, *value);
                self.changes.push((self.seq, Change::Counter { before }, undo));
            }
            Step::EndTransaction => self.seq += 1,
            Step::RollBack => {
                while !self.changes.is_empty() {
                    self.undo_last();
                }
                self.seq = self.state.visible() + 1;
            }
            Step::UndoSome { changes } => (0..*changes).for_each(|_| self.undo_last()),
            Step::Commit { transactions } => self.commit(*transactions),
            Step::Pin => self.pins.push(self.state.pin()),
            Step::Unpin { position } => {
                if *position < self.pins.len() {
                    self.pins.swap_remove(*position);
                }
            }
            Step::Collect { budget } => {
                assert!(self.state.collect_garbage(*budget) <= *budget);
            }
            Step::Scan { index, low, high, backward } => self.check_scan(*index, low, high, *backward),
            Step::Unique { email, except } => self.check_unique(*email, *except),
        }
    }

    /// When nothing is pinned and everything is committed, nothing is held but the rows.
    fn check_nothing_is_left_behind(&mut self) {
        self.pins.clear();
        self.seq += 1;
        self.commit(u64::MAX / 2);
        while self.state.collect_garbage(3) > 0 {}
        let entries = |index| self.entries_at(index, NEWEST).len() as u64;
        let expected = (self.people_at(NEWEST).count() as u64, (0..INDEXES.len()).map(entries).collect());
        assert_eq!(held(&self.state, PEOPLE), expected);
        assert_eq!(self.state.garbage(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_tables_do_what_the_oracle_does(steps in proptest::collection::vec(step_strategy(), 1..120)) {
        let mut run = Run::new();
        for step in &steps {
            run.step(step);
            run.check_rows();
        }
        run.check_nothing_is_left_behind();
        run.check_rows();
    }
}
