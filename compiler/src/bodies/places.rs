//! The places in what bodies leave behind, to move them.

use crate::declarations::{Field, FileSpan, StructId};
use crate::effects::BodyUses;
use crate::infer::rewrite::{literals, query_children, rewrite};
use crate::plan::{
    Condition, EndpointBody, EventBody, Expr, Failure, FoldBody, FunctionBody, JobBody, ModelBody, Readable,
    ScenarioBody, Statement, Step, StepKind, ViewBody,
};
use crate::problem::{Problem, Problems};

use super::views::CheckedView;

/// Something with places in it.
pub(super) trait Places {
    /// Calls `change` for every place.
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan));
}

impl<T: Places> Places for Vec<T> {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.iter_mut().for_each(|part| part.places(change));
    }
}

impl<T: Places> Places for Option<T> {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.iter_mut().for_each(|part| part.places(change));
    }
}

impl<A: Places, B: Places> Places for (A, B) {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.0.places(change);
        self.1.places(change);
    }
}

impl Places for (StructId, usize, Expr) {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.2.places(change);
    }
}

impl Places for Expr {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        rewrite(self, &mut |part| {
            change(&mut part.span);
            false
        });
    }
}

impl Places for Failure {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.message.places(change);
    }
}

impl Places for Statement {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        match self {
            Self::Let(_, value) | Self::Expr(value) | Self::Delete(_, value) => value.places(change),
            Self::LetElse(_, value, failure) | Self::Require(value, failure) => {
                value.places(change);
                failure.places(change);
            }
            Self::Fail(failure) => failure.places(change),
            Self::Return(_, value) => value.places(change),
            Self::If(value, then, otherwise) | Self::IfLet(_, value, then, otherwise) => {
                value.places(change);
                then.places(change);
                otherwise.places(change);
            }
            Self::For(_, value, body) => {
                value.places(change);
                body.places(change);
            }
            Self::Match(value, arms) => {
                value.places(change);
                for (pattern, body) in arms {
                    literals(pattern, &mut |literal| literal.places(change));
                    body.places(change);
                }
            }
            Self::Assign(_, row, _, value) | Self::Change { row, value, .. } => {
                row.places(change);
                value.places(change);
            }
            Self::Insert(_, values) => values.places(change),
        }
    }
}

impl Places for ModelBody {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let Self { defaults, checks, wants_key_order: _ } = self;
        defaults.places(change);
        checks.iter_mut().for_each(|(_, test, _)| test.places(change));
    }
}

impl Places for EventBody {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let Self { values, requires, apply, frame: _ } = self;
        values.iter_mut().for_each(|(_, value)| value.places(change));
        requires.places(change);
        apply.places(change);
    }
}

impl Places for CheckedView {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let ViewBody { query, values, defaults, folds, upkeep, frame: _, types: _, order: _, wants_key_order: _ } =
            &mut self.body;
        debug_assert!(upkeep.is_empty(), "it is planned when all bodies are known");
        query.iter_mut().for_each(|query| query_children(query, &mut |part| part.places(change)));
        values.places(change);
        defaults.places(change);
        folds.places(change);
        self.added.places(change);
    }
}

impl Places for FoldBody {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let Self { keys, statements, event: _, frame: _ } = self;
        keys.places(change);
        statements.places(change);
    }
}

/// A field that a view adds by itself: it has neither rules nor a written value.
impl Places for Field {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        change(&mut self.span);
    }
}

impl Places for FunctionBody {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.value.places(change);
    }
}

impl Places for Condition {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.test.places(change);
    }
}

impl Places for EndpointBody {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let Self { rights, defaults, statements, upkeep, frame: _, caller: _, is_command: _, uses_extern: _ } = self;
        debug_assert!(upkeep.is_empty(), "it is planned when all bodies are known");
        rights.places(change);
        defaults.places(change);
        statements.places(change);
    }
}

impl Places for Readable {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.condition.places(change);
    }
}

impl Places for JobBody {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.statements.places(change);
    }
}

impl Places for ScenarioBody {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.steps.places(change);
    }
}

impl Places for Step {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        change(&mut self.span);
        match &mut self.kind {
            StepKind::Given(value, _) | StepKind::Holds(value) => value.places(change),
            StepKind::Call { arguments, .. } => arguments.places(change),
            StepKind::Pass(_) => {}
            StepKind::Emitted(_, fields) => fields.iter_mut().for_each(|(_, value)| value.places(change)),
            StepKind::Fails(failure) => failure.places(change),
        }
    }
}

impl Places for BodyUses {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let Self { direct, calls } = self;
        direct.iter_mut().for_each(|(_, place)| change(place));
        calls.iter_mut().for_each(|call| change(&mut call.span));
    }
}

impl Places for Problems {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        self.iter_mut().for_each(|problem| problem.places(change));
    }
}

impl Places for Problem {
    fn places(&mut self, change: &mut dyn FnMut(&mut FileSpan)) {
        let Self { span, labels, fix, code: _, message: _, label: _, help: _ } = self;
        change(span);
        labels.iter_mut().for_each(|(place, _)| change(place));
        let edits = fix.iter_mut().flat_map(|fix| &mut fix.edits);
        edits.for_each(|edit| change(&mut edit.span));
    }
}
