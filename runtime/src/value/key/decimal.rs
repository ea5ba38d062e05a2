//! The key form of `decimal`: a sign byte, the place of the first digit, then the digits two a byte.
//!
//! Trailing zeros are dropped first, so `1.5` and `1.50`, which are equal, have equal keys. Each pair of digits is
//! doubled, with the lowest bit set while more pairs follow: a longer number sorts after its own beginning, and the
//! last byte is known without a length. Negative numbers have everything behind the sign complemented.

use super::{KeyBytes, OrderedKey, take_array};
use crate::value::Decimal;

const NEGATIVE: u8 = 0x00;
const ZERO: u8 = 0x01;
const POSITIVE: u8 = 0x02;
/// Added to the place of the first digit, which lies between -27 and 29.
const PLACE_BIAS: i32 = 64;
/// Digits of the largest mantissa, rounded up to whole pairs.
const DIGITS_MAX: usize = 30;

impl OrderedKey for Decimal {
    fn write_key(&self, out: &mut KeyBytes) {
        let normal = self.normalize();
        let mantissa = normal.mantissa();
        if mantissa == 0 {
            out.push(ZERO);
            return;
        }
        let (sign, mask) = if mantissa < 0 { (NEGATIVE, 0xFF) } else { (POSITIVE, 0x00) };
        out.push(sign);
        let (digits, count) = digits(mantissa.unsigned_abs());
        let place = count as i32 - normal.scale() as i32;
        out.push((place + PLACE_BIAS) as u8 ^ mask);
        let significant = digits.iter().rposition(|&digit| digit != 0).map_or(0, |last| last + 1);
        let pairs = significant.div_ceil(2);
        for (position, pair) in digits.chunks_exact(2).take(pairs).enumerate() {
            let value = pair.iter().fold(0, |value, digit| value * 10 + digit);
            let more = u8::from(position + 1 < pairs);
            out.push((value * 2 + more) ^ mask);
        }
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        let [sign] = take_array(input)?;
        let mask = match sign {
            ZERO => return Some(Self::ZERO),
            NEGATIVE => 0xFF,
            POSITIVE => 0x00,
            _ => return None,
        };
        let [place] = take_array(input)?;
        let place = i32::from(place ^ mask) - PLACE_BIAS;
        let mut mantissa = 0_i128;
        let mut count = 0;
        loop {
            let [byte] = take_array(input)?;
            let byte = byte ^ mask;
            if count >= DIGITS_MAX as i32 || byte >= 200 {
                return None;
            }
            mantissa = mantissa * 100 + i128::from(byte / 2);
            count += 2;
            if byte & 1 == 0 {
                break;
            }
        }
        let mut scale = count - place;
        while scale > 0 && mantissa % 10 == 0 && mantissa != 0 {
            mantissa /= 10;
            scale -= 1;
        }
        while scale < 0 {
            mantissa = mantissa.checked_mul(10)?;
            scale += 1;
        }
        let signed = if sign == NEGATIVE { -mantissa } else { mantissa };
        Self::try_from_i128_with_scale(signed, scale as u32).ok()
    }
}

/// The decimal digits of a mantissa, left-justified and padded with zeros, and how many there are.
fn digits(mantissa: u128) -> ([u8; DIGITS_MAX], usize) {
    let mut digits = [0; DIGITS_MAX];
    let mut rest = mantissa;
    let mut count = 0;
    for slot in digits.iter_mut().rev() {
        if rest == 0 {
            break;
        }
        *slot = (rest % 10) as u8;
        rest /= 10;
        count += 1;
    }
    digits.rotate_left(DIGITS_MAX - count);
    (digits, count)
}
