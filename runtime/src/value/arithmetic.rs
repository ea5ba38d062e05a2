//! Arithmetic of the language: whatever does not fit is refused (422), nothing wraps, and nothing panics.
//!
//! Whole numbers divide towards zero, and the remainder has the sign of the dividend. Decimals are exact, but for a
//! quotient without end, which is rounded half to even to as many digits as fit. Floats must stay finite.

use super::{Date, Decimal, Duration, Timestamp, decimal};
use crate::refusal::Refusal;

/// Digits that `round` takes at most.
const ROUND_DIGITS_MAX: i64 = decimal::SCALE_MAX as i64;

fn int(result: Option<i64>) -> Result<i64, Refusal> {
    result.ok_or_else(|| Refusal::invalid("the result of a calculation is too large for an int"))
}

fn float(result: f64) -> Result<f64, Refusal> {
    if result.is_finite() {
        Ok(result)
    } else {
        Err(Refusal::invalid("the result of a calculation is too large for a float"))
    }
}

fn exact(result: Option<Decimal>) -> Result<Decimal, Refusal> {
    result.ok_or_else(|| Refusal::invalid("the result of a calculation has more digits than a decimal holds; round it"))
}

fn span(result: Option<i64>) -> Result<Duration, Refusal> {
    let result = result.map(Duration::from_micros);
    result.ok_or_else(|| Refusal::invalid("the result of a calculation is too long for a duration"))
}

fn point(result: Option<Timestamp>) -> Result<Timestamp, Refusal> {
    result.ok_or_else(|| Refusal::invalid("the result of a calculation lies outside of the years 0 to 9999"))
}

fn not_zero(is_zero: bool) -> Result<(), Refusal> {
    if is_zero { Err(Refusal::invalid("a calculation divides by zero")) } else { Ok(()) }
}

/// `left + right`.
pub fn add_int(left: i64, right: i64) -> Result<i64, Refusal> {
    int(left.checked_add(right))
}

/// `left - right`.
pub fn sub_int(left: i64, right: i64) -> Result<i64, Refusal> {
    int(left.checked_sub(right))
}

/// `left * right`.
pub fn mul_int(left: i64, right: i64) -> Result<i64, Refusal> {
    int(left.checked_mul(right))
}

/// `left / right`, towards zero.
pub fn div_int(left: i64, right: i64) -> Result<i64, Refusal> {
    not_zero(right == 0)?;
    int(left.checked_div(right))
}

/// `left % right`, with the sign of `left`.
pub fn rem_int(left: i64, right: i64) -> Result<i64, Refusal> {
    not_zero(right == 0)?;
    // The smallest number modulo -1 is 0, although the quotient does not fit.
    Ok(left.wrapping_rem(right))
}

/// `-value`.
pub fn neg_int(value: i64) -> Result<i64, Refusal> {
    int(value.checked_neg())
}

/// The value without its sign.
pub fn abs_int(value: i64) -> Result<i64, Refusal> {
    int(value.checked_abs())
}

/// `left + right`.
pub fn add_float(left: f64, right: f64) -> Result<f64, Refusal> {
    float(left + right)
}

/// `left - right`.
pub fn sub_float(left: f64, right: f64) -> Result<f64, Refusal> {
    float(left - right)
}

/// `left * right`.
pub fn mul_float(left: f64, right: f64) -> Result<f64, Refusal> {
    float(left * right)
}

/// `left / right`.
pub fn div_float(left: f64, right: f64) -> Result<f64, Refusal> {
    not_zero(right == 0.0)?;
    float(left / right)
}

/// `left % right`, with the sign of `left`.
pub fn rem_float(left: f64, right: f64) -> Result<f64, Refusal> {
    not_zero(right == 0.0)?;
    float(left % right)
}

/// `-value`.
pub fn neg_float(value: f64) -> Result<f64, Refusal> {
    float(-value)
}

/// The value without its sign.
pub fn abs_float(value: f64) -> Result<f64, Refusal> {
    float(value.abs())
}

/// `left + right`, exactly.
pub fn add_decimal(left: &Decimal, right: &Decimal) -> Result<Decimal, Refusal> {
    exact(decimal::add(left, right))
}

/// `left - right`, exactly.
pub fn sub_decimal(left: &Decimal, right: &Decimal) -> Result<Decimal, Refusal> {
    exact(decimal::sub(left, right))
}

/// `left * right`, exactly.
pub fn mul_decimal(left: &Decimal, right: &Decimal) -> Result<Decimal, Refusal> {
    exact(decimal::mul(left, right))
}

/// `left / right`; a quotient without end is rounded half to even to as many digits as fit.
pub fn div_decimal(left: &Decimal, right: &Decimal) -> Result<Decimal, Refusal> {
    not_zero(right.is_zero())?;
    exact(decimal::div(left, right))
}

/// `left % right`, with the sign of `left`.
pub fn rem_decimal(left: &Decimal, right: &Decimal) -> Result<Decimal, Refusal> {
    not_zero(right.is_zero())?;
    exact(decimal::rem(left, right))
}

