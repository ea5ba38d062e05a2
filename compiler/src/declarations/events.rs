//! Events: what they do to which rows, and where their fields come from.

use super::{Field, FileSpan, ItemRef, ModelId};

/// What an event does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// `creates M`
    Creates(ModelId),
    /// `updates M`; the position of the implicit field that holds the reference.
    Updates(ModelId, usize),
    /// `deletes M`; the position of the implicit field that holds the reference.
    Deletes(ModelId, usize),
    /// Nothing but its `apply`.
    General,
}

/// Where the value of an event's field comes from when the event is emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventFieldOrigin {
    /// Given by who emits (a default may stand in).
    Given,
    /// Computed at emit (`number = channel.posted + 1`).
    Computed,
    /// A field of the created model that the event does not name: its default, or a new key.
    Filled,
}

/// A stored field of an event.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct EventField {
    /// Name, type and rules; for a field of the model those of the model.
    pub field: Field,
    /// Where its value comes from.
    pub origin: EventFieldOrigin,
    /// The model's field that `creates` or `updates` writes it to, if any.
    pub writes: Option<usize>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Event {
    /// The name.
    pub name: String,
    /// The stable id of the lock file.
    pub stable_id: u32,
    /// The version of its shape, from 1.
    pub version: u32,
    /// A hash of the newest shape, recorded in the data directory.
    pub shape_hash: u64,
    /// What it does by itself.
    pub effect: Effect,
    /// All stored fields: implicit reference first, then as written, then filled ones.
    /// `creates` stores every field of the model.
    pub fields: Vec<EventField>,
    /// The order of the fields on disk: positions in `fields`.
    pub wire_order: Vec<usize>,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}
