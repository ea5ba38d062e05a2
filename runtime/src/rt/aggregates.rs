//! Aggregates over the rows of a group. What is none in a row does not count.

use super::{Decimal, Duration, KeyBytes, OrderedKey, Refusal, arithmetic, encode_key};
use std::collections::BTreeSet;

/// `count()`
#[derive(Clone, Copy, Debug, Default)]
pub struct Count(i64);

impl Count {
    /// Counts a row.
    pub fn add(&mut self) {
        self.0 += 1;
    }

    /// How many rows there were.
    pub fn result(self) -> i64 {
        self.0
    }
}

/// `any(e)`
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyHolds(bool);

impl AnyHolds {
    /// Takes a row into account.
    pub fn add(&mut self, holds: bool) {
        self.0 |= holds;
    }

    /// Whether it held for some row.
    pub fn result(self) -> bool {
        self.0
    }
}

/// `count_distinct(e)`
#[derive(Clone, Debug, Default)]
pub struct CountDistinct(BTreeSet<KeyBytes>);

impl CountDistinct {
    /// Takes the value of a row into account.
    pub fn add<T: OrderedKey>(&mut self, value: impl Into<Option<T>>) {
        if let Some(value) = value.into() {
            self.0.insert(encode_key(&value));
        }
    }

    /// How many different values there were.
    pub fn result(self) -> i64 {
        super::length(self.0.len())
    }
}

/// What can be summed up exactly, in any order.
pub trait Summed: Default {
    /// Both together; a refusal if that is too large.
    fn plus(&self, other: &Self) -> Result<Self, Refusal>;
}

impl Summed for i64 {
    fn plus(&self, other: &Self) -> Result<Self, Refusal> {
        arithmetic::add_int(*self, *other)
    }
}

impl Summed for Decimal {
    fn plus(&self, other: &Self) -> Result<Self, Refusal> {
        arithmetic::add_decimal(self, other)
    }
}

impl Summed for Duration {
    fn plus(&self, other: &Self) -> Result<Self, Refusal> {
        arithmetic::add_duration(*self, *other)
    }
}

/// `sum(e)`
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<T>(T);

impl<T: Summed> Sum<T> {
    /// Adds the value of a row.
    pub fn add(&mut self, value: impl Into<Option<T>>) -> Result<(), Refusal> {
        if let Some(value) = value.into() {
            self.0 = self.0.plus(&value)?;
        }
        Ok(())
    }

    /// The sum; nothing sums up to zero.
    pub fn result(self) -> T {
        self.0
    }
}

/// What has an average.
pub trait Averaged {
    /// The average, and what it is computed from.
    type Total: Summed;

    /// The value as a part of the total.
    fn part(self) -> Self::Total;

    /// The total divided by how many there are.
    fn divided(total: &Self::Total, count: i64) -> Result<Self::Total, Refusal>;
}

impl Averaged for i64 {
    type Total = Decimal;

    fn part(self) -> Decimal {
        Decimal::from(self)
    }

    fn divided(total: &Decimal, count: i64) -> Result<Decimal, Refusal> {
        arithmetic::div_decimal(total, &Decimal::from(count))
    }
}

impl Averaged for Decimal {
    type Total = Self;

    fn part(self) -> Self {
        self
    }

    fn divided(total: &Self, count: i64) -> Result<Self, Refusal> {
        arithmetic::div_decimal(total, &Self::from(count))
    }
}

impl Averaged for Duration {
    type Total = Self;

    fn part(self) -> Self {
        self
    }

    fn divided(total: &Self, count: i64) -> Result<Self, Refusal> {
        arithmetic::div_duration(*total, count)
    }
}

/// `avg(e)`
#[derive(Clone, Copy, Debug)]
pub struct Average<T: Averaged> {
    total: T::Total,
    count: i64,
}

impl<T: Averaged> Default for Average<T> {
    fn default() -> Self {
        Self { total: T::Total::default(), count: 0 }
    }
}

impl<T: Averaged> Average<T> {
    /// Adds the value of a row.
    pub fn add(&mut self, value: impl Into<Option<T>>) -> Result<(), Refusal> {
        if let Some(value) = value.into() {
            self.total = self.total.plus(&value.part())?;
            self.count += 1;
        }
        Ok(())
    }

