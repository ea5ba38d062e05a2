//! Tests of the tables as a whole, on a small schema.

mod behaviour;
mod concurrent;
mod model;
mod replayed;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::entries::KeyOrder;
use super::table::SHARD_COUNT;
use super::{IndexSpec, RowAny, RowRef, State, TableSpec};
use crate::value::key::KeyBytes;

/// A row with an optional unique value, a set and a plain value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: u16,
    pub(super) email: Option<u8>,
    pub(super) tags: BTreeSet<u8>,
    pub(super) age: u8,
}

/// The tables of the tests: people, and the same without indexes.
pub(super) static SPECS: [TableSpec; 2] = [
    TableSpec {
        name: "Person",
        id: 7,
        encode: encode_person,
        decode: decode_person,
        key: |row, key| key.extend_from_slice(&person(row).key()),
        indexes: &INDEXES,
        auto_key: false,
    },
    TableSpec {
        name: "Visitor",
        id: 9,
        encode: encode_person,
        decode: decode_person,
        key: |row, key| key.extend_from_slice(&person(row).key()),
        indexes: &[],
        auto_key: true,
    },
];

pub(super) const PEOPLE: usize = 0;
pub(super) const VISITORS: usize = 1;

pub(super) const BY_EMAIL: usize = 0;
pub(super) const BY_TAG: usize = 1;
pub(super) const BY_AGE_AND_TAG: usize = 2;
pub(super) const BY_KEY: usize = 3;

static INDEXES: [IndexSpec; 4] = [
    IndexSpec {
        name: "email",
        fields: &["email"],
        unique: true,
        keys: |row, emit| person(row).emit_keys(BY_EMAIL, emit),
        agree: |a, b| person(a).email == person(b).email,
    },
    IndexSpec {
        name: "tags",
        fields: &["tags"],
        unique: false,
        keys: |row, emit| person(row).emit_keys(BY_TAG, emit),
        agree: |a, b| person(a).tags == person(b).tags,
    },
    IndexSpec {
        name: "(age, tags)",
        fields: &["age", "tags"],
        unique: false,
        keys: |row, emit| person(row).emit_keys(BY_AGE_AND_TAG, emit),
        agree: |a, b| (person(a).age, &person(a).tags) == (person(b).age, &person(b).tags),
    },
    IndexSpec {
        name: "id",
        fields: &["id"],
        unique: true,
        keys: |row, emit| person(row).emit_keys(BY_KEY, emit),
        agree: |a, b| person(a).id == person(b).id,
    },
];

impl Person {
    pub(super) fn new(id: u16, email: Option<u8>, tags: &[u8], age: u8) -> Self {
        Person { id, email, tags: tags.iter().copied().collect(), age }
    }

    pub(super) fn key(&self) -> [u8; 2] {
        self.id.to_be_bytes()
    }

    pub(super) fn row(&self) -> RowRef {
        Arc::new(self.clone())
    }

    /// The keys of the row in one of the indexes.
    pub(super) fn emit_keys(&self, index: usize, emit: &mut dyn FnMut(&[u8], bool)) {
        match index {
            BY_EMAIL => match self.email {
                Some(email) => emit(&[1, email], true),
                None => emit(&[u8::MAX], false),
            },
            BY_TAG => self.tags.iter().for_each(|&tag| emit(&[tag], true)),
            BY_AGE_AND_TAG => self.tags.iter().for_each(|&tag| emit(&[self.age, tag], true)),
            _ => emit(&self.key(), true),
        }
    }
}

/// The person behind an erased row.
pub(super) fn person(row: &RowAny) -> &Person {
    row.downcast_ref().expect("a row of the tests")
}

fn encode_person(row: &RowAny, out: &mut Vec<u8>) {
    let person = person(row);
    out.extend_from_slice(&person.key());
    out.extend([u8::from(person.email.is_some()), person.email.unwrap_or(0), person.age]);
    out.extend(&person.tags);
}

fn decode_person(bytes: &[u8]) -> Result<RowRef, crate::value::wire::WireError> {
    let [high, low, has_email, email, age, tags @ ..] = bytes else {
        return Err(crate::value::wire::WireError::Truncated);
    };
    let email = (*has_email == 1).then_some(*email);
    Ok(Person::new(u16::from_be_bytes([*high, *low]), email, tags, *age).row())
}

/// Puts and forgets how to undo it.
pub(super) fn put(state: &State, table: usize, seq: u64, person: &Person) {
    let _ = state.put(table, seq, &person.key(), Some(person.row()));
}

/// Deletes and forgets how to undo it.
pub(super) fn delete(state: &State, table: usize, seq: u64, id: u16) {
    let _ = state.put(table, seq, &id.to_be_bytes(), None);
}

/// The ids that an iterator of rows gives, in its order.
pub(super) fn ids(rows: impl Iterator<Item = (KeyBytes, RowRef)>) -> Vec<u16> {
    rows.map(|(key, row)| {
        assert_eq!(key.as_slice(), person(&*row).key());
        person(&*row).id
    })
    .collect()
}

/// Versions of a table and entries of each of its indexes.
pub(super) fn held(state: &State, table: usize) -> (u64, Vec<u64>) {
    let statistics = &state.statistics()[table];
    let mut keys = KeyOrder::default();
    (0..SHARD_COUNT).for_each(|shard| state.tables[table].copy_keys(shard, &mut keys));
    assert!(keys.len() as u64 <= statistics.versions, "a key without a version");
    (statistics.versions, statistics.indexes.iter().map(|index| index.entries).collect())
}
