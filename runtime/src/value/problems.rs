//! What is wrong with input: each problem names the field by its path.

use std::borrow::Cow;
use std::fmt;

use crate::refusal::Refusal;

/// Problems beyond this many are counted, but not listed: an answer stays small whatever was sent.
pub const PROBLEMS_LISTED_MAX: usize = 100;

/// A name in a path is cut after this many characters: it may come from the sender.
const NAME_CHARACTERS_MAX: usize = 64;

/// The words that a program can tell problems apart by.
pub mod code {
    /// A value is missing.
    pub const REQUIRED: &str = "required";
    /// A value is of the wrong type or is not written as that type is.
    pub const TYPE: &str = "type";
    /// The object has no such field.
    pub const UNKNOWN_FIELD: &str = "unknown_field";
    /// A rule of the schema is broken.
    pub const RULE: &str = "rule";
    /// A number, a date or a size is outside of what its type holds.
    pub const RANGE: &str = "range";
    /// A row that the value refers to does not exist.
    pub const REFERENCE: &str = "reference";
    /// The value is taken: it must be unique.
    pub const UNIQUE: &str = "unique";
    /// The text is not JSON at all.
    pub const JSON: &str = "json";
}

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where: `items[2].price`; empty for the whole.
    pub path: String,
    /// What, as the rest of a sentence that begins with the field: `must be a whole number`.
    pub message: Cow<'static, str>,
    /// One of [`code`].
    pub code: &'static str,
}

/// What is wrong with a piece of text, before it is known which field it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// One of [`code`].
    pub code: &'static str,
    /// What, as the rest of a sentence: `must be a whole number`.
    pub message: Cow<'static, str>,
}

impl Complaint {
    /// A complaint under one of the words of [`code`].
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// The text is not written as its type is.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::TYPE, message)
    }

    /// The value is outside of what its type holds.
    pub fn range(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::RANGE, message)
    }

    /// A rule of the schema is broken.
    pub fn rule(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::RULE, message)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Complaint {}

/// All that is wrong with a request, collected so that it is reported at once.
#[derive(Debug, Default)]
pub struct Problems {
    listed: Vec<FieldProblem>,
    count: usize,
    text_integers: bool,
}

impl Problems {
    /// Nothing is wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Integers may also be written as strings, for the schema option `big_ints = string`.
    #[must_use]
    pub fn with_text_integers(mut self) -> Self {
        self.text_integers = true;
        self
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many problems there are, also those that are not listed.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The problems in the order in which they were found, at most [`PROBLEMS_LISTED_MAX`].
    pub fn listed(&self) -> &[FieldProblem] {
        &self.listed
    }

    /// Adds a problem.
    pub fn push(&mut self, problem: FieldProblem) {
        self.count += 1;
        if self.listed.len() < PROBLEMS_LISTED_MAX {
            self.listed.push(problem);
        }
    }

    /// The place where reading or checking begins: the whole.
    pub fn at(&mut self) -> At<'_> {
        At { path: Vec::new(), problems: self }
    }

    /// Refuses (422, all problems listed) if there is a problem.
    pub fn into_result(self) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { Err(self.into_refusal()) }
    }

    /// The refusal (422) that lists the problems.
    #[must_use]
    pub fn into_refusal(self) -> Refusal {
        Refusal::invalid_fields(self.listed)
    }
}

/// A place inside of the input, and the problems found so far.
///
/// Going down to a field costs no allocation; the path becomes text only for a problem.
#[derive(Debug)]
pub struct At<'p> {
    path: Vec<Segment>,
    problems: &'p mut Problems,
}

#[derive(Debug)]
enum Segment {
    Field(Cow<'static, str>),
    Index(usize),
}

impl At<'_> {
    /// Does `inner` at a field of this place.
    pub fn field<R>(&mut self, name: &'static str, inner: impl FnOnce(&mut Self) -> R) -> R {
        self.inside(Segment::Field(Cow::Borrowed(name)), inner)
    }

    /// Does `inner` at an entry of this map.
    pub fn key<R>(&mut self, name: &str, inner: impl FnOnce(&mut Self) -> R) -> R {
        self.inside(Segment::Field(Cow::Owned(shorten(name))), inner)
    }

    /// Does `inner` at an element of this list.
    pub fn index<R>(&mut self, index: usize, inner: impl FnOnce(&mut Self) -> R) -> R {
        self.inside(Segment::Index(index), inner)
    }

    /// Records a problem at this place.
    pub fn problem(&mut self, code: &'static str, message: impl Into<Cow<'static, str>>) {
        let problem = FieldProblem { path: self.path(), message: message.into(), code };
        self.problems.push(problem);
    }

    /// Records a complaint about the text at this place.
    pub fn complain(&mut self, complaint: Complaint) {
        self.problem(complaint.code, complaint.message);
    }

    /// Takes the value, or records the complaint at this place.
    pub fn accept<T>(&mut self, result: Result<T, Complaint>) -> Option<T> {
        result.map_err(|complaint| self.complain(complaint)).ok()
    }

    /// How many problems were recorded so far, here and elsewhere.
    pub fn count(&self) -> usize {
        self.problems.count
    }

    /// Whether integers may be written as strings.
    pub fn reads_text_integers(&self) -> bool {
        self.problems.text_integers
    }

    /// This place as text: `items[2].price`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Field(name) => push_field(&mut path, name),
                Segment::Index(index) => push_index(&mut path, *index),
            }
        }
        path
    }

    fn inside<R>(&mut self, segment: Segment, inner: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(segment);
        let result = inner(self);
        self.path.pop();
        result
    }
}

/// Adds a field's name to a path.
pub(crate) fn push_field(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// Adds a position in a list to a path.
pub(crate) fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

/// A name from the sender, cut to what fits into a message.
pub(crate) fn shorten(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARACTERS_MAX) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_places_by_path() {
        let mut problems = Problems::new();
        let mut at = problems.at();
        at.problem(code::TYPE, "must be an object");
        at.field("items", |at| {
            at.index(2, |at| {
                at.field("price", |at| at.problem(code::REQUIRED, "is required"));
                at.key(&"x".repeat(70), |at| at.problem(code::TYPE, "must be a string"));
            });
        });
        at.index(0, |at| at.problem(code::RULE, "must not be empty"));
        let paths: Vec<_> = problems.listed().iter().map(|problem| problem.path.as_str()).collect();
        let long = format!("items[2].{}…", "x".repeat(64));
        assert_eq!(paths, ["", "items[2].price", &long, "[0]"]);
    }

    #[test]
    fn lists_a_bounded_number() {
        let mut problems = Problems::new();
        for index in 0..=PROBLEMS_LISTED_MAX {
            problems.at().index(index, |at| at.problem(code::TYPE, "must be a string"));
        }
        assert_eq!(problems.count(), PROBLEMS_LISTED_MAX + 1);
        assert_eq!(problems.listed().len(), PROBLEMS_LISTED_MAX);
        assert!(problems.into_result().is_err());
        assert!(Problems::new().into_result().is_ok());
    }
}
