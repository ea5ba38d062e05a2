//! Functions of the schema.

use super::body::{Body, succeed};
use super::scope::{File, ident};
use crate::declarations::{Function, FunctionId};
use crate::names_in_rust;
use crate::plan::LocalId;
use proc_macro2::TokenStream;
use quote::quote;

impl File<'_> {
    /// A function written in the schema; it takes the state only if it reads.
    pub(super) fn schema_function(&self, id: FunctionId, function: &Function) -> TokenStream {
        let body = &self.scope.bodies.functions[id.index()];
        let Some(value) = &body.value else { return TokenStream::new() };
        let name = ident(&names_in_rust::function(&function.name));
        let docs = self.scope.docs(&function.docs, "", function.span);
        let mut rust = Body::new(self, &body.frame);
        rust.borrows_base_url = true;
        rust.count_uses([value], &[], []);
        let tokens = rust.typed_value(value);
        let mut parameters = Vec::new();
        if body.reads || body.uses_clock || body.uses_random {
            let db = if rust.used_db() { quote!(db) } else { quote!(_db) };
            parameters.push(quote!(#db: &rt::Reader<'_>));
        }
        if body.uses_extern {
            let handlers = self.handlers();
            parameters.push(quote!(handlers: &impl #handlers));
        }
        if body.uses_base_url {
            parameters.push(quote!(base_url: &str));
        }
        for (position, parameter) in function.parameters.iter().enumerate() {
            let local = LocalId(position as u32);
            let name = rust.local_ident(local);
            let name = if rust.uses(local) == 0 {
                ident(&format!("_{}", name.to_string().trim_start_matches("r#")))
            } else {
                name
            };
            let ty = self.ty(&parameter.ty);
            parameters.push(quote!(#name: #ty));
        }
        let returns = self.ty(&function.returns);
        let result = succeed(&tokens);
        quote! {
            #docs
            pub fn #name(#(#parameters),*) -> Result<#returns, rt::Refusal> {
                #result
            }
        }
    }
}
