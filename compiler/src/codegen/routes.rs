//! The routing table, and the trait for what is written in Rust.

use super::calls::{Argument, endpoint_ident, gives_status};
use super::look_ups::needs_state;
use super::scope::{File, bind, field_ident, ident, mentions};
use super::{docs, literals};
use crate::declarations::{Endpoint, EndpointId, Method, Segment, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Endpoints in one function that lists them, at most.
const LISTED_AT_ONCE: usize = 100;

impl super::scope::Scope<'_> {
    /// Whether the schema has anything that is written in Rust.
    pub(super) fn has_handlers(&self) -> bool {
        self.declarations.functions.iter().any(|function| function.is_extern)
            || self.declarations.endpoints.iter().any(|endpoint| endpoint.is_extern)
    }
}

impl File<'_> {
    /// `trait Handlers`, if the schema needs one.
    pub(super) fn handlers_trait(&self) -> TokenStream {
        let scope = self.scope;
        if !scope.has_handlers() {
            return TokenStream::new();
        }
        let app = &scope.declarations.app.name;
        let functions = scope.declarations.functions.iter().filter(|function| function.is_extern).map(|function| {
            let name = field_ident(&function.name);
            let docs = scope.docs(&function.docs, &format!("`extern fn {}`", function.name), function.span);
            let parameters = function.parameters.iter().map(|parameter| {
                let (name, ty) = (field_ident(&parameter.name), self.ty(&parameter.ty));
                quote!(#name: #ty)
            });
            let returns = self.returns(&function.returns);
            quote!(#docs fn #name(&self, #(#parameters),*) #returns;)
        });
        let endpoints = scope.declarations.endpoints.iter().filter(|endpoint| endpoint.is_extern).map(|endpoint| {
            let name = endpoint_ident(endpoint);
            let fallback = format!("`extern endpoint {}`", endpoint.name);
            let docs = scope.docs(&endpoint.docs, &fallback, endpoint.span);
            let parameters = endpoint.parameters.iter().map(|parameter| {
                let (name, ty) = (field_ident(&parameter.field.name), self.ty(&parameter.field.ty));
                quote!(#name: #ty)
            });
            let result = self.ty(&endpoint.result.ty);
            quote! {
                #docs
                fn #name(
                    &self,
                    ctx: rt::Context,
                    #(#parameters),*
                ) -> impl Future<Output = Result<#result, rt::Refusal>> + Send;
            }
        });
        let message = format!("`{{Self}}` does not answer for the `extern` items of the schema `{app}`");
        let label = format!("give this type an `impl {}::Handlers`", crate::names_in_rust::module(app));
        let items: Vec<String> = scope
            .declarations
            .functions
            .iter()
            .filter(|function| function.is_extern)
            .map(|function| format!("extern fn {}", function.name))
            .chain(
                scope
                    .declarations
                    .endpoints
                    .iter()
                    .filter(|endpoint| endpoint.is_extern)
                    .map(|endpoint| format!("extern endpoint {}", endpoint.name)),
            )
            .collect();
        let note = format!("the schema asks for: {}", items.join(", "));
        let words =
            format!("What the schema `{app}` leaves to Rust: a method for each `extern fn` and `extern endpoint`.");
        let docs = docs::attributes(&scope.places, &[], &words, None);
        quote! {
            #docs
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
            pub trait Handlers: Send + Sync + 'static {
                #(#functions)*
                #(#endpoints)*
            }
        }
    }

    fn returns(&self, ty: &Type) -> TokenStream {
        if *ty == Type::Unit {
            return TokenStream::new();
        }
        let ty = self.ty(ty);
        quote!(-> #ty)
    }

    /// `endpoints`: the routing table.
    pub(super) fn routing_table(&self) -> TokenStream {
        let scope = self.scope;
        let has_handlers = scope.has_handlers();
        let mut functions = Vec::new();
        let mut entries = Vec::new();
        for (position, endpoint) in scope.declarations.endpoints.iter().enumerate() {
            let id = EndpointId(position as u32);
            let needs = has_handlers && (endpoint.is_extern || scope.bodies.endpoints[position].uses_extern);
            functions.push(self.endpoint(id, endpoint, needs));
            let name = endpoint_ident(endpoint);
            entries.push(if needs { quote!(#name(handlers)) } else { quote!(#name()) });
        }
        let parameter = has_handlers.then(|| quote!(handlers: &rt::Arc<impl Handlers>));
        let argument = has_handlers.then(|| quote!(handlers));
        let table = if entries.len() <= LISTED_AT_ONCE {
            let parameter = match &parameter {
                Some(_) if !entries.iter().any(|entry| mentions(entry, &ident("handlers"))) => {
                    quote!(_handlers: &rt::Arc<impl Handlers>)
                }
                other => quote!(#other),
            };
            quote! {
                /// The routing table.
                pub fn routing_table(#parameter) -> Vec<rt::Endpoint> {
                    vec![#(#entries),*]
                }
            }
        } else {
            self.chunked_table(&entries, &parameter, &argument)
        };
        quote!(#table #(#functions)*)
    }

    /// A long table in parts, since the time that rustc takes grows faster than a function does.
    fn chunked_table(
        &self,
        entries: &[TokenStream],
        parameter: &Option<TokenStream>,
        argument: &Option<TokenStream>,
    ) -> TokenStream {
        let mut parts = TokenStream::new();
        let mut calls = TokenStream::new();
        for (number, entries) in entries.chunks(LISTED_AT_ONCE).enumerate() {
            let name = format_ident!("routes_{}", number + 1);
            let uses = entries.iter().any(|entry| mentions(entry, &ident("handlers")));
            let (parameter, argument) = if uses { (parameter.clone(), argument.clone()) } else { (None, None) };
            parts.extend(quote! {
                fn #name(#parameter) -> Vec<rt::Endpoint> {
                    vec![#(#entries),*]
                }
            });
            calls.extend(quote!(table.extend(#name(#argument));));
        }
        quote! {
            /// The routing table.
            pub fn routing_table(#parameter) -> Vec<rt::Endpoint> {
                let mut table = Vec::new();
                #calls
                table
            }
            #parts
        }
    }

    fn endpoint(&self, id: EndpointId, endpoint: &Endpoint, needs_handlers: bool) -> TokenStream {
        let function = endpoint_ident(endpoint);
        let (name, path) = (&endpoint.name, path(endpoint));
        let method = ident(match endpoint.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        });
        let handler = self.handler(id, endpoint, needs_handlers);
        let max_body = endpoint.max_body_bytes.map(|bytes| {
            let bytes = literals::unsigned(bytes);
            quote!(.max_body(#bytes))
        });
        let timeout = endpoint.timeout_ms.map(|timeout_ms| {
            let timeout_ms = literals::unsigned(timeout_ms);
            quote!(.timeout_ms(#timeout_ms))
        });
        let parameter = needs_handlers.then(|| quote!(handlers: &rt::Arc<impl Handlers>));
        let owned = needs_handlers.then(|| quote!(let handlers = rt::Arc::clone(handlers);));
        quote! {
            fn #function(#parameter) -> rt::Endpoint {
                #owned
                let handler = #handler;
                rt::Endpoint::new(#name, rt::Method::#method, #path, handler) #max_body #timeout
            }
        }
    }

    fn handler(&self, id: EndpointId, endpoint: &Endpoint, needs_handlers: bool) -> TokenStream {
        let call = self.named(self.scope.names.call(id));
        let body = &self.scope.bodies.endpoints[id.index()];
        let arguments = self.arguments(endpoint, body);
        if endpoint.is_extern {
            return self.extern_handler(&call, endpoint, &arguments);
        }
        let moves = needs_handlers.then(|| quote!(move));
        let handlers = needs_handlers.then(|| quote!(, &*handlers));
        let run = if arguments.iter().any(|argument| self.argument_rules(argument).is_some()) {
            quote!(execute)
        } else {
            quote!(run)
        };
        let chooses_status = gives_status(&body.statements);
        if body.is_command {
            let owned = needs_handlers.then(|| quote!(let handlers = rt::Arc::clone(&handlers);));
            let reply = self.reply(endpoint, chooses_status, &quote!(call.#run(tx #handlers)?));
            quote! {
                rt::Handler::Command(Box::new(#moves |request| {
                    let call = #call::decode(&request)?;
                    #owned
                    Ok(Box::new(move |tx| { #reply }))
                }))
            }
        } else {
            let reply = self.reply(endpoint, chooses_status, &quote!(#call::decode(request)?.#run(db #handlers)?));
            quote!(rt::Handler::Query(Box::new(#moves |db, request| { #reply })))
        }
    }

    fn extern_handler(
        &self,
        call: &proc_macro2::Ident,
        endpoint: &Endpoint,
        arguments: &[Argument<'_>],
    ) -> TokenStream {
        let method = endpoint_ident(endpoint);
        let idents: Vec<_> = arguments.iter().map(|argument| &argument.ident).collect();
        let decode = if idents.is_empty() {
            quote!(#call::decode(&request)?;)
        } else if needs_state(arguments) {
            quote! {
                let call = #call::decode(&request)?;
                let (#(#idents,)*) = ctx.read(|db| call.resolve(db))??;
            }
        } else {
            {
                let taken = arguments.iter().map(|argument| bind(&argument.field, &argument.ident));
                quote!(let #call { #(#taken),* } = #call::decode(&request)?;)
            }
        };
        let reply = self.reply(endpoint, false, &quote!(handlers.#method(ctx, #(#idents),*).await?));
        quote! {
            rt::Handler::Extern(Box::new(move |ctx, request| {
                let handlers = rt::Arc::clone(&handlers);
                Box::pin(async move {
                    #decode
                    #reply
                })
            }))
        }
    }

    /// What a value becomes on its way out.
    fn reply(&self, endpoint: &Endpoint, chooses_status: bool, value: &TokenStream) -> TokenStream {
        let status = literals::unsigned(u64::from(endpoint.result.status));
        let (binding, status) =
            if chooses_status { (quote!((status, value)), quote!(status)) } else { (quote!(value), status) };
        let ty = self.scope.base(&endpoint.result.ty);
        if *ty == Type::Unit {
            return if chooses_status {
                quote!(let (status, ()) = #value; Ok(rt::empty_reply(#status)))
            } else {
                quote!(#value; Ok(rt::empty_reply(#status)))
            };
        }
        let missing = matches!(ty, Type::Optional(_)).then(|| {
            quote! {
                let Some(value) = value else {
                    return Err(rt::Refusal::missing("there is no such thing"));
                };
            }
        });
        let made = match &endpoint.result.media_type {
            Some(media_type) => quote!(rt::Reply::raw(#status, #media_type, value)),
            None if self.scope.declarations.app.big_ints_as_text => {
                quote!(rt::json_reply_with_text_integers(#status, &value))
            }
            None => quote!(rt::json_reply(#status, &value)),
        };
        quote! {
            let #binding = #value;
            #missing
            Ok(#made)
        }
    }
}

/// `/todos/{todo}`
fn path(endpoint: &Endpoint) -> String {
    let mut path = String::new();
    for segment in &endpoint.path {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Parameter(position) => {
                let name =
                    endpoint.parameters.get(*position).map_or("", |parameter| parameter.field.wire_name.as_str());
                path.push_str(&format!("{{{name}}}"));
            }
        }
    }
    if path.is_empty() { "/".to_owned() } else { path }
}
