//! Scenarios as text.

use super::Printer;
use crate::declarations::{Declarations, EventId};
use crate::plan::{Bodies, StepKind};

/// The steps of a scenario.
pub(super) fn scenario(declarations: &Declarations, bodies: &Bodies, position: usize) -> String {
    let (Some(declared), Some(body)) = (declarations.scenarios.get(position), bodies.scenarios.get(position)) else {
        return String::new();
    };
    let mut printer = Printer::new(declarations, &body.frame);
    printer.line(&format!("test {:?}", declared.title));
    for step in &body.steps {
        let text = printer.step(&step.kind);
        printer.inner(&text);
    }
    printer.out
}

impl Printer<'_> {
    fn step(&self, step: &StepKind) -> String {
        match step {
            StepKind::Given(event, name) => {
                let name = name.map_or_else(String::new, |name| format!(" as {}", self.local(name)));
                format!("given {}{name}", self.expr(event))
            }
            StepKind::Call { endpoint, arguments, is_refused } => {
                let name = self.declarations.endpoints.get(endpoint.index()).map_or("?", |it| it.name.as_str());
                let arguments: Vec<String> = arguments
                    .iter()
                    .map(|value| value.as_ref().map_or_else(|| "default".to_owned(), |value| self.expr(value)))
                    .collect();
                let refused = if *is_refused { ", refused" } else { "" };
                format!("when {name}({}){refused}", arguments.join(", "))
            }
            StepKind::Pass(micros) => format!("when {micros}us pass"),
            StepKind::Emitted(event, fields) => format!("then emitted {}", self.expected_event(*event, fields)),
            StepKind::Fails(failure) => format!("then fails {}", self.failure(failure)),
            StepKind::Holds(condition) => format!("then {}", self.expr(condition)),
        }
    }

    fn expected_event(&self, event: EventId, fields: &[(usize, crate::plan::Expr)]) -> String {
        let Some(declared) = self.declarations.events.get(event.index()) else { return "?".to_owned() };
        let fields: Vec<String> = fields
            .iter()
            .map(|(position, value)| {
                let name = declared.fields.get(*position).map_or("?", |it| it.field.name.as_str());
                format!("{name}: {}", self.expr(value))
            })
            .collect();
        format!("{} {{ {} }}", declared.name, fields.join(", "))
    }
}
