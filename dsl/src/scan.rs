//! The scanner: text to tokens that cover every byte.
//!
//! It knows nothing of the grammar. It is written by hand so that everything behind it can rely on
//! brackets, strings and comments even in a text that pest would refuse from the first byte on.
//! A string ends at the end of its line at the latest, so that a forgotten quote damages one line.

use crate::ast::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Blanks, tabs, a lone carriage return, or the byte-order mark at the start.
    Space,
    /// `\n` or `\r\n`.
    Newline,
    /// `// …`, up to the line's end.
    Comment,
    /// `/// …`
    Docs,
    /// `//! …`
    FileDocs,
    /// A name or keyword.
    Word,
    /// `1_000`, `12.5`, `30d`, `10MiB`.
    Number,
    /// `"…"`
    Text,
    /// A string without its closing quote, up to the line's end.
    UnclosedText,
    /// A route behind `at` or a method: `/todos/{todo}`.
    Path,
    /// `(`, `[`, `{`
    Open(Bracket),
    /// `)`, `]`, `}`
    Close(Bracket),
    /// An operator or other punctuation, such as `+=` or `,`.
    Punctuation,
    /// Characters that have no place in the language.
    Unknown,
}

impl TokenKind {
    /// Whether the token is between the lines of the language: blanks, line ends, comments.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::Newline | Self::Comment | Self::Docs | Self::FileDocs)
    }
}

/// The three kinds of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bracket {
    /// `( )`
    Round,
    /// `[ ]`
    Square,
    /// `{ }`
    Curly,
}

impl Bracket {
    /// The opening character.
    pub fn open(self) -> char {
        match self {
            Self::Round => '(',
            Self::Square => '[',
            Self::Curly => '{',
        }
    }

    /// The closing character.
    pub fn close(self) -> char {
        match self {
            Self::Round => ')',
            Self::Square => ']',
            Self::Curly => '}',
        }
    }
}

/// A token: its kind and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

impl Token {
    /// The text of the token.
    pub fn text(self, source: &str) -> &str {
        source.get(self.span.start as usize..self.span.end as usize).unwrap_or_default()
    }
}

/// The methods behind `at`; a `/` behind one starts a route.
pub const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Punctuation of more than one character, longest first.
const LONG_PUNCTUATION: [&str; 15] =
    ["..=", "=>", "->", "==", "!=", "<=", ">=", "+=", "-=", "??", "?.", "..", "&&", "||", "::"];

/// Punctuation of one character. `; ! & ` and others are no part of the language, but of the
/// languages that people come from: they get an answer of their own.
const SHORT_PUNCTUATION: &str = "=,:.?@+-*/%<>|;!&";

/// Splits `source` into tokens that cover every byte, in order.
pub fn scan(source: &str) -> Vec<Token> {
    let mut scanner = Scanner { source, offset: 0, tokens: Vec::with_capacity(source.len() / 4) };
    if source.starts_with('\u{feff}') {
        scanner.push(TokenKind::Space, '\u{feff}'.len_utf8());
    }
    while scanner.offset < source.len() {
        scanner.next();
    }
    scanner.tokens
}

