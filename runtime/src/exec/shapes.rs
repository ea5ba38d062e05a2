//! The data directory remembers the shape of every event type that its journal holds, so that a
//! binary that cannot read them refuses to start and says which.
//!
//! ```text
//! shapes := format=1 | n | { type_id | version | shape_hash | name }*      (varints; name with its length)
//! ```

use crate::exec::batch::{read_bytes, write_bytes};
use crate::exec::engine::Shared;
use crate::exec::recovery::fail_fatally;
use crate::exec::schema::{EventDefinition, Schema};
use crate::value::wire::{WireError, read_u64, write_u64};

const FORMAT: u64 = 1;

struct StoredShape {
    type_id: u64,
    version: u64,
    shape_hash: u64,
    name: String,
}

/// Compares what the data directory holds with what the schema can read. Gives which types are
/// recorded (by stable id), or what stands in the way, in words.
pub(crate) fn check(schema: &Schema, stored: Option<&[u8]>, recorded_types: &mut [bool]) -> Result<(), String> {
    let Some(mut stored) = stored else { return Ok(()) };
    let shapes = read(&mut stored)
        .map_err(|error| format!("the record of event shapes in the data directory cannot be read: {error}"))?;
    let mut complaints = Vec::new();
    for shape in shapes {
        match schema.events.iter().find(|event| u64::from(event.type_id) == shape.type_id) {
            Some(event) if u64::from(event.version) == shape.version && event.shape_hash == shape.shape_hash => {
                recorded_types[event.type_id as usize] = true;
            }
            Some(event) => {
                complaints.push(format!(
                    "event `{}` (id {}) is stored as version {} with another shape than version {} of this binary",
                    event.name, shape.type_id, shape.version, event.version
                ));
            }
            None => {
                complaints.push(format!(
                    "event `{}` (id {}) is stored, and this binary does not know it",
                    shape.name, shape.type_id
                ));
            }
        }
    }
    if complaints.is_empty() {
        return Ok(());
    }
    // One line, because that is what a process that cannot start says.
    let complaints = complaints.join("; ");
    Err(format!(
        "the data directory holds events that this binary cannot read: {complaints}; start the binary that wrote \
         them, restore their shapes in the schema and rstone.lock, or use another data directory"
    ))
}

/// Stores the shapes of event types that are about to be written for the first time. Happens once
/// for each type in the life of a data directory, before the first such event is in the journal.
pub(crate) fn record_new(shared: &Shared, recorded_types: &mut [bool], new_types: &[u32]) {
    if new_types.is_empty() {
        return;
    }
    for type_id in new_types {
        if let Some(known) = recorded_types.get_mut(*type_id as usize) {
            *known = true;
        }
    }
    let recorded: Vec<_> = shared
        .schema
        .events
        .iter()
        .filter(|event| recorded_types.get(event.type_id as usize).copied().unwrap_or(false))
        .collect();
    if let Err(error) = shared.journal.store_shapes(&write(&recorded)) {
        fail_fatally(&format!("the shapes of new event types could not be stored: {error}"));
    }
}

fn write(events: &[&EventDefinition]) -> Vec<u8> {
    let mut out = Vec::new();
    write_u64(FORMAT, &mut out);
    write_u64(events.len() as u64, &mut out);
    for event in events {
        write_u64(u64::from(event.type_id), &mut out);
        write_u64(u64::from(event.version), &mut out);
        write_u64(event.shape_hash, &mut out);
        write_bytes(event.name.as_bytes(), &mut out);
    }
    out
}

fn read(input: &mut &[u8]) -> Result<Vec<StoredShape>, WireError> {
    if read_u64(input)? != FORMAT {
        return Err(WireError::BadTag);
    }
    let count = read_u64(input)?;
    let mut shapes = Vec::new();
    for _ in 0..count {
        shapes.push(StoredShape {
            type_id: read_u64(input)?,
            version: read_u64(input)?,
            shape_hash: read_u64(input)?,
            name: String::from_utf8_lossy(read_bytes(input)?).into_owned(),
        });
    }
    if input.is_empty() { Ok(shapes) } else { Err(WireError::TrailingBytes) }
}
