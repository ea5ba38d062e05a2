//! "Did you mean …?"

/// The candidate nearest to `wanted`, if one is near enough to be a slip.
///
/// Near enough is one edit for every three characters, and at least one, but none in names of one
/// or two. An equal spelling in another case counts as nearest.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(wanted);
    let allowed = match wanted.chars().count() {
        0..=2 => 0,
        length => (length / 3).max(1),
    };
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wanted && letters(candidate).abs_diff(folded.len()) <= allowed)
        .map(|candidate| (distance(&folded, &fold(candidate), allowed), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Case and `_` are the commonest slips between the two spellings of the language.
fn fold(text: &str) -> Vec<char> {
    text.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// How many letters there are to compare: names are many, and most are far off by their length.
fn letters(text: &str) -> usize {
    text.chars().filter(|c| *c != '_').count()
}

/// Insertions, deletions, replacements and swaps of neighbours between two texts; anything above
/// `limit` counts as one more than it.
fn distance(a: &[char], b: &[char], limit: usize) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, right) in b.iter().enumerate() {
            let at = |row: &[usize], position: usize| row.get(position).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, j) + usize::from(left != right);
            let mut best = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(right) && b.get(j - 1) == Some(left);
            if swapped {
                best = best.min(at(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        let is_far = row.iter().chain(&last).all(|edits| *edits > limit);
        before_last = std::mem::replace(&mut last, row);
        if is_far {
            return limit + 1;
        }
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let names = ["Article", "User", "created_at", "string", "on_delete", "id"];
        let table = [
            ("Artikle", Some("Article")),
            ("Aritcle", Some("Article")),
            ("user", Some("User")),
            ("createdAt", Some("created_at")),
            ("strng", Some("string")),
            ("on_delet", Some("on_delete")),
            ("Invoice", None),
            ("x", None),
            ("ID", Some("id")),
            ("", None),
        ];
        for (wanted, expected) in table {
            assert_eq!(nearest(wanted, names), expected, "{wanted}");
        }
    }

    #[test]
    fn the_name_itself_is_no_suggestion() {
        assert_eq!(nearest("User", ["User"]), None);
    }
}
