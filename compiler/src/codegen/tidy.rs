//! What nobody would write by hand, taken out of what was put together from pieces.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprForLoop, ExprMethodCall, FieldValue, Member};

/// Tidies a whole file.
pub(super) fn tidy(file: &mut syn::File) {
    Tidy.visit_file_mut(file);
}

struct Tidy;

impl VisitMut for Tidy {
    /// `name: name` is `name`.
    fn visit_field_value_mut(&mut self, field: &mut FieldValue) {
        visit_mut::visit_field_value_mut(self, field);
        if let (Member::Named(name), Expr::Path(value)) = (&field.member, &field.expr)
            && value.path.is_ident(name)
        {
            field.colon_token = None;
        }
    }

    /// `for row in rows.into_iter()` is `for row in rows`.
    fn visit_expr_for_loop_mut(&mut self, each: &mut ExprForLoop) {
        visit_mut::visit_expr_for_loop_mut(self, each);
        let rows = match &*each.expr {
            Expr::MethodCall(call) if call.method == "into_iter" => call.receiver.clone(),
            _ => return,
        };
        each.expr = rows;
    }

    /// `unwrap_or_else(|| VALUE)` is `unwrap_or(VALUE)`.
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "unwrap_or_else"
            && let Some(Expr::Closure(closure)) = call.args.first()
            && closure.inputs.is_empty()
            && matches!(*closure.body, Expr::Path(_) | Expr::Lit(_))
        {
            let value = (*closure.body).clone();
            call.method = syn::Ident::new("unwrap_or", call.method.span());
            call.args = std::iter::once(value).collect();
        }
    }
}
