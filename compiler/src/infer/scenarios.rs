//! Steps of scenarios: events that have happened, calls, and what is asked about them.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Ident, Step, StepKind};

use super::construct::bind_lets;
use super::{Body, Origin, names::list_of, types};
use crate::codes::{apply as apply_codes, expressions as codes, scenarios as scenario_codes};
use crate::declarations::{Endpoint, EndpointId, FileSpan, Parameter, Source, Type};
use crate::names::Named;
use crate::plan;
use crate::plan::ExprKind;
use crate::similar;

/// What `then emitted` and `then fails` ask about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Nothing was called, or something else happened since.
    Nothing,
    /// A call, which is refused when a `then fails` follows.
    Call { is_refused: bool },
}

impl Body<'_, '_> {
    /// Types the steps of a scenario whose title stands at `title`.
    pub(crate) fn scenario(&mut self, title: FileSpan, steps: &[Step]) -> Vec<plan::Step> {
        let is_whole = steps.iter().all(|step| step.kind != StepKind::Bad);
        if is_whole && !steps.iter().any(asks) {
            let problem =
                crate::problem::Problem::new(&scenario_codes::ASKS_NOTHING, title, "this scenario asks nothing");
            self.report(problem.help("end it with a `then`: what was emitted, refused, or holds now"));
        }
        let mut typed = Vec::with_capacity(steps.len());
        let mut asked = Asked::Nothing;
        for (position, step) in steps.iter().enumerate() {
            let is_refused = is_refused(steps.get(position + 1..).unwrap_or_default());
            asked = match step.kind {
                StepKind::Call { .. } => Asked::Call { is_refused },
                StepKind::Given { .. } | StepKind::Pass(_) => Asked::Nothing,
                _ => asked,
            };
            if is_whole {
                self.check_asked(step, asked);
            }
            if let Some(kind) = self.step(step, is_refused) {
                let text = self.step_text(step.span);
                typed.push(plan::Step { kind, span: self.at(step.span), text });
            }
        }
        if is_whole {
            self.check_used();
        }
        typed
    }

    fn check_asked(&mut self, step: &Step, asked: Asked) {
        let word = match &step.kind {
            StepKind::Emitted(_) => "emitted",
            StepKind::Fails(_) => "fails",
            _ => return,
        };
        if asked == Asked::Nothing {
            let message = format!("`then {word}` has no call to ask about");
            let problem = self.problem(&scenario_codes::NOTHING_CALLED, step.span, message);
            self.report(problem.help("it stands behind a `when endpoint(…)`, with nothing but other `then` between"));
        } else if (asked == Asked::Call { is_refused: true }) && word == "emitted" {
            let message = "this call is refused, so it emits nothing";
            let problem = self.problem(&scenario_codes::REFUSED_EMITS, step.span, message);
            self.report(problem.help("ask for one of the two: `then emitted …` or `then fails …`"));
        }
    }

    fn step(&mut self, step: &Step, is_refused: bool) -> Option<plan::StepKind> {
        match &step.kind {
            StepKind::Given { event, name } => self.given(event, name.as_ref()),
            StepKind::Call { endpoint, arguments, by } => {
                if let Some(by) = by {
                    self.scenario_caller(by);
                }
                let (id, arguments) = self.endpoint_call(endpoint, arguments, step.span)?;
                Some(plan::StepKind::Call { endpoint: id, arguments, is_refused })
            }
            StepKind::Pass(duration) => self.pass(duration),
            StepKind::Emitted(event) => self.emitted(event),
            StepKind::Fails(failure) => Some(plan::StepKind::Fails(self.failure(failure))),
            StepKind::Holds(condition) => self.holds(condition),
            StepKind::Bad => None,
        }
    }

    fn given(&mut self, event: &ast::EventLiteral, name: Option<&Ident>) -> Option<plan::StepKind> {
        let typed = self.infer_recorded(&event.event, event.fields.as_deref().unwrap_or_default(), event.span);
        self.check_known(&typed);
        let ty = typed.ty.clone();
        let Some(name) = name else {
            return (ty != Type::Error).then_some(plan::StepKind::Given(typed, None));
        };
        if ty == Type::Unit {
            let message = format!("`{}` creates no row that `{}` could name", event.event.text, name.text);
            let problem = self.problem(&scenario_codes::NAMES_NO_ROW, name.span, message);
            self.report(problem.help("leave `as` out: what the event changes has a name already"));
            self.bind_wrong(&name.text);
            return None;
        }
        let is_known = ty != Type::Error;
        let local = self.new_local(&name.text, ty);
        self.declare(name, local);
        is_known.then_some(plan::StepKind::Given(typed, Some(local)))
    }

