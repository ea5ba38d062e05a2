//! Typing of what stands in bodies: expressions, statements, patterns.
//!
//! Types flow both ways: an expression is inferred with a hint of what is wanted, and the result
//! is coerced to it. Whatever is wrong is reported once and becomes [`Type::Error`], which fits
//! everywhere.
//!
//! Expressions are walked by recursion: the parser bounds how deep they are.

mod apply;
pub(crate) mod blocks;
mod branches;
mod builtins;
mod calls;
mod chains;
mod coerce;
mod conditions;
mod construct;
mod emit;
mod expressions;
mod fields;
pub(crate) mod identity;
mod lambdas;
mod look_ups;
pub(crate) mod names;
pub(crate) mod narrow;
mod numbers;
mod operators;
mod optional_marks;
mod patterns;
pub(crate) mod rewrite;
mod scenarios;
mod scope;
mod secrets;
mod shared;
mod statements;
mod type_refs;
pub(crate) mod types;
pub(crate) mod walk;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use raftstone_dsl::ast;

use crate::codes::CodeInfo;
use crate::declarations::{Audience, Declarations, Event, EventId, Field, FileSpan, Source, Type};
use crate::effects::{BodyUses, Place, Use};
use crate::names::Named;
use crate::plan;
use crate::plan::LocalId;
use crate::problem::{Problem, Problems};
use crate::query::groups::Grouping;

pub(crate) use shared::Shared;

/// More guards (`if x is none { return … }`) than this in a row narrow nothing: each puts the rest
/// of its block one level deeper.
const GUARDS_MAX: usize = 64;

/// A way that is taken by more parts of a condition than this (`if x is none or y is none { … }`),
/// itself or by all that it stands in, is written once, and narrows nothing.
const COPIES_MAX: usize = 64;

/// A name in scope.
#[derive(Clone, Debug)]
struct Binding {
    name: String,
    value: Bound,
    is_parameter: bool,
}

/// What a name in scope stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Local(LocalId),
    /// A field of the event at hand.
    EventField(usize),
    /// A field of the row that a `check` or fold is about (local 0).
    OwnField(usize),
}

/// Where a wanted type comes from, for the second label of a mismatch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// The place.
    pub(crate) span: FileSpan,
    /// "this field", "this parameter".
    pub(crate) what: &'static str,
}

/// The typing of one body.
pub(crate) struct Body<'a, 'p> {
    pub(crate) shared: &'a Shared<'a>,
    problems: &'p mut Problems,
    /// Nothing is reported while something is typed a second time.
    is_muted: bool,
    /// Whether something was.
    pub(crate) has_reported: bool,
    /// Whether something was that stops the build.
    has_errors: bool,
    /// Whether something is not understood, reported or not: it may use any name.
    is_doubtful: Cell<bool>,
    /// The file of the text at hand.
    file: u32,
    /// What kind of body it is.
    pub(crate) place: Place,
    /// The event at hand.
    event: Option<EventId>,
    /// The locals so far.
    pub(crate) frame: plan::Frame,
    scope: Vec<Binding>,
    /// The names that the text declares, and those locals that something reads.
    declared: Vec<scope::Declared>,
    used: RefCell<BTreeSet<LocalId>>,
    narrowed: Vec<narrow::Narrowed>,
    marks: Vec<optional_marks::Frame>,
    /// The row that the `where` at hand is about.
    condition_row: Option<LocalId>,
    /// Whether aggregates may stand here, and those found so far.
    pub(crate) grouping: Grouping,
    /// Why no event may be emitted right here, though the body may.
    no_emit: Option<&'static str>,
    /// Who calls or reads; none where nobody does, or it is not known who.
    audience: Option<Audience>,
    /// What an endpoint's `return` gives.
    result: Option<Type>,
    /// The names that `invalid(field)` may use, with those in JSON and their types.
    wire_names: Vec<(String, String, Type)>,
    /// Endpoint parameters that limit a query need `@max`: (local, has it, declared at).
    pub(crate) limits: Vec<(LocalId, bool, FileSpan)>,
    /// What the body uses.
    pub(crate) uses: BodyUses,
    /// Tables whose rows are wanted in the order of their keys.
    pub(crate) key_orders: Vec<Source>,
    /// Events emitted so far.
    pub(crate) emits: usize,
    /// Guards around the statement at hand.
    guards: usize,
    /// How often the statement or branch at hand stands in the plan.
    copies: usize,
    /// How often rows may have changed so far.
    changes: usize,
}

