//! The layout of a document.

use raftstone_dsl::ast::Span;
use raftstone_dsl::scan::{Token, TokenKind, scan};

/// The changes that give a text the layout of the house; none where it has it already, and where an
/// item does not parse.
///
/// Only what stands between the tokens is replaced, so that cursors and marks stay where they are.
pub fn format(text: &str) -> Vec<(Span, String)> {
    let formatted = raftstone_dsl::format(text).text;
    if formatted == text {
        return Vec::new();
    }
    let (old, new) = (scan(text), scan(&formatted));
    let mut edits = Vec::new();
    let mut ends = (0, 0);
    let pairs = old.iter().filter(|token| is_content(**token)).zip(new.iter().filter(|token| is_content(**token)));
    for (before, after) in pairs {
        let gap = Span::new(ends.0, before.span.start);
        replace(&mut edits, text, gap, &formatted, Span::new(ends.1, after.span.start));
        ends = (content_end(*before, text), content_end(*after, &formatted));
    }
    let rest = Span::new(ends.0, text.len() as u32);
    replace(&mut edits, text, rest, &formatted, Span::new(ends.1, formatted.len() as u32));
    edits
}

fn replace(edits: &mut Vec<(Span, String)>, text: &str, gap: Span, formatted: &str, by: Span) {
    let slice =
        |text: &str, span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
    let new = slice(formatted, by);
    if slice(text, gap) != new {
        edits.push((gap, new));
    }
}

fn is_content(token: Token) -> bool {
    !matches!(token.kind, TokenKind::Space | TokenKind::Newline)
}

/// Blanks at the end of a comment are no part of it.
fn content_end(token: Token, text: &str) -> u32 {
    if token.kind.is_trivia() { token.span.start + token.text(text).trim_end().len() as u32 } else { token.span.end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_changes_make_the_formatted_text_and_touch_no_token() {
        for text in [
            "",
            "\n\n",
            "type A = int\n",
            "type   A=int  // a   \r\n\r\n\r\nstruct S{a:A,\r\n b:A}",
            "model  M {\n ??\n}\ntype  A=int",
            "// 中  \n  /// é \nstruct S { a : int }\n",
        ] {
            let mut changed = text.to_owned();
            for (span, by) in format(text).into_iter().rev() {
                let old = &text[span.start as usize..span.end as usize];
                assert!(old.trim().is_empty() && by.trim().is_empty(), "{old:?} by {by:?}");
                changed.replace_range(span.start as usize..span.end as usize, &by);
            }
            assert_eq!(changed, raftstone_dsl::format(text).text);
        }
    }
}