    fn pass(&mut self, duration: &ast::Expr) -> Option<plan::StepKind> {
        let typed = self.check(duration, &Type::Duration, None);
        match typed.kind {
            ExprKind::Duration(micros) if micros > 0 => Some(plan::StepKind::Pass(micros)),
            ExprKind::Duration(_) => {
                let message = "no time passes here";
                let problem = self.problem(&scenario_codes::NO_TIME_PASSES, duration.span, message);
                self.report(problem.help("leave the step out, or say how much passes: `when 16min pass`"));
                None
            }
            _ => None,
        }
    }

    fn emitted(&mut self, literal: &ast::EventLiteral) -> Option<plan::StepKind> {
        let id = self.event_named(&literal.event)?;
        let declared = self.declarations().events.get(id.index())?;
        // What the event fills in or computes may be asked about as well.
        let target = self.event_target(id, declared, vec![true; declared.fields.len()]);
        let mut given = self.fields_given(&target, literal.fields.as_deref().unwrap_or_default());
        let lets = given.take_lets();
        let values = given.values.into_iter().enumerate();
        let values: Vec<(usize, plan::Expr)> =
            values.filter_map(|(position, value)| Some((position, bind_lets(lets.clone(), value?)))).collect();
        values.iter().for_each(|(_, value)| self.check_known(value));
        Some(plan::StepKind::Emitted(id, values))
    }

    fn holds(&mut self, condition: &ast::Expr) -> Option<plan::StepKind> {
        if let ast::ExprKind::Emit { event, .. } = &condition.kind {
            let word = ast::Span::new(condition.span.start, event.span.start);
            let problem = self
                .problem(&apply_codes::EMIT_MISPLACED, condition.span, "no event can be emitted in a scenario")
                .help("a `given` records an event; a `then` asks for one that a call emitted")
                .fix("write `emitted`", self.at(word), "emitted ");
            self.report(problem);
            return None;
        }
        let typed = self.check_bool(condition);
        self.check_known(&typed);
        Some(plan::StepKind::Holds(typed))
    }

    fn endpoint_call(
        &mut self,
        name: &Ident,
        arguments: &[(Option<Ident>, ast::Expr)],
        span: ast::Span,
    ) -> Option<(EndpointId, Vec<Option<plan::Expr>>)> {
        let id = self.endpoint_named(name)?;
        let endpoint = self.declarations().endpoints.get(id.index())?;
        self.wire_names.clear();
        endpoint.parameters.iter().for_each(|parameter| self.note_wire_name(&parameter.field));
        let uses_extern = self.shared.uses_extern(id);
        if endpoint.is_extern || uses_extern {
            let what = if endpoint.is_extern { "is written in Rust" } else { "calls an `extern fn`" };
            let message = format!("`{}` {what}, which a scenario has no part of", name.text);
            let problem = self
                .problem(&scenario_codes::NEEDS_RUST, name.span, message)
                .other(endpoint.span, "declared here")
                .help(
                    "test it in Rust with `raftstone::testing`, and begin here with `given` the events that it emits",
                );
            self.report(problem);
        }
        let mut values = self.arguments_given(name, endpoint, arguments)?;
        self.fill_in_arguments(name, id, endpoint, span, &mut values)?;
        values.iter().flatten().for_each(|value| self.check_known(value));
        Some((id, values))
    }

    fn endpoint_named(&mut self, name: &Ident) -> Option<EndpointId> {
        let problem = match self.shared.names.get(&name.text).map(|entry| entry.named) {
            Some(Named::Endpoint(id)) => return Some(id),
            Some(Named::Unknown) => return None,
            Some(named) => {
                let message = format!("`{}` is {}, no endpoint", name.text, named.with_article());
                self.problem(&codes::NOT_A_VALUE, name.span, message)
            }
            None => {
                let fits = |named: Named| matches!(named, Named::Endpoint(_));
                let near = self.shared.names.nearest(&name.text, &fits);
                let message = format!("there is no endpoint `{}`", name.text);
                self.problem(&codes::UNKNOWN_NAME, name.span, message).did_you_mean(near)
            }
        };
        self.report(problem);
        None
    }

    /// The written arguments by the positions of their parameters; none when one has no parameter.
    fn arguments_given(
        &mut self,
        name: &Ident,
        endpoint: &Endpoint,
        arguments: &[(Option<Ident>, ast::Expr)],
    ) -> Option<Vec<Option<plan::Expr>>> {
        let mut values: Vec<Option<plan::Expr>> = endpoint.parameters.iter().map(|_| None).collect();
        let mut named_before = None;
        let mut is_wrong = false;
        for (number, (given, value)) in arguments.iter().enumerate() {
            let position = match given {
                Some(given) => {
                    named_before = Some(given.span);
                    self.parameter_named(name, endpoint, given)
                }
                None => self.parameter_at(name, endpoint, number, named_before, value.span),
            };
            let Some((position, parameter)) = position.and_then(|it| Some((it, endpoint.parameters.get(it)?))) else {
                is_wrong = true;
                self.again(|body| body.infer(value, None));
                continue;
            };
            let typed = self.argument(endpoint, parameter, value);
            if values.get(position).is_some_and(Option::is_some) {
                let message = format!("`{}` is given twice", parameter.field.name);
                let span = given.as_ref().map_or(value.span, |given| given.span);
                self.report(self.problem(&codes::DUPLICATE_FIELD, span, message));
            } else if let Some(slot) = values.get_mut(position) {
                *slot = Some(typed);
            }
        }
        (!is_wrong).then_some(values)
    }

