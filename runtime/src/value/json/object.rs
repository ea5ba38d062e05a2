//! Reads the fields of an object.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::{FromJson, Node, nearest};
use crate::value::problems::{At, code};

/// What to do with fields that nobody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownFields {
    /// Each is a problem.
    Reject,
    /// They are passed over.
    Ignore,
}

/// Reads an object field by field. Each method records what is wrong and gives none; reading goes on, so that all
/// problems are found at once.
///
/// ```ignore
/// impl FromJson for Address {
///     fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
///         let mut object = ObjectReader::new(node, at)?;
///         let street = object.required("street");
///         let zip = object.optional("zip");
///         object.finish(UnknownFields::Reject)?;
///         Some(Self { street: street?, zip: zip? })
///     }
/// }
/// ```
#[derive(Debug)]
pub struct ObjectReader<'r, 'p, 'n> {
    at: &'r mut At<'p>,
    entries: &'n [(Cow<'n, str>, Node<'n>)],
    /// Whether an entry was asked for, by its position.
    taken: SmallVec<[bool; 16]>,
    asked: SmallVec<[&'static str; 16]>,
    /// Where the next field stands if the sender keeps our order.
    cursor: usize,
    /// Problems that were there before this object.
    problems_before: usize,
}

impl<'r, 'p, 'n> ObjectReader<'r, 'p, 'n> {
    /// Begins to read an object; none, and a problem, if the node is none.
    pub fn new(node: &'n Node<'n>, at: &'r mut At<'p>) -> Option<Self> {
        let problems_before = at.count();
        let Node::Object(entries) = node else {
            let words = if matches!(node, Node::Null) { "must not be null" } else { "must be an object" };
            at.problem(code::TYPE, words);
            return None;
        };
        let taken = SmallVec::from_elem(false, entries.len());
        Some(Self { at, entries, taken, asked: SmallVec::new(), cursor: 0, problems_before })
    }

    /// An object without fields, for a variant that is written as its name only.
    pub(super) fn empty(at: &'r mut At<'p>) -> Self {
        let problems_before = at.count();
        Self { at, entries: &[], taken: SmallVec::new(), asked: SmallVec::new(), cursor: 0, problems_before }
    }

    /// A field that must be there.
    pub fn required<T: FromJson>(&mut self, name: &'static str) -> Option<T> {
        let Some(node) = self.find(name) else {
            self.at.field(name, |at| at.problem(code::REQUIRED, "is required"));
            return None;
        };
        self.at.field(name, |at| T::from_json(node, at))
    }

    /// A field of an optional type: none if it is absent or null.
    pub fn optional<T: FromJson>(&mut self, name: &'static str) -> Option<Option<T>> {
        match self.find(name) {
            None | Some(Node::Null) => Some(None),
            Some(node) => self.at.field(name, |at| T::from_json(node, at)).map(Some),
        }
    }

    /// A field with a default.
    pub fn defaulted<T: FromJson>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> Option<T> {
        match self.find(name) {
            None => Some(default()),
            Some(node) => self.at.field(name, |at| T::from_json(node, at)),
        }
    }

    /// A field `name?: T`: the inner option is none if it is absent, which means untouched.
    ///
    /// For `name?: T?`, which also takes null, ask for `patch::<Option<T>>`.
    pub fn patch<T: FromJson>(&mut self, name: &'static str) -> Option<Option<T>> {
        match self.find(name) {
            None => Some(None),
            Some(node) => self.at.field(name, |at| T::from_json(node, at)).map(Some),
        }
    }

    /// Checks or normalises a value that was read, at the place of its field.
    pub fn check<T>(&mut self, name: &'static str, value: &mut Option<T>, rules: impl FnOnce(&mut T, &mut At<'p>)) {
        if let Some(value) = value {
            self.at.field(name, |at| rules(value, at));
        }
    }

    /// The place of the object, for problems that concern several fields.
    pub fn at(&mut self) -> &mut At<'p> {
        self.at
    }

    /// Ends reading; none if anything in this object was wrong.
    pub fn finish(self, unknown: UnknownFields) -> Option<()> {
        if unknown == UnknownFields::Reject {
            for ((name, _), taken) in self.entries.iter().zip(&self.taken) {
                if !taken {
                    let asked = &self.asked;
                    self.at.key(name, |at| at.problem(code::UNKNOWN_FIELD, unknown_field(name, asked)));
                }
            }
        }
        (self.at.count() == self.problems_before).then_some(())
    }

    fn find(&mut self, name: &'static str) -> Option<&'n Node<'n>> {
        self.asked.push(name);
        let entries = self.entries;
        let (before, after) = entries.split_at_checked(self.cursor).unwrap_or((entries, &[]));
        let is_it = |(key, _): &(Cow<'n, str>, Node<'n>)| key == name;
        let position = match after.iter().position(is_it) {
            Some(offset) => self.cursor + offset,
            None => before.iter().position(is_it)?,
        };
        self.cursor = position + 1;
        if let Some(taken) = self.taken.get_mut(position) {
            *taken = true;
        }
        entries.get(position).map(|(_, node)| node)
    }
}

fn unknown_field(name: &str, known: &[&'static str]) -> Cow<'static, str> {
    match nearest(name, known) {
        Some(known) => Cow::Owned(format!("is not a field here; did you mean `{known}`?")),
        None => Cow::Borrowed("is not a field here"),
    }
}
