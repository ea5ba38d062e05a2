//! Which rows an expression reads through references, and from where: the rows that it depends on.
//!
//! Values are followed abstractly: of each, it is known by which references of which row it was
//! reached. Functions are summed up once, by what they read through their arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::declarations::{Declarations, EnumId, FileSpan, FunctionId, Source, StructId, Type};
use crate::infer::{types, walk};
use crate::plan::{Back, Expr, ExprKind, Frame, FunctionBody, JoinSource, LocalId, Pattern, Query, QueryOrder};

/// A value that may come by more ways than this is not followed.
const PATHS_MAX: usize = 256;

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Start {
    /// A row of the query.
    Row(LocalId),
    /// A reference that stays the same: a parameter of the endpoint.
    Fixed(LocalId),
    /// A parameter of the function at hand.
    Parameter(usize),
}

/// References, one after the other, from a row on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub(super) start: Start,
    pub(super) steps: Vec<Back>,
}

/// What is read of a row: its fields, each with the first place; none for the whole row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    read: BTreeMap<usize, FileSpan>,
    whole: Option<FileSpan>,
}

impl Fields {
    pub(super) fn first_read(&self) -> FileSpan {
        self.read.values().copied().chain(self.whole).min().unwrap_or_default()
    }

    /// The positions, unless the whole row is read.
    pub(super) fn positions(&self) -> Option<Vec<usize>> {
        self.whole.is_none().then(|| self.read.keys().copied().collect())
    }

    fn add(&mut self, field: Option<usize>, span: FileSpan) {
        match field {
            Some(field) => {
                self.read.entry(field).or_insert(span);
            }
            None => {
                self.whole.get_or_insert(span);
            }
        }
    }
}

/// Why a change of a row would not lead to those that show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// A query inside a value.
    Query(Source),
    /// A look-up inside a value.
    LookUp(Source),
    /// A reference that stands inside another value of a field: in a struct, or in a map.
    Inside(Source, usize),
    /// More ways than are followed.
    TooMany,
}

/// Something that keeps rows from being kept up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Refused {
    /// Where it shows in the text at hand.
    pub(super) span: FileSpan,
    pub(super) reason: Reason,
    /// Where it is in the function that is called.
    pub(super) inside: Option<FileSpan>,
}

/// The rows that a value may refer to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Origin {
    paths: BTreeSet<Path>,
    /// Why nothing leads back from some of them.
    lost: Option<Reason>,
}

impl Origin {
    fn at(start: Start) -> Self {
        Self { paths: BTreeSet::from([Path { start, steps: Vec::new() }]), lost: None }
    }

    fn and(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self.lost = self.lost.or(other.lost);
        if self.paths.len() > PATHS_MAX {
            self.paths.clear();
            self.lost = Some(Reason::TooMany);
        }
        self
    }
}

/// What was found out about expressions.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluation {
    /// By the path to a row, what is read of it.
    pub(super) reads: BTreeMap<Path, Fields>,
    /// What cannot be kept up.
    pub(super) refused: BTreeSet<Refused>,
    /// What the value of a function refers to.
    value: Origin,
}

/// What functions read, as far as it was asked for.
pub(crate) struct Reads<'a> {
    declarations: &'a Declarations,
    functions: &'a [FunctionBody],
    known: BTreeMap<FunctionId, Rc<Evaluation>>,
}

impl<'a> Reads<'a> {
    pub(crate) const fn new(declarations: &'a Declarations, functions: &'a [FunctionBody]) -> Self {
        Self { declarations, functions, known: BTreeMap::new() }
    }

    /// What the rows of a query depend on, with what is shown of them.
    pub(super) fn of_query(&mut self, query: &Query, values: &[&Expr], frame: &Frame) -> Evaluation {
        let mut walk = Walk { reads: self, frame, found: Evaluation::default(), locals: BTreeMap::new() };
        walk.query(query);
        for value in values {
            walk.expr(value);
        }
        walk.found
    }

    fn function(&mut self, id: FunctionId) -> Rc<Evaluation> {
        if let Some(known) = self.known.get(&id) {
            return Rc::clone(known);
        }
        // A function that calls itself was reported; it reads nothing more by that.
        self.known.insert(id, Rc::default());
        let functions = self.functions;
        let Some((body, value)) = functions.get(id.index()).and_then(|it| Some((it, it.value.as_ref()?))) else {
            return Rc::default();
        };
        let parameters = self.declarations.functions.get(id.index()).map_or(0, |it| it.parameters.len());
        let locals = (0..parameters).map(|position| (LocalId(position as u32), Origin::at(Start::Parameter(position))));
        let locals = locals.collect();
        let mut walk = Walk { reads: self, frame: &body.frame, found: Evaluation::default(), locals };
        let origin = walk.expr(value);
        let found = Rc::new(Evaluation { value: origin, ..walk.found });
        self.known.insert(id, Rc::clone(&found));
        found
    }
}

