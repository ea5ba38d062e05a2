//! Windows, key texts, and what else has an edge.

use super::{
    Arc, BTreeMap, BTreeSet, Decimal, KeyBytes, KeyRange, Refusal, Selection, check, check_keys, check_set, encode_key,
    float_from_decimal, interpolate, join_key_text, key_range, split_key_text, variant_from_text,
};
use crate::value::problems::code;

fn rows(selection: Selection<Arc<i64>>) -> Vec<i64> {
    selection.into_rows().iter().map(|row| **row).collect()
}

#[test]
fn a_window_of_ordered_rows_stops_early() {
    for (skip, limit, expected, full_after) in [
        (0, Some(2), vec![0, 1], 2),
        (1, Some(2), vec![1, 2], 3),
        (0, None, (0..10).collect(), usize::MAX),
        (8, None, vec![8, 9], usize::MAX),
        (0, Some(0), vec![], 0),
        (-3, Some(-1), vec![], 0),
    ] {
        let mut selection = Selection::new(skip, limit, true);
        let mut read = 0;
        for row in 0..10 {
            if selection.is_full() {
                break;
            }
            selection.push(Arc::new(row));
            read += 1;
        }
        assert_eq!(read, full_after.min(10), "skip {skip} limit {limit:?}");
        assert_eq!(rows(selection), expected, "skip {skip} limit {limit:?}");
    }
}

#[test]
fn rows_out_of_order_are_sorted_and_cut() {
    let mut selection = Selection::new(2, Some(3), false);
    for row in (0..2000_i64).rev() {
        selection.push_by(encode_key(&row), Arc::new(row));
        assert!(!selection.is_full());
    }
    assert_eq!(rows(selection), [2, 3, 4]);
}

#[test]
fn pages_follow_each_other_without_gap_or_double() {
    for in_order in [true, false] {
        let mut cursor: Option<String> = None;
        let mut seen = Vec::new();
        for _ in 0..5 {
            let mut page = Selection::page(cursor.as_deref(), Some(3), in_order).expect("a cursor");
            for row in 0..7_i64 {
                let row = if in_order { row } else { 6 - row };
                page.count();
                page.push_by(encode_key(&row), Arc::new(row));
            }
            assert_eq!(page.total(), 7);
            let (rows, next) = page.into_page();
            seen.extend(rows.iter().map(|row| **row));
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6]);
    }
    let refusal = Selection::<i64>::page(Some("not base64!"), None, true).expect_err("no cursor");
    assert_eq!(refusal.fields()[0].path, "cursor");
}

#[test]
fn a_range_without_bounds_is_its_prefix() {
    let prefix = encode_key(&7_i64);
    assert_eq!(key_range(&prefix, None, None), KeyRange::prefix(&prefix));
    assert_eq!(key_range(&[], None, None), KeyRange::all());
    let bound = |value: i64, included| Some((encode_key(&value), included));
    assert_ne!(key_range(&prefix, bound(1, true), None), key_range(&prefix, bound(1, false), None));
    let mut whole = KeyBytes::from_slice(&prefix);
    whole.extend_from_slice(&encode_key(&1_i64));
    assert_eq!(key_range(&prefix, bound(1, true), bound(1, true)), KeyRange::prefix(&whole));
}

#[test]
fn composite_keys_survive_their_text() {
    for parts in [["a", "b"], ["a,b", "c%"], ["", "%2C"], ["%25", ","]] {
        let mut text = String::new();
        join_key_text(&parts.map(str::to_owned), &mut text);
        assert_eq!(split_key_text::<2>(&text).expect("two parts"), parts, "{text}");
    }
    assert!(split_key_text::<2>("a").is_err());
    assert!(split_key_text::<2>("a,b,c").is_err());
}

#[test]
fn checks_report_everything_at_its_place() {
    let mut tags = BTreeSet::from(["b ".to_owned(), "a".to_owned(), "b".to_owned()]);
    let mut names = BTreeMap::from([("x ".to_owned(), 1)]);
    let refusal: Refusal = check(|at| {
        at.field("tags", |at| {
            check_set(&mut tags, at, |tag, at| {
                *tag = tag.trim().to_owned();
                if tag == "b" {
                    at.problem(code::RULE, "must not be b");
                }
            });
        });
        at.field("names", |at| check_keys(&mut names, at, |name, _| *name = name.trim().to_owned()));
    })
    .expect_err("problems");
    assert_eq!(tags, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    assert_eq!(names.keys().collect::<Vec<_>>(), ["x"]);
    let paths: Vec<_> = refusal.fields().iter().map(|field| field.path.as_str()).collect();
    assert_eq!(paths, ["tags[1]", "tags[2]"]);
}

#[test]
fn small_things() {
    assert_eq!(interpolate(&[&"a", &1_i64, &true]).as_deref(), Ok("a1true"));
    assert!((float_from_decimal(&Decimal::new(125, 2)) - 1.25).abs() < f64::EPSILON);
    assert_eq!(variant_from_text("Two", &["One", "Two"], &[1, 2]), Ok(2));
    assert!(variant_from_text("Tow", &["One", "Two"], &[1, 2]).is_err());
}