    fn parameter_named(&mut self, name: &Ident, endpoint: &Endpoint, given: &Ident) -> Option<usize> {
        let names = || endpoint.parameters.iter().map(|parameter| parameter.field.name.as_str());
        let position = names().position(|parameter| parameter == given.text);
        if position.is_none() {
            let message = format!("`{}` has no parameter `{}`", name.text, given.text);
            let near = similar::nearest(&given.text, names());
            let problem = self.problem(&codes::UNKNOWN_NAME, given.span, message).other(endpoint.span, "declared here");
            self.report(problem.did_you_mean(near));
        }
        position
    }

    fn parameter_at(
        &mut self,
        name: &Ident,
        endpoint: &Endpoint,
        number: usize,
        named_before: Option<ast::Span>,
        span: ast::Span,
    ) -> Option<usize> {
        if let Some(before) = named_before {
            let message = "an argument by position stands behind one by name";
            let problem = self
                .problem(&scenario_codes::ARGUMENT_ORDER, span, message)
                .other(self.at(before), "from here on arguments have names")
                .help("give this one its name too: `name: value`");
            self.report(problem);
            return None;
        }
        if number < endpoint.parameters.len() {
            return Some(number);
        }
        let wanted = super::builtins::values_of(endpoint.parameters.len());
        let message = format!("`{}` takes {wanted} at most", name.text);
        let problem = self.problem(&codes::WRONG_ARGUMENT_COUNT, span, message).other(endpoint.span, "declared here");
        self.report(problem);
        None
    }

    /// An argument as the request brings it: of a row that is looked up by a field, that field.
    fn argument(&mut self, endpoint: &Endpoint, parameter: &Parameter, value: &ast::Expr) -> plan::Expr {
        let field = &parameter.field;
        let origin = Some(Origin { span: field.span, what: "this parameter" });
        let Some((model, brought)) = self.declarations().brought_field(endpoint, parameter) else {
            return self.check(value, &field.ty, origin);
        };
        let found = self.infer(value, Some(&field.ty));
        let source = Source::Model(model);
        if *types::inside(self.declarations(), &found.ty) != Type::Reference(source) {
            let wanted = self.declarations().brought(endpoint, parameter);
            return self.coerce(found, &wanted, origin);
        }
        let row = self.coerce(found, &Type::Reference(source), origin);
        let ty = self.table(source).and_then(|(fields, _)| fields.get(brought)).map_or(Type::Error, |it| it.ty.clone());
        let read = self.expr(ExprKind::RowField(Box::new(row), brought), ty, value.span);
        let wanted = self.declarations().brought(endpoint, parameter);
        self.coerce(read, &wanted, origin)
    }

    /// The parameters that no argument gives: absent, none or empty, or their defaults.
    fn fill_in_arguments(
        &mut self,
        name: &Ident,
        id: EndpointId,
        endpoint: &Endpoint,
        span: ast::Span,
        values: &mut [Option<plan::Expr>],
    ) -> Option<()> {
        let mut missing = Vec::new();
        for (parameter, value) in endpoint.parameters.iter().zip(values) {
            if value.is_some() || parameter.field.value.is_some() {
                continue;
            }
            let ty = self.declarations().brought(endpoint, parameter);
            *value = self.empty_value(&ty, span);
            if value.is_none() && ty != Type::Error {
                missing.push(parameter.field.name.as_str());
            }
        }
        if missing.is_empty() {
            return Some(());
        }
        if !self.is_damaged(Named::Endpoint(id)) {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            let message = format!("{} {verb} missing from this call of `{}`", list_of(&missing), name.text);
            let problem = self.problem(&codes::MISSING_FIELDS, span, message).other(endpoint.span, "declared here");
            self.report(problem.help("give each a value: `name: value`"));
        }
        None
    }

    /// How a step is written, in one line.
    fn step_text(&self, span: ast::Span) -> String {
        let text = self.shared.text(self.at(span));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn asks(step: &Step) -> bool {
    matches!(step.kind, StepKind::Emitted(_) | StepKind::Fails(_) | StepKind::Holds(_))
}

/// Whether a `then fails` asks about the call in front of these steps.
fn is_refused(behind: &[Step]) -> bool {
    let about_it = behind.iter().take_while(|step| asks(step));
    about_it.into_iter().any(|step| matches!(step.kind, StepKind::Fails(_)))
}
