//! The words for a private value that gets out: what it is, and its way.

use super::Flow;
use super::taint::{Origin, Taint, Trace};
use crate::codes::CodeInfo;
use crate::codes::flow as codes;
use crate::declarations::{Field, FileSpan, Source, View};
use crate::infer::types;
use crate::problem::Problem;

/// Where a value gets out.
struct Exit<'x> {
    code: &'static CodeInfo,
    /// "would reach the answer of `show`"
    happens: String,
    /// The end of the way: "the answer".
    end: &'x str,
    /// Where it gets out, and the words for it.
    place: Option<(FileSpan, String)>,
    help: String,
}

impl Flow<'_> {
    pub(super) fn report_answer(&mut self, endpoint: &str, place: FileSpan, taint: &Taint) {
        let exit = Exit {
            code: &codes::PRIVATE_ANSWER,
            happens: format!("would reach the answer of `{endpoint}`"),
            end: "the answer",
            place: Some((place, "answered here".to_owned())),
            help: "answer with what may be seen, or with what is asked of it (`==`, `is some`, `len()`)".to_owned(),
        };
        self.report(&exit, taint);
    }

    pub(super) fn report_refusal(&mut self, place: FileSpan, taint: &Taint) {
        let exit = Exit {
            code: &codes::PRIVATE_REFUSAL,
            happens: "would reach the words of a refusal".to_owned(),
            end: "the refusal",
            place: Some((place, "these words are answered".to_owned())),
            help: "say what is wrong without the value".to_owned(),
        };
        self.report(&exit, taint);
    }

    pub(super) fn report_view(&mut self, view: &View, field: &Field, taint: &Taint) {
        let exit = Exit {
            code: &codes::PRIVATE_VIEW,
            happens: format!("would be shown by the view `{}`", view.name),
            end: &format!("`{}.{}`", view.name, field.name),
            place: Some((field.span, "shown here".to_owned())),
            help: "leave the field out, or show what is asked of it (`==`, `is some`, `len()`)".to_owned(),
        };
        self.report(&exit, taint);
    }

    pub(super) fn report_kept(&mut self, source: Source, field: &Field, taint: &Taint) {
        let name = format!("`{}.{}`", types::source_name(self.declarations, source), field.name);
        let exit = Exit {
            code: &codes::PRIVATE_KEPT,
            happens: format!("would be kept in {name}, which everybody may see"),
            end: &name,
            place: Some((field.span, "not private".to_owned())),
            help: format!("declare `{}` as `@private` too, or keep something else in it", field.name),
        };
        self.report(&exit, taint);
    }

    pub(super) fn report_cursor(&mut self, taint: &Taint) {
        let exit = Exit {
            code: &codes::PRIVATE_CURSOR,
            happens: "would be in the cursors of the page".to_owned(),
            end: "the cursor",
            place: None,
            help: "a cursor holds what a page is ordered by: order by something that may be seen".to_owned(),
        };
        self.report(&exit, taint);
    }

    fn report(&mut self, exit: &Exit<'_>, taint: &Taint) {
        for trace in taint.traces() {
            if let Some(problem) = self.problem(exit, trace) {
                self.problems.push(problem);
            }
        }
    }

    fn problem(&self, exit: &Exit<'_>, trace: &Trace) -> Option<Problem> {
        let Origin::Field { source, position, read } = trace.origin else { return None };
        let field = self.field(source, position)?;
        let name = format!("`{}.{}`", types::source_name(self.declarations, source), field.name);
        let message = format!("{name} is private, and {}", exit.happens);
        let mut way = vec![name.as_str()];
        way.extend(trace.steps.iter().map(String::as_str).filter(|step| *step != exit.end));
        way.push(exit.end);
        let mut problem = Problem::new(exit.code, trace.entered, message).other(field.span, "declared private here");
        if read != trace.entered {
            problem = problem.other(read, "read here");
        }
        if let Some((place, words)) = &exit.place
            && *place != trace.entered
        {
            problem = problem.other(*place, words.clone());
        }
        if way.len() > 2 {
            problem = problem.label(format!("its way: {}", way.join(" → ")));
        }
        Some(problem.help(exit.help.clone()))
    }
}
