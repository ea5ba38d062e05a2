//! Small readers for the parts of dates, times and spans. Each takes what it reads from the front of `rest`.

use crate::value::Complaint;

/// Digits of a fraction of a second that are kept.
const FRACTION_DIGITS: u32 = 6;

/// Exactly `count` digits.
fn digits(rest: &mut &[u8], count: usize) -> Option<u32> {
    let (taken, after) = rest.split_at_checked(count)?;
    let value = taken
        .iter()
        .try_fold(0_u32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))?;
    *rest = after;
    Some(value)
}

/// One byte, whichever it is.
pub(super) fn any(rest: &mut &[u8]) -> Option<u8> {
    let (byte, after) = rest.split_first()?;
    *rest = after;
    Some(*byte)
}

/// One byte out of a few.
pub(super) fn one_of(rest: &mut &[u8], allowed: &[u8]) -> Option<u8> {
    let byte = *rest.first()?;
    if allowed.contains(&byte) { any(rest) } else { None }
}

/// `2026-11-22`.
pub(super) fn date(rest: &mut &[u8]) -> Option<(i32, u32, u32)> {
    let year = digits(rest, 4)?;
    one_of(rest, b"-")?;
    let month = digits(rest, 2)?;
    one_of(rest, b"-")?;
    let day = digits(rest, 2)?;
    Some((year as i32, month, day))
}

/// `08:30:00`.
pub(super) fn time(rest: &mut &[u8]) -> Option<(u32, u32, u32)> {
    let hour = digits(rest, 2)?;
    one_of(rest, b":")?;
    let minute = digits(rest, 2)?;
    one_of(rest, b":")?;
    let second = digits(rest, 2)?;
    Some((hour, minute, second))
}

/// An optional `.123456`, in microseconds.
pub(super) fn fraction(rest: &mut &[u8]) -> Result<u32, Complaint> {
    if one_of(rest, b".").is_none() {
        return Ok(0);
    }
    let mut micros = 0;
    let mut count = 0;
    let mut exact = true;
    while let Some(digit) = one_of(rest, b"0123456789") {
        if count < FRACTION_DIGITS {
            micros = micros * 10 + u32::from(digit - b'0');
        } else {
            exact &= digit == b'0';
        }
        count += 1;
    }
    if count == 0 {
        return Err(Complaint::malformed("must have digits behind the point of its seconds"));
    }
    if !exact {
        return Err(Complaint::malformed("must not be finer than microseconds"));
    }
    Ok(micros * 10_u32.pow(FRACTION_DIGITS.saturating_sub(count)))
}

/// `Z` or `+02:00`, in minutes.
pub(super) fn offset(rest: &mut &[u8]) -> Option<i32> {
    let sign = match one_of(rest, b"Zz+-")? {
        b'+' => 1,
        b'-' => -1,
        _ => return Some(0),
    };
    let hours = digits(rest, 2)?;
    one_of(rest, b":")?;
    let minutes = digits(rest, 2)?;
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) as i32)
}

/// A whole number of any length; one beyond 64 bits stands for "too large" and saturates.
pub(super) fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = None;
    while let Some(digit) = one_of(rest, b"0123456789") {
        value = Some(value.unwrap_or(0_u64).saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    }
    value
}
