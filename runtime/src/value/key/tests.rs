use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Debug;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::*;
use crate::value::samples::{bytes, dates, decimals, durations, floats, ints, texts, timestamps, uuids};
use crate::value::{Bytes, Date, Decimal, Duration, Timestamp, Uuid};

/// The bytes order as `order` says, both ways round, no key is the beginning of another one, and both read back.
fn check<T: OrderedKey + PartialEq + Debug>(left: &T, right: &T, order: Ordering) {
    let (left_key, right_key) = (encode_key(left), encode_key(right));
    assert_eq!(left_key.cmp(&right_key), order, "{left:?} and {right:?}");
    if order != Ordering::Equal {
        assert!(!left_key.starts_with(&right_key) && !right_key.starts_with(&left_key), "{left:?} and {right:?}");
    }
    for (value, key) in [(left, &left_key), (right, &right_key)] {
        assert_eq!(decode_key::<T>(key).as_ref(), Some(value));
        for end in 0..key.len() {
            assert_eq!(decode_key::<T>(&key[..end]), None, "{end} bytes of {value:?}");
        }
        let mut longer = key.to_vec();
        longer.push(0);
        assert_eq!(decode_key::<T>(&longer), None);
    }
}

fn ordered<T: OrderedKey + Ord + Debug>(left: &T, right: &T) {
    check(left, right, left.cmp(right));
    assert_eq!(descending_key(left).cmp(&descending_key(right)), right.cmp(left), "{left:?} and {right:?}, descending");
}

fn descending_key<T: OrderedKey>(value: &T) -> KeyBytes {
    let mut out = KeyBytes::new();
    value.write_key_descending(&mut out);
    out
}

/// The order of the language: none is last.
fn none_last<T: Ord>(left: Option<&T>, right: Option<&T>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.cmp(right),
        _ => right.is_some().cmp(&left.is_some()),
    }
}

