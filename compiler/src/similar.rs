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
    let letters = letters(&folded);
    let mut rows = Rows::default();
    let mut nearest: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Names are many, and most are far off by their lengths or their letters alone.
        let longest = candidate.len().max(wanted.len());
        if candidate == wanted || longest > COMPARED_MAX || !may_be_near(candidate, folded.len(), letters, allowed) {
            continue;
        }
        let edits = rows.distance(&folded, &fold(candidate), allowed);
        let is_nearer = nearest.is_none_or(|best| (edits, candidate) < best);
        if edits <= allowed && is_nearer {
            nearest = Some((edits, candidate));
        }
    }
    nearest.map(|(_, candidate)| candidate)
}

/// Longer names are not compared.
const COMPARED_MAX: usize = 64;

/// Case and `_` are the commonest slips between the two spellings of the language.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| *c != '_').flat_map(char::to_lowercase)
}

fn fold(text: &str) -> Vec<char> {
    folded(text).collect()
}

/// A bit for each letter that occurs.
fn letters(folded: &[char]) -> u64 {
    folded.iter().fold(0, |letters, letter| letters | bit(*letter))
}

fn bit(letter: char) -> u64 {
    1 << (u32::from(letter) % u64::BITS)
}

/// Whether so few edits can make one of the other: each changes the length by one at most, and
/// brings one letter that was not there.
fn may_be_near(candidate: &str, length: usize, letters: u64, allowed: usize) -> bool {
    let (mut own_length, mut own_letters) = (0_usize, 0);
    for letter in folded(candidate) {
        own_length += 1;
        own_letters |= bit(letter);
    }
    let new = (own_letters & !letters).count_ones().max((letters & !own_letters).count_ones());
    own_length.abs_diff(length) <= allowed && new as usize <= allowed
}

/// The last rows of the table of distances, kept from one comparison to the next.
#[derive(Default)]
struct Rows {
    before_last: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// Insertions, deletions, replacements and swaps of neighbours between two texts; anything above
    /// `limit` counts as one more than it.
    fn distance(&mut self, a: &[char], b: &[char], limit: usize) -> usize {
        self.last.clear();
        self.last.extend(0..=b.len());
        let mut previous = None;
        for (i, left) in a.iter().enumerate() {
            let lowest = self.next_row(i, *left, previous, b);
            let lowest_before = self.last.iter().min().copied().unwrap_or(0);
            if lowest.min(lowest_before) > limit {
                return limit + 1;
            }
            previous = Some(*left);
            std::mem::swap(&mut self.before_last, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.row);
        }
        self.last.last().copied().unwrap_or(0)
    }

    /// Fills the row of one letter of `a`; gives the smallest distance in it.
    fn next_row(&mut self, i: usize, left: char, previous: Option<char>, b: &[char]) -> usize {
        let Self { before_last, last, row } = self;
        row.clear();
        row.push(i + 1);
        let (mut beside, mut lowest) = (i + 1, i + 1);
        let pairs = last.iter().zip(last.iter().skip(1));
        let mut before = None;
        for (j, (right, (diagonal, above))) in b.iter().zip(pairs).enumerate() {
            let mut best = (diagonal + usize::from(left != *right)).min(above + 1).min(beside + 1);
            if previous == Some(*right) && before == Some(left) {
                let swapped = j.checked_sub(1).and_then(|start| before_last.get(start));
                best = best.min(swapped.map_or(best, |edits| edits + 1));
            }
            row.push(best);
            (beside, lowest, before) = (best, lowest.min(best), Some(*right));
        }
        lowest
    }
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
