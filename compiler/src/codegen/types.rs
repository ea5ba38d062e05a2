//! Types of the language in Rust, and what they can do there.

use super::scope::{File, Scope, ident};
use crate::declarations::{Field, Source, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl File<'_> {
    /// The Rust type.
    pub(super) fn ty(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Bool => quote!(bool),
            Type::Int => quote!(i64),
            Type::Float => quote!(f64),
            Type::Decimal => quote!(rt::Decimal),
            Type::Text => quote!(String),
            Type::Bytes => quote!(rt::Bytes),
            Type::Timestamp => quote!(rt::Timestamp),
            Type::Date => quote!(rt::Date),
            Type::Duration => quote!(rt::Duration),
            Type::Uuid => quote!(rt::Uuid),
            Type::Json => quote!(rt::JsonValue),
            Type::Secret => quote!(rt::Secret),
            Type::Optional(inner) | Type::Patch(inner) => {
                let inner = self.ty(inner);
                quote!(Option<#inner>)
            }
            Type::List(inner) => {
                let inner = self.ty(inner);
                quote!(Vec<#inner>)
            }
            Type::Set(inner) => {
                let inner = self.ty(inner);
                quote!(rt::BTreeSet<#inner>)
            }
            Type::Map(key, value) => {
                let (key, value) = (self.ty(key), self.ty(value));
                quote!(rt::BTreeMap<#key, #value>)
            }
            Type::Page(inner) => {
                let inner = self.ty(inner);
                quote!(rt::Page<#inner>)
            }
            Type::Newtype(id) => {
                let name = self.named(self.scope.names.newtype(*id));
                quote!(#name)
            }
            Type::Enum(id) => {
                let name = self.named(self.scope.names.enumeration(*id));
                quote!(#name)
            }
            Type::Struct(id) => {
                let name = self.named(self.scope.names.structure(*id));
                quote!(#name)
            }
            Type::Reference(source) => {
                let name = self.key(*source);
                quote!(#name)
            }
            Type::Row(source) => {
                let name = self.row(*source);
                quote!(rt::Arc<#name>)
            }
            Type::Unit | Type::Never | Type::Error => quote!(()),
        }
    }
}

impl Scope<'_> {
    /// The type behind newtypes.
    pub(super) fn base<'t>(&'t self, ty: &'t Type) -> &'t Type {
        let mut ty = ty;
        while let Type::Newtype(id) = ty {
            ty = &self.declarations.newtypes[id.index()].base;
        }
        ty
    }

    /// Whether copying is as cheap as moving.
    pub(super) fn is_copy(&self, ty: &Type) -> bool {
        match self.base(ty) {
            Type::Bool | Type::Int | Type::Float | Type::Decimal | Type::Timestamp | Type::Date => true,
            Type::Duration | Type::Uuid | Type::Unit | Type::Never | Type::Error => true,
            Type::Optional(inner) | Type::Patch(inner) => self.is_copy(inner),
            Type::Enum(id) => self.enumeration(*id).variants.iter().all(|variant| self.all_copy(&variant.fields)),
            Type::Reference(source) => {
                let columns = self.columns(*source);
                self.key(*source).iter().all(|position| self.is_copy(columns[*position].1))
            }
            _ => false,
        }
    }

    fn all_copy(&self, fields: &[Field]) -> bool {
        fields.iter().all(|field| self.is_copy(&field.ty))
    }

    /// Whether values have a total order and equality in Rust.
    pub(super) fn is_ordered(&self, ty: &Type) -> bool {
        match self.base(ty) {
            Type::Float | Type::Json | Type::Secret | Type::Row(_) | Type::Page(_) => false,
            Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) => self.is_ordered(inner),
            Type::Map(key, value) => self.is_ordered(key) && self.is_ordered(value),
            Type::Enum(id) => {
                let variants = &self.enumeration(*id).variants;
                variants.iter().flat_map(|variant| &variant.fields).all(|field| self.is_ordered(&field.ty))
            }
            Type::Struct(id) => self.structure(*id).fields.iter().all(|field| self.is_ordered(&field.ty)),
            Type::Reference(source) => {
                let columns = self.columns(*source);
                self.key(*source).iter().all(|position| self.is_ordered(columns[*position].1))
            }
            _ => true,
        }
    }

    /// Whether values can stand in keys and indexes.
    pub(super) fn has_key_form(&self, ty: &Type) -> bool {
        match self.base(ty) {
            Type::Json | Type::Map(..) | Type::Page(_) | Type::Struct(_) | Type::Row(_) | Type::Patch(_) => false,
            Type::Optional(inner) | Type::List(inner) | Type::Set(inner) => self.has_key_form(inner),
            Type::Enum(id) => {
                let variants = &self.enumeration(*id).variants;
                variants.iter().flat_map(|variant| &variant.fields).all(|field| self.has_key_form(&field.ty))
            }
            _ => true,
        }
    }

    /// Whether values come from outside: rows and pages only go out.
    pub(super) fn can_be_read(&self, ty: &Type) -> bool {
        match self.base(ty) {
            Type::Row(_) | Type::Page(_) => false,
            Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) => {
                self.can_be_read(inner)
            }
            Type::Map(key, value) => self.can_be_read(key) && self.can_be_read(value),
            Type::Struct(id) => self.structure(*id).fields.iter().all(|field| self.can_be_read(&field.ty)),
            _ => true,
        }
    }

    /// Whether values are stored as they are: what events and rows hold.
    pub(super) fn can_be_stored(&self, ty: &Type) -> bool {
        self.can_be_read(ty)
    }

    /// What a value is when nothing is given, for types that need not be: `None`, an empty collection.
    pub(super) fn empty(&self, ty: &Type) -> Option<TokenStream> {
        match self.base(ty) {
            Type::Optional(_) | Type::Patch(_) => Some(quote!(None)),
            Type::List(_) => Some(quote!(Vec::new())),
            Type::Set(_) => Some(quote!(rt::BTreeSet::new())),
            Type::Map(..) => Some(quote!(rt::BTreeMap::new())),
            _ => None,
        }
    }

    /// The reference to a row whose fields `row` (an expression) has: its key.
    pub(super) fn is_reference_to(&self, ty: &Type, source: Source) -> bool {
        matches!(self.base(ty), Type::Reference(found) if *found == source)
    }
}

/// The derives of a record or enum.
pub(super) fn derives(copy: bool, ordered: bool) -> TokenStream {
    let mut names = vec!["Clone"];
    if copy {
        names.push("Copy");
    }
    names.extend(["Debug", "PartialEq"]);
    if ordered {
        names.extend(["Eq", "PartialOrd", "Ord"]);
    }
    let names = names.iter().map(|name| ident(name));
    quote!(#[derive(#(#names),*)])
}
