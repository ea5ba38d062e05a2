//! What is wrong with a schema: one value for every stage, without a way of showing it.

use crate::codes::{CodeInfo, Severity};
use crate::declarations::FileSpan;

/// One mistake (or doubtful place) of a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What kind of mistake it is, with its code.
    pub code: &'static CodeInfo,
    /// The smallest place that shows it.
    pub span: FileSpan,
    /// What is wrong, in words about this very place, without a full stop.
    pub message: String,
    /// What stands under the place; empty when the message says it all.
    pub label: String,
    /// The other parties.
    pub labels: Vec<(FileSpan, String)>,
    /// What to do.
    pub help: Option<String>,
    /// A change that is certain to be right.
    pub fix: Option<Fix>,
}

/// A change of the text that solves a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: "write `and`".
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// The replacement of a piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: FileSpan,
    /// By what.
    pub text: String,
}

impl Problem {
    /// A problem at a place. Its severity is the code's.
    pub fn new(code: &'static CodeInfo, span: FileSpan, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), label: String::new(), labels: Vec::new(), help: None, fix: None }
    }

    /// The words under the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Another place that takes part.
    #[must_use]
    pub fn other(mut self, span: FileSpan, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// "did you mean `…`?", with the change as a fix, when there is a near name.
    #[must_use]
    pub fn did_you_mean(mut self, near: Option<&str>) -> Self {
        if let Some(near) = near {
            self.help = Some(format!("did you mean `{near}`?"));
            let edit = Edit { span: self.span, text: near.to_owned() };
            self.fix = Some(Fix { title: format!("change to `{near}`"), edits: vec![edit] });
        }
        self
    }

    /// A certain change that replaces one piece of text.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, span: FileSpan, text: impl Into<String>) -> Self {
        self.fixes(title, vec![Edit { span, text: text.into() }])
    }

    /// A certain change of several pieces of text.
    #[must_use]
    pub fn fixes(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }

    /// Whether it stops the build.
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }
}

/// Collects the problems of all stages.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// None yet.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// One more.
    pub fn push(&mut self, problem: Problem) {
        self.list.push(problem);
    }

    /// Several more.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.list.extend(problems);
    }

    /// Whether one of them stops the build.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Problem::is_error)
    }

    /// How many there are, to see whether a stage added one.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// What was collected so far, in the order in which it was found.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// Each of them, to change it.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Problem> {
        self.list.iter_mut()
    }

    /// All of them, in the order in which they were found.
    pub fn into_list(self) -> Vec<Problem> {
        self.list
    }

    /// All of them in the order of the text, without doubles: the same code at the same place with
    /// the same words is one cause seen twice.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.list.sort_by(|a, b| (a.span, a.code.code, &a.message).cmp(&(b.span, b.code.code, &b.message)));
        self.list.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.message == b.message);
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::items;
    use raftstone_dsl::ast::Span;

    fn at(file: u32, start: u32) -> FileSpan {
        FileSpan { file, span: Span::new(start, start + 1) }
    }

    #[test]
    fn problems_come_out_in_the_order_of_the_text_and_once() {
        let mut problems = Problems::new();
        problems.push(Problem::new(&items::UNKNOWN_TYPE, at(1, 0), "c"));
        problems.push(Problem::new(&items::UNKNOWN_TYPE, at(0, 9), "b"));
        problems.push(Problem::new(&items::DUPLICATE_ITEM, at(0, 2), "a"));
        problems.push(Problem::new(&items::UNKNOWN_TYPE, at(0, 9), "b"));
        let words: Vec<String> = problems.into_sorted().into_iter().map(|p| p.message).collect();
        assert_eq!(words, ["a", "b", "c"]);
    }

    #[test]
    fn a_near_name_becomes_help_and_fix() {
        let problem = Problem::new(&items::UNKNOWN_TYPE, at(0, 3), "unknown").did_you_mean(Some("User"));
        assert_eq!(problem.help.as_deref(), Some("did you mean `User`?"));
        let fix = problem.fix.map(|fix| fix.edits);
        assert_eq!(fix, Some(vec![Edit { span: at(0, 3), text: "User".to_owned() }]));
    }
}
