//! Sizes and times as people write them: `64MiB`, `10s`.

use std::time::Duration;

const SIZES: [(&str, u64); 4] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)];
const TIMES_MS: [(&str, u64); 5] = [("ms", 1), ("min", 60_000), ("s", 1000), ("h", 3_600_000), ("d", 86_400_000)];

pub(super) fn parse_bytes(text: &str) -> Option<u64> {
    parse(text, &SIZES)
}

pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    parse(text, &TIMES_MS).map(Duration::from_millis)
}

pub(super) fn show_bytes(bytes: u64) -> String {
    show(bytes, &SIZES)
}

pub(super) fn show_duration(duration: Duration) -> String {
    show(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), &TIMES_MS)
}

fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

/// In the largest unit that leaves no fraction.
fn show(amount: u64, units: &[(&str, u64)]) -> String {
    let fitting = units.iter().filter(|(_, factor)| amount.is_multiple_of(*factor));
    match fitting.max_by_key(|(_, factor)| *factor).filter(|_| amount > 0) {
        Some((name, factor)) => format!("{}{name}", amount / factor),
        None => format!("{amount}{}", units.iter().find(|(_, f)| *f == 1).map_or("", |(name, _)| name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            ("0", Some(0)),
            ("1000", Some(1000)),
            ("1KiB", Some(1024)),
            ("64MiB", Some(64 << 20)),
            ("3GiB", Some(3 << 30)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("17179869184GiB", None),
            ("1MB", None),
            ("1 MiB", None),
            ("-1", None),
            ("MiB", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_bytes(text), expected, "{text}");
            if let Some(bytes) = expected {
                assert_eq!(parse_bytes(&show_bytes(bytes)), Some(bytes), "{text}");
            }
        }
        assert_eq!(show_bytes(64 << 20), "64MiB");
        assert_eq!(show_bytes(1000), "1000");
    }

    #[test]
    fn times() {
        let table = [
            ("250ms", Some(250)),
            ("10s", Some(10_000)),
            ("15min", Some(900_000)),
            ("12h", Some(43_200_000)),
            ("30d", Some(2_592_000_000)),
            ("10", None),
            ("1.5s", None),
            ("10 s", None),
            ("s", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(parse_duration(text), expected, "{text}");
            if let Some(duration) = expected {
                assert_eq!(parse_duration(&show_duration(duration)), Some(duration));
            }
        }
        assert_eq!(show_duration(Duration::from_mins(1)), "1min");
        assert_eq!(show_duration(Duration::ZERO), "0ms");
    }
}
