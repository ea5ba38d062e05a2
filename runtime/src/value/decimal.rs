//! Reading, writing and exact arithmetic of `decimal`.
//!
//! A decimal holds a whole number below 2^96 (28 digits always fit) and a scale of at most 28. Nothing here rounds
//! behind the caller's back: a sum, difference or product that does not fit exactly is none. Only a quotient, most of
//! which have no end, is rounded, half to even, to as many digits as fit.

use std::io::Write as _;

use super::problems::Complaint;
use super::{Decimal, json};

/// Digits behind the point at most.
pub const SCALE_MAX: u32 = 28;
/// The largest whole number that a decimal holds.
const MANTISSA_MAX: u128 = (1 << 96) - 1;
/// A JSON number with more digits than this may have been rounded by whoever wrote it.
const JSON_NUMBER_DIGITS_MAX: usize = 15;
/// Longer text is refused before it is read.
const TEXT_BYTES_MAX: usize = 64;

/// Reads `-12.50`; the number of digits behind the point is kept.
pub fn parse(text: &str) -> Result<Decimal, Complaint> {
    let malformed = || Complaint::malformed("must be a decimal number such as `12.50`");
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(malformed()),
        None => (digits, ""),
    };
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits {
        return Err(malformed());
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(Complaint::malformed("must be a decimal number without needless zeros at its front"));
    }
    let too_long = || Complaint::range("must have at most 28 digits");
    if text.len() > TEXT_BYTES_MAX {
        return Err(too_long());
    }
    let mantissa = whole
        .bytes()
        .chain(fraction.bytes())
        .try_fold(0_i128, |value, byte| value.checked_mul(10)?.checked_add(i128::from(byte - b'0')));
    let signed = mantissa.map(|value| if text.starts_with('-') { -value } else { value });
    from_parts(signed.ok_or_else(too_long)?, fraction.len() as u32).ok_or_else(too_long)
}

/// Reads a decimal from a JSON number, which may have an exponent, but at most 15 digits: many programs carry
/// JSON numbers as floats, which are not exact beyond that.
pub(super) fn from_json_number(text: &str) -> Result<Decimal, Complaint> {
    let too_long = || Complaint::malformed("must be written as a string: a JSON number is exact up to 15 digits only");
    let too_small_or_large = || Complaint::range("must have at most 28 digits");
    let (significand, exponent) = match text.split_once(['e', 'E']) {
        Some((significand, exponent)) => (significand, exponent.parse::<i32>().map_err(|_| too_small_or_large())?),
        None => (text, 0),
    };
    let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
    let significant = whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit).skip_while(|byte| *byte == b'0');
    if significant.count() > JSON_NUMBER_DIGITS_MAX || fraction.len() > TEXT_BYTES_MAX {
        return Err(too_long());
    }
    let mantissa = whole
        .bytes()
        .chain(fraction.bytes())
        .filter(u8::is_ascii_digit)
        .fold(0_i128, |value, byte| value * 10 + i128::from(byte - b'0'));
    let mantissa = if text.starts_with('-') { -mantissa } else { mantissa };
    let scale = (fraction.len() as i32).saturating_sub(exponent);
    let scaled = match u32::try_from(scale) {
        Ok(scale) => from_parts(mantissa, scale),
        Err(_) => 10_i128
            .checked_pow(scale.unsigned_abs())
            .and_then(|power| mantissa.checked_mul(power))
            .and_then(|mantissa| from_parts(mantissa, 0))
            .or_else(|| (mantissa == 0).then_some(Decimal::ZERO)),
    };
    scaled.ok_or_else(too_small_or_large)
}

/// Appends the text form: all digits behind the point, no exponent, no negative zero.
pub(super) fn push_text(value: &Decimal, out: &mut Vec<u8>) {
    let mantissa = value.mantissa();
    if mantissa < 0 {
        out.push(b'-');
    }
    let magnitude = mantissa.unsigned_abs();
    let scale = value.scale() as usize;
    match i64::try_from(magnitude) {
        Ok(small) if scale == 0 => json::push_int(small, out),
        _ => {
            // Writing to a vector does not fail. There are more digits than the scale, so one stands before the point.
            let _ = write!(out, "{magnitude:0width$}", width = scale + 1);
            if scale > 0 {
                out.insert(out.len() - scale, b'.');
            }
        }
    }
}

/// The decimal of a whole number.
pub fn from_int(value: i64) -> Decimal {
    Decimal::from(value)
}

/// The decimal that a float is written as; none if that has more than 28 digits.
pub fn from_float(value: f64) -> Option<Decimal> {
    let text = format!("{value}");
    if value.is_finite() { parse(&text).ok() } else { None }
}

