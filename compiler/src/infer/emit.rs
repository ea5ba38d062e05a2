//! `emit Event { … }`, and the values of rows that are made: defaults and new keys.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Ident, StructField};

use super::Body;
use super::construct::{Target, bind_lets};
use crate::codes::apply as codes;
use crate::declarations::{
    Effect, Event, EventField, EventFieldOrigin, EventId, Field, Model, ModelId, Source, Type, Written,
};
use crate::effects::Place;
use crate::names::Named;
use crate::plan;
use crate::plan::ExprKind;

impl<'a> Body<'a, '_> {
    pub(crate) fn infer_emit(&mut self, event: &Ident, fields: &[StructField], span: ast::Span) -> plan::Expr {
        self.check_may_emit(span);
        self.emits += 1;
        self.infer_recorded(event, fields, span)
    }

    /// An event with what is given to it, wherever it is recorded.
    pub(crate) fn infer_recorded(&mut self, event: &Ident, fields: &[StructField], span: ast::Span) -> plan::Expr {
        let Some(id) = self.event_named(event) else { return self.wrong(span) };
        let Some(declared) = self.declarations().events.get(id.index()) else {
            return self.wrong(span);
        };
        let is_open = declared.fields.iter().map(|it| it.origin == EventFieldOrigin::Given).collect();
        let target = self.event_target(id, declared, is_open);
        let mut given = self.fields_given(&target, fields);
        let lets = given.take_lets();
        self.rows_change();
        let mut missing = Vec::new();
        for (field, value) in declared.fields.iter().zip(&mut given.values) {
            if value.is_none() && field.origin == EventFieldOrigin::Given {
                *value = self.left_out(field, span);
                if value.is_none() && field.field.value.is_none() {
                    missing.push(field.field.name.as_str());
                }
            }
        }
        if !missing.is_empty() {
            if !given.is_wrong {
                self.report_missing(&target, &missing, span);
            }
            return self.wrong(span);
        }
        let ty = match declared.effect {
            // Which model it creates may be what did not parse.
            _ if target.is_damaged => Type::Error,
            Effect::Creates(model) => Type::Reference(Source::Model(model)),
            _ => Type::Unit,
        };
        let emit = self.expr(ExprKind::Emit(id, given.values), ty, span);
        bind_lets(lets, emit)
    }

    /// The event of this name; another name is reported.
    pub(crate) fn event_named(&mut self, event: &Ident) -> Option<EventId> {
        match self.shared.names.get(&event.text).map(|entry| entry.named) {
            Some(Named::Event(id)) => Some(id),
            Some(Named::Unknown) => None,
            other => {
                self.report_no_event(event, other);
                None
            }
        }
    }

    /// The fields of an event, as they are given in braces.
    pub(crate) fn event_target(&self, id: EventId, declared: &'a Event, is_open: Vec<bool>) -> Target<'a> {
        Target {
            name: declared.name.clone(),
            declared: declared.span,
            fields: declared.fields.iter().map(|it| &it.field).collect(),
            is_open,
            is_damaged: self.is_damaged(Named::Event(id)),
        }
    }

    /// What an event stores for a given field that an `emit` leaves out, if it may.
    fn left_out(&mut self, field: &EventField, span: ast::Span) -> Option<plan::Expr> {
        if field.field.value.is_some() {
            return None;
        }
        self.empty_value(&field.field.ty, span)
    }

    /// The value of a type that has one without being told: absent, none, empty.
    pub(crate) fn empty_value(&mut self, ty: &Type, span: ast::Span) -> Option<plan::Expr> {
        let kind = match self.plain(ty) {
            Type::Patch(_) => ExprKind::Patch(None),
            Type::Optional(_) => ExprKind::None,
            Type::List(_) | Type::Set(_) => ExprKind::Collection(Vec::new()),
            Type::Map(..) => ExprKind::Map(Vec::new()),
            _ => return None,
        };
        Some(self.expr(kind, ty.clone(), span))
    }

    /// Whether a type has such a value.
    pub(crate) fn has_empty_value(&self, ty: &Type) -> bool {
        matches!(self.plain(ty), Type::Patch(_) | Type::Optional(_) | Type::List(_) | Type::Set(_) | Type::Map(..))
    }

    fn check_may_emit(&mut self, span: ast::Span) {
        let problem = match (self.place, self.no_emit) {
            (Place::Endpoint { is_get: true }, _) => self
                .problem(&codes::EMIT_UNDER_GET, span, "an endpoint under `GET` cannot emit")
                .help("reading changes nothing: use `POST`, `PUT`, `PATCH` or `DELETE`"),
            (Place::Endpoint { .. } | Place::Job, None) => return,
            (Place::Endpoint { .. } | Place::Job, Some(why)) => self
                .problem(&codes::EMIT_MISPLACED, span, format!("no event can be emitted {why}"))
                .help("emit it as a statement; a `for` walks a collection"),
            (place, _) => self
                .problem(&codes::EMIT_MISPLACED, span, format!("no event can be emitted in {}", place.words()))
                .help("events are emitted by endpoints and jobs"),
        };
        self.report(problem);
    }

    fn report_no_event(&mut self, event: &Ident, named: Option<Named>) {
        let fits = |named: Named| matches!(named, Named::Event(_));
        let near = self.shared.names.nearest(&event.text, &fits);
        let problem = if let Some(named) = named {
            let message = format!("`{}` is {}, no event", event.text, named.with_article());
            self.problem(&crate::codes::expressions::NOT_A_VALUE, event.span, message)
        } else {
            let message = format!("there is no event `{}`", event.text);
            self.problem(&crate::codes::expressions::UNKNOWN_NAME, event.span, message)
        };
        self.report(problem.did_you_mean(near));
    }

    /// The written default of a field, typed in the body at hand; it was checked where it stands.
    pub(crate) fn written_default(&mut self, field: &Field) -> Option<plan::Expr> {
        let written = field.value.as_ref()?;
        Some(self.again(|body| body.checked_default(written, &field.ty, Place::Default)))
    }

    /// A written default where it stands.
    pub(crate) fn checked_default(&mut self, written: &Written, ty: &Type, place: Place) -> plan::Expr {
        self.in_file(written.file, |body| body.in_place(place, |body| body.check(&written.expr, ty, None)))
    }

    /// What a field of a new row is when nobody says: its default, none, empty, or a new key.
    pub(crate) fn model_default(
        &mut self,
        id: ModelId,
        model: &'a Model,
        position: usize,
        span: ast::Span,
    ) -> Option<plan::Expr> {
        let field = model.fields.get(position)?;
        if field.value.is_some() {
            return self.written_default(field);
        }
        if model.generates_key && model.key == [position] {
            return Some(self.expr(ExprKind::NewKey(id), field.ty.clone(), span));
        }
        self.empty_value(&field.ty, span)
    }

    /// The value of an event's field that is filled in or defaulted.
    pub(crate) fn event_default(&mut self, event: EventId, position: usize, span: ast::Span) -> Option<plan::Expr> {
        let declared = self.declarations().events.get(event.index())?;
        let field = declared.fields.get(position)?;
        if field.field.value.is_some() {
            return self.written_default(&field.field);
        }
        let Effect::Creates(model_id) = declared.effect else {
            return self.empty_value(&field.field.ty, span);
        };
        let model = self.declarations().models.get(model_id.index())?;
        self.model_default(model_id, model, field.writes?, span)
    }
}
