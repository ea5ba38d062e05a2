//! Logical lines: which line ends mean something, and where the members of an item are.
//!
//! The outcome is a copy of the text in which everything that the grammar need not see is blank:
//! comments, unknown characters, and the line ends within a logical line. It has the same length,
//! so every offset stays true. The repairs of the brackets are made in it as well.

use crate::ast::Span;
use crate::blocks::Region;
use crate::brackets::{Repairs, Virtual};
use crate::pieces::{Piece, Pieces};
use crate::problem::Problem;
use crate::scan::{Bracket, Token, TokenKind};

/// Brackets deeper than this are refused, so that no recursion behind can overflow the stack.
pub const MAX_DEPTH: usize = 64;

/// Operators, dots and branches that may follow each other in one expression, for the same reason.
pub const MAX_CHAIN: usize = 256;

/// A line that ends with one of these goes on.
const TRAILING: [&str; 26] = [
    "=", "=>", "->", ",", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "not", "in", "??",
    "+=", "-=", "&&", "||", "|", ".",
];

/// A line that starts with one of these goes on with the one before.
const LEADING: [&str; 28] = [
    ".", "?.", "??", "=", "->", "=>", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "+=", "-=", "&&",
    "||", "|", "and", "or", "in", "is", "{", "::",
];

/// Clauses that may start a line and belong to the one before, unless a guard says that the word
/// is a name: `limit: int`, `rate += 1`.
const CLAUSES: [&str; 14] = [
    "where",
    "limit",
    "skip",
    "select",
    "join",
    "at",
    "for",
    "else",
    "live",
    "rate",
    "max_body",
    "timeout",
    "consistency",
    "readable",
];

/// What behind a word shows that it is a name.
const GUARDS: [&str; 10] = [":", ".", "?.", "=", "+=", "-=", "?", ",", "}", ")"];

/// Whether the piece at `index`, which is the first on its line, goes on with the line before.
/// What its brackets say is the caller's business.
pub(crate) fn continues_line(pieces: &Pieces<'_>, index: usize) -> bool {
    index > 0 && (ends_open(pieces, index - 1) || starts_as_continuation(pieces, index))
}

fn ends_open(pieces: &Pieces<'_>, index: usize) -> bool {
    let Some(piece) = pieces.get(index) else { return false };
    let could = matches!(piece.kind, TokenKind::Punctuation | TokenKind::Word);
    let before = if index > 0 { pieces.text(index - 1) } else { "" };
    // A word behind a dot is a field, whatever it is called; a `/` behind `=` is a path.
    could
        && !piece.generic
        && TRAILING.contains(&pieces.text(index))
        && !(pieces.text(index) == "/" && before == "=")
        && !(piece.kind == TokenKind::Word && is_dot(before))
}

fn is_dot(text: &str) -> bool {
    matches!(text, "." | "?.")
}

fn starts_as_continuation(pieces: &Pieces<'_>, index: usize) -> bool {
    let text = pieces.text(index);
    if !pieces.is_word(index) {
        return LEADING.contains(&text);
    }
    let ends_line = pieces.get(index + 1).is_none_or(|next| next.first);
    let next = if ends_line { "" } else { pieces.text(index + 1) };
    if GUARDS.contains(&next) {
        return false;
    }
    match text {
        "order" | "group" => next == "by",
        "for" => !(ends_line || pieces.is_word(index + 1) && pieces.text(index + 2) == "in"),
        "else" | "live" => true,
        // A clause without anything behind it is a field of that name in a list of fields.
        _ if CLAUSES.contains(&text) => !ends_line && next != "@",
        _ => LEADING.contains(&text),
    }
}

/// The body of an item.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// From behind the opening brace to before the closing one.
    pub(crate) inside: Span,
    /// The members, in the order of the text.
    pub(crate) members: Vec<Span>,
}

/// Where an item cuts its members besides line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commas {
    /// At every comma: lists of fields.
    Cut,
    /// At a comma with `name:` or `name =` behind it: views and settings.
    CutBeforeNames,
    /// Nowhere: statements.
    Keep,
}

