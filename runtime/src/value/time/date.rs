//! A day of the calendar.

use super::{calendar, push_digits, scan, text_traits};
use crate::value::Complaint;

/// A day of the calendar, from `0000-01-01` to `9999-12-31`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    days: i32,
}

text_traits!(Date);

impl Date {
    /// The earliest day, `0000-01-01`.
    pub const MIN: Self = Self { days: calendar::days_from_civil(0, 1, 1) };
    /// The latest day, `9999-12-31`.
    pub const MAX: Self = Self { days: calendar::days_from_civil(9999, 12, 31) };

    /// The day of a year, month and day; none if there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let exists = (0..=9999).contains(&year) && day >= 1 && day <= calendar::days_in_month(year, month)?;
        exists.then(|| Self { days: calendar::days_from_civil(year, month, day) })
    }

    /// The day that lies this many days after 1970-01-01; none outside of the years 0 to 9999.
    pub fn from_days_since_epoch(days: i32) -> Option<Self> {
        (Self::MIN.days..=Self::MAX.days).contains(&days).then_some(Self { days })
    }

    /// How many days this day lies after 1970-01-01.
    pub const fn days_since_epoch(self) -> i32 {
        self.days
    }

    /// The year, 0 to 9999.
    pub fn year(self) -> i64 {
        i64::from(self.civil().0)
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i64 {
        i64::from(self.civil().1)
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i64 {
        i64::from(self.civil().2)
    }

    /// The first day of this day's month.
    #[must_use]
    pub fn start_of_month(self) -> Self {
        let (year, month, _) = self.civil();
        Self { days: calendar::days_from_civil(year, month, 1) }
    }

    /// Reads `2026-11-22`.
    pub fn parse(text: &str) -> Result<Self, Complaint> {
        let malformed = || Complaint::malformed("must be a date such as `2026-11-22`");
        let mut rest = text.as_bytes();
        let (year, month, day) = scan::date(&mut rest).ok_or_else(malformed)?;
        if !rest.is_empty() {
            return Err(malformed());
        }
        Self::new(year, month, day).ok_or_else(|| Complaint::range("must be a day that exists in the calendar"))
    }

    pub(super) fn civil(self) -> (i32, u32, u32) {
        calendar::civil_from_days(self.days)
    }

    pub(in crate::value) fn write_text(self, out: &mut Vec<u8>) {
        let (year, month, day) = self.civil();
        push_digits::<4>(year as u32, out);
        out.push(b'-');
        push_digits::<2>(month, out);
        out.push(b'-');
        push_digits::<2>(day, out);
    }
}

impl From<Date> for jiff::civil::Date {
    fn from(date: Date) -> Self {
        let (year, month, day) = date.civil();
        jiff::civil::date(year as i16, month as i8, day as i8)
    }
}

/// Fails for a year before 0.
impl TryFrom<jiff::civil::Date> for Date {
    type Error = Complaint;

    fn try_from(date: jiff::civil::Date) -> Result<Self, Self::Error> {
        Self::new(i32::from(date.year()), date.month() as u32, date.day() as u32)
            .ok_or_else(|| Complaint::range("must be between the years 0 and 9999"))
    }
}
