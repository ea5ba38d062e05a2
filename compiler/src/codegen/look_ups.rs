//! Rows that parameters name: how they are found before a body begins, and what is said when there is none.

use super::body::{Body, refuses};
use super::calls::Argument;
use super::literals;
use super::scope::{File, Scope, bind, mentions};
use crate::declarations::{Endpoint, LookUp, ModelId, Parameter, ParameterSource, Source, Type};
use crate::plan::{EndpointBody, LocalId};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl File<'_> {
    /// Statements that fill in late defaults and find the rows of model-typed parameters.
    pub(super) fn look_ups_of(
        &self,
        endpoint: &Endpoint,
        arguments: &[Argument<'_>],
        rust: &mut Body<'_>,
    ) -> Vec<Step> {
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
    pub(super) fn resolve(&self, endpoint: &Endpoint, arguments: &[Argument<'_>], body: &EndpointBody) -> TokenStream {
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
pub(super) struct Step {
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
pub(super) fn needed(steps: Vec<Step>, after: &TokenStream) -> TokenStream {
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
struct LookUpPart {
    /// The other parameter that gives it; `None` for what the parameter brings itself.
    parameter: Option<usize>,
    descending: bool,
}

impl LookUp {
    fn model(&self) -> ModelId {
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
                descending,
            })
            .collect();
        let brought = parts.iter().filter(|part| part.parameter.is_none()).count();
        let whole_key = matches!(look_up, LookUp::Key(_)) && (is_single || brought != 1);
        if whole_key { Vec::new() } else { parts }
    }

    /// The type of what a request brings for a parameter.
    pub(super) fn brought(&self, endpoint: &Endpoint, parameter: &Parameter) -> Type {
        self.declarations.brought(endpoint, parameter)
    }
}

/// Whether the state has to be read before a handler can be called.
pub(super) fn needs_state(arguments: &[Argument<'_>]) -> bool {
    arguments.iter().any(|argument| argument.parameter.look_up.is_some() || argument.late_default.is_some())
}
