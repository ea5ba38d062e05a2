//! The rows that a transaction looked at last: its rules, its events and its checks mostly ask for
//! the same few rows, and a look-up in a large table waits for memory.

use crate::state::RowRef;
use crate::value::key::KeyBytes;
use smallvec::SmallVec;

/// How many rows are remembered: what most transactions touch, and few enough to look through.
const ROWS_MAX: usize = 4;

/// The newest forms of a few rows.
#[derive(Default)]
pub(crate) struct Recent {
    rows: SmallVec<[RecentRow; ROWS_MAX]>,
    /// Which place is taken next when all are.
    next: usize,
}

struct RecentRow {
    table: usize,
    key: KeyBytes,
    row: RowRef,
}

impl Recent {
    /// The row of this key, if it is remembered.
    pub(crate) fn find(&self, table: usize, key: &[u8]) -> Option<RowRef> {
        self.rows.iter().find(|recent| recent.table == table && *recent.key == *key).map(|recent| recent.row.clone())
    }

    /// Remembers the newest form of a row; none that it was deleted.
    pub(crate) fn set(&mut self, table: usize, key: &[u8], row: Option<RowRef>) {
        let position = self.rows.iter().position(|recent| recent.table == table && *recent.key == *key);
        match (position, row) {
            (Some(position), Some(row)) => self.rows[position].row = row,
            (Some(position), None) => drop(self.rows.swap_remove(position)),
            (None, Some(row)) => self.add(RecentRow { table, key: KeyBytes::from_slice(key), row }),
            (None, None) => {}
        }
    }

    fn add(&mut self, row: RecentRow) {
        if self.rows.len() < ROWS_MAX {
            self.rows.push(row);
            return;
        }
        self.next = (self.next + 1) % ROWS_MAX;
        self.rows[self.next] = row;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn value(recent: &Recent, table: usize, key: u8) -> Option<i64> {
        recent.find(table, &[key]).and_then(|row| row.downcast_ref::<i64>().copied())
    }

    #[test]
    fn the_last_form_of_each_of_a_few_rows_is_found() {
        let mut recent = Recent::default();
        for key in 0..10 {
            recent.set(1, &[key], Some(Arc::new(i64::from(key))));
            recent.set(1, &[key], Some(Arc::new(i64::from(key) * 2)));
            assert_eq!(value(&recent, 1, key), Some(i64::from(key) * 2));
            assert_eq!(value(&recent, 0, key), None, "another table");
        }
        assert_eq!(recent.rows.len(), ROWS_MAX);
        recent.set(1, &[9], None);
        assert_eq!(value(&recent, 1, 9), None);
        assert_eq!((0..10).filter(|key| value(&recent, 1, *key).is_some()).count(), ROWS_MAX - 1);
        recent.set(1, &[42], None);
    }
}
