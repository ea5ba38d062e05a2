//! The backstop: what was written is read again and compared with the source.
//!
//! Compared are the tokens, the comments in their order, the cut into items, and which tokens begin a
//! logical line; that is nearly all that the grammar sees, and which items it can read shows the rest. Behind an opening brace and before a closing one a
//! line end means nothing, and the formatter may write one there.

use super::Source;
use crate::ast::{Item, Span};
use crate::parse::parse;
use crate::scan::{Bracket, Token, TokenKind, scan};

/// The first part of the source that what was written lacks or changes.
pub(super) fn difference(source: &Source<'_>, items: &[Item], written: &str) -> Option<Span> {
    let tokens = scan(written);
    let whole = Span::new(0, source.text.len() as u32);
    let mut ours = source.tokens.iter().filter(|token| matters(token));
    let mut theirs = tokens.iter().filter(|token| matters(token));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => break,
            (Some(ours), Some(theirs)) if same(*ours, source.text, *theirs, written) => {}
            (Some(ours), _) => return Some(ours.span),
            (None, Some(_)) => return Some(whole),
        }
    }
    let new = Source::new(written, &tokens);
    for (ours, theirs) in source.outline.blocks.iter().zip(&new.outline.blocks) {
        if (ours.region.first, ours.region.end) != (theirs.region.first, theirs.region.end) {
            return Some(ours.span);
        }
    }
    if source.outline.blocks.len() != new.outline.blocks.len() {
        return Some(whole);
    }
    let parsed = parse(written);
    let same_health = parsed.file.items.len() == items.len()
        && parsed.file.items.iter().zip(items).all(|(new, old)| new.damaged == old.damaged);
    if !same_health {
        return Some(whole);
    }
    let mut indices = 1..source.pieces.all.len();
    let changed =
        indices.find(|index| !is_beside_brace(source, *index) && begins(source, *index) != begins(&new, *index));
    changed.and_then(|index| source.pieces.get(index)).map(|piece| piece.span)
}

fn begins(source: &Source<'_>, index: usize) -> bool {
    source.starts_logical_line(index)
}

/// Whether a line end before the piece means nothing.
fn is_beside_brace(source: &Source<'_>, index: usize) -> bool {
    source.pieces.is(index, TokenKind::Close(Bracket::Curly))
        || source.pieces.is(index - 1, TokenKind::Open(Bracket::Curly))
}

fn matters(token: &&Token) -> bool {
    !matches!(token.kind, TokenKind::Space | TokenKind::Newline)
}

/// Blanks at the end of a comment are no part of it.
fn same(ours: Token, source: &str, theirs: Token, written: &str) -> bool {
    let (a, b) = (ours.text(source), theirs.text(written));
    ours.kind == theirs.kind && (a == b || ours.kind.is_trivia() && a.trim_end() == b.trim_end())
}
