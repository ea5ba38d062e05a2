//! Documentation of the schema as rustdoc.

use crate::declarations::{FileSpan, Program};
use proc_macro2::TokenStream;
use quote::quote;
use raftstone_dsl::LineIndex;

/// Where things are defined: the path of each file, and its lines.
pub(super) struct Places(Vec<(String, LineIndex)>);

impl Places {
    pub(super) fn new(program: &Program) -> Self {
        Self(program.files.iter().map(|file| (file.path.clone(), LineIndex::new(&file.text))).collect())
    }

    /// `todo.rstone:12`
    pub(super) fn of(&self, span: FileSpan) -> Option<String> {
        let (path, lines) = self.0.get(span.file as usize)?;
        Some(format!("{path}:{}", lines.line(span.span.start) + 1))
    }
}

/// Attributes for documentation lines; `fallback` stands in for an item without any. The last line
/// says where the item is defined.
pub(super) fn attributes(places: &Places, lines: &[String], fallback: &str, span: Option<FileSpan>) -> TokenStream {
    let mut text: Vec<String> =
        if lines.is_empty() && !fallback.is_empty() { vec![fallback.to_owned()] } else { safe(lines) };
    if let Some(place) = span.and_then(|span| places.of(span)) {
        if !text.is_empty() {
            text.push(String::new());
        }
        text.push(format!("Defined in `{place}`."));
    }
    let lines = text.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// The user's lines, so that rustdoc neither runs them as tests nor takes them for links or tags.
fn safe(lines: &[String]) -> Vec<String> {
    let mut fenced = false;
    let mut text = Vec::with_capacity(lines.len());
    for line in lines {
        let line = line.trim_end();
        let content = line.trim_start();
        if content.starts_with("```") || content.starts_with("~~~") {
            fenced = !fenced;
            let fence: String = content.chars().take_while(|c| matches!(c, '`' | '~')).collect();
            text.push(if fenced { format!("{fence}text") } else { fence });
        } else if fenced {
            text.push(line.to_owned());
        } else {
            // Four spaces would make it a block of code, and so a test.
            let indent = (line.len() - content.len()).min(3);
            text.push(format!("{}{}", " ".repeat(indent), escape(content)));
        }
    }
    if fenced {
        text.push("```".to_owned());
    }
    text
}

fn escape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut in_code = false;
    for letter in line.chars() {
        if letter == '`' {
            in_code = !in_code;
        }
        if !in_code && matches!(letter, '[' | ']' | '<' | '>') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_documentation_is_run() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        for (written, expected) in [
            ("plain", "plain"),
            ("    let x = 1;", "   let x = 1;"),
            ("```\nassert!(false)\n```", "```text\nassert!(false)\n```"),
            ("```rust\nx", "```text\nx\n```"),
            ("see [Todo] and `[x]` <b>", "see \\[Todo\\] and `[x]` \\<b\\>"),
        ] {
            assert_eq!(safe(&lines(written)).join("\n"), expected, "{written}");
        }
    }
}
