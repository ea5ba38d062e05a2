//! What is wrong with a schema.

use raftstone_compiler::codes::Severity;
use raftstone_compiler::declarations::FileSpan;

use super::Schema;

/// A problem as an editor shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub place: FileSpan,
    /// How bad.
    pub severity: Severity,
    /// `RS0203`
    pub code: &'static str,
    /// What is wrong and what to do, in lines.
    pub message: String,
    /// The other parties.
    pub related: Vec<(FileSpan, String)>,
}

/// Everything that is wrong, in the order of the text.
pub fn diagnostics(schema: &Schema) -> Vec<Diagnostic> {
    let problems = schema.checked.problems.iter();
    problems
        .map(|problem| {
            let mut message = problem.message.clone();
            // An editor has no room under the place itself: the words for it follow the message.
            if !problem.label.is_empty() {
                message.push('\n');
                message.push_str(&problem.label);
            }
            if let Some(help) = &problem.help {
                message.push_str("\nhelp: ");
                message.push_str(help);
            }
            Diagnostic {
                place: problem.span,
                severity: problem.code.severity,
                code: problem.code.code,
                message,
                related: problem.labels.clone(),
            }
        })
        .collect()
}
