//! What stands between the tokens: comments, documentation, blank lines, trailing commas.
//!
//! The tree does not hold them; the formatter and the editor find them here by position.

use crate::ast::{Docs, Span};
use crate::pieces::Pieces;
use crate::scan::{Token, TokenKind};

/// Side tables of one file, each sorted by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trivia {
    /// `// …`, without its line end.
    pub comments: Vec<Span>,
    /// `/// …`, line by line.
    pub docs: Vec<Span>,
    /// `//! …`, line by line.
    pub file_docs: Vec<Span>,
    /// The starts of lines with nothing but blanks on them.
    pub blank_lines: Vec<u32>,
    /// Commas directly before a closing bracket.
    pub trailing_commas: Vec<u32>,
}

impl Trivia {
    /// Collects the tables.
    pub(crate) fn new(tokens: &[Token], pieces: &Pieces<'_>) -> Self {
        let mut trivia = Self::default();
        let (mut line_start, mut is_blank) = (0, true);
        for token in tokens {
            match token.kind {
                TokenKind::Comment => trivia.comments.push(token.span),
                TokenKind::Docs => trivia.docs.push(token.span),
                TokenKind::FileDocs => trivia.file_docs.push(token.span),
                TokenKind::Newline => {
                    if is_blank {
                        trivia.blank_lines.push(line_start);
                    }
                    line_start = token.span.end;
                }
                _ => {}
            }
            is_blank = token.kind == TokenKind::Newline || is_blank && token.kind == TokenKind::Space;
        }
        for pair in pieces.all.windows(2) {
            if let [comma, close] = pair
                && matches!(close.kind, TokenKind::Close(_))
                && comma.text == ","
            {
                trivia.trailing_commas.push(comma.span.start);
            }
        }
        trivia
    }

    /// The text behind `//!`.
    pub(crate) fn file_docs(&self, source: &str) -> Docs {
        Docs(self.file_docs.iter().map(|span| docs_line(source, *span)).collect())
    }
}

/// Lines of documentation and the offset of what they document.
#[derive(Debug)]
struct Block {
    target: Option<u32>,
    lines: Vec<Span>,
    used: bool,
}

/// The documentation of a file by what it documents.
#[derive(Debug, Default)]
pub(crate) struct DocsTable {
    blocks: Vec<Block>,
}

impl DocsTable {
    /// Gathers the lines before each piece.
    pub(crate) fn new(trivia: &Trivia, pieces: &Pieces<'_>) -> Self {
        let mut blocks: Vec<Block> = Vec::new();
        for line in &trivia.docs {
            let next = pieces.all.partition_point(|piece| piece.span.start < line.start);
            let target = pieces.get(next).map(|piece| piece.span.start);
            match blocks.last_mut() {
                Some(block) if block.target == target => block.lines.push(*line),
                _ => blocks.push(Block { target, lines: vec![*line], used: false }),
            }
        }
        Self { blocks }
    }

    /// Takes the documentation of what starts at `offset`.
    pub(crate) fn take(&mut self, offset: u32, source: &str) -> Docs {
        let found = self.blocks.binary_search_by(|block| block.target.unwrap_or(u32::MAX).cmp(&offset));
        let Some(block) = found.ok().and_then(|index| self.blocks.get_mut(index)) else {
            return Docs::default();
        };
        block.used = true;
        Docs(block.lines.iter().map(|line| docs_line(source, *line)).collect())
    }

    /// Splits off the documentation of what starts at `offset` or behind it.
    pub(crate) fn split_off(&mut self, offset: u32) -> Self {
        let first = self.blocks.partition_point(|block| block.target.is_some_and(|target| target < offset));
        Self { blocks: self.blocks.split_off(first) }
    }

    /// Takes back what was split off.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.blocks.append(&mut other.blocks);
    }

    /// The blocks that document nothing: first to last line.
    pub(crate) fn unused(&self) -> impl Iterator<Item = Span> {
        let unused = self.blocks.iter().filter(|block| !block.used);
        unused.filter_map(|block| Some(block.lines.first()?.to(*block.lines.last()?)))
    }
}

/// A line without its marker and one blank behind it.
fn docs_line(source: &str, span: Span) -> String {
    let line = source.get(span.start as usize + 3..span.end as usize).unwrap_or_default();
    line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
}
