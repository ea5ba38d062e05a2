//! Events: what is stored, what it does, and what is given when it is emitted.

use super::body::{Body, EventPlace, refuses};
use super::forms::{Column, wire};
use super::literals;
use super::scope::{File, field_ident, ident, local_ident, member, mentions};
use super::structs::field_docs;
use super::types::derives;
use crate::declarations::{Effect, Event, EventField, EventFieldOrigin, EventId, Source, Type};
use crate::plan::EventBody;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl File<'_> {
    /// An event and its input.
    pub(super) fn event(&self, id: EventId, event: &Event) -> TokenStream {
        let name = ident(self.scope.names.event(id));
        let docs = self.scope.docs(&event.docs, "", event.span);
        let derives = derives(false, false);
        let columns: Vec<Column<'_>> = event
            .fields
            .iter()
            .map(|field| Column {
                ident: field_ident(&field.field.name),
                local: local_ident(&field.field.name),
                field: &field.field,
                ty: &field.field.ty,
            })
            .collect();
        let fields = self.fields(&columns);
        let wire = wire(&name, &columns, &event.wire_order);
        let body = &self.scope.bodies.events[id.index()];
        let apply = self.apply(event, body);
        let (type_id, version) =
            (literals::unsigned(u64::from(event.stable_id)), literals::unsigned(u64::from(event.version)));
        let tx = if mentions(&apply, &ident("tx")) { quote!(tx) } else { quote!(_tx) };
        let input = self.input(id, event, body);
        quote! {
            #docs
            #derives
            pub struct #name { #fields }

            #wire

            impl rt::Event for #name {
                const TYPE_ID: u32 = #type_id;
                const VERSION: u32 = #version;

                fn apply(&self, #tx: &mut rt::Tx<'_>) -> Result<(), rt::Refusal> {
                    #apply
                }
            }

            #input
        }
    }

    /// What the event does to the state.
    fn apply(&self, event: &Event, body: &EventBody) -> TokenStream {
        let own = match event.effect {
            Effect::General => TokenStream::new(),
            Effect::Creates(model) => self.creation(event, model),
            Effect::Updates(model, reference) => self.update(event, model, reference),
            Effect::Deletes(model, reference) => {
                let (row, reference) = self.effect_target(event, model, reference);
                quote!(tx.delete::<#row>(&self.#reference)?;)
            }
        };
        let mut rust = Body::of_event(self, &body.frame, event, EventPlace::This);
        rust.count_uses([], &body.apply, []);
        rust.returns_unit = true;
        let statements = rust.body(&body.apply);
        quote!(#own #statements)
    }

    fn effect_target(&self, event: &Event, model: crate::declarations::ModelId, reference: usize) -> (Ident, Ident) {
        (self.row(Source::Model(model)), field_ident(&event.fields[reference].field.name))
    }

    fn creation(&self, event: &Event, id: crate::declarations::ModelId) -> TokenStream {
        let row = self.row(Source::Model(id));
        let fields = self.scope.model(id).fields.iter().enumerate().filter_map(|(position, column)| {
            let from = event.fields.iter().find(|field| field.writes == Some(position))?;
            let (name, source) = (field_ident(&column.name), field_ident(&from.field.name));
            let value =
                if self.scope.is_copy(&from.field.ty) { quote!(self.#source) } else { quote!(self.#source.clone()) };
            Some(quote!(#name: #value))
        });
        quote!(tx.insert(#row { #(#fields),* })?;)
    }

    fn update(&self, event: &Event, id: crate::declarations::ModelId, reference: usize) -> TokenStream {
        let (row, target) = self.effect_target(event, id, reference);
        let writes: Vec<TokenStream> = event
            .fields
            .iter()
            .filter_map(|field| {
                let column = self.scope.model(id).fields.get(field.writes?)?;
                Some(self.write_field(&field_ident(&column.name), field))
            })
            .collect();
        if writes.is_empty() {
            // The row is not written here, but it has to be there.
            return quote!(tx.need::<#row>(&self.#target)?;);
        }
        quote! {
            tx.edit(&self.#target, |row: &mut #row| {
                #(#writes)*
                Ok(())
            })?;
        }
    }

    /// Writes one field of an event to the row.
    fn write_field(&self, column: &Ident, field: &EventField) -> TokenStream {
        let source = field_ident(&field.field.name);
        match (&field.field.ty, self.scope.is_copy(&field.field.ty)) {
            (Type::Patch(_), true) => quote!(if let Some(value) = self.#source { row.#column = value; }),
            (Type::Patch(_), false) => quote!(if let Some(value) = &self.#source { row.#column.clone_from(value); }),
            (_, true) => quote!(row.#column = self.#source;),
            (_, false) => quote!(row.#column.clone_from(&self.#source);),
        }
    }

    /// What is given, and how the event comes out of it.
    fn input(&self, id: EventId, event: &Event, body: &EventBody) -> TokenStream {
        let name = ident(self.scope.names.event_input(id));
        let event_name = ident(self.scope.names.event(id));
        let words = format!("What is given to record [`{event_name}`]; the rest is computed.");
        let docs = super::docs::attributes(&self.scope.places, &[], &words, Some(event.span));
        let derives = derives(false, false);
        let given: Vec<(usize, &EventField)> =
            event.fields.iter().enumerate().filter(|(_, field)| field.origin == EventFieldOrigin::Given).collect();
        let is_defaulted = |position: usize| body.values.iter().any(|(field, _)| *field == position);
        let fields = given.iter().map(|(position, field)| {
            let (ident, ty, docs) =
                (field_ident(&field.field.name), self.ty(&field.field.ty), field_docs(self, &field.field));
            if is_defaulted(*position) { quote!(#docs pub #ident: Option<#ty>) } else { quote!(#docs pub #ident: #ty) }
        });
        let (output, result) = match event.effect {
            Effect::Creates(model) => {
                let key = self.key(Source::Model(model));
                let result = self.key_of_created(event, model);
                (quote!(#key), result)
            }
            _ => (quote!(()), quote!(())),
        };
        let record = self.record(event, &event_name, body, &given);
        quote! {
            #docs
            #derives
            pub struct #name { #(#fields),* }

            impl rt::EventInput for #name {
                type Output = #output;

                fn record(self, tx: &mut rt::Tx<'_>) -> Result<#output, rt::Refusal> {
                    #record
                    tx.record(&event)?;
                    Ok(#result)
                }
            }
        }
    }

    fn key_of_created(&self, event: &Event, id: crate::declarations::ModelId) -> TokenStream {
        let values: Vec<TokenStream> = self
            .scope
            .model(id)
            .key
            .iter()
            .filter_map(|position| event.fields.iter().find(|field| field.writes == Some(*position)))
            .map(|field| {
                let name = field_ident(&field.field.name);
                if self.scope.is_copy(&field.field.ty) { quote!(event.#name) } else { quote!(event.#name.clone()) }
            })
            .collect();
        self.key_from(Source::Model(id), &values)
    }

    /// Statements that make `event` from the given fields: rules, values, conditions.
    fn record(&self, event: &Event, name: &Ident, body: &EventBody, given: &[(usize, &EventField)]) -> TokenStream {
        let mut values_body = Body::of_event(self, &body.frame, event, EventPlace::Locals);
        values_body.count_uses(body.values.iter().map(|(_, value)| value), &[], []);
        let is_defaulted = |position: usize| body.values.iter().any(|(field, _)| *field == position);
        let taken = given.iter().map(|(position, field)| {
            let (ident, local) = (field_ident(&field.field.name), local_ident(&field.field.name));
            let mutable = self.given_rules(field, is_defaulted(*position)).is_some().then(|| quote!(mut));
            match (&mutable, ident == local) {
                (None, true) => quote!(#ident),
                (Some(_), true) => quote!(mut #ident),
                _ => quote!(#ident: #mutable #local),
            }
        });
        let taken = if given.is_empty() { TokenStream::new() } else { quote!(let Self { #(#taken),* } = self;) };
        let checks: Vec<TokenStream> = given
            .iter()
            .filter_map(|(position, field)| {
                let rules = self.given_rules(field, is_defaulted(*position))?;
                Some(check(field, &rules))
            })
            .collect();
        let values = body.values.iter().map(|(position, value)| {
            let field = &event.fields[*position];
            let local = local_ident(&field.field.name);
            let tokens = values_body.typed_value(value);
            let late_rules =
                field.origin != EventFieldOrigin::Given && self.rules(&field.field.ty, &field.field.rules).is_some();
            let mutable = late_rules.then(|| quote!(mut));
            if field.origin == EventFieldOrigin::Given {
                if refuses(&tokens) {
                    quote!(let #local = match #local { Some(value) => value, None => #tokens };)
                } else {
                    quote!(let #local = #local.unwrap_or_else(|| #tokens);)
                }
            } else {
                let ty = self.ty(&field.field.ty);
                quote!(let #mutable #local: #ty = #tokens;)
            }
        });
        let values: Vec<TokenStream> = values.collect();
        let late_checks: Vec<TokenStream> = event
            .fields
            .iter()
            .filter(|field| field.origin != EventFieldOrigin::Given)
            .filter_map(|field| {
                let rules = self.rules(&field.field.ty, &field.field.rules)?;
                Some(check(field, &rules))
            })
            .collect();
        let fields = event.fields.iter().map(|field| {
            let local = local_ident(&field.field.name);
            member(&field_ident(&field.field.name), &quote!(#local))
        });
        let requires = self.requires(event, body);
        let (checks, late_checks) = (collected(&checks), collected(&late_checks));
        quote! {
            #taken
            #checks
            #(#values)*
            #late_checks
            let event = #name { #(#fields),* };
            #requires
        }
    }

    fn given_rules(&self, field: &EventField, is_defaulted: bool) -> Option<TokenStream> {
        let rules = self.rules(&field.field.ty, &field.field.rules)?;
        Some(if is_defaulted { quote!(if let Some(value) = value { #rules }) } else { rules })
    }

    fn requires(&self, event: &Event, body: &EventBody) -> TokenStream {
        let mut rust = Body::of_event(self, &body.frame, event, EventPlace::Value);
        rust.count_uses(
            body.requires.iter().map(|(condition, _)| condition),
            &[],
            body.requires.iter().map(|(_, failure)| failure),
        );
        body.requires
            .iter()
            .map(|(condition, failure)| {
                let broken = rust.negated(condition);
                let refusal = rust.refusal(failure);
                quote!(if #broken { return Err(#refusal); })
            })
            .collect()
    }
}

fn check(field: &EventField, rules: &TokenStream) -> TokenStream {
    let (local, wire_name) = (local_ident(&field.field.name), &field.field.wire_name);
    quote! {
        let value = &mut #local;
        at.field(#wire_name, |at| { #rules });
    }
}

/// Checks whose problems are reported together.
fn collected(checks: &[TokenStream]) -> TokenStream {
    if checks.is_empty() {
        return TokenStream::new();
    }
    quote! {
        rt::check(|at| { #(#checks)* })?;
    }
}
