//! A strict JSON parser.
//!
//! Our own, because three things must be exact that a general one leaves open: a number keeps its digits (a `decimal`
//! must not pass through a float), a name that occurs twice is refused, and every error names its place by path.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Node;
use crate::refusal::{Refusal, RefusalKind};
use crate::value::problems::{FieldProblem, code, push_field, push_index, shorten};

/// How much a document may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// How deep lists and objects may be nested.
    pub depth_max: usize,
    /// How many values there may be, containers included.
    pub nodes_max: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { depth_max: 64, nodes_max: 10_000 }
    }
}

/// Why bytes are not an acceptable JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonProblem {
    /// Where in the document: `items[2]`; empty at the top.
    pub path: String,
    /// What is wrong, as a sentence without full stop.
    pub message: Cow<'static, str>,
    /// The line, from 1.
    pub line: usize,
    /// The byte in the line, from 1.
    pub column: usize,
    /// Whether the document is well-formed so far, but too large.
    pub too_large: bool,
}

impl From<JsonProblem> for Refusal {
    fn from(problem: JsonProblem) -> Self {
        let kind = if problem.too_large { RefusalKind::TooLarge } else { RefusalKind::Malformed };
        let place = if problem.path.is_empty() { String::new() } else { format!(" in `{}`", problem.path) };
        let detail = format!(
            "the body is not acceptable JSON: {}{place}, at line {}, column {}",
            problem.message, problem.line, problem.column
        );
        let field = FieldProblem { path: problem.path, message: problem.message, code: code::JSON };
        Self::new(kind, detail).with_field(field.path, field.code, field.message)
    }
}

/// Parses a document that fills `bytes` completely.
pub fn parse(bytes: &[u8], limits: JsonLimits) -> Result<Node<'_>, JsonProblem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let fault = Fault::new(error.valid_up_to(), "the text is not UTF-8");
        fault.into_problem(bytes)
    })?;
    let mut parser = Parser { text, bytes, position: 0, nodes: 0, limits, zeros: false };
    parser.document().map_err(|fault| fault.into_problem(bytes))
}

/// Parses a document that we have written ourselves: whatever could be stored reads back.
pub(in crate::value) fn parse_stored(text: &str) -> Option<Node<'_>> {
    let limits = JsonLimits { depth_max: STORED_DEPTH_MAX, nodes_max: usize::MAX };
    let mut parser = Parser { text, bytes: text.as_bytes(), position: 0, nodes: 0, limits, zeros: true };
    parser.document().ok()
}

/// Deeper than input may be: custom Rust may wrap what came in.
pub(in crate::value) const STORED_DEPTH_MAX: usize = 256;

/// An object with more fields than this looks for repeated names in a set instead of comparing each with each.
const FIELDS_COMPARED_MAX: usize = 16;

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    nodes: usize,
    limits: JsonLimits,
    /// Whether text may hold the character U+0000.
    zeros: bool,
}

/// A problem on its way up; each container adds its step to the path.
struct Fault(Box<FaultAt>);

struct FaultAt {
    /// From the inside to the outside.
    steps: Vec<Step>,
    message: Cow<'static, str>,
    offset: usize,
    too_large: bool,
}

enum Step {
    Field(String),
    Index(usize),
}

