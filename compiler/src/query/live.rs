//! `live`: whether the body of an endpoint is a query that a client can subscribe to, and how its
//! rows are kept up.

use raftstone_dsl::ast;
use raftstone_dsl::ast::StatementKind;

use super::upkeep::{Kept, Reads, may_repeat};
use crate::codes::live as codes;
use crate::declarations::{Endpoint, EndpointId, FileSpan, Method};
use crate::effects::{BodyUses, FunctionUses, Place, Use};
use crate::infer::{Body, Shared, walk};
use crate::names::Named;
use crate::plan::{EndpointBody, Expr, ExprKind, JoinSource, Query, Statement};
use crate::problem::{Problem, Problems};
use crate::unavailable::Construct;

/// Judges every live endpoint; `used` says what the bodies use.
pub(crate) fn check(
    shared: &Shared<'_>,
    bodies: &mut [EndpointBody],
    reads: &mut Reads<'_>,
    used: (&[BodyUses], &FunctionUses),
    problems: &mut Problems,
) {
    for (position, (endpoint, typed)) in shared.declarations.endpoints.iter().zip(bodies).enumerate() {
        let id = EndpointId(position as u32);
        let Some(item) = written(shared, id) else { continue };
        let Some(live) = item.options.iter().find(|option| option.name.text == "live") else { continue };
        let is_damaged = shared.declarations.damaged.contains(&Named::Endpoint(id));
        let at = FileSpan { file: endpoint.item.file, span: live.name.span };
        if !is_damaged {
            let uses = used.0.get(position);
            let mut body = Body::new(shared, problems, endpoint.item.file, Place::Endpoint { is_get: true });
            body.frame = std::mem::take(&mut typed.frame);
            if is_query(&mut body, endpoint, item, at) {
                check_clock(&mut body, uses, used.1);
                judge(&mut body, item, typed, reads);
            }
            typed.frame = body.frame;
        }
        problems.cannot_run(Construct::Live, at);
    }
}

fn written<'p>(shared: &Shared<'p>, id: EndpointId) -> Option<&'p ast::Endpoint> {
    match &shared.item(Named::Endpoint(id))?.1.kind {
        ast::ItemKind::Endpoint(item) => Some(item),
        _ => None,
    }
}

/// Whether the endpoint is a `GET` whose body is `require`s and one query.
fn is_query(body: &mut Body<'_, '_>, endpoint: &Endpoint, item: &ast::Endpoint, live: FileSpan) -> bool {
    if endpoint.method != Method::Get {
        let message = "what is subscribed to is read, and this endpoint is no `GET`";
        body.report(Problem::new(&codes::LIVE_METHOD, live, message).help("leave `live` out, or write `at GET …`"));
        return false;
    }
    let refused = match &item.body {
        None if endpoint.is_extern => Some((live, "custom Rust cannot be followed row by row")),
        None => return false,
        Some(ast::Body::Expr(expr)) => no_query(expr).map(|(span, message)| (body.at(span), message)),
        Some(ast::Body::Block(block)) => of_block(block).map(|(span, message)| (body.at(span), message)),
    };
    let Some((span, message)) = refused else { return true };
    let help = "write `from … where … select …`, with nothing but `require`s before it";
    body.report(Problem::new(&codes::LIVE_BODY, span, message).help(help));
    false
}

/// What of a block is neither a `require` nor the query at its end.
fn of_block(block: &ast::Block) -> Option<(ast::Span, &'static str)> {
    let Some((last, others)) = block.statements.split_last() else {
        return Some((block.span, "this returns no query"));
    };
    let is_require =
        |statement: &&ast::Statement| matches!(statement.kind, StatementKind::Require { .. } | StatementKind::Bad);
    if let Some(other) = others.iter().find(|statement| !is_require(statement)) {
        return Some((other.span, "this is neither a `require` nor the query at the end"));
    }
    match &last.kind {
        StatementKind::Return { value: Some(value), .. } => no_query(value),
        StatementKind::Bad => None,
        _ => Some((last.span, "this returns no query")),
    }
}

/// The place of what is no query, or begins somewhere in the midst of one.
fn no_query(expr: &ast::Expr) -> Option<(ast::Span, &'static str)> {
    match &expr.kind {
        ast::ExprKind::Paren(inner) => no_query(inner),
        ast::ExprKind::Query(query) => {
            query.skip.as_ref().map(|skip| (skip.span, "a live query begins with its first row, and skips none"))
        }
        ast::ExprKind::Bad => None,
        _ => Some((expr.span, "this is no query")),
    }
}

/// Reports what gives another value without an event.
fn check_clock(body: &mut Body<'_, '_>, uses: Option<&BodyUses>, functions: &FunctionUses) {
    let Some(uses) = uses else { return };
    for (what, span) in functions.in_body(uses, &[Use::Clock, Use::Random, Use::Extern]) {
        let message = format!("what {} gives may change without an event", what.word());
        let help = match what {
            Use::Clock => "take the time as a parameter, or let an event change the rows when it has come",
            _ => "keep its result in a field, by an event",
        };
        body.report(Problem::new(&codes::LIVE_CLOCK, span, message).help(help));
    }
}

/// The keys and the upkeep of the rows.
fn judge(body: &mut Body<'_, '_>, item: &ast::Endpoint, typed: &mut EndpointBody, reads: &mut Reads<'_>) {
    let (Some(query), Some(text)) = (returned(&typed.statements), text(item)) else { return };
    if query.joins.len() < text.joins.len() {
        return;
    }
    let elements = query.joins.iter().zip(&text.joins).filter_map(|(join, written)| match &join.source {
        JoinSource::Elements(collection) => Some((collection, written.source.span)),
        JoinSource::Table(..) => None,
    });
    for (collection, span) in elements.filter(|_| query.group.is_none()) {
        if may_repeat(body, collection) {
            let message = "the elements of a list may be equal, and these rows need keys";
            let problem = body.problem(&codes::LIVE_KEYS, span, message);
            body.report(problem.help("join a set, or add `group by`"));
        }
    }
    let sources = text.source.iter().chain(text.joins.iter().map(|join| &join.source));
    let tables = sources.map(|source| body.at(source.span)).collect();
    let kept = Kept { what: "the live query".to_owned(), query, values: Vec::new(), tables };
    let upkeep = body.judge_upkeep(&kept, reads).upkeep;
    typed.upkeep = upkeep;
}

/// The query whose rows are answered.
fn returned(statements: &[Statement]) -> Option<&Query> {
    let mut found = None;
    walk::statements(statements, &mut |value: &Expr| {
        if let ExprKind::Query(query) = &value.kind {
            found = Some(query.as_ref());
        }
    });
    found
}

/// The same query as it is written.
fn text(item: &ast::Endpoint) -> Option<&ast::Query> {
    let value = match item.body.as_ref()? {
        ast::Body::Expr(expr) => expr,
        ast::Body::Block(block) => match &block.statements.last()?.kind {
            StatementKind::Return { value, .. } => value.as_ref()?,
            _ => return None,
        },
    };
    query_in(value)
}

fn query_in(expr: &ast::Expr) -> Option<&ast::Query> {
    match &expr.kind {
        ast::ExprKind::Paren(inner) => query_in(inner),
        ast::ExprKind::Query(query) => Some(query),
        _ => None,
    }
}
