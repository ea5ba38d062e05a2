//! The versions of one row.

use smallvec::SmallVec;

use super::spec::RowRef;

/// A row as of one sequence number; no row means that it was deleted there.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) seq: u64,
    pub(super) row: Option<RowRef>,
}

/// All retained versions of one row. Nearly every row has one version, so the others live behind
/// one pointer that is null until it is needed.
pub(super) struct Chain {
    head: Version,
    older: Option<Box<Older>>,
}

/// Ascending by sequence number, never empty, all below the head.
struct Older(SmallVec<[Version; 1]>);

/// What [`Chain::put`] did.
pub(super) struct ChainPut {
    /// The row that was newest before.
    pub(super) previous: Option<RowRef>,
    /// Whether the newest version had this sequence number already and was replaced.
    pub(super) in_place: bool,
}

impl Chain {
    pub(super) fn new(seq: u64, row: RowRef) -> Self {
        Chain { head: Version { seq, row: Some(row) }, older: None }
    }

    pub(super) fn newest(&self) -> &Version {
        &self.head
    }

    /// The newest version at or below `at`.
    #[inline]
    pub(super) fn version_at(&self, at: u64) -> Option<&Version> {
        if self.head.seq <= at {
            return Some(&self.head);
        }
        let older = &self.older.as_ref()?.0;
        let above = older.partition_point(|version| version.seq <= at);
        older.get(above.checked_sub(1)?)
    }

    /// All versions, oldest first.
    pub(super) fn versions(&self) -> impl Iterator<Item = &Version> {
        let older = self.older.as_ref().map_or(&[][..], |older| older.0.as_slice());
        older.iter().chain(std::iter::once(&self.head))
    }

    pub(super) fn len(&self) -> usize {
        self.older_len() + 1
    }

    pub(super) fn older_len(&self) -> usize {
        self.older.as_ref().map_or(0, |older| older.0.len())
    }

    /// Whether the garbage collector has something to do here, now or later.
    pub(super) fn needs_collection(&self) -> bool {
        self.older.is_some() || self.head.row.is_none()
    }

    /// The sequence number from which on something here can be dropped.
    pub(super) fn collectable_from(&self) -> u64 {
        match &self.older {
            Some(older) => older.0.get(1).map_or(self.head.seq, |second| second.seq),
            None => self.head.seq,
        }
    }

    /// Makes `row` the newest version.
    ///
    /// # Panics
    ///
    /// If a newer version exists: there is one writer and it only moves forward.
    pub(super) fn put(&mut self, seq: u64, row: Option<RowRef>) -> ChainPut {
        assert!(seq >= self.head.seq, "version {seq} is older than the newest, {}", self.head.seq);
        if seq == self.head.seq {
            let previous = std::mem::replace(&mut self.head.row, row);
            return ChainPut { previous, in_place: true };
        }
        let head = std::mem::replace(&mut self.head, Version { seq, row });
        let previous = head.row.clone();
        match &mut self.older {
            Some(older) => older.0.push(head),
            None => self.older = Some(Box::new(Older(SmallVec::from_buf([head])))),
        }
        ChainPut { previous, in_place: false }
    }

    /// Replaces the row of the newest version.
    pub(super) fn replace_newest(&mut self, row: Option<RowRef>) -> Option<RowRef> {
        std::mem::replace(&mut self.head.row, row)
    }

    /// Drops the newest version and gives its row; false when it was the only one, which stays for
    /// the caller to remove with the chain.
    pub(super) fn pop(&mut self) -> (Option<RowRef>, bool) {
        let Some(older) = &mut self.older else {
            return (self.head.row.take(), false);
        };
        let below = older.0.pop();
        if older.0.is_empty() {
            self.older = None;
        }
        match below {
            Some(below) => (std::mem::replace(&mut self.head, below).row, true),
            None => (self.head.row.take(), false),
        }
    }

