//! A span of time.

use std::io::Write as _;

use super::{MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, scan, text_traits};
use crate::value::Complaint;

/// A span of time: microseconds, of either sign. A day is 24 hours; there are no months in it, whose length varies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration {
    micros: i64,
}

text_traits!(Duration);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self { micros: 0 };
    /// The longest span, some 292,000 years.
    pub const MAX: Self = Self { micros: i64::MAX };
    /// The longest negative span.
    pub const MIN: Self = Self { micros: i64::MIN };

    /// A span of this many microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self { micros }
    }

    /// A span of this many milliseconds; none if that is too long.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        match millis.checked_mul(1000) {
            Some(micros) => Some(Self { micros }),
            None => None,
        }
    }

    /// A span of this many days of 24 hours; none if that is too long.
    pub const fn from_days(days: i64) -> Option<Self> {
        match days.checked_mul(MICROS_PER_DAY) {
            Some(micros) => Some(Self { micros }),
            None => None,
        }
    }

    /// The whole span in microseconds.
    pub const fn as_micros(self) -> i64 {
        self.micros
    }

    /// The span in days; none if it is not a whole number of them.
    pub const fn whole_days(self) -> Option<i64> {
        if self.micros % MICROS_PER_DAY == 0 { Some(self.micros / MICROS_PER_DAY) } else { None }
    }

    /// Reads ISO 8601 in weeks, days, hours, minutes and seconds: `PT1H30M`, `-P2DT0.5S`.
    pub fn parse(text: &str) -> Result<Self, Complaint> {
        let malformed = || Complaint::malformed("must be a duration such as `PT1H30M` or `P2D`");
        let mut rest = text.as_bytes();
        let negative = scan::one_of(&mut rest, b"+-") == Some(b'-');
        scan::one_of(&mut rest, b"P").ok_or_else(malformed)?;
        let magnitude = parse_parts(&mut rest, malformed)?;
        let signed = if negative { -magnitude } else { magnitude };
        i64::try_from(signed)
            .map(Self::from_micros)
            .map_err(|_| Complaint::range("must be at most 292 thousand years long"))
    }

    pub(in crate::value) fn write_text(self, out: &mut Vec<u8>) {
        if self.micros < 0 {
            out.push(b'-');
        }
        out.push(b'P');
        let magnitude = self.micros.unsigned_abs();
        let days = magnitude / MICROS_PER_DAY as u64;
        let of_day = (magnitude % MICROS_PER_DAY as u64) as i64;
        if days > 0 {
            push_part(days, 'D', out);
        }
        if of_day > 0 || days == 0 {
            out.push(b'T');
            push_time(of_day, out);
        }
    }
}

fn push_part(value: u64, unit: char, out: &mut Vec<u8>) {
    // Writing to a vector does not fail.
    let _ = write!(out, "{value}{unit}");
}

fn push_time(of_day: i64, out: &mut Vec<u8>) {
    let hours = of_day / MICROS_PER_HOUR;
    let minutes = of_day % MICROS_PER_HOUR / MICROS_PER_MINUTE;
    let seconds = of_day % MICROS_PER_MINUTE / MICROS_PER_SECOND;
    let micros = of_day % MICROS_PER_SECOND;
    if hours > 0 {
        push_part(hours as u64, 'H', out);
    }
    if minutes > 0 {
        push_part(minutes as u64, 'M', out);
    }
    if micros > 0 {
        let digits = format!("{micros:06}");
        let _ = write!(out, "{seconds}.{}S", digits.trim_end_matches('0'));
    } else if seconds > 0 || of_day == 0 {
        push_part(seconds as u64, 'S', out);
    }
}

/// Reads the parts behind the `P`, which come in falling order, each at most once.
fn parse_parts(rest: &mut &[u8], malformed: impl Fn() -> Complaint) -> Result<i128, Complaint> {
    /// Units in the order in which they may come; those up to here stand before the `T`.
    const UNITS: [(u8, i64); 5] = [
        (b'W', 7 * MICROS_PER_DAY),
        (b'D', MICROS_PER_DAY),
        (b'H', MICROS_PER_HOUR),
        (b'M', MICROS_PER_MINUTE),
        (b'S', MICROS_PER_SECOND),
    ];
    const UNITS_OF_DATE: usize = 2;
    let mut total = 0_i128;
    let mut next = 0;
    let mut in_time = false;
    let mut parts = 0;
    while let Some(&byte) = rest.first() {
        if byte == b'T' && !in_time {
            *rest = rest.get(1..).unwrap_or_default();
            (in_time, next) = (true, UNITS_OF_DATE);
            if rest.is_empty() {
                return Err(malformed());
            }
            continue;
        }
        let whole = scan::number(rest).ok_or_else(&malformed)?;
        let fraction = scan::fraction(rest);
        let unit = scan::any(rest).ok_or_else(&malformed)?;
        if matches!(unit, b'Y') || (unit == b'M' && !in_time) {
            return Err(Complaint::malformed("must not have years or months, whose length varies; use days"));
        }
        let (position, micros) = UNITS
            .iter()
            .enumerate()
            .find(|(position, (name, _))| *name == unit && *position >= next && (*position >= UNITS_OF_DATE) == in_time)
            .map(|(position, (_, micros))| (position, *micros))
            .ok_or_else(&malformed)?;
        let fraction = fraction?;
        if fraction != 0 && unit != b'S' {
            return Err(Complaint::malformed("must have a fraction in its seconds only"));
        }
        total += i128::from(whole) * i128::from(micros) + i128::from(fraction);
        next = position + 1;
        parts += 1;
    }
    if parts == 0 { Err(malformed()) } else { Ok(total) }
}

impl From<Duration> for jiff::SignedDuration {
    fn from(span: Duration) -> Self {
        Self::from_micros(span.micros)
    }
}

/// Drops what is finer than a microsecond; fails beyond 292 thousand years.
impl TryFrom<jiff::SignedDuration> for Duration {
    type Error = Complaint;

    fn try_from(span: jiff::SignedDuration) -> Result<Self, Self::Error> {
        i64::try_from(span.as_micros())
            .map(Self::from_micros)
            .map_err(|_| Complaint::range("must be at most 292 thousand years long"))
    }
}