/// The logical lines of one item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    /// The body, if a brace group is one.
    pub(crate) body: Option<Body>,
    /// The first bracket or operator that is nested too deep.
    pub(crate) too_deep: Option<Span>,
    /// What was reported on the way, with the text that it may have spoiled.
    pub(crate) problems: Vec<(Problem, Span)>,
}

/// The text as the grammar reads it.
pub(crate) struct Clean {
    bytes: Vec<u8>,
}

impl Clean {
    /// A copy of the text without comments and unknown characters.
    pub(crate) fn new(source: &str, tokens: &[Token]) -> Self {
        let mut bytes = source.as_bytes().to_vec();
        for token in tokens {
            let range = token.span.start as usize..token.span.end as usize;
            let text = bytes.get_mut(range).unwrap_or_default();
            match token.kind {
                TokenKind::Newline => {
                    text.fill(b' ');
                    if let Some(last) = text.last_mut() {
                        *last = b'\n';
                    }
                }
                kind if kind.is_trivia() || kind == TokenKind::Unknown => text.fill(b' '),
                _ => {}
            }
        }
        Self { bytes }
    }

    /// The finished text.
    pub(crate) fn into_text(self) -> String {
        // Only whole tokens were replaced, by ASCII; so this never loses anything.
        String::from_utf8(self.bytes).unwrap_or_default()
    }

    /// The blanks between two pieces.
    fn gap(&mut self, pieces: &Pieces<'_>, after: usize) -> &mut [u8] {
        let start = pieces.get(after).map_or(0, |piece| piece.span.end as usize);
        let end = pieces.get(after + 1).map_or(self.bytes.len(), |piece| piece.span.start as usize);
        self.bytes.get_mut(start..end).unwrap_or_default()
    }

    fn join(&mut self, pieces: &Pieces<'_>, after: usize) {
        for byte in self.gap(pieces, after) {
            if *byte == b'\n' {
                *byte = b' ';
            }
        }
    }

    /// Writes a sign behind a piece, into the blanks there; the line end among them is kept if it
    /// can be. Without a blank there is no room, and the item is read member by member.
    pub(crate) fn insert(&mut self, pieces: &Pieces<'_>, after: usize, sign: char) {
        let gap = self.gap(pieces, after);
        let Some(place) = gap.iter().position(u8::is_ascii_whitespace) else { return };
        let was_line_end = gap.get(place) == Some(&b'\n');
        if let Some(byte) = gap.get_mut(place) {
            *byte = sign as u8;
        }
        match gap.get_mut(place + 1) {
            Some(next) if was_line_end && *next == b' ' => *next = b'\n',
            _ => {}
        }
    }

    /// Ends the line before a piece, if there is a blank.
    pub(crate) fn break_line(&mut self, pieces: &Pieces<'_>, index: usize) {
        if let Some(last) = self.gap(pieces, index.saturating_sub(1)).last_mut() {
            *last = b'\n';
        }
    }

    /// Replaces a sign of one byte.
    pub(crate) fn replace(&mut self, span: Span, sign: char) {
        if let Some(byte) = self.bytes.get_mut(span.start as usize) {
            *byte = sign as u8;
        }
    }
}

/// Joins the logical lines of an item in `clean`, makes the repairs, and finds the members.
pub(crate) fn lay_out(
    pieces: &Pieces<'_>,
    region: Region,
    repairs: &Repairs,
    commas: Commas,
    clean: &mut Clean,
) -> Lines {
    let mut walk = Walk {
        pieces,
        commas,
        added: &repairs.added,
        stack: Vec::new(),
        chain: 0,
        member: None,
        has_value: false,
        lines: Lines::default(),
    };
    for index in region.first..region.end {
        let Some(piece) = pieces.get(index) else { break };
        if index > region.first && piece.first {
            if walk.joins(index) {
                clean.join(pieces, index - 1);
            } else {
                walk.line_end(index);
            }
        }
        if repairs.dropped.binary_search(&index).is_err() {
            let changed = repairs.changed.binary_search_by_key(&index, |(changed, _)| *changed);
            let changed = changed.ok().and_then(|place| repairs.changed.get(place));
            walk.piece(index, changed.map(|(_, bracket)| *bracket));
        }
        if piece.text == ";" {
            walk.semicolon(index, clean);
        }
        walk.added_after(index);
    }
    for added in &repairs.added {
        let sign = if added.opens { added.bracket.open() } else { added.bracket.close() };
        clean.insert(pieces, added.after, sign);
    }
    for index in &repairs.dropped {
        let span = pieces.get(*index).map_or(Span::default(), |piece| piece.span);
        clean.replace(span, ' ');
    }
    for (index, bracket) in &repairs.changed {
        let span = pieces.get(*index).map_or(Span::default(), |piece| piece.span);
        clean.replace(span, bracket.close());
    }
    walk.lines
}

