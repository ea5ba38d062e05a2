//! All declarations of one kind, which note who reads which of them.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut, Index};

use super::{Endpoint, Enum, Event, Function, Hook, Job, Model, Newtype, Readable, Scenario, Struct, View};
use crate::names::Named;
use crate::reads::{Read, note};

/// The kinds of declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Newtype,
    Enum,
    Struct,
    Model,
    Event,
    View,
    Function,
    Endpoint,
    Readable,
    Hook,
    Job,
    Scenario,
}

/// Something that a schema declares.
pub(crate) trait Declared {
    const KIND: Kind;
}

macro_rules! declared {
    ($($name:ident),*) => {
        $(impl Declared for $name {
            const KIND: Kind = Kind::$name;
        })*
    };
}

declared!(Newtype, Enum, Struct, Model, Event, View, Function, Endpoint, Readable, Hook, Job, Scenario);

/// All declarations of a kind, by their ids.
///
/// Who asks for one of them has read that one; every other way of reading counts as reading all.
#[derive(Clone, Debug, PartialEq)]
pub struct All<T>(Vec<T>);

impl<T> Default for All<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[expect(private_bounds, reason = "the kinds are those of this crate")]
impl<T: Declared> All<T> {
    /// The one at a position.
    pub fn get(&self, position: usize) -> Option<&T> {
        note(|| Read::One(T::KIND, position as u32));
        self.0.get(position)
    }

    /// All of them, for who does not want it noted.
    pub(crate) fn unnoted(&self) -> &[T] {
        &self.0
    }
}

impl<T: Declared> Index<usize> for All<T> {
    type Output = T;

    fn index(&self, position: usize) -> &T {
        note(|| Read::One(T::KIND, position as u32));
        &self.0[position]
    }
}

impl<T: Declared> Deref for All<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        note(|| Read::All(T::KIND));
        &self.0
    }
}

/// Nothing is changed while bodies are checked.
impl<T: Declared> DerefMut for All<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<'a, T: Declared> IntoIterator for &'a All<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> From<Vec<T>> for All<T> {
    fn from(declared: Vec<T>) -> Self {
        Self(declared)
    }
}

/// Items about whose members nothing more is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Damaged(BTreeSet<Named>);

impl Damaged {
    /// One more.
    pub fn insert(&mut self, named: Named) {
        self.0.insert(named);
    }

    /// Several more.
    pub fn extend(&mut self, named: impl IntoIterator<Item = Named>) {
        self.0.extend(named);
    }

    /// Whether it is one of them.
    pub fn contains(&self, named: &Named) -> bool {
        note(|| Read::Damage(*named));
        self.0.contains(named)
    }
}