/// The expressions of one body.
struct Walk<'w, 'a> {
    reads: &'w mut Reads<'a>,
    frame: &'w Frame,
    found: Evaluation,
    locals: BTreeMap<LocalId, Origin>,
}

impl Walk<'_, '_> {
    /// A query itself: its rows are where paths begin.
    fn query(&mut self, query: &Query) {
        self.locals.insert(query.row, Origin::at(Start::Row(query.row)));
        for join in &query.joins {
            let origin = match &join.source {
                JoinSource::Table(..) => Origin::at(Start::Row(join.local)),
                JoinSource::Elements(collection) => self.expr(collection),
            };
            self.locals.insert(join.local, origin);
            join.on.iter().for_each(|test| self.look(test));
        }
        query.conditions.iter().for_each(|condition| self.look(&condition.test));
        if let Some(group) = &query.group {
            for (local, key) in &group.keys {
                let origin = self.expr(key);
                self.locals.insert(*local, origin);
            }
            for aggregate in &group.aggregates {
                let origin = aggregate.value.as_ref().map(|value| self.expr(value)).unwrap_or_default();
                self.locals.insert(aggregate.local, origin);
            }
        }
        match &query.order {
            QueryOrder::None => {}
            QueryOrder::Keys(keys) => keys.iter().for_each(|(key, _)| self.look(key)),
            QueryOrder::Match(value, arms) => {
                let origin = self.expr(value);
                for (pattern, keys) in arms {
                    self.bind_pattern(pattern, &origin);
                    keys.iter().for_each(|(key, _)| self.look(key));
                }
            }
        }
        [&query.skip, &query.limit, &query.select].into_iter().flatten().for_each(|value| self.look(value));
    }

    fn look(&mut self, expr: &Expr) {
        self.expr(expr);
    }

    /// The rows that a value may refer to; what it reads on the way is noted.
    fn expr(&mut self, expr: &Expr) -> Origin {
        let origin = match &expr.kind {
            ExprKind::Local(local) | ExprKind::Present(local) => self.local(*local),
            ExprKind::RowField(base, field) => return self.row_field(base, *field, expr.span),
            ExprKind::LoadRow(base) => {
                let origin = self.expr(base);
                self.read(&origin, None, expr.span);
                origin
            }
            ExprKind::OptionalChain { option: value, local, body, .. } | ExprKind::Let { local, value, body } => {
                self.bind(*local, value);
                self.expr(body)
            }
            ExprKind::IfLet { local, value, then, otherwise } => {
                self.bind(*local, value);
                self.expr(then).and(self.expr(otherwise))
            }
            ExprKind::WithLambda { collection, local, body, .. } => {
                let walked = self.bind(*local, collection);
                walked.and(self.expr(body))
            }
            ExprKind::Match { value, arms } => {
                let looked_at = self.expr(value);
                let mut origin = Origin::default();
                for (pattern, arm) in arms {
                    self.bind_pattern(pattern, &looked_at);
                    origin = origin.and(self.expr(arm));
                }
                origin
            }
            ExprKind::LookUp { source, key, .. } => {
                key.iter().for_each(|part| self.look(part));
                self.refuse(Reason::LookUp(*source), expr.span, None);
                Origin::default()
            }
            ExprKind::Query(query) => {
                self.refuse(Reason::Query(query.source), expr.span, None);
                Origin::default()
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments, expr.span),
            _ => {
                let mut parts = Vec::new();
                walk::children(expr, &mut |part| parts.push(part));
                parts.into_iter().fold(Origin::default(), |origin, part| origin.and(self.expr(part)))
            }
        };
        if holds_rows(self.reads.declarations, &expr.ty) { origin } else { Origin::default() }
    }

    fn local(&self, local: LocalId) -> Origin {
        self.locals.get(&local).cloned().unwrap_or_else(|| {
            let ty = self.frame.locals.get(local.0 as usize).map_or(&Type::Error, |local| &local.ty);
            if holds_rows(self.reads.declarations, ty) { Origin::at(Start::Fixed(local)) } else { Origin::default() }
        })
    }

    fn bind(&mut self, local: LocalId, value: &Expr) -> Origin {
        let origin = self.expr(value);
        self.locals.insert(local, origin.clone());
        origin
    }

    fn bind_pattern(&mut self, pattern: &Pattern, looked_at: &Origin) {
        match pattern {
            Pattern::Some(local) => {
                self.locals.insert(*local, looked_at.clone());
            }
            Pattern::Variant(_, _, bindings) => {
                self.locals.extend(bindings.iter().map(|(_, local)| (*local, looked_at.clone())));
            }
            Pattern::Any | Pattern::None | Pattern::Literal(_) | Pattern::OneOf(_) => {}
        }
    }

