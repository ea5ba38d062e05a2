//! Values for the property tests: small ones and those at the edges more often than chance would give them.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Bytes, Date, Decimal, Duration, JsonValue, Timestamp, Uuid};

pub(super) fn ints() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), -300..300_i64, Just(i64::MIN), Just(i64::MAX)]
}

/// Finite floats, both zeros among them.
pub(super) fn floats() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()),
        (-300..300_i32).prop_map(|value| f64::from(value) / 8.0),
        Just(0.0),
        Just(-0.0),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
    ]
}

pub(super) fn decimals() -> impl Strategy<Value = Decimal> {
    let of = |(mantissa, scale): (i128, u32)| Decimal::from_i128_with_scale(mantissa, scale);
    let largest = (1_i128 << 96) - 1;
    prop_oneof![
        (-largest..=largest, 0..=28_u32).prop_map(of),
        (-2_000..2_000_i128, 0..4_u32).prop_map(of),
        (-20..20_i128, 0..=28_u32).prop_map(of),
        (any::<i64>().prop_map(i128::from), 0..=28_u32).prop_map(of),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
    ]
}

pub(super) fn timestamps() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()).prop_map(Timestamp::from_micros_saturating)
}

pub(super) fn dates() -> impl Strategy<Value = Date> {
    timestamps().prop_map(Timestamp::date)
}

pub(super) fn durations() -> impl Strategy<Value = Duration> {
    prop_oneof![ints(), -100_000_000_000..100_000_000_000_i64].prop_map(Duration::from_micros)
}

pub(super) fn uuids() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

/// Text in which zeros, quotes, escapes and letters of several bytes are common.
pub(super) fn texts() -> impl Strategy<Value = String> {
    let characters = prop_oneof![
        4 => prop::char::range('a', 'e'),
        1 => Just('\0'),
        1 => prop::sample::select(vec!['"', '\\', '\n', '\u{1f}', '\u{7f}', 'é', '€', '😀', '\u{ffff}', ' ']),
        1 => any::<char>(),
    ];
    vec(characters, 0..24).prop_map(String::from_iter)
}

/// Text as input may hold it: without zeros.
pub(super) fn clean_texts() -> impl Strategy<Value = String> {
    texts().prop_map(|text| text.replace('\0', ""))
}

pub(super) fn bytes() -> impl Strategy<Value = Bytes> {
    vec(prop_oneof![Just(0), Just(1), Just(255), any::<u8>()], 0..20).prop_map(Bytes::from)
}

pub(super) fn json_values() -> impl Strategy<Value = JsonValue> {
    let leaves = prop_oneof![
        Just(JsonValue::Null),
        any::<bool>().prop_map(JsonValue::from),
        ints().prop_map(JsonValue::from),
        any::<u64>().prop_map(JsonValue::from),
        floats().prop_map(JsonValue::from),
        clean_texts().prop_map(JsonValue::from),
    ];
    leaves.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(JsonValue::from),
            prop::collection::btree_map(clean_texts(), inner, 0..6)
                .prop_map(|map| JsonValue::Object(map.into_iter().collect())),
        ]
    })
}
