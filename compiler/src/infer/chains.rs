//! Chains of `.field`, `.method()` and `[index]`: a `?.` skips all the rest of its chain.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, ExprKind, Ident};

use super::{Body, types};
use crate::codes::expressions as codes;
use crate::declarations::Type;
use crate::plan;
use crate::plan::LocalId;

/// A chain in the making: its value, and the options that have to be some for it, outermost first.
struct Chain {
    value: plan::Expr,
    options: Vec<(plan::Expr, LocalId)>,
}

impl Body<'_, '_> {
    pub(crate) fn infer_chain(&mut self, expr: &Expr, hint: Option<&Type>) -> plan::Expr {
        let chain = self.link(expr, hint);
        let mut value = chain.value;
        for (option, local) in chain.options.into_iter().rev() {
            value = self.close_option(option, local, value, expr.span);
        }
        value
    }

    fn close_option(&mut self, option: plan::Expr, local: LocalId, body: plan::Expr, span: ast::Span) -> plan::Expr {
        if types::is_poison(&body.ty) {
            return body;
        }
        let body = self.read_patch(body);
        let flatten = matches!(self.plain(&body.ty), Type::Optional(_));
        let ty = types::optional(self.declarations(), body.ty.clone());
        let kind = plan::ExprKind::OptionalChain { option: Box::new(option), local, body: Box::new(body), flatten };
        self.expr(kind, ty, span)
    }

    /// One link with all before it.
    fn link(&mut self, expr: &Expr, hint: Option<&Type>) -> Chain {
        let is_link = matches!(expr.kind, ExprKind::Field { .. } | ExprKind::Method { .. } | ExprKind::Index { .. });
        if !is_link {
            return Chain { value: self.infer_value(expr, None), options: Vec::new() };
        }
        if let Some(value) = self.narrowed_path(expr) {
            return Chain { value, options: Vec::new() };
        }
        if let Some(value) = self.link_by_name(expr, hint) {
            return Chain { value, options: Vec::new() };
        }
        self.link_behind(expr, hint)
    }

    /// Links whose base is no value: `Status.Draft`, `event.at`, `Article[id]`.
    fn link_by_name(&mut self, expr: &Expr, hint: Option<&Type>) -> Option<plan::Expr> {
        match &expr.kind {
            ExprKind::Field { base, name, .. } => {
                let ExprKind::Name(base) = &base.kind else { return None };
                if base.text == "event" && self.event.is_some() && !self.is_in_scope("event") {
                    return Some(self.infer_event_word(name, hint, expr.span));
                }
                if base.text == "session" && !self.is_in_scope("session") {
                    return Some(self.infer_session_word(name, expr.span));
                }
                self.infer_qualified_variant(base, name, expr.span)
            }
            ExprKind::Index { base, arguments } => {
                let ExprKind::Name(base) = &base.kind else { return None };
                self.infer_look_up(base, arguments, expr.span)
            }
            _ => None,
        }
    }

    fn link_behind(&mut self, expr: &Expr, hint: Option<&Type>) -> Chain {
        let (base, optional, name) = match &expr.kind {
            ExprKind::Field { base, name, optional } | ExprKind::Method { base, name, optional, .. } => {
                (base, *optional, Some(name))
            }
            ExprKind::Index { base, .. } => (base, false, None),
            _ => return Chain { value: self.wrong(expr.span), options: Vec::new() },
        };
        let mut chain = self.link(base, None);
        let mut value = self.read_patch(chain.value);
        if value.ty == Type::Unit {
            self.report(self.problem(&codes::NO_VALUE, base.span, "this gives no value"));
            value = self.wrong(base.span);
        }
        // Looking into `json` gives options all the way: `j["a"]["b"].as_int()` needs no `?.`.
        let goes_on = !matches!(expr.kind, ExprKind::Field { .. }) && self.is_optional_json(&value.ty);
        if optional || goes_on {
            value = self.open_option(value, base.span, name, &mut chain.options);
        } else if !types::is_poison(&value.ty)
            && let Type::Optional(_) = self.plain(&value.ty)
        {
            self.report_option(base, &value, name);
            value = self.wrong(base.span);
        }
        chain.value = match &expr.kind {
            ExprKind::Field { name, .. } => self.infer_field(value, name, hint, expr.span),
            ExprKind::Method { name, arguments, .. } => self.infer_method(value, name, arguments, hint, expr.span),
            ExprKind::Index { arguments, .. } => self.infer_at(value, arguments, expr.span),
            _ => value,
        };
        chain
    }

    fn is_optional_json(&self, ty: &Type) -> bool {
        matches!(self.plain(ty), Type::Optional(inner) if *self.plain(inner) == Type::Json)
    }

    /// The value inside the option before a `?.`.
    fn open_option(
        &mut self,
        value: plan::Expr,
        span: ast::Span,
        name: Option<&Ident>,
        options: &mut Vec<(plan::Expr, LocalId)>,
    ) -> plan::Expr {
        if types::is_poison(&value.ty) {
            return value;
        }
        let Type::Optional(inner) = self.plain(&value.ty).clone() else {
            let words = self.words(&value.ty);
            let message = format!("this is `{words}`, which is never none");
            let mut problem = self.problem(&codes::NEVER_NONE, span, message);
            if let Some(name) = name {
                let dots = ast::Span::new(span.end, name.span.start);
                problem = problem.fix("write `.`", self.at(dots), ".");
            }
            self.report(problem.help("a `.` is enough"));
            return value;
        };
        let local = self.new_local("value", (*inner).clone());
        options.push((value, local));
        self.read_local(local, span)
    }

    fn report_option(&mut self, base: &Expr, value: &plan::Expr, name: Option<&Ident>) {
        let words = self.words(&value.ty);
        let message = format!("this is `{words}`, and may be none");
        let help = match name {
            Some(name) => format!("`?.{}` gives none then; `let x = … else missing \"…\"` unwraps it", name.text),
            None => "unwrap it with `let x = … else missing \"…\"`, or `if let x = …`".to_owned(),
        };
        self.report(self.problem(&codes::MAYBE_NONE, base.span, message).help(help));
    }
}