    fn row_field(&mut self, base: &Expr, field: usize, span: FileSpan) -> Origin {
        let origin = self.expr(base);
        self.read(&origin, Some(field), span);
        let declarations = self.reads.declarations;
        let (Type::Reference(table) | Type::Row(table)) = types::plain(declarations, &base.ty) else {
            return Origin::default();
        };
        let Some(declared) = declarations.fields(*table).get(field) else { return Origin::default() };
        if !holds_rows(declarations, &declared.ty) {
            return Origin::default();
        }
        if referred(declarations, &declared.ty).is_none() {
            return Origin { paths: BTreeSet::new(), lost: Some(Reason::Inside(*table, field)) };
        }
        let step = Back { table: *table, field };
        let paths = origin.paths.into_iter().map(|mut path| {
            path.steps.push(step);
            path
        });
        Origin { paths: paths.collect(), lost: origin.lost }
    }

    /// Notes what is read of rows, unless they are those of the query itself.
    fn read(&mut self, origin: &Origin, field: Option<usize>, span: FileSpan) {
        if let Some(reason) = origin.lost {
            self.refuse(reason, span, None);
        }
        for path in &origin.paths {
            let is_at_hand = path.steps.is_empty() && matches!(path.start, Start::Row(_));
            if !is_at_hand {
                self.found.reads.entry(path.clone()).or_default().add(field, span);
            }
        }
    }

    fn refuse(&mut self, reason: Reason, span: FileSpan, inside: Option<FileSpan>) {
        self.found.refused.insert(Refused { span, reason, inside });
    }

    /// What a function reads through its arguments.
    fn call(&mut self, id: FunctionId, arguments: &[Expr], span: FileSpan) -> Origin {
        let given: Vec<Origin> = arguments.iter().map(|argument| self.expr(argument)).collect();
        let called = self.reads.function(id);
        for refused in &called.refused {
            self.refuse(refused.reason, span, Some(refused.inside.unwrap_or(refused.span)));
        }
        for (path, fields) in &called.reads {
            let origin = composed(path, &given);
            if fields.whole.is_some() {
                self.read(&origin, None, span);
            }
            for field in fields.read.keys() {
                self.read(&origin, Some(*field), span);
            }
        }
        let value = &called.value;
        let lost = Origin { paths: BTreeSet::new(), lost: value.lost };
        value.paths.iter().fold(lost, |origin, path| origin.and(composed(path, &given)))
    }
}

/// Where a path of a function leads from its arguments on.
fn composed(path: &Path, given: &[Origin]) -> Origin {
    let Start::Parameter(position) = path.start else { return Origin::default() };
    let Some(origin) = given.get(position) else { return Origin::default() };
    let on = |from: &Path| Path { start: from.start, steps: [from.steps.as_slice(), &path.steps].concat() };
    Origin { paths: origin.paths.iter().map(on).collect(), lost: origin.lost }
}

/// The table that a field refers to, in one of the forms that an index leads back from.
pub(super) fn referred(declarations: &Declarations, ty: &Type) -> Option<Source> {
    match types::plain(declarations, ty) {
        Type::Reference(source) => Some(*source),
        Type::Optional(inner) | Type::Set(inner) | Type::List(inner) => match types::plain(declarations, inner) {
            Type::Reference(source) => Some(*source),
            _ => None,
        },
        _ => None,
    }
}

/// Whether references to rows are in values of a type.
fn holds_rows(declarations: &Declarations, ty: &Type) -> bool {
    holds(declarations, ty, &mut BTreeSet::new())
}

/// The same, without looking twice into what was `seen`: a type that holds itself was reported.
fn holds(declarations: &Declarations, ty: &Type, seen: &mut BTreeSet<Seen>) -> bool {
    match types::plain(declarations, ty) {
        Type::Reference(_) | Type::Row(_) => true,
        Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) | Type::Page(inner) => {
            holds(declarations, inner, seen)
        }
        Type::Map(key, value) => holds(declarations, key, seen) || holds(declarations, value, seen),
        Type::Struct(id) if seen.insert(Seen::Struct(*id)) => {
            let fields = declarations.structs.get(id.index()).map_or(&[][..], |it| &it.fields);
            fields.iter().any(|field| holds(declarations, &field.ty, seen))
        }
        Type::Enum(id) if seen.insert(Seen::Enum(*id)) => declarations.enums.get(id.index()).is_some_and(|it| {
            let mut fields = it.variants.iter().flat_map(|variant| &variant.fields);
            fields.any(|field| holds(declarations, &field.ty, seen))
        }),
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Struct(StructId),
    Enum(EnumId),
}
