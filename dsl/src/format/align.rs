//! Columns: what stands below its like begins at the same place.
//!
//! Lines that follow each other, with no blank line between them, form a column. A line that goes on
//! in the next one takes no part, nor does one that would push the others far to the right.

use super::lines::{Code, Column, Line, Start};

/// The most characters before a column; a longer name stays out of it.
const MAX_BEFORE: usize = 40;

/// The most characters before a column of comments.
const MAX_BEFORE_COMMENT: usize = 100;

/// The blanks before a comment behind code.
const COMMENT_DISTANCE: usize = 2;

/// Puts in the blanks that make columns.
pub(super) fn align(lines: &mut [Line<'_>]) {
    drop_columns_of_open_lines(lines);
    let mut start = 0;
    while start < lines.len() {
        let end = group_end(lines, start);
        let group = lines.get_mut(start..end).unwrap_or_default();
        let width = group.iter().filter_map(|line| before_column(line)).map(|(_, width)| width).max();
        for line in group {
            if let (Some((column, before)), Some(width), Line::Code(code)) = (before_column(line), width, line) {
                code.text.insert_str(column.at, &" ".repeat(width - before));
            }
        }
        start = end;
    }
    align_comments(lines);
}

/// A line that goes on in the next one is in no column: what stands below it would have to move too.
fn drop_columns_of_open_lines(lines: &mut [Line<'_>]) {
    let mut goes_on = false;
    for line in lines.iter_mut().rev() {
        if let Line::Code(code) = line {
            if goes_on || code.text.ends_with(['{', '(', '[']) {
                code.column = None;
            }
            goes_on = code.start == Start::Continuation;
        }
    }
}

/// The column of a line, if it takes part, and the characters before it.
fn before_column(line: &Line<'_>) -> Option<(Column, usize)> {
    let Line::Code(code) = line else { return None };
    let column = code.column?;
    let before = code.text.get(..column.at)?.chars().count();
    (before <= MAX_BEFORE).then_some((column, before))
}

/// The end of the group that starts at `start`: lines with the same kind of column and indentation,
/// and the comments between them.
fn group_end(lines: &[Line<'_>], start: usize) -> usize {
    let key = |line: &Line<'_>| match line {
        Line::Code(code) => before_column(line).map(|(column, _)| (column.kind, code.indent)),
        _ => None,
    };
    let Some(first) = lines.get(start).and_then(key) else { return start + 1 };
    let mut end = start + 1;
    for (index, line) in lines.iter().enumerate().skip(start + 1) {
        match line {
            Line::Comment { .. } => {}
            _ if key(line) == Some(first) => end = index + 1,
            _ => break,
        }
    }
    end
}

/// Puts the comments behind lines that follow each other below each other.
fn align_comments(lines: &mut [Line<'_>]) {
    let mut start = 0;
    while start < lines.len() {
        let rest = lines.get_mut(start..).unwrap_or_default();
        let count = rest.iter().take_while(|line| commented(line).is_some()).count();
        let group = rest.get_mut(..count).unwrap_or_default();
        let short = group.iter().filter_map(commented).map(Code::width).filter(|width| *width <= MAX_BEFORE_COMMENT);
        let width = short.max().unwrap_or(0);
        for line in group {
            if let Line::Code(code) = line {
                let blanks = width.saturating_sub(code.width()) + COMMENT_DISTANCE;
                code.text.extend(std::iter::repeat_n(' ', blanks));
            }
        }
        start += count.max(1);
    }
}

fn commented<'a, 's>(line: &'a Line<'s>) -> Option<&'a Code<'s>> {
    match line {
        Line::Code(code) if code.comment.is_some() => Some(code),
        _ => None,
    }
}
