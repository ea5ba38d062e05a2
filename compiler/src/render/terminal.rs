//! Pictures of the text with its problems marked, drawn by whatever renderer the caller brings.

use std::fmt;

use crate::Checked;
use crate::diagnostic::{Diagnostic, Sources};
use crate::problem::Problem;

/// Draws one diagnostic.
pub type Draw<'d> = &'d dyn Fn(&mut String, &dyn miette::Diagnostic) -> fmt::Result;

/// The pictures of all problems, errors last so that they stand nearest to the prompt, and a line
/// that counts them.
pub fn report(checked: &Checked, draw: Draw<'_>) -> String {
    let sources = Sources::new(checked);
    let mut out = String::new();
    let (errors, warnings): (Vec<&Problem>, Vec<&Problem>) =
        checked.problems.iter().partition(|problem| problem.is_error());
    for problem in warnings.iter().chain(&errors) {
        let diagnostic = Diagnostic { problem, sources: &sources };
        if draw(&mut out, &diagnostic).is_err() {
            out.push_str(&super::short::line(problem, &sources));
        }
        out.push('\n');
    }
    out.push_str(&summary(errors.len(), warnings.len()));
    out
}

/// "2 errors, 1 warning"
pub fn summary(errors: usize, warnings: usize) -> String {
    let count = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (_, 0) => count(errors, "error"),
        (0, _) => count(warnings, "warning"),
        _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}
