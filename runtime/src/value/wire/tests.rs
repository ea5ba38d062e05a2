use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use serde::Serialize;

use super::*;
use crate::value::samples::{bytes, dates, decimals, durations, floats, ints, json_values, texts, timestamps, uuids};
use crate::value::{Date, Decimal, Duration, JsonValue, Timestamp, Uuid};

/// A value reads back, whatever follows it, and no beginning of its form is a value.
fn round_trip<T: Wire + PartialEq + Debug>(value: &T) -> Vec<u8> {
    let encoded = encode(value);
    assert_eq!(decode::<T>(&encoded).as_ref(), Ok(value));
    let mut longer = encoded.clone();
    longer.push(7);
    assert_eq!(decode::<T>(&longer), Err(WireError::TrailingBytes));
    for end in 0..encoded.len() {
        assert!(decode::<T>(&encoded[..end]).is_err(), "{end} of {} bytes of {value:?}", encoded.len());
    }
    encoded
}

/// Besides, the form is the one of postcard.
fn like_postcard<T: Wire + Serialize + PartialEq + Debug>(value: &T) {
    assert_eq!(round_trip(value), postcard::to_stdvec(value).expect("encodes"), "{value:?}");
}

#[test]
fn has_fixed_forms() {
    let cases: Vec<(Vec<u8>, &[u8])> = vec![
        (encode(&true), &[1]),
        (encode(&-1_i64), &[1]),
        (encode(&300_i64), &[0xD8, 0x04]),
        (encode(&1.5_f64), &[0, 0, 0, 0, 0, 0, 0xF8, 0x3F]),
        (encode(&Decimal::new(-1250, 2)), &[0xC3, 0x13, 2]),
        (encode(&"hé".to_owned()), &[3, b'h', 0xC3, 0xA9]),
        (encode(&Timestamp::UNIX_EPOCH), &[0]),
        (encode(&Duration::from_micros(-2)), &[3]),
        (encode(&Date::new(1970, 1, 2).expect("a day")), &[2]),
        (encode(&Uuid::from_u128(1)), &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        (encode(&serde_json::json!({"a": [1]})), b"\x09{\"a\":[1]}"),
        (encode(&Some(1_u32)), &[1, 1]),
        (encode(&None::<u32>), &[0]),
        (encode(&(1_u64, vec![false, true])), &[1, 2, 0, 1]),
    ];
    for (encoded, expected) in cases {
        assert_eq!(encoded, expected);
    }
}

#[test]
fn refuses_what_is_no_value() {
    let ten_times = |byte: u8, last: u8| [vec![byte; 9], vec![last]].concat();
    assert_eq!(decode::<bool>(&[2]), Err(WireError::BadTag));
    assert_eq!(decode::<Option<bool>>(&[2, 1]), Err(WireError::BadTag));
    assert_eq!(decode::<u64>(&ten_times(0xFF, 0x01)), Ok(u64::MAX));
    assert_eq!(decode::<u64>(&ten_times(0xFF, 0x02)), Err(WireError::IntegerTooLong));
    assert_eq!(decode::<u64>(&ten_times(0xFF, 0x81)), Err(WireError::Truncated));
    assert_eq!(decode::<u64>(&[ten_times(0xFF, 0x81), vec![0]].concat()), Err(WireError::IntegerTooLong));
    assert_eq!(decode::<u32>(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]), Ok(u32::MAX));
    assert_eq!(decode::<u32>(&[0xFF, 0xFF, 0xFF, 0xFF, 0x1F]), Err(WireError::IntegerTooLong));
    assert_eq!(decode::<String>(&[2, 0xC3, 0x28]), Err(WireError::NotUtf8));
    assert_eq!(decode::<String>(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, b'a']), Err(WireError::LengthTooLarge));
    assert_eq!(decode::<Vec<i64>>(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0]), Err(WireError::LengthTooLarge));
    assert_eq!(decode::<BTreeMap<i64, bool>>(&[5, 0]), Err(WireError::LengthTooLarge));
    assert_eq!(decode::<f64>(&f64::NAN.to_le_bytes()), Err(WireError::OutOfRange));
    assert_eq!(decode::<Decimal>(&[2, 29]), Err(WireError::OutOfRange));
    assert_eq!(decode::<Decimal>(&encode_parts(1 << 96, 0)), Err(WireError::OutOfRange));
    assert_eq!(decode::<Timestamp>(&encode(&i64::MAX)), Err(WireError::OutOfRange));
    assert_eq!(decode::<Date>(&encode(&i64::from(i32::MAX))), Err(WireError::OutOfRange));
    assert_eq!(decode::<Date>(&encode(&i64::MAX)), Err(WireError::OutOfRange));
    assert_eq!(decode::<JsonValue>(b"\x02{]"), Err(WireError::NotJson));
}

fn encode_parts(mantissa: i128, scale: u32) -> Vec<u8> {
    let mut out = Vec::new();
    write_i128(mantissa, &mut out);
    write_u32(scale, &mut out);
    out
}

#[test]
fn json_of_the_greatest_depth_reads_back() {
    let mut value = JsonValue::Null;
    for _ in 0..64 {
        value = JsonValue::Array(vec![value]);
    }
    round_trip(&value);
    round_trip(&serde_json::json!({"text\0": ["\0"]}));
}

proptest! {
    #[test]
    fn primitives_are_as_in_postcard(
        int in ints(), word in any::<u64>(), half in any::<u32>(), float in floats(), flag in any::<bool>(), text in texts(),
    ) {
        like_postcard(&int);
        like_postcard(&word);
        like_postcard(&half);
        like_postcard(&flag);
        like_postcard(&text);
        like_postcard(&float);
    }

    #[test]
    fn wide_integers_are_as_in_postcard(high in any::<i128>(), shift in 0..128_u32) {
        let value = high >> shift;
        let mut out = Vec::new();
        write_i128(value, &mut out);
        prop_assert_eq!(&out, &postcard::to_stdvec(&value).expect("encodes"));
        let mut input = out.as_slice();
        prop_assert_eq!(read_i128(&mut input), Ok(value));
        prop_assert!(input.is_empty());
    }

    #[test]
    fn collections_are_as_in_postcard(
        list in vec(texts(), 0..8),
        set in btree_set(ints(), 0..8),
        map in btree_map(texts(), prop::option::of(ints()), 0..8),
        tuple in (ints(), texts(), any::<bool>(), prop::option::of(any::<u64>()), ints(), any::<u32>()),
    ) {
        like_postcard(&list);
        like_postcard(&set);
        like_postcard(&map);
        like_postcard(&tuple);
        like_postcard(&Some(list));
        like_postcard(&Box::new(set));
    }

    #[test]
    fn own_types_read_back(
        decimal in decimals(), timestamp in timestamps(), date in dates(), duration in durations(), uuid in uuids(),
        bytes in bytes(), json in json_values(),
    ) {
        round_trip(&decimal);
        prop_assert_eq!(decode::<Decimal>(&encode(&decimal)).map(|read| read.scale()), Ok(decimal.scale()));
        round_trip(&timestamp);
        round_trip(&date);
        round_trip(&duration);
        round_trip(&uuid);
        round_trip(&bytes);
        round_trip(&json);
        round_trip(&(date, BTreeSet::from([decimal]), Some(json)));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..40)) {
        let _ = decode::<Vec<Option<String>>>(&bytes);
        let _ = decode::<BTreeMap<Decimal, JsonValue>>(&bytes);
        let _ = decode::<(Timestamp, Date, Duration, bool, f64)>(&bytes);
        let _ = decode::<Vec<Vec<Vec<i64>>>>(&bytes);
    }
}
