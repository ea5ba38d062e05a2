//! Problems as people read them.

use std::fmt;

use raftstone_compiler::diagnostic::Sources;
use raftstone_compiler::problem::Problem;
use raftstone_compiler::render::{short, terminal};
use raftstone_compiler::{Checked, lock};

/// The width of pictures: cargo indents them by two.
#[cfg(feature = "fancy")]
const WIDTH: usize = 98;

/// All problems of a schema, as pictures and a line that counts them.
pub(crate) fn pictures(checked: &Checked, has_colours: bool) -> String {
    terminal::report(checked, &|out, diagnostic| draw(out, diagnostic, has_colours))
}

#[cfg(feature = "fancy")]
fn draw(out: &mut String, diagnostic: &dyn miette::Diagnostic, has_colours: bool) -> fmt::Result {
    use miette::{GraphicalReportHandler, GraphicalTheme};
    let theme = if has_colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme).with_width(WIDTH).render_report(out, diagnostic)
}

#[cfg(not(feature = "fancy"))]
fn draw(out: &mut String, diagnostic: &dyn miette::Diagnostic, _: bool) -> fmt::Result {
    miette::NarratableReportHandler::new().render_report(out, diagnostic)
}

/// A line for each problem, in the order of the text.
#[cfg(feature = "cli")]
pub(crate) fn lines(checked: &Checked) -> Vec<String> {
    lines_where(checked, |_| true)
}

/// The lines of the errors only.
pub(crate) fn errors(checked: &Checked) -> Vec<String> {
    lines_where(checked, Problem::is_error)
}

/// The lines of the warnings only.
pub(crate) fn warnings(checked: &Checked) -> Vec<String> {
    lines_where(checked, |problem| !problem.is_error())
}

fn lines_where(checked: &Checked, is_wanted: impl Fn(&Problem) -> bool) -> Vec<String> {
    let sources = Sources::new(checked);
    let wanted = checked.problems.iter().filter(|problem| is_wanted(problem));
    wanted.map(|problem| short::line(problem, &sources)).collect()
}

/// Why a schema is ahead of its lock file, when it is: what to say where that is refused.
pub(crate) fn ahead(checked: &Checked, root: &str) -> Option<String> {
    if !checked.declarations.runs_ahead_of_lock {
        return None;
    }
    let words: Vec<&str> = checked.lock.differences.iter().map(|difference| difference.words.as_str()).collect();
    let list = words.join("\n  ");
    let what = match checked.lock_file {
        Some(_) => format!("`{root}` runs ahead of `{}`:\n  {list}", lock::FILE_NAME),
        None => format!("`{root}` has no `{}` beside it", lock::FILE_NAME),
    };
    Some(what)
}
