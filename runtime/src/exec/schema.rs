//! What generated code tells the runtime about its schema: data and function pointers.

use crate::exec::reader::Reader;
use crate::exec::transaction::Tx;
use crate::refusal::Refusal;
use crate::state::{RowAny, RowRef, TableSpec};
use crate::value::key::{KeyBytes, OrderedKey, SOME};
use crate::value::wire::{Wire, WireError};
use std::any::Any;
use std::fmt;

/// A whole schema.
pub struct Schema {
    /// The name of the app, also that of its data directory.
    pub name: &'static str,
    /// The title, for people.
    pub title: &'static str,
    /// `url` of the app: what `base_url` is, when it is set.
    pub url: Option<&'static str>,
    /// The HTTP contract as an OpenAPI document.
    pub openapi: &'static str,
    /// Refusals are told by field, `{"errors": {"title": ["…"]}}`, and not as problem documents.
    pub field_errors: bool,
    /// The tables of the models, then those of the views.
    pub tables: &'static [TableSpec],
    /// What ties the tables together; parallel to `tables`.
    pub relations: &'static [Relations],
    /// The events.
    pub events: &'static [EventDefinition],
    /// A hash of everything that decides what a replay gives: shapes, `apply` bodies, views.
    /// A snapshot is used only under the fingerprint that it was written with.
    pub fold_fingerprint: u64,
}

/// What ties a table to others.
pub struct Relations {
    /// The references that its rows hold.
    pub references: &'static [Reference],
    /// The references that rows of any table hold to this one.
    pub referrers: &'static [Referrer],
    /// The `check` lines, judged on each changed row when its transaction ends.
    pub check: Option<fn(&Reader<'_>, &RowAny) -> Result<(), Refusal>>,
    /// Keeps the views of the table: called after each change with the row before and after.
    pub upkeep: Option<Upkeep>,
}

/// Brings views up to date after a change of a row.
pub type Upkeep = fn(&mut Tx<'_>, Option<&RowAny>, Option<&RowAny>) -> Result<(), Refusal>;

/// A reference field of a table.
pub struct Reference {
    /// The name of the field.
    pub field: &'static str,
    /// The table that it refers to.
    pub target: usize,
    /// Calls back with the key of each row that the given row refers to.
    pub keys: fn(&RowAny, &mut dyn FnMut(&[u8])),
}

/// A reference field as its target sees it.
pub struct Referrer {
    /// The table whose rows refer.
    pub table: usize,
    /// The index of that table that finds them by the referred key alone.
    pub index: usize,
    /// Whether the reference may be none: then its keys in the index carry the tag of an option.
    pub is_optional: bool,
    /// The name of the model that refers, for messages.
    pub model: &'static str,
    /// What happens to them when the row goes.
    pub on_delete: OnDelete,
}

impl Referrer {
    /// What the index keys of rows that refer to `key` begin with.
    pub(crate) fn prefix(&self, key: &[u8]) -> KeyBytes {
        let mut prefix = KeyBytes::new();
        if self.is_optional {
            prefix.push(SOME);
        }
        prefix.extend_from_slice(key);
        prefix
    }
}

/// What happens to a row when one that it refers to is deleted.
pub enum OnDelete {
    /// The deletion is refused.
    Restrict,
    /// The row is deleted too.
    Cascade,
    /// The row is replaced by one without the reference to this key.
    Clear(fn(&RowAny, &[u8]) -> RowRef),
}

/// An event type.
pub struct EventDefinition {
    /// The name.
    pub name: &'static str,
    /// Its stable id.
    pub type_id: u32,
    /// The version of its shape.
    pub version: u32,
    /// A hash of that shape.
    pub shape_hash: u64,
    /// Decodes the body of one event and applies it.
    pub replay: fn(&mut Tx<'_>, &[u8]) -> Result<(), ReplayError>,
}

/// An event: generated for each `event` of the schema.
pub trait Event: Wire {
    /// Its stable id.
    const TYPE_ID: u32;
    /// The version of its shape.
    const VERSION: u32;

    /// Changes the state as the event says.
    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Refusal>;
}

/// A row: generated for each model and view of the schema.
pub trait Row: Any + Send + Sync + Sized {
    /// The type of its key.
    type Key: OrderedKey;
    /// The position of its table in [`Schema::tables`].
    const TABLE: usize;
    /// The name of the model or view, for messages.
    const NAME: &'static str;
    /// The fields of its key, for messages, as they stand in JSON.
    const KEY_FIELDS: &'static [&'static str];

    /// The key of the row.
    fn key(&self) -> Self::Key;
}

/// Why an event of the journal could not be applied.
#[derive(Debug)]
pub enum ReplayError {
    /// Its bytes are not of the shape that the schema knows.
    Shape(WireError),
    /// The state refuses it: a taken or a missing key, or arithmetic.
    Refused(Refusal),
}

impl From<WireError> for ReplayError {
    fn from(error: WireError) -> Self {
        Self::Shape(error)
    }
}

impl From<Refusal> for ReplayError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(error) => write!(out, "its bytes do not have the expected shape: {error}"),
            Self::Refused(refusal) => write!(out, "the state refuses it: {refusal}"),
        }
    }
}

/// Decodes an event and applies it; generated tables point here.
pub fn replay<E: Event>(tx: &mut Tx<'_>, body: &[u8]) -> Result<(), ReplayError> {
    let mut input = body;
    let event = E::read(&mut input)?;
    if !input.is_empty() {
        return Err(ReplayError::Shape(WireError::TrailingBytes));
    }
    tx.apply(&event)?;
    Ok(())
}