    /// The average, if there was a value.
    pub fn result(self) -> Result<Option<T::Total>, Refusal> {
        (self.count > 0).then(|| T::divided(&self.total, self.count)).transpose()
    }

    /// The average of values that are never none.
    pub fn of_some(self) -> Result<T::Total, Refusal> {
        self.result()?.ok_or_else(no_row)
    }
}

/// `min(e)`
#[derive(Clone, Copy, Debug)]
pub struct Least<T>(Option<T>);

/// `max(e)`
#[derive(Clone, Copy, Debug)]
pub struct Greatest<T>(Option<T>);

impl<T> Default for Least<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for Greatest<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialOrd> Least<T> {
    /// Takes the value of a row into account.
    pub fn add(&mut self, value: impl Into<Option<T>>) {
        if let Some(value) = value.into()
            && self.0.as_ref().is_none_or(|least| value < *least)
        {
            self.0 = Some(value);
        }
    }

    /// The least value, if there was one.
    pub fn result(self) -> Option<T> {
        self.0
    }

    /// The least of values that are never none.
    pub fn of_some(self) -> Result<T, Refusal> {
        self.0.ok_or_else(no_row)
    }
}

impl<T: PartialOrd> Greatest<T> {
    /// Takes the value of a row into account.
    pub fn add(&mut self, value: impl Into<Option<T>>) {
        if let Some(value) = value.into()
            && self.0.as_ref().is_none_or(|greatest| value > *greatest)
        {
            self.0 = Some(value);
        }
    }

    /// The greatest value, if there was one.
    pub fn result(self) -> Option<T> {
        self.0
    }

    /// The greatest of values that are never none.
    pub fn of_some(self) -> Result<T, Refusal> {
        self.0.ok_or_else(no_row)
    }
}

/// A group comes into being with its first row.
fn no_row() -> Refusal {
    Refusal::internal("a group has no rows".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{AnyHolds, Average, Count, CountDistinct, Decimal, Duration, Greatest, Least, Sum};

    #[test]
    fn none_does_not_count() {
        let values = [Some(3_i64), None, Some(3), Some(-1)];
        let (mut count, mut distinct, mut sum) = (Count::default(), CountDistinct::default(), Sum::<i64>::default());
        let mut average = Average::<i64>::default();
        let (mut least, mut greatest) = (Least::<i64>::default(), Greatest::<i64>::default());
        for value in values {
            count.add();
            distinct.add::<i64>(value);
            sum.add(value).unwrap();
            average.add(value).unwrap();
            least.add(value);
            greatest.add(value);
        }
        assert_eq!((count.result(), distinct.result(), sum.result()), (4, 2, 5));
        let third = Decimal::from(5).checked_div(Decimal::from(3));
        assert_eq!((average.result().unwrap(), least.result(), greatest.result()), (third, Some(-1), Some(3)));
    }

    #[test]
    fn nothing_has_no_average_and_the_sum_zero() {
        let mut sum: Sum<Decimal> = Sum::default();
        sum.add(None).unwrap();
        assert_eq!(sum.result(), Decimal::ZERO);
        assert_eq!(Average::<i64>::default().result().unwrap(), None);
        assert!(Average::<i64>::default().of_some().is_err());
        assert!(Least::<i64>::default().of_some().is_err());
        assert!(Greatest::<i64>::default().of_some().is_err());
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let mut sum = Sum::<i64>::default();
        sum.add(i64::MAX).unwrap();
        assert!(sum.add(1).is_err());
        let mut average = Average::<i64>::default();
        average.add(i64::MAX).unwrap();
        average.add(i64::MAX).unwrap();
        assert_eq!(average.of_some().unwrap(), Decimal::from(i64::MAX), "the total may be larger than an int");
    }

    #[test]
    fn other_types() {
        let mut average = Average::<Duration>::default();
        average.add(Duration::from_micros(1)).unwrap();
        average.add(Duration::from_micros(4)).unwrap();
        assert_eq!(average.of_some().unwrap(), Duration::from_micros(2));
        let mut any = AnyHolds::default();
        any.add(false);
        assert!(!any.result());
        any.add(true);
        any.add(false);
        assert!(any.result());
    }
}
