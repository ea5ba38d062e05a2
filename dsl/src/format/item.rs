//! One healthy item: its lines, their indentation and the blanks in them.

use super::Source;
use super::breaks::Breaks;
use super::gaps::Gap;
use super::lines::{Code, Column, ColumnKind, Line, Start};
use super::roles::Roles;
use super::spacing;
use crate::outline::ItemBlock;
use crate::scan::{Bracket, TokenKind};

/// The blanks of one step to the right.
const STEP: usize = 4;

/// What stands further to the right is no margin for the lines below it.
const MAX_MARGIN: usize = 80;

/// The words that begin a clause of a query.
const QUERY_CLAUSES: [&str; 7] = ["where", "order", "group", "skip", "limit", "select", "join"];

/// Statements whose first brace opens a block.
const BLOCK_WORDS: [&str; 7] = ["if", "for", "match", "else", "apply", "on", "every"];

/// The steps of a scenario, which stand below each other.
const SCENARIO_STEPS: [&str; 3] = ["given", "when", "then"];

/// An open bracket, or the item itself.
struct Level {
    /// `None` for the item itself.
    bracket: Option<Bracket>,
    /// Whether it is the body of the item.
    is_body: bool,
    /// The indentation of the line that closes it.
    close_indent: usize,
    /// The indentation of its members.
    base: usize,
    /// The indentation of the member or statement that is being written.
    line_indent: usize,
    /// The indentation of its last line that does not begin with a dot.
    last_indent: usize,
    /// The first word of it, or the last `else`.
    head_word: &'static str,
    /// Whether a brace has been opened since the head word.
    has_block: bool,
    query: Option<Query>,
}

/// A query in the statement that is being written.
struct Query {
    /// The column of its `from`, if its clauses stand below that.
    margin: Option<usize>,
    /// The indentation of the clause that is being written.
    clause: Option<usize>,
}

impl Level {
    fn new(bracket: Option<Bracket>, close_indent: usize, base: usize) -> Self {
        Self {
            bracket,
            is_body: false,
            close_indent,
            base,
            line_indent: base,
            last_indent: base,
            head_word: "",
            has_block: false,
            query: None,
        }
    }

    fn is_curly(&self) -> bool {
        self.bracket == Some(Bracket::Curly)
    }

    /// Begins a member or statement.
    fn begin(&mut self, word: &str) {
        self.line_indent = self.base;
        self.head_word = BLOCK_WORDS.into_iter().find(|known| *known == word).unwrap_or("");
        self.has_block = false;
        self.query = None;
    }
}

/// Writes the lines of one item.
pub(super) struct ItemWriter<'a, 's> {
    source: &'a Source<'s>,
    gaps: &'a [Gap<'s>],
    roles: &'a Roles,
    block: &'a ItemBlock,
    breaks: Breaks,
    /// The brace that opens the body.
    body: Option<usize>,
    levels: Vec<Level>,
    lines: Vec<Line<'s>>,
    code: Code<'s>,
    /// The characters of the line so far, with its indentation.
    width: usize,
    /// The piece that begins the line.
    line_first: usize,
    /// How many levels were open where the line begins.
    line_depth: usize,
    /// The indentation that the last closing brace had or would have had.
    last_close: usize,
    /// The line has got its `name:`, and what follows stands in a column.
    awaits_field: bool,
}

