//! Names that a body declares: what they hide, and whether anything uses them.

use raftstone_dsl::ast::Ident;

use super::{Body, Bound, types};
use crate::codes::lints as codes;
use crate::declarations::{FileSpan, Type};
use crate::plan::LocalId;
use crate::problem::Problem;

/// Words that stand for a value wherever nothing hides them.
const WORDS: [&str; 3] = ["now", "base_url", "caller"];

/// A name that somebody wrote to use it.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    local: LocalId,
    name: String,
    span: FileSpan,
    /// What renames it to what may stay unused.
    rename: Option<String>,
}

impl Body<'_, '_> {
    /// Makes a name of the text visible.
    pub(crate) fn declare(&mut self, name: &Ident, local: LocalId) {
        self.declare_as(name, local, Some(format!("_{}", name.text)));
    }

    /// The same for a name of a pattern that is also the name of a field.
    pub(crate) fn declare_field(&mut self, field: &Ident, name: &Ident, local: LocalId) {
        let is_short = field.span == name.span;
        let rename = if is_short { format!("{0}: _{0}", name.text) } else { format!("_{}", name.text) };
        self.declare_as(name, local, Some(rename));
    }

    fn declare_as(&mut self, name: &Ident, local: LocalId, rename: Option<String>) {
        let span = self.at(name.span);
        self.check_hidden(&name.text, local, span);
        self.bind(&name.text, local);
        if !self.is_muted {
            let name = name.text.clone();
            self.declared.push(Declared { local, name, span, rename });
        }
    }

    /// Makes a parameter visible that the body should use.
    pub(crate) fn declare_parameter(&mut self, name: &str, ty: Type, span: FileSpan) -> LocalId {
        let local = self.bind_parameter(name, ty);
        if WORDS.contains(&name) {
            self.report_word(name, span);
        }
        if !self.is_muted {
            self.declared.push(Declared { local, name: name.to_owned(), span, rename: None });
        }
        local
    }

    /// A name that hides another one, unless it is the value inside of it.
    fn check_hidden(&mut self, name: &str, local: LocalId, span: FileSpan) {
        if WORDS.contains(&name) {
            self.report_word(name, span);
        }
        let Some(hidden) = self.find(name) else { return };
        let inner = self.local_type(local);
        let outer = match hidden {
            Bound::Local(outer) => self.local_type(outer),
            Bound::EventField(_) | Bound::OwnField(_) => self.again(|body| body.read_bound(hidden, span.span)).ty,
        };
        let unwraps = outer != inner && types::inside(self.declarations(), &outer) == self.plain(&inner);
        if unwraps || types::is_poison(&outer) || types::is_poison(&inner) {
            return;
        }
        let mut problem = Problem::new(&codes::HIDDEN_NAME, span, format!("this hides another `{name}`"))
            .help("give it a name of its own");
        if let Some(first) = self.declared_at(hidden) {
            problem = problem.other(first, "hidden from here on");
        }
        self.report(problem);
    }

    fn report_word(&mut self, name: &str, span: FileSpan) {
        let message = format!("this hides the word `{name}` of the language");
        self.report(Problem::new(&codes::HIDDEN_NAME, span, message).help("give it a name of its own"));
    }

    /// The row of a query may hide nothing: `a.author == author` would compare the row with itself.
    /// `written` is how it would stand under another name.
    pub(crate) fn hides_by_row(&mut self, row: &Ident, written: &str) -> bool {
        let Some(hidden) = self.find(&row.text) else { return false };
        let message = format!("the row of this query hides `{}`", row.text);
        let mut problem = self
            .problem(&codes::HIDDEN_BY_ROW, row.span, message)
            .help(format!("call the row something else: `{written}`"));
        if let Some(first) = self.declared_at(hidden) {
            problem = problem.other(first, "this is meant outside the query");
        }
        self.report(problem);
        true
    }

    fn declared_at(&self, bound: Bound) -> Option<FileSpan> {
        match bound {
            Bound::Local(local) => self.declared.iter().find(|it| it.local == local).map(|it| it.span),
            Bound::EventField(position) => {
                let event = self.declarations().events.get(self.event?.index())?;
                event.fields.get(position).map(|field| field.field.span)
            }
            Bound::OwnField(_) => None,
        }
    }

    /// Notes that something reads a name without naming it: a spread, a look-up by several fields.
    pub(crate) fn note_used(&self, bound: Bound) {
        if let Bound::Local(local) = bound {
            self.used.borrow_mut().insert(local);
        }
    }

    /// Reports the names that nothing uses. Behind a mistake, what uses them may not be understood.
    pub(crate) fn check_used(&mut self) {
        let has_unknown = self.frame.locals.iter().any(|local| types::is_poison(&local.ty));
        if self.has_errors || has_unknown || self.is_doubtful.get() {
            return;
        }
        for declared in std::mem::take(&mut self.declared) {
            let is_used = self.used.borrow().contains(&declared.local);
            if is_used || declared.name.starts_with('_') {
                continue;
            }
            let message = format!("`{}` is never used", declared.name);
            let problem = Problem::new(&codes::UNUSED_NAME, declared.span, message);
            self.report(match declared.rename {
                Some(rename) => problem.help("remove it, or begin its name with `_`").fix(
                    format!("write `{rename}`"),
                    declared.span,
                    rename,
                ),
                None => problem.help("remove it"),
            });
        }
    }
}
