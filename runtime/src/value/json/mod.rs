//! The JSON form: reading it strictly, with every problem named by its path, and writing it in one pass.

mod from_json;
mod node;
mod object;
mod parse;
mod suggest;
#[cfg(test)]
mod tests;
mod to_json;
mod variant;
mod writer;

pub use from_json::{FromJson, read_list};
pub use node::Node;
pub use object::{ObjectReader, UnknownFields};
pub use parse::{JsonLimits, JsonProblem, parse};
pub(in crate::value) use parse::{STORED_DEPTH_MAX, parse_stored};
pub use suggest::nearest;
pub use to_json::ToJson;
pub use variant::{VariantName, read_plain_variant, read_variant, unknown_variant};
pub use writer::JsonWriter;
pub(in crate::value) use writer::{push_float, push_int};

use super::problems::Problems;
use crate::refusal::Refusal;

/// Reads a value that fills `bytes` completely: 400 if they are not JSON, 422 with all problems if the value is not
/// acceptable.
pub fn from_slice<T: FromJson>(bytes: &[u8]) -> Result<T, Refusal> {
    let node = parse(bytes, JsonLimits::default())?;
    let mut problems = Problems::new();
    let value = T::from_json(&node, &mut problems.at());
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(problems.into_refusal()),
    }
}

/// The JSON form of a value.
pub fn to_vec<T: ToJson + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = JsonWriter::new();
    value.write_json(&mut out);
    out.into_bytes()
}
