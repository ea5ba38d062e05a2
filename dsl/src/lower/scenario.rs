//! Scenarios.

use super::{Lower, Node, child, children};
use crate::ast::{EventLiteral, Expr, ExprKind, Ident, Scenario, Step, StepKind};
use crate::grammar::Rule;
use crate::problem::Problem;

impl Lower<'_> {
    pub(super) fn scenario(&mut self, node: &Node<'_>) -> Scenario {
        let title = child(node, Rule::plain_text).map(|text| self.plain_ident(&text));
        if title.is_none() {
            let behind = child(node, Rule::kw_test).map_or(self.behind(node), |word| self.behind(&word));
            self.report(Problem::missing_value(behind, "the title"));
        }
        self.expect_braces(node, "test");
        Scenario { title, steps: children(node, Rule::step).map(|step| self.step(&step)).collect() }
    }

    pub(super) fn step(&mut self, node: &Node<'_>) -> Step {
        let kind = node.clone().into_inner().next().and_then(|inner| match inner.as_rule() {
            Rule::given => self.given(&inner),
            Rule::when => self.when(&inner),
            Rule::then => self.then(&inner),
            _ => None,
        });
        Step { kind: kind.unwrap_or(StepKind::Bad), span: self.span(node) }
    }

    fn given(&mut self, node: &Node<'_>) -> Option<StepKind> {
        let event = self.event_literal(&child(node, Rule::event_literal)?)?;
        let name = self.name_behind(node, Rule::kw_as, "the new name behind `as`");
        if let Some(name) = &name {
            self.check_reserved(name);
        }
        Some(StepKind::Given { event, name })
    }

    /// The name that has to stand behind a keyword, where the keyword is.
    fn name_behind(&mut self, node: &Node<'_>, keyword: Rule, what: &str) -> Option<Ident> {
        let keyword = child(node, keyword)?;
        let behind = |name: &Ident| name.span.start >= self.span(&keyword).end;
        let name = self.names(node).into_iter().find(behind);
        if name.is_none() {
            self.report(Problem::missing_name(self.behind(&keyword), what));
        }
        name
    }

    fn when(&mut self, node: &Node<'_>) -> Option<StepKind> {
        if let Some(pass) = child(node, Rule::pass) {
            return Some(StepKind::Pass(self.numbers(&child(&pass, Rule::numbers)?)));
        }
        let call = child(node, Rule::call)?;
        let endpoint = self.first_name(&call)?;
        let arguments = child(&call, Rule::call_arguments)?;
        let arguments = children(&arguments, Rule::call_argument).map(|argument| self.call_argument(&argument));
        let arguments = arguments.collect();
        let by = self.name_behind(&call, Rule::kw_by, "the caller behind `by`");
        Some(StepKind::Call { endpoint, arguments, by })
    }

    fn call_argument(&mut self, node: &Node<'_>) -> (Option<Ident>, Expr) {
        let name = self.first_name(node);
        let value = child(node, Rule::expression).map(|value| self.expression(&value));
        (name, value.unwrap_or(Expr { kind: ExprKind::Bad, span: self.span(node) }))
    }

    fn then(&mut self, node: &Node<'_>) -> Option<StepKind> {
        if let Some(event) = child(node, Rule::event_literal) {
            return self.event_literal(&event).map(StepKind::Emitted);
        }
        if let Some(failure) = child(node, Rule::failure) {
            return Some(StepKind::Fails(self.failure(&failure)));
        }
        child(node, Rule::expression).map(|condition| StepKind::Holds(self.expression(&condition)))
    }

    fn event_literal(&mut self, node: &Node<'_>) -> Option<EventLiteral> {
        let fields = child(node, Rule::initializer).map(|fields| self.initializer(&fields));
        Some(EventLiteral { event: self.first_name(node)?, fields, span: self.span(node) })
    }
}
