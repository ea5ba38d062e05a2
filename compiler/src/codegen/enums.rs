//! Enums and their forms.

use super::forms::{Column, columns, taken, written_member};
use super::literals;
use super::scope::{File, bind, field_ident, ident, local_ident};
use super::types::derives;
use crate::declarations::{Enum, EnumId, Type, Variant};
use crate::names_in_rust::variant;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl File<'_> {
    /// An enum with all that it needs.
    pub(super) fn enumeration(&self, id: EnumId, item: &Enum) -> TokenStream {
        let name = ident(self.scope.names.enumeration(id));
        let docs = self.scope.docs(&item.docs, "", item.span);
        let ty = Type::Enum(id);
        let derives = derives(self.scope.is_copy(&ty), self.scope.is_ordered(&ty));
        let variants = item.variants.iter().map(|item| self.variant(item));
        let wire = wire(&name, item);
        let key = if self.scope.has_key_form(&ty) { key(&name, item) } else { TokenStream::new() };
        let json = if item.is_plain { plain_json(&name, item) } else { self.data_json(&name, item) };
        let rules = self.enum_rules(id, &name, item);
        quote! {
            #docs
            #derives
            pub enum #name { #(#variants),* }
            #rules
            #wire
            #key
            #json
        }
    }

    fn variant(&self, item: &Variant) -> TokenStream {
        let name = ident(&variant(&item.name));
        let docs = super::docs::attributes(&self.scope.places, &item.docs, "", None);
        if item.fields.is_empty() {
            return quote!(#docs #name);
        }
        let fields = item.fields.iter().map(|field| {
            let docs = super::docs::attributes(&self.scope.places, &field.docs, "", None);
            let (name, ty) = (field_ident(&field.name), self.ty(&field.ty));
            quote!(#docs #name: #ty)
        });
        quote!(#docs #name { #(#fields),* })
    }

    /// An enum with data: `{"type": "Card", …}`, and the plain name of a variant without.
    fn data_json(&self, name: &Ident, item: &Enum) -> TokenStream {
        let writes = item.variants.iter().map(|item| {
            let wire_name = &item.wire_name;
            let pattern = pattern(item);
            if item.fields.is_empty() {
                return quote!(Self::#pattern => out.name(#wire_name),);
            }
            let members = columns(&item.fields);
            let members = members.iter().map(|column| {
                let place = &column.local;
                bound_member(column, place)
            });
            quote! {
                Self::#pattern => {
                    out.begin_object();
                    out.member("type", #wire_name);
                    #(#members)*
                    out.end_object();
                }
            }
        });
        let names = item.variants.iter().map(|item| {
            let (wire_name, has_data) = (&item.wire_name, !item.fields.is_empty());
            quote!(rt::VariantName { name: #wire_name, has_data: #has_data })
        });
        let unknown = self.unknown_fields();
        let last = item.variants.len().saturating_sub(1);
        let reads = item.variants.iter().enumerate().map(|(position, item)| {
            let name = ident(&variant(&item.name));
            let columns = columns(&item.fields);
            let taken = taken(&columns);
            let fields = self.read_fields(&columns, |_| None);
            let position = literals::unsigned(position as u64);
            let pattern = if position.to_string() == last.to_string() { quote!(_) } else { position };
            let value = if item.fields.is_empty() { quote!(Self::#name) } else { quote!(Self::#name { #(#taken),* }) };
            quote! {
                #pattern => {
                    #fields
                    object.finish(#unknown)?;
                    Some(#value)
                }
            }
        });
        let binding =
            if item.variants.iter().any(|item| !item.fields.is_empty()) { quote!(mut object) } else { quote!(object) };
        quote! {
            impl rt::ToJson for #name {
                fn write_json(&self, out: &mut rt::JsonWriter) {
                    match self { #(#writes)* }
                }
            }

            impl rt::FromJson for #name {
                fn from_json(node: &rt::Node<'_>, at: &mut rt::At<'_>) -> Option<Self> {
                    const NAMES: &[rt::VariantName] = &[#(#names),*];
                    let (position, #binding) = rt::read_variant(node, NAMES, at)?;
                    match position { #(#reads)* }
                }
            }
        }
    }

    /// The arm that checks the fields of a variant, if any has rules.
    fn variant_rules(&self, item: &Variant) -> Option<TokenStream> {
        let checks: Vec<(TokenStream, TokenStream)> = item
            .fields
            .iter()
            .filter_map(|field| {
                let rules = self.rules(&field.ty, &field.rules)?;
                let (local, wire_name) = (local_ident(&field.name), &field.wire_name);
                let check = quote!(at.field(#wire_name, |at| { let value = #local; #rules }););
                Some((bind(&field_ident(&field.name), &local), check))
            })
            .collect();
        let name = ident(&variant(&item.name));
        let rest = (checks.len() < item.fields.len()).then(|| quote!(..));
        let (idents, checks): (Vec<_>, Vec<_>) = checks.into_iter().unzip();
        (!checks.is_empty()).then(|| quote!(Self::#name { #(#idents,)* #rest } => { #(#checks)* }))
    }

    fn enum_rules(&self, id: EnumId, name: &Ident, item: &Enum) -> TokenStream {
        if !self.scope.enum_has_rules(id) {
            return TokenStream::new();
        }
        let (mut arms, mut without_rules) = (Vec::new(), Vec::new());
        for item in &item.variants {
            match self.variant_rules(item) {
                Some(arm) => arms.push(arm),
                None => without_rules.push(item),
            }
        }
        let rest = match without_rules.as_slice() {
            [] => None,
            [only] => {
                let name = ident(&variant(&only.name));
                let fields = (!only.fields.is_empty()).then(|| quote!({ .. }));
                Some(quote!(Self::#name #fields => {}))
            }
            _ => Some(quote!(_ => {})),
        };
        quote! {
            impl #name {
                /// Checks the rules of all fields, and trims and lowers what is to be.
                pub fn check_rules(&mut self, at: &mut rt::At<'_>) {
                    match self { #(#arms)* #rest }
                }
            }
        }
    }
}

/// A plain enum: its name, in JSON and in text.
fn plain_json(name: &Ident, item: &Enum) -> TokenStream {
    let variants: Vec<Ident> = item.variants.iter().map(|item| ident(&variant(&item.name))).collect();
    let wire_names: Vec<&String> = item.variants.iter().map(|item| &item.wire_name).collect();
    quote! {
        impl #name {
            /// All variants in the order of their declaration.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];
            const NAMES: &'static [&'static str] = &[#(#wire_names),*];

            /// The name in JSON.
            pub fn name(self) -> &'static str {
                match self { #(Self::#variants => #wire_names,)* }
            }
        }

        impl rt::ToJson for #name {
            fn write_json(&self, out: &mut rt::JsonWriter) {
                out.name(self.name());
            }
        }

        impl rt::FromJson for #name {
            fn from_json(node: &rt::Node<'_>, at: &mut rt::At<'_>) -> Option<Self> {
                let position = rt::read_plain_variant(node, Self::NAMES, at)?;
                Self::ALL.get(position).copied()
            }
        }

        impl rt::FromText for #name {
            fn from_text(text: &str) -> Result<Self, rt::Complaint> {
                rt::variant_from_text(text, Self::NAMES, Self::ALL)
            }
        }

        impl rt::ToText for #name {
            fn push_text(&self, out: &mut String) {
                out.push_str(self.name());
            }
        }
    }
}

fn wire(name: &Ident, item: &Enum) -> TokenStream {
    let writes = item.variants.iter().map(|item| {
        let (pattern, number) = (pattern(item), literals::unsigned(u64::from(item.discriminant)));
        let fields = item.wire_order.iter().map(|position| {
            let local = local_ident(&item.fields[*position].name);
            quote!(rt::Wire::write(#local, out);)
        });
        if item.fields.is_empty() {
            quote!(Self::#pattern => rt::write_wire_variant(#number, out),)
        } else {
            quote!(Self::#pattern => { rt::write_wire_variant(#number, out); #(#fields)* })
        }
    });
    let reads = item.variants.iter().map(|item| {
        let (variant, number) = (ident(&variant(&item.name)), literals::unsigned(u64::from(item.discriminant)));
        let fields = item.wire_order.iter().map(|position| field_ident(&item.fields[*position].name));
        let value = if item.fields.is_empty() {
            quote!(Self::#variant)
        } else {
            quote!(Self::#variant { #(#fields: rt::Wire::read(input)?),* })
        };
        quote!(#number => Ok(#value),)
    });
    quote! {
        impl rt::Wire for #name {
            fn write(&self, out: &mut Vec<u8>) {
                match self { #(#writes)* }
            }

            fn read(input: &mut &[u8]) -> Result<Self, rt::WireError> {
                match rt::read_wire_variant(input)? {
                    #(#reads)*
                    number => Err(rt::WireError::UnknownVariant(number)),
                }
            }
        }
    }
}

fn key(name: &Ident, item: &Enum) -> TokenStream {
    let writes = item.variants.iter().enumerate().map(|(position, item)| {
        let (pattern, position) = (pattern(item), literals::unsigned(position as u64));
        let fields = item.fields.iter().map(|field| {
            let local = local_ident(&field.name);
            quote!(rt::OrderedKey::write_key(#local, out);)
        });
        if item.fields.is_empty() {
            quote!(Self::#pattern => rt::write_key_variant(#position, out),)
        } else {
            quote!(Self::#pattern => { rt::write_key_variant(#position, out); #(#fields)* })
        }
    });
    let reads = item.variants.iter().enumerate().map(|(position, item)| {
        let (variant, position) = (ident(&variant(&item.name)), literals::unsigned(position as u64));
        let fields = item.fields.iter().map(|field| field_ident(&field.name));
        if item.fields.is_empty() {
            quote!(#position => Some(Self::#variant),)
        } else {
            quote!(#position => Some(Self::#variant { #(#fields: rt::OrderedKey::read_key(input)?),* }),)
        }
    });
    quote! {
        impl rt::OrderedKey for #name {
            fn write_key(&self, out: &mut rt::KeyBytes) {
                match self { #(#writes)* }
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                match rt::read_key_variant(input)? {
                    #(#reads)*
                    _ => None,
                }
            }
        }
    }
}

/// The variant with all its fields bound.
fn pattern(item: &Variant) -> TokenStream {
    let name = ident(&variant(&item.name));
    if item.fields.is_empty() {
        return quote!(#name);
    }
    let fields = item.fields.iter().map(|field| bind(&field_ident(&field.name), &local_ident(&field.name)));
    quote!(#name { #(#fields),* })
}

/// A member whose field is bound by reference.
fn bound_member(column: &Column<'_>, place: &Ident) -> TokenStream {
    if matches!(column.ty, Type::Patch(_)) {
        return written_member(column, &quote!((*#place)));
    }
    let wire_name = &column.field.wire_name;
    quote!(out.member(#wire_name, #place);)
}
