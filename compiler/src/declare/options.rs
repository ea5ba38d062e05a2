//! `max_body 10MiB`, `timeout 5s`, `consistency local`, `rate 5 per 1min by email`.

use raftstone_dsl::ast::{self, Expr, ExprKind};

use super::{Numbered, Scope};
use crate::codes::{endpoints, rights};
use crate::declarations::{Consistency, FileSpan, Parameter, ParameterSource, Rate};
use crate::literals;
use crate::problem::Problem;
use crate::similar;
use crate::unavailable::Construct;

/// The largest body that an endpoint may allow: a body is held in memory.
pub const MAX_BODY_BYTES: u64 = 1024 * 1024 * 1024;

/// The longest time that an endpoint may take.
pub const MAX_TIMEOUT_MS: u64 = 60 * 60 * 1000;

/// The most calls that a `rate` counts.
pub const MAX_RATE_CALLS: u64 = 1_000_000;

/// The longest time over which a `rate` counts.
pub const MAX_RATE_MS: u64 = 24 * 60 * 60 * 1000;

/// The options of an endpoint.
#[derive(Debug, Default)]
pub struct Options {
    /// `max_body`
    pub max_body_bytes: Option<u64>,
    /// `timeout`
    pub timeout_ms: Option<u64>,
    /// `consistency`
    pub consistency: Option<Consistency>,
    /// `rate`
    pub rate: Option<Rate>,
}

/// Reads the options in an endpoint's header.
pub fn read(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Endpoint, parameters: &[Parameter]) -> Options {
    let mut options = Options::default();
    for option in &item.options {
        let name = option.name.text.as_str();
        let name_span = FileSpan { file: numbered.file, span: option.name.span };
        match name {
            "max_body" => {
                options.max_body_bytes = max_body(scope, numbered.file, option, parameters);
            }
            "timeout" => options.timeout_ms = timeout(scope, numbered.file, option),
            // It is about the body: `query/live.rs`.
            "live" => {}
            "consistency" => {
                options.consistency = consistency(scope, numbered.file, option);
                scope.problems.cannot_run(Construct::Consistency, name_span);
            }
            // The grammar knows no others.
            _ => {
                options.rate = rate(scope, numbered.file, option, parameters);
                scope.problems.cannot_run(Construct::Rate, name_span);
            }
        }
    }
    options
}

fn max_body(scope: &mut Scope<'_>, file: u32, option: &ast::EndpointOption, parameters: &[Parameter]) -> Option<u64> {
    let reads_body =
        parameters.iter().any(|one| matches!(one.source, ParameterSource::BodyField | ParameterSource::WholeBody));
    let size = match option.arguments.as_slice() {
        [Expr { kind: ExprKind::Size(size), .. }] => *size,
        _ => None,
    };
    let size = size.filter(|size| (1..=MAX_BODY_BYTES).contains(size));
    if size.is_none() {
        report(scope, file, option, "write a size from 1B to 1GiB: `max_body 10MiB`");
    } else if !reads_body {
        report(scope, file, option, "no parameter comes from the body: leave `max_body` out");
    }
    size
}

fn timeout(scope: &mut Scope<'_>, file: u32, option: &ast::EndpointOption) -> Option<u64> {
    let micros = match option.arguments.as_slice() {
        [Expr { kind: ExprKind::Duration(micros), .. }] => *micros,
        _ => None,
    };
    let millis = micros.and_then(|micros| u64::try_from(micros / 1000).ok());
    let millis = millis.filter(|millis| (1..=MAX_TIMEOUT_MS).contains(millis));
    if millis.is_none() {
        report(scope, file, option, "write a duration from 1ms to 1h: `timeout 5s`");
    }
    millis
}

fn consistency(scope: &mut Scope<'_>, file: u32, option: &ast::EndpointOption) -> Option<Consistency> {
    const WORDS: [(&str, Consistency); 2] =
        [("linearizable", Consistency::Linearizable), ("local", Consistency::Local)];
    let word = option.arguments.first()?;
    let ExprKind::Name(name) = &word.kind else { return None };
    if let Some((_, consistency)) = WORDS.iter().find(|(known, _)| *known == name.text) {
        return Some(*consistency);
    }
    let near = similar::nearest(&name.text, WORDS.iter().map(|(known, _)| *known));
    let message = format!("there is no consistency `{}`", name.text);
    scope.problems.push(
        Problem::new(&rights::CONSISTENCY, FileSpan { file, span: word.span }, message)
            .help("write `consistency linearizable` or `consistency local`")
            .did_you_mean(near),
    );
    None
}

fn rate(scope: &mut Scope<'_>, file: u32, option: &ast::EndpointOption, parameters: &[Parameter]) -> Option<Rate> {
    if option.arguments.iter().any(|argument| argument.kind == ExprKind::Bad) {
        return None;
    }
    let span = FileSpan { file, span: option.span };
    let calls = option.arguments.first().and_then(literals::count);
    let per_ms =
        option.arguments.get(1).and_then(literals::duration).and_then(|micros| u64::try_from(micros / 1000).ok());
    let calls = calls.filter(|calls| (1..=MAX_RATE_CALLS).contains(calls));
    let per_ms = per_ms.filter(|millis| (1000..=MAX_RATE_MS).contains(millis));
    let by = match option.arguments.get(2).map(|argument| &argument.kind) {
        Some(ExprKind::Name(name)) => Some(rate_parameter(scope, file, name, parameters)?),
        _ => None,
    };
    let (Some(calls), Some(per_ms)) = (calls, per_ms) else {
        scope.problems.push(
            Problem::new(&rights::RATE, span, "`rate` cannot have this value")
                .help("write how many calls from 1 to 1,000,000, and a duration from 1s to 1d: `rate 5 per 1min`"),
        );
        return None;
    };
    Some(Rate { calls, per_ms, by })
}

/// The parameter whose values are counted apart.
fn rate_parameter(scope: &mut Scope<'_>, file: u32, name: &ast::Ident, parameters: &[Parameter]) -> Option<usize> {
    let span = FileSpan { file, span: name.span };
    let Some(position) = parameters.iter().position(|one| one.field.name == name.text) else {
        let near = similar::nearest(&name.text, parameters.iter().map(|one| one.field.name.as_str()));
        let message = format!("there is no parameter `{}` to count by", name.text);
        scope.problems.push(Problem::new(&rights::RATE, span, message).did_you_mean(near));
        return None;
    };
    let field = parameters.get(position).map(|one| &one.field)?;
    let inside = match scope.without_newtypes(&field.ty) {
        crate::declarations::Type::Optional(inner) | crate::declarations::Type::Patch(inner) => inner,
        plain => plain,
    };
    if scope.is_exactly_ordered(inside) {
        return Some(position);
    }
    let message = format!("calls cannot be counted by {}", scope.words_for(&field.ty));
    scope.problems.push(
        Problem::new(&rights::RATE, span, message)
            .other(field.span, "the parameter")
            .help("count by a text, a number, a `uuid` or a row"),
    );
    None
}

fn report(scope: &mut Scope<'_>, file: u32, option: &ast::EndpointOption, help: &str) {
    if option.arguments.iter().any(|argument| argument.kind == ExprKind::Bad) {
        return;
    }
    let message = format!("`{}` cannot have this value", option.name.text);
    scope
        .problems
        .push(Problem::new(&endpoints::OPTION_VALUE, FileSpan { file, span: option.span }, message).help(help));
}
