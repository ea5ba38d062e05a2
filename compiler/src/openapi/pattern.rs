//! A text that matches a regular expression, for the examples: the first choice everywhere.

/// The shortest text that takes the first alternative and the first letter of each class, with what
/// repeats repeated until the text has `least` characters. None for what is not understood here.
pub(super) fn sample(pattern: &str, least: u64) -> Option<String> {
    let least = usize::try_from(least).ok()?;
    let whole = regex_lite::Regex::new(&format!(r"\A(?:{pattern})\z")).ok()?;
    // A repetition without an end is tried as often as it may have to be.
    (0..=least.min(REPETITIONS_MAX)).find_map(|extra| {
        let mut reader = Reader { rest: pattern, extra, depth: 0 };
        let text = reader.alternatives()?;
        let is_whole = reader.rest.is_empty() && text.chars().count() >= least && whole.is_match(&text);
        is_whole.then_some(text)
    })
}

/// The most repetitions that are tried, and written.
const REPETITIONS_MAX: usize = 100;
/// How deep groups may be nested.
const DEPTH_MAX: usize = 20;

struct Reader<'p> {
    rest: &'p str,
    /// Repetitions beyond the fewest.
    extra: usize,
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let first = letters.next()?;
        self.rest = letters.as_str();
        Some(first)
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The text of the first alternative; the others are read over.
    fn alternatives(&mut self) -> Option<String> {
        let first = self.sequence()?;
        while self.skip("|") {
            self.sequence()?;
        }
        Some(first)
    }

    fn sequence(&mut self) -> Option<String> {
        let mut text = String::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let one = self.one()?;
            let count = self.repetitions()?;
            text.push_str(&one.repeat(count));
        }
        Some(text)
    }

    fn one(&mut self) -> Option<String> {
        match self.take()? {
            '(' => self.group(),
            '[' => self.class().map(String::from),
            '\\' => self.escape().map(String::from),
            '.' => Some("x".to_owned()),
            '^' | '$' => Some(String::new()),
            '*' | '+' | '?' | '{' => None,
            letter => Some(letter.to_string()),
        }
    }

    fn group(&mut self) -> Option<String> {
        if self.depth == DEPTH_MAX || self.rest.starts_with('?') && !self.skip("?:") {
            return None;
        }
        self.depth += 1;
        let text = self.alternatives()?;
        self.depth -= 1;
        self.skip(")").then_some(text)
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.take()? {
            'd' => '0',
            'w' => 'a',
            's' => ' ',
            'D' | 'S' => 'a',
            'n' => '\n',
            't' => '\t',
            letter if letter.is_ascii_alphanumeric() => return None,
            letter => letter,
        })
    }

    /// The first letter of `[a-z…]`; of `[^…]` one that is probably outside.
    fn class(&mut self) -> Option<char> {
        let is_negated = self.skip("^");
        let first = match self.take()? {
            '\\' => self.escape()?,
            '[' => return None,
            letter => letter,
        };
        loop {
            match self.take()? {
                ']' => break,
                '\\' => drop(self.take()?),
                '[' => return None,
                _ => {}
            }
        }
        Some(if is_negated { 'x' } else { first })
    }

    /// How often the piece before is written.
    fn repetitions(&mut self) -> Option<usize> {
        let (low, high) = match self.rest.chars().next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(),
            _ => return Some(1),
        };
        self.take();
        self.skip("?");
        Some(self.written(low, high))
    }

    /// `{2}`, `{2,}`, `{2,5}`
    fn counted(&mut self) -> Option<usize> {
        let (bounds, rest) = self.rest.strip_prefix('{')?.split_once('}')?;
        self.rest = rest;
        self.skip("?");
        let (low, high) = match bounds.split_once(',') {
            None => (bounds.parse().ok()?, Some(bounds.parse().ok()?)),
            Some((low, "")) => (low.parse().ok()?, None),
            Some((low, high)) => (low.parse().ok()?, Some(high.parse().ok()?)),
        };
        (low <= REPETITIONS_MAX).then(|| self.written(low, high))
    }

    fn written(&self, low: usize, high: Option<usize>) -> usize {
        let wanted = (low + self.extra).min(REPETITIONS_MAX);
        high.map_or(wanted, |high| wanted.min(high)).max(low)
    }
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn samples_match() {
        let table = [
            ("[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}", 0, Some("AA00AAAAAAAA")),
            ("[a-z]+", 3, Some("aaa")),
            ("[a-z]*", 0, Some("")),
            (r"\d{3}-\d{4}", 0, Some("000-0000")),
            ("(red|green)( light)?", 0, Some("red")),
            ("(red|green)( light)?", 4, Some("red light")),
            (r"a\.b\\c", 0, Some(r"a.b\c")),
            ("[^a]b", 0, Some("xb")),
            ("(?:ab){2,}", 6, Some("ababab")),
            ("(?i)a", 0, None),
            ("[0-9]{101}", 0, None),
            ("[a-b]{3}", 4, None),
            ("(", 0, None),
        ];
        for (pattern, least, expected) in table {
            assert_eq!(sample(pattern, least).as_deref(), expected, "{pattern}");
        }
    }
}
