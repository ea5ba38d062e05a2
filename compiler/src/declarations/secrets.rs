//! Where secrets are inside values.

use std::collections::BTreeSet;

use super::{Declarations, EnumId, Field, Source, StructId, Type};

/// What is being looked into already.
#[derive(Default)]
struct Open {
    structs: BTreeSet<StructId>,
    enums: BTreeSet<EnumId>,
}

impl Declarations {
    /// The fields that lead to a secret inside values of the type, from the outside; none when there
    /// is no secret in them. What a row keeps to itself is not looked at.
    pub fn secret_in(&self, ty: &Type) -> Option<Vec<String>> {
        self.secret_below(ty, &mut Open::default())
    }

    fn secret_below(&self, ty: &Type, open: &mut Open) -> Option<Vec<String>> {
        match self.without_newtypes(ty) {
            Type::Secret => Some(Vec::new()),
            Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) | Type::Page(inner) => {
                self.secret_below(inner, open)
            }
            Type::Map(_, value) => self.secret_below(value, open),
            Type::Struct(id) if open.structs.insert(*id) => {
                self.secret_of(self.structs.get(id.index()).map_or(&[], |it| &it.fields), open)
            }
            Type::Enum(id) if open.enums.insert(*id) => {
                let variants = self.enums.get(id.index()).map_or(&[][..], |it| &it.variants);
                variants.iter().find_map(|variant| self.secret_of(&variant.fields, open))
            }
            Type::Row(Source::Model(id)) => {
                self.secret_of(self.models.get(id.index()).map_or(&[], |it| &it.fields), open)
            }
            _ => None,
        }
    }

    fn secret_of(&self, fields: &[Field], open: &mut Open) -> Option<Vec<String>> {
        fields.iter().filter(|field| !field.is_private).find_map(|field| {
            let mut path = self.secret_below(&field.ty, open)?;
            path.insert(0, field.name.clone());
            Some(path)
        })
    }

    /// Whether the values are secrets, or options of them.
    pub fn is_secret(&self, ty: &Type) -> bool {
        match self.without_newtypes(ty) {
            Type::Secret => true,
            Type::Optional(inner) | Type::Patch(inner) => self.is_secret(inner),
            _ => false,
        }
    }
}
