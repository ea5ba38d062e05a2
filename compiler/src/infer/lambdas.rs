//! Methods of collections that take a lambda.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, Ident};

use super::{Body, types};
use crate::codes::expressions as codes;
use crate::declarations::Type;
use crate::plan;
use crate::plan::{ExprKind, LambdaMethod};

impl Body<'_, '_> {
    pub(crate) fn infer_lambda_method(
        &mut self,
        base: plan::Expr,
        method: LambdaMethod,
        name: &Ident,
        arguments: &[Expr],
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let [argument] = arguments else {
            self.check_count(name, arguments.len(), 1, span);
            return self.wrong(span);
        };
        let ast::ExprKind::Lambda { parameter, body } = &argument.kind else {
            let problem = self.problem(&codes::TYPE_MISMATCH, argument.span, format!("`{}` takes a lambda", name.text));
            self.report(problem.help(format!("write `.{}(x => …)`", name.text)));
            return self.wrong(span);
        };
        let element = self.lambda_element(&base.ty);
        let wanted = match method {
            LambdaMethod::Filter | LambdaMethod::Any | LambdaMethod::All => Some(Type::Bool),
            LambdaMethod::Map => self.hinted_element(hint),
            _ => None,
        };
        let (local, value) = self.scoped(|it| {
            let local = it.new_local(&parameter.text, element);
            it.declare(parameter, local);
            let value = it.without_emit("inside a lambda", |it| match method {
                LambdaMethod::Map => it.infer_value(body, wanted.as_ref()),
                _ => match &wanted {
                    Some(wanted) => it.check(body, wanted, None),
                    None => it.infer_value(body, None),
                },
            });
            (local, value)
        });
        let Some(ty) = self.lambda_result(method, &base.ty, &value, name) else {
            return self.wrong(span);
        };
        let wants_set = hint.is_some_and(|hint| matches!(types::inside(self.declarations(), hint), Type::Set(_)));
        let ty = match ty {
            Type::List(element) if wants_set && method == LambdaMethod::Map => Type::Set(element),
            other => other,
        };
        let kind = ExprKind::WithLambda { method, collection: Box::new(base), local, body: Box::new(value) };
        self.expr(kind, ty, span)
    }

    /// What the lambda's parameter is: an element, or a value of a map.
    fn lambda_element(&self, collection: &Type) -> Type {
        match self.plain(collection) {
            Type::Map(_, value) => (**value).clone(),
            other => types::element(self.declarations(), other).cloned().unwrap_or(Type::Error),
        }
    }

    fn hinted_element(&self, hint: Option<&Type>) -> Option<Type> {
        match types::inside(self.declarations(), hint?) {
            Type::List(element) | Type::Set(element) => Some((**element).clone()),
            _ => None,
        }
    }

    fn lambda_result(
        &mut self,
        method: LambdaMethod,
        collection: &Type,
        value: &plan::Expr,
        name: &Ident,
    ) -> Option<Type> {
        if types::is_poison(&value.ty) {
            return None;
        }
        let declarations = self.declarations();
        let fits = match method {
            LambdaMethod::SortBy => types::is_sortable(declarations, types::inside(declarations, &value.ty)),
            LambdaMethod::Min | LambdaMethod::Max => types::is_ordered(declarations, &value.ty),
            LambdaMethod::Sum => types::is_number(declarations, &value.ty) || *self.plain(&value.ty) == Type::Duration,
            _ => true,
        };
        if !fits {
            let words = self.words(&value.ty);
            let message = match method {
                LambdaMethod::Sum => format!("`{words}` cannot be summed up"),
                _ => format!("`{words}` has no order"),
            };
            let at = value.span;
            let problem = crate::problem::Problem::new(&codes::NOT_ORDERED, at, message)
                .other(self.at(name.span), "wanted by this");
            self.report(problem);
            return None;
        }
        Some(match method {
            LambdaMethod::Map => Type::List(Box::new(value.ty.clone())),
            LambdaMethod::Filter => collection.clone(),
            LambdaMethod::Any | LambdaMethod::All => Type::Bool,
            LambdaMethod::SortBy => Type::List(Box::new(self.lambda_element(collection))),
            LambdaMethod::Sum => value.ty.clone(),
            LambdaMethod::Min | LambdaMethod::Max => types::optional(declarations, value.ty.clone()),
        })
    }
}
