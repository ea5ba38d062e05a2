//! Queries: a way to the rows, conditions, order, window, and what is made of each row.

use super::expressions::refuses;
use super::{Body, Mode, walk};
use crate::codegen::literals;
use crate::codegen::scope::whole;
use crate::declarations::{Source, Type};
use crate::plan::{Access, AccessPath, Expr, ExprKind, LocalId, Query, QueryCondition, QueryOrder, QueryResult};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// What is known before the code of a query is put together.
struct Plan {
    /// An iterator over shared rows.
    rows: TokenStream,
    /// Statements in front of the loop.
    setup: TokenStream,
    /// `continue` where a condition fails.
    conditions: TokenStream,
    /// The row's name.
    row: Ident,
    sorting: Sorting,
}

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
        let plan = self.plan(query);
        match &query.result {
            QueryResult::Count => self.count(&plan),
            QueryResult::Exists => self.exists(&plan),
            QueryResult::First => self.first(query, &plan),
            QueryResult::List => self.list(query, &plan),
            QueryResult::Page(cursor) => self.page(query, &plan, cursor),
        }
    }

    fn plan(&mut self, query: &Query) -> Plan {
        let row = self.local_ident(query.row);
        let (setup, rows, sorting) = self.ways(query);
        let conditions: TokenStream =
            query.conditions.iter().map(|condition| self.query_condition(condition)).collect();
        Plan { rows, setup, conditions, row, sorting }
    }

    fn list(&mut self, query: &Query, plan: &Plan) -> TokenStream {
        let Plan { rows, setup, conditions, row, sorting } = plan;
        let select = self.selected(query);
        if !matches!(sorting, Sorting::Never) || query.skip.is_some() || query.limit.is_some() {
            let (selection, gather) = self.gather(query, plan);
            let picked = quote!(#selection.into_rows());
            let items = self.items_of(&picked, &quote!(.into_iter()), row, &select);
            return quote!({ #setup #gather #items });
        }
        if conditions.is_empty() {
            let items = self.items_of(rows, &TokenStream::new(), row, &select);
            return quote!({ #setup #items });
        }
        let items = self.fresh("items");
        let code = quote!({
            #setup
            let mut #items = Vec::new();
            for #row in #rows {
                #conditions
                #items.push(#select);
            }
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
        row: &Ident,
        select: &TokenStream,
    ) -> TokenStream {
        if select.to_string() == row.to_string() {
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
        let Plan { rows, setup, conditions, row, .. } = plan;
        if conditions.is_empty() {
            return quote!({ #setup rt::length(#rows.count()) });
        }
        let count = self.fresh("count");
        self.release(&count);
        quote!({
            #setup
            let mut #count = 0_i64;
            for #row in #rows {
                #conditions
                #count += 1;
            }
            #count
        })
    }

    fn exists(&mut self, plan: &Plan) -> TokenStream {
        let Plan { rows, setup, conditions, row, .. } = plan;
        if conditions.is_empty() {
            return quote!({ #setup #rows.next().is_some() });
        }
        let exists = self.fresh("exists");
        self.release(&exists);
        quote!({
            #setup
            let mut #exists = false;
            for #row in #rows {
                #conditions
                #exists = true;
                break;
            }
            #exists
        })
    }

    fn first(&mut self, query: &Query, plan: &Plan) -> TokenStream {
        let Plan { rows, setup, conditions, row, sorting } = plan;
        let select = self.selected(query);
        let found = self.fresh("found");
        let gather = match sorting {
            Sorting::Never if query.skip.is_none() && conditions.is_empty() => {
                quote!(let #found = #rows.next();)
            }
            Sorting::Never if query.skip.is_none() => quote! {
                let mut #found = None;
                for #row in #rows {
                    #conditions
                    #found = Some(#row);
                    break;
                }
            },
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
        let found_value = if refuses(&select) {
            quote!(match #found { Some(#row) => Some(#select), None => None })
        } else {
            quote!(#found.map(|#row| #select))
        };
        self.release(&found);
        quote!({ #setup #gather #found_value })
    }

    fn page(&mut self, query: &Query, plan: &Plan, cursor: &Expr) -> TokenStream {
        let Plan { rows, setup, conditions, row, sorting } = plan;
        let select = self.selected(query);
        let cursor = self.place(cursor);
        let limit = self.limit(query);
        let (page, items) = (self.fresh("page"), self.fresh("items"));
        let (key, make) = self.sort_key(query, row);
        let counts = self.wants_totals;
        let add_total = counts.then(|| quote!(#page.count();));
        let stop = (!counts).then(|| quote!(if #page.is_full() { break; }));
        let in_order = match sorting {
            Sorting::Never => quote!(true),
            Sorting::Always => quote!(false),
            Sorting::Sometimes(flag) => quote!(#flag),
        };
        let total = if counts { quote!(Some(#page.total())) } else { quote!(None) };
        let (rest, next, total_name) = (self.fresh("rest"), self.fresh("next"), self.fresh("total"));
        let made = self.items_of(&quote!(#rest), &quote!(.into_iter()), row, &select);
        let code = quote!({
            #setup
            let mut #page = rt::Selection::page(#cursor.as_deref(), #limit, #in_order)?;
            for #row in #rows {
                #conditions
                #add_total
                #make
                #page.push_by(#key, #row);
                #stop
            }
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
        let Plan { rows, conditions, row, sorting, .. } = plan;
        let selection = self.fresh("selection");
        let skip = query.skip.as_ref().map_or_else(|| quote!(0), |skip| self.typed_value(skip));
        let limit = self.limit(query);
        let push = match sorting {
            Sorting::Never => {
                let stop = query.limit.is_some().then(|| quote!(if #selection.is_full() { break; }));
                quote! {
                    #selection.push(#row);
                    #stop
                }
            }
            Sorting::Always => {
                let (key, make) = self.sort_key(query, row);
                quote! {
                    #make
                    #selection.push_by(#key, #row);
                }
            }
            Sorting::Sometimes(flag) => {
                let (key, make) = self.sort_key(query, row);
                quote! {
                    if #flag {
                        #selection.push(#row);
                        if #selection.is_full() { break; }
                    } else {
                        #make
                        #selection.push_by(#key, #row);
                    }
                }
            }
        };
        let in_order = match sorting {
            Sorting::Never => quote!(true),
            Sorting::Always => quote!(false),
            Sorting::Sometimes(flag) => quote!(#flag),
        };
        let code = quote! {
            let mut #selection = rt::Selection::new(#skip, #limit, #in_order);
            for #row in #rows {
                #conditions
                #push
            }
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

    /// What is made of each row.
    fn selected(&mut self, query: &Query) -> TokenStream {
        let row = self.local_ident(query.row);
        match &query.select {
            // A row that is given out whole is handed on as it is.
            Some(Expr { kind: ExprKind::LoadRow(inner), .. }) if matches!(inner.kind, ExprKind::Local(id) if id == query.row) =>
            {
                quote!(#row)
            }
            Some(select) => self.value(select),
            None => whole(self.file.key_of(query.source, &quote!(#row))),
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

    /// Statements that compute the bytes by which rows are sorted, and their name.
    fn sort_key(&mut self, query: &Query, row: &Ident) -> (Ident, TokenStream) {
        let key = self.fresh("sort_key");
        let parts = match &query.order {
            QueryOrder::None => self.sort_parts(query, None, &[], &key, row),
            QueryOrder::Keys(keys) => self.sort_parts(query, None, keys, &key, row),
            QueryOrder::Match(value, arms) => {
                let numbered: Vec<_> =
                    arms.iter().enumerate().map(|(arm, (pattern, keys))| (pattern.clone(), (arm, keys))).collect();
                self.match_with(
                    value,
                    &numbered,
                    &mut |body, (arm, keys)| body.sort_parts(query, Some(*arm), keys, &key, row),
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
        row: &Ident,
    ) -> TokenStream {
        let method = |descending: bool| if descending { quote!(write_key_descending) } else { quote!(write_key) };
        let mut parts = TokenStream::new();
        for (key, descending) in keys {
            let (value, method) = (self.reference(key), method(*descending));
            parts.extend(quote!(rt::OrderedKey::#method(#value, &mut #name);));
        }
        let own = self.file.key_of(query.source, &quote!(#row));
        let method = method(ties_descend(query, arm));
        quote!(#parts rt::OrderedKey::#method(&#own, &mut #name);)
    }

    /// Whether the rows of a path come in the order that was asked for, ties included.
    fn comes_in_order(&self, query: &Query, path: &AccessPath) -> bool {
        let keys: Vec<&Expr> = match &query.order {
            QueryOrder::None => return !matches!(query.result, QueryResult::Page(_)) || keyed(&path.access),
            QueryOrder::Keys(keys) => keys.iter().map(|(key, _)| key).collect(),
            QueryOrder::Match(_, arms) => arms.iter().flat_map(|(_, keys)| keys).map(|(key, _)| key).collect(),
        };
        // Read backwards an index begins with `none`, which sorts last.
        let none_first = is_reverse(&path.access)
            && keys.iter().any(|key| matches!(self.file.scope.base(&key.ty), Type::Optional(_)));
        // The cursor of a page is a sort key, so ties have to come as it orders them.
        let is_page = matches!(query.result, QueryResult::Page(_));
        let ties = !is_page || is_reverse(&path.access) == ties_descend(query, path.when_arm);
        path.ordered && !none_first && ties
    }

    /// The rows of a query: statements in front, an iterator, and whether they come in order.
    fn ways(&mut self, query: &Query) -> (TokenStream, TokenStream, Sorting) {
        let in_order: Vec<bool> = query.paths.iter().map(|path| self.comes_in_order(query, path)).collect();
        let all = in_order.iter().all(|ordered| *ordered);
        let none = !in_order.iter().any(|ordered| *ordered);
        if let [only] = query.paths.as_slice() {
            let rows = self.access(query.source, &only.access);
            return (TokenStream::new(), rows, if all { Sorting::Never } else { Sorting::Always });
        }
        let row_type = self.file.row(query.source);
        let subjects = self.subjects(query);
        let mut setup = self.arm_number(query);
        let mut choices = Vec::new();
        for (path, ordered) in query.paths.iter().zip(&in_order) {
            let (pattern, rows) = self.choice(query, path, &subjects);
            let rows = quote!(Box::new(#rows));
            let value = if all || none { rows } else { quote!((#rows, #ordered)) };
            choices.push((pattern, value));
        }
        let chosen = choose(&subjects.iter().map(|(_, tokens)| tokens.clone()).collect::<Vec<_>>(), &choices);
        // `next` is called on them where only the first row is wanted.
        let takes_next = matches!(query.result, QueryResult::First | QueryResult::Exists)
            && (all || query.result == QueryResult::Exists)
            && query.conditions.is_empty()
            && query.skip.is_none();
        let mutable = takes_next.then(|| quote!(mut));
        let rows = self.fresh("rows");
        let sorting = if all {
            setup.extend(quote!(let #mutable #rows: rt::Rows<'_, #row_type> = #chosen;));
            Sorting::Never
        } else if none {
            setup.extend(quote!(let #mutable #rows: rt::Rows<'_, #row_type> = #chosen;));
            Sorting::Always
        } else {
            let flag = self.fresh("in_order");
            setup.extend(quote!(let (#mutable #rows, #flag): (rt::Rows<'_, #row_type>, bool) = #chosen;));
            Sorting::Sometimes(flag)
        };
        (setup, quote!(#rows), sorting)
    }

    /// `let arm = match sort { … };` if a path depends on it.
    fn arm_number(&mut self, query: &Query) -> TokenStream {
        let QueryOrder::Match(value, arms) = &query.order else { return TokenStream::new() };
        if query.paths.iter().all(|path| path.when_arm.is_none()) {
            return TokenStream::new();
        }
        let numbered: Vec<(crate::plan::Pattern, usize)> =
            arms.iter().enumerate().map(|(number, (pattern, _))| (without_bindings(pattern), number)).collect();
        let number = self.match_with(
            value,
            &numbered,
            &mut |_, number| {
                let number = literals::unsigned(*number as u64);
                quote!(#number)
            },
            false,
        );
        quote!(let order_arm = #number;)
    }

    /// What the choice of a path depends on: the arm of the order, then optional locals.
    fn subjects(&mut self, query: &Query) -> Vec<(Option<LocalId>, TokenStream)> {
        let mut subjects = Vec::new();
        if query.paths.iter().any(|path| path.when_arm.is_some()) {
            subjects.push((None, quote!(order_arm)));
        }
        for id in query.paths.iter().flat_map(|path| &path.when_some) {
            if !subjects.iter().any(|(known, _)| *known == Some(*id)) {
                let tokens = self.subject(*id);
                subjects.push((Some(*id), tokens));
            }
        }
        subjects
    }

    /// The pattern under which a path is taken, and its rows.
    fn choice(
        &mut self,
        query: &Query,
        path: &AccessPath,
        subjects: &[(Option<LocalId>, TokenStream)],
    ) -> (Vec<TokenStream>, TokenStream) {
        let mut pattern = Vec::new();
        for (subject, _) in subjects {
            pattern.push(match (subject, path.when_arm) {
                (None, Some(arm)) => literals::unsigned(arm as u64),
                (Some(id), _) if path.when_some.contains(id) => {
                    let name = self.bind_present(*id, |look| walk::each_in_way(&path.access, look));
                    quote!(Some(#name))
                }
                _ => quote!(_),
            });
        }
        let rows = self.access(query.source, &path.access);
        path.when_some.iter().for_each(|id| self.unbind_present(*id));
        (pattern, rows)
    }

    /// An iterator over the rows of one way.
    fn access(&mut self, source: Source, access: &Access) -> TokenStream {
        let row = self.file.row(source);
        match access {
            Access::Key(key) => {
                let key = self.key_value(source, key);
                let db = self.db();
                quote!(#db.get::<#row>(&#key).into_iter())
            }
            Access::Index { index, equal, low, high, reverse } => {
                let prefix = self.index_key(source, *index, equal);
                let range = match (low, high) {
                    (None, None) if equal.is_empty() => quote!(rt::KeyRange::all()),
                    (None, None) => quote!(rt::KeyRange::prefix(&#prefix)),
                    _ => {
                        let next = equal.len();
                        let (low, high) =
                            (self.bound(source, *index, next, low), self.bound(source, *index, next, high));
                        if self.is_descending(source, *index, next) {
                            quote!(rt::key_range(&#prefix, #high, #low))
                        } else {
                            quote!(rt::key_range(&#prefix, #low, #high))
                        }
                    }
                };
                let direction = direction(*reverse);
                let position = literals::unsigned(*index as u64);
                let db = self.db();
                quote!(rt::scan::<#row>(#db, #position, #range, #direction))
            }
            Access::Each { collection, local, inner } => self.each(source, collection, *local, inner),
            Access::KeyOrder { reverse } => {
                let direction = direction(*reverse);
                let db = self.db();
                match self.file.scope.key_order_index(source) {
                    Some(position) => {
                        let position = literals::unsigned(position as u64);
                        quote!(rt::scan::<#row>(#db, #position, rt::KeyRange::all(), #direction))
                    }
                    None => quote!(#db.all::<#row>()),
                }
            }
            Access::All => {
                let db = self.db();
                quote!(#db.all::<#row>())
            }
        }
    }

    /// The rows for each value of a collection, equal values once.
    fn each(&mut self, source: Source, collection: &Expr, local: LocalId, inner: &Access) -> TokenStream {
        let (rows, seen) = (self.fresh("each_row"), self.fresh("seen"));
        self.set_mode(local, Mode::Owned);
        let values = self.value(collection);
        let name = self.local_ident(local);
        let inner = self.access(source, inner);
        let code = if matches!(self.file.scope.base(&collection.ty), Type::Optional(_)) {
            quote!({
                let mut #rows = Vec::new();
                if let Some(#name) = #values {
                    #rows.extend(#inner);
                }
                #rows.into_iter()
            })
        } else {
            quote!({
                let mut #rows = Vec::new();
                let mut #seen = rt::BTreeSet::new();
                for #name in #values {
                    if #seen.insert(rt::encode_key(&#name)) {
                        #rows.extend(#inner);
                    }
                }
                #rows.into_iter()
            })
        };
        self.release(&rows);
        self.release(&seen);
        whole(code)
    }

    /// `Some((bytes, included))` for one end of a range.
    fn bound(&mut self, source: Source, index: usize, part: usize, bound: &Option<(Expr, bool)>) -> TokenStream {
        let Some((value, included)) = bound else { return quote!(None) };
        let bytes = self.index_parts(source, index, part, std::slice::from_ref(value));
        quote!(Some((#bytes, #included)))
    }

    fn is_descending(&self, source: Source, index: usize, part: usize) -> bool {
        let indexes = self.file.scope.indexes(source);
        let component = indexes.get(index).and_then(|index| index.components.get(part));
        component.is_some_and(|component| component.descending)
    }

    /// The bytes of the first parts of an index key.
    pub(super) fn index_key(&mut self, source: Source, index: usize, values: &[Expr]) -> TokenStream {
        self.index_parts(source, index, 0, values)
    }

    fn index_parts(&mut self, source: Source, index: usize, first: usize, values: &[Expr]) -> TokenStream {
        let scope = self.file.scope;
        let columns = scope.columns(source);
        let indexes = scope.indexes(source);
        let components = indexes.get(index).map_or(&[][..], |index| &index.components);
        let mut writes = Vec::new();
        for (value, component) in values.iter().zip(components.iter().skip(first)) {
            let column = columns.get(component.field).map_or(&Type::Error, |(_, ty)| scope.base(ty));
            let ty = match column {
                Type::Set(inner) | Type::List(inner) if component.elements => scope.base(inner),
                other => other,
            };
            let is_wrapped = matches!(ty, Type::Optional(_)) && !matches!(scope.base(&value.ty), Type::Optional(_));
            let value = if is_wrapped {
                let value = self.typed_value(value);
                quote!(&Some(#value))
            } else {
                self.reference(value)
            };
            writes.push((value, component.descending));
        }
        match writes.as_slice() {
            [] => quote!(rt::KeyBytes::new()),
            [(value, false)] => quote!(rt::encode_key(#value)),
            _ => {
                let key = self.fresh("key");
                self.release(&key);
                let writes = writes.iter().map(|(value, descending)| {
                    let method = if *descending { quote!(write_key_descending) } else { quote!(write_key) };
                    quote!(rt::OrderedKey::#method(#value, &mut #key);)
                });
                whole(quote!({ let mut #key = rt::KeyBytes::new(); #(#writes)* #key }))
            }
        }
    }
}

/// Chooses between paths: each has a pattern for the subjects, the last one takes everything.
fn choose(subjects: &[TokenStream], choices: &[(Vec<TokenStream>, TokenStream)]) -> TokenStream {
    let tuple = |parts: &[TokenStream]| match parts {
        [only] => quote!(#only),
        _ => quote!((#(#parts),*)),
    };
    let subject = tuple(subjects);
    match choices {
        [(pattern, then), (_, otherwise)] => {
            let pattern = tuple(pattern);
            if subject.to_string() == "order_arm" {
                quote!(if order_arm == #pattern { #then } else { #otherwise })
            } else {
                quote!(if let #pattern = #subject { #then } else { #otherwise })
            }
        }
        _ => {
            let last = choices.len().saturating_sub(1);
            let arms = choices.iter().enumerate().map(|(position, (pattern, value))| {
                let pattern = if position == last { quote!(_) } else { tuple(pattern) };
                quote!(#pattern => #value,)
            });
            quote!(match #subject { #(#arms)* })
        }
    }
}

fn direction(reverse: bool) -> TokenStream {
    if reverse { quote!(rt::Direction::Backward) } else { quote!(rt::Direction::Forward) }
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

/// Whether rows come in the order of their keys.
fn keyed(access: &Access) -> bool {
    matches!(access, Access::Key(_) | Access::KeyOrder { .. } | Access::All)
}

fn without_bindings(pattern: &crate::plan::Pattern) -> crate::plan::Pattern {
    use crate::plan::Pattern;
    match pattern {
        Pattern::Variant(id, variant, _) => Pattern::Variant(*id, *variant, Vec::new()),
        Pattern::OneOf(patterns) => Pattern::OneOf(patterns.iter().map(without_bindings).collect()),
        other => other.clone(),
    }
}
