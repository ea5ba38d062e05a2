//! Rows and their keys.

use super::forms::{Column, columns, wire};
use super::literals;
use super::scope::{File, field_ident, ident};
use super::types::derives;
use crate::declarations::{Model, ModelId, Source, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl File<'_> {
    /// A model: its key, its row, look-ups by unique fields.
    pub(super) fn model(&self, id: ModelId, item: &Model) -> TokenStream {
        let source = Source::Model(id);
        let name = ident(self.scope.names.model(id));
        let docs = self.scope.docs(&item.docs, "", item.span);
        let columns = columns(&item.fields);
        let row = self.row_type(source, &docs, &columns, &item.wire_order);
        let key = self.key_type(source, &format!("The key of a [`{name}`]."));
        let look_ups = self.look_ups(source, item);
        quote! {
            #key
            #row
            #look_ups
        }
    }

    /// The struct of a row, with the forms that the engine needs.
    pub(super) fn row_type(
        &self,
        source: Source,
        docs: &TokenStream,
        columns: &[Column<'_>],
        wire_order: &[usize],
    ) -> TokenStream {
        let (name, key) = (self.row(source), self.key(source));
        let derives = derives(false, false);
        let fields = self.fields(columns);
        let to_json = self.to_json(&name, columns);
        let wire = wire(&name, columns, wire_order);
        let table = literals::unsigned(self.scope.table(source) as u64);
        let key_value = self.key_of(source, &quote!(self));
        let words = name.to_string();
        let key_fields = self.scope.key(source).iter().map(|field| &columns[*field].field.wire_name);
        quote! {
            #docs
            #derives
            pub struct #name { #fields }

            impl rt::Row for #name {
                type Key = #key;
                const TABLE: usize = #table;
                const NAME: &'static str = #words;
                const KEY_FIELDS: &'static [&'static str] = &[#(#key_fields),*];

                fn key(&self) -> #key {
                    #key_value
                }
            }
            #wire
            #to_json
        }
    }

    /// The key of a row that `row` stands for.
    pub(super) fn key_of(&self, source: Source, row: &TokenStream) -> TokenStream {
        let key = self.key(source);
        let columns = self.scope.columns(source);
        let parts = self.scope.key(source).iter().map(|position| {
            let (name, ty) = columns[*position];
            let ident = field_ident(name);
            let value = if self.scope.is_copy(ty) { quote!(#row.#ident) } else { quote!(#row.#ident.clone()) };
            (ident, value)
        });
        let (idents, values): (Vec<Ident>, Vec<TokenStream>) = parts.unzip();
        match values.as_slice() {
            [value] => quote!(#key(#value)),
            _ => quote!(#key { #(#idents: #values),* }),
        }
    }

    /// A key from the values of its parts.
    pub(super) fn key_from(&self, source: Source, values: &[TokenStream]) -> TokenStream {
        let key = self.key(source);
        match values {
            [value] => quote!(#key(#value)),
            _ => {
                let columns = self.scope.columns(source);
                let idents = self.scope.key(source).iter().map(|position| field_ident(columns[*position].0));
                quote!(#key { #(#idents: #values),* })
            }
        }
    }

    /// The type of a table's keys.
    pub(super) fn key_type(&self, source: Source, words: &str) -> TokenStream {
        let name = self.key(source);
        let docs = super::docs::attributes(&self.scope.places, &[], words, None);
        let ty = Type::Reference(source);
        let columns = self.scope.columns(source);
        let parts: Vec<(Ident, TokenStream)> = self
            .scope
            .key(source)
            .iter()
            .map(|position| (field_ident(columns[*position].0), self.ty(columns[*position].1)))
            .collect();
        let derives = derives(self.scope.is_copy(&ty), self.scope.is_ordered(&ty));
        if let [(_, inner)] = parts.as_slice() {
            return quote! {
                #docs
                #derives
                pub struct #name(pub #inner);

                rt::key_forms!(#name);
            };
        }
        let (idents, types): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        quote! {
            #docs
            #derives
            pub struct #name { #(pub #idents: #types),* }

            rt::composite_key_forms!(#name { #(#idents),* });
        }
    }

    /// `Todo::by_slug(db, "…")` for each unique index.
    fn look_ups(&self, source: Source, item: &Model) -> TokenStream {
        let unique = item.indexes.iter().enumerate().filter(|(_, index)| index.is_unique);
        let functions: Vec<TokenStream> = unique
            .filter(|(_, index)| index.components.iter().all(|component| !component.elements))
            .map(|(position, index)| {
                let function = format_ident!("by_{}", index.name);
                let row = self.row(source);
                let position = literals::unsigned(position as u64);
                let parts = index.components.iter().map(|component| {
                    let field = &item.fields[component.field];
                    (field_ident(&field.name), component, &field.ty)
                });
                let parts: Vec<_> = parts.collect();
                let parameters = parts.iter().map(|(name, _, ty)| {
                    let ty = self.borrowed(ty);
                    quote!(#name: #ty)
                });
                let writes = parts.iter().map(|(name, component, ty)| self.write_part(name, ty, component.descending));
                let fields = parts.iter().map(|(name, _, _)| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
                let words = format!(" The row with this {fields}, if there is one.");
                quote! {
                    #[doc = #words]
                    pub fn #function(db: &rt::Reader<'_>, #(#parameters),*) -> Option<rt::Arc<Self>> {
                        let mut key = rt::KeyBytes::new();
                        #(#writes)*
                        db.unique::<#row>(#position, &key)
                    }
                }
            })
            .collect();
        if functions.is_empty() {
            return TokenStream::new();
        }
        let name = self.row(source);
        quote!(impl #name { #(#functions)* })
    }

    /// The type of a parameter that is only looked at.
    fn borrowed(&self, ty: &Type) -> TokenStream {
        match self.scope.base(ty) {
            Type::Text => quote!(&str),
            _ if self.scope.is_copy(ty) => self.ty(ty),
            Type::Optional(inner) => {
                let inner = self.ty(inner);
                quote!(Option<&#inner>)
            }
            _ => {
                let ty = self.ty(ty);
                quote!(&#ty)
            }
        }
    }

    fn write_part(&self, name: &Ident, ty: &Type, descending: bool) -> TokenStream {
        let method = if descending { quote!(write_key_descending) } else { quote!(write_key) };
        match self.scope.base(ty) {
            Type::Text if !descending => quote!(rt::write_text_key(#name, &mut key);),
            Type::Text => quote!(rt::OrderedKey::#method(&#name.to_owned(), &mut key);),
            Type::Optional(_) if !self.scope.is_copy(ty) => {
                quote!(rt::OrderedKey::#method(&#name.cloned(), &mut key);)
            }
            _ if self.scope.is_copy(ty) => quote!(rt::OrderedKey::#method(&#name, &mut key);),
            _ => quote!(rt::OrderedKey::#method(#name, &mut key);),
        }
    }
}
