//! Typed reading of the state as of one sequence number.

use crate::exec::recent::Recent;
use crate::exec::schema::Row;
use crate::refusal::Refusal;
use crate::state::{Direction, KeyRange, NEWEST, RowRef, State};
use crate::value::Timestamp;
use crate::value::key::{KeyBytes, OrderedKey};
use std::cell::RefCell;
use std::sync::Arc;

/// Reads rows as of one point of the journal, or, inside a transaction, with its own changes.
pub struct Reader<'s> {
    pub(crate) state: &'s State,
    pub(crate) at: u64,
    pub(crate) now: Timestamp,
    /// Only of the writer, who sees to it that it is up to date.
    recent: Option<RefCell<Recent>>,
}

impl<'s> Reader<'s> {
    /// A reader of `state` as of sequence number `at`, which the caller keeps pinned.
    pub fn new(state: &'s State, at: u64, now: Timestamp) -> Self {
        Self { state, at, now, recent: None }
    }

    /// The reader of the writer: it reads the newest versions, committed or not.
    pub(crate) fn of_writer(state: &'s State, now: Timestamp) -> Self {
        Self { state, at: NEWEST, now, recent: Some(RefCell::default()) }
    }

    /// The time of the request; inside a transaction the time of the transaction.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The row of this key.
    pub fn get<R: Row>(&self, key: &R::Key) -> Option<Arc<R>> {
        self.get_by_bytes::<R>(&key_bytes(key))
    }

    /// The row of this key, where rows are gone through: one or none.
    pub fn rows_by_key<R: Row>(&self, key: &R::Key) -> impl Iterator<Item = Arc<R>> + use<R> {
        self.get::<R>(key).into_iter()
    }

    /// The row of this key; a refusal with `missing` when there is none.
    pub fn need<R: Row>(&self, key: &R::Key) -> Result<Arc<R>, Refusal> {
        self.get::<R>(key).ok_or_else(|| Refusal::missing(missing_row::<R>()))
    }

    /// The row that a parameter names; a refusal with `missing` that names the parameter when
    /// there is none.
    pub fn need_for<R: Row>(&self, field: &'static str, key: &R::Key) -> Result<Arc<R>, Refusal> {
        self.get::<R>(key).ok_or_else(|| Refusal::missing_reference(R::NAME, field))
    }

    /// Whether there is a row of this key.
    pub fn exists<R: Row>(&self, key: &R::Key) -> bool {
        self.row(R::TABLE, &key_bytes(key)).is_some()
    }

    /// The key, if there is a row of it.
    pub fn existing<R: Row>(&self, key: R::Key) -> Option<R::Key> {
        self.exists::<R>(&key).then_some(key)
    }

    /// The row that a unique index (by its position) holds under `index_key`.
    pub fn unique<R: Row>(&self, index: usize, index_key: &[u8]) -> Option<Arc<R>> {
        self.scan::<R>(index, KeyRange::prefix(index_key), Direction::Forward).next()
    }

    /// The rows that an index holds in a range, in its order, ties by key.
    pub fn scan<R: Row>(
        &self,
        index: usize,
        range: KeyRange,
        direction: Direction,
    ) -> impl Iterator<Item = Arc<R>> + use<'s, R> {
        self.state.scan(R::TABLE, index, range, direction, self.at).filter_map(|(_, row)| row.downcast::<R>().ok())
    }

    /// All rows in the order of their keys. Reads the whole table.
    pub fn all<R: Row>(&self) -> impl Iterator<Item = Arc<R>> + use<'s, R> {
        self.state.scan_all_sorted(R::TABLE, self.at).filter_map(|(_, row)| row.downcast::<R>().ok())
    }

    fn get_by_bytes<R: Row>(&self, key: &[u8]) -> Option<Arc<R>> {
        self.row(R::TABLE, key)?.downcast::<R>().ok()
    }

    /// The row of a table, whatever its type.
    pub(crate) fn row(&self, table: usize, key: &[u8]) -> Option<RowRef> {
        let Some(recent) = &self.recent else { return self.state.get(table, key, self.at) };
        if let Some(row) = recent.borrow().find(table, key) {
            return Some(row);
        }
        let row = self.state.get(table, key, self.at)?;
        recent.borrow_mut().set(table, key, Some(row.clone()));
        Some(row)
    }

    /// Notes what the writer made of a row.
    pub(crate) fn note_change(&self, table: usize, key: &[u8], row: Option<RowRef>) {
        if let Some(recent) = &self.recent {
            recent.borrow_mut().set(table, key, row);
        }
    }
}

/// The bytes of a key.
pub fn key_bytes<K: OrderedKey>(key: &K) -> KeyBytes {
    let mut bytes = KeyBytes::new();
    key.write_key(&mut bytes);
    bytes
}

fn missing_row<R: Row>() -> String {
    format!("there is no such {}", R::NAME)
}