struct Scanner<'a> {
    source: &'a str,
    offset: usize,
    tokens: Vec<Token>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.offset..).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        // A token of no length would never end the loop; every caller has seen a character.
        let end = self.offset + length.max(1);
        self.tokens.push(Token { kind, span: Span::new(self.offset as u32, end as u32) });
        self.offset = end;
    }

    fn next(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let Some(first) = bytes.first() else { return };
        match first {
            b'\n' => self.push(TokenKind::Newline, 1),
            b'\r' if bytes.get(1) == Some(&b'\n') => self.push(TokenKind::Newline, 2),
            b' ' | b'\t' | b'\r' => self.push(TokenKind::Space, space_length(bytes)),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.push(TokenKind::Word, word_length(bytes)),
            b'0'..=b'9' => self.push(TokenKind::Number, number_length(bytes)),
            b'"' => self.text(bytes),
            b'(' => self.push(TokenKind::Open(Bracket::Round), 1),
            b'[' => self.push(TokenKind::Open(Bracket::Square), 1),
            b'{' => self.push(TokenKind::Open(Bracket::Curly), 1),
            b')' => self.push(TokenKind::Close(Bracket::Round), 1),
            b']' => self.push(TokenKind::Close(Bracket::Square), 1),
            b'}' => self.push(TokenKind::Close(Bracket::Curly), 1),
            b'/' if bytes.get(1) == Some(&b'/') => self.comment(rest),
            b'/' if bytes.get(1) == Some(&b'*') => self.block_comment(rest),
            b'\'' => self.single_quoted(rest),
            b'/' if self.expects_path() => self.push(TokenKind::Path, path_length(bytes)),
            _ => self.punctuation(rest),
        }
    }

    fn comment(&mut self, rest: &str) {
        let end = line_length(rest.as_bytes());
        let line = rest.get(..end).unwrap_or_default();
        let kind = if line.starts_with("//!") {
            TokenKind::FileDocs
        } else if line.starts_with("///") && !line.starts_with("////") {
            TokenKind::Docs
        } else {
            TokenKind::Comment
        };
        self.push(kind, end);
    }

    fn text(&mut self, bytes: &[u8]) {
        let mut length = 1;
        while let Some(byte) = bytes.get(length) {
            match byte {
                b'"' => return self.push(TokenKind::Text, length + 1),
                b'\n' => break,
                b'\r' if bytes.get(length + 1) == Some(&b'\n') => break,
                b'\\' if !matches!(bytes.get(length + 1), None | Some(b'\n' | b'\r')) => length += 2,
                _ => length += 1,
            }
        }
        // A backslash may have stepped into the middle of a character, but never beyond the text.
        while !self.source.is_char_boundary(self.offset + length) {
            length += 1;
        }
        self.push(TokenKind::UnclosedText, length);
    }

    /// `/* … */` is no comment here, but one mistake.
    fn block_comment(&mut self, rest: &str) {
        let inside = rest.get(2..).unwrap_or_default();
        let length = inside.find("*/").map(|end| end + 4);
        let length = length.unwrap_or_else(|| line_length(rest.as_bytes()));
        self.push(TokenKind::Unknown, length);
    }

    /// `'…'` is no string here, but one mistake when it ends on its line.
    fn single_quoted(&mut self, rest: &str) {
        let inside = rest.get(1..).unwrap_or_default();
        let length = match inside.find(['\'', '\n']) {
            Some(end) if inside.get(end..).is_some_and(|rest| rest.starts_with('\'')) => end + 2,
            _ => 1,
        };
        self.push(TokenKind::Unknown, length);
    }

    /// Whether a `/` here starts a route: behind `at` or a method, on the same line.
    /// Behind a dot (`event.at / 2`) the word is a field.
    fn expects_path(&self) -> bool {
        let mut before = self.tokens.iter().rev().filter(|token| token.kind != TokenKind::Space);
        let is_method = before.next().is_some_and(|token| {
            let text = token.text(self.source);
            token.kind == TokenKind::Word && (text == "at" || METHODS.contains(&text))
        });
        is_method && !before.next().is_some_and(|token| matches!(token.text(self.source), "." | "?."))
    }

    fn punctuation(&mut self, rest: &str) {
        if let Some(long) = LONG_PUNCTUATION.iter().find(|long| rest.starts_with(**long)) {
            return self.push(TokenKind::Punctuation, long.len());
        }
        if rest.starts_with(|first| SHORT_PUNCTUATION.contains(first)) {
            return self.push(TokenKind::Punctuation, 1);
        }
        // One run of unknown characters is one mistake; letters and digits behind one belong to it.
        let known = |character: char| {
            character.is_ascii() && !character.is_ascii_control() && !"#$'^`~\\".contains(character)
                || matches!(character, '\n' | '\r' | '\t')
        };
        let length = rest.char_indices().find(|(_, character)| known(*character));
        let length = length.map_or(rest.len(), |(length, _)| length);
        self.push(TokenKind::Unknown, length);
    }
}

fn space_length(bytes: &[u8]) -> usize {
    let is_space = |(index, byte): (usize, &u8)| match byte {
        b' ' | b'\t' => true,
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    };
    bytes.iter().enumerate().take_while(|pair| is_space(*pair)).count()
}

fn word_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
}

/// Digits, at most one point between digits, and the letters of a unit.
fn number_length(bytes: &[u8]) -> usize {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count();
    let behind_point = bytes.get(digits + 1).is_some_and(u8::is_ascii_digit);
    let start = if bytes.get(digits) == Some(&b'.') && behind_point { digits + 1 } else { digits };
    start + word_length(bytes.get(start..).unwrap_or_default())
}

