//! From byte offsets to lines and columns, and back.
//!
//! Editors count columns in UTF-8, UTF-16 or UTF-32 units, the terminal counts characters.
//! The index is built once for each text; a look-up is a binary search over the line starts, and
//! over the characters of more than one byte when the line has any.

/// The unit in which a column is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// 16-bit units: characters beyond U+FFFF count twice.
    Utf16,
    /// Characters.
    Utf32,
}

/// A line and a column, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in the units of the [`Encoding`] asked for.
    pub column: u32,
}

/// A character of more than one byte, with the sums up to and including it.
#[derive(Clone, Copy, Debug)]
struct Wide {
    /// Offset of its first byte.
    start: u32,
    /// Offset behind its last byte.
    end: u32,
    /// Bytes minus 16-bit units of all wide characters of the text up to this one.
    saved_utf16: u32,
    /// Bytes minus characters of all wide characters of the text up to this one.
    saved_utf32: u32,
}

/// The line starts and wide characters of one text.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Offsets of the first byte of each line; the first is 0.
    starts: Vec<u32>,
    /// All characters of more than one byte, in order.
    wide: Vec<Wide>,
    /// The length of the text in bytes.
    length: u32,
}

impl LineIndex {
    /// Indexes `text`. A line ends behind `\n`; a `\r` before it belongs to the line end.
    /// Text beyond 4 GiB is cut off, far beyond [`crate::MAX_FILE_BYTES`].
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let mut wide: Vec<Wide> = Vec::new();
        let (mut saved_utf16, mut saved_utf32) = (0, 0);
        for (start, character) in text.char_indices() {
            let Ok(start) = u32::try_from(start) else { break };
            if character == '\n' {
                starts.push(start + 1);
            }
            let bytes = character.len_utf8() as u32;
            if bytes > 1 {
                saved_utf16 += bytes - character.len_utf16() as u32;
                saved_utf32 += bytes - 1;
                wide.push(Wide { start, end: start + bytes, saved_utf16, saved_utf32 });
            }
        }
        Self { starts, wide, length: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }

    /// The number of lines; a text without a line end has one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The offset of the first byte of a line; the end of the text for a line behind the last.
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.length)
    }

    /// The line of an offset, from 0. An offset behind the end counts as the end.
    pub fn line(&self, offset: u32) -> u32 {
        let offset = offset.min(self.length);
        (self.starts.partition_point(|start| *start <= offset).max(1) - 1) as u32
    }

    /// The line and column of an offset. An offset inside a character counts as its first byte.
    pub fn line_column(&self, offset: u32, encoding: Encoding) -> LineColumn {
        let offset = self.floor(offset.min(self.length));
        let line = self.line(offset);
        let start = self.line_start(line);
        let saved = self.saved(offset, encoding) - self.saved(start, encoding);
        LineColumn { line, column: offset - start - saved }
    }

    /// The offset of a line and column. A column behind the end of its line is the line's end,
    /// one inside a character is the character's first byte.
    pub fn offset(&self, position: LineColumn, encoding: Encoding) -> u32 {
        let start = self.line_start(position.line);
        let next = self.starts.get(position.line as usize + 1);
        let end = next.map_or(self.length, |next| next - 1);
        let before = self.saved(start, encoding);
        let first = self.wide.partition_point(|wide| wide.start < start);
        let last = self.wide.partition_point(|wide| wide.start < end);
        let in_line = self.wide.get(first..last).unwrap_or_default();
        // The wide characters that end at or before the column.
        let passed =
            in_line.partition_point(|wide| wide.end - start - (saved_of(*wide, encoding) - before) <= position.column);
        let (from, saved) = match passed.checked_sub(1).and_then(|index| in_line.get(index)) {
            Some(wide) => (wide.end, saved_of(*wide, encoding) - before),
            None => (start, 0),
        };
        let offset = start.saturating_add(position.column).saturating_add(saved).max(from);
        let limit = in_line.get(passed).map_or(end, |wide| wide.start);
        offset.min(limit)
    }

    /// The first byte of the character that `offset` lies in.
    fn floor(&self, offset: u32) -> u32 {
        let passed = self.wide.partition_point(|wide| wide.start < offset);
        match passed.checked_sub(1).and_then(|index| self.wide.get(index)) {
            Some(wide) if offset < wide.end => wide.start,
            _ => offset,
        }
    }

    /// Bytes minus units of the text before `offset`.
    fn saved(&self, offset: u32, encoding: Encoding) -> u32 {
        let passed = self.wide.partition_point(|wide| wide.start < offset);
        let last = passed.checked_sub(1).and_then(|index| self.wide.get(index));
        last.map_or(0, |wide| saved_of(*wide, encoding))
    }
}

/// Bytes minus units of the text up to and including a wide character.
fn saved_of(wide: Wide, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Utf8 => 0,
        Encoding::Utf16 => wide.saved_utf16,
        Encoding::Utf32 => wide.saved_utf32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, column: u32) -> LineColumn {
        LineColumn { line, column }
    }

    #[test]
    fn columns_in_three_encodings() {
        let index = LineIndex::new("ab\r\né😀中x\n");
        for (offset, utf8, utf16, utf32) in [
            (0, at(0, 0), at(0, 0), at(0, 0)),
            (2, at(0, 2), at(0, 2), at(0, 2)),
            (4, at(1, 0), at(1, 0), at(1, 0)),
            (6, at(1, 2), at(1, 1), at(1, 1)),
            (10, at(1, 6), at(1, 3), at(1, 2)),
            (13, at(1, 9), at(1, 4), at(1, 3)),
            (14, at(1, 10), at(1, 5), at(1, 4)),
            (15, at(2, 0), at(2, 0), at(2, 0)),
        ] {
            assert_eq!(index.line_column(offset, Encoding::Utf8), utf8);
            assert_eq!(index.line_column(offset, Encoding::Utf16), utf16);
            assert_eq!(index.line_column(offset, Encoding::Utf32), utf32);
        }
        // Inside a character, behind a line's end, behind the last line.
        assert_eq!(index.line_column(8, Encoding::Utf16), at(1, 1));
        assert_eq!(index.offset(at(1, 2), Encoding::Utf16), 6);
        assert_eq!(index.offset(at(1, 99), Encoding::Utf16), 14);
        assert_eq!(index.offset(at(9, 9), Encoding::Utf16), 15);
    }

    proptest! {
        #[test]
        fn every_position_goes_there_and_back(text in "[a-zé中😀\r\n ]{0,60}") {
            let index = LineIndex::new(&text);
            for (offset, _) in text.char_indices() {
                let offset = offset as u32;
                let lines = text[..offset as usize].matches('\n').count() as u32;
                let start = text[..offset as usize].rfind('\n').map_or(0, |at| at + 1);
                let before = &text[start..offset as usize];
                for (encoding, column) in [
                    (Encoding::Utf8, before.len()),
                    (Encoding::Utf16, before.encode_utf16().count()),
                    (Encoding::Utf32, before.chars().count()),
                ] {
                    let position = index.line_column(offset, encoding);
                    prop_assert_eq!(position, at(lines, column as u32));
                    prop_assert_eq!(index.offset(position, encoding), offset);
                }
            }
        }

        #[test]
        fn any_position_is_inside_the_text(text in "\\PC{0,20}", line in 0u32..5, column in 0u32..30) {
            let index = LineIndex::new(&text);
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let offset = index.offset(at(line, column), encoding);
                prop_assert!(text.is_char_boundary(offset as usize));
            }
        }
    }
}
