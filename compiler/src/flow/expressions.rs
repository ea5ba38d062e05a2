//! What expressions hold of private values.

use super::Flow;
use super::taint::{Origin, Taint, Trace};
use crate::declarations::{Effect, EnumId, EventId, Source, StructId, Type};
use crate::infer::types;
use crate::plan::{
    AggregateFunction, Builtin, Expr, ExprKind, Group, JoinSource, LambdaMethod, LocalId, Pattern, Query, QueryOrder,
    QueryResult,
};

impl Flow<'_> {
    /// What a value holds; what it emits on the way is looked at too.
    pub(super) fn expr(&mut self, expr: &Expr) -> Taint {
        match &expr.kind {
            ExprKind::Local(local) | ExprKind::Present(local) => self.local(*local),
            ExprKind::Some(inner) | ExprKind::Patch(Some(inner)) | ExprKind::PatchToOptional(inner) => self.expr(inner),
            ExprKind::EventField(position) => self.event_field(*position, expr),
            ExprKind::StructField(base, position) => self.struct_field(base, *position),
            ExprKind::RowField(base, position) => self.row_field(base, *position, expr),
            ExprKind::LoadRow(base) => self.expr(base).whole(),
            ExprKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.expr(then).and(self.expr(otherwise))
            }
            ExprKind::OptionalChain { option: value, local, body, .. } | ExprKind::Let { local, value, body } => {
                self.bind_value(*local, value);
                self.expr(body)
            }
            ExprKind::IfLet { local, value, then, otherwise } => {
                self.bind_value(*local, value);
                self.expr(then).and(self.expr(otherwise))
            }
            ExprKind::Match { value, arms } => self.matched(value, arms),
            ExprKind::Struct(id, values) => self.record(*id, values),
            ExprKind::Variant(id, variant, values) => self.variant(*id, *variant, values),
            ExprKind::Call(function, arguments) => {
                let given: Vec<Taint> = arguments.iter().map(|it| self.expr(it)).collect();
                let name = self.declarations.functions.get(function.index()).map_or("?", |it| it.name.as_str());
                let name = format!("`{name}`");
                self.function(*function).called(&given, &name, expr.span)
            }
            ExprKind::Builtin(builtin, arguments) => {
                let taint = self.all(arguments);
                if asks(*builtin) { Taint::default() } else { taint }
            }
            ExprKind::WithLambda { method, collection, local, body } => {
                self.with_lambda(*method, collection, *local, body)
            }
            ExprKind::Query(query) => self.query(query),
            ExprKind::Emit(event, values) => self.emit(*event, values),
            // A question about a value is not the value.
            ExprKind::Is { .. }
            | ExprKind::Not(_)
            | ExprKind::Logic { .. }
            | ExprKind::Compare { .. }
            | ExprKind::In { .. } => {
                self.parts(expr);
                Taint::default()
            }
            ExprKind::Interpolate(_) | ExprKind::LookUp { .. } => self.parts(expr).whole(),
            ExprKind::At(base, index) => {
                self.expr(index);
                self.expr(base)
            }
            _ => self.parts(expr),
        }
    }

    fn struct_field(&mut self, base: &Expr, position: usize) -> Taint {
        let taint = self.expr(base);
        match types::plain(self.declarations, &base.ty) {
            // Of the fields of a page, only the items hold what its rows do.
            Type::Page(_) if position > 0 => Taint::default(),
            Type::Page(_) => taint,
            _ => taint.field(position),
        }
    }

    fn matched(&mut self, value: &Expr, arms: &[(Pattern, Expr)]) -> Taint {
        let looked_at = self.expr(value);
        let mut taint = Taint::default();
        for (pattern, arm) in arms {
            self.bind_pattern(pattern, &looked_at);
            taint.extend(self.expr(arm));
        }
        taint
    }

    fn record(&mut self, id: StructId, values: &[Expr]) -> Taint {
        let declared = self.declarations.structs.get(id.index());
        let mut taint = Taint::default();
        for (position, value) in values.iter().enumerate() {
            let held = self.expr(value);
            let field = declared.and_then(|it| Some((it, it.fields.get(position)?)));
            let step = field.map(|(of, field)| {
                if of.is_inline { format!("`{}`", field.name) } else { format!("`{}.{}`", of.name, field.name) }
            });
            taint.extend(held.through(&step.unwrap_or_default()).within(position));
        }
        taint
    }

    fn variant(&mut self, id: EnumId, variant: usize, values: &[Expr]) -> Taint {
        let declared = self.declarations.enums.get(id.index()).and_then(|it| it.variants.get(variant));
        let step = declared.map(|it| format!("`{}`", it.name)).unwrap_or_default();
        let mut taint = Taint::default();
        for (position, value) in values.iter().enumerate() {
            taint.extend(self.expr(value).through(&step).within(position).within(variant));
        }
        taint
    }

    fn with_lambda(&mut self, method: LambdaMethod, collection: &Expr, local: LocalId, body: &Expr) -> Taint {
        let walked = self.expr(collection);
        self.bind(local, &walked);
        let made = self.expr(body);
        match method {
            LambdaMethod::Any | LambdaMethod::All => Taint::default(),
            LambdaMethod::Filter | LambdaMethod::SortBy => walked,
            LambdaMethod::Map | LambdaMethod::Sum | LambdaMethod::Min | LambdaMethod::Max => made,
        }
    }

    fn emit(&mut self, event: EventId, values: &[Option<Expr>]) -> Taint {
        for (position, value) in values.iter().enumerate() {
            if let Some(value) = value {
                let taint = self.expr(value);
                self.into_event(event, position, &taint);
            }
        }
        Taint::default()
    }

    /// What all direct parts of an expression hold.
    fn parts(&mut self, expr: &Expr) -> Taint {
        let mut parts = Vec::new();
        crate::infer::walk::children(expr, &mut |part| parts.push(part));
        let mut taint = Taint::default();
        for part in parts {
            taint.extend(self.expr(part));
        }
        taint
    }

    fn all(&mut self, exprs: &[Expr]) -> Taint {
        let mut taint = Taint::default();
        for expr in exprs {
            taint.extend(self.expr(expr));
        }
        taint
    }

    fn local(&self, local: LocalId) -> Taint {
        self.locals.get(local.0 as usize).cloned().unwrap_or_default()
    }

    pub(super) fn bind(&mut self, local: LocalId, taint: &Taint) {
        if let Some(slot) = self.locals.get_mut(local.0 as usize) {
            slot.extend(taint.clone());
        }
    }

    pub(super) fn bind_value(&mut self, local: LocalId, value: &Expr) {
        let taint = self.expr(value);
        self.bind(local, &taint);
    }

    pub(super) fn bind_pattern(&mut self, pattern: &Pattern, looked_at: &Taint) {
        match pattern {
            Pattern::Some(local) => self.bind(*local, looked_at),
            Pattern::Variant(_, variant, bindings) => {
                for (position, local) in bindings {
                    self.bind(*local, &looked_at.clone().field(*variant).field(*position));
                }
            }
            Pattern::Any | Pattern::None | Pattern::Literal(_) | Pattern::OneOf(_) => {}
        }
    }

    /// A field of a row holds what is guarded, and what its row was found by.
    fn row_field(&mut self, base: &Expr, position: usize, expr: &Expr) -> Taint {
        let mut taint = self.expr(base).whole();
        let source = match types::plain(self.declarations, &base.ty) {
            Type::Reference(source) | Type::Row(source) => *source,
            _ => return taint,
        };
        self.read(source, position, expr, &mut taint);
        taint
    }

    fn read(&self, source: Source, position: usize, expr: &Expr, taint: &mut Taint) {
        if self.field(source, position).is_some_and(|field| self.is_guarded(field)) {
            taint.add(Trace::new(Origin::Field { source, position, read: expr.span }, expr.span));
        }
    }

    /// A field of the event at hand: what it writes to a guarded field, or what was put into it.
    fn event_field(&self, position: usize, expr: &Expr) -> Taint {
        let Some(event) = self.event else { return Taint::default() };
        let Some(declared) = self.declarations.events.get(event.index()) else { return Taint::default() };
        let own = self.event_fields.get(event.index()).and_then(|fields| fields.get(position));
        let mut taint = own.cloned().unwrap_or_default();
        if let Some(written) = declared.fields.get(position).and_then(|field| field.writes)
            && let Effect::Creates(model) | Effect::Updates(model, _) = declared.effect
        {
            self.read(Source::Model(model), written, expr, &mut taint);
        }
        taint
    }

    pub(super) fn query(&mut self, query: &Query) -> Taint {
        for condition in &query.conditions {
            self.expr(&condition.test);
        }
        for join in &query.joins {
            if let JoinSource::Elements(collection) = &join.source {
                self.bind_value(join.local, collection);
            }
            join.on.iter().for_each(|test| {
                self.expr(test);
            });
        }
        let keys = query.group.as_ref().map(|group| self.group(group)).unwrap_or_default();
        let order = match &query.order {
            QueryOrder::None => Taint::default(),
            QueryOrder::Keys(keys) => self.keys(keys),
            QueryOrder::Match(value, arms) => {
                let looked_at = self.expr(value);
                let mut taint = Taint::default();
                for (pattern, keys) in arms {
                    self.bind_pattern(pattern, &looked_at);
                    taint.extend(self.keys(keys));
                }
                taint
            }
        };
        [&query.skip, &query.limit].into_iter().flatten().for_each(|bound| {
            self.expr(bound);
        });
        let selected = query.select.as_ref().map(|select| self.expr(select)).unwrap_or_default();
        match &query.result {
            QueryResult::Count | QueryResult::Exists => Taint::default(),
            QueryResult::List | QueryResult::First => selected,
            QueryResult::Page(cursor) => {
                self.expr(cursor);
                self.report_cursor(&order.and(keys));
                selected
            }
        }
    }

    /// What the keys of groups hold; an aggregate that is a value of a row, or a sum of them, holds what the rows do.
    fn group(&mut self, group: &Group) -> Taint {
        for aggregate in &group.aggregates {
            let Some(value) = &aggregate.value else { continue };
            let taint = self.expr(value);
            match aggregate.function {
                AggregateFunction::Count | AggregateFunction::CountDistinct | AggregateFunction::Any => {}
                AggregateFunction::Sum
                | AggregateFunction::Average
                | AggregateFunction::Min
                | AggregateFunction::Max => self.bind(aggregate.local, &taint),
            }
        }
        let mut keys = Taint::default();
        for (local, key) in &group.keys {
            let taint = self.expr(key);
            self.bind(*local, &taint);
            keys.extend(taint);
        }
        keys
    }

    fn keys(&mut self, keys: &[(Expr, bool)]) -> Taint {
        let mut taint = Taint::default();
        for (key, _) in keys {
            taint.extend(self.expr(key));
        }
        taint
    }
}

/// Whether a method only says something about its receiver.
const fn asks(builtin: Builtin) -> bool {
    matches!(builtin, Builtin::Len | Builtin::Contains | Builtin::StartsWith | Builtin::EndsWith)
}
