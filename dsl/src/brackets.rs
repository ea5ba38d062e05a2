//! Matching the brackets of one item, and repairing what does not match.
//!
//! A repair is a guess about one forgotten or superfluous bracket. It follows the indentation,
//! since that is what the author looked at: a `}` further to the left than the line of the `{`
//! that it would close belongs to an outer one, a `}` further to the right to one that is missing.
//! Each repair is one problem, and the text is then read as if it had been made.

use crate::blocks::Region;
use crate::layout::continues_line;
use crate::pieces::Pieces;
use crate::problem::Problem;
use crate::scan::{Bracket, TokenKind};
use crate::ast::Span;

/// A bracket that the repair adds behind a piece.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Virtual {
    /// The index of the piece before it.
    pub(crate) after: usize,
    /// Which.
    pub(crate) bracket: Bracket,
    /// Whether it opens.
    pub(crate) opens: bool,
}

/// What was done to match the brackets of an item.
#[derive(Debug, Default)]
pub(crate) struct Repairs {
    /// Brackets added, in the order of the text.
    pub(crate) added: Vec<Virtual>,
    /// Closing brackets read over, in the order of the text.
    pub(crate) dropped: Vec<usize>,
    /// Closing brackets read as one of another kind.
    pub(crate) changed: Vec<(usize, Bracket)>,
    /// What was reported, each with the text that it may have spoiled.
    pub(crate) problems: Vec<(Problem, Span)>,
}

/// Matches the brackets of a region.
pub(crate) fn repair(pieces: &Pieces<'_>, region: Region, next: Option<Region>) -> Repairs {
    if is_balanced(pieces, region) {
        return Repairs::default();
    }
    let mut matcher = Matcher::new(pieces, region);
    for index in region.first..region.end {
        match pieces.get(index).map(|piece| piece.kind) {
            Some(TokenKind::Open(bracket)) => matcher.stack.push((index, bracket)),
            Some(TokenKind::Close(Bracket::Curly)) => matcher.close_curly(index),
            Some(TokenKind::Close(bracket)) => matcher.close_other(index, bracket),
            _ => {}
        }
    }
    while let Some((opener, bracket)) = matcher.stack.pop() {
        let before = next.map(|next| next.keyword);
        matcher.unclosed(opener, bracket, region.end, before);
    }
    matcher.repairs.added.sort_by_key(|added| added.after);
    matcher.repairs.problems.sort_by_key(|(problem, _)| problem.span);
    matcher.repairs
}

fn is_balanced(pieces: &Pieces<'_>, region: Region) -> bool {
    let mut stack = Vec::new();
    for piece in pieces.all.get(region.first..region.end).unwrap_or_default() {
        match piece.kind {
            TokenKind::Open(bracket) => stack.push(bracket),
            TokenKind::Close(bracket) if stack.pop() != Some(bracket) => return false,
            _ => {}
        }
    }
    stack.is_empty()
}

struct Matcher<'a, 's> {
    pieces: &'a Pieces<'s>,
    region: Region,
    /// The open brackets: piece and kind.
    stack: Vec<(usize, Bracket)>,
    /// `{` minus `}` in the region, less what was repaired: what is still to be guessed.
    missing_closers: i64,
    repairs: Repairs,
}

impl<'a, 's> Matcher<'a, 's> {
    fn new(pieces: &'a Pieces<'s>, region: Region) -> Self {
        let all = pieces.all.get(region.first..region.end).unwrap_or_default();
        let count = |kind| all.iter().filter(|piece| piece.kind == kind).count() as i64;
        let missing_closers =
            count(TokenKind::Open(Bracket::Curly)) - count(TokenKind::Close(Bracket::Curly));
        Self { pieces, region, stack: Vec::new(), missing_closers, repairs: Repairs::default() }
    }

    fn indent(&self, index: usize) -> u32 {
        self.pieces.get(index).map_or(0, |piece| piece.indent)
    }

    fn span(&self, index: usize) -> Span {
        self.pieces.get(index).map_or(Span::default(), |piece| piece.span)
    }

    /// The text from one piece to the one before another.
    fn range(&self, from: usize, before: usize) -> Span {
        self.span(from).to(self.span(before.saturating_sub(1)))
    }

