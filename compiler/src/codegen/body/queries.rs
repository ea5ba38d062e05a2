//! Queries: a way to the rows, conditions, order, window, and what is made of each row.

mod access;
mod groups;
mod loops;
mod order;
mod ways;

use super::expressions::refuses;
use super::{Body, Mode, walk};
use crate::codegen::literals;
use crate::codegen::scope::whole;
use crate::declarations::{Source, Type};
use crate::plan::{Expr, ExprKind, LocalId, Query, QueryCondition, QueryOrder, QueryResult};
use loops::{Plan, Ties};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Whether rows are to be sorted.
enum Sorting {
    /// They come in order.
    Never,
    /// They do not.
    Always,
    /// By the path taken: a local `bool` says whether they come in order.
    Sometimes(Ident),
}

impl Body<'_> {
    pub(super) fn query(&mut self, query: &Query) -> TokenStream {
        self.set_mode(query.row, Mode::SharedRow);
        let plan = match &query.result {
            // There is a group as soon as there is a row.
            QueryResult::Exists => self.row_plan(query),
            _ => self.plan(query),
        };
        match &query.result {
            QueryResult::Count => self.count(&plan),
            QueryResult::Exists => self.exists(&plan),
            QueryResult::First => self.first(query, &plan),
            QueryResult::List => self.list(query, &plan),
            QueryResult::Page(cursor) => self.page(query, &plan, cursor),
        }
    }

    fn list(&mut self, query: &Query, plan: &Plan) -> TokenStream {
        let Plan { setup, sorting, item, .. } = plan;
        if !matches!(sorting, Sorting::Never) || query.skip.is_some() || query.limit.is_some() {
            let select = self.selected_of_kept(query);
            let (selection, gather) = self.gather(query, plan);
            let picked = quote!(#selection.into_rows());
            let items = self.items_of(&picked, &quote!(.into_iter()), item, &select);
            return quote!({ #setup #gather #items });
        }
        let select = self.selected(query);
        if let Some(rows) = plan.plain_rows() {
            let items = self.items_of(rows, &TokenStream::new(), item, &select);
            return quote!({ #setup #items });
        }
        let items = self.fresh("items");
        let each = plan.each(&quote!(#items.push(#select);));
        let code = quote!({
            #setup
            let mut #items = Vec::new();
            #each
            #items
        });
        self.release(&items);
        code
    }

    /// A list of what is made of each row.
    fn items_of(
        &mut self,
        rows: &TokenStream,
        iterate: &TokenStream,
        row: &TokenStream,
        select: &TokenStream,
    ) -> TokenStream {
        if is_handed_on(row, select) {
            // Rows as they are.
            return if iterate.is_empty() { quote!(#rows.collect::<Vec<_>>()) } else { rows.clone() };
        }
        if !refuses(select) {
            return quote!(#rows #iterate.map(|#row| #select).collect::<Vec<_>>());
        }
        let items = self.fresh("items");
        self.release(&items);
        quote! {
            let mut #items = Vec::new();
            for #row in #rows {
                #items.push(#select);
            }
            #items
        }
    }

    fn count(&mut self, plan: &Plan) -> TokenStream {
        let setup = &plan.setup;
        if let Some(rows) = plan.plain_rows() {
            let count = if matches!(plan.ties, Ties::Group(_)) { quote!(len) } else { quote!(count) };
            return quote!({ #setup rt::length(#rows.#count()) });
        }
        let count = self.fresh("count");
        self.release(&count);
        let each = plan.each(&quote!(#count += 1;));
        quote!({
            #setup
            let mut #count = 0_i64;
            #each
            #count
        })
    }

    fn exists(&mut self, plan: &Plan) -> TokenStream {
        let setup = &plan.setup;
        if let Some(rows) = plan.plain_rows() {
            return quote!({ #setup #rows.next().is_some() });
        }
        let exists = self.fresh("exists");
        self.release(&exists);
        let stop = plan.stop();
        let each = plan.each(&quote!(#exists = true; #stop));
        quote!({
            #setup
            let mut #exists = false;
            #each
            #exists
        })
    }

    fn first(&mut self, query: &Query, plan: &Plan) -> TokenStream {
        let Plan { setup, sorting, item, kept, .. } = plan;
        let select = self.selected_of_kept(query);
        let found = self.fresh("found");
        let in_order = matches!(sorting, Sorting::Never) && query.skip.is_none();
        let gather = match plan.plain_rows() {
            Some(rows) if in_order => quote!(let #found = #rows.next();),
            _ if in_order => {
                let stop = plan.stop();
                let each = plan.each(&quote!(#found = Some(#kept); #stop));
                quote!(let mut #found = None; #each)
            }
            _ => {
                let mut limited = query.clone();
                limited.limit = Some(Expr { kind: ExprKind::Int(1), ty: Type::Int, span: Default::default() });
                let (selection, gather) = self.gather(&limited, plan);
                quote! {
                    #gather
                    let #found = #selection.into_rows().into_iter().next();
                }
            }
        };
        let select_type = query.select.as_ref().map(|select| self.file.scope.base(&select.ty));
        let found_value = if matches!(select_type, Some(Type::Optional(_))) {
            // The first of options gives one option, not two.
            quote!(match #found { Some(#item) => #select, None => None })
        } else if is_handed_on(item, &select) {
            quote!(#found)
        } else if refuses(&select) {
            quote!(match #found { Some(#item) => Some(#select), None => None })
        } else {
            quote!(#found.map(|#item| #select))
        };
        self.release(&found);
        quote!({ #setup #gather #found_value })
    }

    fn page(&mut self, query: &Query, plan: &Plan, cursor: &Expr) -> TokenStream {
        let Plan { setup, sorting, item, kept, .. } = plan;
        let select = self.selected_of_kept(query);
        let cursor = self.place(cursor);
        let limit = self.limit(query);
        let (page, items) = (self.fresh("page"), self.fresh("items"));
        let (key, make) = self.sort_key(query, &plan.ties);
        let counts = self.wants_totals;
        let add_total = counts.then(|| quote!(#page.count();));
        let stop = plan.stop();
        let stop = (!counts).then(|| quote!(if #page.is_full() { #stop }));
        let in_order = match sorting {
            Sorting::Never => quote!(true),
            Sorting::Always => quote!(false),
            Sorting::Sometimes(flag) => quote!(#flag),
        };
        let total = if counts { quote!(Some(#page.total())) } else { quote!(None) };
        let (rest, next, total_name) = (self.fresh("rest"), self.fresh("next"), self.fresh("total"));
        let made = self.items_of(&quote!(#rest), &quote!(.into_iter()), item, &select);
        let each = plan.each(&quote! {
            #add_total
            #make
            #page.push_by(#key, #kept);
            #stop
        });
        let code = quote!({
            #setup
            let mut #page = rt::Selection::page(#cursor.as_deref(), #limit, #in_order)?;
            #each
            let #total_name = #total;
            let (#rest, #next) = #page.into_page();
            let #items = { #made };
            rt::Page { items: #items, total: #total_name, next: #next }
        });
        [page, items, rest, next, total_name].iter().for_each(|name| self.release(name));
        code
    }

    /// The loop that picks the rows of a window, in order.
    fn gather(&mut self, query: &Query, plan: &Plan) -> (Ident, TokenStream) {
        let Plan { sorting, kept, .. } = plan;
        let selection = self.fresh("selection");
        let skip = query.skip.as_ref().map_or_else(|| quote!(0), |skip| self.typed_value(skip));
        let limit = self.limit(query);
        let stop = plan.stop();
        let push = match sorting {
            Sorting::Never => {
                let stop = query.limit.is_some().then(|| quote!(if #selection.is_full() { #stop }));
                quote! {
                    #selection.push(#kept);
                    #stop
                }
            }
            Sorting::Always => {
                let (key, make) = self.sort_key(query, &plan.ties);
                quote! {
                    #make
                    #selection.push_by(#key, #kept);
                }
            }
            Sorting::Sometimes(flag) => {
                let (key, make) = self.sort_key(query, &plan.ties);
                quote! {
                    if #flag {
                        #selection.push(#kept);
                        if #selection.is_full() { #stop }
                    } else {
                        #make
                        #selection.push_by(#key, #kept);
                    }
                }
            }
        };
        let in_order = match sorting {
            Sorting::Never => quote!(true),
            Sorting::Always => quote!(false),
            Sorting::Sometimes(flag) => quote!(#flag),
        };
        let each = plan.each(&push);
        let code = quote! {
            let mut #selection = rt::Selection::new(#skip, #limit, #in_order);
            #each
        };
        self.release(&selection);
        (selection, code)
    }

    fn limit(&mut self, query: &Query) -> TokenStream {
        match &query.limit {
            Some(limit) => {
                let limit = self.typed_value(limit);
                quote!(Some(#limit))
            }
            None => quote!(None),
        }
    }

    fn query_condition(&mut self, condition: &QueryCondition) -> TokenStream {
        if condition.when_some.is_empty() {
            let fails = self.negated(&condition.test);
            return quote!(if #fails { continue; });
        }
        let subjects: Vec<TokenStream> = condition.when_some.iter().map(|id| self.subject(*id)).collect();
        let bindings: Vec<TokenStream> = condition
            .when_some
            .iter()
            .map(|id| self.bind_present(*id, |look| walk::each(&condition.test, false, look)))
            .collect();
        let test = self.negated(&condition.test);
        let fails = self.fresh("fails");
        self.release(&fails);
        condition.when_some.iter().for_each(|id| self.unbind_present(*id));
        match (subjects.as_slice(), bindings.as_slice()) {
            ([_], [binding]) if !refuses(&test) => {
                let option = self.option_of(condition.when_some[0]);
                quote!(if #option.is_some_and(|#binding| #test) { continue; })
            }
            ([subject], [binding]) => quote! {
                let #fails = match #subject { Some(#binding) => #test, None => false };
                if #fails { continue; }
            },
            _ => quote! {
                let #fails = match (#(#subjects),*) { (#(Some(#bindings)),*) => #test, _ => false };
                if #fails { continue; }
            },
        }
    }

    /// An optional local as something to match on.
    fn subject(&mut self, id: LocalId) -> TokenStream {
        let name = self.local_ident(id);
        if self.file.scope.is_copy(self.local_type(id)) || self.mode(id) == Mode::Borrowed {
            quote!(#name)
        } else {
            quote!(&#name)
        }
    }

    /// An optional local as an option that can be taken apart.
    fn option_of(&mut self, id: LocalId) -> TokenStream {
        let name = self.local_ident(id);
        if self.file.scope.is_copy(self.local_type(id)) { quote!(#name) } else { quote!(#name.as_ref()) }
    }

    /// Binds the value of an optional local and gives the pattern for it. `walk` visits where it is used.
    fn bind_present(&mut self, id: LocalId, walk: impl Fn(&mut dyn FnMut(&Expr, bool))) -> TokenStream {
        let (mut value_used, mut option_used) = (false, false);
        walk(&mut |expr, _| {
            value_used |= matches!(expr.kind, ExprKind::Present(other) if other == id);
            option_used |= matches!(expr.kind, ExprKind::Local(other) if other == id);
        });
        if !value_used {
            return quote!(_);
        }
        let copy = self.file.scope.is_copy(self.local_type(id)) && self.mode(id) == Mode::Owned;
        let mode = if copy { Mode::Owned } else { Mode::Borrowed };
        let local = self.local_ident(id);
        let name = if option_used { self.fresh(&format!("some_{local}")) } else { local };
        self.present.insert(id, (name.clone(), mode));
        quote!(#name)
    }

    fn unbind_present(&mut self, id: LocalId) {
        self.present.remove(&id);
    }
}

/// Whether what is made of each row is the row itself, or a copy where the row could be handed on.
fn is_handed_on(row: &TokenStream, select: &TokenStream) -> bool {
    let select = select.to_string();
    select == row.to_string() || select == quote!(#row.clone()).to_string()
}
