//! Bodies of functions.

use raftstone_dsl::ast;

use super::Collected;
use crate::codes::expressions as codes;
use crate::declarations::{FileSpan, FunctionId};
use crate::effects::Place;
use crate::infer::{Body, Origin, Shared};
use crate::names::Named;
use crate::plan::FunctionBody;
use crate::problem::{Problem, Problems};

/// Types the body of a function; what it uses is collected once.
pub(super) fn check(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> FunctionBody {
    let Some(function) = shared.declarations.functions.get(position) else { return FunctionBody::default() };
    let named = Named::Function(FunctionId(position as u32));
    let mut body = Body::new(shared, problems, function.item.file, Place::Function);
    if body.is_damaged(named) {
        body.mute();
    }
    for parameter in &function.parameters {
        body.declare_parameter(&parameter.name, parameter.ty.clone(), parameter.span);
    }
    let written = shared.item(named).and_then(|(_, item)| match &item.kind {
        ast::ItemKind::Function(written) => written.body.as_ref(),
        _ => None,
    });
    let value = match written {
        Some(ast::Body::Expr(expr)) => {
            let origin = Origin { span: function.span, what: "this function's result" };
            Some(body.check(expr, &function.returns, Some(origin)))
        }
        Some(ast::Body::Block(block)) => {
            let span = FileSpan { file: function.item.file, span: block.span };
            body.report(
                Problem::new(&codes::FUNCTION_BLOCK, span, "a `fn` is one expression")
                    .help("write `= expression`; `if`, `match` and other functions may stand in it"),
            );
            None
        }
        None => None,
    };
    if let Some(value) = &value {
        body.check_known(value);
        body.check_used();
    }
    collected.take(&mut body);
    FunctionBody { frame: body.frame, value, ..FunctionBody::default() }
}