impl Fault {
    fn new(offset: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(FaultAt { steps: Vec::new(), message: message.into(), offset, too_large: false }))
    }

    fn too_large(offset: usize, message: impl Into<Cow<'static, str>>) -> Self {
        let mut fault = Self::new(offset, message);
        fault.0.too_large = true;
        fault
    }

    fn inside(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    fn into_problem(self, bytes: &[u8]) -> JsonProblem {
        let FaultAt { steps, message, offset, too_large } = *self.0;
        let mut path = String::new();
        for step in steps.iter().rev() {
            match step {
                Step::Field(name) => push_field(&mut path, name),
                Step::Index(index) => push_index(&mut path, *index),
            }
        }
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        JsonProblem {
            path,
            message,
            line: before.split(|&byte| byte == b'\n').count(),
            column: 1 + before.len() - line_start,
            too_large,
        }
    }
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<Node<'a>, Fault> {
        if self.text.starts_with('\u{FEFF}') {
            return Err(self.fault("the text begins with a byte order mark; leave it out"));
        }
        self.skip_space();
        if self.position == self.bytes.len() {
            return Err(self.fault("there is nothing where a value is needed"));
        }
        let node = self.value(0)?;
        self.skip_space();
        if self.position == self.bytes.len() { Ok(node) } else { Err(self.fault("something follows the value")) }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'a>, Fault> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes_max {
            return Err(Fault::too_large(
                self.position,
                format!("there are more than {} values", self.limits.nodes_max),
            ));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Node::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => self.word("null", Node::Null),
            Some(b'\'') => Err(self.fault("a string needs double quotes")),
            Some(_) => Err(self.fault("there is no value where one is needed")),
            None => Err(self.fault("the text ends where a value is needed")),
        }
    }

    fn enter(&mut self, depth: usize) -> Result<(), Fault> {
        if depth >= self.limits.depth_max {
            return Err(self.fault(format!("it is nested deeper than {} levels", self.limits.depth_max)));
        }
        self.position += 1;
        self.skip_space();
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<Node<'a>, Fault> {
        self.enter(depth)?;
        let mut elements = Vec::new();
        if self.skip(b']') {
            return Ok(Node::List(elements));
        }
        loop {
            let element = self.value(depth + 1).map_err(|fault| fault.inside(Step::Index(elements.len())))?;
            elements.push(element);
            self.skip_space();
            if self.skip(b']') {
                return Ok(Node::List(elements));
            }
            if !self.skip(b',') {
                return Err(self.fault("`,` or `]` is missing after an element"));
            }
            self.skip_space();
            if self.peek() == Some(b']') {
                return Err(self.fault("there is a `,` after the last element"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node<'a>, Fault> {
        self.enter(depth)?;
        let start = self.position;
        let mut entries: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
        if self.skip(b'}') {
            return Ok(Node::Object(entries));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.fault(match self.peek() {
                    Some(b'}') => "there is a `,` after the last field",
                    None => "the text ends inside of an object",
                    Some(_) => "a field's name in double quotes is missing",
                }));
            }
            let name = self.string()?;
            let in_field = |fault: Fault| fault.inside(Step::Field(shorten(&name)));
            self.skip_space();
            if !self.skip(b':') {
                return Err(in_field(self.fault("`:` is missing after a field's name")));
            }
            self.skip_space();
            let value = self.value(depth + 1).map_err(in_field)?;
            entries.push((name, value));
            self.skip_space();
            if self.skip(b'}') {
                break;
            }
            if !self.skip(b',') {
                return Err(self.fault("`,` or `}` is missing after a field"));
            }
            self.skip_space();
        }
        match repeated_name(&entries) {
            None => Ok(Node::Object(entries)),
            Some(entry) => {
                let place = self.place_of_name(start, entry, depth);
                let name = entries.get(entry).map(|(name, _)| shorten(name)).unwrap_or_default();
                Err(Fault::new(place, "a name occurs twice").inside(Step::Field(name)))
            }
        }
    }

    /// Where the name of an entry begins, in an object that was parsed without a fault. The places
    /// are not kept, because hardly anybody asks: the entries before it are parsed again.
    fn place_of_name(&self, first_name: usize, entry: usize, depth: usize) -> usize {
        let Parser { text, bytes, limits, zeros, .. } = *self;
        let mut again = Parser { text, bytes, position: first_name, nodes: 0, limits, zeros };
        for _ in 0..entry {
            let _ = again.string();
            again.skip_space();
            again.skip(b':');
            again.skip_space();
            let _ = again.value(depth + 1);
            again.skip_space();
            again.skip(b',');
            again.skip_space();
        }
        again.position
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        let opening = self.position;
        self.position += 1;
        let mut unescaped: Option<String> = None;
        loop {
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            let Some(run) = rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\') else {
                return Err(Fault::new(opening, "a string has no end"));
            };
            // The run ends before an ASCII byte, so it is cut between characters.
            let clean = self.text.get(self.position..self.position + run).unwrap_or_default();
            self.position += run;
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(clean),
                        Some(text) => Cow::Owned(text + clean),
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(clean);
                    let character = self.escape()?;
                    unescaped.get_or_insert_default().push(character);
                }
                _ => return Err(self.fault("a control character in a string needs an escape such as `\\n`")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.position;
        self.position += 1;
        let kind = self.peek();
        self.position += 1;
        Ok(match kind {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            Some(_) => return Err(Fault::new(start, "an escape in a string is unknown")),
            None => return Err(Fault::new(start, "a string has no end")),
        })
    }

    /// The four digits behind `\u`, and those of the second half where there is one.
    fn unicode_escape(&mut self, start: usize) -> Result<char, Fault> {
        let lone = || Fault::new(start, "a string holds one half of a surrogate pair");
        let first = self.four_hex_digits(start)?;
        let scalar = match first {
            0 if !self.zeros => {
                return Err(Fault::new(start, "a string holds the character U+0000, which no text may"));
            }
            0xD800..0xDC00 => {
                if !(self.skip(b'\\') && self.skip(b'u')) {
                    return Err(lone());
                }
                let second = self.four_hex_digits(start)?;
                if !(0xDC00..0xE000).contains(&second) {
                    return Err(lone());
                }
                0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            _ => first,
        };
        char::from_u32(scalar).ok_or_else(lone)
    }

    fn four_hex_digits(&mut self, start: usize) -> Result<u32, Fault> {
        let digits = self.bytes.get(self.position..self.position + 4).unwrap_or_default();
        let value = digits.iter().try_fold(0, |value, byte| Some(value << 4 | char::from(*byte).to_digit(16)?));
        match value {
            Some(value) if digits.len() == 4 => {
                self.position += 4;
                Ok(value)
            }
            _ => Err(Fault::new(start, "an escape `\\u` needs four hexadecimal digits")),
        }
    }

    fn number(&mut self) -> Result<Node<'a>, Fault> {
        let start = self.position;
        self.skip(b'-');
        if self.skip(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(Fault::new(start, "a number begins with a needless zero"));
            }
        } else {
            self.digits(start)?;
        }
        let mut whole = true;
        if self.skip(b'.') {
            whole = false;
            self.digits(start)?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            whole = false;
            let _sign = self.skip(b'+') || self.skip(b'-');
            self.digits(start)?;
        }
        let text = self.text.get(start..self.position).unwrap_or_default();
        Ok(match text.parse() {
            Ok(value) if whole => Node::Int(value),
            _ => Node::Number(Cow::Borrowed(text)),
        })
    }

    fn digits(&mut self, number_start: usize) -> Result<(), Fault> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.position += count;
        if count == 0 { Err(Fault::new(number_start, "a number lacks digits")) } else { Ok(()) }
    }

    fn word(&mut self, word: &'static str, node: Node<'a>) -> Result<Node<'a>, Fault> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.position += word.len();
            Ok(node)
        } else {
            Err(self.fault("there is no value where one is needed"))
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.position += 1;
        }
    }

    fn fault(&self, message: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(self.position, message)
    }
}

/// The first entry whose name stood in the object already.
fn repeated_name(entries: &[(Cow<'_, str>, Node<'_>)]) -> Option<usize> {
    if entries.len() <= FIELDS_COMPARED_MAX {
        return entries
            .iter()
            .enumerate()
            .position(|(position, (name, _))| entries.iter().take(position).any(|(earlier, _)| earlier == name));
    }
    let mut seen = BTreeSet::new();
    entries.iter().position(|(name, _)| !seen.insert(name.as_ref()))
}
