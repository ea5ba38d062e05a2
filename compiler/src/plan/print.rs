//! Plans as text, for people: `rstone explain`, and tests that compare.

mod explain;
mod expressions;
mod queries;
mod scenarios;
mod statements;
mod views;

use std::fmt::Write;

pub use explain::queries;
pub use views::view;

use super::{Bodies, Frame, LocalId};
use crate::declarations::{Declarations, EventId, ModelId, Source, Type};
use crate::infer::types;

/// Writes one body.
pub(crate) struct Printer<'p> {
    declarations: &'p Declarations,
    frame: &'p Frame,
    event: Option<EventId>,
    out: String,
    indent: usize,
}

/// All bodies of a schema, item by item.
pub fn bodies(declarations: &Declarations, bodies: &Bodies) -> String {
    let mut out = String::new();
    for position in 0..bodies.models.len() {
        out.push_str(&model(declarations, bodies, position));
    }
    for position in 0..bodies.events.len() {
        out.push_str(&event(declarations, bodies, position));
    }
    for position in 0..bodies.views.len() {
        out.push_str(&view(declarations, bodies, position));
    }
    for position in 0..bodies.functions.len() {
        out.push_str(&function(declarations, bodies, position));
    }
    for position in 0..bodies.endpoints.len() {
        out.push_str(&endpoint(declarations, bodies, position));
    }
    for position in 0..bodies.jobs.len() {
        out.push_str(&job(declarations, bodies, position));
    }
    for position in 0..bodies.scenarios.len() {
        out.push_str(&scenarios::scenario(declarations, bodies, position));
    }
    out
}

/// The bodies of a model.
pub fn model(declarations: &Declarations, bodies: &Bodies, position: usize) -> String {
    let (Some(declared), Some(body)) = (declarations.models.get(position), bodies.models.get(position)) else {
        return String::new();
    };
    let frame = Frame::default();
    let mut printer = Printer::new(declarations, &frame);
    printer.line(&format!("model {}", declared.name));
    for (field, value) in declared.fields.iter().zip(&body.defaults) {
        if let Some(value) = value {
            let text = printer.expr(value);
            printer.inner(&format!("default {} = {text}", field.name));
        }
    }
    if body.wants_key_order {
        printer.inner("rows in the order of their keys");
    }
    let mut out = printer.out;
    out.push_str(&readable(declarations, bodies, Source::Model(ModelId(position as u32))));
    for (frame, test, message) in &body.checks {
        let printer = Printer::new(declarations, frame);
        let message = message.as_deref().unwrap_or_default();
        let _ = writeln!(out, "  check {} else {message:?}", printer.expr(test));
    }
    out
}

/// Who may read the rows of a table, and fields of theirs.
fn readable(declarations: &Declarations, bodies: &Bodies, source: Source) -> String {
    let mut out = String::new();
    for (declared, body) in declarations.readable.iter().zip(&bodies.readable).filter(|(it, _)| it.source == source) {
        let printer = Printer::new(declarations, &body.condition.frame);
        let name = declared
            .field
            .map_or_else(String::new, |field| format!("{} ", printer.row_field(&Type::Reference(source), field)));
        let _ = writeln!(out, "  {name}readable where {}", printer.expr(&body.condition.test));
    }
    out
}

/// The body of a job.
pub fn job(declarations: &Declarations, bodies: &Bodies, position: usize) -> String {
    let (Some(declared), Some(body)) = (declarations.jobs.get(position), bodies.jobs.get(position)) else {
        return String::new();
    };
    let mut printer = Printer::new(declarations, &body.frame);
    printer.line(&format!("job {}", declared.name));
    printer.block(&body.statements);
    printer.out
}