/// The float nearest to a decimal.
pub fn to_float(value: &Decimal) -> f64 {
    let mut text = Vec::with_capacity(32);
    push_text(value, &mut text);
    // The text of a decimal is a number of at most 30 digits, which parses and is finite.
    std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

/// The exact sum; none if it does not fit.
pub fn add(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    let scale = left.scale().max(right.scale());
    if let (Some(a), Some(b)) = (at_scale(left, scale), at_scale(right, scale)) {
        return from_parts(a.checked_add(b)?, scale);
    }
    // Too many digits at this scale. Without its trailing zeros a number may need a smaller one; if it still does not
    // fit, then the last digit of the sum is not zero, and the sum has more digits than a decimal.
    let (left, right) = (left.normalize(), right.normalize());
    let scale = left.scale().max(right.scale());
    from_parts(at_scale(&left, scale)?.checked_add(at_scale(&right, scale)?)?, scale)
}

/// The exact difference; none if it does not fit.
pub fn sub(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    add(left, &-*right)
}

/// The exact product; none if it does not fit.
pub fn mul(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    let scale = left.scale() + right.scale();
    if let Some(product) = left.mantissa().checked_mul(right.mantissa()) {
        return from_parts(product, scale);
    }
    let negative = (left.mantissa() < 0) != (right.mantissa() < 0);
    let mut product = wide_product(left.mantissa().unsigned_abs(), right.mantissa().unsigned_abs());
    let mut scale = scale;
    while product.high != 0 || product.low > MANTISSA_MAX || scale > SCALE_MAX {
        if scale == 0 || product.divide_by_ten() != 0 {
            return None;
        }
        scale -= 1;
    }
    let magnitude = i128::try_from(product.low).ok()?;
    from_parts(if negative { -magnitude } else { magnitude }, scale)
}

/// The quotient, rounded half to even where it does not end; none for a division by zero or if it is too large.
pub fn div(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    let divisor = right.mantissa().unsigned_abs();
    if divisor == 0 {
        return None;
    }
    let dividend = left.mantissa().unsigned_abs();
    let negative = (left.mantissa() < 0) != (right.mantissa() < 0);
    let mut quotient = dividend / divisor;
    let mut rest = dividend % divisor;
    let mut scale = left.scale() as i32 - right.scale() as i32;
    // Digit after digit: at least until the point is reached, then as long as something is left and fits.
    while scale < 0 || (rest != 0 && scale < SCALE_MAX as i32) {
        let next = quotient * 10 + rest * 10 / divisor;
        if next > MANTISSA_MAX {
            if scale < 0 {
                return None;
            }
            break;
        }
        quotient = next;
        rest = rest * 10 % divisor;
        scale += 1;
    }
    // Half of the divisor or more is left: the next digit would be 5 or above.
    let twice = rest * 2;
    if twice > divisor || (twice == divisor && quotient % 2 == 1) {
        quotient += 1;
    }
    if quotient > MANTISSA_MAX && scale > 0 {
        // Rounding up has made one digit too many; the last of them is at least 5.
        quotient = MANTISSA_MAX / 10 + 1;
        scale -= 1;
    }
    let magnitude = i128::try_from(quotient).ok()?;
    from_parts(if negative { -magnitude } else { magnitude }, scale as u32)
}

/// What a division to a whole number leaves, with the sign of `left`; none for a division by zero or if aligning the
/// two needs too many digits.
pub fn rem(left: &Decimal, right: &Decimal) -> Option<Decimal> {
    let (left, right) = (left.normalize(), right.normalize());
    let scale = left.scale().max(right.scale());
    from_parts(at_scale(&left, scale)?.checked_rem(at_scale(&right, scale)?)?, scale)
}

/// The value with `digits` behind the point at most, rounded half to even.
pub fn round(value: &Decimal, digits: u32) -> Decimal {
    let Some(dropped) = value.scale().checked_sub(digits).filter(|dropped| *dropped > 0) else {
        return *value;
    };
    let power = 10_u128.pow(dropped);
    let magnitude = value.mantissa().unsigned_abs();
    let (quotient, rest) = (magnitude / power, magnitude % power);
    let up = rest * 2 > power || (rest * 2 == power && quotient % 2 == 1);
    let rounded = (quotient + u128::from(up)) as i128;
    // At least one digit was dropped, so the result is smaller than the value and fits.
    from_parts(if value.mantissa() < 0 { -rounded } else { rounded }, digits).unwrap_or(*value)
}

/// The decimal of a mantissa and a scale; trailing zeros are dropped if it fits only without them.
fn from_parts(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while mantissa.unsigned_abs() > MANTISSA_MAX || scale > SCALE_MAX {
        if mantissa == 0 {
            scale = SCALE_MAX;
            break;
        }
        if scale == 0 || mantissa % 10 != 0 {
            return None;
        }
        mantissa /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// The mantissa of a value at a scale that is at least its own.
fn at_scale(value: &Decimal, scale: u32) -> Option<i128> {
    10_i128.checked_pow(scale - value.scale()).and_then(|power| value.mantissa().checked_mul(power))
}

/// A product of two mantissas: up to 192 bits.
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// Divides in place and gives the rest.
    fn divide_by_ten(&mut self) -> u128 {
        // In pieces of 64 bits, so that each piece with the rest before it fits into 128.
        let mut rest = self.high % 10;
        self.high /= 10;
        let upper = (rest << 64) | (self.low >> 64);
        rest = upper % 10;
        let lower = (rest << 64) | (self.low & u128::from(u64::MAX));
        rest = lower % 10;
        self.low = ((upper / 10) << 64) | (lower / 10);
        rest
    }
}

/// The product of two numbers below 2^96.
fn wide_product(left: u128, right: u128) -> Wide {
    let (right_high, right_low) = (right >> 32, right & u128::from(u32::MAX));
    let (left_high, left_low) = (left >> 64, left & u128::from(u64::MAX));
    // left = left_high·2^64 + left_low and right = right_high·2^32 + right_low: no partial product exceeds 2^128.
    let parts = [
        (left_low * right_low, 0),
        (left_low * right_high, 32),
        (left_high * right_low, 64),
        (left_high * right_high, 96),
    ];
    let mut product = Wide { high: 0, low: 0 };
    for (part, shift) in parts {
        let shifted_out = if shift == 0 { 0 } else { part >> (128 - shift) };
        let (low, carried) = product.low.overflowing_add(part << shift);
        product = Wide { high: product.high + shifted_out + u128::from(carried), low };
    }
    product
}
