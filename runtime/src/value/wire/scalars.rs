//! The wire forms of the scalar types.

use super::{
    Wire, WireError, read_i64, read_i128, read_length, read_u32, read_u64, take, take_array, write_i64, write_i128,
    write_u32, write_u64,
};
use crate::value::{Bytes, Date, Decimal, Duration, JsonValue, Timestamp, Uuid, json};

impl Wire for () {
    fn write(&self, _out: &mut Vec<u8>) {}

    fn read(_input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(())
    }
}

impl Wire for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        match take_array::<1>(input)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(WireError::BadTag),
        }
    }
}

impl Wire for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        write_u32(*self, out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        read_u32(input)
    }
}

impl Wire for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        write_u64(*self, out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        read_u64(input)
    }
}

impl Wire for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        write_i64(*self, out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        read_i64(input)
    }
}

impl Wire for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let value = Self::from_le_bytes(take_array(input)?);
        if value.is_finite() { Ok(value) } else { Err(WireError::OutOfRange) }
    }
}

impl Wire for Decimal {
    fn write(&self, out: &mut Vec<u8>) {
        write_i128(self.mantissa(), out);
        write_u32(self.scale(), out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let mantissa = read_i128(input)?;
        let scale = read_u32(input)?;
        Self::try_from_i128_with_scale(mantissa, scale).map_err(|_| WireError::OutOfRange)
    }
}

impl Wire for String {
    fn write(&self, out: &mut Vec<u8>) {
        write_u64(self.len() as u64, out);
        out.extend_from_slice(self.as_bytes());
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let length = read_length(input)?;
        let text = std::str::from_utf8(take(input, length)?).map_err(|_| WireError::NotUtf8)?;
        Ok(text.to_owned())
    }
}

impl Wire for Bytes {
    fn write(&self, out: &mut Vec<u8>) {
        write_u64(self.len() as u64, out);
        out.extend_from_slice(self);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let length = read_length(input)?;
        Ok(Self::copy_from_slice(take(input, length)?))
    }
}

impl Wire for Timestamp {
    fn write(&self, out: &mut Vec<u8>) {
        write_i64(self.as_micros(), out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        Self::from_micros(read_i64(input)?).ok_or(WireError::OutOfRange)
    }
}

impl Wire for Duration {
    fn write(&self, out: &mut Vec<u8>) {
        write_i64(self.as_micros(), out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self::from_micros(read_i64(input)?))
    }
}

impl Wire for Date {
    fn write(&self, out: &mut Vec<u8>) {
        write_i64(i64::from(self.days_since_epoch()), out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let days = i32::try_from(read_i64(input)?).map_err(|_| WireError::OutOfRange)?;
        Self::from_days_since_epoch(days).ok_or(WireError::OutOfRange)
    }
}

impl Wire for Uuid {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self::from_bytes(take_array(input)?))
    }
}

impl Wire for JsonValue {
    fn write(&self, out: &mut Vec<u8>) {
        let text = self.to_string();
        write_u64(text.len() as u64, out);
        out.extend_from_slice(text.as_bytes());
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let length = read_length(input)?;
        let text = std::str::from_utf8(take(input, length)?).map_err(|_| WireError::NotUtf8)?;
        // Our own parser, because every float must read back to its last bit.
        json::parse_stored(text).and_then(|node| node.to_json_value()).ok_or(WireError::NotJson)
    }
}
