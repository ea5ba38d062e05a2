//! What generated code links against, under one short name.
//!
//! Generated code writes `rt::Tx`, `rt::Decimal` and so on, so that nothing in a schema can be
//! mistaken for something of ours. The helpers here are what several generated lines would say
//! again for each table or field.

mod aggregates;
mod codec;
mod input;
mod key_forms;
mod query;
mod reply;
mod rows;
#[cfg(test)]
mod tests;
mod values;

pub use crate::app::App;
pub use crate::exec::{
    Event, EventDefinition, OnDelete, Reader, Reference, Referrer, Relations, Row, Schema, Tx, replay,
};
pub use crate::http::{Context, Endpoint, Handler, Method, Params, Reply, Request};
pub use crate::refusal::Refusal;
pub use crate::state::{Direction, IndexSpec, KeyRange, RowAny, RowRef, TableSpec};
pub use crate::testing;
pub use crate::value::json::{VariantName, read_plain_variant, read_variant};
pub use crate::value::key::{
    OrderedKey, decode_key, encode_key, read_variant as read_key_variant, write_text as write_text_key,
    write_variant as write_key_variant,
};
pub use crate::value::wire::{read_variant as read_wire_variant, write_variant as write_wire_variant};
pub use crate::value::{
    At, Bytes, Complaint, Date, Decimal, Duration, FromJson, FromText, JsonValue, JsonWriter, KeyBytes, Node,
    ObjectReader, Pattern, Problems, Timestamp, ToJson, ToText, UnknownFields, Uuid, Wire, WireError, arithmetic,
    collections, json_access, rules, text,
};
pub use crate::{composite_key_forms, key_forms};
pub use aggregates::{AnyHolds, Average, Averaged, Count, CountDistinct, Greatest, Least, Sum, Summed};
pub use codec::{decode_row, encode_row, join_key_text, split_key_text, variant_from_text, write_row_key};
pub use input::{EventInput, check, check_keys, check_set};
pub use key_forms::plain_name;
pub use query::{Page, Rows, Selection, key_range, texts_beginning, union};
pub use reply::{empty_reply, json_reply, json_reply_with_text_integers};
pub use rows::{agree, clear_reference, keep_view, new_uuid, number_of, row, scan};
pub use std::collections::{BTreeMap, BTreeSet};
pub use std::sync::{Arc, LazyLock};
pub use values::{
    float_from_decimal, float_from_int, interpolate, joined, length, merged, parsed, same_float, united, without,
};

/// Stops the build when the generator and the runtime are of different versions.
///
/// # Panics
///
/// In that case, while compiling.
pub const fn check_version(generator: &str) {
    let (generator, runtime) = (generator.as_bytes(), env!("CARGO_PKG_VERSION").as_bytes());
    let mut same = generator.len() == runtime.len();
    let mut position = 0;
    while same && position < runtime.len() {
        same = generator[position] == runtime[position];
        position += 1;
    }
    assert!(same, "raftstone-build and raftstone are of different versions; give both the same in Cargo.toml");
}