/// An open bracket.
struct Open {
    bracket: Bracket,
    /// The chain before it, which goes on behind it.
    chain: usize,
    /// Whether it opens what may be the body.
    body: bool,
}

struct Walk<'a, 's> {
    pieces: &'a Pieces<'s>,
    commas: Commas,
    added: &'a [Virtual],
    stack: Vec<Open>,
    chain: usize,
    /// The first piece of the member that is being read.
    member: Option<usize>,
    /// Whether a `=` outside of all brackets has begun an expression as body.
    has_value: bool,
    lines: Lines,
}

impl Walk<'_, '_> {
    fn joins(&self, index: usize) -> bool {
        let innermost = self.stack.last().map(|open| open.bracket);
        let in_round = matches!(innermost, Some(Bracket::Round | Bracket::Square));
        let previous = self.pieces.get(index - 1).map(|piece| piece.kind);
        let opens = matches!(previous, Some(TokenKind::Open(Bracket::Curly)));
        // On a line of its own in a body it is about the whole row, not about the field above.
        let is_own_member = self.in_body() && self.pieces.text(index) == "readable";
        in_round || !opens && !is_own_member && continues_line(self.pieces, index)
    }

    /// A logical line ends before the piece at `index`.
    fn line_end(&mut self, index: usize) {
        self.chain = self.stack.last().map_or(0, |open| open.chain);
        if self.in_body() {
            self.end_member(index);
        }
    }

    fn in_body(&self) -> bool {
        self.stack.len() == 1 && self.stack.last().is_some_and(|open| open.body)
    }

    /// Ends the member before the piece at `index`.
    fn end_member(&mut self, index: usize) {
        let Some(first) = self.member.take() else { return };
        let (Some(first), Some(last)) = (self.pieces.get(first), self.pieces.get(index - 1)) else { return };
        if let Some(body) = &mut self.lines.body {
            body.members.push(first.span.to(last.span));
        }
    }

    fn piece(&mut self, index: usize, changed: Option<Bracket>) {
        let Some(piece) = self.pieces.get(index).copied() else { return };
        let in_body = self.in_body();
        match piece.kind {
            TokenKind::Open(bracket) => {
                if in_body {
                    self.member.get_or_insert(index);
                }
                self.open(index, bracket, piece.span.end);
            }
            TokenKind::Close(bracket) => self.close(changed.unwrap_or(bracket), index, piece.span.start),
            _ => {
                let text = piece.text;
                if text == "=" && self.stack.is_empty() && self.commas == Commas::Keep {
                    self.has_value = true;
                }
                if in_body && text == "," && !piece.generic && self.cuts_at(index) {
                    self.end_member(index);
                } else if in_body {
                    self.member.get_or_insert(index);
                }
                self.count(piece.kind, text);
            }
        }
        if self.stack.len() > MAX_DEPTH || self.chain > MAX_CHAIN || self.text_is_too_deep(&piece) {
            self.lines.too_deep.get_or_insert(piece.span);
        }
    }

    /// A `;` is read as the end of its line.
    fn semicolon(&mut self, index: usize, clean: &mut Clean) {
        let Some(piece) = self.pieces.get(index).copied() else { return };
        let ends_line = self.pieces.get(index + 1).is_none_or(|next| next.first || is_curly_end(next.kind));
        clean.replace(piece.span, if ends_line { ' ' } else { '\n' });
        self.lines.problems.push((Problem::semicolon(piece.span, ends_line), piece.span));
        if self.member == Some(index) {
            self.member = None;
        }
        self.line_end(index);
    }

