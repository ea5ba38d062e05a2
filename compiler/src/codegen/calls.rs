//! Endpoints as calls: their parameters, how a request becomes them, and what they do.

use super::body::{Body, any, any_in_statements, refuses};
use super::look_ups::needed;
use super::scope::{File, Scope, bind, field_ident, ident, local_ident, mentions};
use super::structs::field_docs;
use crate::declarations::{Endpoint, EndpointId, Parameter, Type};
use crate::names_in_rust;
use crate::plan::{EndpointBody, Expr, ExprKind, Statement};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// A parameter as its call holds it.
pub(super) struct Argument<'a> {
    pub(super) parameter: &'a Parameter,
    /// The local that holds it.
    pub(super) ident: Ident,
    /// The field of the call.
    pub(super) field: Ident,
    /// What the request brings: for a look-up by a unique field the type of that field.
    pub(super) brought: Type,
    /// A default that does not depend on the moment.
    pub(super) constant: Option<TokenStream>,
    /// A default that does.
    pub(super) late_default: Option<&'a Expr>,
}

impl File<'_> {
    /// The call of an endpoint.
    pub(super) fn call(&self, id: EndpointId, endpoint: &Endpoint) -> TokenStream {
        let name = ident(self.scope.names.call(id));
        let docs = self.scope.docs(&endpoint.docs, &format!("The endpoint `{}`.", endpoint.name), endpoint.span);
        let body = &self.scope.bodies.endpoints[id.index()];
        let arguments = self.arguments(endpoint, body);
        let uses_base_url = self.scope.uses_base_url(body);
        let fields = arguments.iter().map(|argument| {
            let (ident, ty) = (&argument.field, self.ty(&argument.brought));
            let docs = field_docs(self, &argument.parameter.field);
            if argument.late_default.is_some() {
                quote!(#docs pub #ident: Option<#ty>)
            } else {
                quote!(#docs pub #ident: #ty)
            }
        });
        let base_url = uses_base_url.then(|| {
            quote! {
                /// Where the server is reached from outside, without a slash at the end.
                pub base_url: String
            }
        });
        let fields: Vec<TokenStream> = fields.chain(base_url).collect();
        let declaration =
            if fields.is_empty() { quote!(pub struct #name;) } else { quote!(pub struct #name { #(#fields),* }) };
        let decode = self.decode(endpoint, &arguments, uses_base_url);
        let run = if endpoint.is_extern {
            self.resolve(endpoint, &arguments, body)
        } else {
            self.run(endpoint, &arguments, body, uses_base_url)
        };
        quote! {
            #docs
            #[derive(Clone, Debug, PartialEq)]
            #declaration

            impl #name {
                #run
                #decode
            }
        }
    }

    pub(super) fn arguments<'e>(&self, endpoint: &'e Endpoint, body: &'e EndpointBody) -> Vec<Argument<'e>> {
        let defaults = body.defaults.iter().map(Option::as_ref).chain(std::iter::repeat(None));
        endpoint
            .parameters
            .iter()
            .zip(defaults)
            .map(|(parameter, default)| {
                let tokens = default.map(|value| {
                    let mut rust = Body::new(self, &body.frame);
                    (value, rust.typed_value(value), rust.used_db())
                });
                let (constant, late_default) = match tokens {
                    Some((value, tokens, used_db)) if used_db || refuses(&tokens) || depends_on_moment(value) => {
                        (None, Some(value))
                    }
                    Some((_, tokens, _)) => (Some(tokens), None),
                    None => (None, None),
                };
                Argument {
                    parameter,
                    ident: local_ident(&parameter.field.name),
                    field: ident(&names_in_rust::parameter(&parameter.field.name)),
                    brought: self.scope.brought(endpoint, parameter),
                    constant,
                    late_default,
                }
            })
            .collect()
    }

    /// `run` of an endpoint written in the schema.
    fn run(
        &self,
        endpoint: &Endpoint,
        arguments: &[Argument<'_>],
        body: &EndpointBody,
        uses_base_url: bool,
    ) -> TokenStream {
        let mut rust = Body::new(self, &body.frame);
        if body.is_command {
            rust = rust.in_transaction();
        }
        rust.count_uses(arguments.iter().filter_map(|argument| argument.late_default), &body.statements, []);
        rust.returns_status = gives_status(&body.statements).then_some(endpoint.result.status);
        rust.returns_unit = endpoint.result.ty == Type::Unit;
        let start = self.look_ups_of(endpoint, arguments, &mut rust);
        let statements = rust.body(&body.statements);
        let start = needed(start, &statements);
        let code = quote!(#start #statements);
        let mut taken: Vec<TokenStream> = arguments
            .iter()
            .filter(|argument| mentions(&code, &argument.ident))
            .map(|argument| bind(&argument.field, &argument.ident))
            .collect();
        if uses_base_url {
            taken.push(quote!(base_url));
        }
        let all = arguments.len() + usize::from(uses_base_url);
        let rest = (taken.len() < all).then(|| quote!(..));
        let taken = if taken.is_empty() { TokenStream::new() } else { quote!(let Self { #(#taken,)* #rest } = self;) };
        let returns = self.returned(endpoint, body);
        let context = self.run_context(body, mentions(&code, &ident(if body.is_command { "tx" } else { "db" })));
        let words = if body.is_command { " Runs in a transaction." } else { " Answers from one state." };
        let checked = self.checked_run(arguments, body, &returns);
        let (visibility, run) = if checked.is_some() {
            (quote!(pub(super)), format_ident!("execute"))
        } else {
            (quote!(pub), format_ident!("run"))
        };
        let words = if checked.is_some() { " What [`Self::run`] does when the rules hold." } else { words };
        quote! {
            #checked

            #[doc = #words]
            #visibility fn #run(self, #(#context),*) -> Result<#returns, rt::Refusal> {
                #taken
                #code
            }
        }
    }

    /// `run` for callers in Rust, who have not been through the decoding of a request.
    fn checked_run(
        &self,
        arguments: &[Argument<'_>],
        body: &EndpointBody,
        returns: &TokenStream,
    ) -> Option<TokenStream> {
        let checks = self.argument_checks(arguments);
        if checks.is_empty() {
            return None;
        }
        let context = self.run_context(body, true);
        let names = self.run_names(body);
        let words = if body.is_command {
            " Checks the rules and runs in a transaction."
        } else {
            " Checks the rules and answers from one state."
        };
        Some(quote! {
            #[doc = #words]
            pub fn run(mut self, #(#context),*) -> Result<#returns, rt::Refusal> {
                rt::check(|at| { #(#checks)* })?;
                self.execute(#(#names),*)
            }
        })
    }

    /// The rules of all arguments, on the fields of `self`.
    pub(super) fn argument_checks(&self, arguments: &[Argument<'_>]) -> Vec<TokenStream> {
        arguments
            .iter()
            .filter_map(|argument| {
                let rules = self.argument_rules(argument)?;
                let (ident, wire_name) = (&argument.field, &argument.parameter.field.wire_name);
                Some(quote! {
                    let value = &mut self.#ident;
                    at.field(#wire_name, |at| { #rules });
                })
            })
            .collect()
    }

    /// The rules of an argument on `value`.
    pub(super) fn argument_rules(&self, argument: &Argument<'_>) -> Option<TokenStream> {
        let rules = self.rules(&argument.brought, &argument.parameter.field.rules)?;
        Some(if argument.late_default.is_some() { quote!(if let Some(value) = value { #rules }) } else { rules })
    }

    fn run_context(&self, body: &EndpointBody, uses_state: bool) -> Vec<TokenStream> {
        let mut context = vec![match (body.is_command, uses_state) {
            (true, _) => quote!(tx: &mut rt::Tx<'_>),
            (false, true) => quote!(db: &rt::Reader<'_>),
            (false, false) => quote!(_db: &rt::Reader<'_>),
        }];
        if body.uses_extern {
            let handlers = self.handlers();
            context.push(quote!(handlers: &impl #handlers));
        }
        context
    }

    /// The arguments that go with [`Self::run_context`].
    fn run_names(&self, body: &EndpointBody) -> Vec<TokenStream> {
        let mut names = vec![if body.is_command { quote!(tx) } else { quote!(db) }];
        if body.uses_extern {
            names.push(quote!(handlers));
        }
        names
    }

    /// What `run` gives: with a status where the body chooses one.
    pub(super) fn returned(&self, endpoint: &Endpoint, body: &EndpointBody) -> TokenStream {
        let ty = self.ty(&endpoint.result.ty);
        if gives_status(&body.statements) { quote!((u16, #ty)) } else { ty }
    }
}

impl Scope<'_> {
    /// Whether a body asks for `base_url`.
    pub(super) fn uses_base_url(&self, body: &EndpointBody) -> bool {
        let asks = |expr: &Expr| match &expr.kind {
            ExprKind::BaseUrl => true,
            ExprKind::Call(id, _) => self.bodies.functions.get(id.index()).is_some_and(|body| body.uses_base_url),
            _ => false,
        };
        any_in_statements(&body.statements, &asks) || body.defaults.iter().flatten().any(|value| any(value, &asks))
    }
}

/// Whether a body chooses its status.
pub(super) fn gives_status(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match statement {
        Statement::Return(status, _) => status.is_some(),
        Statement::If(_, then, otherwise) | Statement::IfLet(_, _, then, otherwise) => {
            gives_status(then) || gives_status(otherwise)
        }
        Statement::For(_, _, body) => gives_status(body),
        Statement::Match(_, arms) => arms.iter().any(|(_, body)| gives_status(body)),
        _ => false,
    })
}

/// Whether a default has to be computed when the call runs.
fn depends_on_moment(value: &Expr) -> bool {
    any(value, &|expr| {
        matches!(
            expr.kind,
            ExprKind::Now
                | ExprKind::BaseUrl
                | ExprKind::Call(..)
                | ExprKind::Local(_)
                | ExprKind::NewKey(_)
                | ExprKind::Query(_)
                | ExprKind::LookUp { .. }
                | ExprKind::Builtin(crate::plan::Builtin::NewUuid, _)
        )
    })
}

/// The name of an endpoint's function or method.
pub(super) fn endpoint_ident(endpoint: &Endpoint) -> Ident {
    field_ident(&endpoint.name)
}