/// A route goes up to the next blank, or to a `{` that starts no parameter and so opens a body.
fn path_length(bytes: &[u8]) -> usize {
    let ends = |(index, byte): (usize, &u8)| {
        let rest = bytes.get(index + 1..).unwrap_or_default();
        byte.is_ascii_whitespace() || *byte == b'{' && !starts_parameter(rest)
    };
    bytes.iter().enumerate().position(ends).unwrap_or(bytes.len())
}

fn starts_parameter(bytes: &[u8]) -> bool {
    let length = word_length(bytes);
    length > 0 && bytes.get(length) == Some(&b'}')
}

/// The length of the line without its end.
fn line_length(bytes: &[u8]) -> usize {
    let length = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    match length.checked_sub(1).and_then(|last| bytes.get(last)) {
        Some(b'\r') if length < bytes.len() => length - 1,
        _ => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(source: &str) -> Vec<(TokenKind, &str)> {
        let tokens = scan(source).into_iter();
        let tokens = tokens.filter(|token| token.kind != TokenKind::Space);
        tokens.map(|token| (token.kind, token.text(source))).collect()
    }

    #[test]
    fn tokens_of_a_line() {
        use TokenKind::{Close, Comment, Newline, Number, Open, Path, Punctuation, Text, Word};
        assert_eq!(
            kinds("at GET /a/{b} x+=1_0.5 30d ..r 1..2 \"a\\\"{b}\" // c\r\n( ]"),
            [
                (Word, "at"),
                (Word, "GET"),
                (Path, "/a/{b}"),
                (Word, "x"),
                (Punctuation, "+="),
                (Number, "1_0.5"),
                (Number, "30d"),
                (Punctuation, ".."),
                (Word, "r"),
                (Number, "1"),
                (Punctuation, ".."),
                (Number, "2"),
                (Text, "\"a\\\"{b}\""),
                (Comment, "// c"),
                (Newline, "\r\n"),
                (Open(Bracket::Round), "("),
                (Close(Bracket::Square), "]"),
            ]
        );
    }

    #[test]
    fn comments_have_three_kinds() {
        use TokenKind::{Comment, Docs, FileDocs};
        for (source, kind) in [("// a", Comment), ("/// a", Docs), ("//// a", Comment), ("//! a", FileDocs)] {
            assert_eq!(kinds(source), [(kind, source)]);
        }
    }

    #[test]
    fn a_string_ends_with_its_line() {
        use TokenKind::{Newline, UnclosedText, Word};
        assert_eq!(kinds("\"a{\nb"), [(UnclosedText, "\"a{"), (Newline, "\n"), (Word, "b")]);
        assert_eq!(kinds("\"a\\\nb"), [(UnclosedText, "\"a\\"), (Newline, "\n"), (Word, "b")]);
        assert_eq!(kinds("\"a\\é"), [(UnclosedText, "\"a\\é")]);
    }

    #[test]
    fn unknown_characters_are_one_token() {
        assert_eq!(kinds("é中\u{0}"), [(TokenKind::Unknown, "é中\u{0}")]);
        assert_eq!(kinds("a $ b").len(), 3);
        assert_eq!(scan("\u{feff}a").len(), 2);
    }

    proptest! {
        #[test]
        fn tokens_cover_every_byte(text in any::<String>()) {
            check_cover(&text)?;
        }

        #[test]
        fn tokens_cover_every_byte_of_language_like_text(
            text in "([a-z]{1,3}|[0-9._]{1,3}|[\"\\\\{}()\\[\\]/@?=<>&|+-]|\r|\n| |é|\u{0}|\u{feff}|GET /|//){0,40}"
        ) {
            check_cover(&text)?;
        }
    }

    fn check_cover(text: &str) -> Result<(), TestCaseError> {
        let mut offset = 0;
        for token in scan(text) {
            prop_assert_eq!(token.span.start, offset);
            prop_assert!(token.span.end > offset);
            prop_assert!(text.is_char_boundary(token.span.end as usize));
            offset = token.span.end;
        }
        prop_assert_eq!(offset as usize, text.len());
        Ok(())
    }
}