    /// Drops every version that no reader can reach and collects the dropped rows. `reachable` are
    /// the sequence numbers that readers may use, ascending; the last is the visible one, and
    /// versions above it are kept. False when nothing is left of the row.
    pub(super) fn trim(&mut self, reachable: &[u64], dropped: &mut Vec<RowRef>) -> bool {
        let visible = reachable.last().copied().unwrap_or(0);
        if let Some(older) = &mut self.older {
            let head_seq = self.head.seq;
            let versions = &mut older.0;
            // The oldest kept version may not be a deletion: before it there is nothing either.
            let mut kept = 0;
            for position in 0..versions.len() {
                let version = &versions[position];
                let next_seq = versions.get(position + 1).map_or(head_seq, |next| next.seq);
                let first_reader = reachable.partition_point(|&at| at < version.seq);
                let read = reachable.get(first_reader).is_some_and(|&at| at < next_seq);
                let needed = read || version.seq > visible;
                let bare_deletion = kept == 0 && version.row.is_none() && version.seq <= visible;
                if needed && !bare_deletion {
                    versions.swap(kept, position);
                    kept += 1;
                }
            }
            dropped.extend(versions.drain(kept..).filter_map(|version| version.row));
            if versions.is_empty() {
                self.older = None;
            } else {
                versions.shrink_to_fit();
            }
        }
        self.older.is_some() || self.head.row.is_some() || self.head.seq > visible
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn row(value: i64) -> RowRef {
        Arc::new(value)
    }

    fn value(version: &Version) -> Option<i64> {
        version.row.as_ref().and_then(|row| row.downcast_ref::<i64>().copied())
    }

    /// A chain with the given versions; `None` is a deletion.
    fn chain(versions: &[(u64, Option<i64>)]) -> Chain {
        let (seq, first) = versions[0];
        let mut chain = Chain::new(seq, row(first.unwrap_or(0)));
        chain.put(seq, first.map(row));
        for &(seq, value) in &versions[1..] {
            chain.put(seq, value.map(row));
        }
        chain
    }

    fn listed(chain: &Chain) -> Vec<(u64, Option<i64>)> {
        chain.versions().map(|version| (version.seq, value(version))).collect()
    }

    #[test]
    fn a_read_finds_the_newest_version_at_or_below_its_number() {
        let chain = chain(&[(2, Some(20)), (5, None), (9, Some(90))]);
        for (at, expected) in
            [(1, None), (2, Some(2)), (4, Some(2)), (5, Some(5)), (8, Some(5)), (9, Some(9)), (u64::MAX, Some(9))]
        {
            assert_eq!(chain.version_at(at).map(|version| version.seq), expected, "at {at}");
        }
    }

    #[test]
    fn trimming_keeps_exactly_what_readers_reach() {
        let all = [(1, Some(1)), (3, Some(3)), (5, None), (7, Some(7)), (9, Some(9))];
        let cases: [(&[u64], &[u64], usize); 7] = [
            (&[0], &[1, 3, 5, 7, 9], 0),
            (&[1], &[1, 3, 5, 7, 9], 0),
            (&[4], &[3, 5, 7, 9], 1),
            (&[5], &[7, 9], 2),
            (&[8], &[7, 9], 2),
            (&[9], &[9], 3),
            (&[3, 6, 20], &[3, 5, 9], 2),
        ];
        for (reachable, kept, dropped_rows) in cases {
            let mut chain = chain(&all);
            let mut dropped = Vec::new();
            assert!(chain.trim(reachable, &mut dropped));
            let seqs: Vec<u64> = listed(&chain).iter().map(|version| version.0).collect();
            assert_eq!(seqs, kept, "reachable {reachable:?}");
            assert_eq!(dropped.len(), dropped_rows, "reachable {reachable:?}");
        }
    }

    #[test]
    fn a_deleted_row_goes_once_its_deletion_is_visible_to_all() {
        for (reachable, stays) in [(&[4_u64][..], true), (&[2, 5], true), (&[5], false), (&[6, 9], false)] {
            let mut chain = chain(&[(1, Some(1)), (5, None)]);
            assert_eq!(chain.trim(reachable, &mut Vec::new()), stays, "reachable {reachable:?}");
        }
    }

    #[test]
    fn popping_gives_back_the_version_below() {
        let mut chain = chain(&[(1, Some(1)), (5, Some(5))]);
        let (popped, remains) = chain.pop();
        assert!(popped.is_some() && remains);
        assert_eq!(listed(&chain), [(1, Some(1))]);
        let (popped, remains) = chain.pop();
        assert!(popped.is_some() && !remains);
    }

    #[test]
    #[should_panic(expected = "version 4 is older")]
    fn a_version_below_the_newest_is_refused() {
        chain(&[(1, Some(1)), (5, Some(5))]).put(4, None);
    }

    #[test]
    fn a_chain_is_four_words() {
        assert_eq!(size_of::<Chain>(), 32);
    }
}
