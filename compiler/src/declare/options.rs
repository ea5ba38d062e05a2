//! `max_body 10MiB`, `timeout 5s`.

use raftstone_dsl::ast::{self, Expr, ExprKind};

use super::{Numbered, Scope};
use crate::codes::endpoints;
use crate::declarations::{FileSpan, Parameter, ParameterSource};
use crate::problem::Problem;
use crate::unavailable::Construct;

/// The largest body that an endpoint may allow: a body is held in memory.
pub const MAX_BODY_BYTES: u64 = 1024 * 1024 * 1024;

/// The longest time that an endpoint may take.
pub const MAX_TIMEOUT_MS: u64 = 60 * 60 * 1000;

/// The options of an endpoint.
#[derive(Debug, Default)]
pub struct Options {
    /// `max_body`
    pub max_body_bytes: Option<u64>,
    /// `timeout`
    pub timeout_ms: Option<u64>,
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
            "live" => scope.problems.cannot_run(Construct::Live, name_span),
            "consistency" => scope.problems.cannot_run(Construct::Consistency, name_span),
            // The grammar knows no others.
            _ => scope.problems.cannot_run(Construct::Rate, name_span),
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

fn report(scope: &mut Scope<'_>, file: u32, option: &ast::EndpointOption, help: &str) {
    if option.arguments.iter().any(|argument| argument.kind == ExprKind::Bad) {
        return;
    }
    let message = format!("`{}` cannot have this value", option.name.text);
    scope
        .problems
        .push(Problem::new(&endpoints::OPTION_VALUE, FileSpan { file, span: option.span }, message).help(help));
}
