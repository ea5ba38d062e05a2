//! The formatter: one layout for every file, and never another meaning.
//!
//! It works on tokens and brackets and knows next to nothing of the items, so that a new kind of item
//! needs no change here. The line breaks are the author's: the formatter sets the indentation, the
//! blanks between tokens, the columns and the blank lines, opens a brace group that spans lines, and
//! joins or breaks a line nowhere else. The rules stand in `docs/format.md`.
//!
//! An item that does not parse is left as it is, with the comments around it. What was written is
//! scanned again and compared with the source: if a token, a comment or a logical line differs, or an
//! item can be read no more, the source is given back.

mod align;
mod backstop;
mod breaks;
mod gaps;
mod item;
mod lines;
mod roles;
mod spacing;

use crate::ast::Span;
use crate::blocks::ITEM_KEYWORDS;
use crate::outline::Outline;
use crate::parse::{MAX_FILE_BYTES, parse};
use crate::pieces::Pieces;
use crate::scan::{Token, TokenKind};
use gaps::Gap;
use item::ItemWriter;
use lines::{Line, render};
use roles::Roles;

/// What formatting gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formatted {
    /// The formatted text; the source itself when there is a refusal.
    pub text: String,
    /// The items of the source that were left as they are, since they do not parse.
    pub damaged: Vec<Span>,
    /// Why the source was given back.
    pub refusal: Option<Refusal>,
}

/// Why a text is not formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is larger than [`MAX_FILE_BYTES`].
    TooLarge,
    /// What was written would have lost or changed this part of the source: a mistake of the formatter.
    Lossy(Span),
}

/// A text with everything that is known of it before a line is written.
struct Source<'s> {
    text: &'s str,
    tokens: &'s [Token],
    pieces: Pieces<'s>,
    outline: Outline,
}

impl<'s> Source<'s> {
    fn new(text: &'s str, tokens: &'s [Token]) -> Self {
        let pieces = Pieces::new(text, tokens);
        let outline = Outline::new(&pieces, tokens);
        Self { text, tokens, pieces, outline }
    }

    /// The text between the piece before `index` and the piece at `index`, as the grammar reads it.
    fn clean_gap(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.pieces.get(before)).map_or(0, |piece| piece.span.end);
        let end = self.pieces.get(index).map_or(start, |piece| piece.span.start);
        self.outline.slice(Span::new(start, end))
    }

    /// Whether a logical line starts at `index`.
    fn starts_logical_line(&self, index: usize) -> bool {
        self.clean_gap(index).contains('\n')
    }
}

/// Formats the text of a file.
pub fn format(text: &str) -> Formatted {
    if text.len() > MAX_FILE_BYTES {
        return Formatted { text: text.to_owned(), damaged: Vec::new(), refusal: Some(Refusal::TooLarge) };
    }
    let parsed = parse(text);
    let source = Source::new(text, &parsed.tokens);
    let mut writer = FileWriter {
        source: &source,
        gaps: gaps::collect(text, &parsed.tokens, &source.pieces),
        roles: Roles::new(&source.pieces),
        is_left: Vec::new(),
        lines: Vec::new(),
    };
    let damaged = writer.find_damaged(&parsed.file.items);
    writer.file();
    align::align(&mut writer.lines);
    let written = render(text, &parsed.tokens, &writer.lines);
    match backstop::difference(&source, &parsed.file.items, &written) {
        None => Formatted { text: written, damaged, refusal: None },
        Some(span) => Formatted { text: text.to_owned(), damaged, refusal: Some(Refusal::Lossy(span)) },
    }
}

/// Writes the lines of a file, item by item.
struct FileWriter<'a, 's> {
    source: &'a Source<'s>,
    /// What stands before each piece, and behind the last one.
    gaps: Vec<Gap<'s>>,
    roles: Roles,
    /// For each item, whether it is left as it is.
    is_left: Vec<bool>,
    lines: Vec<Line<'s>>,
}

