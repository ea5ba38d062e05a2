//! Defaults of the fields of structs.

use super::{Collected, models::constant};
use crate::declarations::StructId;
use crate::effects::Place;
use crate::infer::{Body, Shared};
use crate::plan::Expr;
use crate::problem::Problems;

/// Types the defaults of a struct.
pub(super) fn check(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> Vec<(StructId, usize, Expr)> {
    let mut defaults = Vec::new();
    let Some(declared) = shared.declarations.structs.get(position) else { return defaults };
    for (field_position, field) in declared.fields.iter().enumerate() {
        let Some(written) = &field.value else { continue };
        let mut body = Body::new(shared, problems, written.file, Place::Default);
        let value = constant(&mut body, written, &field.ty);
        collected.take(&mut body);
        let id = StructId(position as u32);
        defaults.extend(value.map(|value| (id, field_position, value)));
    }
    defaults
}
