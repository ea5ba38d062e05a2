//! What stands between the pieces: comments and blank lines.

use super::lines::Line;
use crate::pieces::Pieces;
use crate::scan::{Token, TokenKind};

/// A comment of any kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'s> {
    /// Its text without blanks at the end.
    pub(super) text: &'s str,
    /// Whether it stands on a line of its own.
    pub(super) own_line: bool,
    /// Whether a blank line stands before it.
    pub(super) blank_before: bool,
}

/// The trivia before a piece, or behind the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Gap<'s> {
    pub(super) comments: Vec<Comment<'s>>,
    /// Whether a blank line stands directly before the piece.
    pub(super) blank_at_end: bool,
    /// Whether it holds characters that are no part of the language.
    pub(super) has_unknown: bool,
    /// The line ends since the last comment.
    newlines: usize,
}

impl<'s> Gap<'s> {
    /// Whether the next piece stands on another line.
    pub(super) fn breaks_line(&self) -> bool {
        self.newlines > 0 || !self.comments.is_empty()
    }

    /// Whether it holds a blank line anywhere.
    pub(super) fn has_blank(&self) -> bool {
        self.blank_at_end || self.comments.iter().any(|comment| comment.blank_before)
    }

    /// Writes the comment that stands behind the piece before, on its line.
    pub(super) fn write_behind(&self, lines: &mut [Line<'s>]) {
        if let Some(comment) = self.comments.first().filter(|comment| !comment.own_line)
            && let Some(Line::Code(code)) = lines.last_mut()
        {
            code.comment = Some(comment.text);
        }
    }

    /// Writes the lines between two lines of code; no blank line at the `start` of a block.
    pub(super) fn write_before(&self, lines: &mut Vec<Line<'s>>, indent: usize, start: bool) {
        let mut may_be_blank = !start;
        for comment in self.comments.iter().filter(|comment| comment.own_line) {
            if comment.blank_before && may_be_blank {
                lines.push(Line::Blank);
            }
            lines.push(Line::Comment { indent, text: comment.text });
            may_be_blank = true;
        }
        if self.blank_at_end && may_be_blank {
            lines.push(Line::Blank);
        }
    }

    /// Writes what stands at the end of a block, which has no blank line before its closing bracket.
    pub(super) fn write(&self, lines: &mut Vec<Line<'s>>, indent: usize, start: bool) {
        self.write_behind(lines);
        self.clone().without_blank_at_end().write_before(lines, indent, start);
    }

    /// The gap as it stands before a closing bracket.
    pub(super) fn without_blank_at_end(self) -> Self {
        Self { blank_at_end: false, ..self }
    }
}

/// The gaps of a file: one before each piece, and one behind the last.
pub(super) fn collect<'s>(text: &'s str, tokens: &[Token], pieces: &Pieces<'s>) -> Vec<Gap<'s>> {
    let mut gaps = Vec::with_capacity(pieces.all.len() + 1);
    let mut gap = Gap::default();
    // The start of the file begins a line.
    let mut is_line_start = true;
    for token in tokens {
        match token.kind {
            TokenKind::Space => {}
            TokenKind::Newline => {
                gap.newlines += 1;
                is_line_start = true;
            }
            TokenKind::Comment | TokenKind::Docs | TokenKind::FileDocs => {
                let blank_before = gap.newlines > 1;
                let text = token.text(text).trim_end();
                gap.comments.push(Comment { text, own_line: is_line_start, blank_before });
                gap.newlines = 0;
                is_line_start = false;
            }
            TokenKind::Unknown => {
                gap.has_unknown = true;
                gap.newlines = 0;
                is_line_start = false;
            }
            _ => {
                gap.blank_at_end = gap.newlines > 1;
                gaps.push(std::mem::take(&mut gap));
                is_line_start = false;
            }
        }
    }
    gaps.push(gap);
    gaps
}
