use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

static SPEC: IndexSpec = IndexSpec { name: "test", fields: &[], unique: false, keys: |_, _| {}, agree: |_, _| false };

/// Index keys of one or of many bytes; the first byte tells which, so that none is a prefix of another.
fn key_strategy() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => any::<[u8; 2]>().prop_map(|[one, two]| vec![0, one, two]),
        2 => any::<u8>().prop_map(|byte| [vec![1], vec![byte; 40]].concat()),
        1 => any::<u8>().prop_map(|byte| [vec![2], vec![byte; 3000]].concat()),
        1 => Just(vec![3; BLOCK_BYTES_MAX * 2]),
    ]
}

/// Checks the rules of the blocks, and that they hold exactly `expected`.
fn check(index: &Index, expected: &BTreeSet<(Vec<u8>, Vec<u8>)>) {
    let blocks = index.blocks.read();
    let mut found = Vec::new();
    let separators: Vec<&KeyBytes> = blocks.by_separator.keys().collect();
    assert!(separators[0].is_empty());
    for (number, (separator, block)) in blocks.by_separator.iter().enumerate() {
        assert!(number == 0 || !block.is_empty());
        assert!(block.len() <= BLOCK_ENTRIES_MAX);
        let only_short = block.iter().all(|entry| entry.bytes.len() < 100);
        assert!(!only_short || block.byte_len() <= BLOCK_BYTES_MAX, "{} bytes", block.byte_len());
        for entry in block.iter() {
            assert!(entry.bytes >= &separator[..]);
            assert!(separators.get(number + 1).is_none_or(|next| entry.bytes < &next[..]));
            found.push((entry.index_key().to_vec(), entry.row_key().to_vec()));
        }
    }
    assert!(found.iter().eq(expected.iter()));
    assert_eq!(blocks.entries, expected.len() as u64);
}

fn read(index: &Index, range: &EntryRange, limit: usize, backward: bool) -> Vec<Vec<u8>> {
    let mut out = EntryList::default();
    if backward {
        index.read_descending(range, limit, &mut out);
    } else {
        index.read_ascending(range, limit, &mut out);
    }
    out.iter().map(|entry| entry.bytes.to_vec()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_index_does_what_a_set_does(
        keys in proptest::collection::vec((key_strategy(), 0..3_u8), 1..900),
        removals in proptest::collection::vec(any::<prop::sample::Index>(), 0..900),
        bounds in any::<[prop::sample::Index; 2]>(),
        limit in 1..300_usize,
    ) {
        let index = Index::new(&SPEC);
        let mut set = BTreeSet::new();
        for (key, row) in &keys {
            prop_assert_eq!(index.insert(key, &[*row]), set.insert((key.clone(), vec![*row])));
        }
        check(&index, &set);
        for removal in &removals {
            let (key, row) = removal.get(&keys);
            prop_assert_eq!(index.remove(key, &[*row]), set.remove(&(key.clone(), vec![*row])));
        }
        check(&index, &set);

        let range = EntryRange {
            low: KeyBytes::from_slice(&bounds[0].get(&keys).0),
            high: Some(KeyBytes::from_slice(&bounds[1].get(&keys).0)),
        };
        let inside = |bytes: &Vec<u8>| bytes[..] >= range.low[..] && range.high.as_ref().is_some_and(|high| bytes[..] < high[..]);
        let entries = || set.iter().map(|(key, row)| [&key[..], row].concat());
        let ascending: Vec<_> = entries().filter(inside).take(limit).collect();
        let descending: Vec<_> = entries().rev().filter(inside).take(limit).collect();
        prop_assert_eq!(read(&index, &range, limit, false), ascending);
        prop_assert_eq!(read(&index, &range, limit, true), descending);

        let mut sorted = KeyOrder::default();
        for (key, row) in &keys {
            sorted.push_entry(key, &[*row]);
        }
        sorted.sort();
        index.load(&sorted);
        check(&index, &keys.iter().map(|(key, row)| (key.clone(), vec![*row])).collect());
    }
}

#[test]
fn rising_keys_fill_their_blocks_and_falling_ones_half_at_least() {
    for (falling, bytes_max) in [(false, 10), (true, 20)] {
        let index = Index::new(&SPEC);
        for number in 0..10_000_u32 {
            let number = if falling { 10_000 - number } else { number };
            index.insert(&number.to_be_bytes(), &[]);
        }
        // Four bytes of an entry, eight of its place, and what the blocks cost.
        let per_entry = index.allocated_bytes() / 10_000;
        assert!(per_entry <= 4 + bytes_max, "{per_entry} bytes an entry");
    }
}

#[test]
fn an_emptied_index_holds_one_block() {
    let index = Index::new(&SPEC);
    for number in 0..10_000_u32 {
        index.insert(&number.to_be_bytes(), b"row");
    }
    for number in 0..10_000_u32 {
        assert!(index.remove(&(number * 7919 % 10_000).to_be_bytes(), b"row"));
    }
    assert!(!index.remove(&[0; 4], b"row"));
    assert_eq!((index.entry_count(), index.blocks.read().by_separator.len()), (0, 1));
}

#[test]
fn the_bytes_after_a_prefix_are_the_lowest_ones() {
    let cases: [(&[u8], Option<&[u8]>); 5] =
        [(b"", None), (b"a", Some(b"b")), (&[1, 255], Some(&[2])), (&[255, 255], None), (&[7, 0], Some(&[7, 1]))];
    for (prefix, expected) in cases {
        assert_eq!(after_prefix(prefix).as_deref(), expected);
    }
}
