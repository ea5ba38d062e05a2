//! The grammar as a whole reads a valid file as the items do one by one.

use super::{corpus, valid};
use crate::parse::parse_whole;

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
