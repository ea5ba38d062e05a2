//! From tokens to items: where one item ends and the next begins, whatever happens between them.
//!
//! An item keyword at the start of a line, not further to the right than the item that is open,
//! ends that item, closed or not: a forgotten `}` damages one item only.

use crate::layout::{MAX_DEPTH, continues_line};
use crate::pieces::Pieces;
use crate::scan::{Bracket, TokenKind};

/// The words that start an item.
pub const ITEM_KEYWORDS: [&str; 18] = [
    "app", "import", "type", "enum", "struct", "model", "event", "view", "endpoint", "resource", "auth", "fn",
    "extern", "hook", "every", "migrate", "retired", "test",
];

/// A line that starts this much to the right still counts as not indented: the blank is left over
/// from a word that was there.
const MAX_SLIP: u32 = 1;

/// Open brackets beyond this number are not remembered, so that no text makes a search in them long.
/// The item is refused by then, since it is nested deeper than [`crate::MAX_DEPTH`].
pub(crate) const MAX_OPEN: usize = 4 * MAX_DEPTH;

/// The pieces of one item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Region {
    /// The index of the first piece.
    pub(crate) first: usize,
    /// The index behind the last piece.
    pub(crate) end: usize,
    /// The index of the keyword behind the attributes; equal to `end` when there are only attributes.
    pub(crate) keyword: usize,
    /// Whether the item starts behind another one on the same line.
    pub(crate) joined: bool,
}

/// Cuts the pieces of a file into items.
pub(crate) fn regions(pieces: &Pieces<'_>) -> Vec<Region> {
    let mut splitter = Splitter { pieces, regions: Vec::new(), open: None, stack: Vec::new() };
    for index in 0..pieces.all.len() {
        splitter.piece(index);
    }
    splitter.finish(pieces.all.len());
    splitter.regions
}

struct Splitter<'a, 's> {
    pieces: &'a Pieces<'s>,
    regions: Vec<Region>,
    open: Option<Region>,
    stack: Vec<Bracket>,
}

impl Splitter<'_, '_> {
    fn piece(&mut self, index: usize) {
        if self.starts_item(index) {
            let joined = self.pieces.get(index).is_some_and(|piece| !piece.first);
            let first = self.attributes_before(index);
            self.finish(first);
            self.open = Some(Region { first, end: index, keyword: index, joined });
        }
        let Some(piece) = self.pieces.get(index) else { return };
        if self.open.is_some_and(|open| open.keyword == index) && piece.first && is_item_start(self.pieces, index) {
            // The attributes before it may have lost a parenthesis.
            self.stack.clear();
        }
        let in_attributes = !self.stack.is_empty() || self.is_attribute_part(index);
        if let Some(open) = &mut self.open
            && open.keyword == index
            && in_attributes
        {
            open.keyword = index + 1;
        }
        match piece.kind {
            TokenKind::Open(bracket) if self.stack.len() < MAX_OPEN => self.stack.push(bracket),
            TokenKind::Close(bracket) => close(&mut self.stack, bracket),
            _ => {}
        }
    }

    /// Attributes, which stand before the keyword, are a sign, a name and a round group.
    fn is_attribute_part(&self, index: usize) -> bool {
        let text = self.pieces.text(index);
        text == "@"
            || index > 0 && self.pieces.text(index - 1) == "@"
            || text == "(" && index > 1 && self.pieces.text(index - 2) == "@"
    }

    fn starts_item(&self, index: usize) -> bool {
        let Some(piece) = self.pieces.get(index) else { return false };
        let Some(open) = self.open else { return true };
        if open.keyword == index {
            // Only attributes so far: whatever comes now is their item.
            return false;
        }
        let is_start = is_item_start(self.pieces, index);
        let previous_closes = index > 0 && self.pieces.is(index - 1, TokenKind::Close(Bracket::Curly));
        let keyword = self.pieces.text(open.keyword);
        if !piece.first {
            let ends_anywhere = matches!(keyword, "import" | "type");
            return is_start && self.stack.is_empty() && (previous_closes || ends_anywhere);
        }
        let column = self.pieces.get(open.first).map_or(0, |first| first.column);
        if is_start && (self.stack.is_empty() || piece.column <= column) {
            return true;
        }
        if !self.stack.is_empty() || matches!(piece.kind, TokenKind::Close(_)) {
            return false;
        }
        let is_indented = piece.column > column + MAX_SLIP;
        if !ITEM_KEYWORDS.contains(&keyword) {
            // What is no item goes on to the next one that is, or to the end of its own block.
            return previous_closes && !is_indented;
        }
        let is_closed =
            previous_closes && self.pieces.get(index - 1).is_some_and(|close| close.first && close.column == column);
        if is_closed || piece.docs_column <= column {
            // Nothing goes on behind a `}` at the item's own margin, nor behind documentation there:
            // the first line of the next item was lost.
            return true;
        }
        !is_indented && !continues_line(self.pieces, index)
    }

    /// The start of the attribute lines directly before an item that closes an open block.
    fn attributes_before(&self, index: usize) -> usize {
        let mut start = index;
        let Some(open) = self.open.filter(|_| !self.stack.is_empty()) else { return start };
        let column = self.pieces.get(index).map_or(0, |piece| piece.column);
        for before in (open.keyword + 1..index).rev() {
            match self.pieces.get(before) {
                Some(piece) if !piece.first => {}
                Some(piece) if piece.column <= column && self.pieces.text(before) == "@" => {
                    start = before;
                }
                _ => break,
            }
        }
        start
    }

    fn finish(&mut self, end: usize) {
        self.stack.clear();
        if let Some(open) = self.open.take() {
            self.regions.push(Region { end, ..open });
        }
    }
}

/// Whether an item keyword with a word, string or number behind it stands at `index`.
pub(crate) fn is_item_start(pieces: &Pieces<'_>, index: usize) -> bool {
    pieces.is_word(index)
        && ITEM_KEYWORDS.contains(&pieces.text(index))
        && pieces.get(index + 1).is_some_and(|next| {
            !next.first
                && matches!(next.kind, TokenKind::Word | TokenKind::Text | TokenKind::UnclosedText | TokenKind::Number)
        })
}

/// Takes the bracket that a closing one closes from the stack, and what is unclosed above it.
fn close(stack: &mut Vec<Bracket>, bracket: Bracket) {
    let reach = match bracket {
        Bracket::Curly => 0,
        _ => stack.iter().rposition(|open| *open == Bracket::Curly).map_or(0, |curly| curly + 1),
    };
    let above = stack.get(reach..).unwrap_or_default();
    if let Some(position) = above.iter().rposition(|open| *open == bracket) {
        stack.truncate(reach + position);
    }
}
