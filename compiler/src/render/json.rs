//! Problems for tools: one JSON object a line.

use std::fmt::Write as _;

use crate::codes::Severity;
use crate::declarations::FileSpan;
use crate::diagnostic::Sources;
use crate::problem::Problem;

/// A problem as a JSON object on one line.
///
/// `span` holds bytes from 0, lines and columns (in characters) from 1.
pub fn line(problem: &Problem, sources: &Sources<'_>) -> String {
    let severity = match problem.code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!("{{\"code\":\"{}\",\"severity\":\"{severity}\"", problem.code.code);
    field(&mut out, "message", &problem.message);
    out.push_str(",\"span\":");
    span(&mut out, problem.span, sources);
    field(&mut out, "label", &problem.label);
    out.push_str(",\"labels\":[");
    for (position, (place, text)) in problem.labels.iter().enumerate() {
        out.push_str(if position == 0 { "{\"span\":" } else { ",{\"span\":" });
        span(&mut out, *place, sources);
        field(&mut out, "text", text);
        out.push('}');
    }
    out.push(']');
    if let Some(help) = &problem.help {
        field(&mut out, "help", help);
    }
    if let Some(fix) = &problem.fix {
        out.push_str(",\"fix\":{\"title\":");
        string(&mut out, &fix.title);
        out.push_str(",\"edits\":[");
        for (position, edit) in fix.edits.iter().enumerate() {
            out.push_str(if position == 0 { "{\"span\":" } else { ",{\"span\":" });
            span(&mut out, edit.span, sources);
            field(&mut out, "text", &edit.text);
            out.push('}');
        }
        out.push_str("]}");
    }
    out.push('}');
    out
}

fn field(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, ",\"{name}\":");
    string(out, value);
}

fn span(out: &mut String, place: FileSpan, sources: &Sources<'_>) {
    let (start, end) = sources.range(place);
    out.push_str("{\"file\":");
    string(out, sources.path(place));
    let _ = write!(
        out,
        ",\"start\":{},\"end\":{},\"line\":{},\"column\":{},\"end_line\":{},\"end_column\":{}}}",
        place.span.start, place.span.end, start.line, start.column, end.line, end.column
    );
}

/// Appends a JSON string.
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let mut out = String::new();
        string(&mut out, "a\"b\\c\nd\u{1}é");
        assert_eq!(out, r#""a\"b\\c\nd\u0001é""#);
    }
}
