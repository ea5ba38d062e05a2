//! `group by`: rows are gathered into groups in the order of their keys, then each group is a row.

use super::loops::{Loop, Plan, reads, tuple};
use super::{Body, Query, QueryOrder, QueryResult, Sorting};
use crate::declarations::Type;
use crate::plan::{Aggregate, AggregateFunction, Group, LocalId};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The groups of a query.
pub(super) struct Grouped {
    /// Statements that make them.
    pub(super) setup: TokenStream,
    /// The loop through them.
    pub(super) round: Loop,
    pub(super) sorting: Sorting,
    /// What is kept of a group.
    pub(super) item: TokenStream,
    /// The name of the bytes of its key.
    pub(super) key: Ident,
}

impl Body<'_> {
    pub(super) fn groups(&mut self, query: &Query, group: &Group, rows: &Plan) -> Grouped {
        let (groups, key) = (self.fresh("groups"), self.fresh("group"));
        let mut values = TokenStream::new();
        let mut names = Vec::new();
        for (local, value) in &group.keys {
            let name = self.local_ident(*local);
            let value = self.value(value);
            values.extend(quote!(let #name = #value;));
            names.push(name);
        }
        let make_key = match names.as_slice() {
            [only] => quote!(let #key = rt::encode_key(&#only);),
            _ => quote! {
                let mut #key = rt::KeyBytes::new();
                #(rt::OrderedKey::write_key(&#names, &mut #key);)*
            },
        };
        let shown: Vec<LocalId> =
            group.keys.iter().map(|(local, _)| *local).filter(|local| self.uses(*local) > 0).collect();
        let shown: Vec<TokenStream> = shown.into_iter().map(|local| self.used_name(local)).collect();
        let states: Vec<TokenStream> = group
            .aggregates
            .iter()
            .map(|aggregate| {
                let name = self.local_ident(aggregate.local);
                quote!(#name)
            })
            .collect();
        let starts: Vec<TokenStream> = group.aggregates.iter().map(|it| self.start(it)).collect();
        let start = tuple(&shown.iter().chain(&starts).cloned().collect::<Vec<_>>());
        let hidden: Vec<TokenStream> = shown.iter().map(|_| quote!(_)).collect();
        let found = tuple(&hidden.iter().chain(&states).cloned().collect::<Vec<_>>());
        let adds: Vec<TokenStream> = group.aggregates.iter().map(|it| self.add(it)).collect();
        // Groups of which nothing is kept but their keys.
        let is_bare = shown.is_empty() && states.is_empty();
        let enter =
            if is_bare { quote!(#groups.insert(#key)) } else { quote!(#groups.entry(#key).or_insert_with(|| #start)) };
        let empty = if is_bare { quote!(BTreeSet) } else { quote!(BTreeMap) };
        let enter = if states.is_empty() { quote!(#enter;) } else { quote!(let #found = #enter;) };
        let gather = rows.each(&quote! { #values #make_key #enter #(#adds)* });
        let setup = &rows.setup;
        let setup = quote!(#setup let mut #groups = rt::#empty::new(); #gather);
        let all = tuple(&shown.iter().chain(&states).cloned().collect::<Vec<_>>());
        let results: TokenStream = group.aggregates.iter().map(|it| self.result(it)).collect();
        let is_sorted = query.order != QueryOrder::None;
        let needs_key = is_sorted || matches!(query.result, QueryResult::Page(_));
        let round = if is_bare {
            let row = if needs_key { quote!(#key) } else { quote!(_) };
            Loop { row, rows: quote!(#groups), conditions: results }
        } else if needs_key {
            Loop { row: quote!((#key, #all)), rows: quote!(#groups), conditions: results }
        } else {
            Loop { row: all, rows: quote!(#groups.into_values()), conditions: results }
        };
        self.release(&groups);
        let sorting = if is_sorted { Sorting::Always } else { Sorting::Never };
        let locals = group.keys.iter().map(|(local, _)| *local).chain(group.aggregates.iter().map(|it| it.local));
        let kept = locals.filter(|local| query.select.as_ref().is_some_and(|select| reads(select, *local)));
        let kept: Vec<TokenStream> = kept.map(|local| self.used_name(local)).collect();
        Grouped { setup, round, sorting, item: tuple(&kept), key }
    }

    /// An aggregate of no rows.
    fn start(&self, aggregate: &Aggregate) -> TokenStream {
        let ty = self.value_type(aggregate);
        let kind = match aggregate.function {
            AggregateFunction::Count => quote!(Count),
            AggregateFunction::CountDistinct => quote!(CountDistinct),
            AggregateFunction::Sum => quote!(Sum::<#ty>),
            AggregateFunction::Average => quote!(Average::<#ty>),
            AggregateFunction::Min => quote!(Least::<#ty>),
            AggregateFunction::Max => quote!(Greatest::<#ty>),
            AggregateFunction::Any => quote!(AnyHolds),
        };
        quote!(rt::#kind::default())
    }

    /// The type of the values of an aggregate that are not none.
    fn value_type(&self, aggregate: &Aggregate) -> TokenStream {
        let Some(value) = &aggregate.value else { return quote!(()) };
        match self.file.scope.base(&value.ty) {
            Type::Optional(inner) => self.file.ty(inner),
            other => self.file.ty(other),
        }
    }

    /// What a row adds to an aggregate.
    fn add(&mut self, aggregate: &Aggregate) -> TokenStream {
        let name = self.local_ident(aggregate.local);
        let value = aggregate.value.as_ref().map(|value| self.value(value));
        match aggregate.function {
            AggregateFunction::Sum | AggregateFunction::Average => quote!(#name.add(#value)?;),
            AggregateFunction::CountDistinct => {
                let ty = self.value_type(aggregate);
                quote!(#name.add::<#ty>(#value);)
            }
            _ => quote!(#name.add(#value);),
        }
    }

    /// The result of an aggregate under its own name.
    fn result(&self, aggregate: &Aggregate) -> TokenStream {
        let name = self.local_ident(aggregate.local);
        let is_optional = matches!(self.file.scope.base(self.local_type(aggregate.local)), Type::Optional(_));
        match aggregate.function {
            AggregateFunction::Average => {
                let result = if is_optional { quote!(#name.result()?) } else { quote!(#name.of_some()?) };
                quote!(let #name = #result;)
            }
            AggregateFunction::Min | AggregateFunction::Max if !is_optional => quote!(let #name = #name.of_some()?;),
            _ => quote!(let #name = #name.result();),
        }
    }
}
