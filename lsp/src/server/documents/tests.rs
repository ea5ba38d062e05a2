//! Changes of documents against an oracle that counts units one by one.

use gen_lsp_types as lsp;
use proptest::prelude::*;
use raftstone_dsl::Encoding;

use super::Documents;

const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

fn partial(range: [u32; 4], text: &str) -> lsp::TextDocumentContentChangeEvent {
    let [start_line, start, end_line, end] = range;
    lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(
        serde_json::from_value(serde_json::json!({
            "range": {
                "start": { "line": start_line, "character": start },
                "end": { "line": end_line, "character": end },
            },
            "text": text,
        }))
        .unwrap(),
    )
}

fn units(character: char, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Utf8 => character.len_utf8() as u32,
        Encoding::Utf16 => character.len_utf16() as u32,
        Encoding::Utf32 => 1,
    }
}

/// The offset of a position, found by walking over the whole text.
fn offset(text: &str, line: u32, column: u32, encoding: Encoding) -> usize {
    let (mut at_line, mut at_column) = (0, 0);
    for (offset, character) in text.char_indices() {
        let is_end = character == '\n';
        if at_line == line && (is_end || at_column + units(character, encoding) > column) {
            return offset;
        }
        if is_end {
            (at_line, at_column) = (at_line + 1, 0);
        } else {
            at_column += units(character, encoding);
        }
    }
    text.len()
}

fn edited(text: &str, changes: Vec<lsp::TextDocumentContentChangeEvent>, encoding: Encoding) -> String {
    let mut documents = Documents::default();
    documents.open("/a".to_owned(), "file:///a".to_owned(), 1, text.to_owned());
    assert!(documents.change("/a", 2, changes, encoding));
    let document = documents.get("/a").unwrap();
    assert_eq!(document.version, 2);
    document.text.to_string()
}

#[test]
fn a_change_in_each_encoding() {
    let text = "a😀b\r\n中c\n";
    for (encoding, after_face, after_sign) in [(Encoding::Utf8, 5, 3), (Encoding::Utf16, 3, 1), (Encoding::Utf32, 2, 1)]
    {
        let changes = vec![partial([0, after_face, 0, after_face], "!"), partial([1, 0, 1, after_sign], "")];
        assert_eq!(edited(text, changes, encoding), "a😀!b\r\nc\n", "{encoding:?}");
    }
}

#[test]
fn strange_ranges_stay_inside_the_text() {
    for encoding in ENCODINGS {
        assert_eq!(edited("ab", vec![partial([9, 9, 9, 9], "c")], encoding), "abc");
        assert_eq!(edited("abc", vec![partial([0, 2, 0, 1], "X")], encoding), "aXc", "the ends are exchanged");
        assert_eq!(edited("ab\ncd", vec![partial([0, 99, 1, 0], "")], encoding), "abcd");
        assert_eq!(edited("", vec![partial([0, 0, u32::MAX, u32::MAX], "x")], encoding), "x");
    }
}

#[test]
fn the_whole_text_is_replaced_and_what_is_not_open_is_not_changed() {
    let whole = lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(
        lsp::TextDocumentContentChangeWholeDocument { text: "new".to_owned() },
    );
    assert_eq!(edited("old", vec![whole.clone(), partial([0, 0, 0, 1], "N")], Encoding::Utf16), "New");
    let mut documents = Documents::default();
    assert!(!documents.change("/a", 1, vec![whole], Encoding::Utf8));
    documents.open("/a".to_owned(), "file:///a".to_owned(), 1, String::new());
    assert!(documents.close("/a"));
    assert!(!documents.close("/a"));
}

proptest! {
    #[test]
    fn edits_are_those_of_the_oracle(
        text in "[ab é中😀\r\n]{0,40}",
        edits in proptest::collection::vec((0u32..6, 0u32..14, 0u32..6, 0u32..14, "[xé中😀\r\n]{0,6}"), 1..6),
    ) {
        for encoding in ENCODINGS {
            let mut expected = text.clone();
            let mut changes = Vec::new();
            for (start_line, start, end_line, end, new) in &edits {
                let from = offset(&expected, *start_line, *start, encoding);
                let to = offset(&expected, *end_line, *end, encoding);
                expected.replace_range(from.min(to)..from.max(to), new);
                changes.push(partial([*start_line, *start, *end_line, *end], new));
            }
            prop_assert_eq!(edited(&text, changes, encoding), expected);
        }
    }
}
