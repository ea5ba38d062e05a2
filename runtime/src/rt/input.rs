//! What is given to events, and the rules that it has to keep.

use super::{At, Problems, Refusal, ToText, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// What is given to record an event; generated for each `event` of the schema.
pub trait EventInput {
    /// The key of the new row where the event creates one.
    type Output;

    /// Checks the rules, computes what is not given, judges the conditions, and records the event.
    fn record(self, tx: &mut Tx<'_>) -> Result<Self::Output, Refusal>;
}

impl Tx<'_> {
    /// Emits an event: checks the rules of what is given, computes the rest, and applies it.
    pub fn emit<I: EventInput>(&mut self, input: I) -> Result<I::Output, Refusal> {
        input.record(self)
    }
}

/// Runs checks and refuses (422) with all problems that they find.
pub fn check(rules: impl FnOnce(&mut At<'_>)) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    rules(&mut problems.at());
    problems.into_result()
}

/// Checks and normalises the elements of a set.
pub fn check_set<T: Ord>(set: &mut BTreeSet<T>, at: &mut At<'_>, mut rules: impl FnMut(&mut T, &mut At<'_>)) {
    let elements = std::mem::take(set).into_iter().enumerate().map(|(position, mut element)| {
        at.index(position, |at| rules(&mut element, at));
        element
    });
    *set = elements.collect();
}

/// Checks and normalises the keys of a map.
pub fn check_keys<K: Ord + ToText, V>(
    map: &mut BTreeMap<K, V>,
    at: &mut At<'_>,
    mut rules: impl FnMut(&mut K, &mut At<'_>),
) {
    let entries = std::mem::take(map).into_iter().map(|(mut key, value)| {
        at.key(&key.to_text(), |at| rules(&mut key, at));
        (key, value)
    });
    *map = entries.collect();
}
