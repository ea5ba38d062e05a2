//! Endpoints as calls: their parameters, how a request becomes them, and what they do.

use super::body::{Body, any, any_in_statements, refuses};
use super::literals;
use super::scope::{File, Scope, bind, field_ident, ident, local_ident, mentions};
use super::structs::field_docs;
use crate::declarations::{Endpoint, EndpointId, LookUp, Parameter, ParameterSource, Source, Type};
use crate::names_in_rust;
use crate::plan::{EndpointBody, Expr, ExprKind, LocalId, Statement};
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
        let checks: Vec<TokenStream> = arguments
            .iter()
            .filter_map(|argument| {
                let rules = self.argument_rules(argument)?;
                let (ident, wire_name) = (&argument.field, &argument.parameter.field.wire_name);
                Some(quote! {
                    let value = &mut self.#ident;
                    at.field(#wire_name, |at| { #rules });
                })
            })
            .collect();
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

    /// Statements that fill in late defaults and find the rows of model-typed parameters.
    fn look_ups_of(&self, endpoint: &Endpoint, arguments: &[Argument<'_>], rust: &mut Body<'_>) -> Vec<Step> {
        let mut steps = Vec::new();
        for argument in arguments {
            if let Some(default) = argument.late_default {
                let ident = &argument.ident;
                let value = rust.typed_value(default);
                steps.push(Step::plain(if refuses(&value) {
                    quote!(let #ident = match #ident { Some(value) => value, None => #value };)
                } else {
                    quote!(let #ident = #ident.unwrap_or_else(|| #value);)
                }));
            }
        }
        for (position, argument) in arguments.iter().enumerate() {
            if let Some(look_up) = &argument.parameter.look_up {
                let local = LocalId(position as u32);
                steps.push(self.look_up_argument(endpoint, arguments, argument, look_up, local, rust));
            }
        }
        steps
    }

    fn look_up_argument(
        &self,
        endpoint: &Endpoint,
        arguments: &[Argument<'_>],
        argument: &Argument<'_>,
        look_up: &LookUp,
        local: LocalId,
        rust: &mut Body<'_>,
    ) -> Step {
        let source = Source::Model(look_up.model());
        let (row, ident) = (self.row(source), &argument.ident);
        let db = rust.db();
        let parts = self.scope.look_up_parts(endpoint, argument.parameter, look_up);
        let find = self.find_row(source, look_up, &parts, arguments, argument, &db);

        match options_around(&argument.parameter.field.ty) {
            0 => {}
            depth if parts.is_empty() => {
                let pattern = wrapped(&quote!(#ident), depth);
                let found = need(argument, &db, &row, &quote!(#ident));
                return Step::plain(quote!(if let #pattern = &#ident { #found; }));
            }
            depth => {
                let (pattern, key) = (wrapped(&quote!(#ident), depth), self.key_of(source, &quote!(row)));
                let found = wrapped(&key, depth);
                let inner_none = (depth > 1).then(|| quote!(Some(None) => Some(None),));
                return Step::plain(quote! {
                    let #ident = match #ident {
                        #pattern => {
                            let row = #find;
                            #found
                        }
                        #inner_none
                        None => None,
                    };
                });
            }
        }
        let name = rust.fresh(&format!("{}_row", ident.to_string().trim_start_matches("r#")));
        rust.know_row(local, name.clone());
        if parts.is_empty() {
            let found = need(argument, &db, &row, &quote!(&#ident));
            return Step { bound: quote!(let #name = #found;), unbound: quote!(#found;), name: Some(name), key: None };
        }
        let key = self.key_of(source, &quote!(#name));
        Step {
            bound: quote!(let #name = #find;),
            unbound: quote!(#find;),
            key: Some((ident.clone(), quote!(let #ident = #key;))),
            name: Some(name),
        }
    }

    /// The row that a parameter names, or a refusal.
    fn find_row(
        &self,
        source: Source,
        look_up: &LookUp,
        parts: &[LookUpPart],
        arguments: &[Argument<'_>],
        argument: &Argument<'_>,
        db: &TokenStream,
    ) -> TokenStream {
        let row = self.row(source);
        let ident = &argument.ident;
        let brought = quote!(#ident);
        let values: Vec<(TokenStream, bool)> = parts
            .iter()
            .map(|part| {
                let value = match part.parameter.and_then(|position| arguments.get(position)) {
                    Some(other) => {
                        let ident = &other.ident;
                        quote!(#ident)
                    }
                    None => brought.clone(),
                };
                (value, part.descending)
            })
            .collect();
        match look_up {
            LookUp::Key(_) => {
                let owned: Vec<TokenStream> = values.iter().map(|(value, _)| quote!(#value.clone())).collect();
                let owned = if values.len() == 1 { vec![brought.clone()] } else { owned };
                let key = self.key_from(source, &owned);
                need(argument, db, &row, &quote!(&#key))
            }
            LookUp::Unique(_, index) => {
                let words = row.to_string();
                let position = literals::unsigned(*index as u64);
                let key = match values.as_slice() {
                    [(value, false)] => quote!(rt::encode_key(&#value)),
                    _ => {
                        let writes = values.iter().map(|(value, descending)| {
                            let method = if *descending { quote!(write_key_descending) } else { quote!(write_key) };
                            quote!(rt::OrderedKey::#method(&#value, &mut key);)
                        });
                        quote!({ let mut key = rt::KeyBytes::new(); #(#writes)* key })
                    }
                };
                let refusal = match named_field(argument) {
                    Some(field) => quote!(rt::Refusal::missing_reference(#words, #field)),
                    None => quote!(rt::Refusal::missing_row(#words)),
                };
                quote!(#db.unique::<#row>(#position, &#key).ok_or_else(|| #refusal)?)
            }
        }
    }

    /// The arguments of a handler: rows are found, late defaults filled in.
    fn resolve(&self, endpoint: &Endpoint, arguments: &[Argument<'_>], body: &EndpointBody) -> TokenStream {
        if !needs_state(arguments) {
            return TokenStream::new();
        }
        let mut rust = Body::new(self, &body.frame);
        let statements = needed(self.look_ups_of(endpoint, arguments, &mut rust), &TokenStream::new());
        let idents: Vec<&Ident> = arguments.iter().map(|argument| &argument.ident).collect();
        let taken = arguments.iter().map(|argument| bind(&argument.field, &argument.ident));
        let types = arguments.iter().map(|argument| self.ty(&argument.parameter.field.ty));
        quote! {
            /// The arguments of the handler: finds the rows that the parameters name.
            pub(super) fn resolve(self, db: &rt::Reader<'_>) -> Result<(#(#types,)*), rt::Refusal> {
                let Self { #(#taken),* } = self;
                #statements
                Ok((#(#idents,)*))
            }
        }
    }
}

/// The row under a key that a parameter brings, or a refusal.
fn need(argument: &Argument<'_>, db: &TokenStream, row: &Ident, key: &TokenStream) -> TokenStream {
    match named_field(argument) {
        Some(field) => quote!(#db.need_for::<#row>(#field, #key)?),
        None => quote!(#db.need::<#row>(#key)?),
    }
}

/// What a refusal names when there is no such row; what is wrong with a path is no field.
fn named_field<'a>(argument: &'a Argument<'_>) -> Option<&'a str> {
    match &argument.parameter.source {
        ParameterSource::Path => None,
        ParameterSource::Header(name) => Some(name),
        _ => Some(&argument.parameter.field.wire_name),
    }
}

/// One step before a body begins.
struct Step {
    /// The step when what it finds is used.
    bound: TokenStream,
    /// The step when it is not.
    unbound: TokenStream,
    /// The row that it finds.
    name: Option<Ident>,
    /// The parameter that becomes the row's key, and how.
    key: Option<(Ident, TokenStream)>,
}

impl Step {
    fn plain(tokens: TokenStream) -> Self {
        Self { bound: tokens.clone(), unbound: tokens, name: None, key: None }
    }
}

/// The steps, as far as what follows needs what they find.
fn needed(steps: Vec<Step>, after: &TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut after = after.clone();
    for step in steps.into_iter().rev() {
        let key = step.key.filter(|(name, _)| after.is_empty() || mentions(&after, name)).map(|(_, tokens)| tokens);
        let is_used = key.is_some() || step.name.is_some_and(|name| mentions(&after, &name));
        let found = if is_used { step.bound } else { step.unbound };
        tokens = quote!(#found #key #tokens);
        after = quote!(#found #after);
    }
    tokens
}

/// `ty` with the options around it that `outer` has.
fn wrapped_like(outer: &Type, ty: Type) -> Type {
    match outer {
        Type::Optional(inner) => Type::Optional(Box::new(wrapped_like(inner, ty))),
        Type::Patch(inner) => Type::Patch(Box::new(wrapped_like(inner, ty))),
        _ => ty,
    }
}

/// How many options stand around a reference.
fn options_around(ty: &Type) -> usize {
    match ty {
        Type::Optional(inner) | Type::Patch(inner) => 1 + options_around(inner),
        _ => 0,
    }
}

/// `Some(Some(x))`
fn wrapped(inner: &TokenStream, depth: usize) -> TokenStream {
    (0..depth).fold(inner.clone(), |inner, _| quote!(Some(#inner)))
}

/// One part of the key by which a row is found.
pub(super) struct LookUpPart {
    /// The other parameter that gives it; `None` for what the parameter brings itself.
    parameter: Option<usize>,
    field: usize,
    descending: bool,
}

impl LookUp {
    pub(super) fn model(&self) -> crate::declarations::ModelId {
        match self {
            Self::Key(model) | Self::Unique(model, _) => *model,
        }
    }
}

impl Scope<'_> {
    /// The parts of the key by which a parameter's row is found; empty when the parameter brings
    /// the whole key.
    fn look_up_parts(&self, endpoint: &Endpoint, parameter: &Parameter, look_up: &LookUp) -> Vec<LookUpPart> {
        let model = self.model(look_up.model());
        let components: Vec<(usize, bool)> = match look_up {
            LookUp::Key(_) => model.key.iter().map(|field| (*field, false)).collect(),
            LookUp::Unique(_, index) => model.indexes[*index]
                .components
                .iter()
                .map(|component| (component.field, component.descending))
                .collect(),
        };
        let other = |field: usize| {
            let name = &model.fields[field].name;
            endpoint
                .parameters
                .iter()
                .position(|other| other.field.name == *name && other.field.name != parameter.field.name)
        };
        let is_single = components.len() == 1;
        let parts: Vec<LookUpPart> = components
            .into_iter()
            .map(|(field, descending)| LookUpPart {
                parameter: if is_single { None } else { other(field) },
                field,
                descending,
            })
            .collect();
        let brought = parts.iter().filter(|part| part.parameter.is_none()).count();
        let whole_key = matches!(look_up, LookUp::Key(_)) && (is_single || brought != 1);
        if whole_key { Vec::new() } else { parts }
    }

    /// The type of what a request brings for a parameter.
    fn brought(&self, endpoint: &Endpoint, parameter: &Parameter) -> Type {
        let Some(look_up) = &parameter.look_up else { return parameter.field.ty.clone() };
        let parts = self.look_up_parts(endpoint, parameter, look_up);
        let Some(own) = parts.iter().find(|part| part.parameter.is_none()) else { return parameter.field.ty.clone() };
        let ty = &self.model(look_up.model()).fields[own.field].ty;
        let ty = match self.base(ty) {
            // What looks up a row is there, also where the field may be none.
            Type::Optional(inner) => inner.as_ref().clone(),
            _ => ty.clone(),
        };
        wrapped_like(&parameter.field.ty, ty)
    }

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

/// Whether the state has to be read before a handler can be called.
pub(super) fn needs_state(arguments: &[Argument<'_>]) -> bool {
    arguments.iter().any(|argument| argument.parameter.look_up.is_some() || argument.late_default.is_some())
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
