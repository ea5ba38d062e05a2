//! The order of a query: whether a way gives it, and the bytes to sort by where it does not.

use super::loops::Ties;
use super::{Body, Expr, Ident, Mode, Query, QueryOrder, QueryResult, TokenStream, Type, quote};
use crate::plan::{Access, AccessPath, JoinSource};

impl Body<'_> {
    /// Statements that compute the bytes by which rows are sorted, and their name.
    pub(super) fn sort_key(&mut self, query: &Query, ties: &Ties) -> (Ident, TokenStream) {
        let key = self.fresh("sort_key");
        let parts = match &query.order {
            QueryOrder::None => self.sort_parts(query, None, &[], &key, ties),
            QueryOrder::Keys(keys) => self.sort_parts(query, None, keys, &key, ties),
            QueryOrder::Match(value, arms) => {
                let numbered: Vec<_> =
                    arms.iter().enumerate().map(|(arm, (pattern, keys))| (pattern.clone(), (arm, keys))).collect();
                self.match_with(
                    value,
                    &numbered,
                    &mut |body, (arm, keys)| body.sort_parts(query, Some(*arm), keys, &key, ties),
                    true,
                )
            }
        };
        self.release(&key);
        let code = quote! {
            let mut #key = rt::KeyBytes::new();
            #parts
        };
        (key, code)
    }

    /// The keys of one order; the row's own key breaks ties.
    fn sort_parts(
        &mut self,
        query: &Query,
        arm: Option<usize>,
        keys: &[(Expr, bool)],
        name: &Ident,
        ties: &Ties,
    ) -> TokenStream {
        let method = |descending: bool| if descending { quote!(write_key_descending) } else { quote!(write_key) };
        let mut parts = TokenStream::new();
        for (key, descending) in keys {
            let (value, method) = (self.reference(key), method(*descending));
            parts.extend(quote!(rt::OrderedKey::#method(#value, &mut #name);));
        }
        let row = match ties {
            Ties::Row(row) => row,
            Ties::Group(group) => return quote!(#parts #name.extend_from_slice(&#group);),
        };
        let own = self.file.key_of(query.source, &quote!(#row));
        let method = method(ties_descend(query, arm));
        let joined =
            if matches!(query.result, QueryResult::Page(_)) { self.joined_ties(query, name) } else { quote!() };
        quote!(#parts rt::OrderedKey::#method(&#own, &mut #name); #joined)
    }

    /// What tells the joined rows of a row apart, for the cursor of a page.
    fn joined_ties(&mut self, query: &Query, name: &Ident) -> TokenStream {
        let mut parts = TokenStream::new();
        for join in &query.joins {
            let local = self.local_ident(join.local);
            let own = match &join.source {
                JoinSource::Table(source, _) => {
                    let key = self.file.key_of(*source, &quote!(#local));
                    quote!(&#key)
                }
                JoinSource::Elements(_) if self.mode(join.local) == Mode::Borrowed => quote!(#local),
                JoinSource::Elements(_) => quote!(&#local),
            };
            parts.extend(quote!(rt::OrderedKey::write_key(#own, &mut #name);));
        }
        parts
    }

    /// Whether the rows of a path come in the order that was asked for, ties included.
    pub(super) fn comes_in_order(&self, query: &Query, path: &AccessPath) -> bool {
        if query.group.is_some() {
            // Groups have an order of their own.
            return true;
        }
        let keys: Vec<&Expr> = match &query.order {
            QueryOrder::None if matches!(query.result, QueryResult::Page(_)) => {
                return keyed(&path.access) && !joins_out_of_order(query);
            }
            QueryOrder::None => return true,
            QueryOrder::Keys(keys) => keys.iter().map(|(key, _)| key).collect(),
            QueryOrder::Match(_, arms) => arms.iter().flat_map(|(_, keys)| keys).map(|(key, _)| key).collect(),
        };
        // Read backwards an index begins with `none`, which sorts last.
        let none_first = is_reverse(&path.access)
            && keys.iter().any(|key| matches!(self.file.scope.base(&key.ty), Type::Optional(_)));
        // The cursor of a page is a sort key, so ties have to come as it orders them.
        let is_page = matches!(query.result, QueryResult::Page(_));
        let ties = !is_page || is_reverse(&path.access) == ties_descend(query, path.when_arm);
        path.ordered && !none_first && ties && !(is_page && joins_out_of_order(query))
    }
}

/// Whether rows with equal sort keys come in the reverse order of their keys: as they do in an
/// index that is read backwards.
fn ties_descend(query: &Query, arm: Option<usize>) -> bool {
    let ordered = query.paths.iter().find(|path| path.ordered && path.when_arm == arm);
    ordered.is_some_and(|path| is_reverse(&path.access))
}

fn is_reverse(access: &Access) -> bool {
    matches!(access, Access::Index { reverse: true, .. } | Access::KeyOrder { reverse: true })
}

/// Whether joined rows may come in another order than that of their keys.
fn joins_out_of_order(query: &Query) -> bool {
    let mut joins = query.joins.iter();
    joins.any(|join| match &join.source {
        JoinSource::Table(_, access) => !matches!(access, Access::Key(_)),
        JoinSource::Elements(collection) => !matches!(collection.ty, Type::Set(_)),
    })
}

/// Whether rows come in the order of their keys.
fn keyed(access: &Access) -> bool {
    matches!(access, Access::Key(_) | Access::KeyOrder { .. } | Access::All)
}