#[test]
fn has_fixed_forms() {
    let decimal = |text: &str| encode_key(&crate::value::decimal::parse(text).expect("a decimal"));
    let cases: Vec<(KeyBytes, &[u8])> = vec![
        (encode_key(&true), &[1]),
        (encode_key(&1_i64), &[0x80, 0, 0, 0, 0, 0, 0, 1]),
        (encode_key(&-1_i64), &[0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        (encode_key(&"a\0b".to_owned()), &[b'a', 0, 0xFF, b'b', 0, 0]),
        (encode_key(&Date::new(1970, 1, 1).expect("a day")), &[0x80, 0, 0, 0]),
        (encode_key(&Some(false)), &[1, 0]),
        (encode_key(&None::<bool>), &[0xFF]),
        (encode_key(&vec![true]), &[1, 1, 0]),
        (encode_key(&(true, 0_u64)), &[1, 0, 0, 0, 0, 0, 0, 0, 0]),
        (decimal("0.00"), &[1]),
        (decimal("12.50"), &[2, 66, 25, 100]),
        (decimal("1000"), &[2, 68, 20]),
        (decimal("-1000"), &[0, !68, !20]),
    ];
    for (key, expected) in cases {
        assert_eq!(key.as_slice(), expected);
    }
    let mut text = KeyBytes::new();
    write_text("a\0b", &mut text);
    assert_eq!(text, encode_key(&"a\0b".to_owned()));
}

#[test]
fn decimals_in_order() {
    let ascending = [
        "-79228162514264337593543950335",
        "-1000.5",
        "-1000",
        "-100",
        "-99.99",
        "-1.01",
        "-1",
        "-0.1",
        "-0.0000000000000000000000000001",
        "0",
        "0.0000000000000000000000000001",
        "0.001",
        "0.01",
        "0.0101",
        "0.1",
        "0.11",
        "1",
        "1.0000000000000000000000000001",
        "9.99",
        "10",
        "10.01",
        "99",
        "100",
        "100.5",
        "101",
        "79228162514264337593543950335",
    ];
    let values: Vec<Decimal> = ascending.iter().map(|text| text.parse().expect("a decimal")).collect();
    for (left_place, left) in values.iter().enumerate() {
        for (right_place, right) in values.iter().enumerate() {
            check(left, right, left_place.cmp(&right_place));
        }
    }
}

#[test]
fn zeros_are_equal() {
    assert_eq!(encode_key(&0.0), encode_key(&-0.0));
    assert_eq!(encode_key(&-Decimal::ZERO), encode_key(&Decimal::new(0, 5)));
    assert_eq!(encode_key(&Decimal::new(150, 2)), encode_key(&Decimal::new(15, 1)));
}

#[test]
fn variants_order_by_position() {
    let key = |position| {
        let mut out = KeyBytes::new();
        write_variant(position, &mut out);
        out
    };
    assert!(key(1) < key(2) && key(255) < key(256));
    assert_eq!(read_variant(&mut key(300).as_slice()), Some(300));
    assert_eq!(read_variant(&mut [1].as_slice()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn scalars_order_like_their_values(
        ints in (ints(), ints()), words in (any::<u64>(), any::<u64>()), flags in (any::<bool>(), any::<bool>()),
        uuids in (uuids(), uuids()), timestamps in (timestamps(), timestamps()), dates in (dates(), dates()),
        durations in (durations(), durations()),
    ) {
        ordered(&ints.0, &ints.1);
        ordered(&words.0, &words.1);
        ordered(&flags.0, &flags.1);
        ordered(&uuids.0, &uuids.1);
        ordered(&timestamps.0, &timestamps.1);
        ordered(&dates.0, &dates.1);
        ordered(&durations.0, &durations.1);
    }

    #[test]
    fn texts_and_numbers_order_like_their_values(
        texts in (texts(), texts()), bytes in (bytes(), bytes()), decimals in (decimals(), decimals()),
        floats in (floats(), floats()),
    ) {
        ordered(&texts.0, &texts.1);
        ordered(&bytes.0, &bytes.1);
        ordered(&decimals.0, &decimals.1);
        check(&floats.0, &floats.1, floats.0.partial_cmp(&floats.1).expect("finite"));
    }

    #[test]
    fn extended_text_orders_behind(text in texts(), more in texts(), third in texts()) {
        ordered(&text, &format!("{text}{more}"));
        ordered(&vec![text.clone()], &vec![text.clone(), more.clone()]);
        ordered(&(text.clone(), more.clone()), &(format!("{text}{more}"), third));
    }

    #[test]
    fn options_order_none_last(left in prop::option::of(decimals()), right in prop::option::of(decimals())) {
        check(&left, &right, none_last(left.as_ref(), right.as_ref()));
        let descending = match (&left, &right) {
            (Some(left), Some(right)) => right.cmp(left),
            _ => none_last(left.as_ref(), right.as_ref()),
        };
        prop_assert_eq!(descending_key(&left).cmp(&descending_key(&right)), descending);
        let in_tuples = descending_key(&(left, true)).cmp(&descending_key(&(right, false)));
        prop_assert_eq!(in_tuples, descending.then(Ordering::Less));
    }

    #[test]
    fn collections_order_like_their_values(
        lists in (vec(texts(), 0..4), vec(texts(), 0..4)),
        sets in (btree_set(-3..3_i64, 0..4), btree_set(-3..3_i64, 0..4)),
        tuples in ((texts(), -2..2_i64, any::<bool>()), (texts(), -2..2_i64, any::<bool>())),
    ) {
        ordered(&lists.0, &lists.1);
        ordered(&sets.0, &sets.1);
        ordered(&tuples.0, &tuples.1);
        ordered(&(sets.0, lists.0), &(sets.1, lists.1));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(prop_oneof![0..4_u8, 62..70_u8, 250..=255_u8, any::<u8>()], 0..40)) {
        let _ = decode_key::<Decimal>(&bytes);
        let _ = decode_key::<f64>(&bytes);
        let _ = decode_key::<Vec<Option<String>>>(&bytes);
        let _ = decode_key::<BTreeSet<Bytes>>(&bytes);
        let _ = decode_key::<(Timestamp, Date, Duration, bool, Uuid, u64)>(&bytes);
    }
}
