//! Defaults and literals that break the rules of the field that takes them.

use crate::codes::CodeInfo;
use crate::codes::lints as codes;
use crate::declarations::{Declarations, EventFieldOrigin, Field, Program, Rule, RuleKind};
use crate::infer::walk;
use crate::plan::{Bodies, Expr, ExprKind, Statement};
use crate::problem::{Problem, Problems};

pub(super) fn check(program: &Program, declarations: &Declarations, bodies: &Bodies, problems: &mut Problems) {
    let mut lint = Lint { program, problems };
    lint.defaults(declarations, bodies);
    super::expressions(bodies, &mut |expr| {
        walk::any(expr, &mut |part| {
            if let ExprKind::Emit(event, values) = &part.kind
                && let Some(declared) = declarations.events.get(event.index())
            {
                for (field, value) in declared.fields.iter().zip(values) {
                    // A default that stands in was judged where it is written.
                    let is_given = field.origin == EventFieldOrigin::Given;
                    let value = value.as_ref().filter(|value| is_given && within(part, value));
                    lint.value(&codes::LITERAL_BREAKS_RULE, &field.field, value);
                }
            }
            false
        });
    });
    super::statements(bodies).for_each(|body| lint.statements(declarations, body));
}

fn within(outer: &Expr, inner: &Expr) -> bool {
    outer.span.file == inner.span.file
        && outer.span.span.start < inner.span.span.start
        && inner.span.span.end <= outer.span.span.end
}

struct Lint<'l> {
    program: &'l Program,
    problems: &'l mut Problems,
}

impl Lint<'_> {
    fn defaults(&mut self, declarations: &Declarations, bodies: &Bodies) {
        let code = &codes::DEFAULT_BREAKS_RULE;
        for (model, body) in declarations.models.iter().zip(&bodies.models) {
            for (field, value) in model.fields.iter().zip(&body.defaults) {
                self.value(code, field, value.as_ref().filter(|_| field.value.is_some()));
            }
        }
        for (event, body) in declarations.events.iter().zip(&bodies.events) {
            for (position, value) in &body.values {
                let own = event.fields.get(*position).filter(|it| it.writes.is_none() && it.field.value.is_some());
                let own = own.filter(|it| it.origin == EventFieldOrigin::Given);
                own.into_iter().for_each(|field| self.value(code, &field.field, Some(value)));
            }
        }
        for (id, position, value) in &bodies.struct_defaults {
            let field = declarations.structs.get(id.index()).and_then(|it| it.fields.get(*position));
            field.into_iter().for_each(|field| self.value(code, field, Some(value)));
        }
        for (endpoint, body) in declarations.endpoints.iter().zip(&bodies.endpoints) {
            for (parameter, value) in endpoint.parameters.iter().zip(&body.defaults) {
                self.value(code, &parameter.field, value.as_ref());
            }
        }
    }

    fn statements(&mut self, declarations: &Declarations, statements: &[Statement]) {
        for statement in statements {
            match statement {
                Statement::Assign(table, _, position, value) => {
                    let field = declarations.fields(*table).get(*position);
                    let field = field.into_iter();
                    field.for_each(|field| self.value(&codes::LITERAL_BREAKS_RULE, field, Some(value)));
                }
                Statement::Insert(model, values) => {
                    let Some(declared) = declarations.models.get(model.index()) else { continue };
                    for (field, value) in declared.fields.iter().zip(values) {
                        // A default that stands in was judged where it is written.
                        let is_default = field.value.as_ref().is_some_and(|it| it.expr.span == value.span.span);
                        let value = Some(value).filter(|_| !is_default);
                        self.value(&codes::LITERAL_BREAKS_RULE, field, value);
                    }
                }
                Statement::If(_, then, otherwise) | Statement::IfLet(_, _, then, otherwise) => {
                    self.statements(declarations, then);
                    self.statements(declarations, otherwise);
                }
                Statement::For(_, _, body) => self.statements(declarations, body),
                Statement::Match(_, arms) => arms.iter().for_each(|(_, body)| self.statements(declarations, body)),
                _ => {}
            }
        }
    }

    fn value(&mut self, code: &'static CodeInfo, field: &Field, value: Option<&Expr>) {
        let Some(value) = value else { return };
        let inner = inside(value);
        let Some(rule) = field.rules.iter().find(|rule| breaks(rule, &field.rules, inner)) else { return };
        let words = self.text(rule);
        let message = format!("this value breaks the rule `{words}` of `{}`", field.name);
        self.problems.push(Problem::new(code, value.span, message).other(rule.span, "the rule"));
    }

    fn text(&self, rule: &Rule) -> &str {
        let text = self.program.files.get(rule.span.file as usize).map_or("", |file| &file.text);
        text.get(rule.span.span.start as usize..rule.span.span.end as usize).unwrap_or_default()
    }
}

fn inside(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Some(inner) | ExprKind::Patch(Some(inner)) => inside(inner),
        _ => expr,
    }
}

/// Whether a value that is known breaks a rule; `rules` may change a text before.
fn breaks(rule: &Rule, rules: &[Rule], value: &Expr) -> bool {
    match &rule.kind {
        RuleKind::Min(low) => below(value, low).unwrap_or(false),
        RuleKind::Max(high) => above(value, high).unwrap_or(false),
        RuleKind::Length { low, high } => {
            let count = match &value.kind {
                ExprKind::Text(text) => normal(text, rules).chars().count() as u64,
                ExprKind::Collection(items) if items.is_empty() => 0,
                _ => return false,
            };
            count < *low || high.is_some_and(|high| count > high)
        }
        RuleKind::Pattern(pattern) => {
            let ExprKind::Text(text) = &value.kind else { return false };
            let pattern = regex_lite::Regex::new(&format!("^(?:{pattern})$"));
            pattern.is_ok_and(|pattern| !pattern.is_match(&normal(text, rules)))
        }
        RuleKind::Trim | RuleKind::Lower | RuleKind::Email | RuleKind::Url => false,
    }
}

fn below(value: &Expr, bound: &str) -> Option<bool> {
    Some(match &value.kind {
        ExprKind::Int(value) | ExprKind::Duration(value) => *value < bound.parse().ok()?,
        ExprKind::Float(value) => *value < bound.parse().ok()?,
        ExprKind::Decimal(digits) => digits.parse::<f64>().ok()? < bound.parse().ok()?,
        _ => return None,
    })
}

fn above(value: &Expr, bound: &str) -> Option<bool> {
    Some(match &value.kind {
        ExprKind::Int(value) | ExprKind::Duration(value) => *value > bound.parse().ok()?,
        ExprKind::Float(value) => *value > bound.parse().ok()?,
        ExprKind::Decimal(digits) => digits.parse::<f64>().ok()? > bound.parse().ok()?,
        _ => return None,
    })
}

/// A text as the rules `@trim` and `@lower` leave it.
fn normal(text: &str, rules: &[Rule]) -> String {
    let has = |kind: &RuleKind| rules.iter().any(|rule| rule.kind == *kind);
    let text = if has(&RuleKind::Trim) { text.trim() } else { text };
    if has(&RuleKind::Lower) { text.to_lowercase() } else { text.to_owned() }
}
