//! Finds the name that was probably meant.

/// Names longer than this get no suggestion: comparing costs the product of both lengths.
const NAME_BYTES_MAX: usize = 64;

/// The known name that is nearest to `name`: equal but for case and underscores, or a slip or two away.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return None;
    }
    let plain = fold(name);
    let slips_max = plain.len().div_ceil(4).min(3);
    known
        .iter()
        .map(|candidate| (distance(&plain, &fold(candidate)), *candidate))
        .filter(|(slips, _)| *slips <= slips_max)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// The name without what differs between `created_at`, `createdAt` and `created-at`.
fn fold(name: &str) -> Vec<u8> {
    name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// How many letters must be changed, added, dropped or swapped with their neighbour.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let width = right.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut previous_left = None;
    for (row, &from) in left.iter().enumerate() {
        let mut current = vec![row + 1; width];
        let mut previous_right = None;
        for (column, &to) in right.iter().enumerate() {
            let at = |line: &[usize], position: usize| line.get(position).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&last, column) + usize::from(from != to);
            let mut best = changed.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            if previous_left == Some(to) && previous_right == Some(from) {
                best = best.min(at(&before_last, column.saturating_sub(1)) + 1);
            }
            if let Some(cell) = current.get_mut(column + 1) {
                *cell = best;
            }
            previous_right = Some(to);
        }
        before_last = std::mem::replace(&mut last, current);
        previous_left = Some(from);
    }
    last.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_other_spellings() {
        let known = ["title", "created_at", "done", "id"];
        let cases = [
            ("titel", Some("title")),
            ("Title", Some("title")),
            ("titl", Some("title")),
            ("createdAt", Some("created_at")),
            ("dnoe", Some("done")),
            ("ids", Some("id")),
            ("colour", None),
            ("", None),
            ("x", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, &known), expected, "{name}");
        }
        assert_eq!(nearest(&"title".repeat(20), &known), None);
    }

    #[test]
    fn counts_slips() {
        let cases =
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("ab", "ba", 1), ("kitten", "sitting", 3), ("abcd", "acbd", 1)];
        for (left, right, expected) in cases {
            assert_eq!(distance(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
        }
    }
}
