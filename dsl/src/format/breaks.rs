//! Which tokens of an item begin a line, before the heads of bodies are looked at.
//!
//! The author's line breaks stay, but for these: a brace group that spans lines has its braces at the
//! ends of lines, a round or square one does so when one of its brackets does, an empty group is one
//! token, and `else` stands behind the brace before it.

use super::Source;
use super::gaps::Gap;
use crate::blocks::Region;
use crate::scan::{Bracket, TokenKind};

/// The line breaks and brackets of one item; all indices are those of the file's pieces.
pub(super) struct Breaks {
    first: usize,
    /// For each piece, whether it begins a line.
    begins: Vec<bool>,
    /// For each opening bracket, the closing one.
    closes: Vec<usize>,
}

impl Breaks {
    pub(super) fn new(source: &Source<'_>, gaps: &[Gap<'_>], region: Region) -> Self {
        let pieces = &source.pieces;
        let range = region.first..region.end;
        let begins = range.clone().map(|index| pieces.get(index).is_some_and(|piece| piece.first)).collect();
        let mut breaks = Self { first: region.first, begins, closes: vec![0; range.len()] };
        let has_comment = |index: usize| gaps.get(index).is_some_and(|gap| !gap.comments.is_empty());
        let mut open: Vec<(usize, Bracket)> = Vec::new();
        // How many lines began up to each piece tells whether a group spans lines.
        let mut lines = 0_usize;
        let mut lines_at_open: Vec<usize> = Vec::new();
        for index in range {
            lines += usize::from(breaks.begins(index));
            match pieces.get(index).map(|piece| piece.kind) {
                Some(TokenKind::Open(bracket)) => {
                    open.push((index, bracket));
                    lines_at_open.push(lines);
                }
                Some(TokenKind::Close(_)) => {
                    let (Some((start, bracket)), Some(at_open)) = (open.pop(), lines_at_open.pop()) else { continue };
                    breaks.set_close(start, index);
                    if index == start + 1 {
                        if !has_comment(index) {
                            breaks.set(index, false);
                        }
                    } else if bracket == Bracket::Curly && lines > at_open
                        || breaks.begins(start + 1)
                        || breaks.begins(index)
                    {
                        breaks.set(start + 1, true);
                        breaks.set(index, true);
                    }
                }
                _ => {}
            }
        }
        breaks.join_else(source, has_comment, region);
        breaks
    }

    /// Whether the piece begins a line.
    pub(super) fn begins(&self, index: usize) -> bool {
        index.checked_sub(self.first).and_then(|place| self.begins.get(place)).copied().unwrap_or(false)
    }

    /// Whether the bracket that opens at `index` has its content on lines of its own.
    pub(super) fn is_hanging(&self, index: usize) -> bool {
        let close = self.close_of(index);
        close > index + 1 && self.begins(index + 1) && self.begins(close)
    }

    /// The bracket that closes the one at `index`.
    pub(super) fn close_of(&self, index: usize) -> usize {
        index.checked_sub(self.first).and_then(|place| self.closes.get(place)).copied().unwrap_or(0)
    }

    fn set(&mut self, index: usize, begins: bool) {
        if let Some(place) = index.checked_sub(self.first).and_then(|place| self.begins.get_mut(place)) {
            *place = begins;
        }
    }

    fn set_close(&mut self, open: usize, close: usize) {
        if let Some(place) = open.checked_sub(self.first).and_then(|place| self.closes.get_mut(place)) {
            *place = close;
        }
    }

    fn join_else(&mut self, source: &Source<'_>, has_comment: impl Fn(usize) -> bool, region: Region) {
        for index in region.first + 1..region.end {
            let is_else = source.pieces.text(index) == "else" && self.begins(index) && self.begins(index - 1);
            let behind_brace = source.pieces.is(index - 1, TokenKind::Close(Bracket::Curly));
            if is_else && behind_brace && !has_comment(index) && !source.starts_logical_line(index) {
                self.set(index, false);
            }
        }
    }
}
