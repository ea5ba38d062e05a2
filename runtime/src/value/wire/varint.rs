//! Variable-length integers: seven bits a byte, lowest first, the top bit says that more follow.

use super::WireError;

/// Appends an unsigned integer.
pub fn write_u32(value: u32, out: &mut Vec<u8>) {
    write_u64(u64::from(value), out);
}

/// Appends an unsigned integer.
pub fn write_u64(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed integer: small numbers of either sign are short.
pub fn write_i64(value: i64, out: &mut Vec<u8>) {
    write_u64(((value << 1) ^ (value >> 63)) as u64, out);
}

/// Appends a signed integer of up to 128 bits.
pub fn write_i128(value: i128, out: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 127)) as u128;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Reads what [`write_u32`] wrote.
pub fn read_u32(input: &mut &[u8]) -> Result<u32, WireError> {
    let value = read_bits(input, 32)?;
    u32::try_from(value).map_err(|_| WireError::IntegerTooLong)
}

/// Reads what [`write_u64`] wrote.
pub fn read_u64(input: &mut &[u8]) -> Result<u64, WireError> {
    if let [byte @ 0..0x80, rest @ ..] = *input {
        *input = rest;
        return Ok(u64::from(*byte));
    }
    read_bits(input, 64)
}

/// Reads what [`write_i64`] wrote.
pub fn read_i64(input: &mut &[u8]) -> Result<i64, WireError> {
    let value = read_u64(input)?;
    Ok((value >> 1) as i64 ^ -((value & 1) as i64))
}

/// Reads what [`write_i128`] wrote.
pub fn read_i128(input: &mut &[u8]) -> Result<i128, WireError> {
    let mut value = 0_u128;
    let mut shift = 0_u32;
    loop {
        let (byte, rest) = input.split_first().ok_or(WireError::Truncated)?;
        *input = rest;
        let bits = u128::from(byte & 0x7F);
        if shift >= 128 || (bits << shift) >> shift != bits {
            return Err(WireError::IntegerTooLong);
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok((value >> 1) as i128 ^ -((value & 1) as i128));
        }
        shift += 7;
    }
}

fn read_bits(input: &mut &[u8], width: u32) -> Result<u64, WireError> {
    let mut value = 0_u64;
    let mut shift = 0_u32;
    loop {
        let (byte, rest) = input.split_first().ok_or(WireError::Truncated)?;
        *input = rest;
        let bits = u64::from(byte & 0x7F);
        if shift >= width || (bits << shift) >> shift != bits {
            return Err(WireError::IntegerTooLong);
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
        shift += 7;
    }
}