/// `-value`.
pub fn neg_decimal(value: &Decimal) -> Result<Decimal, Refusal> {
    exact(decimal::sub(&Decimal::ZERO, value))
}

/// The value without its sign.
pub fn abs_decimal(value: &Decimal) -> Result<Decimal, Refusal> {
    Ok(value.abs())
}

/// `decimal(x)` of a whole number.
pub fn decimal_from_int(value: i64) -> Result<Decimal, Refusal> {
    Ok(decimal::from_int(value))
}

/// `decimal(x)` of a float: the shortest number that it is written as. Refuses one with too many digits.
pub fn decimal_from_float(value: f64) -> Result<Decimal, Refusal> {
    exact(decimal::from_float(value))
}

/// `decimal(x)` of a string.
pub fn decimal_from_string(text: &str) -> Result<Decimal, Refusal> {
    decimal::parse(text).map_err(|complaint| Refusal::invalid(format!("the value given to `decimal` {complaint}")))
}

/// `x.round(digits)`, half to even.
pub fn round_decimal(value: &Decimal, digits: i64) -> Result<Decimal, Refusal> {
    Ok(decimal::round(value, round_digits(digits)?))
}

/// `x.round(digits)`: the float nearest to the number rounded half to even.
pub fn round_float(value: f64, digits: i64) -> Result<f64, Refusal> {
    let digits = round_digits(digits)? as usize;
    // The standard library writes the exact value of the float, correctly rounded; a finite one reads back.
    float(format!("{value:.digits$}").parse().unwrap_or(value))
}

/// `x.round(digits)` of a whole number: itself.
pub fn round_int(value: i64, digits: i64) -> Result<i64, Refusal> {
    round_digits(digits).map(|_| value)
}

fn round_digits(digits: i64) -> Result<u32, Refusal> {
    if (0..=ROUND_DIGITS_MAX).contains(&digits) {
        Ok(digits as u32)
    } else {
        Err(Refusal::invalid(format!("`round` takes between 0 and {ROUND_DIGITS_MAX} digits")))
    }
}

/// `left + right`.
pub fn add_duration(left: Duration, right: Duration) -> Result<Duration, Refusal> {
    span(left.as_micros().checked_add(right.as_micros()))
}

/// `left - right`.
pub fn sub_duration(left: Duration, right: Duration) -> Result<Duration, Refusal> {
    span(left.as_micros().checked_sub(right.as_micros()))
}

/// `span * factor`.
pub fn mul_duration(left: Duration, factor: i64) -> Result<Duration, Refusal> {
    span(left.as_micros().checked_mul(factor))
}

/// `span / divisor`, towards zero.
pub fn div_duration(left: Duration, divisor: i64) -> Result<Duration, Refusal> {
    not_zero(divisor == 0)?;
    span(left.as_micros().checked_div(divisor))
}

/// `-span`.
pub fn neg_duration(value: Duration) -> Result<Duration, Refusal> {
    span(value.as_micros().checked_neg())
}

/// The span without its sign.
pub fn abs_duration(value: Duration) -> Result<Duration, Refusal> {
    span(value.as_micros().checked_abs())
}

/// `point + span`.
pub fn add_timestamp(left: Timestamp, right: Duration) -> Result<Timestamp, Refusal> {
    point(left.checked_add(right))
}

/// `point - span`.
pub fn sub_timestamp(left: Timestamp, right: Duration) -> Result<Timestamp, Refusal> {
    point(left.checked_sub(right))
}

/// `point - point`: the span from the second to the first.
pub fn since_timestamp(left: Timestamp, right: Timestamp) -> Result<Duration, Refusal> {
    Ok(left.since(right))
}

/// `date + span`; the span must be whole days.
pub fn add_date(left: Date, right: Duration) -> Result<Date, Refusal> {
    move_date(left, whole_days(right)?)
}

/// `date - span`; the span must be whole days.
pub fn sub_date(left: Date, right: Duration) -> Result<Date, Refusal> {
    move_date(left, -whole_days(right)?)
}

/// `date - date`: whole days.
pub fn since_date(left: Date, right: Date) -> Result<Duration, Refusal> {
    let days = i64::from(left.days_since_epoch()) - i64::from(right.days_since_epoch());
    Duration::from_days(days).ok_or_else(|| Refusal::invalid("the result of a calculation is too long for a duration"))
}

fn whole_days(value: Duration) -> Result<i64, Refusal> {
    value.whole_days().ok_or_else(|| Refusal::invalid("a date can be moved by whole days only"))
}

fn move_date(date: Date, days: i64) -> Result<Date, Refusal> {
    // A span has at most 107 million days, far from overflowing here.
    i32::try_from(i64::from(date.days_since_epoch()) + days)
        .ok()
        .and_then(Date::from_days_since_epoch)
        .ok_or_else(|| Refusal::invalid("the result of a calculation lies outside of the years 0 to 9999"))
}

#[cfg(test)]
mod tests;
