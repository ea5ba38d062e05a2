//! What a table is made of: functions over type-erased rows.
//!
//! The tables are compiled once and know nothing of the schema. The generated code describes each
//! model by one constant of these types and downcasts the rows that come back.

use std::any::Any;
use std::sync::Arc;

use crate::value::key::KeyBytes;
use crate::value::wire::WireError;

/// A row of any model, without its owner.
pub type RowAny = dyn Any + Send + Sync;

/// A shared row of any model. Rows are immutable: a change is a new row.
pub type RowRef = Arc<RowAny>;

/// One table: how its rows are keyed, stored and indexed.
pub struct TableSpec {
    /// The name in the schema, for messages.
    pub name: &'static str,
    /// The stable id of `rstone.lock`; snapshots name tables by it.
    pub id: u32,
    /// Appends the stored form of a row.
    pub encode: fn(&RowAny, &mut Vec<u8>),
    /// Reads a row from its stored form; left-over bytes are an error.
    pub decode: fn(&[u8]) -> Result<RowRef, WireError>,
    /// Appends the memcomparable key of a row.
    pub key: fn(&RowAny, &mut KeyBytes),
    /// The ordered indexes, addressed by position.
    pub indexes: &'static [IndexSpec],
    /// Whether keys are numbered from the counter of the table.
    pub auto_key: bool,
}

/// One ordered index of a table.
pub struct IndexSpec {
    /// The name, for statistics.
    pub name: &'static str,
    /// The fields by their names in JSON, for refusals.
    pub fields: &'static [&'static str],
    /// Whether two rows may not share a key that takes part in uniqueness.
    pub unique: bool,
    /// Emits every index key of a row, and whether that key takes part in uniqueness (it does not
    /// when a component is none). Keys are self-delimiting: none is a proper prefix of another. An
    /// index over the elements of a collection emits one key for each element.
    pub keys: fn(&RowAny, KeySink<'_>),
    /// Whether two rows agree in the fields that the keys are made of, so that their keys are the
    /// same: far cheaper than to make the keys, and true of most changes.
    pub agree: fn(&RowAny, &RowAny) -> bool,
}

/// Takes one index key, and whether it takes part in uniqueness.
pub type KeySink<'a> = &'a mut (dyn FnMut(&[u8], bool) + 'a);

impl TableSpec {
    /// The key of a row.
    pub fn key_of(&self, row: &RowAny) -> KeyBytes {
        let mut key = KeyBytes::new();
        (self.key)(row, &mut key);
        key
    }

    /// Whether a change may add or remove index entries.
    pub(super) fn keys_move(&self, before: Option<&RowRef>, after: Option<&RowRef>) -> bool {
        match (before, after) {
            (Some(before), Some(after)) => self.indexes.iter().any(|index| !(index.agree)(&**before, &**after)),
            (before, after) => before.is_some() != after.is_some(),
        }
    }
}

impl IndexSpec {
    /// Whether `row` has `index_key` in this index.
    pub fn has_key(&self, row: &RowAny, index_key: &[u8]) -> bool {
        let mut found = false;
        (self.keys)(row, &mut |key, _| found |= key == index_key);
        found
    }

    /// Whether `row` has `index_key` in this index and takes part in its uniqueness by it.
    pub(super) fn claims_key(&self, row: &RowAny, index_key: &[u8]) -> bool {
        let mut found = false;
        (self.keys)(row, &mut |key, claims| found |= claims && key == index_key);
        found
    }
}
