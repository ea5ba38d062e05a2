//! Bodies of functions.

use raftstone_dsl::ast;

use super::Collected;
use crate::codes::expressions as codes;
use crate::declarations::{FileSpan, Function, FunctionId};
use crate::effects::Place;
use crate::infer::{Body, Origin, Shared};
use crate::names::Named;
use crate::plan::FunctionBody;
use crate::problem::{Problem, Problems};

/// Types the body of every function; what each uses is collected in their order.
pub(super) fn check(shared: &Shared<'_>, collected: &mut Collected, problems: &mut Problems) -> Vec<FunctionBody> {
    let functions = &shared.declarations.functions;
    let numbered = functions.iter().enumerate();
    numbered
        .map(|(position, function)| {
            let id = FunctionId(position as u32);
            check_one(shared, id, function, collected, problems)
        })
        .collect()
}

fn check_one(
    shared: &Shared<'_>,
    id: FunctionId,
    function: &Function,
    collected: &mut Collected,
    problems: &mut Problems,
) -> FunctionBody {
    let item = shared.program.item(function.item);
    let mut body = Body::new(shared, problems, function.item.file, Place::Function);
    if body.is_damaged(Named::Function(id)) {
        body.mute();
    }
    for parameter in &function.parameters {
        body.declare_parameter(&parameter.name, parameter.ty.clone(), parameter.span);
    }
    let written = item.and_then(|item| match &item.kind {
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
