//! Rows as tables hold them, and keys and variants as text.

use super::{Complaint, KeyBytes, OrderedKey, Row, RowAny, RowRef, Wire, WireError};
use crate::value::json::unknown_variant;
use crate::value::wire::decode;
use std::sync::Arc;

/// Appends the stored form of a row of this type.
pub fn encode_row<R: Row + Wire>(row: &RowAny, out: &mut Vec<u8>) {
    if let Some(row) = row.downcast_ref::<R>() {
        row.write(out);
    }
}

/// Reads a row from its stored form.
pub fn decode_row<R: Row + Wire>(bytes: &[u8]) -> Result<RowRef, WireError> {
    Ok(Arc::new(decode::<R>(bytes)?))
}

/// Appends the key of a row of this type.
pub fn write_row_key<R: Row>(row: &RowAny, out: &mut KeyBytes) {
    if let Some(row) = row.downcast_ref::<R>() {
        row.key().write_key(out);
    }
}

/// The variant of a plain enum with this name.
pub fn variant_from_text<T: Copy>(text: &str, names: &[&'static str], variants: &[T]) -> Result<T, Complaint> {
    let position = names.iter().position(|name| *name == text);
    let found = position.and_then(|position| variants.get(position).copied());
    found.ok_or_else(|| unknown_variant(text, names))
}

/// The parts of a composite key as one text, `a,b`: commas and percent signs in them are escaped.
pub fn join_key_text(parts: &[String], out: &mut String) {
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push_str(&part.replace('%', "%25").replace(',', "%2C"));
    }
}

/// Takes apart what [`join_key_text`] put together.
pub fn split_key_text<const PARTS: usize>(text: &str) -> Result<[String; PARTS], Complaint> {
    let parts: Vec<String> = text.split(',').map(|part| part.replace("%2C", ",").replace("%25", "%")).collect();
    parts.try_into().map_err(|_| Complaint::malformed(format!("must be a key of {PARTS} parts with commas between")))
}
