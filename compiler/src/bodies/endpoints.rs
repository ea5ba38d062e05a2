//! Bodies of endpoints.

use raftstone_dsl::ast;

use super::{Collected, rights};
use crate::codes::{returns as codes, rights as right_codes};
use crate::declarations::{Endpoint, EndpointId, FileSpan, LookUp, Method, ParameterSource, RuleKind, Type};
use crate::effects::{BodyUses, Place};
use crate::infer::{Body, Bound, Shared, identity, types, walk};
use crate::names::Named;
use crate::plan::{EndpointBody, Expr, Statement};
use crate::problem::{Problem, Problems};

/// Types the bodies of an endpoint, and says what it uses.
pub(super) fn check(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> (EndpointBody, BodyUses) {
    let Some(endpoint) = shared.declarations.endpoints.get(position) else { return Default::default() };
    let id = EndpointId(position as u32);
    let is_get = endpoint.method == Method::Get;
    let (rights, used) = rights::of_endpoint(shared, id, endpoint, collected, problems);
    let mut body = Body::new(shared, problems, endpoint.item.file, Place::Endpoint { is_get });
    let item = shared.item(Named::Endpoint(id));
    if body.is_damaged(Named::Endpoint(id)) {
        body.mute();
    }
    bind_parameters(&mut body, endpoint);
    used.into_iter().for_each(|local| body.note_used(Bound::Local(local)));
    let caller = body.bind_caller(endpoint.rights.as_ref().map(|rights| rights.audience));
    let defaults = defaults(&mut body, endpoint);
    let written = item.and_then(|(_, item)| match &item.kind {
        ast::ItemKind::Endpoint(written) => written.body.as_ref(),
        _ => None,
    });
    body.set_result(endpoint.result.ty.clone());
    let mut statements = Vec::new();
    match written {
        Some(ast::Body::Expr(expr)) => {
            body.return_statement(None, Some(expr), expr.span, &mut statements);
        }
        Some(ast::Body::Block(block)) => {
            let flow = body.block(block);
            statements = flow.statements;
            if !flow.ends {
                finish(&mut body, endpoint, block, &mut statements);
            }
        }
        None => {}
    }
    body.check_all_known(&statements);
    if written.is_some() {
        body.check_used();
    }
    let mut signs = false;
    walk::statements(&statements, &mut |expr| signs |= identity::signs(expr));
    let is_command = (body.emits > 0 || signs) && !is_get;
    check_consistency(&mut body, endpoint, is_command || endpoint.is_extern && !is_get);
    collected.take(&mut body);
    let uses = collected.uses.pop().unwrap_or_default();
    let typed =
        EndpointBody { frame: body.frame, caller, rights, defaults, statements, is_command, ..EndpointBody::default() };
    (typed, uses)
}

/// How old an answer may be is asked of queries; a command sees everything before it.
fn check_consistency(body: &mut Body<'_, '_>, endpoint: &Endpoint, writes: bool) {
    if endpoint.consistency.is_some() && writes {
        let message = format!("`{}` writes, so it sees everything before it", endpoint.name);
        body.report(
            Problem::new(&right_codes::CONSISTENCY, endpoint.span, message)
                .help("leave `consistency` out: it is for endpoints that only read"),
        );
    }
}

fn bind_parameters(body: &mut Body<'_, '_>, endpoint: &Endpoint) {
    for parameter in &endpoint.parameters {
        let field = &parameter.field;
        // The route has its parameters whether the body uses them or not, and a look-up that finds
        // nothing answers for itself.
        let is_used = parameter.source == ParameterSource::Path
            || parameter.look_up.is_some()
            || endpoint.rate.and_then(|rate| endpoint.parameters.get(rate.by?)).is_some_and(|by| by == parameter)
            || is_looked_up_by(body, endpoint, &field.name);
        let local = body.declare_parameter(&field.name, field.ty.clone(), field.span);
        if is_used {
            body.note_used(Bound::Local(local));
        }
        body.note_wire_name(field);
        let has_max = field.rules.iter().any(|rule| matches!(rule.kind, RuleKind::Max(_)));
        body.note_limit(local, has_max, field.span);
    }
}

/// Whether the look-up of another parameter takes the value of this one: `by (tenant, code)`.
fn is_looked_up_by(body: &Body<'_, '_>, endpoint: &Endpoint, name: &str) -> bool {
    let takes = |look_up: &LookUp| {
        let (LookUp::Key(model) | LookUp::Unique(model, _)) = look_up;
        let Some(model) = body.declarations().models.get(model.index()) else { return false };
        let fields: Vec<usize> = match look_up {
            LookUp::Key(_) => model.key.clone(),
            LookUp::Unique(_, index) => {
                let components = model.indexes.get(*index).map(|it| it.components.as_slice());
                components.unwrap_or_default().iter().map(|it| it.field).collect()
            }
        };
        fields.into_iter().any(|field| model.fields.get(field).is_some_and(|it| it.name == name))
    };
    endpoint.parameters.iter().filter_map(|it| it.look_up.as_ref()).any(takes)
}

fn defaults(body: &mut Body<'_, '_>, endpoint: &Endpoint) -> Vec<Option<Expr>> {
    let mut values = Vec::with_capacity(endpoint.parameters.len());
    for parameter in &endpoint.parameters {
        let field = &parameter.field;
        let value = field.value.as_ref().map(|written| {
            // A patch that is absent stays absent: only plain parameters have defaults.
            body.checked_default(written, &field.ty, Place::ParameterDefault)
        });
        values.push(value);
    }
    values
}

/// What happens at the end of a body that runs so far.
fn finish(body: &mut Body<'_, '_>, endpoint: &Endpoint, block: &ast::Block, statements: &mut Vec<Statement>) {
    if matches!(endpoint.result.ty, Type::Unit | Type::Error) {
        statements.push(Statement::Return(None, None));
        return;
    }
    let words = types::words(body.declarations(), &endpoint.result.ty);
    let message = format!("`{}` gives `{words}`, but not every way through it returns", endpoint.name);
    // The closing brace is where the answer is missing.
    let end = block.span.end;
    let brace = ast::Span::new(end.saturating_sub(1).max(block.span.start), end);
    let span = FileSpan { file: endpoint.item.file, span: brace };
    body.report(
        Problem::new(&codes::MISSING_RETURN, span, message)
            .other(endpoint.span, "this endpoint")
            .help("end it with `return …` or `fail KIND \"…\"`"),
    );
}