    fn close_curly(&mut self, index: usize) {
        if !self.stack.iter().any(|(_, bracket)| *bracket == Bracket::Curly) {
            return self.without_opener(index);
        }
        while let Some((opener, bracket)) = self.stack.pop_if(|(_, bracket)| *bracket != Bracket::Curly) {
            self.unclosed(opener, bracket, index, Some(index));
        }
        let first = self.pieces.get(index).is_some_and(|piece| piece.first);
        let column = self.indent(index);
        while let Some((opener, _)) = self.stack.last().copied() {
            let is_outer = first && self.missing_closers > 0 && column < self.indent(opener);
            let has_outer = self.stack.iter().rev().skip(1).any(|(outer, _)| self.indent(*outer) <= column);
            if !is_outer || !has_outer {
                break;
            }
            self.stack.pop();
            self.unclosed(opener, Bracket::Curly, index, Some(index));
        }
        let Some((opener, _)) = self.stack.last().copied() else { return };
        if first && self.missing_closers < 0 && column > self.indent(opener) {
            return self.unopened(index, opener + 1);
        }
        self.stack.pop();
    }

    /// A `}` for which no `{` is open.
    fn without_opener(&mut self, index: usize) {
        let first = self.pieces.get(index).is_some_and(|piece| piece.first);
        let had_body = (self.region.first..index).any(|before| {
            self.pieces.is(before, TokenKind::Open(Bracket::Curly))
                && self.pieces.text(before.saturating_sub(1)) != "->"
        });
        if first && !had_body && self.stack.is_empty() {
            return self.unopened(index, self.region.keyword);
        }
        self.missing_closers += 1;
        self.repairs.dropped.push(index);
        let problem = Problem::stray_closer(self.span(index), Bracket::Curly);
        self.repairs.problems.push((problem, self.span(index)));
    }

    /// A `}` whose `{` was forgotten at the end of a line behind `from`.
    fn unopened(&mut self, index: usize, from: usize) {
        self.missing_closers += 1;
        let column = self.indent(index);
        let line = (from..index).rev().find(|before| {
            self.pieces.get(*before).is_some_and(|piece| piece.first && piece.column <= column)
        });
        let mut last = self.pieces.line_last(line.unwrap_or(from));
        while last + 1 < index && continues_line(self.pieces, last + 1) {
            last = self.pieces.line_last(last + 1);
        }
        let after = last.min(index.saturating_sub(1));
        self.repairs.added.push(Virtual { after, bracket: Bracket::Curly, opens: true });
        // The closing bracket is there; only its partner was added, so it stays in the text.
        let problem = Problem::missing_opener(self.span(after), self.span(index));
        let spoiled = self.range(line.unwrap_or(from), after + 1);
        self.repairs.problems.push((problem, spoiled));
    }

    fn close_other(&mut self, index: usize, bracket: Bracket) {
        let curly = self.stack.iter().rposition(|(_, open)| *open == Bracket::Curly);
        let reach = curly.map_or(0, |curly| curly + 1);
        let above = self.stack.get(reach..).unwrap_or_default();
        if above.iter().any(|(_, open)| *open == bracket) {
            while let Some((opener, open)) = self.stack.pop_if(|(_, open)| *open != bracket) {
                self.unclosed(opener, open, index, Some(index));
            }
            self.stack.pop();
        } else if let Some((opener, open)) = above.last().copied() {
            self.stack.pop();
            self.repairs.changed.push((index, open));
            let problem = Problem::wrong_closer(self.span(opener), open, self.span(index), bracket);
            self.repairs.problems.push((problem, self.range(opener, index + 1)));
        } else {
            self.repairs.dropped.push(index);
            let problem = Problem::stray_closer(self.span(index), bracket);
            self.repairs.problems.push((problem, self.span(index)));
        }
    }

    /// Reports an unclosed bracket and closes it: a `{` before the piece `end`, the others at the
    /// end of their line, so that the lines below stay lines.
    fn unclosed(&mut self, opener: usize, bracket: Bracket, end: usize, before: Option<usize>) {
        let mut after = end.saturating_sub(1);
        if bracket == Bracket::Curly {
            self.missing_closers -= 1;
        } else {
            after = self.pieces.line_last(opener).min(after);
        }
        self.repairs.added.push(Virtual { after, bracket, opens: false });
        // A string that swallowed the rest of its line swallowed the bracket, and is reported.
        let swallowed = self.pieces.is(self.pieces.line_last(opener), TokenKind::UnclosedText);
        if !swallowed {
            let other = before.and_then(|before| self.pieces.get(before)).map(|piece| piece.span);
            let words = other.map(|span| (span, self.pieces.text_of(span)));
            let problem = Problem::unclosed_bracket(self.span(opener), bracket, words);
            self.repairs.problems.push((problem, self.range(opener, end)));
        }
    }
}
