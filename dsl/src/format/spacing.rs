//! The blanks between two tokens on one line.

use super::roles::Roles;
use crate::pieces::{Piece, Pieces};
use crate::scan::{Bracket, TokenKind, scan};

/// Whether a blank stands between the piece before `index` and the piece at `index`.
pub(super) fn has_blank(pieces: &Pieces<'_>, roles: &Roles, index: usize) -> bool {
    let (Some(left), Some(right)) = (index.checked_sub(1).and_then(|left| pieces.get(left)), pieces.get(index)) else {
        return false;
    };
    // A route goes up to the next blank.
    if left.kind == TokenKind::Path || right.kind == TokenKind::Path {
        return true;
    }
    if roles.in_path(index) {
        return false;
    }
    wants_blank(pieces, roles, index, left, right) || would_merge(left, right)
}

fn wants_blank(pieces: &Pieces<'_>, roles: &Roles, index: usize, left: &Piece<'_>, right: &Piece<'_>) -> bool {
    match (left.kind, right.kind) {
        (TokenKind::Open(Bracket::Curly), TokenKind::Close(Bracket::Curly)) => return false,
        (_, TokenKind::Close(Bracket::Curly)) | (TokenKind::Open(Bracket::Curly), _) => return true,
        (TokenKind::Open(_), _) | (_, TokenKind::Close(_)) => return false,
        _ => {}
    }
    match right.text {
        "," | ";" | ":" | "?" | "." | "?." | "::" => return false,
        ".." | "..=" => return !(left.kind == TokenKind::Number || left.kind == TokenKind::Close(Bracket::Round)),
        "(" | "[" => return !takes_bracket(roles, index - 1, left),
        "<" | ">" if right.generic => return false,
        _ => {}
    }
    match left.text {
        "." | "?." | "::" | "@" | ".." | "..=" => false,
        "<" if left.generic => false,
        "-" | "!" => {
            index > 1 && roles.ends_operand(index - 2) && !pieces.get(index - 1).is_some_and(|sign| sign.text == "!")
        }
        _ => true,
    }
}

/// Whether a `(` or `[` directly behind the piece is a call or a look-up.
fn takes_bracket(roles: &Roles, index: usize, piece: &Piece<'_>) -> bool {
    match piece.kind {
        TokenKind::Word => !roles.is_keyword(index),
        TokenKind::Close(bracket) => bracket != Bracket::Curly,
        TokenKind::Punctuation => {
            matches!(piece.text, "?" | "." | "?." | "::" | ".." | "@")
                || piece.generic && piece.text != ","
                || matches!(piece.text, "-" | "!") && !(index > 0 && roles.ends_operand(index - 1))
        }
        _ => false,
    }
}

/// Whether two tokens without a blank between them would be others.
fn would_merge(left: &Piece<'_>, right: &Piece<'_>) -> bool {
    let is_wordy = |kind: TokenKind| matches!(kind, TokenKind::Word | TokenKind::Number);
    if is_wordy(left.kind) && is_wordy(right.kind) {
        return true;
    }
    if left.kind != TokenKind::Punctuation || right.kind != TokenKind::Punctuation {
        return false;
    }
    let together = format!("{}{}", left.text, right.text);
    scan(&together).first().is_none_or(|first| first.span.end as usize != left.text.len())
}
