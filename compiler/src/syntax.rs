//! The seam to the parser: its problems become ours.

use raftstone_dsl::ast::{self, Span};

use crate::codes;
use crate::declarations::FileSpan;
use crate::problem::{Edit, Fix, Problem, Problems};

/// Parses a file; what does not parse is reported.
pub fn parse(text: &str, file: u32, problems: &mut Problems) -> ast::File {
    let parsed = raftstone_dsl::parse(text);
    problems.extend(parsed.problems.into_iter().map(|problem| convert(problem, file)));
    parsed.file
}

fn convert(problem: raftstone_dsl::Problem, file: u32) -> Problem {
    let at = |span: Span| FileSpan { file, span };
    Problem {
        code: codes::syntax::of(problem.code),
        span: at(problem.span),
        message: problem.message,
        label: problem.label,
        labels: problem.labels.into_iter().map(|(span, text)| (at(span), text)).collect(),
        help: problem.help,
        fix: problem.fix.map(|fix| Fix {
            title: fix.title,
            edits: fix.edits.into_iter().map(|edit| Edit { span: at(edit.span), text: edit.text }).collect(),
        }),
    }
}
