//! Blocks in conditions get a name, and stand before them.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{Block, Expr, Ident, Stmt, parse_quote};

/// `if { …; exists } { … }` is `let exists = { …; exists }; if exists { … }`, and so is `match`.
pub(super) fn name_blocks(block: &mut Block) {
    let mut position = 0;
    while position < block.stmts.len() {
        let used = names_of(block.stmts.get(position..).unwrap_or_default());
        if let Some(asked) = block.stmts.get_mut(position).and_then(asked_block) {
            let name = name_for(asked, &used);
            let value = std::mem::replace(asked, parse_quote!(#name));
            block.stmts.insert(position, parse_quote!(let #name = #value;));
            position += 1;
        }
        position += 1;
    }
}

/// The block that a statement decides by, where it can stand before the statement.
fn asked_block(statement: &mut Stmt) -> Option<&mut Expr> {
    let expr = match statement {
        Stmt::Expr(expr, _) => expr,
        Stmt::Local(local) => &mut *local.init.as_mut()?.expr,
        _ => return None,
    };
    let asked = match expr {
        Expr::If(branch) => &mut *branch.cond,
        Expr::Match(choice) => &mut *choice.expr,
        _ => return None,
    };
    let asked = match asked {
        Expr::Unary(negated) => &mut *negated.expr,
        Expr::Let(matched) => &mut *matched.expr,
        asked => asked,
    };
    matches!(asked, Expr::Block(_)).then_some(asked)
}

/// The name that the block gives its value inside, or a plain one that nothing behind it uses.
fn name_for(asked: &Expr, used: &[String]) -> Ident {
    let inside = match asked {
        Expr::Block(block) => match block.block.stmts.last() {
            Some(Stmt::Expr(Expr::Path(path), None)) => path.path.get_ident().cloned(),
            _ => None,
        },
        _ => None,
    };
    if let Some(name) = inside {
        return name;
    }
    let mut name = "found".to_owned();
    while used.contains(&name) {
        name.push('_');
    }
    Ident::new(&name, proc_macro2::Span::call_site())
}

fn names_of(statements: &[Stmt]) -> Vec<String> {
    let mut names = Vec::new();
    for statement in statements {
        collect(statement.to_token_stream(), &mut names);
    }
    names
}

fn collect(tokens: proc_macro2::TokenStream, names: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => names.push(name.to_string()),
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
