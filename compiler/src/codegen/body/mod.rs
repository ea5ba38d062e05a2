//! Typed bodies as Rust.
//!
//! Every expression can be written in three ways: as a *value* that is owned, as a *place* that
//! may be looked at (`row.title`), and as a *reference* to one. Copies are made only where a value
//! is asked for and its place is used again. Whatever may refuse ends in `?`, so every body stands
//! in a function (or closure) that gives a `Result`.

mod builtins;
mod expressions;
mod lambdas;
mod matching;
mod operators;
mod queries;
mod statements;
mod walk;

use super::scope::{File, field_ident, ident, whole};
use crate::declarations::{Event, Source, Type};
use crate::names_in_rust;
use crate::plan::{Expr, ExprKind, Failure, Frame, LocalId, Statement};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

pub(super) use expressions::refuses;
pub(super) use statements::succeed;
pub(super) use walk::{any, any_in_statements};

/// How a local is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The value itself.
    Owned,
    /// A reference to it.
    Borrowed,
    /// A fetched row, shared.
    SharedRow,
    /// A fetched row, borrowed.
    BorrowedRow,
}

/// How a body reaches the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// `db: &Reader<'_>`
    Reader,
    /// `tx: &mut Tx<'_>`
    Transaction,
}

/// Where the fields of the event at hand are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventPlace {
    /// In locals of the same names: while its values are computed.
    Locals,
    /// In `event`.
    Value,
    /// In `self`.
    This,
}

struct LocalState {
    ident: Ident,
    mode: Mode,
    uses: u32,
}

/// Writes the expressions and statements of one body.
pub(super) struct Body<'a> {
    pub(super) file: &'a File<'a>,
    frame: &'a Frame,
    locals: Vec<LocalState>,
    taken: BTreeSet<String>,
    pub(super) door: Door,
    event: Option<(&'a Event, EventPlace)>,
    /// Locals holding references whose rows have been fetched and have not changed since.
    rows: BTreeMap<LocalId, Ident>,
    /// Optional locals known to be some, and how their value is held.
    present: BTreeMap<LocalId, (Ident, Mode)>,
    uses_db: bool,
    /// Whether `return` gives a status beside the value.
    pub(super) returns_status: Option<u16>,
    /// Whether the result is `()`.
    pub(super) returns_unit: bool,
    /// Whether anything asks a page for its total.
    wants_totals: bool,
    /// Whether `base_url` is a `&str`: in functions.
    pub(super) borrows_base_url: bool,
}

impl<'a> Body<'a> {
    /// A body with the locals of `frame`, which reads through `db`.
    pub(super) fn new(file: &'a File<'a>, frame: &'a Frame) -> Self {
        Self::beside(file, frame, BTreeSet::new())
    }

    /// A body of an event, inside a transaction.
    pub(super) fn of_event(file: &'a File<'a>, frame: &'a Frame, event: &'a Event, place: EventPlace) -> Self {
        let fields = event.fields.iter().map(|field| names_in_rust::local(&field.field.name));
        let taken = if place == EventPlace::Locals { fields.collect() } else { BTreeSet::new() };
        let mut body = Self::beside(file, frame, taken).in_transaction();
        body.event = Some((event, place));
        body
    }

    /// A body whose locals may not have the names in `taken`.
    fn beside(file: &'a File<'a>, frame: &'a Frame, taken: BTreeSet<String>) -> Self {
        let mut body = Self {
            file,
            frame,
            locals: Vec::new(),
            taken,
            door: Door::Reader,
            event: None,
            rows: BTreeMap::new(),
            present: BTreeMap::new(),
            uses_db: false,
            returns_status: None,
            returns_unit: false,
            wants_totals: false,
            borrows_base_url: false,
        };
        for local in &frame.locals {
            let ident = body.fresh(&names_in_rust::local(&local.name));
            let mode = if local.is_row { Mode::SharedRow } else { Mode::Owned };
            // Until the uses are counted, nothing is moved out of a local.
            body.locals.push(LocalState { ident, mode, uses: 2 });
        }
        body
    }

    /// The same body inside a transaction.
    pub(super) fn in_transaction(mut self) -> Self {
        self.door = Door::Transaction;
        self
    }

