//! Scenarios, and what happens by itself: hooks and jobs.

use raftstone_compiler::declarations::{EndpointId, Type};
use raftstone_compiler::names::Named;
use raftstone_dsl::ast::{EventLiteral, Expr, Failure, Hook, Ident, Job, Scenario, Schedule, Step, StepKind};

use super::{Binder, Found, Meaning, Owner, Walk};

impl Walk<'_> {
    pub(super) fn hook(&self, hook: &Hook) -> Option<Found> {
        hook.events.iter().find_map(|event| self.name(event, self.item(event)))
    }

    pub(super) fn job(&mut self, job: &Job) -> Option<Found> {
        let found = match job.schedule.as_ref() {
            Some(Schedule::Interval(interval)) => self.expr(interval, Some(&Type::Duration)),
            Some(Schedule::Cron(_)) | None => None,
        };
        found.or_else(|| self.block(job.body.as_ref()?))
    }

    /// Each step sees the rows that were named before it.
    pub(super) fn scenario(&mut self, scenario: &Scenario) -> Option<Found> {
        let mut called = None;
        for step in &scenario.steps {
            if self.is_at(step.span) {
                return self.step(step, called);
            }
            match &step.kind {
                StepKind::Given { event, name: Some(name) } => {
                    let ty = self.emitted(&event.event);
                    self.bind(name, ty, Binder::Given);
                }
                StepKind::Call { endpoint, .. } => called = self.endpoint_named(endpoint),
                _ => {}
            }
        }
        None
    }

    /// A step; the endpoint is the one that was called last.
    fn step(&mut self, step: &Step, called: Option<EndpointId>) -> Option<Found> {
        match &step.kind {
            StepKind::Given { event, name } => self.event_literal(event).or_else(|| {
                let name = name.as_ref()?;
                let ty = self.emitted(&event.event);
                self.name(name, Some(self.local(name, ty, Binder::Given)))
            }),
            StepKind::Call { endpoint, arguments, by } => self
                .name(endpoint, self.item(endpoint))
                .or_else(|| self.arguments(self.endpoint_named(endpoint), arguments))
                .or_else(|| {
                    let by = by.as_ref()?;
                    self.name(by, self.in_scope(&by.text).cloned())
                }),
            StepKind::Emitted(event) => self.event_literal(event),
            StepKind::Fails(failure) => self.refusal(called, failure),
            StepKind::Pass(value) => self.expr(value, Some(&Type::Duration)),
            StepKind::Holds(condition) => self.expr(condition, Some(&Type::Bool)),
            StepKind::Bad => None,
        }
    }

    fn event_literal(&mut self, literal: &EventLiteral) -> Option<Found> {
        self.emit(&literal.event, literal.fields.as_deref().unwrap_or_default())
    }

    fn endpoint_named(&self, name: &Ident) -> Option<EndpointId> {
        match self.schema.entry(&name.text)?.named {
            Named::Endpoint(id) => Some(id),
            _ => None,
        }
    }

    /// Arguments by position or by the name of a parameter.
    fn arguments(&mut self, endpoint: Option<EndpointId>, arguments: &[(Option<Ident>, Expr)]) -> Option<Found> {
        arguments.iter().enumerate().find_map(|(position, (name, value))| {
            let owner = endpoint.map(Owner::Endpoint);
            let meaning = match name {
                Some(name) => owner.and_then(|owner| self.field(owner, name)),
                None => owner.map(|owner| Meaning::Field(owner, position)),
            };
            let ty = self.type_of_meaning(meaning.as_ref());
            let found = name.as_ref().and_then(|name| self.name(name, meaning));
            found.or_else(|| self.expr(value, Some(&ty)))
        })
    }

    /// `then fails invalid(email)`: the field is a parameter of what was called.
    fn refusal(&mut self, called: Option<EndpointId>, failure: &Failure) -> Option<Found> {
        let field = failure.field.first();
        field
            .and_then(|field| self.name(field, self.field(Owner::Endpoint(called?), field)))
            .or_else(|| self.expr(failure.message.as_ref()?, Some(&Type::Text)))
    }
}
