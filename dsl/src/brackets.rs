//! Matching the brackets of one item, and repairing what does not match.
//!
//! A repair is a guess about one forgotten or superfluous bracket. It follows the indentation,
//! since that is what the author looked at: a `}` further to the left than the line of the `{`
//! that it would close belongs to an outer one, a `}` further to the right to one that is missing.
//! Each repair is one problem, and the text is then read as if it had been made.

use crate::ast::Span;
use crate::blocks::{MAX_OPEN, Region};
use crate::layout::continues_line;
use crate::parse::MAX_PROBLEMS;
use crate::pieces::Pieces;
use crate::problem::Problem;
use crate::scan::{Bracket, TokenKind};

/// How many pieces of its line, or lines that go on with it, a repair looks at.
const MAX_LOOKAHEAD: usize = 64;

/// How many brackets within an unclosed one are shown with it.
const MAX_INNER: usize = 4;

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
            Some(TokenKind::Open(bracket)) if matcher.stack.len() < MAX_OPEN => matcher.stack.push((index, bracket)),
            Some(TokenKind::Close(Bracket::Curly)) => matcher.close_curly(index),
            Some(TokenKind::Close(bracket)) => matcher.close_other(index, bracket),
            _ => {}
        }
    }
    matcher.close_all(next.map(|next| next.keyword));
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

/// The last piece of the logical line that goes on behind the piece `last`, before `end`. Brackets
/// play no part: they are what is in doubt.
fn logical_line_last(pieces: &Pieces<'_>, mut last: usize, end: usize) -> usize {
    for _ in 0..MAX_LOOKAHEAD {
        if last + 1 >= end || !continues_line(pieces, last + 1) {
            break;
        }
        last = pieces.line_last(last + 1);
    }
    last
}

struct Matcher<'a, 's> {
    pieces: &'a Pieces<'s>,
    region: Region,
    /// The open brackets: piece and kind.
    stack: Vec<(usize, Bracket)>,
    /// `{` minus `}` in the region, less what was repaired: what is still to be guessed.
    missing_closers: i64,
    /// Whether the header opens a body.
    header_has_body: bool,
    repairs: Repairs,
}

impl<'a, 's> Matcher<'a, 's> {
    fn new(pieces: &'a Pieces<'s>, region: Region) -> Self {
        let all = pieces.all.get(region.first..region.end).unwrap_or_default();
        let count = |kind| all.iter().filter(|piece| piece.kind == kind).count() as i64;
        let missing_closers = count(TokenKind::Open(Bracket::Curly)) - count(TokenKind::Close(Bracket::Curly));
        let header_end = logical_line_last(pieces, pieces.line_last(region.keyword), region.end);
        let mut header = region.keyword..=header_end.min(region.end.saturating_sub(1));
        let header_has_body = header.any(|index| {
            pieces.is(index, TokenKind::Open(Bracket::Curly)) && pieces.text(index.saturating_sub(1)) != "->"
        });
        Self { pieces, region, stack: Vec::new(), missing_closers, header_has_body, repairs: Repairs::default() }
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
        let first = self.pieces.get(index).is_some_and(|piece| piece.first);
        let in_other = self.stack.last().is_some_and(|(_, bracket)| *bracket != Bracket::Curly);
        if in_other && !first && self.missing_closers < 0 {
            // There is a `}` too many, and this one stands in the middle of a `( )` or `[ ]`.
            self.missing_closers += 1;
            self.repairs.dropped.push(index);
            let line = self.range(self.line_first(index), index + 1);
            return self.report(Problem::stray_closer(self.span(index), Bracket::Curly), line);
        }
        while let Some((opener, bracket)) = self.stack.pop_if(|(_, bracket)| *bracket != Bracket::Curly) {
            self.unclosed(opener, bracket, index, Some(index));
        }
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
        if first && !self.header_has_body && self.stack.is_empty() {
            self.header_has_body = true;
            return self.unopened(index, self.region.keyword);
        }
        self.missing_closers += 1;
        self.repairs.dropped.push(index);
        // Where a block was opened is not known, so nothing before is read as it was meant.
        self.report(Problem::stray_closer(self.span(index), Bracket::Curly), self.range(self.region.first, index + 1));
    }

    fn report(&mut self, problem: Problem, spoiled: Span) {
        if self.repairs.problems.len() <= MAX_PROBLEMS {
            self.repairs.problems.push((problem, spoiled));
        }
    }

    /// A `}` whose `{` was forgotten at the end of a line behind `from`.
    fn unopened(&mut self, index: usize, from: usize) {
        self.missing_closers += 1;
        let column = self.indent(index);
        let line = (from..index)
            .rev()
            .find(|before| self.pieces.get(*before).is_some_and(|piece| piece.first && piece.column <= column));
        let mut last = self.pieces.line_last(line.unwrap_or(from));
        last = logical_line_last(self.pieces, last, index);
        let after = last.min(index.saturating_sub(1));
        self.repairs.added.push(Virtual { after, bracket: Bracket::Curly, opens: true });
        // The closing bracket is there; only its partner was added, so it stays in the text.
        let problem = Problem::missing_opener(self.span(after), self.span(index));
        self.report(problem, self.range(line.unwrap_or(from), after + 1));
    }

