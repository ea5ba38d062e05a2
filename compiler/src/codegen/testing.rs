//! What tests work with: the events as one type, the endpoints as calls of an application in memory.
//!
//! It stands under `cfg(test)`, so that only a test build compiles it.

use super::calls::endpoint_ident;
use super::literals;
use super::look_ups::needs_state;
use super::scope::{File, Module, bind, ident};
use crate::declarations::{Endpoint, EndpointId, EventId, Method};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl File<'_> {
    /// The module `testing`.
    pub(super) fn testing(&self) -> TokenStream {
        let event = self.every_event();
        let app = self.application_in_memory();
        let calls = self.scope.declarations.endpoints.iter().enumerate().map(|(position, endpoint)| {
            let id = EndpointId(position as u32);
            if endpoint.is_extern { self.extern_call(id, endpoint) } else { self.schema_call(id, endpoint) }
        });
        quote!(#app #event #(#calls)*)
    }

    /// The enum of all events.
    fn every_event(&self) -> TokenStream {
        let scope = self.scope;
        let name = ident(scope.names.test_event());
        let ids = (0..scope.declarations.events.len() as u32).map(EventId);
        let events: Vec<(Ident, TokenStream)> = ids
            .map(|id| {
                let name = self.named(scope.names.event(id));
                let type_id = literals::unsigned(u64::from(scope.event(id).stable_id));
                (name, type_id)
            })
            .collect();
        let variants = events.iter().map(|(name, _)| quote!(#name(#name)));
        let arms = events.iter().map(|(name, type_id)| quote!(#type_id => rt::testing::event(body).map(Self::#name),));
        let read = if events.is_empty() {
            quote! {
                fn read(_type_id: u32, _body: &[u8]) -> Result<Self, rt::WireError> {
                    Err(rt::WireError::BadTag)
                }
            }
        } else {
            quote! {
                fn read(type_id: u32, body: &[u8]) -> Result<Self, rt::WireError> {
                    match type_id {
                        #(#arms)*
                        _ => Err(rt::WireError::BadTag),
                    }
                }
            }
        };
        quote! {
            /// Any event of the schema.
            #[derive(Clone, Debug, PartialEq)]
            pub enum #name { #(#variants),* }

            impl rt::testing::SchemaEvent for #name { #read }
        }
    }

    /// The type of the application, and what makes one.
    fn application_in_memory(&self) -> TokenStream {
        let (app, event) = (ident(self.scope.names.test_app()), ident(self.scope.names.test_event()));
        let schema = self.helper(Module::Schema, "SCHEMA");
        if self.scope.has_handlers() {
            let handlers = self.handlers();
            return quote! {
                /// The application in memory.
                pub type #app<H> = rt::testing::App<#event, H>;

                /// A fresh application in memory, without a row.
                pub fn app<H: #handlers>(handlers: H) -> #app<H> {
                    rt::testing::App::new(&#schema, handlers)
                }
            };
        }
        quote! {
            /// The application in memory.
            pub type #app = rt::testing::App<#event, ()>;

            /// A fresh application in memory, without a row.
            pub fn app() -> #app {
                rt::testing::App::new(&#schema, ())
            }
        }
    }

    fn schema_call(&self, id: EndpointId, endpoint: &Endpoint) -> TokenStream {
        let call = self.named(self.scope.names.call(id));
        let body = &self.scope.bodies.endpoints[id.index()];
        let output = self.returned(endpoint, body);
        let (bound, handlers, pass) = if body.uses_extern {
            let bound = self.handlers();
            (quote!(: #bound), quote!(handlers), quote!(, handlers))
        } else {
            (TokenStream::new(), quote!(_), TokenStream::new())
        };
        let run = if body.is_command {
            quote!(engine.transact(|tx| self.run(tx #pass)))
        } else {
            quote!(engine.read(|db| self.run(db #pass)))
        };
        quote! {
            impl<H #bound> rt::testing::Call<H> for #call {
                type Output = #output;

                fn call(self, engine: &rt::testing::MemoryEngine, #handlers: &H) -> Result<Self::Output, rt::Refusal> {
                    #run
                }
            }
        }
    }

    /// The handlers do not see the decoding of a request, so what it does is done here.
    fn extern_call(&self, id: EndpointId, endpoint: &Endpoint) -> TokenStream {
        let (call, handlers) = (self.named(self.scope.names.call(id)), self.handlers());
        let body = &self.scope.bodies.endpoints[id.index()];
        let (method, output) = (endpoint_ident(endpoint), self.ty(&endpoint.result.ty));
        let writes = endpoint.method != Method::Get;
        let arguments = self.arguments(endpoint, body);
        let idents: Vec<&Ident> = arguments.iter().map(|argument| &argument.ident).collect();
        let checks = self.argument_checks(&arguments);
        let mutable = (!checks.is_empty()).then(|| quote!(mut));
        let check = (!checks.is_empty()).then(|| quote!(rt::check(|at| { #(#checks)* })?;));
        let taken = if idents.is_empty() {
            TokenStream::new()
        } else if needs_state(&arguments) {
            quote!(let (#(#idents,)*) = ctx.read(|db| self.resolve(db))??;)
        } else {
            let fields = arguments.iter().map(|argument| bind(&argument.field, &argument.ident));
            quote!(let Self { #(#fields),* } = self;)
        };
        quote! {
            impl<H: #handlers> rt::testing::ExternCall<H> for #call {
                type Output = #output;
                const WRITES: bool = #writes;

                async fn call(#mutable self, ctx: rt::Context, handlers: rt::Arc<H>) -> Result<Self::Output, rt::Refusal> {
                    #check
                    #taken
                    handlers.#method(ctx, #(#idents),*).await
                }
            }
        }
    }
}
