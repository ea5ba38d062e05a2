//! What is inside values: secrets, and rows of those who sign in.

use std::collections::BTreeSet;

use super::{Declarations, EnumId, Field, ModelId, Source, StructId, Type};

/// What is looked for, and what is being looked into already.
struct Search<'w> {
    is_wanted: &'w dyn Fn(&Type) -> bool,
    structs: BTreeSet<StructId>,
    enums: BTreeSet<EnumId>,
}

impl Declarations {
    /// The fields that lead to a secret inside values of the type, from the outside; none when there
    /// is no secret in them. What a row keeps to itself is not looked at.
    pub fn secret_in(&self, ty: &Type) -> Option<Vec<String>> {
        self.find_in(ty, &|inner| *inner == Type::Secret)
    }

    /// The fields that lead to a whole row of the model.
    pub fn row_in(&self, ty: &Type, model: ModelId) -> Option<Vec<String>> {
        self.find_in(ty, &|inner| *inner == Type::Row(Source::Model(model)))
    }

    fn find_in(&self, ty: &Type, is_wanted: &dyn Fn(&Type) -> bool) -> Option<Vec<String>> {
        self.find_below(ty, &mut Search { is_wanted, structs: BTreeSet::new(), enums: BTreeSet::new() })
    }

    fn find_below(&self, ty: &Type, search: &mut Search<'_>) -> Option<Vec<String>> {
        let ty = self.without_newtypes(ty);
        if (search.is_wanted)(ty) {
            return Some(Vec::new());
        }
        match ty {
            Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) | Type::Page(inner) => {
                self.find_below(inner, search)
            }
            Type::Map(_, value) => self.find_below(value, search),
            Type::Struct(id) if search.structs.insert(*id) => {
                self.find_of(self.structs.get(id.index()).map_or(&[], |it| &it.fields), search)
            }
            Type::Enum(id) if search.enums.insert(*id) => {
                let variants = self.enums.get(id.index()).map_or(&[][..], |it| &it.variants);
                variants.iter().find_map(|variant| self.find_of(&variant.fields, search))
            }
            Type::Row(Source::Model(id)) => {
                self.find_of(self.models.get(id.index()).map_or(&[], |it| &it.fields), search)
            }
            _ => None,
        }
    }

    fn find_of(&self, fields: &[Field], search: &mut Search<'_>) -> Option<Vec<String>> {
        fields.iter().filter(|field| !field.is_private).find_map(|field| {
            let mut path = self.find_below(&field.ty, search)?;
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