impl<'s> FileWriter<'_, 's> {
    /// Finds the items that are left as they are; gives those that do not parse.
    fn find_damaged(&mut self, items: &[crate::ast::Item]) -> Vec<Span> {
        let mut damaged = Vec::new();
        let mut items = items.iter().peekable();
        for block in &self.source.outline.blocks {
            let mut healthy = 0;
            let mut is_damaged = false;
            while let Some(item) = items.next_if(|item| item.span.start < block.span.end) {
                healthy += usize::from(!item.damaged);
                is_damaged |= item.damaged;
            }
            let gaps = self.gaps.get(block.region.first + 1..block.region.end).unwrap_or_default();
            is_damaged |= healthy != 1 || gaps.iter().any(|gap| gap.has_unknown);
            if is_damaged {
                damaged.push(block.span);
            }
            self.is_left.push(is_damaged);
        }
        self.leave_neighbours();
        damaged
    }

    /// What shares a line with an item that is left, or has unknown characters beside it, is left too.
    fn leave_neighbours(&mut self) {
        let blocks = &self.source.outline.blocks;
        let gap = |place: Option<usize>| place.and_then(|place| self.gaps.get(place));
        let before = |index: usize| gap(blocks.get(index).map(|block| block.region.first));
        let behind = gap(blocks.last().map(|block| block.region.end));
        let shares_line: Vec<bool> =
            (0..blocks.len()).map(|index| index > 0 && before(index).is_some_and(|gap| !gap.breaks_line())).collect();
        for index in 0..blocks.len() {
            let unknown_before = before(index).is_some_and(|gap| gap.has_unknown);
            let unknown_behind = match before(index + 1) {
                Some(gap) => gap.has_unknown,
                None => behind.is_some_and(|gap| gap.has_unknown),
            };
            // What begins with no keyword could go on with the item before, were that indented otherwise.
            let next_is_unknown = blocks
                .get(index + 1)
                .is_some_and(|next| !ITEM_KEYWORDS.contains(&self.source.pieces.text(next.region.keyword)));
            let shares_next = shares_line.get(index + 1).copied().unwrap_or(false);
            let shares_previous = shares_line.get(index).copied().unwrap_or(false);
            if let Some(is_left) = self.is_left.get_mut(index) {
                *is_left |= unknown_before || unknown_behind || next_is_unknown || shares_next || shares_previous;
            }
        }
    }

    fn file(&mut self) {
        let count = self.source.outline.blocks.len();
        if count == 0 && self.gaps.first().is_some_and(|gap| gap.has_unknown) {
            return self.lines.push(Line::Verbatim(self.source.text));
        }
        let mut index = 0;
        while index < count {
            if self.is_left.get(index).copied().unwrap_or(false) {
                index = self.left(index);
            } else {
                self.healthy(index);
                index += 1;
            }
        }
        if !self.is_left.last().copied().unwrap_or(false) {
            let behind = self.source.outline.blocks.last().map_or(0, |block| block.region.end);
            if let Some(gap) = self.gaps.get(behind) {
                gap.write(&mut self.lines, 0, count == 0);
            }
        }
    }

    /// Copies the items from `first` on that are left, with all lines from behind the item before up
    /// to the first line of the next one; gives the index of that one.
    fn left(&mut self, first: usize) -> usize {
        let blocks = &self.source.outline.blocks;
        let run = self.is_left.get(first..).unwrap_or_default().iter().take_while(|is_left| **is_left).count();
        let end = first + run;
        let mut start = 0;
        if let Some(before) = first.checked_sub(1).and_then(|before| blocks.get(before)) {
            // The comment behind the item before is part of that one's line.
            if let Some(gap) = self.gaps.get(before.region.end) {
                gap.write_behind(&mut self.lines);
            }
            start = self.next_line(before.span.end);
        }
        let end_offset = match blocks.get(end) {
            Some(next) => self.line_start(next.span.start),
            None => self.source.text.len(),
        };
        self.lines.push(Line::Verbatim(self.source.text.get(start..end_offset).unwrap_or_default()));
        end
    }

    /// The offset of the line behind the one that holds `offset`.
    fn next_line(&self, offset: u32) -> usize {
        let tokens = self.source.tokens;
        let from = tokens.partition_point(|token| token.span.start < offset);
        let newline = tokens.iter().skip(from).find(|token| token.kind == TokenKind::Newline);
        newline.map_or(self.source.text.len(), |token| token.span.end as usize)
    }

    /// The offset of the start of the line that holds `offset`.
    fn line_start(&self, offset: u32) -> usize {
        let tokens = self.source.tokens;
        let before = tokens.partition_point(|token| token.span.start < offset);
        let earlier = tokens.get(..before).unwrap_or_default();
        let newline = earlier.iter().rev().find(|token| token.kind == TokenKind::Newline);
        newline.map_or(0, |token| token.span.end as usize)
    }

    fn healthy(&mut self, index: usize) {
        let Some(block) = self.source.outline.blocks.get(index) else { return };
        let item = ItemWriter::new(self.source, &self.gaps, &self.roles, block).write();
        let after_left = index > 0 && self.is_left.get(index - 1).copied().unwrap_or(false);
        if !after_left && let Some(gap) = self.gaps.get(block.region.first) {
            let spans_lines = item.len() > 1 || self.last_item_spans_lines();
            gap.write_behind(&mut self.lines);
            if index > 0 && spans_lines && !gap.has_blank() {
                self.lines.push(Line::Blank);
            }
            gap.write_before(&mut self.lines, 0, index == 0);
        }
        self.lines.extend(item);
    }

    /// Whether the last line written closes an item of several lines.
    fn last_item_spans_lines(&self) -> bool {
        matches!(self.lines.last(), Some(Line::Code(code)) if code.start != lines::Start::Item)
    }
}
