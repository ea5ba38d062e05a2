//! Fixtures: files as text, `//- /path` before each, `$0` where the cursor is.

use std::fmt::Write as _;

use raftstone_compiler::declarations::FileSpan;
use raftstone_compiler::{Cache, load};
use raftstone_dsl::{Encoding, LineIndex};

use super::{Schema, definition, diagnostics, hover};

/// A schema and a cursor in it.
struct Fixture {
    schema: Schema,
    file: u32,
    offset: u32,
}

impl Fixture {
    fn new(text: &str) -> Self {
        let mut files: Vec<(String, String)> = Vec::new();
        for line in text.trim_start_matches('\n').split_inclusive('\n') {
            match (line.strip_prefix("//- /"), files.last_mut()) {
                (Some(path), _) => files.push((path.trim().to_owned(), String::new())),
                (None, Some((_, text))) => text.push_str(line),
                (None, None) => files.push(("app.rstone".to_owned(), line.to_owned())),
            }
        }
        let mut cursor = None;
        for (path, text) in &mut files {
            if let Some(offset) = text.find("$0") {
                text.replace_range(offset..offset + 2, "");
                cursor = Some((path.clone(), offset as u32));
            }
        }
        let root = files[0].0.clone();
        let mut read = |path: &str| {
            let found = files.iter().find(|(known, _)| known == path);
            found.map(|(_, text)| text.clone()).ok_or_else(|| "there is no such file".to_owned())
        };
        let read: load::ReadFile<'_> = &mut read;
        let schema = Schema::check(&root, read, None, &mut Cache::new());
        let (path, offset) = cursor.unwrap_or_default();
        let file = schema.files().position(|(known, _)| known == path).unwrap_or_default() as u32;
        Self { schema, file, offset }
    }

    fn show(&self, place: FileSpan) -> String {
        let (path, text) = self.schema.files().nth(place.file as usize).unwrap();
        let at = LineIndex::new(text).line_column(place.span.start, Encoding::Utf32);
        let slice = &text[place.span.start as usize..place.span.end as usize];
        format!("{path}:{}:{} {slice}", at.line + 1, at.column + 1)
    }
}

/// Where the name at the cursor is declared: `path:line:column text`.
fn check_definition(text: &str, expected: &str) {
    let fixture = Fixture::new(text);
    let found = definition(&fixture.schema, fixture.file, fixture.offset);
    let shown = found.map_or_else(|| "nothing".to_owned(), |found| fixture.show(found.target));
    assert_eq!(shown, expected, "{text}");
    if let Some(found) = found {
        assert!(found.origin.touches(fixture.offset));
        assert!(found.whole.start <= found.target.span.start && found.target.span.end <= found.whole.end);
    }
}

fn check_hover(text: &str, expected: &str) {
    let fixture = Fixture::new(text);
    let found = hover(&fixture.schema, fixture.file, fixture.offset);
    let shown = found.map_or_else(|| "nothing".to_owned(), |found| found.markdown);
    assert_eq!(shown.trim(), expected.trim(), "{text}");
}

fn check_diagnostics(text: &str, expected: &str) {
    let fixture = Fixture::new(text);
    let mut shown = String::new();
    for found in diagnostics(&fixture.schema) {
        let message = found.message.replace('\n', " | ");
        writeln!(shown, "{:?} {} {}: {message}", found.severity, found.code, fixture.show(found.place)).unwrap();
        for (place, words) in found.related {
            writeln!(shown, "  {}: {words}", fixture.show(place)).unwrap();
        }
    }
    assert_eq!(shown.trim(), expected.trim(), "{text}");
}

mod cursors;
mod definitions;
mod hovers;
mod problems;
