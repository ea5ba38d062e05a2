//! `@min(0)`, `@len(1..200, "…")`, `@email`: rules that values keep, and changes on their way in.

use raftstone_dsl::ast::{self, ExprKind};

use crate::attributes::rule;
use crate::codes::items;
use crate::declarations::{FileSpan, Rule, RuleKind, Type};
use crate::declare::Scope;
use crate::literals;
use crate::problem::Problem;

/// The most digits of a `decimal`.
const DECIMAL_DIGITS: usize = 28;

/// Reads a rule on a value of type `ty`.
pub fn read(scope: &mut Scope<'_>, file: u32, attribute: &ast::Attribute, ty: &Type) -> Option<Rule> {
    let span = FileSpan { file, span: attribute.span };
    let value = value_type(scope, ty)?;
    if !fits(&attribute.name.text, &value) {
        report_type(scope, span, &attribute.name.text, ty);
        return None;
    }
    let kind = match attribute.name.text.as_str() {
        "min" | "max" => bound(scope, file, attribute, &value)?,
        "len" => length(scope, file, attribute)?,
        "max_len" => max_length(scope, file, attribute)?,
        "pattern" => pattern(scope, file, attribute)?,
        "email" => words_only(scope, file, attribute, RuleKind::Email)?,
        "url" => words_only(scope, file, attribute, RuleKind::Url)?,
        "trim" if scope.bare(file, attribute) => RuleKind::Trim,
        "lower" if scope.bare(file, attribute) => RuleKind::Lower,
        _ => return None,
    };
    let takes_value = !matches!(kind, RuleKind::Email | RuleKind::Url | RuleKind::Trim | RuleKind::Lower);
    let message = attribute.arguments.get(usize::from(takes_value)).and_then(literals::text);
    Some(rule(kind, message, span))
}

/// The type that rules look at: behind newtypes, options and patches. `None` for what is wrong already.
fn value_type(scope: &Scope<'_>, ty: &Type) -> Option<Type> {
    match scope.without_newtypes(ty) {
        Type::Optional(inner) | Type::Patch(inner) => value_type(scope, inner),
        Type::Error => None,
        other => Some(other.clone()),
    }
}

fn fits(name: &str, ty: &Type) -> bool {
    match name {
        "min" | "max" => matches!(ty, Type::Int | Type::Float | Type::Decimal | Type::Duration),
        "len" | "max_len" => {
            matches!(ty, Type::Text | Type::Secret | Type::Bytes | Type::List(_) | Type::Set(_) | Type::Map(..))
        }
        // Of a secret, the rules are about the plain text.
        _ => matches!(ty, Type::Text | Type::Secret),
    }
}

fn report_type(scope: &mut Scope<'_>, span: FileSpan, name: &str, ty: &Type) {
    let message = format!("`@{name}` means nothing for {}", scope.words_for(ty));
    let help = match name {
        "min" | "max" => "it bounds numbers and durations; for texts and collections there is `@len(a..b)`",
        "len" | "max_len" => {
            "it counts the characters of a text and the elements of a collection; for numbers there are `@min` and `@max`"
        }
        _ => "it belongs to texts",
    };
    scope.problems.push(Problem::new(&items::MISPLACED_ATTRIBUTE, span, message).help(help));
}

fn bound(scope: &mut Scope<'_>, file: u32, attribute: &ast::Attribute, ty: &Type) -> Option<RuleKind> {
    let is_min = attribute.name.text == "min";
    let value = attribute.arguments.first().and_then(|argument| bound_value(argument, ty));
    let Some(value) = value.filter(|_| message_is_well(attribute, 1)) else {
        let example = match (ty, is_min) {
            (Type::Int, true) => "@min(1)",
            (Type::Int, false) => "@max(100)",
            (Type::Duration, true) => "@min(1h)",
            (Type::Duration, false) => "@max(30d)",
            (_, true) => "@min(0.01)",
            (_, false) => "@max(99.5)",
        };
        scope.report_arguments(file, attribute, example);
        return None;
    };
    Some(if is_min { RuleKind::Min(value) } else { RuleKind::Max(value) })
}

