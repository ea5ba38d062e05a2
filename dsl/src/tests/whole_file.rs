//! Files as wholes: by the grammar at once, with other line ends, by two threads.

use super::{corpus, valid};
use crate::parse;
use crate::parse::{MANY_ITEMS, parse_whole};

#[test]
fn whole_file_is_the_items_one_by_one() {
    for (name, text) in corpus() {
        let by_item = valid(&text);
        let whole = parse_whole(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(whole.len(), by_item.file.items.len(), "{name}");
        for (whole, by_item) in whole.iter().zip(&by_item.file.items) {
            assert_eq!(whole, by_item, "{name}");
        }
    }
}

#[test]
fn line_ends_of_windows_change_nothing_but_offsets() {
    for (name, text) in corpus() {
        let (unix, windows) = (valid(&text), valid(&text.replace('\n', "\r\n")));
        assert_eq!(unix.file.items.len(), windows.file.items.len(), "{name}");
        for (unix, windows) in unix.file.items.iter().zip(&windows.file.items) {
            assert_eq!(without_spans(unix), without_spans(windows), "{name}");
        }
    }
}

#[test]
fn a_byte_order_mark_is_read_over() {
    for (name, text) in corpus() {
        let marked = valid(&format!("\u{feff}{text}"));
        assert_eq!(marked.file.items.len(), valid(&text).file.items.len(), "{name}");
    }
}

/// The tree as text without its offsets.
fn without_spans(item: &crate::ast::Item) -> String {
    let text = format!("{item:?}");
    let mut parts = text.split("Span { start: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |sum, part| sum + part.split_once('}').map_or("", |(_, rest)| rest))
}

#[test]
fn two_threads_read_what_one_reads() {
    let item = |n: usize| match n % 5 {
        0 => format!("/// Number {n}.\nmodel A{n} {{ id: int @key }}\n"),
        1 => format!("struct B{n} {{\n    /// Of nothing.\n}}\n"),
        2 => format!("fn c{n}() {{\n    let = {n}\n    return {n}\n}}\n"),
        3 => format!("@was(\"D\")\nenum D{n} {{ X, Y{n} }}\n"),
        _ => format!("what{n} is this\n"),
    };
    let half = |from: usize| (from..from + MANY_ITEMS / 2).map(item).collect::<String>();
    // Both begin with documentation: what is before the middle belongs behind it.
    let (first, second) = (half(0), half(MANY_ITEMS * 5));
    let both = parse(&format!("{first}{second}"));
    let alone = [parse(&first), parse(&format!("{}{second}", "\n".repeat(first.len())))];
    assert!(both.problems.len() > MANY_ITEMS / 2 && both.file.items.len() == MANY_ITEMS);
    assert_eq!(both.file.items, alone.each_ref().map(|parsed| parsed.file.items.clone()).concat());
    assert_eq!(both.problems, alone.map(|parsed| parsed.problems).concat());
}
