//! What nobody would write by hand, taken out of what was put together from pieces.

mod calls;
mod conditions;
mod hoisting;
#[cfg(test)]
mod tests;

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprForLoop, ExprIf, ExprMethodCall, FieldValue, Member};

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

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        calls::shorten_fallback(call);
    }

    fn visit_expr_if_mut(&mut self, branch: &mut ExprIf) {
        visit_mut::visit_expr_if_mut(self, branch);
        conditions::join_patterns(branch);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        conditions::push_negation(expr);
        conditions::only_arm(expr);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        hoisting::name_blocks(block);
    }
}