fn bound_value(argument: &ast::Expr, ty: &Type) -> Option<String> {
    if *ty == Type::Duration {
        return literals::duration(argument).map(|micros| micros.to_string());
    }
    let (digits, whole) = literals::number(argument)?;
    let is_well = match ty {
        Type::Int => whole && digits.parse::<i64>().is_ok(),
        Type::Decimal => {
            let significant = digits.chars().filter(char::is_ascii_digit).collect::<String>();
            significant.trim_start_matches('0').len() <= DECIMAL_DIGITS && !digits.contains(['e', 'E'])
        }
        _ => digits.parse::<f64>().is_ok_and(f64::is_finite),
    };
    is_well.then_some(digits)
}

fn length(scope: &mut Scope<'_>, file: u32, attribute: &ast::Attribute) -> Option<RuleKind> {
    let range = match attribute.arguments.first().map(|argument| &argument.kind) {
        Some(ExprKind::Range { low, high }) => bounds(low.as_deref(), high.as_deref()),
        _ => None,
    };
    let Some((low, high)) = range.filter(|_| message_is_well(attribute, 1)) else {
        scope.report_arguments(file, attribute, "@len(1..200)");
        return None;
    };
    Some(RuleKind::Length { low, high })
}

fn bounds(low: Option<&ast::Expr>, high: Option<&ast::Expr>) -> Option<(u64, Option<u64>)> {
    if low.is_none() && high.is_none() {
        return None;
    }
    let low = low.map_or(Some(0), literals::count)?;
    let high = match high {
        Some(high) => Some(literals::count(high)?),
        None => None,
    };
    Some((low, high))
}

fn max_length(scope: &mut Scope<'_>, file: u32, attribute: &ast::Attribute) -> Option<RuleKind> {
    let high = attribute.arguments.first().and_then(literals::count);
    if high.is_none() || !message_is_well(attribute, 1) {
        scope.report_arguments(file, attribute, "@max_len(254)");
        return None;
    }
    Some(RuleKind::Length { low: 0, high })
}

fn pattern(scope: &mut Scope<'_>, file: u32, attribute: &ast::Attribute) -> Option<RuleKind> {
    let Some(text) = attribute.arguments.first().and_then(literals::text).filter(|_| message_is_well(attribute, 1))
    else {
        scope.report_arguments(file, attribute, "@pattern(\"[a-z]+\")");
        return None;
    };
    if let Err(error) = regex_lite::Regex::new(&format!("^(?:{text})$")) {
        let span = attribute.arguments.first().map_or(attribute.span, |argument| argument.span);
        scope.problems.push(
            Problem::new(&items::PATTERN, FileSpan { file, span }, "this pattern is no regular expression")
                .label(error.to_string()),
        );
        return None;
    }
    Some(RuleKind::Pattern(text))
}

fn words_only(scope: &mut Scope<'_>, file: u32, attribute: &ast::Attribute, kind: RuleKind) -> Option<RuleKind> {
    if message_is_well(attribute, 0) {
        return Some(kind);
    }
    let usage = format!("@{} or @{}(\"what is wrong\")", attribute.name.text, attribute.name.text);
    scope.report_arguments(file, attribute, &usage);
    None
}

/// Whether behind the first `before` arguments there is a plain text or nothing.
fn message_is_well(attribute: &ast::Attribute, before: usize) -> bool {
    match attribute.arguments.get(before..) {
        Some([]) => true,
        Some([message]) => literals::text(message).is_some_and(|text| !text.is_empty()),
        _ => false,
    }
}

/// Finds bounds that leave no value: in one rule, or of one rule against another.
pub fn check_bounds(scope: &mut Scope<'_>, rules: &[Rule]) {
    let number = |text: &String| text.parse::<f64>().ok();
    for rule in rules {
        let other = rules.iter().find(|other| match (&rule.kind, &other.kind) {
            (RuleKind::Max(high), RuleKind::Min(low)) => number(low) > number(high),
            (RuleKind::Length { high: Some(high), .. }, RuleKind::Length { low, .. }) => low > high,
            _ => false,
        });
        let Some(other) = other else { continue };
        let mut problem = Problem::new(&items::IMPOSSIBLE_RULE, rule.span, "no value can keep this rule");
        if std::ptr::eq(rule, other) {
            problem = problem.label("the lower bound lies above the upper one");
        } else {
            problem = problem.label("the upper bound").other(other.span, "the lower bound, which lies above it");
        }
        scope.problems.push(problem);
    }
}
