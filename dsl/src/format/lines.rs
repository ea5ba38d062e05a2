//! The lines of the formatted text.

use crate::scan::{Token, TokenKind};

/// One line, or a stretch of the source.
#[derive(Clone, Debug)]
pub(super) enum Line<'s> {
    /// A blank line.
    Blank,
    /// Whole lines of the source, with their ends.
    Verbatim(&'s str),
    /// A comment on a line of its own.
    Comment { indent: usize, text: &'s str },
    /// Tokens.
    Code(Code<'s>),
}

/// A line of tokens.
#[derive(Clone, Debug)]
pub(super) struct Code<'s> {
    /// The blanks before it.
    pub(super) indent: usize,
    /// The tokens with the blanks between them.
    pub(super) text: String,
    /// What begins with it.
    pub(super) start: Start,
    /// Where blanks may be put in, so that lines below each other stand in columns.
    pub(super) column: Option<Column>,
    /// The comment behind it.
    pub(super) comment: Option<&'s str>,
}

/// What a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// An item.
    Item,
    /// A member or statement.
    Member,
    /// Nothing: it closes a bracket.
    Closer,
    /// Nothing: it goes on with the line before.
    Continuation,
}

/// A place in a line that stands below its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) kind: ColumnKind,
    /// The offset in the line's text.
    pub(super) at: usize,
}

/// Lines with the same kind of column share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// What stands behind `name:`.
    Field,
    /// The `=`, `+=` or `-=` of a setting or an assignment.
    Assign,
    /// The `creates`, `updates` or `deletes` of an event.
    Effect,
}

impl Code<'_> {
    /// The characters of the line without its comment.
    pub(super) fn width(&self) -> usize {
        self.indent + self.text.chars().count()
    }
}

/// The text of the lines, with the line ends and the byte-order mark of the source.
pub(super) fn render(source: &str, tokens: &[Token], lines: &[Line<'_>]) -> String {
    let newline = tokens.iter().find(|token| token.kind == TokenKind::Newline);
    let newline = newline.map_or("\n", |token| token.text(source));
    let mut out = String::with_capacity(source.len());
    let copies_start = matches!(lines.first(), Some(Line::Verbatim(_)));
    if source.starts_with('\u{feff}') && !copies_start {
        out.push('\u{feff}');
    }
    for line in lines {
        match line {
            Line::Verbatim(text) => {
                out.push_str(text);
                continue;
            }
            Line::Blank => {}
            Line::Comment { indent, text } => {
                out.extend(std::iter::repeat_n(' ', *indent));
                out.push_str(text);
            }
            Line::Code(code) => {
                out.extend(std::iter::repeat_n(' ', code.indent));
                out.push_str(&code.text);
                if let Some(comment) = code.comment {
                    out.push_str(comment);
                }
            }
        }
        out.push_str(newline);
    }
    out
}