    fn close_other(&mut self, index: usize, bracket: Bracket) {
        self.close_curlies_before(index, bracket);
        let curly = self.stack.iter().rposition(|(_, open)| *open == Bracket::Curly);
        let reach = curly.map_or(0, |curly| curly + 1);
        let above = self.stack.get(reach..).unwrap_or_default();
        let open = above.iter().filter(|(_, open)| *open == bracket).count();
        let is_last = above.last().is_some_and(|(_, open)| *open == bracket);
        if is_last || open > 0 && self.closers_on_line(index, bracket) <= open {
            while let Some((opener, open)) = self.stack.pop_if(|(_, open)| *open != bracket) {
                self.unclosed(opener, open, index, Some(index));
            }
            self.stack.pop();
        } else if let Some((opener, open)) = above.last().copied() {
            self.stack.pop();
            self.repairs.changed.push((index, open));
            let problem = Problem::wrong_closer(self.span(opener), open, self.span(index), bracket);
            self.report(problem, self.range(opener, index + 1));
        } else {
            self.repairs.dropped.push(index);
            let line = self.line_first(index);
            self.report(Problem::stray_closer(self.span(index), bracket), self.range(line, index + 1));
        }
    }

    /// When a `}` is missing somewhere, and this bracket was opened before the `{` that is open, then
    /// that is the one that nobody closed.
    fn close_curlies_before(&mut self, index: usize, bracket: Bracket) {
        let opener = self.stack.iter().rposition(|(_, open)| *open == bracket);
        let Some(above) = opener.and_then(|opener| self.stack.get(opener + 1..)) else { return };
        let curlies = above.iter().filter(|(_, open)| *open == Bracket::Curly).count() as i64;
        if curlies == 0 || curlies > self.missing_closers {
            return;
        }
        while let Some((opener, open)) = self.stack.pop_if(|(_, open)| *open != bracket) {
            self.unclosed(opener, open, index, Some(index));
        }
    }

    /// The piece behind which an unclosed `(` or `[` is taken to end: the last of its line, or what
    /// stands before the body or the result there.
    fn close_on_line(&self, opener: usize) -> usize {
        let last = self.pieces.line_last(opener);
        let is_header = opener <= self.region.keyword + 3;
        let mut line = opener + 1..last.min(opener + MAX_LOOKAHEAD);
        let arrow = line.find(|index| is_header && self.pieces.text(*index) == "->");
        let opens_body = last > opener + 1 && self.pieces.is(last, TokenKind::Open(Bracket::Curly));
        arrow.map_or(if opens_body { last - 1 } else { last }, |arrow| arrow - 1)
    }

    /// How many brackets of a kind the rest of the line closes that it does not open.
    fn closers_on_line(&self, index: usize, bracket: Bracket) -> usize {
        let end = (self.pieces.line_last(index) + 1).min(index + MAX_LOOKAHEAD);
        let (mut open, mut closers) = (0_usize, 0);
        for piece in self.pieces.all.get(index..end).unwrap_or_default() {
            match piece.kind {
                TokenKind::Open(kind) if kind == bracket => open += 1,
                TokenKind::Close(kind) if kind == bracket && open > 0 => open -= 1,
                TokenKind::Close(kind) if kind == bracket => closers += 1,
                _ => {}
            }
        }
        closers
    }

    /// The first piece of the physical line of a piece.
    fn line_first(&self, index: usize) -> usize {
        let line_start = self.span(index).start - self.pieces.get(index).map_or(0, |piece| piece.column);
        self.pieces.all.partition_point(|piece| piece.span.start < line_start)
    }

    /// Closes what is open at the end of the region. What ends there ends by one cause: the first
    /// bracket is reported, and the others within it stand beside.
    fn close_all(&mut self, before: Option<usize>) {
        let mut open_to_the_end = Vec::new();
        while let Some((opener, bracket)) = self.stack.pop() {
            let known = self.repairs.problems.len();
            self.unclosed(opener, bracket, self.region.end, before);
            let ends_here = self.repairs.added.last().is_some_and(|added| added.after + 1 == self.region.end);
            if ends_here && self.repairs.problems.len() > known {
                open_to_the_end.extend(self.repairs.problems.pop());
            }
        }
        let Some((mut problem, spoiled)) = open_to_the_end.pop() else { return };
        for (inner, _) in open_to_the_end.iter().rev().take(MAX_INNER) {
            problem = problem.other(inner.span, "nor is this one");
        }
        self.report(problem, spoiled);
    }

    /// Reports an unclosed bracket and closes it: a `{` before the piece `end`, the others at the
    /// end of their line, so that the lines below stay lines.
    fn unclosed(&mut self, opener: usize, bracket: Bracket, end: usize, before: Option<usize>) {
        let mut after = end.saturating_sub(1);
        if bracket == Bracket::Curly {
            self.missing_closers -= 1;
        } else {
            after = self.close_on_line(opener).min(after);
        }
        self.repairs.added.push(Virtual { after, bracket, opens: false });
        // A string that swallowed the rest of its line swallowed the bracket, and is reported.
        let swallowed = self.pieces.is(self.pieces.line_last(opener), TokenKind::UnclosedText);
        if !swallowed {
            let other = before.and_then(|before| self.pieces.get(before)).map(|piece| piece.span);
            let words = other.map(|span| (span, self.pieces.text_of(span)));
            let problem = Problem::unclosed_bracket(self.span(opener), bracket, words);
            let line = match bracket {
                Bracket::Curly => opener,
                _ => logical_line_last(self.pieces, self.pieces.line_last(opener), end),
            };
            let keeps_to_its_line = bracket != Bracket::Curly && line > opener;
            self.report(problem, self.range(opener, if keeps_to_its_line { end.min(line + 1) } else { end }));
        }
    }
}
