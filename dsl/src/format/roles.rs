//! Which words are keywords where they stand, and where an operand has ended.
//!
//! Most keywords of the language may be names as well (`limit: int`, `require from != to`). For the
//! blanks it is enough to look at what stands beside a word: two operands never follow each other, so
//! a clause's word behind an operand is a keyword.

use crate::pieces::Pieces;
use crate::scan::{METHODS, TokenKind};

/// Words that never are names in an expression.
const RESERVED: [&str; 13] =
    ["and", "else", "emit", "for", "if", "in", "is", "let", "match", "not", "or", "require", "return"];

/// Words that go on with what stands before them.
const CLAUSES: [&str; 16] = [
    "where", "limit", "skip", "select", "join", "on", "by", "with", "as", "at", "of", "order", "group", "per", "from",
    "readable",
];

/// Words that begin a member or a statement when a word, a list or a condition follows them.
const BEGINNINGS: [&str; 12] =
    ["key", "index", "unique", "check", "apply", "insert", "delete", "fail", "given", "when", "then", "on"];

/// What behind a word shows that it is a name.
const NAME_GUARDS: [&str; 12] = [":", "?", "=", "+=", "-=", ".", "?.", ",", ")", "}", "]", "@"];

/// What the pieces of a file are in an expression.
pub(super) struct Roles {
    keyword: Vec<bool>,
    ends_operand: Vec<bool>,
    /// Whether the piece goes on with a path that the scanner does not know as one: `at = /auth`.
    in_path: Vec<bool>,
}

impl Roles {
    pub(super) fn new(pieces: &Pieces<'_>) -> Self {
        let count = pieces.all.len();
        let mut roles = Self {
            keyword: Vec::with_capacity(count),
            ends_operand: Vec::with_capacity(count),
            in_path: Vec::with_capacity(count),
        };
        let mut is_path = false;
        for index in 0..count {
            let behind_operand = index > 0 && roles.ends_operand(index - 1);
            is_path &= index > 0 && touches(pieces, index);
            roles.in_path.push(is_path);
            // Division needs something to divide; behind a method on the line before stands a route.
            let before = if index > 0 { pieces.text(index - 1) } else { "" };
            let is_behind_method = METHODS.contains(&before) || index > 1 && pieces.text(index - 2) == "at";
            let is_route = before == "at" || is_behind_method;
            is_path |= pieces.text(index) == "/" && (!behind_operand || is_route);
            let is_keyword = pieces.is_word(index) && is_keyword(pieces, index, behind_operand);
            let ends_operand = match pieces.get(index).map(|piece| piece.kind) {
                Some(TokenKind::Word) => !is_keyword,
                Some(TokenKind::Number | TokenKind::Text | TokenKind::Close(_) | TokenKind::Path) => true,
                _ => pieces.text(index) == "?" || pieces.get(index).is_some_and(|piece| piece.generic),
            };
            roles.keyword.push(is_keyword);
            roles.ends_operand.push(ends_operand);
        }
        roles
    }

    /// Whether the piece is a keyword.
    pub(super) fn is_keyword(&self, index: usize) -> bool {
        self.keyword.get(index).copied().unwrap_or(false)
    }

    /// Whether the piece goes on with a path.
    pub(super) fn in_path(&self, index: usize) -> bool {
        self.in_path.get(index).copied().unwrap_or(false)
    }

    /// Whether the piece ends an operand, so that an operator may follow.
    pub(super) fn ends_operand(&self, index: usize) -> bool {
        self.ends_operand.get(index).copied().unwrap_or(false)
    }
}

/// Whether nothing stands between the piece and the one before.
fn touches(pieces: &Pieces<'_>, index: usize) -> bool {
    let before = pieces.get(index - 1).map(|piece| piece.span.end);
    before == pieces.get(index).map(|piece| piece.span.start)
}

fn is_keyword(pieces: &Pieces<'_>, index: usize, behind_operand: bool) -> bool {
    let text = pieces.text(index);
    let before = if index > 0 { pieces.text(index - 1) } else { "" };
    let next = pieces.text(index + 1);
    if matches!(before, "." | "?." | "@" | "::") {
        return false;
    }
    if RESERVED.contains(&text) {
        return next != ":";
    }
    if NAME_GUARDS.contains(&next) {
        return false;
    }
    match text {
        "from" if pieces.text(index + 2) == "in" => pieces.is_word(index + 1),
        "scan" => next == "from",
        "by" if matches!(before, "order" | "group") => true,
        _ if CLAUSES.contains(&text) && behind_operand => true,
        _ => BEGINNINGS.contains(&text) && (pieces.get(index).is_some_and(|piece| piece.first) || before == "{"),
    }
}
