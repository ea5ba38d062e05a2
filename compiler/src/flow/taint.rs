//! What a value holds of private fields, and the way on which it came there.

use crate::declarations::{FileSpan, Source};

/// A value that holds more private values than this holds the last of these as a whole, so that one
/// is always reported.
const TRACES_MAX: usize = 64;

/// Values deeper than this are held as a whole.
const DEPTH_MAX: usize = 8;

/// A longer way is told by its beginning.
const STEPS_MAX: usize = 8;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A guarded field, read at this place.
    Field {
        /// The table.
        source: Source,
        /// The field.
        position: usize,
        /// Where it is read.
        read: FileSpan,
    },
    /// An argument of the function at hand, or what is at this way inside it.
    Parameter(usize, Vec<usize>),
}

/// A private value inside a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// What it was.
    pub(super) origin: Origin,
    /// Where it came into the body at hand.
    pub(super) entered: FileSpan,
    /// Where it is inside the value: positions of fields, from the outside.
    inside: Vec<usize>,
    /// What it came through, for the words.
    pub(super) steps: Vec<String>,
}

impl Trace {
    /// A whole value.
    pub(super) const fn new(origin: Origin, entered: FileSpan) -> Self {
        Self { origin, entered, inside: Vec::new(), steps: Vec::new() }
    }

    fn step(&mut self, step: &str) {
        if self.steps.len() < STEPS_MAX && self.steps.last().is_none_or(|last| last != step) {
            self.steps.push(step.to_owned());
        }
    }
}

/// The private values inside a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Taint {
    traces: Vec<Trace>,
}

impl Taint {
    pub(super) const fn is_empty(&self) -> bool {
        self.traces.is_empty()
    }

    pub(super) fn traces(&self) -> &[Trace] {
        &self.traces
    }

    /// One more, unless the same value is there at the same place already.
    pub(super) fn add(&mut self, trace: Trace) {
        let is_known = self.traces.iter().any(|it| it.origin == trace.origin && it.inside == trace.inside);
        if is_known {
            return;
        }
        if self.traces.len() < TRACES_MAX {
            self.traces.push(trace);
        } else if let Some(last) = self.traces.last_mut() {
            last.inside.clear();
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        other.traces.into_iter().for_each(|trace| self.add(trace));
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        self.extend(other);
        self
    }

    /// The same as a whole: a text or row made of it.
    pub(super) fn whole(self) -> Self {
        let mut whole = Self::default();
        for trace in self.traces {
            whole.add(Trace { inside: Vec::new(), ..trace });
        }
        whole
    }

    /// The same behind one more step.
    pub(super) fn through(&self, step: &str) -> Self {
        let mut through = self.clone();
        through.traces.iter_mut().for_each(|trace| trace.step(step));
        through
    }

    /// As the field of a value that holds it.
    pub(super) fn within(self, position: usize) -> Self {
        let mut within = Self::default();
        for mut trace in self.traces {
            trace.inside.insert(0, position);
            trace.inside.truncate(DEPTH_MAX);
            within.add(trace);
        }
        within
    }

    /// What a field of the value holds.
    pub(super) fn field(self, position: usize) -> Self {
        let mut field = Self::default();
        for mut trace in self.traces {
            if trace.inside.is_empty() {
                if let Origin::Parameter(_, way) = &mut trace.origin
                    && way.len() < DEPTH_MAX
                {
                    way.push(position);
                }
            } else if trace.inside.remove(0) != position {
                continue;
            }
            field.add(trace);
        }
        field
    }

    /// What a call gives whose function gives `self`.
    pub(super) fn called(&self, arguments: &[Self], name: &str, call: FileSpan) -> Self {
        let mut result = Self::default();
        for trace in &self.traces {
            match &trace.origin {
                Origin::Field { .. } => {
                    let mut trace = Trace { entered: call, ..trace.clone() };
                    trace.step(name);
                    result.add(trace);
                }
                Origin::Parameter(position, way) => {
                    for given in arguments.get(*position).map_or(&[][..], |it| &it.traces) {
                        if let Some(mut passed) = given.passed(way, trace) {
                            passed.step(name);
                            for step in &trace.steps {
                                passed.step(step);
                            }
                            result.add(passed);
                        }
                    }
                }
            }
        }
        result
    }
}

impl Trace {
    /// What becomes of an argument of which the function gives what is at `way`, as `given`.
    fn passed(&self, way: &[usize], given: &Self) -> Option<Self> {
        let common = self.inside.len().min(way.len());
        if self.inside.get(..common) != way.get(..common) {
            return None;
        }
        let mut passed = self.clone();
        if self.inside.len() <= way.len() {
            // The argument holds it as a whole, or at this very place. Of an argument of the
            // caller, the way goes on inside.
            if let Origin::Parameter(_, own) = &mut passed.origin {
                own.extend(way.get(common..).unwrap_or_default());
                own.truncate(DEPTH_MAX);
            }
        }
        let rest = self.inside.get(common..).unwrap_or_default();
        passed.inside = given.inside.iter().chain(rest).copied().take(DEPTH_MAX).collect();
        Some(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declarations::ModelId;

    fn private(position: usize) -> Trace {
        let read = FileSpan::default();
        Trace::new(Origin::Field { source: Source::Model(ModelId(0)), position, read }, read)
    }

    fn record(fields: usize) -> Taint {
        let mut record = Taint::default();
        for position in 0..fields {
            let mut field = Taint::default();
            field.add(private(position));
            record.extend(field.within(position));
        }
        record
    }

    #[test]
    fn each_field_holds_its_own_up_to_the_limit() {
        let whole = record(TRACES_MAX);
        assert!(whole.clone().field(TRACES_MAX).is_empty());
        assert_eq!(whole.field(3).traces(), &[private(3)]);
        let more = record(TRACES_MAX + 1);
        assert!(!more.field(TRACES_MAX).is_empty(), "what is too much is held as a whole, and not forgotten");
    }

    #[test]
    fn a_value_that_is_too_deep_is_held_by_what_is_around_it() {
        let mut deep = Taint::default();
        deep.add(private(0));
        for _ in 0..=DEPTH_MAX {
            deep = deep.within(1);
        }
        for _ in 0..DEPTH_MAX {
            deep = deep.field(1);
        }
        assert!(!deep.clone().field(1).is_empty() && !deep.field(0).is_empty());
    }

    #[test]
    fn a_long_way_is_told_by_its_beginning() {
        let mut taint = Taint::default();
        taint.add(private(0));
        for step in 0..=STEPS_MAX {
            taint = taint.through(&format!("`step{step}`"));
        }
        let steps = &taint.traces()[0].steps;
        assert_eq!((steps.len(), steps[0].as_str()), (STEPS_MAX, "`step0`"));
    }
}