impl<'a, 'p> Body<'a, 'p> {
    /// A body in a file, with nothing in scope.
    pub(crate) fn new(shared: &'a Shared<'a>, problems: &'p mut Problems, file: u32, place: Place) -> Self {
        Self {
            shared,
            problems,
            is_muted: false,
            has_reported: false,
            has_errors: false,
            is_doubtful: Cell::new(false),
            file,
            place,
            event: None,
            frame: plan::Frame::default(),
            scope: Vec::new(),
            declared: Vec::new(),
            used: RefCell::default(),
            narrowed: Vec::new(),
            marks: Vec::new(),
            condition_row: None,
            grouping: Grouping::default(),
            no_emit: None,
            audience: None,
            result: None,
            wire_names: Vec::new(),
            limits: Vec::new(),
            uses: BodyUses::default(),
            key_orders: Vec::new(),
            emits: 0,
            guards: 0,
            copies: 1,
            changes: 0,
        }
    }

    pub(crate) const fn declarations(&self) -> &'a Declarations {
        self.shared.declarations
    }

    pub(crate) const fn at(&self, span: ast::Span) -> FileSpan {
        FileSpan { file: self.file, span }
    }

    /// The type as a user would write it.
    pub(crate) fn words(&self, ty: &Type) -> String {
        types::words(self.declarations(), ty)
    }

    pub(crate) fn plain<'t>(&self, ty: &'t Type) -> &'t Type
    where
        'a: 't,
    {
        types::plain(self.declarations(), ty)
    }

    /// Reports something, unless what would mend it mends another problem as well: an index that is
    /// missing may be missed by several ways.
    pub(crate) fn report_unless_mended(&mut self, problem: Problem) {
        let mends = |other: &Problem| match (&other.fix, &problem.fix) {
            (Some(other), Some(own)) => other.edits == own.edits,
            _ => false,
        };
        if !self.problems.list().iter().any(mends) {
            self.report(problem);
        }
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        if !self.is_muted {
            self.has_reported = true;
            self.has_errors |= problem.is_error();
            self.problems.push(problem);
        }
    }

    /// The text of a place.
    pub(crate) fn text_of(&self, span: ast::Span) -> &'a str {
        self.shared.text(self.at(span))
    }

    /// A problem at a place of the text at hand.
    pub(crate) fn problem(&self, code: &'static CodeInfo, span: ast::Span, message: impl Into<String>) -> Problem {
        Problem::new(code, self.at(span), message)
    }

    /// Goes on in the text of another file.
    pub(crate) fn in_file<T>(&mut self, file: u32, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.file, file);
        let value = work(self);
        self.file = before;
        value
    }

    /// Goes on as another kind of body, with an empty scope: a default inside an event.
    pub(crate) fn in_place<T>(&mut self, place: Place, work: impl FnOnce(&mut Self) -> T) -> T {
        let place = std::mem::replace(&mut self.place, place);
        let scope = std::mem::take(&mut self.scope);
        let value = work(self);
        self.place = place;
        self.scope = scope;
        value
    }

    /// Types something that was typed before, without a second report.
    pub(crate) fn again<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.is_muted, true);
        let uses = std::mem::take(&mut self.uses);
        let value = work(self);
        self.uses = uses;
        self.is_muted = before;
        value
    }

    /// Goes on where no event may be emitted.
    pub(crate) fn without_emit<T>(&mut self, why: &'static str, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.no_emit.replace(why);
        let value = work(self);
        self.no_emit = before;
        value
    }

    /// Notes a use, and reports it where it is not allowed.
    pub(crate) fn uses(&mut self, what: Use, span: ast::Span) {
        let at = self.at(span);
        if let Some(problem) = self.place.refusal(what, at) {
            self.report(problem);
        } else {
            self.uses.direct.push((what, at));
        }
    }

    pub(crate) fn expr(&self, kind: plan::ExprKind, ty: Type, span: ast::Span) -> plan::Expr {
        plan::Expr { kind, ty, span: self.at(span) }
    }

    /// What stands for something wrong that has been reported.
    pub(crate) fn wrong(&self, span: ast::Span) -> plan::Expr {
        self.is_doubtful.set(true);
        self.expr(plan::ExprKind::None, Type::Error, span)
    }

    /// Reports `none`, `[]` and `[:]` whose type nobody said.
    pub(crate) fn check_known(&mut self, expr: &plan::Expr) {
        let mut open = Vec::new();
        walk::any(expr, &mut |part| {
            let is_literal =
                matches!(part.kind, plan::ExprKind::None | plan::ExprKind::Collection(_) | plan::ExprKind::Map(_));
            if is_literal && part.ty != Type::Never && types::is_open(&part.ty) {
                open.push(part.span);
            }
            false
        });
        for span in open {
            let message = "the type of this is not known here";
            let problem = Problem::new(&crate::codes::expressions::TYPE_UNKNOWN_HERE, span, message);
            self.report(problem.help("give it a name with a type: `let x: T = …`"));
        }
    }

    /// The same for all expressions of statements.
    pub(crate) fn check_all_known(&mut self, statements: &[plan::Statement]) {
        walk::statements(statements, &mut |expr| self.check_known(expr));
    }

    // Locals and scope.

    pub(crate) fn new_local(&mut self, name: &str, ty: Type) -> LocalId {
        self.add_local(plan::Local { name: name.to_owned(), ty, is_row: false })
    }

    pub(crate) fn new_row(&mut self, name: &str, source: Source) -> LocalId {
        let ty = Type::Reference(source);
        self.add_local(plan::Local { name: name.to_owned(), ty, is_row: true })
    }

    fn add_local(&mut self, local: plan::Local) -> LocalId {
        let id = LocalId(self.frame.locals.len() as u32);
        self.frame.locals.push(local);
        id
    }

    pub(crate) fn local_type(&self, local: LocalId) -> Type {
        self.frame.locals.get(local.0 as usize).map_or(Type::Error, |local| local.ty.clone())
    }

    /// A local as an expression; a patch is read as an option.
    pub(crate) fn read_local(&self, local: LocalId, span: ast::Span) -> plan::Expr {
        self.expr(plan::ExprKind::Local(local), self.local_type(local), span)
    }

    /// Makes a local visible under its name.
    pub(crate) fn bind(&mut self, name: &str, local: LocalId) {
        self.bind_as(name, Bound::Local(local), false);
    }

    /// Makes a name visible about which enough was said.
    pub(crate) fn bind_wrong(&mut self, name: &str) {
        let local = self.new_local(name, Type::Error);
        self.bind(name, local);
    }

    /// Makes a parameter visible.
    pub(crate) fn bind_parameter(&mut self, name: &str, ty: Type) -> LocalId {
        let local = self.new_local(name, ty);
        self.bind_as(name, Bound::Local(local), true);
        local
    }

    /// Says whether an endpoint's parameter has an `@max`, for `limit`.
    pub(crate) fn note_limit(&mut self, local: LocalId, has_max: bool, span: FileSpan) {
        self.limits.push((local, has_max, span));
    }

    /// Makes a name known to `invalid(name)`.
    pub(crate) fn note_wire_name(&mut self, field: &Field) {
        self.wire_names.push((field.name.clone(), field.wire_name.clone(), field.ty.clone()));
    }

    /// Withholds every problem: the item did not parse whole, which was said.
    pub(crate) fn mute(&mut self) {
        self.is_muted = true;
    }

    /// Whether more about the members of a type's item would be said twice.
    pub(crate) fn is_damaged_type(&self, ty: &Type) -> bool {
        match self.plain(ty) {
            Type::Struct(id) => self.is_damaged(Named::Struct(*id)),
            Type::Enum(id) => self.is_damaged(Named::Enum(*id)),
            Type::Reference(source) | Type::Row(source) => self.is_damaged_source(*source),
            _ => false,
        }
    }

    /// The same for a table.
    pub(crate) fn is_damaged_source(&self, source: Source) -> bool {
        match source {
            Source::Model(id) => self.is_damaged(Named::Model(id)),
            Source::View(id) => self.is_damaged(Named::View(id)),
        }
    }

    /// Whether more about an item's members would be said twice.
    pub(crate) fn is_damaged(&self, named: Named) -> bool {
        self.declarations().damaged.contains(&named)
    }

    fn bind_as(&mut self, name: &str, value: Bound, is_parameter: bool) {
        self.scope.push(Binding { name: name.to_owned(), value, is_parameter });
    }

    /// Makes the fields of an event visible, and `event`.
    pub(crate) fn bind_event(&mut self, event: EventId) {
        self.event = Some(event);
        let Some(declared) = self.declarations().events.get(event.index()) else { return };
        for (position, field) in declared.fields.iter().enumerate() {
            if field.origin != crate::declarations::EventFieldOrigin::Filled {
                self.bind_as(&field.field.name, Bound::EventField(position), false);
            }
        }
    }

    /// Makes the fields of a table visible: its own row is local 0.
    pub(crate) fn bind_own_row(&mut self, source: Source) {
        self.new_row("row", source);
        self.bind_own_fields(source);
    }

    /// Makes `event.x` known, and none of the event's fields by its bare name.
    pub(crate) const fn follow_event(&mut self, event: EventId) {
        self.event = Some(event);
    }

    /// The event at hand.
    pub(crate) fn declared_event(&self) -> Option<&'a Event> {
        self.declarations().events.get(self.event?.index())
    }

    /// Makes the fields of a table visible by their bare names: those of its row in local 0.
    pub(crate) fn bind_own_fields(&mut self, source: Source) {
        for (position, field) in self.declarations().fields(source).iter().enumerate() {
            self.bind_as(&field.name, Bound::OwnField(position), false);
        }
    }

    pub(crate) fn set_result(&mut self, result: Type) {
        self.result = Some(result);
    }

    /// Work whose new names end with it.
    pub(crate) fn scoped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (names, narrowed) = (self.scope.len(), self.narrowed.len());
        let value = work(self);
        self.scope.truncate(names);
        self.narrowed.truncate(narrowed);
        value
    }
}
