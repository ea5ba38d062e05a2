//! From a request to the parameters of a call.

use super::calls::Argument;
use super::forms::closure;
use super::scope::{File, Scope, member};
use crate::declarations::{Endpoint, ParameterSource, Type, UnknownFields};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl File<'_> {
    /// `decode`: every parameter is read and checked, all that is wrong is reported at once.
    pub(super) fn decode(&self, endpoint: &Endpoint, arguments: &[Argument<'_>], uses_base_url: bool) -> TokenStream {
        let mut reads = TokenStream::new();
        for argument in arguments {
            reads.extend(self.read_argument(argument));
        }
        let ignoring =
            (self.scope.declarations.app.unknown_fields == UnknownFields::Ignore).then(|| quote!(.ignoring_unknown()));
        let integers = self.scope.declarations.app.big_ints_as_text.then(|| quote!(.with_text_integers()));
        let members = arguments.iter().map(|argument| {
            let local = &argument.ident;
            member(&argument.field, &quote!(#local?))
        });
        let base_url = uses_base_url.then(|| quote!(base_url: request.base_url.to_string()));
        let members: Vec<TokenStream> = members.chain(base_url).collect();
        let value = if members.is_empty() { quote!(Self) } else { quote!(Self { #(#members),* }) };
        let mutable = (!arguments.is_empty()).then(|| quote!(mut));
        let words = format!(" Reads a request for `{}`.", endpoint.name);
        quote! {
            #[doc = #words]
            pub(super) fn decode(request: &rt::Request) -> Result<Self, rt::Refusal> {
                let #mutable params = rt::Params::new(request)?#ignoring #integers;
                #reads
                params.finish(|| Some(#value))
            }
        }
    }

    fn read_argument(&self, argument: &Argument<'_>) -> TokenStream {
        let (ident, wire_name) = (&argument.ident, &argument.parameter.field.wire_name);
        let read = match &argument.parameter.source {
            ParameterSource::Path => {
                let ty = self.ty(&argument.brought);
                quote!(params.path::<#ty>(#wire_name))
            }
            ParameterSource::Query => self.read_text("query", wire_name, argument),
            ParameterSource::Header(name) => self.read_text("header", &name.to_ascii_lowercase(), argument),
            ParameterSource::BodyField => self.read_body_field(wire_name, argument),
            ParameterSource::WholeBody => {
                if matches!(self.scope.base(&argument.brought), Type::Bytes) {
                    quote!(Some(params.raw_body()))
                } else {
                    let ty = self.ty(&argument.brought);
                    quote!(params.whole_body::<#ty>())
                }
            }
        };
        let rules = self.argument_rules(argument);
        let mutable = rules.is_some().then(|| quote!(mut));
        let check = rules.map(|rules| quote!(params.check(#wire_name, &mut #ident, |value, at| { #rules });));
        quote! {
            let #mutable #ident = #read;
            #check
        }
    }

    /// A parameter that comes as text.
    fn read_text(&self, from: &str, name: &str, argument: &Argument<'_>) -> TokenStream {
        let (plain, optional, defaulted) =
            (format_ident!("{from}"), format_ident!("{from}_optional"), format_ident!("{from}_or"));
        if argument.late_default.is_some() {
            let ty = self.ty(&argument.brought);
            return quote!(params.#optional::<#ty>(#name));
        }
        match (self.scope.base(&argument.brought), &argument.constant) {
            (Type::Optional(inner) | Type::Patch(inner), None) => {
                let inner = self.ty(inner);
                quote!(params.#optional::<#inner>(#name))
            }
            (Type::Optional(inner), Some(default)) if default.to_string() == "None" => {
                let inner = self.ty(inner);
                quote!(params.#optional::<#inner>(#name))
            }
            (Type::Optional(inner), Some(default)) => {
                let inner = self.ty(inner);
                quote!(params.#optional::<#inner>(#name).map(|value| value.or_else(|| #default)))
            }
            (Type::List(inner), None) if from == "query" => {
                let inner = self.ty(inner);
                quote!(params.query_list::<#inner>(#name))
            }
            (Type::List(inner), Some(default)) if from == "query" => {
                let inner = self.ty(inner);
                quote!(params.query_list::<#inner>(#name).map(|list| if list.is_empty() { #default } else { list }))
            }
            (Type::Set(inner), default) if from == "query" => {
                let inner = self.ty(inner);
                let read = quote!(params.query_list::<#inner>(#name).map(|list| list.into_iter().collect::<rt::BTreeSet<_>>()));
                match default {
                    Some(default) => quote!(#read.map(|set| if set.is_empty() { #default } else { set })),
                    None => read,
                }
            }
            (_, Some(default)) => {
                let ty = self.ty(&argument.brought);
                let default = closure(default);
                quote!(params.#defaulted::<#ty>(#name, #default))
            }
            (_, None) => {
                let ty = self.ty(&argument.brought);
                quote!(params.#plain::<#ty>(#name))
            }
        }
    }

    fn read_body_field(&self, name: &str, argument: &Argument<'_>) -> TokenStream {
        if argument.late_default.is_some() {
            let ty = self.ty(&argument.brought);
            return quote!(params.body_patch::<#ty>(#name));
        }
        let default = argument.constant.clone().or_else(|| self.scope.empty_collection(&argument.brought));
        match (&argument.brought, default) {
            (Type::Patch(inner), _) => {
                let inner = self.ty(inner);
                quote!(params.body_patch::<#inner>(#name))
            }
            (Type::Optional(inner), None) => {
                let inner = self.ty(inner);
                quote!(params.body_optional::<#inner>(#name))
            }
            (Type::Optional(inner), Some(default)) if default.to_string() == "None" => {
                let inner = self.ty(inner);
                quote!(params.body_optional::<#inner>(#name))
            }
            (_, Some(default)) => {
                let ty = self.ty(&argument.brought);
                let default = closure(&default);
                quote!(params.body_or::<#ty>(#name, #default))
            }
            (ty, None) => {
                let ty = self.ty(ty);
                quote!(params.body::<#ty>(#name))
            }
        }
    }
}

impl Scope<'_> {
    /// What a collection is that was left out.
    fn empty_collection(&self, ty: &Type) -> Option<TokenStream> {
        matches!(self.base(ty), Type::List(_) | Type::Set(_) | Type::Map(..)).then(|| self.empty(ty)).flatten()
    }
}