    fn cuts_at(&self, comma: usize) -> bool {
        match self.commas {
            Commas::Cut => true,
            Commas::CutBeforeNames => {
                self.pieces.is_word(comma + 1) && matches!(self.pieces.text(comma + 2), ":" | "=")
            }
            Commas::Keep => false,
        }
    }

    /// Counts what makes an expression deeper without a bracket.
    fn count(&mut self, kind: TokenKind, text: &str) {
        match kind {
            TokenKind::Punctuation if text == "," => {
                self.chain = self.stack.last().map_or(0, |open| open.chain);
            }
            TokenKind::Punctuation if !matches!(text, ":" | "@" | "=") => self.chain += 1,
            TokenKind::Word
                if matches!(text, "and" | "or" | "not" | "in" | "is" | "if" | "else" | "match" | "from") =>
            {
                self.chain += 1;
            }
            _ => {}
        }
    }

    /// Whether the interpolations of a string go deeper than the limits allow.
    fn text_is_too_deep(&self, piece: &Piece<'_>) -> bool {
        if piece.kind != TokenKind::Text {
            return false;
        }
        let (mut depth, mut deepest, mut chain) = (self.stack.len(), 0, self.chain);
        for byte in piece.text.bytes() {
            match byte {
                b'{' | b'(' | b'[' => depth += 1,
                b'}' | b')' | b']' => depth = depth.saturating_sub(1),
                b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'.' | b'!' | b'?' => chain += 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        let interpolates = piece.text.contains('{');
        interpolates && (deepest > MAX_DEPTH || chain > MAX_CHAIN)
    }

    fn open(&mut self, index: usize, bracket: Bracket, end: u32) {
        let is_result = self.pieces.text(index.saturating_sub(1)) == "->"
            || self.pieces.text(index.saturating_sub(2)) == "->" && self.pieces.is(index - 1, TokenKind::Number);
        self.push(bracket, end, !is_result);
    }

    fn push(&mut self, bracket: Bracket, end: u32, may_be_body: bool) {
        let body = self.stack.is_empty() && bracket == Bracket::Curly && may_be_body && !self.has_value;
        if body {
            self.member = None;
            self.lines.body = Some(Body { inside: Span::new(end, end), members: Vec::new() });
        }
        // A look-up or call is a link of the chain: `a[b][c]`.
        self.chain += 1;
        self.stack.push(Open { bracket, chain: self.chain, body });
    }

    fn close(&mut self, bracket: Bracket, index: usize, start: u32) {
        if self.stack.last().is_none_or(|open| open.bracket != bracket) {
            return;
        }
        let Some(open) = self.stack.pop() else { return };
        self.chain = open.chain;
        if open.body {
            self.end_member(index);
            if let Some(body) = &mut self.lines.body {
                body.inside.end = start.max(body.inside.start);
            }
        }
    }

    fn added_after(&mut self, index: usize) {
        if self.added.is_empty() {
            return;
        }
        let end = self.pieces.get(index).map_or(0, |piece| piece.span.end);
        let first = self.added.partition_point(|added| added.after < index);
        let here = self.added.get(first..).unwrap_or_default();
        for added in here.iter().take_while(|added| added.after == index) {
            if added.opens {
                self.push(added.bracket, end, true);
            } else {
                self.close(added.bracket, index + 1, end);
            }
        }
    }
}

fn is_curly_end(kind: TokenKind) -> bool {
    kind == TokenKind::Close(Bracket::Curly)
}

/// Reports what every scanner meets: strings without an end and unknown characters.
pub(crate) fn token_problems(pieces: &Pieces<'_>, tokens: &[Token]) -> Vec<(Problem, Span)> {
    let mut problems = Vec::new();
    for token in tokens {
        let problem = match token.kind {
            TokenKind::UnclosedText => Problem::unclosed_text(token.span),
            TokenKind::Unknown => Problem::unknown_characters(token.span, pieces.text_of(token.span)),
            _ => continue,
        };
        problems.push((problem, token.span));
    }
    problems
}
