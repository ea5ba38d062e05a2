//! The tokens that mean something, each with its place in its line.

use crate::ast::Span;
use crate::scan::{Token, TokenKind};

/// A token that is no trivia.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    /// Its text.
    pub(crate) text: &'a str,
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where it stands.
    pub(crate) span: Span,
    /// Whether it is the first on its line.
    pub(crate) first: bool,
    /// Its column in bytes, from 0.
    pub(crate) column: u32,
    /// The column of the first piece of its line.
    pub(crate) indent: u32,
    /// The index behind the last piece of its line.
    pub(crate) line_end: u32,
    /// The column of documentation since the piece before; far to the right when there is none.
    pub(crate) docs_column: u32,
    /// Whether it is part of a type's `< … >`, where `,` and `>` are no operators.
    pub(crate) generic: bool,
}

/// The pieces of a text, with the text.
pub(crate) struct Pieces<'a> {
    /// The whole text.
    pub(crate) source: &'a str,
    /// In the order of the text.
    pub(crate) all: Vec<Piece<'a>>,
}

/// Nothing in `set<…>` is longer than this many tokens.
const MAX_GENERIC_TOKENS: usize = 64;

impl<'a> Pieces<'a> {
    /// Picks the pieces out of all tokens. Unknown characters are no pieces: they are reported
    /// and then read over.
    pub(crate) fn new(source: &'a str, tokens: &[Token]) -> Self {
        let mut all = Vec::with_capacity(tokens.len() / 2);
        let (mut line_start, mut indent, mut first) = (0, 0, true);
        let mut docs_column = u32::MAX;
        for token in tokens {
            if token.kind == TokenKind::Docs {
                docs_column = docs_column.min(token.span.start - line_start);
            }
            if token.kind == TokenKind::Newline {
                line_start = token.span.end;
                first = true;
            } else if !token.kind.is_trivia() && token.kind != TokenKind::Unknown {
                let column = token.span.start - line_start;
                if first {
                    indent = column;
                }
                let (text, kind, span) = (token.text(source), token.kind, token.span);
                all.push(Piece { text, kind, span, first, column, indent, line_end: 0, docs_column, generic: false });
                first = false;
                docs_column = u32::MAX;
            }
        }
        let mut line_end = all.len() as u32;
        for (index, piece) in all.iter_mut().enumerate().rev() {
            piece.line_end = line_end;
            if piece.first {
                line_end = index as u32;
            }
        }
        let mut pieces = Self { source, all };
        pieces.mark_generics();
        pieces
    }

    /// The piece at `index`.
    pub(crate) fn get(&self, index: usize) -> Option<&Piece<'a>> {
        self.all.get(index)
    }

    /// The text of the piece at `index`; empty when there is none.
    pub(crate) fn text(&self, index: usize) -> &'a str {
        self.get(index).map_or("", |piece| piece.text)
    }

    /// The text of a span.
    pub(crate) fn text_of(&self, span: Span) -> &'a str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Whether the piece at `index` is a word.
    pub(crate) fn is_word(&self, index: usize) -> bool {
        self.get(index).is_some_and(|piece| piece.kind == TokenKind::Word)
    }

    /// Whether the piece at `index` is of the given kind.
    pub(crate) fn is(&self, index: usize, kind: TokenKind) -> bool {
        self.get(index).is_some_and(|piece| piece.kind == kind)
    }

    /// The index of the last piece on the physical line of the piece at `index`.
    pub(crate) fn line_last(&self, index: usize) -> usize {
        let end = self.get(index).map_or(0, |piece| piece.line_end);
        (end as usize).saturating_sub(1).max(index)
    }

    /// Marks the pieces of `set<…>`: a `<` that touches the word before it, up to its `>`, with
    /// nothing but parts of types between them.
    fn mark_generics(&mut self) {
        let mut index = 1;
        while index < self.all.len() {
            let end = if self.text(index) == "<" { self.generic_end(index) } else { None };
            for piece in self.all.get_mut(index..=end.unwrap_or(0)).unwrap_or_default() {
                piece.generic = true;
            }
            index = end.unwrap_or(index) + 1;
        }
    }

    fn generic_end(&self, start: usize) -> Option<usize> {
        let touches = self.get(start - 1)?.span.end == self.get(start)?.span.start;
        if !touches || !self.is_word(start - 1) {
            return None;
        }
        let mut depth = 0_u32;
        for index in start..start + MAX_GENERIC_TOKENS {
            match self.text(index) {
                "<" => depth += 1,
                ">" => depth -= 1,
                "," | "?" | "[" | "]" => {}
                _ if self.is_word(index) => {}
                _ => return None,
            }
            if depth == 0 {
                return Some(index);
            }
        }
        None
    }
}
