//! The versions of one row.

use smallvec::SmallVec;

use super::spec::RowRef;

/// All retained versions of one row. Nearly every row has one version and is not deleted, so that
/// case takes three words; what is written at the moment takes one allocation more.
pub(super) enum Chain {
    One {
        seq: u64,
        row: RowRef,
    },
    /// Ascending by sequence number; two or more versions, or a deletion alone.
    Many(Box<SmallVec<[Version; 2]>>),
}

/// A row as of one sequence number; no row means that it was deleted there.
pub(super) struct Version {
    pub(super) seq: u64,
    pub(super) row: Option<RowRef>,
    /// Whether its index keys may differ from those of the version below, so that dropping that
    /// one may orphan entries.
    pub(super) moved: bool,
}

/// What [`Chain::put`] did.
pub(super) struct ChainPut {
    /// The row that was newest before.
    pub(super) previous: Option<RowRef>,
    /// Whether the newest version had this sequence number already and was replaced.
    pub(super) in_place: bool,
}

/// What [`Chain::trim`] did.
pub(super) struct ChainTrim {
    /// Whether anything is left of the row.
    pub(super) remains: bool,
    /// Whether dropped versions may have had index keys that no other version has.
    pub(super) moved: bool,
}

impl Chain {
    pub(super) fn new(seq: u64, row: RowRef) -> Self {
        Chain::One { seq, row }
    }

    /// The row as of the newest version at or below `at`, and the number of that version.
    #[inline]
    pub(super) fn row_at(&self, at: u64) -> Option<(u64, &RowRef)> {
        match self {
            Chain::One { seq, row } => (*seq <= at).then_some((*seq, row)),
            Chain::Many(versions) => {
                let above = versions.partition_point(|version| version.seq <= at);
                let version = versions.get(above.checked_sub(1)?)?;
                version.row.as_ref().map(|row| (version.seq, row))
            }
        }
    }

    /// The row in its newest version.
    pub(super) fn newest(&self) -> Option<&RowRef> {
        match self {
            Chain::One { row, .. } => Some(row),
            Chain::Many(versions) => versions.last()?.row.as_ref(),
        }
    }

    /// The rows of all versions, oldest first.
    pub(super) fn rows(&self) -> impl Iterator<Item = &RowRef> {
        let (one, many) = match self {
            Chain::One { row, .. } => (Some(row), &[][..]),
            Chain::Many(versions) => (None, versions.as_slice()),
        };
        one.into_iter().chain(many.iter().filter_map(|version| version.row.as_ref()))
    }

    /// The number of versions.
    pub(super) fn len(&self) -> usize {
        match self {
            Chain::One { .. } => 1,
            Chain::Many(versions) => versions.len(),
        }
    }

    /// The sequence number from which on the garbage collector can drop something here; none if
    /// there is nothing to drop, now or later.
    pub(super) fn collectable_from(&self) -> Option<u64> {
        match self {
            Chain::One { .. } => None,
            Chain::Many(versions) => {
                let oldest = versions.first()?;
                // A row goes when the next version is read instead of it, a deletion by itself.
                let ends = if oldest.row.is_none() { oldest } else { versions.get(1)? };
                Some(ends.seq)
            }
        }
    }

    /// Makes `row` the newest version. `moved` says whether its index keys may differ from those of
    /// the version that is newest now.
    ///
    /// # Panics
    ///
    /// If a newer version exists: there is one writer and it only moves forward.
    pub(super) fn put(&mut self, seq: u64, row: Option<RowRef>, moved: bool) -> ChainPut {
        let newest = match self {
            Chain::One { seq, .. } => *seq,
            Chain::Many(versions) => versions.last().map_or(0, |version| version.seq),
        };
        assert!(seq >= newest, "version {seq} is older than the newest, {newest}");
        if seq == newest {
            return ChainPut { previous: self.replace_newest(row, moved), in_place: true };
        }
        let previous = self.newest().cloned();
        match self {
            Chain::Many(versions) => versions.push(Version { seq, row, moved }),
            Chain::One { .. } => self.push_above(Version { seq, row, moved }),
        }
        ChainPut { previous, in_place: false }
    }

    /// Puts `version` above the only one.
    fn push_above(&mut self, version: Version) {
        let mut versions = Box::new(SmallVec::new());
        versions.push(version);
        if let Chain::One { seq, row } = std::mem::replace(self, Chain::Many(versions))
            && let Chain::Many(versions) = self
        {
            versions.insert(0, Version { seq, row: Some(row), moved: false });
        }
    }

    /// Replaces the row of the newest version and gives the one it had.
    pub(super) fn replace_newest(&mut self, new: Option<RowRef>, moved: bool) -> Option<RowRef> {
        match (&mut *self, new) {
            (Chain::One { row, .. }, Some(new)) => Some(std::mem::replace(row, new)),
            (Chain::One { seq, row }, None) => {
                let (seq, replaced) = (*seq, row.clone());
                let deletion = SmallVec::from_iter([Version { seq, row: None, moved: true }]);
                *self = Chain::Many(Box::new(deletion));
                Some(replaced)
            }
            (Chain::Many(versions), new) => {
                let replaced = versions.last_mut().and_then(|version| {
                    version.moved |= moved;
                    std::mem::replace(&mut version.row, new)
                });
                self.settle();
                replaced
            }
        }
    }

