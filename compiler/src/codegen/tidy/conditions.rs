//! Conditions that stand inside each other, or the wrong way round.

use syn::{BinOp, Block, Expr, ExprIf, ExprLet, ExprUnary, Pat, Stmt, UnOp, parse_quote};

/// `if let Some(value) = value { if let PATTERN = value { … } }` is `if let Some(PATTERN) = value { … }`.
pub(super) fn join_patterns(branch: &mut ExprIf) {
    if branch.else_branch.is_some() {
        return;
    }
    let [Stmt::Expr(Expr::If(inner), _)] = branch.then_branch.stmts.as_slice() else { return };
    let (Expr::Let(outer_let), Expr::Let(inner_let)) = (&*branch.cond, &*inner.cond) else { return };
    let is_same = |name: &str| matches!(&*inner_let.expr, Expr::Path(path) if path.path.is_ident(name));
    let Some(name) = name_in_some(&outer_let.pat) else { return };
    if inner.else_branch.is_some() || !is_same(&name) {
        return;
    }
    let inner = inner.clone();
    let Expr::Let(inner_let) = *inner.cond else { return };
    let pattern = &*inner_let.pat;
    let joined = ExprLet { pat: parse_quote!(Some(#pattern)), ..outer_let.clone() };
    *branch.cond = Expr::Let(joined);
    branch.then_branch = inner.then_branch;
}

/// The name in `Some(name)`.
fn name_in_some(pattern: &Pat) -> Option<String> {
    let Pat::TupleStruct(some) = pattern else { return None };
    match some.elems.first() {
        Some(Pat::Ident(name)) if some.path.is_ident("Some") && name.by_ref.is_none() => Some(name.ident.to_string()),
        _ => None,
    }
}

/// `!(a && !b)` is `!a || b`.
pub(super) fn push_negation(expr: &mut Expr) {
    let Expr::Unary(ExprUnary { op: UnOp::Not(_), expr: inside, .. }) = &*expr else { return };
    let Expr::Paren(inside) = &**inside else { return };
    let Expr::Binary(both) = &*inside.expr else { return };
    if !is_negated(&both.left) && !is_negated(&both.right) {
        return;
    }
    let (left, right) = (negated(&both.left), negated(&both.right));
    match both.op {
        BinOp::And(_) => *expr = parse_quote!(#left || #right),
        BinOp::Or(_) => *expr = parse_quote!(#left && #right),
        _ => {}
    }
}

fn is_negated(expr: &Expr) -> bool {
    matches!(expr, Expr::Unary(ExprUnary { op: UnOp::Not(_), .. }))
}

fn negated(expr: &Expr) -> Expr {
    match expr {
        Expr::Unary(ExprUnary { op: UnOp::Not(_), expr: inside, .. }) => (**inside).clone(),
        Expr::Binary(two) => {
            let (left, right) = (&two.left, &two.right);
            match two.op {
                BinOp::Eq(_) => parse_quote!(#left != #right),
                BinOp::Ne(_) => parse_quote!(#left == #right),
                _ => parse_quote!(!(#expr)),
            }
        }
        Expr::Paren(_) | Expr::Path(_) | Expr::MethodCall(_) | Expr::Call(_) | Expr::Field(_) | Expr::Macro(_) => {
            parse_quote!(!#expr)
        }
        _ => parse_quote!(!(#expr)),
    }
}

/// `match value { PATTERN => { … } _ => {} }` is `if let PATTERN = value { … }`.
pub(super) fn only_arm(expr: &mut Expr) {
    let Expr::Match(choice) = &*expr else { return };
    let [arm, rest] = choice.arms.as_slice() else { return };
    let is_nothing = |body: &Expr| matches!(body, Expr::Block(block) if block.block.stmts.is_empty());
    let is_rest = matches!(rest.pat, Pat::Wild(_)) && is_nothing(&rest.body);
    if !is_rest || matches!(arm.pat, Pat::Guard(_)) {
        return;
    }
    let (pattern, value) = (&arm.pat, &choice.expr);
    let then: Block = match &*arm.body {
        Expr::Block(body) => body.block.clone(),
        body => parse_quote!({ #body; }),
    };
    *expr = parse_quote!(if let #pattern = #value #then);
}
