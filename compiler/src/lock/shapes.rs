//! Which enums and structs are stored, and the stable hash of a shape.

use super::LockedField;
use crate::declarations::{Declarations, EnumId, StructId, Type};

/// `{street: string, city: string}`, with the names of the first release: a renaming changes no
/// shape.
pub(super) fn of_fields(fields: &[LockedField]) -> String {
    let parts: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name.first(), field.shape)).collect();
    format!("{{{}}}", parts.join(", "))
}

/// FNV-1a over the text of a shape: stable over versions and machines.
pub(super) fn hash(text: &str) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    text.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// The enums and structs that stored values hold, so that no others are locked.
pub(super) struct Stored {
    pub(super) enums: Vec<bool>,
    pub(super) structs: Vec<bool>,
}

impl Stored {
    pub(super) fn new(declarations: &Declarations) -> Self {
        let mut stored =
            Self { enums: vec![false; declarations.enums.len()], structs: vec![false; declarations.structs.len()] };
        let models = declarations.models.iter().flat_map(|model| &model.fields);
        let events = declarations.events.iter().flat_map(|event| &event.fields);
        for field in models.chain(events.map(|field| &field.field)) {
            stored.visit(declarations, &field.ty);
        }
        stored
    }

    fn visit(&mut self, declarations: &Declarations, ty: &Type) {
        match ty {
            Type::Optional(of) | Type::Patch(of) | Type::List(of) | Type::Set(of) => {
                self.visit(declarations, of);
            }
            Type::Map(key, value) => {
                self.visit(declarations, key);
                self.visit(declarations, value);
            }
            Type::Newtype(id) => {
                if let Some(newtype) = declarations.newtypes.get(id.index()) {
                    self.visit(declarations, &newtype.base);
                }
            }
            Type::Enum(id) => self.visit_enum(declarations, *id),
            Type::Struct(id) => self.visit_struct(declarations, *id),
            _ => {}
        }
    }

    fn visit_enum(&mut self, declarations: &Declarations, id: EnumId) {
        let seen = self.enums.get_mut(id.index());
        let item = declarations.enums.get(id.index());
        let (Some(seen), Some(item)) = (seen, item) else { return };
        if !std::mem::replace(seen, true) {
            for field in item.variants.iter().flat_map(|variant| &variant.fields) {
                self.visit(declarations, &field.ty);
            }
        }
    }

    fn visit_struct(&mut self, declarations: &Declarations, id: StructId) {
        let seen = self.structs.get_mut(id.index());
        let item = declarations.structs.get(id.index());
        let (Some(seen), Some(item)) = (seen, item) else { return };
        if !std::mem::replace(seen, true) {
            for field in &item.fields {
                self.visit(declarations, &field.ty);
            }
        }
    }
}
