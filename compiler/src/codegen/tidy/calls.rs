//! Calls whose closures say too much.

use syn::{Expr, ExprMethodCall, Ident};

/// `unwrap_or_else(|| VALUE)` is `unwrap_or(VALUE)`, `unwrap_or_else(|| made())` is `unwrap_or_else(made)`, and of an
/// empty text `unwrap_or_default()`.
pub(super) fn shorten_fallback(call: &mut ExprMethodCall) {
    if call.method != "unwrap_or_else" {
        return;
    }
    let Some(Expr::Closure(closure)) = call.args.first() else { return };
    if !closure.inputs.is_empty() {
        return;
    }
    let (method, value) = match &*closure.body {
        body if is_at_hand(body) => ("unwrap_or", Some(body.clone())),
        Expr::Call(made) if made.args.is_empty() => match &*made.func {
            function if is_new_text(function) => ("unwrap_or_default", None),
            function @ Expr::Path(_) => ("unwrap_or_else", Some(function.clone())),
            _ => return,
        },
        _ => return,
    };
    call.method = Ident::new(method, call.method.span());
    call.args = value.into_iter().collect();
}

/// A literal, a name, or a field of one: nothing is done to have it.
fn is_at_hand(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => is_at_hand(&field.base),
        _ => false,
    }
}

fn is_new_text(function: &Expr) -> bool {
    let Expr::Path(function) = function else { return false };
    let names: Vec<String> = function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names == ["String", "new"]
}
