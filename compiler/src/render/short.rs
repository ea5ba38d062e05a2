//! One line for each problem: `path:line:column: RS0203 message (help)`, for logs and problem
//! matchers.

use crate::diagnostic::Sources;
use crate::problem::Problem;

/// A problem in one line.
pub fn line(problem: &Problem, sources: &Sources<'_>) -> String {
    let (start, _) = sources.range(problem.span);
    let path = sources.path(problem.span);
    let code = problem.code.code;
    let mut line = format!("{path}:{}:{}: {code} {}", start.line, start.column, one_line(&problem.message));
    if let Some(help) = &problem.help {
        line = format!("{line} ({})", one_line(help));
    }
    line
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ")
}