/// The bodies of an event.
pub fn event(declarations: &Declarations, bodies: &Bodies, position: usize) -> String {
    let (Some(declared), Some(body)) = (declarations.events.get(position), bodies.events.get(position)) else {
        return String::new();
    };
    let mut printer = Printer::new(declarations, &body.frame);
    printer.event = Some(EventId(position as u32));
    printer.line(&format!("event {}", declared.name));
    printer.indent = 1;
    for (field, value) in &body.values {
        let name = declared.fields.get(*field).map_or("?", |it| it.field.name.as_str());
        let text = printer.expr(value);
        printer.line(&format!("value {name} = {text}"));
    }
    for (test, failure) in &body.requires {
        let text = format!("require {} else {}", printer.expr(test), printer.failure(failure));
        printer.line(&text);
    }
    if !body.apply.is_empty() {
        printer.line("apply");
        printer.block(&body.apply);
    }
    printer.out
}

/// The body of a function.
pub fn function(declarations: &Declarations, bodies: &Bodies, position: usize) -> String {
    let (Some(declared), Some(body)) = (declarations.functions.get(position), bodies.functions.get(position)) else {
        return String::new();
    };
    let mut printer = Printer::new(declarations, &body.frame);
    let uses = [
        (body.reads, "reads rows"),
        (body.uses_extern, "custom Rust"),
        (body.uses_clock, "now"),
        (body.uses_random, "uuid()"),
        (body.uses_base_url, "base_url"),
    ];
    let uses: Vec<&str> = uses.into_iter().filter(|(used, _)| *used).map(|(_, word)| word).collect();
    let uses = if uses.is_empty() { String::new() } else { format!(" ({})", uses.join(", ")) };
    printer.line(&format!("fn {}{uses}", declared.name));
    printer.indent = 1;
    if let Some(value) = &body.value {
        let text = format!("= {}", printer.expr(value));
        printer.line(&text);
    }
    printer.out
}

/// The body of an endpoint.
pub fn endpoint(declarations: &Declarations, bodies: &Bodies, position: usize) -> String {
    let (Some(declared), Some(body)) = (declarations.endpoints.get(position), bodies.endpoints.get(position)) else {
        return String::new();
    };
    let mut printer = Printer::new(declarations, &body.frame);
    let kind = match (declared.is_extern, body.is_command) {
        (true, _) => "extern",
        (_, true) => "command",
        _ => "query",
    };
    printer.line(&format!("endpoint {} ({kind})", declared.name));
    if let Some(rights) = &body.rights {
        let text = Printer::new(declarations, &rights.frame).expr(&rights.test);
        let refusal = if declared.rights.as_ref().is_some_and(|it| it.is_hidden) { "missing" } else { "forbidden" };
        printer.inner(&format!("for user where {text} else {refusal}"));
    }
    for (parameter, value) in declared.parameters.iter().zip(&body.defaults) {
        if let Some(value) = value {
            let text = printer.expr(value);
            printer.inner(&format!("default {} = {text}", parameter.field.name));
        }
    }
    printer.block(&body.statements);
    printer.out
}

impl<'p> Printer<'p> {
    pub(crate) const fn new(declarations: &'p Declarations, frame: &'p Frame) -> Self {
        Self { declarations, frame, event: None, out: String::new(), indent: 0 }
    }

    /// One line at the current depth; further lines of the text go one deeper.
    fn line(&mut self, text: &str) {
        for (number, part) in text.lines().enumerate() {
            let depth = self.indent + usize::from(number > 0);
            for _ in 0..depth {
                self.out.push_str("  ");
            }
            self.out.push_str(part);
            self.out.push('\n');
        }
    }

    fn inner(&mut self, text: &str) {
        self.indent += 1;
        self.line(text);
        self.indent -= 1;
    }

    fn ty(&self, ty: &Type) -> String {
        types::words(self.declarations, ty)
    }

    /// A local's name, with its number where several have the same.
    fn local(&self, id: LocalId) -> String {
        let Some(local) = self.frame.locals.get(id.0 as usize) else { return "?".to_owned() };
        let first = self.frame.locals.iter().position(|other| other.name == local.name);
        if first == Some(id.0 as usize) { local.name.clone() } else { format!("{}#{}", local.name, id.0) }
    }
}
