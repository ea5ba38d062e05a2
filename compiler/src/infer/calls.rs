//! Calls of functions, and the functions that wrap a query.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, Ident};

use super::{Body, Origin, builtins};
use crate::built_ins;
use crate::codes::expressions as codes;
use crate::declarations::{FunctionId, Type};
use crate::effects::{CallSite, Use};
use crate::names::Named;
use crate::plan;
use crate::plan::ExprKind;
use crate::similar;
use crate::unavailable::Construct;

impl Body<'_, '_> {
    pub(crate) fn infer_call(
        &mut self,
        name: &Ident,
        arguments: &[Expr],
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        if let Some(entry) = self.shared.names.get(&name.text) {
            match entry.named {
                Named::Function(id) => return self.call_function(id, name, arguments, span),
                Named::Unknown => {
                    self.infer_all(arguments);
                    return self.wrong(span);
                }
                _ => {}
            }
        }
        if let Some(value) = self.infer_aggregate(name, arguments, span) {
            return value;
        }
        if let Some(value) = self.infer_query_call(name, arguments, hint, span) {
            return value;
        }
        if let Some(value) = self.infer_standard_call(name, arguments, span) {
            return value;
        }
        if let Some(value) = self.infer_identity_call(name, arguments, span) {
            return value;
        }
        self.infer_all(arguments);
        self.unknown_function(name, arguments.len(), span)
    }

    /// Reports what is wrong inside arguments whose call is wrong already.
    fn infer_all(&mut self, arguments: &[Expr]) {
        for argument in arguments {
            if !matches!(argument.kind, ast::ExprKind::Lambda { .. }) {
                self.infer(argument, None);
            }
        }
    }

    fn call_function(&mut self, id: FunctionId, name: &Ident, arguments: &[Expr], span: ast::Span) -> plan::Expr {
        let Some(function) = self.declarations().functions.get(id.index()) else {
            return self.wrong(span);
        };
        if function.is_extern {
            self.uses(Use::Extern, span);
        } else {
            let site = CallSite { function: id, span: self.at(span), place: self.place };
            self.uses.calls.push(site);
        }
        if arguments.len() != function.parameters.len() {
            let wanted = builtins::values_of(function.parameters.len());
            let message = format!("`{}` takes {wanted}, not {}", name.text, arguments.len());
            let problem =
                self.problem(&codes::WRONG_ARGUMENT_COUNT, span, message).other(function.span, "declared here");
            if !self.is_damaged(Named::Function(id)) {
                self.report(problem);
            }
            self.infer_all(arguments);
            return self.wrong(span);
        }
        let mut values = Vec::with_capacity(arguments.len());
        for (argument, parameter) in arguments.iter().zip(&function.parameters) {
            let origin = Origin { span: parameter.span, what: "this parameter" };
            values.push(self.check(argument, &parameter.ty, Some(origin)));
        }
        self.expr(ExprKind::Call(id, values), function.returns.clone(), span)
    }

    fn unknown_function(&mut self, name: &Ident, given: usize, span: ast::Span) -> plan::Expr {
        let message = format!("there is no function `{}`", name.text);
        let problem = self.problem(&codes::UNKNOWN_FUNCTION, name.span, message);
        let is_function = |named: Named| matches!(named, Named::Function(_));
        let near = self
            .shared
            .names
            .nearest(&name.text, &is_function)
            .or_else(|| similar::nearest(&name.text, built_ins::functions()));
        let problem = match name.text.as_str() {
            "forget" => return self.cannot_run(Construct::Forget, name.span),
            "sum" | "min" | "max" | "avg" | "len" if given == 1 => {
                problem.help(format!("it is a method: `collection.{}()`", name.text))
            }
            text if near.is_none() && builtins::is_method(text) => {
                problem.help(format!("it is a method: `value.{text}(…)`"))
            }
            _ => problem,
        };
        self.report(problem.did_you_mean(near));
        self.wrong(span)
    }
}
