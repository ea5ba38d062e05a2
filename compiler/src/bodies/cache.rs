//! What earlier runs have found out about bodies, for the editor, which checks at every change.

use super::known::Known;
use super::places::Places;
use super::views::CheckedView;
use super::{Collected, Outcome};
use crate::declarations::{FileSpan, StructId};
use crate::effects::BodyUses;
use crate::infer::Shared;
use crate::plan::{EndpointBody, EventBody, Expr, FunctionBody, JobBody, ModelBody, Readable, ScenarioBody};
use crate::reads::{Read, recorded};

/// The outcomes of the last check of each body. Given to the check of the next state of a schema
/// (or of any other), it spares the bodies that still read the same.
#[derive(Debug, Default)]
pub struct Cache {
    pub(super) is_kept: bool,
    pub(super) views: Slots<CheckedView>,
    pub(super) functions: Slots<FunctionBody>,
    pub(super) models: Slots<ModelBody>,
    pub(super) events: Slots<EventBody>,
    pub(super) readable: Slots<Option<Readable>>,
    pub(super) jobs: Slots<JobBody>,
    pub(super) structs: Slots<Vec<(StructId, usize, Expr)>>,
    pub(super) endpoints: Slots<(EndpointBody, BodyUses)>,
    pub(super) scenarios: Slots<ScenarioBody>,
}

impl Cache {
    /// An empty one.
    pub fn new() -> Self {
        Self { is_kept: true, ..Self::default() }
    }

    /// For a single run: nothing is kept.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// How many bodies the last run had to check.
    pub fn checked(&self) -> usize {
        self.views.checked
            + self.functions.checked
            + self.models.checked
            + self.events.checked
            + self.readable.checked
            + self.jobs.checked
            + self.structs.checked
            + self.endpoints.checked
            + self.scenarios.checked
    }
}

/// The last outcome for each position of a kind.
#[derive(Debug)]
pub(super) struct Slots<P> {
    kept: Vec<Option<Kept<P>>>,
    /// How many the last run had to check.
    checked: usize,
}

impl<P> Default for Slots<P> {
    fn default() -> Self {
        Self { kept: Vec::new(), checked: 0 }
    }
}

impl<P: Places + Clone> Slots<P> {
    /// Begins a run over so many positions.
    pub(super) fn begin(&mut self, count: usize) {
        self.checked = 0;
        self.kept.truncate(count);
    }

    /// The outcome for a position: the last one where it holds, else that of `check`.
    pub(super) fn outcome(
        &mut self,
        position: usize,
        shared: &Shared<'_>,
        known: Option<&Known>,
        check: impl FnOnce() -> Outcome<P>,
    ) -> Outcome<P> {
        let kept = self.kept.get(position).and_then(Option::as_ref);
        if let (Some(known), Some(kept)) = (known, kept)
            && let Some(outcome) = kept.outcome(shared, known)
        {
            return outcome;
        }
        self.checked += 1;
        let Some(known) = known else { return check() };
        let (outcome, reads) = recorded(check);
        if self.kept.len() <= position {
            self.kept.resize_with(position + 1, || None);
        }
        if let Some(slot) = self.kept.get_mut(position) {
            *slot = Kept::new(&outcome, reads, shared, known);
        }
        outcome
    }
}

/// An outcome, and on what it rests.
#[derive(Debug)]
struct Kept<P> {
    /// What was read, with its fingerprint.
    reads: Vec<(Read, u64)>,
    /// The items that the outcome points into.
    items: Vec<u64>,
    /// The outcome; its places have the position of an item for a file, and count from its start.
    outcome: Outcome<P>,
}

impl<P: Places + Clone> Kept<P> {
    /// None when the outcome points at something outside of all items, which may move by itself.
    fn new(
        outcome: &Outcome<P>,
        reads: impl IntoIterator<Item = Read>,
        shared: &Shared<'_>,
        known: &Known,
    ) -> Option<Self> {
        let mut outcome = outcome.clone();
        let mut items = Vec::new();
        let mut is_inside = true;
        outcome.places(&mut |place| match known.items.at(*place) {
            Some((item, start)) => {
                let position = items.iter().position(|it| *it == item).unwrap_or_else(|| {
                    items.push(item);
                    items.len() - 1
                });
                place.file = position as u32;
                place.span.start -= start;
                place.span.end -= start;
            }
            None => is_inside = false,
        });
        let reads = reads.into_iter().map(|read| {
            let fingerprint = known.fingerprint(shared, &read);
            (read, fingerprint)
        });
        is_inside.then(|| Self { reads: reads.collect(), items, outcome })
    }

    /// The outcome where its items stand now, if all that was read is as it was.
    fn outcome(&self, shared: &Shared<'_>, known: &Known) -> Option<Outcome<P>> {
        if self.reads.iter().any(|(read, fingerprint)| known.fingerprint(shared, read) != *fingerprint) {
            return None;
        }
        let starts: Vec<FileSpan> = self.items.iter().map(|item| known.items.start(*item)).collect::<Option<_>>()?;
        let mut outcome = self.outcome.clone();
        outcome.places(&mut |place| {
            if let Some(start) = starts.get(place.file as usize) {
                place.file = start.file;
                place.span.start += start.span.start;
                place.span.end += start.span.start;
            }
        });
        Some(outcome)
    }
}

impl<P: Places> Places for Outcome<P> {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let Self { plan, collected: Collected { uses, key_orders: _ }, problems } = self;
        plan.places(change);
        uses.places(change);
        problems.places(change);
    }
}
