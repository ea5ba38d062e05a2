//! The forms of records: on the wire, in JSON. Field after field, by plain calls.

use super::scope::{File, field_ident, local_ident, member};
use crate::declarations::{Field, Type, UnknownFields};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// A field of a record as Rust has it.
pub(super) struct Column<'a> {
    pub(super) ident: Ident,
    /// The local that holds it while a record is put together or taken apart.
    pub(super) local: Ident,
    pub(super) field: &'a Field,
    /// The type, which for a view's field is not the declared one.
    pub(super) ty: &'a Type,
}

/// The columns of declared fields.
pub(super) fn columns(fields: &[Field]) -> Vec<Column<'_>> {
    let column = |field| -> Column<'_> {
        let field: &Field = field;
        Column { ident: field_ident(&field.name), local: local_ident(&field.name), field, ty: &field.ty }
    };
    fields.iter().map(column).collect()
}

/// `impl Wire`, in the order of the lock file.
pub(super) fn wire(name: &Ident, columns: &[Column<'_>], order: &[usize]) -> TokenStream {
    let ordered: Vec<&Ident> = order.iter().filter_map(|position| columns.get(*position)).map(|c| &c.ident).collect();
    if ordered.is_empty() {
        // One byte, since what stands in a list writes at least one.
        return quote! {
            impl rt::Wire for #name {
                fn write(&self, out: &mut Vec<u8>) {
                    rt::Wire::write(&false, out);
                }

                fn read(input: &mut &[u8]) -> Result<Self, rt::WireError> {
                    <bool as rt::Wire>::read(input)?;
                    Ok(Self {})
                }
            }
        };
    }
    quote! {
        impl rt::Wire for #name {
            fn write(&self, out: &mut Vec<u8>) {
                #(rt::Wire::write(&self.#ordered, out);)*
            }

            fn read(input: &mut &[u8]) -> Result<Self, rt::WireError> {
                Ok(Self { #(#ordered: rt::Wire::read(input)?),* })
            }
        }
    }
}

impl File<'_> {
    /// `impl ToJson` of an object; private fields stay in.
    pub(super) fn to_json(&self, name: &Ident, columns: &[Column<'_>]) -> TokenStream {
        let members = columns.iter().filter(|column| !column.field.is_private).map(|column| {
            let ident = &column.ident;
            written_member(column, &quote!(self.#ident))
        });
        quote! {
            impl rt::ToJson for #name {
                fn write_json(&self, out: &mut rt::JsonWriter) {
                    out.begin_object();
                    #(#members)*
                    out.end_object();
                }
            }
        }
    }

    /// Statements that read the fields of an object from `object` into options of the same names.
    pub(super) fn read_fields(
        &self,
        columns: &[Column<'_>],
        default: impl Fn(usize) -> Option<TokenStream>,
    ) -> TokenStream {
        let mut statements = TokenStream::new();
        for (position, column) in columns.iter().enumerate() {
            let (ident, wire_name) = (&column.local, &column.field.wire_name);
            let rules = self.rules(column.ty, &column.field.rules);
            let binding = if rules.is_some() { quote!(let mut #ident) } else { quote!(let #ident) };
            let read = match (column.ty, default(position).or_else(|| self.scope.empty(column.ty))) {
                (Type::Patch(inner), _) => {
                    let inner = self.ty(inner);
                    quote!(object.patch::<#inner>(#wire_name))
                }
                (Type::Optional(inner), None) => {
                    let inner = self.ty(inner);
                    quote!(object.optional::<#inner>(#wire_name))
                }
                (Type::Optional(inner), Some(value)) if value.to_string() == "None" => {
                    let inner = self.ty(inner);
                    quote!(object.optional::<#inner>(#wire_name))
                }
                (ty, Some(value)) => {
                    let ty = self.ty(ty);
                    let value = closure(&value);
                    quote!(object.defaulted::<#ty>(#wire_name, #value))
                }
                (ty, None) => {
                    let ty = self.ty(ty);
                    quote!(object.required::<#ty>(#wire_name))
                }
            };
            statements.extend(quote!(#binding = #read;));
            if let Some(rules) = rules {
                statements.extend(quote!(object.check(#wire_name, &mut #ident, |value, at| { #rules });));
            }
        }
        statements
    }

    /// What to do with fields that nobody asks for.
    pub(super) fn unknown_fields(&self) -> TokenStream {
        match self.scope.declarations.app.unknown_fields {
            UnknownFields::Reject => quote!(rt::UnknownFields::Reject),
            UnknownFields::Ignore => quote!(rt::UnknownFields::Ignore),
        }
    }
}

/// One member of an object; an absent `name?` is left out.
pub(super) fn written_member(column: &Column<'_>, place: &TokenStream) -> TokenStream {
    let wire_name = &column.field.wire_name;
    if matches!(column.ty, Type::Patch(_)) {
        quote! {
            if let Some(value) = &#place {
                out.member(#wire_name, value);
            }
        }
    } else {
        quote!(out.member(#wire_name, &#place);)
    }
}

/// `name: name?` of each column that was read into an option.
pub(super) fn taken(columns: &[Column<'_>]) -> Vec<TokenStream> {
    let taken = columns.iter().map(|column| {
        let local = &column.local;
        member(&column.ident, &quote!(#local?))
    });
    taken.collect()
}

/// `|| value`, or the function that `value` calls without arguments.
pub(super) fn closure(value: &TokenStream) -> TokenStream {
    let text = value.to_string();
    let is_path = |path: &&str| path.chars().all(|c| c.is_alphanumeric() || " :_".contains(c));
    if let Some(path) = text.strip_suffix(" ()").filter(is_path)
        && let Ok(path) = path.parse::<TokenStream>()
    {
        return path;
    }
    quote!(|| #value)
}