    /// Counts the uses of locals, so that the only use of one may move it.
    pub(super) fn count_uses<'e>(
        &mut self,
        expressions: impl IntoIterator<Item = &'e Expr>,
        statements: &[Statement],
        failures: impl IntoIterator<Item = &'e Failure>,
    ) {
        let mut uses = vec![0_u32; self.locals.len()];
        let mut wants_totals = false;
        let mut look = |expr: &Expr, repeated: bool| {
            wants_totals |= matches!(&expr.kind, ExprKind::StructField(base, 1) if matches!(base.ty, Type::Page(_)));
            let weight = if repeated || matches!(expr.kind, ExprKind::Query(_)) { 2 } else { 1 };
            walk::locals_of(expr, &mut |id| {
                if let Some(count) = uses.get_mut(id.0 as usize) {
                    *count += weight;
                }
            });
        };
        expressions.into_iter().for_each(|expr| walk::each(expr, false, &mut look));
        walk::each_in_statements(statements, false, &mut look);
        failures.into_iter().for_each(|failure| walk::each_in_failure(failure, false, &mut look));
        self.wants_totals = wants_totals;
        for (local, count) in self.locals.iter_mut().zip(uses) {
            local.uses = count;
        }
    }

    /// Whether anything read the state.
    pub(super) fn used_db(&self) -> bool {
        self.uses_db
    }

    /// Notes that the row which a local refers to stands in `row` for as long as nothing changes.
    pub(super) fn know_row(&mut self, id: LocalId, row: Ident) {
        self.rows.insert(id, row);
    }

    /// Makes a row local a borrowed row and gives its name.
    pub(super) fn bind_row_reference(&mut self, id: LocalId) -> Ident {
        self.set_mode(id, Mode::BorrowedRow);
        self.local_ident(id)
    }

    fn set_mode(&mut self, id: LocalId, mode: Mode) {
        if let Some(local) = self.locals.get_mut(id.0 as usize) {
            local.mode = mode;
        }
    }

    /// The Rust name of a local.
    pub(super) fn local_ident(&self, id: LocalId) -> Ident {
        self.locals.get(id.0 as usize).map_or_else(|| ident("unknown"), |local| local.ident.clone())
    }

    /// How often a local is used; what is used in a loop counts twice.
    pub(super) fn uses(&self, id: LocalId) -> u32 {
        self.locals.get(id.0 as usize).map_or(2, |local| local.uses)
    }

    fn mode(&self, id: LocalId) -> Mode {
        self.locals.get(id.0 as usize).map_or(Mode::Owned, |local| local.mode)
    }

    fn local_type(&self, id: LocalId) -> &'a Type {
        self.frame.locals.get(id.0 as usize).map_or(&Type::Error, |local| &local.ty)
    }

    /// A name that nothing else in this body has.
    pub(super) fn fresh(&mut self, wanted: &str) -> Ident {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{}_{number}", wanted.trim_start_matches("r#").trim_end_matches('_'));
            number += 1;
        }
        ident(&name)
    }

    /// Frees a made name again, so that the next block may use it as well.
    fn release(&mut self, name: &Ident) {
        self.taken.remove(&name.to_string());
    }

    /// `db` or `tx`.
    pub(super) fn db(&mut self) -> TokenStream {
        self.uses_db = true;
        match self.door {
            Door::Reader => quote!(db),
            Door::Transaction => quote!(tx),
        }
    }

    /// Forgets the rows that were fetched: something has changed.
    fn forget_rows(&mut self) {
        self.rows.clear();
    }

    /// A value that is owned.
    pub(super) fn value(&mut self, expr: &Expr) -> TokenStream {
        let tokens = if is_place(expr) { self.copied_place(expr) } else { self.made(expr) };
        whole(tokens)
    }

    /// A value where its type is known from around it, so that a number needs no suffix.
    pub(super) fn typed_value(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Int(value) => whole(super::literals::int(*value)),
            ExprKind::Some(inner) => {
                let inner = self.typed_value(inner);
                quote!(Some(#inner))
            }
            _ => self.value(expr),
        }
    }

    /// Something that can be looked at: a place, or a made value. Follows references by itself only
    /// in front of a `.`.
    pub(super) fn place(&mut self, expr: &Expr) -> TokenStream {
        if is_place(expr) { whole(self.place_of(expr)) } else { self.value(expr) }
    }

    /// One side of a comparison.
    fn operand(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Text(text) => quote!(#text),
            ExprKind::Int(value) => whole(super::literals::int(*value)),
            _ if self.is_reference(expr) => {
                let place = self.place(expr);
                whole(quote!(*#place))
            }
            _ => self.place(expr),
        }
    }

    /// A reference to the value.
    pub(super) fn reference(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Text(text) => quote!(&#text.to_owned()),
            _ if self.is_reference(expr) => self.place(expr),
            _ => {
                let place = self.place(expr);
                whole(quote!(&#place))
            }
        }
    }

    /// A `&str`.
    fn text(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Text(text) => quote!(#text),
            _ => self.reference(expr),
        }
    }

    /// Whether the place of `expr` is a Rust reference already.
    fn is_reference(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Local(id) => self.mode(*id) == Mode::Borrowed,
            ExprKind::Present(id) => self.present.get(id).is_some_and(|(_, mode)| *mode == Mode::Borrowed),
            _ => false,
        }
    }

    /// A place, copied or moved out of.
    fn copied_place(&mut self, expr: &Expr) -> TokenStream {
        if let ExprKind::Local(id) = &expr.kind
            && matches!(self.mode(*id), Mode::SharedRow | Mode::BorrowedRow)
        {
            let row = self.local_ident(*id);
            return match self.local_type(*id) {
                Type::Reference(source) | Type::Row(source) => self.file.key_of(*source, &quote!(#row)),
                _ => quote!(#row),
            };
        }
        let place = self.place_of(expr);
        if self.file.scope.is_copy(&expr.ty) {
            return if self.is_reference(expr) { quote!(*#place) } else { place };
        }
        if let ExprKind::Local(id) = &expr.kind
            && self.uses(*id) == 1
            && self.mode(*id) == Mode::Owned
        {
            return place;
        }
        quote!(#place.clone())
    }

    fn place_of(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Local(id) if matches!(self.mode(*id), Mode::SharedRow | Mode::BorrowedRow) => {
                self.copied_place(expr)
            }
            ExprKind::Local(id) => {
                let name = self.local_ident(*id);
                quote!(#name)
            }
            ExprKind::Present(id) => match self.present.get(id) {
                Some((name, _)) => quote!(#name),
                None => {
                    let name = self.local_ident(*id);
                    quote!(#name)
                }
            },
            ExprKind::EventField(position) => self.event_field(*position),
            ExprKind::StructField(base, position) => self.struct_field(base, *position),
            ExprKind::RowField(base, position) => self.row_field(base, *position),
            // A place by `is_place` is one of the above.
            _ => self.made(expr),
        }
    }

    fn event_field(&mut self, position: usize) -> TokenStream {
        let Some((event, place)) = self.event else { return quote!(()) };
        let Some(field) = event.fields.get(position) else { return quote!(()) };
        let name = field_ident(&field.field.name);
        match place {
            EventPlace::Locals => {
                let name = ident(&names_in_rust::local(&field.field.name));
                quote!(#name)
            }
            EventPlace::Value => quote!(event.#name),
            EventPlace::This => quote!(self.#name),
        }
    }

    fn struct_field(&mut self, base: &Expr, position: usize) -> TokenStream {
        let place = self.place(base);
        let scope = self.file.scope;
        let name = match scope.base(&base.ty) {
            Type::Struct(id) => scope.structure(*id).fields.get(position).map(|field| field_ident(&field.name)),
            Type::Page(_) if position == 1 => return quote!(#place.total.unwrap_or_default()),
            Type::Page(_) => ["items", "total", "next"].get(position).map(|name| ident(name)),
            _ => None,
        };
        let name = name.unwrap_or_else(|| ident("unknown"));
        quote!(#place.#name)
    }

    /// A field of a row: of one at hand, or of one fetched by its reference.
    fn row_field(&mut self, base: &Expr, position: usize) -> TokenStream {
        let scope = self.file.scope;
        let source = match scope.base(&base.ty) {
            Type::Reference(source) | Type::Row(source) => *source,
            _ => return quote!(()),
        };
        let columns = scope.columns(source);
        let name = columns.get(position).map_or_else(|| ident("unknown"), |(name, _)| field_ident(name));
        let row = self.row_of(base, source);
        quote!(#row.#name)
    }

    /// The row behind a reference, as a place.
    fn row_of(&mut self, base: &Expr, source: Source) -> TokenStream {
        if let ExprKind::Local(id) = &base.kind {
            if matches!(self.mode(*id), Mode::SharedRow | Mode::BorrowedRow) {
                let row = self.local_ident(*id);
                return quote!(#row);
            }
            if let Some(row) = self.rows.get(id) {
                return quote!(#row);
            }
        }
        if matches!(base.ty, Type::Row(_)) {
            return self.place(base);
        }
        let row = self.file.row(source);
        if walk::takes_transaction(base) {
            let key = self.value(base);
            let db = self.db();
            let name = self.fresh("key");
            self.release(&name);
            return whole(quote!({ let #name = #key; #db.need::<#row>(&#name)? }));
        }
        let key = self.reference(base);
        let db = self.db();
        whole(quote!(#db.need::<#row>(#key)?))
    }
}

/// Whether `expr` names something that exists already.
pub(super) fn is_place(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Local(_) | ExprKind::Present(_) | ExprKind::EventField(_) | ExprKind::RowField(..) => true,
        ExprKind::StructField(base, _) => is_place(base),
        _ => false,
    }
}
