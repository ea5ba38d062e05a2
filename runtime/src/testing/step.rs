//! The steps of a scenario, as the generated tests run them.

use crate::refusal::{Refusal, RefusalKind};
use std::fmt::Debug;

/// Where a call of a scenario seems to come from.
pub const BASE_URL: &str = "http://localhost";

/// One line of a scenario: it fails a test with its place, its text, and what was there instead.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    place: &'static str,
    text: &'static str,
}

impl Step {
    /// The step at `place` (`todo.rstone:12`), as it is written there.
    pub const fn new(place: &'static str, text: &'static str) -> Self {
        Self { place, text }
    }

    /// What recording an event gave.
    #[track_caller]
    pub fn given<T>(&self, recorded: Result<T, Refusal>) -> T {
        recorded.unwrap_or_else(|refusal| self.fail(&format!("the event was refused: {}", told(&refusal))))
    }

    /// A value that the step is about.
    #[track_caller]
    pub fn value<T>(&self, value: Result<T, Refusal>) -> T {
        value.unwrap_or_else(|refusal| self.fail(&format!("a value was refused: {}", told(&refusal))))
    }

    /// A call that is not expected to be refused.
    #[track_caller]
    pub fn succeeds<T>(&self, answer: Result<T, Refusal>) {
        if let Err(refusal) = answer {
            self.fail(&format!("the call was refused: {}", told(&refusal)));
        }
    }

    /// The refusal of the last call is of this kind, about this field, in these words, as far as they are given.
    #[track_caller]
    pub fn fails(&self, refusal: Option<&Refusal>, kind: RefusalKind, field: Option<&str>, message: Option<&str>) {
        let Some(refusal) = refusal else { self.fail("the call was not refused") };
        let has_words = |message: &str| {
            let in_fields = refusal.fields().iter().any(|problem| problem.message == message);
            refusal.detail() == message || in_fields
        };
        let is_it = refusal.kind() == kind
            && field.is_none_or(|field| refusal.fields().iter().any(|problem| problem.path == field))
            && message.is_none_or(has_words);
        if !is_it {
            self.fail(&format!("the call was refused otherwise: {}", told(refusal)));
        }
    }

    /// One of the events of the last call is the expected one.
    #[track_caller]
    pub fn emitted<E: Debug>(&self, events: &[E], is_expected: impl Fn(&E) -> bool) {
        if events.iter().any(is_expected) {
            return;
        }
        let list: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
        let found = if list.is_empty() { "nothing".to_owned() } else { list.join("\n      ") };
        self.fail(&format!("no such event was emitted; it was\n      {found}"));
    }

    /// A condition.
    #[track_caller]
    pub fn holds(&self, condition: bool) {
        if !condition {
            self.fail("this does not hold");
        }
    }

    #[track_caller]
    fn fail(&self, found: &str) -> ! {
        panic!("{}\n    {}\n    {found}", self.place, self.text)
    }
}

/// A refusal in words: `conflict (409): already published`, and its fields.
fn told(refusal: &Refusal) -> String {
    let kind = refusal.kind();
    let mut text = format!("{kind:?} ({}): {}", kind.status(), refusal.detail());
    for problem in refusal.fields() {
        text.push_str(&format!("\n      `{}` {}", problem.path, problem.message));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const STEP: Step = Step::new("todo.rstone:12", "then …");

    /// What a failing step says; none of one that holds.
    fn said(step: impl FnOnce()) -> Option<String> {
        let panicked = catch_unwind(AssertUnwindSafe(step)).err()?;
        Some(panicked.downcast_ref::<String>().cloned().unwrap_or_default())
    }

    #[test]
    fn events_are_shown_where_the_expected_one_is_not_among_them() {
        assert_eq!(said(|| STEP.emitted(&["Added", "Removed"], |event| *event == "Removed")), None);
        let other = said(|| STEP.emitted(&["Added", "Removed"], |_| false)).unwrap();
        assert_eq!(
            other,
            "todo.rstone:12\n    then …\n    no such event was emitted; it was\n      \"Added\"\n      \"Removed\""
        );
        assert!(said(|| STEP.emitted::<&str>(&[], |_| true)).unwrap().ends_with("it was\n      nothing"));
    }

    #[test]
    fn a_refusal_is_compared_by_kind_field_and_words_as_far_as_they_are_asked() {
        let refusal = Refusal::invalid_field("title", "is too long");
        let asked = |kind, field, message| said(|| STEP.fails(Some(&refusal), kind, field, message));
        assert_eq!(asked(RefusalKind::Invalid, None, None), None);
        assert_eq!(asked(RefusalKind::Invalid, Some("title"), Some("is too long")), None);
        for (kind, field, message) in [
            (RefusalKind::Conflict, None, None),
            (RefusalKind::Invalid, Some("tags"), None),
            (RefusalKind::Invalid, None, Some("is too short")),
        ] {
            let said = asked(kind, field, message).unwrap();
            assert!(
                said.contains("refused otherwise: Invalid (422)") && said.contains("`title` is too long"),
                "{said}"
            );
        }
        assert!(said(|| STEP.fails(None, RefusalKind::Invalid, None, None)).unwrap().ends_with("was not refused"));
    }

    #[test]
    fn what_is_refused_where_nothing_should_be_says_why() {
        let refused = || Err::<(), _>(Refusal::conflict("already published"));
        for said in [said(|| STEP.given(refused())), said(|| STEP.value(refused())), said(|| STEP.succeeds(refused()))]
        {
            assert!(said.unwrap().ends_with("refused: Conflict (409): already published"));
        }
        assert_eq!(said(|| STEP.succeeds(Ok(1))), None);
        assert_eq!((said(|| STEP.holds(true)), said(|| STEP.holds(false)).is_some()), (None, true));
    }
}