impl<'a, 's> ItemWriter<'a, 's> {
    pub(super) fn new(source: &'a Source<'s>, gaps: &'a [Gap<'s>], roles: &'a Roles, block: &'a ItemBlock) -> Self {
        let region = block.region;
        let inside = block.lines.body.as_ref().map(|body| body.inside.start);
        let body = (region.first..region.end)
            .find(|index| source.pieces.get(*index).is_some_and(|piece| Some(piece.span.end) == inside))
            .filter(|index| source.pieces.is(*index, TokenKind::Open(Bracket::Curly)));
        Self {
            source,
            gaps,
            roles,
            block,
            breaks: Breaks::new(source, gaps, region),
            body,
            levels: vec![Level::new(None, 0, 0)],
            lines: Vec::new(),
            code: Code { indent: 0, text: String::new(), start: Start::Item, column: None, comment: None },
            width: 0,
            line_first: region.first,
            line_depth: 1,
            last_close: 0,
            awaits_field: false,
        }
    }

    /// The lines of the item.
    pub(super) fn write(mut self) -> Vec<Line<'s>> {
        for index in self.block.region.first..self.block.region.end {
            self.piece(index);
        }
        self.finish_line();
        self.lines
    }

    fn text(&self, index: usize) -> &'s str {
        self.source.pieces.text(index)
    }

    fn kind(&self, index: usize) -> Option<TokenKind> {
        self.source.pieces.get(index).map(|piece| piece.kind)
    }

    fn is_first(&self, index: usize) -> bool {
        index == self.block.region.first
    }

    fn piece(&mut self, index: usize) {
        let closed = match self.kind(index) {
            Some(TokenKind::Close(_)) if self.levels.len() > 1 => self.levels.pop(),
            _ => None,
        };
        if self.is_first(index) {
            self.begin_member(index);
        } else if self.begins_line(index) {
            self.new_line(index, closed.as_ref());
        } else {
            self.blank_before(index);
        }
        self.note(index);
        self.push_text(self.text(index));
        match self.kind(index) {
            Some(TokenKind::Open(bracket)) => self.open(index, bracket),
            Some(TokenKind::Close(_)) => self.last_close = closed.map_or(0, |level| level.close_indent),
            _ => self.pad_step(index),
        }
    }

    fn push_text(&mut self, text: &str) {
        self.code.text.push_str(text);
        self.width += text.chars().count();
    }

    fn blank_before(&mut self, index: usize) {
        if spacing::has_blank(&self.source.pieces, self.roles, index) {
            self.push_text(" ");
        }
        if std::mem::take(&mut self.awaits_field) {
            self.code.column = Some(Column { kind: ColumnKind::Field, at: self.code.text.len() });
        }
    }

    /// Whether the piece begins a line; the brace of a body stands behind a head of one line, and on
    /// a line of its own behind a head of several.
    fn begins_line(&self, index: usize) -> bool {
        let begins = self.breaks.begins(index);
        let Some(level) = self.levels.last() else { return begins };
        let is_head_brace = self.kind(index) == Some(TokenKind::Open(Bracket::Curly))
            && (self.body == Some(index) || !level.has_block && !level.head_word.is_empty() && !self.in_list());
        let commented = self.gaps.get(index).is_some_and(|gap| !gap.comments.is_empty());
        if !is_head_brace || commented {
            return begins;
        }
        let is_head_of_one_line = self.code.indent == level.line_indent;
        !is_head_of_one_line && (begins || self.breaks.is_hanging(index))
    }

    /// Whether the innermost bracket holds elements and not statements.
    fn in_list(&self) -> bool {
        self.levels.last().is_some_and(|level| matches!(level.bracket, Some(Bracket::Round | Bracket::Square)))
    }

    fn finish_line(&mut self) {
        let empty = Code { indent: 0, text: String::new(), start: Start::Continuation, column: None, comment: None };
        let code = std::mem::replace(&mut self.code, empty);
        self.lines.push(Line::Code(code));
        self.awaits_field = false;
    }

    fn new_line(&mut self, index: usize, closed: Option<&Level>) {
        self.finish_line();
        let closes = closed.is_some();
        let opened = matches!(self.kind(index - 1), Some(TokenKind::Open(_)));
        let (indent, start) = match closed {
            Some(level) => (level.close_indent, Start::Closer),
            None => self.indentation(index),
        };
        // A comment before a closing bracket belongs to what the bracket holds.
        let comment_indent = closed.map_or(indent, |level| level.base);
        let gap = self.gaps.get(index).cloned().unwrap_or_default();
        gap.write_behind(&mut self.lines);
        let gap = if closes { gap.without_blank_at_end() } else { gap };
        gap.write_before(&mut self.lines, comment_indent, opened);
        self.code.indent = indent;
        self.code.start = start;
        self.width = indent;
        self.line_first = index;
        self.line_depth = self.levels.len();
        let begins_with_dot = matches!(self.text(index), "." | "?.");
        if let Some(level) = self.levels.last_mut().filter(|_| !begins_with_dot) {
            level.last_indent = indent;
        }
    }

    fn begin_member(&mut self, index: usize) {
        let text = self.text(index);
        if let Some(level) = self.levels.last_mut() {
            level.begin(text);
        }
    }

    /// The indentation of the line that begins with the piece, which closes nothing.
    fn indentation(&mut self, index: usize) -> (usize, Start) {
        let text = self.text(index);
        if self.begins_member(index) {
            self.begin_member(index);
            let start = if self.in_list() { Start::Continuation } else { Start::Member };
            return (self.levels.last().map_or(0, |level| level.base), start);
        }
        let behind = self.text(index - 1);
        let is_clause = QUERY_CLAUSES.contains(&text) && self.roles.is_keyword(index);
        let last_close = self.last_close;
        let Some(level) = self.levels.last_mut() else { return (0, Start::Continuation) };
        let indent = match text {
            "else" if behind == "}" => last_close,
            "{" if self.roles.ends_operand(index - 1) || level.head_word == "else" => level.line_indent,
            "." | "?." => level.last_indent + STEP,
            _ => match &mut level.query {
                Some(query) if is_clause => {
                    let margin = query.margin.unwrap_or(level.line_indent + STEP);
                    query.clause = Some(margin);
                    margin
                }
                Some(Query { clause: Some(clause), .. }) => *clause + STEP,
                _ => level.line_indent + STEP,
            },
        };
        (indent, Start::Continuation)
    }

    /// Whether the piece begins a member, a statement or an element of what is open.
    fn begins_member(&self, index: usize) -> bool {
        let Some(level) = self.levels.last() else { return false };
        let behind_opening = matches!(self.kind(index - 1), Some(TokenKind::Open(_)));
        if behind_opening
            || level.bracket.is_none_or(|bracket| bracket == Bracket::Curly) && self.source.starts_logical_line(index)
        {
            return true;
        }
        let behind_comma = self.text(index - 1) == "," && level.bracket.is_some();
        // A comma between the keys of a query's `order by` begins no member.
        behind_comma && (level.query.is_none() || self.text(index + 1) == ":")
    }

    fn open(&mut self, index: usize, bracket: Bracket) {
        let is_body = self.body == Some(index);
        if bracket == Bracket::Curly
            && let Some(level) = self.levels.last_mut()
        {
            level.has_block = true;
        }
        let indent = self.code.indent + if self.closes_in_head(index, bracket) { STEP } else { 0 };
        let hangs = bracket == Bracket::Curly || self.breaks.is_hanging(index) || self.width > MAX_MARGIN;
        let base = if hangs { indent + STEP } else { self.width };
        let mut level = Level::new(Some(bracket), indent, base);
        level.is_body = is_body;
        level.begin(self.text(index + 1));
        self.levels.push(level);
    }

    /// Whether a brace in the head of an item would be closed at the item's margin: what follows it on
    /// another line would be read as the next item.
    fn closes_in_head(&self, index: usize, bracket: Bracket) -> bool {
        let close = self.breaks.close_of(index);
        let is_last = close + 1 >= self.block.region.end;
        let goes_on = self.text(close + 1) == "else" && !self.breaks.begins(close + 1);
        bracket == Bracket::Curly && self.levels.len() == 1 && self.code.indent == 0 && !is_last && !goes_on
    }

    /// Takes down what later lines and columns need to know of the piece.
    fn note(&mut self, index: usize) {
        let text = self.text(index);
        match text {
            "else" => {
                if let Some(level) = self.levels.last_mut().filter(|level| level.has_block) {
                    level.head_word = "else";
                    level.has_block = false;
                }
            }
            "from" | "scan" if self.roles.is_keyword(index) => self.note_query(index),
            ":" => self.note_field(index),
            "=" | "+=" | "-=" => self.note_assignment(index),
            "creates" | "updates" | "deletes" => self.note_effect(index),
            "," => {
                // Several members on one line are no column.
                let is_generic = self.source.pieces.get(index).is_some_and(|piece| piece.generic);
                if self.levels.len() == self.line_depth && !is_generic {
                    self.code.column = None;
                }
            }
            _ => {}
        }
    }

    fn note_query(&mut self, index: usize) {
        if self.text(index) == "from" && index > 0 && self.text(index - 1) == "scan" {
            return;
        }
        let behind = if index > self.line_first { self.text(index - 1) } else { "" };
        let begins_line = index == self.line_first || index == self.line_first + 1 && behind == "=";
        let is_margin = (begins_line || behind == "(") && self.width <= MAX_MARGIN;
        let margin = is_margin.then_some(self.width);
        if let Some(level) = self.levels.last_mut() {
            level.query = Some(Query { margin, clause: None });
        }
    }

    /// Fields of a body stand below each other.
    fn note_field(&mut self, index: usize) {
        let is_name = match index.checked_sub(self.line_first) {
            Some(1) => true,
            Some(2) => self.text(index - 1) == "?",
            _ => false,
        };
        let in_enum = self.text(self.block.region.keyword) == "enum";
        let is_field = self.levels.last().is_some_and(|level| level.is_body || in_enum && level.is_curly());
        if is_name && is_field && self.code.start == Start::Member {
            self.awaits_field = true;
        }
    }

    /// Settings and assignments stand below each other.
    fn note_assignment(&mut self, index: usize) {
        let is_statement = self.levels.last().is_some_and(Level::is_curly);
        let target = self.code.text.trim_end();
        if is_statement && self.code.start == Start::Member && index > self.line_first && !target.contains(' ') {
            self.code.column = Some(Column { kind: ColumnKind::Assign, at: self.code.text.len() });
        }
    }

    /// Events of one line stand below each other.
    fn note_effect(&mut self, index: usize) {
        let region = self.block.region;
        if self.text(region.keyword) == "event" && region.keyword == region.first && index == region.first + 2 {
            self.code.column = Some(Column { kind: ColumnKind::Effect, at: self.code.text.len() });
        }
    }

    /// The steps of a scenario have words of different lengths.
    fn pad_step(&mut self, index: usize) {
        let is_step = index == self.line_first
            && self.text(self.block.region.keyword) == "test"
            && self.levels.last().is_some_and(|level| level.is_body);
        let longest = SCENARIO_STEPS.iter().map(|step| step.len()).max().unwrap_or(0);
        if is_step && SCENARIO_STEPS.contains(&self.text(index)) {
            self.push_text(&" ".repeat(longest - self.text(index).len()));
        }
    }
}
