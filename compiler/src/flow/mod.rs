//! Where private values go: from the rows that keep them to answers, refusals, views and public
//! fields.
//!
//! The analysis runs over the typed plan, when everything is typed, and follows values, not
//! questions: a comparison, `in`, `len()` or `count` of a private value is a `bool` or a number of
//! its own, and so is what custom Rust makes of it. What guards a field is asked in one place
//! ([`Flow::is_guarded`]).
//!
//! Functions are summed up once, by what of themselves and of their arguments they give back, so
//! the work grows with the size of the schema.

mod expressions;
mod report;
mod statements;
mod taint;

use crate::declarations::{Declarations, Effect, EventFieldOrigin, EventId, Field, FunctionId, Source};
use crate::plan::{Bodies, Frame};
use crate::problem::Problems;
use taint::{Origin, Taint, Trace};

/// Reports every way by which a private value gets out.
pub(crate) fn check(declarations: &Declarations, bodies: &Bodies, problems: &mut Problems) {
    let has_guarded = declarations.models.iter().flat_map(|model| &model.fields).any(|field| field.is_private);
    if !has_guarded {
        return;
    }
    let mut flow = Flow::new(declarations, bodies, problems);
    flow.views();
    flow.endpoints();
    flow.jobs();
    // Their own fields hold what the endpoints put into them.
    flow.events();
    flow.folds();
}

/// What is known while the bodies are walked.
struct Flow<'a> {
    declarations: &'a Declarations,
    bodies: &'a Bodies,
    problems: &'a mut Problems,
    /// What each function gives back; none before it is asked for.
    functions: Vec<Option<Taint>>,
    /// What the events' own fields hold, by event and field.
    event_fields: Vec<Vec<Taint>>,
    /// What the locals of the body at hand hold.
    locals: Vec<Taint>,
    /// The event of the body at hand.
    event: Option<EventId>,
}

impl<'a> Flow<'a> {
    fn new(declarations: &'a Declarations, bodies: &'a Bodies, problems: &'a mut Problems) -> Self {
        Self {
            declarations,
            bodies,
            problems,
            functions: vec![None; declarations.functions.len()],
            event_fields: declarations.events.iter().map(|it| vec![Taint::default(); it.fields.len()]).collect(),
            locals: Vec::new(),
            event: None,
        }
    }

    /// Begins a body.
    fn begin(&mut self, frame: &Frame) {
        self.locals = vec![Taint::default(); frame.locals.len()];
        self.event = None;
    }

    /// Whether the values of a field stay inside.
    ///
    /// Secrets are guarded by their type: nothing else is made of them, and no answer, text or view
    /// takes the type.
    fn is_guarded(&self, field: &Field) -> bool {
        field.is_private && !self.declarations.is_secret(&field.ty)
    }