    /// Drops the newest version and gives its row; false when nothing is left, and the caller is
    /// to remove the chain.
    pub(super) fn pop(&mut self) -> (Option<RowRef>, bool) {
        match self {
            Chain::One { row, .. } => (Some(row.clone()), false),
            Chain::Many(versions) => {
                let popped = versions.pop().and_then(|version| version.row);
                let remains = !versions.is_empty();
                self.settle();
                (popped, remains)
            }
        }
    }

    /// Drops every version that no reader can reach and collects the dropped rows. `reachable` are
    /// the sequence numbers that readers may use, ascending; the last is the visible one, and
    /// versions above it are kept.
    pub(super) fn trim(&mut self, reachable: &[u64], dropped: &mut Vec<RowRef>) -> ChainTrim {
        let Chain::Many(versions) = self else { return ChainTrim { remains: true, moved: false } };
        let moved = versions.iter().skip(1).any(|version| version.moved);
        let visible = reachable.last().copied().unwrap_or(0);
        let mut kept = 0;
        let mut dropped_moved = false;
        for position in 0..versions.len() {
            let seq = versions[position].seq;
            let superseded_at = versions.get(position + 1).map_or(u64::MAX, |next| next.seq);
            let first_reader = reachable.partition_point(|&at| at < seq);
            let is_read = reachable.get(first_reader).is_some_and(|&at| at < superseded_at);
            // A deletion with nothing before it says no more than no version at all.
            let is_bare_deletion = kept == 0 && versions[position].row.is_none() && seq <= visible;
            if (is_read || seq > visible) && !is_bare_deletion {
                // What a dropped version changed, the next one changes against what is below now.
                versions[position].moved |= std::mem::take(&mut dropped_moved);
                versions.swap(kept, position);
                kept += 1;
            } else {
                dropped_moved |= position > 0 && versions[position].moved;
            }
        }
        dropped.extend(versions.drain(kept..).filter_map(|version| version.row));
        versions.shrink_to_fit();
        let remains = kept > 0;
        self.settle();
        ChainTrim { remains, moved }
    }

    /// Turns a single row into the small form.
    fn settle(&mut self) {
        if let Chain::Many(versions) = self
            && versions.len() == 1
            && let Some(version) = versions.pop()
        {
            match version {
                Version { seq, row: Some(row), .. } => *self = Chain::One { seq, row },
                deletion => versions.push(deletion),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn row(value: i64) -> RowRef {
        Arc::new(value)
    }

    /// A chain with the given versions; `None` is a deletion.
    fn chain(versions: &[(u64, Option<i64>)]) -> Chain {
        let (seq, first) = versions[0];
        let mut chain = Chain::new(seq, row(first.unwrap_or(0)));
        chain.put(seq, first.map(row), true);
        for &(seq, value) in &versions[1..] {
            chain.put(seq, value.map(row), true);
        }
        chain
    }

    fn seqs(chain: &Chain) -> Vec<u64> {
        match chain {
            Chain::One { seq, .. } => vec![*seq],
            Chain::Many(versions) => versions.iter().map(|version| version.seq).collect(),
        }
    }

    #[test]
    fn a_read_finds_the_newest_version_at_or_below_its_number() {
        let chain = chain(&[(2, Some(2)), (5, None), (9, Some(9))]);
        for (at, expected) in
            [(1, None), (2, Some(2)), (4, Some(2)), (5, None), (8, None), (9, Some(9)), (u64::MAX, Some(9))]
        {
            let found = chain.row_at(at).map(|(seq, row)| (seq as i64, row.downcast_ref::<i64>().copied()));
            assert_eq!(found, expected.map(|value| (value, Some(value))), "at {at}");
        }
        let single = Chain::new(4, row(4));
        assert_eq!([3, 4, 5].map(|at| single.row_at(at).is_some()), [false, true, true]);
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
            assert!(chain.trim(reachable, &mut dropped).remains);
            assert_eq!(seqs(&chain), kept, "reachable {reachable:?}");
            assert_eq!(dropped.len(), dropped_rows, "reachable {reachable:?}");
        }
    }

    #[test]
    fn a_deleted_row_goes_once_its_deletion_is_visible_to_all() {
        for (reachable, stays) in [(&[4_u64][..], true), (&[2, 5], true), (&[5], false), (&[6, 9], false)] {
            let mut chain = chain(&[(1, Some(1)), (5, None)]);
            assert_eq!(chain.trim(reachable, &mut Vec::new()).remains, stays, "reachable {reachable:?}");
        }
    }

    #[test]
    fn popping_gives_back_the_version_below() {
        let mut chain = chain(&[(1, Some(1)), (5, Some(5))]);
        let (popped, remains) = chain.pop();
        assert!(popped.is_some() && remains);
        assert_eq!(seqs(&chain), [1]);
        assert!(matches!(chain, Chain::One { .. }));
        let (popped, remains) = chain.pop();
        assert!(popped.is_some() && !remains);
    }

    #[test]
    #[should_panic(expected = "version 4 is older")]
    fn a_version_below_the_newest_is_refused() {
        chain(&[(1, Some(1)), (5, Some(5))]).put(4, None, true);
    }

    #[test]
    fn a_chain_is_three_words() {
        assert_eq!(size_of::<Chain>(), 24);
    }
}
