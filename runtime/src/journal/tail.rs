//! The recent entries, in memory.

use std::collections::VecDeque;

use super::entry::Entry;

/// What an entry costs besides its payload.
const ENTRY_OVERHEAD_BYTES: usize = size_of::<Entry>();

/// The recent entries without gaps, oldest first. What is not durable yet is always among them.
#[derive(Debug)]
pub(super) struct Tail {
    entries: VecDeque<Entry>,
    bytes: usize,
    bytes_max: usize,
    /// The index after the last entry.
    next: u64,
}

impl Tail {
    pub(super) fn new(next: u64, bytes_max: usize) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, bytes_max, next }
    }

    /// The index after the last entry.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The index of the oldest entry; `next` if there is none.
    pub(super) fn first(&self) -> u64 {
        self.next - self.entries.len() as u64
    }

    pub(super) fn push(&mut self, entry: Entry) {
        debug_assert_eq!(entry.position.index, self.next);
        self.bytes += cost(&entry);
        self.next += 1;
        self.entries.push_back(entry);
    }

    /// Entries from `from` up to (not including) `to`; at least one, then at most `bytes_max`.
    pub(super) fn copy(&self, from: u64, to: u64, bytes_max: usize, out: &mut Vec<Entry>) {
        let mut bytes = 0;
        let skip = from.saturating_sub(self.first()) as usize;
        for entry in self.entries.iter().skip(skip).take_while(|entry| entry.position.index < to) {
            bytes += entry.payload.len();
            if bytes > bytes_max && !out.is_empty() {
                break;
            }
            out.push(entry.clone());
        }
    }

    /// Forgets the oldest entries beyond the limit, as far as they are durable.
    pub(super) fn evict(&mut self, durable_next: u64) {
        while self.bytes > self.bytes_max
            && let Some(oldest) = self.entries.pop_front_if(|oldest| oldest.position.index < durable_next)
        {
            self.bytes -= cost(&oldest);
        }
    }

    /// Forgets the entries from an index on.
    pub(super) fn truncate(&mut self, next: u64) {
        while let Some(newest) = self.entries.pop_back_if(|newest| newest.position.index >= next) {
            self.bytes -= cost(&newest);
        }
        self.next = next;
    }

    /// Forgets everything, as the next entry leaves a gap or starts a log.
    pub(super) fn restart(&mut self, next: u64) {
        self.entries.clear();
        self.bytes = 0;
        self.next = next;
    }
}

fn cost(entry: &Entry) -> usize {
    ENTRY_OVERHEAD_BYTES + entry.payload.len()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::journal::{EntryKind, LogPosition};

    fn entry(index: u64) -> Entry {
        let position = LogPosition { index, term: 1, node: 1 };
        Entry { position, kind: EntryKind::Batch, payload: Bytes::from_static(&[7; 100]) }
    }

    #[test]
    fn eviction_keeps_what_is_not_durable() {
        let mut tail = Tail::new(5, 3 * cost(&entry(0)));
        (5..15).for_each(|index| tail.push(entry(index)));
        for (durable_next, first) in [(5, 5), (7, 7), (15, 12)] {
            tail.evict(durable_next);
            assert_eq!((tail.first(), tail.next()), (first, 15));
        }
    }

    #[test]
    fn copies_are_bounded_but_never_empty() {
        let mut tail = Tail::new(5, usize::MAX);
        (5..15).for_each(|index| tail.push(entry(index)));
        for (from, to, bytes_max, expected) in
            [(5, 15, usize::MAX, 5..15), (7, 9, 1000, 7..9), (7, 15, 250, 7..9), (7, 15, 1, 7..8), (14, 99, 0, 14..15)]
        {
            let mut out = Vec::new();
            tail.copy(from, to, bytes_max, &mut out);
            let indexes: Vec<u64> = out.iter().map(|entry| entry.position.index).collect();
            assert_eq!(indexes, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn truncation_makes_the_next_index_come_again() {
        let mut tail = Tail::new(0, usize::MAX);
        (0..4).for_each(|index| tail.push(entry(index)));
        tail.truncate(2);
        assert_eq!((tail.first(), tail.next()), (0, 2));
        tail.truncate(0);
        tail.restart(9);
        assert_eq!((tail.first(), tail.next()), (9, 9));
    }
}