    fn field(&self, source: Source, position: usize) -> Option<&'a Field> {
        match source {
            Source::Model(id) => self.declarations.models.get(id.index())?.fields.get(position),
            Source::View(id) => self.declarations.views.get(id.index())?.fields.get(position),
        }
    }

    fn views(&mut self) {
        let bodies = self.bodies;
        for (view, body) in self.declarations.views.iter().zip(&bodies.views) {
            let Some(query) = &body.query else { continue };
            self.begin(&body.frame);
            // The order is looked at with the values that it added.
            self.query(query);
            for (field, value) in view.fields.iter().zip(&body.values) {
                let taint = self.expr(value);
                if !self.is_guarded(field) {
                    self.report_view(view, field, &taint);
                }
            }
        }
    }

    fn folds(&mut self) {
        let bodies = self.bodies;
        for (view, body) in self.declarations.views.iter().zip(&bodies.views) {
            for fold in &body.folds {
                self.begin(&fold.frame);
                self.event = Some(fold.event);
                for (position, key) in view.key.iter().zip(&fold.keys) {
                    let taint = self.expr(key);
                    if let Some(field) = view.fields.get(*position) {
                        self.report_view(view, field, &taint);
                    }
                }
                self.statements(&view.name, &fold.statements);
            }
        }
    }

    fn endpoints(&mut self) {
        let bodies = self.bodies;
        for (endpoint, body) in self.declarations.endpoints.iter().zip(&bodies.endpoints) {
            self.begin(&body.frame);
            self.statements(&endpoint.name, &body.statements);
        }
    }

    fn jobs(&mut self) {
        let bodies = self.bodies;
        for (job, body) in self.declarations.jobs.iter().zip(&bodies.jobs) {
            self.begin(&body.frame);
            self.statements(&job.name, &body.statements);
        }
    }

    fn events(&mut self) {
        let bodies = self.bodies;
        for (position, (event, body)) in self.declarations.events.iter().zip(&bodies.events).enumerate() {
            let id = EventId(position as u32);
            self.begin(&body.frame);
            self.event = Some(id);
            for (field, value) in &body.values {
                let taint = self.expr(value);
                let is_computed = event.fields.get(*field).is_some_and(|it| it.origin == EventFieldOrigin::Computed);
                if is_computed {
                    self.into_event(id, *field, &taint);
                }
            }
            for (test, failure) in &body.requires {
                self.expr(test);
                self.failure(failure);
            }
            self.statements(&event.name, &body.apply);
        }
    }

    /// A value that goes into a field of an event, and so into the row that it writes.
    fn into_event(&mut self, event: EventId, position: usize, taint: &Taint) {
        if taint.is_empty() {
            return;
        }
        let Some(declared) = self.declarations.events.get(event.index()) else { return };
        let Some(field) = declared.fields.get(position) else { return };
        let model = match declared.effect {
            Effect::Creates(model) | Effect::Updates(model, _) => Some(model),
            _ => None,
        };
        if let (Some(model), Some(written)) = (model, field.writes) {
            self.into_row(Source::Model(model), written, taint);
            return;
        }
        let step = format!("`{}.{}`", declared.name, field.field.name);
        let own = self.event_fields.get_mut(event.index()).and_then(|fields| fields.get_mut(position));
        if let Some(own) = own {
            own.extend(taint.through(&step));
        }
    }

    /// A value that is kept in a field of a row.
    fn into_row(&mut self, source: Source, position: usize, taint: &Taint) {
        let Some(field) = self.field(source, position).filter(|field| !self.is_guarded(field)) else { return };
        match source {
            Source::Model(_) => self.report_kept(source, field, taint),
            Source::View(id) => {
                if let Some(view) = self.declarations.views.get(id.index()) {
                    self.report_view(view, field, taint);
                }
            }
        }
    }

    /// What a function gives back: of itself, and of its arguments.
    fn function(&mut self, id: FunctionId) -> Taint {
        match self.functions.get(id.index()) {
            Some(Some(known)) => return known.clone(),
            Some(None) => {}
            None => return Taint::default(),
        }
        // A function that calls itself was reported; it adds nothing to itself.
        if let Some(slot) = self.functions.get_mut(id.index()) {
            *slot = Some(Taint::default());
        }
        let bodies = self.bodies;
        let Some((body, value)) = bodies.functions.get(id.index()).and_then(|it| Some((it, it.value.as_ref()?))) else {
            return Taint::default();
        };
        let declared = self.declarations.functions.get(id.index()).map_or(0, |it| it.parameters.len());
        let (locals, event) = (std::mem::take(&mut self.locals), self.event);
        self.begin(&body.frame);
        for (position, local) in self.locals.iter_mut().enumerate().take(declared) {
            local.add(Trace::new(Origin::Parameter(position, Vec::new()), value.span));
        }
        let taint = self.expr(value);
        self.locals = locals;
        self.event = event;
        if let Some(slot) = self.functions.get_mut(id.index()) {
            *slot = Some(taint.clone());
        }
        taint
    }
}
