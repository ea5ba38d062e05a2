//! "Did you mean": the keyword that a word was meant to be.

use crate::blocks::ITEM_KEYWORDS;

/// Words of other languages and what they are here.
const OTHER_WORDS: [(&str, &str); 22] = [
    ("class", "model"),
    ("table", "model"),
    ("entity", "model"),
    ("record", "struct"),
    ("interface", "struct"),
    ("object", "struct"),
    ("function", "fn"),
    ("func", "fn"),
    ("def", "fn"),
    ("fun", "fn"),
    ("route", "endpoint"),
    ("api", "endpoint"),
    ("handler", "endpoint"),
    ("get", "endpoint"),
    ("post", "endpoint"),
    ("command", "endpoint"),
    ("query", "endpoint"),
    ("include", "import"),
    ("use", "import"),
    ("alias", "type"),
    ("projection", "view"),
    ("job", "every"),
];

/// The item keyword nearest to `word`, if one is near.
pub(crate) fn item_keyword(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    if let Some((_, right)) = OTHER_WORDS.iter().find(|(other, _)| *other == lower) {
        return Some(right);
    }
    let limit = (word.len() / 3).max(1);
    let near = ITEM_KEYWORDS.iter().map(|keyword| (distance(&lower, keyword, limit), *keyword));
    near.filter(|(distance, _)| *distance <= limit).min().map(|(_, keyword)| keyword)
}

/// The number of letters to insert, remove, replace or swap with a neighbour; anything above
/// `limit` counts as one more than it.
pub(crate) fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right) in b.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(limit + 1);
            let replaced = at(&above, column) + usize::from(left != right);
            let mut best = replaced.min(at(&above, column + 1) + 1).min(at(&current, column) + 1);
            let swapped = row > 0 && column > 0 && Some(left) == b.get(column - 1) && a.get(row - 1) == Some(right);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or(0).min(limit + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_keyword() {
        for (word, keyword) in [
            ("modle", Some("model")),
            ("Model", Some("model")),
            ("evnt", Some("event")),
            ("endpiont", Some("endpoint")),
            ("table", Some("model")),
            ("strcut", Some("struct")),
            ("banana", None),
            ("x", None),
        ] {
            assert_eq!(item_keyword(word), keyword, "{word}");
        }
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [("", "", 0), ("ab", "ba", 1), ("abc", "ac", 1), ("abc", "xyz", 3), ("a", "abcdef", 4)]
        {
            assert_eq!(distance(a, b, 3), expected, "{a} {b}");
        }
    }
}
