//! Expressions that make a value.

use super::statements::Expression;
use super::{Body, Door, Mode, is_place, walk};
use crate::codegen::literals;
use crate::codegen::scope::{field_ident, ident, member, whole};
use crate::declarations::{EventFieldOrigin, EventId, FunctionId, ModelId, Source, Type};
use crate::names_in_rust;
use crate::plan::{Expr, ExprKind, LocalId};
use proc_macro2::TokenStream;
use quote::quote;

impl Body<'_> {
    /// An expression that is no place.
    pub(super) fn made(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Interpolate(parts) => self.interpolation(parts),
            ExprKind::None | ExprKind::Patch(None) => quote!(None),
            ExprKind::Some(inner) | ExprKind::Patch(Some(inner)) => {
                let inner = self.typed_value(inner);
                quote!(Some(#inner))
            }
            ExprKind::OptionalChain { option, local, body, flatten } => self.chain(option, *local, body, *flatten),
            ExprKind::Otherwise(option, fallback) => self.otherwise(option, fallback),
            ExprKind::Is { value, some } => {
                let value = self.place(value);
                if *some { quote!(#value.is_some()) } else { quote!(#value.is_none()) }
            }
            ExprKind::Not(inner) => self.negated(inner),
            ExprKind::Negate(inner) => self.negation(inner),
            ExprKind::Logic { and, left, right } => {
                let (left, right) = (self.condition(left), self.condition(right));
                if *and { quote!(#left && #right) } else { quote!(#left || #right) }
            }
            ExprKind::Compare { operator, left, right } => self.comparison(*operator, left, right),
            ExprKind::Arithmetic { operator, left, right } => self.arithmetic(*operator, left, right),
            ExprKind::In { item, collection } => self.membership(item, collection),
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.condition(condition);
                let (then, otherwise) = (self.typed_value(then), self.typed_value(otherwise));
                quote!(if #condition { #then } else { #otherwise })
            }
            ExprKind::IfLet { local, value, then, otherwise } => self.if_let(*local, value, then, otherwise),
            ExprKind::Let { local, value, body } => {
                let value = self.value(value);
                let name = self.local_ident(*local);
                let body = self.typed_value(body);
                quote!({ let #name = #value; #body })
            }
            ExprKind::Match { value, arms } => self.match_expression(value, arms),
            ExprKind::Struct(id, fields) => self.structure(*id, fields),
            ExprKind::Variant(id, variant, fields) => self.variant(*id, *variant, fields),
            ExprKind::Collection(items) => self.collection(&expr.ty, items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::At(collection, key) => self.element(collection, key),
            ExprKind::Call(id, arguments) => self.call(*id, arguments),
            ExprKind::Builtin(builtin, arguments) => self.builtin(*builtin, arguments, &expr.ty),
            ExprKind::WithLambda { method, collection, local, body } => {
                self.with_lambda(*method, collection, *local, body, &expr.ty)
            }
            ExprKind::LookUp { source, unique_index, key } => self.look_up(*source, *unique_index, key),
            ExprKind::Query(query) => self.query(query),
            ExprKind::Emit(id, values) => self.emit(*id, values),
            ExprKind::NewKey(model) => self.new_key(*model),
            ExprKind::LoadRow(inner) => self.load_row(inner),
            ExprKind::PatchToOptional(inner) => self.patch_to_optional(inner),
            _ => self.leaf(expr),
        }
    }

    /// An expression without parts, or a place, which has its own way.
    fn leaf(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Bool(value) => quote!(#value),
            ExprKind::Int(value) => suffixed(*value),
            ExprKind::Float(value) => literals::float(*value),
            ExprKind::Decimal(digits) => literals::decimal(digits),
            ExprKind::Text(text) if text.is_empty() => quote!(String::new()),
            ExprKind::Text(text) => quote!(#text.to_owned()),
            ExprKind::Duration(micros) => {
                let micros = literals::int(*micros);
                quote!(rt::Duration::from_micros(#micros))
            }
            ExprKind::Now => {
                let db = self.db();
                quote!(#db.now())
            }
            ExprKind::EventSeq => quote!(rt::number_of(tx)),
            ExprKind::EventBy => quote!(tx.actor()),
            ExprKind::BaseUrl if self.borrows_base_url => quote!(base_url.to_owned()),
            ExprKind::BaseUrl => quote!(base_url.clone()),
            _ => self.place_of(expr),
        }
    }

    fn if_let(&mut self, local: LocalId, value: &Expr, then: &Expr, otherwise: &Expr) -> TokenStream {
        let (head, name) = self.optional_head(local, value);
        let (then, otherwise) = (self.typed_value(then), self.typed_value(otherwise));
        match name {
            Some(name) => quote!(if let Some(#name) = #head { #then } else { #otherwise }),
            None => quote!(if #head.is_some() { #then } else { #otherwise }),
        }
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) -> TokenStream {
        let entries: Vec<TokenStream> = entries
            .iter()
            .map(|(key, value)| {
                let (key, value) = (self.typed_value(key), self.typed_value(value));
                quote!((#key, #value))
            })
            .collect();
        quote!(rt::BTreeMap::from([#(#entries),*]))
    }

    fn new_key(&mut self, model: ModelId) -> TokenStream {
        let row = self.file.row(Source::Model(model));
        if self.file.scope.model(model).is_auto { quote!(tx.next_number::<#row>()) } else { quote!(tx.new_uuid()) }
    }

    fn patch_to_optional(&mut self, inner: &Expr) -> TokenStream {
        let is_double = matches!(&inner.ty, Type::Patch(of) if matches!(self.file.scope.base(of), Type::Optional(_)));
        let value = self.value(inner);
        if is_double { quote!(#value.flatten()) } else { value }
    }

    /// A `bool` that is looked at where it stands.
    pub(super) fn condition(&mut self, expr: &Expr) -> TokenStream {
        self.operand(expr)
    }

    fn interpolation(&mut self, parts: &[Expr]) -> TokenStream {
        let parts: Vec<TokenStream> = parts
            .iter()
            .map(|part| match &part.kind {
                ExprKind::Text(text) => quote!(&#text),
                ExprKind::BaseUrl => quote!(&base_url),
                _ => self.reference(part),
            })
            .collect();
        quote!(rt::interpolate(&[#(#parts),*])?)
    }

    /// `a?.b`
    fn chain(&mut self, option: &Expr, local: LocalId, body: &Expr, flatten: bool) -> TokenStream {
        let (head, name) = self.optional_head(local, option);
        let body = self.typed_value(body);
        let Some(name) = name else {
            return if flatten {
                quote!(if #head.is_some() { #body } else { None })
            } else {
                quote!(if #head.is_some() { Some(#body) } else { None })
            };
        };
        match (refuses(&body), flatten) {
            (false, false) => quote!(#head.map(|#name| #body)),
            (false, true) => quote!(#head.and_then(|#name| #body)),
            (true, false) => quote!(match #head { Some(#name) => Some(#body), None => None }),
            (true, true) => quote!(match #head { Some(#name) => #body, None => None }),
        }
    }

    /// An option to be taken apart, and the name of its value if that is used. A place of a type
    /// that is costly to copy is borrowed.
    pub(super) fn optional_head(&mut self, local: LocalId, option: &Expr) -> (TokenStream, Option<proc_macro2::Ident>) {
        if self.uses(local) == 0 {
            return (self.place(option), None);
        }
        let borrowed = is_place(option) && !self.file.scope.is_copy(&option.ty) && !self.is_last_use(option);
        let head = if borrowed {
            self.set_mode(local, Mode::Borrowed);
            let place = self.place(option);
            quote!(#place.as_ref())
        } else {
            self.value(option)
        };
        (head, Some(self.local_ident(local)))
    }

    fn is_last_use(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Local(id) if self.uses(*id) == 1 && self.mode(*id) == Mode::Owned)
    }

    /// `a ?? b`
    fn otherwise(&mut self, option: &Expr, fallback: &Expr) -> TokenStream {
        let stays_optional = matches!(self.file.scope.base(&fallback.ty), Type::Optional(_));
        let value = self.value(option);
        let is_literal = matches!(
            fallback.kind,
            ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Duration(_) | ExprKind::Decimal(_)
        );
        let is_plain = is_literal || (self.file.scope.is_copy(&fallback.ty) && is_plain_local(fallback));
        let fallback_value = self.typed_value(fallback);
        if !stays_optional
            && !refuses(&fallback_value)
            && !is_empty(fallback)
            && let Some((receiver, closure)) = mapped(&value)
        {
            return match fallback.kind {
                ExprKind::Bool(false) => quote!(#receiver.is_some_and(#closure)),
                ExprKind::Bool(true) => quote!(#receiver.is_none_or(#closure)),
                _ if is_plain => quote!(#receiver.map_or(#fallback_value, #closure)),
                _ => quote!(#receiver.map_or_else(|| #fallback_value, #closure)),
            };
        }
        match (refuses(&fallback_value), stays_optional) {
            (false, true) => quote!(#value.or_else(|| #fallback_value)),
            (false, false) if is_plain => quote!(#value.unwrap_or(#fallback_value)),
            (false, false) if is_empty(fallback) => quote!(#value.unwrap_or_default()),
            (false, false) => quote!(#value.unwrap_or_else(|| #fallback_value)),
            (true, true) => quote!(match #value { Some(value) => Some(value), None => #fallback_value }),
            (true, false) => quote!(match #value { Some(value) => value, None => #fallback_value }),
        }
    }

    fn structure(&mut self, id: crate::declarations::StructId, values: &[Expr]) -> TokenStream {
        let item = self.file.scope.structure(id);
        let name = self.file.named(self.file.scope.names.structure(id));
        let fetched = self.fetch_shared_rows(values);
        let fields: Vec<TokenStream> = item
            .fields
            .iter()
            .zip(values)
            .map(|(field, value)| {
                let value = self.typed_value(value);
                member(&field_ident(&field.name), &value)
            })
            .collect();
        let made = quote!(#name { #(#fields),* });
        self.with_fetched_rows(fetched, made)
    }

    /// Fetches once each row of which several of `values` surely read a field.
    fn fetch_shared_rows(&mut self, values: &[Expr]) -> Vec<(LocalId, proc_macro2::Ident, TokenStream)> {
        if values.iter().any(walk::emits) {
            return Vec::new();
        }
        let mut seen: Vec<(LocalId, Source, u32)> = Vec::new();
        for value in values {
            if let Some((id, source)) = read_for_sure(value, self) {
                match seen.iter_mut().find(|(other, _, _)| *other == id) {
                    Some((_, _, count)) => *count += 1,
                    None => seen.push((id, source, 1)),
                }
            }
        }
        let mut fetched = Vec::new();
        for (id, source, count) in seen {
            if count < 2 {
                continue;
            }
            let local = self.local_ident(id);
            let key = if self.mode(id) == Mode::Borrowed { quote!(#local) } else { quote!(&#local) };
            let name = self.fresh(&format!("{}_row", local.to_string().trim_start_matches("r#")));
            let (row, db) = (self.file.row(source), self.db());
            fetched.push((id, name.clone(), quote!(let #name = #db.need::<#row>(#key)?;)));
            self.rows.insert(id, name);
        }
        fetched
    }

    fn with_fetched_rows(
        &mut self,
        fetched: Vec<(LocalId, proc_macro2::Ident, TokenStream)>,
        made: TokenStream,
    ) -> TokenStream {
        if fetched.is_empty() {
            return made;
        }
        let mut lets = TokenStream::new();
        for (id, name, fetch) in fetched {
            self.rows.remove(&id);
            self.release(&name);
            lets.extend(fetch);
        }
        quote!({ #lets #made })
    }

    fn variant(&mut self, id: crate::declarations::EnumId, variant: usize, values: &[Expr]) -> TokenStream {
        let item = self.file.scope.enumeration(id);
        let name = self.file.named(self.file.scope.names.enumeration(id));
        let Some(variant) = item.variants.get(variant) else { return quote!(()) };
        let variant_name = ident(&names_in_rust::variant(&variant.name));
        if values.is_empty() {
            return quote!(#name::#variant_name);
        }
        let fields: Vec<TokenStream> = variant
            .fields
            .iter()
            .zip(values)
            .map(|(field, value)| {
                let value = self.typed_value(value);
                member(&field_ident(&field.name), &value)
            })
            .collect();
        quote!(#name::#variant_name { #(#fields),* })
    }

    fn collection(&mut self, ty: &Type, items: &[Expr]) -> TokenStream {
        let values: Vec<TokenStream> = items.iter().map(|item| self.typed_value(item)).collect();
        match (self.file.scope.base(ty), values.is_empty()) {
            (Type::Set(_), true) => quote!(rt::BTreeSet::new()),
            (Type::Set(_), false) => quote!(rt::BTreeSet::from([#(#values),*])),
            (Type::Map(..), _) => quote!(rt::BTreeMap::new()),
            (_, true) => quote!(Vec::new()),
            (_, false) => quote!(vec![#(#values),*]),
        }
    }

    /// `list[i]`, `map[k]`, `json["a"]`
    fn element(&mut self, collection: &Expr, key: &Expr) -> TokenStream {
        let is_json = matches!(self.file.scope.base(&collection.ty), Type::Json);
        if is_json {
            let value = self.reference(collection);
            return match self.file.scope.base(&key.ty) {
                Type::Int => {
                    let key = self.typed_value(key);
                    quote!(rt::json_access::at(#value, #key).cloned())
                }
                _ => {
                    let key = self.text(key);
                    quote!(rt::json_access::get(#value, #key).cloned())
                }
            };
        }
        match self.file.scope.base(&collection.ty) {
            Type::Map(_, value) => {
                let copied = self.copied(value);
                let map = self.place(collection);
                let key = if matches!(key.kind, ExprKind::Text(_)) { self.text(key) } else { self.reference(key) };
                quote!(#map.get(#key).#copied())
            }
            Type::List(value) => {
                let copied = self.copied(value);
                let list = self.reference(collection);
                let key = self.typed_value(key);
                quote!(rt::collections::at(#list, #key).#copied())
            }
            _ => quote!(None),
        }
    }

    /// `copied` or `cloned`, for an option or iterator of references.
    pub(super) fn copied(&self, ty: &Type) -> TokenStream {
        if self.file.scope.is_copy(ty) { quote!(copied) } else { quote!(cloned) }
    }

    fn call(&mut self, id: FunctionId, arguments: &[Expr]) -> TokenStream {
        let scope = self.file.scope;
        let Some(item) = scope.declarations.functions.get(id.index()) else { return quote!(()) };
        let changes = self.door == Door::Transaction && arguments.iter().any(walk::takes_transaction);
        let mut values: Vec<TokenStream> = arguments.iter().map(|argument| self.value(argument)).collect();
        if item.is_extern {
            let name = field_ident(&item.name);
            return quote!(handlers.#name(#(#values),*));
        }
        let mut lets = TokenStream::new();
        if changes {
            // What is emitted on the way needs the transaction for itself.
            for value in &mut values {
                let name = self.fresh("argument");
                lets.extend(quote!(let #name = #value;));
                *value = quote!(#name);
            }
        }
        let context = self.call_context(id);
        let name = self.file.function(&item.name);
        let call = quote!(#name(#(#context,)* #(#values),*)?);
        if changes { quote!({ #lets #call }) } else { call }
    }

    /// What a function takes beside its parameters: the state, custom Rust, the address.
    fn call_context(&mut self, id: FunctionId) -> Vec<TokenStream> {
        let body = &self.file.scope.bodies.functions[id.index()];
        let mut context = Vec::new();
        if body.reads || body.uses_clock || body.uses_random {
            context.push(self.db());
        }
        if body.uses_extern {
            context.push(quote!(handlers));
        }
        if body.uses_base_url {
            context.push(if self.borrows_base_url { quote!(base_url) } else { quote!(&base_url) });
        }
        context
    }

    /// `Article[id]`, `Article[slug: s]`
    fn look_up(&mut self, source: Source, unique_index: Option<usize>, key: &[Expr]) -> TokenStream {
        let row = self.file.row(source);
        let Some(index) = unique_index else {
            let key = self.key_value(source, key);
            let db = self.db();
            return quote!(#db.existing::<#row>(#key));
        };
        let bytes = self.index_key(source, index, key);
        let position = literals::unsigned(index as u64);
        let found = self.file.key_of(source, &quote!(row));
        let db = self.db();
        quote!(#db.unique::<#row>(#position, &#bytes).map(|row| #found))
    }

    /// A key from the values of its parts, or from the reference that it is already.
    pub(super) fn key_value(&mut self, source: Source, parts: &[Expr]) -> TokenStream {
        if let [only] = parts
            && self.file.scope.is_reference_to(&only.ty, source)
            && !self.is_key_field_reference(source)
        {
            return self.value(only);
        }
        let values: Vec<TokenStream> = parts.iter().map(|part| self.typed_value(part)).collect();
        whole(self.file.key_from(source, &values))
    }

    /// Whether the only key field of a table refers to that same table.
    fn is_key_field_reference(&self, source: Source) -> bool {
        let scope = self.file.scope;
        let columns = scope.columns(source);
        matches!(scope.key(source), [only] if scope.is_reference_to(columns[*only].1, source))
    }

    /// The row behind a reference, to be given out whole.
    fn load_row(&mut self, reference: &Expr) -> TokenStream {
        if let ExprKind::Local(id) = &reference.kind {
            let known = match self.mode(*id) {
                Mode::SharedRow => Some(self.local_ident(*id)),
                _ => self.rows.get(id).cloned(),
            };
            if let Some(row) = known {
                return quote!(rt::Arc::clone(&#row));
            }
        }
        match self.file.scope.base(&reference.ty) {
            Type::Reference(source) => self.row_of(reference, *source),
            _ => self.value(reference),
        }
    }

    /// `emit`: the given values, then the event by itself.
    fn emit(&mut self, id: EventId, values: &[Option<Expr>]) -> TokenStream {
        let scope = self.file.scope;
        let event = scope.event(id);
        let input = self.file.named(scope.names.event_input(id));
        let defaulted: Vec<usize> = scope.bodies.events[id.index()].values.iter().map(|(field, _)| *field).collect();
        let mut fields = Vec::new();
        for (position, field) in event.fields.iter().enumerate() {
            if field.origin != EventFieldOrigin::Given {
                continue;
            }
            let name = field_ident(&field.field.name);
            let value = match values.get(position).and_then(Option::as_ref) {
                Some(value) => {
                    let value = self.typed_value(value);
                    if defaulted.contains(&position) { quote!(Some(#value)) } else { value }
                }
                None => quote!(None),
            };
            fields.push(member(&name, &value));
        }
        self.forget_rows();
        if values.iter().flatten().any(walk::takes_transaction) {
            // The values are made before the transaction is lent out.
            return quote!(rt::EventInput::record(#input { #(#fields),* }, tx)?);
        }
        quote!(tx.emit(#input { #(#fields),* })?)
    }
}

/// The local whose row an expression reads whatever happens.
fn read_for_sure(expr: &Expr, body: &Body<'_>) -> Option<(LocalId, Source)> {
    match &expr.kind {
        ExprKind::RowField(base, _) => match &base.kind {
            ExprKind::Local(id) => {
                let is_key = !matches!(body.mode(*id), Mode::SharedRow | Mode::BorrowedRow);
                match body.file.scope.base(&base.ty) {
                    Type::Reference(source) if is_key && !body.rows.contains_key(id) => Some((*id, *source)),
                    _ => None,
                }
            }
            _ => read_for_sure(base, body),
        },
        ExprKind::Some(inner) | ExprKind::LoadRow(inner) => read_for_sure(inner, body),
        _ => None,
    }
}

/// Whether evaluating the tokens may leave the function.
pub(in crate::codegen) fn refuses(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Punct(punct) => punct.as_char() == '?',
        proc_macro2::TokenTree::Group(group) => refuses(&group.stream()),
        proc_macro2::TokenTree::Ident(word) => word == "return" || word == "break" || word == "continue",
        proc_macro2::TokenTree::Literal(_) => false,
    })
}

fn suffixed(value: i64) -> TokenStream {
    let digits = literals::int(value).to_string().replace(' ', "");
    if digits.starts_with("i64") {
        return quote!(i64::MIN);
    }
    format!("{digits}_i64").parse().unwrap_or_else(|_| literals::int(value))
}

/// Receiver and closure of a `.map(…)`, which goes together with what stands in for none.
fn mapped(value: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let Ok(Expression(syn::Expr::MethodCall(call))) = syn::parse2(value.clone()) else { return None };
    let closure = call.args.first().filter(|_| call.method == "map" && call.args.len() == 1)?;
    let receiver = &call.receiver;
    Some((quote!(#receiver), quote!(#closure)))
}

fn is_plain_local(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Local(_))
}

fn is_empty(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Text(text) => text.is_empty(),
        ExprKind::Collection(items) => items.is_empty(),
        ExprKind::Map(entries) => entries.is_empty(),
        _ => false,
    }
}
