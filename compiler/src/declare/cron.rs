//! Lines of cron: five fields, read strictly.
//!
//! A field is a list of `*`, `n`, `a-b`, `*/step` and `a-b/step`; months and weekdays have English
//! names too, and Sunday is 0 as well as 7. What crons read differently, such as `5/10`, is refused.

use std::ops::{Range, RangeInclusive};

use crate::declarations::Cron;

/// What is wrong with a line, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The bytes of the line; empty for all of it.
    pub part: Range<usize>,
    /// What is wrong.
    pub message: String,
}

/// A field: what it is called, its numbers, and the names of the first of them.
struct Field {
    name: &'static str,
    numbers: RangeInclusive<u32>,
    words: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", numbers: 0..=59, words: &[] },
    Field { name: "hour", numbers: 0..=23, words: &[] },
    Field { name: "day of the month", numbers: 1..=31, words: &[] },
    Field { name: "month", numbers: 1..=12, words: &MONTHS },
    Field { name: "day of the week", numbers: 0..=7, words: &WEEKDAYS },
];

/// The most days that each month has.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Reads a line.
pub fn parse(line: &str) -> Result<Cron, Wrong> {
    let parts: Vec<(usize, &str)> = line
        .split(' ')
        .filter(|part| !part.is_empty())
        .map(|part| (part.as_ptr() as usize - line.as_ptr() as usize, part))
        .collect();
    if parts.len() != FIELDS.len() {
        return Err(Wrong { part: 0..0, message: format!("this line of cron has {} fields, not five", parts.len()) });
    }
    let mut bits = [0_u64; 5];
    let mut are_all = [false; 5];
    for (((start, part), field), (bits, is_all)) in parts.iter().zip(&FIELDS).zip(bits.iter_mut().zip(&mut are_all)) {
        let mut offset = *start;
        for piece in part.split(',') {
            *bits |=
                read(field, piece).map_err(|message| Wrong { part: offset..offset + piece.len().max(1), message })?;
            offset += piece.len() + 1;
        }
        *is_all = part.starts_with('*');
    }
    let [minutes, hours, days, months, weekdays] = bits;
    // Sunday has two numbers.
    let weekdays = (weekdays | weekdays >> 7) & 0x7F;
    let [.., any_day, _, any_weekday] = are_all;
    let cron = Cron { minutes, hours, days, months, weekdays, either_day: !any_day && !any_weekday };
    if !is_possible(&cron) {
        return Err(Wrong { part: 0..0, message: "no month of these has such a day, so it never runs".to_owned() });
    }
    Ok(cron)
}

/// Whether some day fits: `0 0 31 2 *` has none.
fn is_possible(cron: &Cron) -> bool {
    let has_day = |month: usize, most: u32| cron.months >> month & 1 == 1 && cron.days & (bit(most + 1) - 1) != 0;
    cron.either_day || DAYS.iter().enumerate().any(|(position, most)| has_day(position + 1, *most))
}

const fn bit(number: u32) -> u64 {
    1 << number
}

fn read(field: &Field, piece: &str) -> Result<u64, String> {
    let (range, step) = match piece.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (piece, None),
    };
    let (low, high) = match range.split_once('-') {
        _ if range == "*" => (*field.numbers.start(), *field.numbers.end()),
        Some((low, high)) => (number(field, low)?, number(field, high)?),
        None => {
            let only = number(field, range)?;
            (only, only)
        }
    };
    if low > high {
        return Err(format!("the {} runs upwards: `{high}-{low}`", field.name));
    }
    let step = match step {
        None => 1,
        Some(_) if range != "*" && !range.contains('-') => {
            return Err(format!("a step needs a range: `{range}-{}/…`", field.numbers.end()));
        }
        Some(step) => digits(step)
            .filter(|step| (1..=high - low).contains(step))
            .ok_or_else(|| format!("`{step}` is no step of this range"))?,
    };
    Ok((low..=high).step_by(step as usize).fold(0, |bits, number| bits | bit(number)))
}

fn number(field: &Field, text: &str) -> Result<u32, String> {
    let named = field.words.iter().position(|word| word.eq_ignore_ascii_case(text));
    let first = u32::from(field.words.len() == MONTHS.len());
    let found = named.and_then(|position| u32::try_from(position).ok()).map(|position| position + first);
    found.or_else(|| digits(text)).filter(|number| field.numbers.contains(number)).ok_or_else(|| {
        let (low, high) = (field.numbers.start(), field.numbers.end());
        format!("`{text}` is no {}, which is a number from {low} to {high}", field.name)
    })
}

/// One or two digits.
fn digits(text: &str) -> Option<u32> {
    let are_digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bits: u64) -> Vec<u32> {
        (0..64).filter(|number| bits >> number & 1 == 1).collect()
    }

    #[test]
    fn reads_lines() {
        let daily = parse("0 3 * * *").expect("a line");
        assert_eq!((numbers(daily.minutes), numbers(daily.hours)), (vec![0], vec![3]));
        assert_eq!(numbers(daily.days).len(), 31);
        assert!(!daily.either_day);
        let table: [(&str, fn(&Cron) -> u64, &[u32]); 8] = [
            ("*/15 * * * *", |it| it.minutes, &[0, 15, 30, 45]),
            ("5,10-12 * * * *", |it| it.minutes, &[5, 10, 11, 12]),
            ("0 8-18/5 * * *", |it| it.hours, &[8, 13, 18]),
            ("0 0 1 jan,JUL *", |it| it.months, &[1, 7]),
            ("0 0 * * mon-fri", |it| it.weekdays, &[1, 2, 3, 4, 5]),
            ("0 0 * * 7", |it| it.weekdays, &[0]),
            ("0 0 * * 5-7", |it| it.weekdays, &[0, 5, 6]),
            ("  0  0  29 2  * ", |it| it.days, &[29]),
        ];
        for (line, field, expected) in table {
            assert_eq!(numbers(field(&parse(line).expect(line))), expected, "{line}");
        }
        assert!(parse("0 0 13 * 5").expect("a line").either_day);
    }

    #[test]
    fn refuses_what_is_not_one_thing() {
        let table = [
            ("", 0..0, "0 fields"),
            ("0 3 * *", 0..0, "4 fields"),
            ("0 3 * * * *", 0..0, "6 fields"),
            ("60 * * * *", 0..2, "`60` is no minute"),
            ("0 24 * * *", 2..4, "`24` is no hour"),
            ("0 0 0 * *", 4..5, "no day of the month"),
            ("0 0 * 13 *", 6..8, "no month"),
            ("0 0 * * 8", 8..9, "no day of the week"),
            ("0 0 * * foo", 8..11, "no day of the week"),
            ("1,,2 * * * *", 2..3, "`` is no minute"),
            ("10-5 * * * *", 0..4, "`5-10`"),
            ("*/0 * * * *", 0..3, "no step"),
            ("*/60 * * * *", 0..4, "no step"),
            ("5/10 * * * *", 0..4, "`5-59/…`"),
            ("+5 * * * *", 0..2, "no minute"),
            ("005 * * * *", 0..3, "no minute"),
            ("0\t0 * * *", 0..0, "4 fields"),
            ("0 0 31 2 *", 0..0, "never runs"),
            ("0 0 31 apr,jun *", 0..0, "never runs"),
        ];
        for (line, part, words) in table {
            let wrong = parse(line).expect_err(line);
            assert!(wrong.part == part && wrong.message.contains(words), "{line}: {wrong:?}");
        }
    }
}
