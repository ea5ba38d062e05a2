//! Which named types requests and answers are made of: only those are described.

use std::collections::BTreeSet;

use super::Way;
use crate::declarations::{
    Declarations, EnumId, Field, ModelId, NewtypeId, Source, StructId, Type, UnknownFields, ViewId,
};

/// A type with a name of its own in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Newtype(NewtypeId),
    Enum(EnumId),
    Struct(StructId),
    Model(ModelId),
    View(ViewId),
}

impl From<Source> for Named {
    fn from(source: Source) -> Self {
        match source {
            Source::Model(id) => Self::Model(id),
            Source::View(id) => Self::View(id),
        }
    }
}

/// The named types in use, each with the way it goes.
pub(super) struct Uses<'d> {
    declarations: &'d Declarations,
    pub(super) found: BTreeSet<(Named, Way)>,
}

impl<'d> Uses<'d> {
    pub(super) fn new(declarations: &'d Declarations) -> Self {
        Self { declarations, found: BTreeSet::new() }
    }

    /// Adds what `ty` is made of.
    pub(super) fn add(&mut self, ty: &Type, way: Way) {
        let declarations = self.declarations;
        match ty {
            Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) | Type::Page(inner) => {
                self.add(inner, way);
            }
            Type::Map(key, value) => {
                self.add(key, Way::Text);
                self.add(value, way);
            }
            // As text it is written out where it stands.
            Type::Newtype(id) if way == Way::Text || self.found.insert((Named::Newtype(*id), way)) => {
                self.add(&declarations.newtypes[id.index()].base, way);
            }
            Type::Enum(id) => {
                // A name in text is the name in JSON.
                let way = if way == Way::Text { Way::In } else { way };
                if self.found.insert((Named::Enum(*id), way)) {
                    let variants = &declarations.enums[id.index()].variants;
                    self.add_fields(variants.iter().flat_map(|variant| &variant.fields), way);
                }
            }
            Type::Struct(id) => {
                let item = &declarations.structs[id.index()];
                if item.is_inline || self.found.insert((Named::Struct(*id), way)) {
                    self.add_fields(item.fields.iter(), way);
                }
            }
            Type::Row(source) if self.found.insert(((*source).into(), way)) => {
                self.add_fields(fields(declarations, *source).iter(), way);
            }
            Type::Reference(source) => {
                for field in key(declarations, *source) {
                    self.add(&field.ty, way);
                }
            }
            _ => {}
        }
    }

    fn add_fields(&mut self, fields: impl Iterator<Item = &'d Field>, way: Way) {
        for field in fields.filter(|field| is_shown(field, way)) {
            self.add(&field.ty, way);
        }
    }
}

/// Whether a field goes this way: a private one stays in.
pub(super) fn is_shown(field: &Field, way: Way) -> bool {
    !(field.is_private && way == Way::Out)
}

/// The fields of a table.
pub(super) fn fields(declarations: &Declarations, source: Source) -> &[Field] {
    match source {
        Source::Model(id) => &declarations.models[id.index()].fields,
        Source::View(id) => &declarations.views[id.index()].fields,
    }
}

/// The fields of a table's key.
pub(super) fn key(declarations: &Declarations, source: Source) -> Vec<&Field> {
    let positions = match source {
        Source::Model(id) => &declarations.models[id.index()].key,
        Source::View(id) => &declarations.views[id.index()].key,
    };
    let fields = fields(declarations, source);
    positions.iter().filter_map(|position| fields.get(*position)).collect()
}

/// Whether a type is described in another way when it comes in than when it goes out.
pub(super) fn differs(declarations: &Declarations, named: Named) -> bool {
    let differs_inside = |fields: &[Field]| fields.iter().any(|field| type_differs(declarations, &field.ty));
    match named {
        Named::Newtype(id) => {
            let item = &declarations.newtypes[id.index()];
            !item.rules.is_empty() || type_differs(declarations, &item.base)
        }
        Named::Enum(id) => {
            let mut with_data = declarations.enums[id.index()].variants.iter().filter(|item| !item.fields.is_empty());
            let rejects = declarations.app.unknown_fields == UnknownFields::Reject;
            with_data.any(|item| rejects || has_asides(&item.fields) || differs_inside(&item.fields))
        }
        // What may be left out, what is unknown: a record that comes in has more to say.
        Named::Struct(_) => true,
        Named::Model(_) | Named::View(_) => false,
    }
}

/// Whether fields have rules or may be left out.
fn has_asides(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        !field.rules.is_empty() || matches!(field.ty, Type::Optional(_) | Type::List(_) | Type::Set(_) | Type::Map(..))
    })
}

fn type_differs(declarations: &Declarations, ty: &Type) -> bool {
    match ty {
        Type::Decimal => true,
        Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) | Type::Page(inner) => {
            type_differs(declarations, inner)
        }
        Type::Map(_, value) => type_differs(declarations, value),
        Type::Newtype(id) => differs(declarations, Named::Newtype(*id)),
        Type::Enum(id) => differs(declarations, Named::Enum(*id)),
        Type::Struct(_) => true,
        // A key of several parts takes no others.
        Type::Reference(source) => {
            let key = key(declarations, *source);
            key.len() > 1 || key.iter().any(|field| type_differs(declarations, &field.ty))
        }
        _ => false,
    }
}
