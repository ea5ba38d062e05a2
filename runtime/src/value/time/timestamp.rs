//! A point in time.

use super::{
    Date, Duration, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, push_digits, scan,
    text_traits,
};
use crate::value::Complaint;

/// A point in time: microseconds, UTC, from `0000-01-01T00:00:00Z` to `9999-12-31T23:59:59.999999Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    micros: i64,
}

text_traits!(Timestamp);

impl Timestamp {
    /// The earliest point in time.
    pub const MIN: Self = Self { micros: Date::MIN.days_since_epoch() as i64 * MICROS_PER_DAY };
    /// The latest point in time.
    pub const MAX: Self = Self { micros: (Date::MAX.days_since_epoch() as i64 + 1) * MICROS_PER_DAY - 1 };
    /// `1970-01-01T00:00:00Z`.
    pub const UNIX_EPOCH: Self = Self { micros: 0 };

    /// The point this many microseconds after 1970; none outside of the years 0 to 9999.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.micros || micros > Self::MAX.micros { None } else { Some(Self { micros }) }
    }

    /// The point this many microseconds after 1970, or the nearest one that can be represented: for clocks.
    #[must_use]
    pub fn from_micros_saturating(micros: i64) -> Self {
        Self { micros: micros.clamp(Self::MIN.micros, Self::MAX.micros) }
    }

    /// Midnight at the beginning of a day.
    #[must_use]
    pub fn start_of_day(date: Date) -> Self {
        Self { micros: i64::from(date.days_since_epoch()) * MICROS_PER_DAY }
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.micros
    }

    /// The day, in UTC.
    pub fn date(self) -> Date {
        let days = self.micros.div_euclid(MICROS_PER_DAY) as i32;
        Date::from_days_since_epoch(days).unwrap_or(Date::MAX)
    }

    /// The year, in UTC.
    pub fn year(self) -> i64 {
        self.date().year()
    }

    /// The month, 1 to 12, in UTC.
    pub fn month(self) -> i64 {
        self.date().month()
    }

    /// Midnight at the beginning of the month, in UTC.
    #[must_use]
    pub fn start_of_month(self) -> Self {
        Self::start_of_day(self.date().start_of_month())
    }

    /// This point moved by a span; none outside of the years 0 to 9999.
    pub fn checked_add(self, span: Duration) -> Option<Self> {
        self.micros.checked_add(span.as_micros()).and_then(Self::from_micros)
    }

    /// This point moved back by a span; none outside of the years 0 to 9999.
    pub fn checked_sub(self, span: Duration) -> Option<Self> {
        self.micros.checked_sub(span.as_micros()).and_then(Self::from_micros)
    }

    /// The span from `earlier` to this point.
    pub fn since(self, earlier: Self) -> Duration {
        // Two points of 10,000 years lie less than 2^60 microseconds apart.
        Duration::from_micros(self.micros - earlier.micros)
    }

    /// Reads RFC 3339 with any offset; a fraction finer than microseconds is refused unless its digits are zero.
    pub fn parse(text: &str) -> Result<Self, Complaint> {
        let malformed = || Complaint::malformed("must be a point in time such as `2026-11-22T08:30:00Z`");
        let mut rest = text.as_bytes();
        let (year, month, day) = scan::date(&mut rest).ok_or_else(malformed)?;
        scan::one_of(&mut rest, b"Tt ").ok_or_else(malformed)?;
        let (hour, minute, second) = scan::time(&mut rest).ok_or_else(malformed)?;
        let micros = scan::fraction(&mut rest)?;
        let offset_minutes = scan::offset(&mut rest)
            .ok_or_else(|| Complaint::malformed("must end with an offset from UTC such as `Z` or `+02:00`"))?;
        if !rest.is_empty() {
            return Err(malformed());
        }
        let date = Date::new(year, month, day)
            .ok_or_else(|| Complaint::range("must be on a day that exists in the calendar"))?;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(Complaint::range("must be at a time between `00:00:00` and `23:59:59`"));
        }
        let local = i64::from(date.days_since_epoch()) * MICROS_PER_DAY
            + i64::from(hour) * MICROS_PER_HOUR
            + i64::from(minute) * MICROS_PER_MINUTE
            + i64::from(second) * MICROS_PER_SECOND
            + i64::from(micros);
        Self::from_micros(local - i64::from(offset_minutes) * MICROS_PER_MINUTE)
            .ok_or_else(|| Complaint::range("must be between the years 0 and 9999 in UTC"))
    }

    pub(in crate::value) fn write_text(self, out: &mut Vec<u8>) {
        self.date().write_text(out);
        let of_day = self.micros.rem_euclid(MICROS_PER_DAY);
        let seconds = (of_day / MICROS_PER_SECOND) as u32;
        out.push(b'T');
        push_digits::<2>(seconds / 3600, out);
        out.push(b':');
        push_digits::<2>(seconds / 60 % 60, out);
        out.push(b':');
        push_digits::<2>(seconds % 60, out);
        out.push(b'.');
        push_digits::<6>((of_day % MICROS_PER_SECOND) as u32, out);
        out.push(b'Z');
    }
}

/// Fails in the last day of the year 9999, which jiff leaves out.
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = jiff::Error;

    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        Self::from_microsecond(timestamp.micros)
    }
}

/// Drops what is finer than a microsecond; fails for a year before 0.
impl TryFrom<jiff::Timestamp> for Timestamp {
    type Error = Complaint;

    fn try_from(timestamp: jiff::Timestamp) -> Result<Self, Self::Error> {
        let nanos = timestamp.as_nanosecond().div_euclid(1000);
        i64::try_from(nanos)
            .ok()
            .and_then(Self::from_micros)
            .ok_or_else(|| Complaint::range("must be between the years 0 and 9999"))
    }
}
