//! The loops of a query: through its rows, what is joined to each, and then through groups.

use super::super::is_place;
use super::{Body, Mode, Query, Sorting, whole};
use crate::plan::{Expr, ExprKind, Join, JoinSource, LocalId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Lifetime;

/// One loop.
pub(super) struct Loop {
    /// The pattern of a round.
    pub(super) row: TokenStream,
    /// What is gone through.
    pub(super) rows: TokenStream,
    /// `continue` where a condition fails, and other statements at the start of a round.
    pub(super) conditions: TokenStream,
}

/// What tells rounds apart that are equal in what is sorted by.
pub(super) enum Ties {
    /// The key of the row of this name.
    Row(Ident),
    /// The bytes of the group's key.
    Group(Ident),
}

/// What is known before the code of a query is put together.
pub(super) struct Plan {
    /// Statements in front of the loops.
    pub(super) setup: TokenStream,
    /// From the outside in.
    pub(super) loops: Vec<Loop>,
    pub(super) sorting: Sorting,
    /// What is kept of a round, as a pattern.
    pub(super) item: TokenStream,
    /// The same as a value, taken from inside all loops.
    pub(super) kept: TokenStream,
    pub(super) ties: Ties,
    /// The name of the outer loop, where inner ones have to leave it.
    label: Option<Lifetime>,
}

impl Plan {
    /// `body` for each round.
    pub(super) fn each(&self, body: &TokenStream) -> TokenStream {
        let mut code = body.clone();
        for (depth, round) in self.loops.iter().enumerate().rev() {
            let Loop { row, rows, conditions } = round;
            let label = self.label.as_ref().filter(|label| depth == 0 && names(&code, label));
            let label = label.map(|label| quote!(#label:));
            code = quote!(#label for #row in #rows { #conditions #code });
        }
        code
    }

    /// Leaves all loops.
    pub(super) fn stop(&self) -> TokenStream {
        match &self.label {
            Some(label) => quote!(break #label;),
            None => quote!(break;),
        }
    }

    /// The rows, where all of them are wanted as they come.
    pub(super) fn plain_rows(&self) -> Option<&TokenStream> {
        match self.loops.as_slice() {
            [Loop { rows, conditions, .. }] if conditions.is_empty() => Some(rows),
            _ => None,
        }
    }
}

fn names(code: &TokenStream, label: &Lifetime) -> bool {
    let mut quoted = false;
    code.clone().into_iter().any(|token| {
        let found = match &token {
            proc_macro2::TokenTree::Ident(word) => quoted && *word == label.ident,
            proc_macro2::TokenTree::Group(group) => names(&group.stream(), label),
            _ => false,
        };
        quoted = matches!(&token, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == '\'');
        found
    })
}

/// One name, or a tuple of several.
pub(super) fn tuple(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [only] => only.clone(),
        _ => quote!((#(#parts),*)),
    }
}

/// Whether an expression reads a local.
pub(super) fn reads(expr: &Expr, local: LocalId) -> bool {
    super::walk::any(expr, &|it| it.kind == ExprKind::Local(local))
}

impl Body<'_> {
    /// The loops through the rows of a query, and what is joined to them.
    pub(super) fn row_plan(&mut self, query: &Query) -> Plan {
        let row = self.local_ident(query.row);
        let (setup, rows, sorting) = self.ways(query);
        let mut loops = vec![Loop { row: quote!(#row), rows, conditions: self.conditions_at(query, 0) }];
        for (position, join) in query.joins.iter().enumerate() {
            let rows = self.joined(join);
            let name = self.used_name(join.local);
            loops.push(Loop { row: name, rows, conditions: self.conditions_at(query, position + 1) });
        }
        let (item, kept) = self.kept(query);
        let label = (loops.len() > 1).then(|| {
            let name = self.fresh("rows");
            self.release(&name);
            Lifetime::new(&format!("'{name}"), Span::call_site())
        });
        Plan { setup, loops, sorting, item, kept, ties: Ties::Row(row), label }
    }

    /// The loop through the groups of a query, behind the one that makes them.
    pub(super) fn plan(&mut self, query: &Query) -> Plan {
        let rows = self.row_plan(query);
        match &query.group {
            Some(group) => {
                let grouped = self.groups(query, group, &rows);
                Plan {
                    setup: grouped.setup,
                    loops: vec![grouped.round],
                    sorting: grouped.sorting,
                    item: grouped.item.clone(),
                    kept: grouped.item,
                    ties: Ties::Group(grouped.key),
                    label: None,
                }
            }
            None => rows,
        }
    }

    fn conditions_at(&mut self, query: &Query, joins: usize) -> TokenStream {
        let on = joins.checked_sub(1).and_then(|position| query.joins.get(position));
        let on = on.into_iter().flat_map(|join| &join.on).map(|test| {
            let fails = self.negated(test);
            quote!(if #fails { continue; })
        });
        let mut judged: TokenStream = on.collect();
        for condition in query.conditions.iter().filter(|condition| condition.joins == joins) {
            judged.extend(self.query_condition(condition));
        }
        judged
    }

    fn joined(&mut self, join: &Join) -> TokenStream {
        match &join.source {
            JoinSource::Table(source, access) => {
                self.set_mode(join.local, Mode::SharedRow);
                self.access(*source, access)
            }
            // Elements of a row are looked at where they are.
            JoinSource::Elements(collection) if self.is_borrowed(collection, join.local) => {
                self.set_mode(join.local, Mode::Borrowed);
                self.reference(collection)
            }
            JoinSource::Elements(collection) => {
                self.set_mode(join.local, Mode::Owned);
                self.items(collection)
            }
        }
    }

    fn is_borrowed(&self, collection: &Expr, element: LocalId) -> bool {
        is_place(collection) && !self.file.scope.is_copy(self.local_type(element))
    }

    /// What is made of a round whose loops are left already: what was kept of it is owned.
    pub(super) fn selected_of_kept(&mut self, query: &Query) -> TokenStream {
        let borrowed = query.joins.iter().map(|join| join.local).filter(|local| self.mode(*local) == Mode::Borrowed);
        let borrowed: Vec<LocalId> = borrowed.collect();
        borrowed.iter().for_each(|local| self.set_mode(*local, Mode::Owned));
        let select = self.selected(query);
        borrowed.iter().for_each(|local| self.set_mode(*local, Mode::Borrowed));
        select
    }

    /// The name of a local, or `_` where nothing uses it.
    pub(super) fn used_name(&self, local: LocalId) -> TokenStream {
        if self.uses(local) == 0 {
            return quote!(_);
        }
        let name = self.local_ident(local);
        quote!(#name)
    }

    /// What has to be kept of a round until its result is made: as a pattern, and as a value.
    fn kept(&mut self, query: &Query) -> (TokenStream, TokenStream) {
        if query.joins.is_empty() {
            let row = self.local_ident(query.row);
            return (quote!(#row), quote!(#row));
        }
        let used = |local: LocalId| match &query.select {
            Some(select) => reads(select, local),
            None => local == query.row,
        };
        let all: Vec<LocalId> = std::iter::once(query.row).chain(query.joins.iter().map(|join| join.local)).collect();
        let last = all.last().copied();
        let (mut pattern, mut values) = (Vec::new(), Vec::new());
        for local in all.into_iter().filter(|local| used(*local)) {
            let name = self.local_ident(local);
            // What belongs to an outer loop goes on to the next round of the inner one.
            values.push(match self.mode(local) {
                Mode::Borrowed => quote!(#name.clone()),
                _ if Some(local) == last => quote!(#name),
                Mode::SharedRow => quote!(rt::Arc::clone(&#name)),
                _ if self.file.scope.is_copy(self.local_type(local)) => quote!(#name),
                _ => quote!(#name.clone()),
            });
            pattern.push(quote!(#name));
        }
        (tuple(&pattern), whole(tuple(&values)))
    }

    /// What is made of each row, element or group.
    pub(super) fn selected(&mut self, query: &Query) -> TokenStream {
        let row = self.local_ident(query.row);
        match &query.select {
            // A row that is given out whole is handed on as it is.
            Some(Expr { kind: ExprKind::LoadRow(inner), .. })
                if query.joins.is_empty() && matches!(inner.kind, ExprKind::Local(id) if id == query.row) =>
            {
                quote!(#row)
            }
            Some(select) => self.value(select),
            None => whole(self.file.key_of(query.source, &quote!(#row))),
        }
    }
}
