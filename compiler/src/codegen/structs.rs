//! Structs, newtypes, and the fields that records share.

use super::body::Body;
use super::forms::{Column, columns, taken, wire};
use super::scope::{File, ident};
use super::types::derives;
use crate::declarations::{Field, Newtype, NewtypeId, Struct, StructId, Type};
use crate::plan::Frame;
use proc_macro2::TokenStream;
use quote::quote;

impl File<'_> {
    /// A newtype: an alias, and a function for its rules.
    pub(super) fn newtype(&self, id: NewtypeId, item: &Newtype) -> TokenStream {
        let name = ident(self.scope.names.newtype(id));
        let docs = self.scope.docs(&item.docs, "", item.span);
        let base = self.ty(&item.base);
        let rules = self.newtype_rules(id, item);
        quote! {
            #docs
            pub type #name = #base;
            #rules
        }
    }

    /// A struct with all its forms.
    pub(super) fn structure(&self, id: StructId, item: &Struct) -> TokenStream {
        let name = ident(self.scope.names.structure(id));
        let docs = self.scope.docs(&item.docs, "", item.span);
        let derives = derives(false, self.scope.is_ordered(&Type::Struct(id)));
        let columns = columns(&item.fields);
        let fields = self.fields(&columns);
        let rules = self.record_rules(&name, &item.fields);
        let to_json = self.to_json(&name, &columns);
        let ty = Type::Struct(id);
        let wire =
            if self.scope.can_be_stored(&ty) { wire(&name, &columns, &item.wire_order) } else { TokenStream::new() };
        let from_json = if self.scope.can_be_read(&ty) { self.from_json(id, &columns) } else { TokenStream::new() };
        quote! {
            #docs
            #derives
            pub struct #name { #fields }
            #rules
            #wire
            #to_json
            #from_json
        }
    }

    /// `pub name: Type` of each column, with its documentation.
    pub(super) fn fields(&self, columns: &[Column<'_>]) -> TokenStream {
        let fields = columns.iter().map(|column| {
            let (ident, ty) = (&column.ident, self.ty(column.ty));
            let docs = field_docs(self, column.field);
            quote!(#docs pub #ident: #ty)
        });
        quote!(#(#fields),*)
    }

    fn from_json(&self, id: StructId, columns: &[Column<'_>]) -> TokenStream {
        let name = ident(self.scope.names.structure(id));
        let defaults: Vec<(usize, TokenStream)> = self
            .scope
            .bodies
            .struct_defaults
            .iter()
            .filter(|(of, _, _)| *of == id)
            .map(|(_, field, value)| (*field, Body::new(self, &Frame::default()).value(value)))
            .collect();
        let default = |position: usize| defaults.iter().find(|(at, _)| *at == position).map(|(_, value)| value.clone());
        let reads = self.read_fields(columns, default);
        let taken = taken(columns);
        let unknown = self.unknown_fields();
        let binding = if columns.is_empty() { quote!(object) } else { quote!(mut object) };
        let value = quote!(Self { #(#taken),* });
        quote! {
            impl rt::FromJson for #name {
                fn from_json(node: &rt::Node<'_>, at: &mut rt::At<'_>) -> Option<Self> {
                    let #binding = rt::ObjectReader::new(node, at)?;
                    #reads
                    object.finish(#unknown)?;
                    Some(#value)
                }
            }
        }
    }
}

/// Documentation of a field, and its deprecation.
pub(super) fn field_docs(file: &File<'_>, field: &Field) -> TokenStream {
    let docs = super::docs::attributes(&file.scope.places, &field.docs, "", None);
    match &field.deprecated {
        // The attribute of Rust would warn wherever generated code itself touches the field.
        Some(words) => {
            let line = if words.is_empty() { " Deprecated.".to_owned() } else { format!(" Deprecated: {words}") };
            quote!(#docs #[doc = #line])
        }
        None => docs,
    }
}
