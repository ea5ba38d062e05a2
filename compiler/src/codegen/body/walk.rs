//! Walks over typed bodies: what a body uses decides how it is written.

use crate::plan::{
    Access, Builtin, Expr, ExprKind, Failure, JoinSource, LocalId, Pattern, Query, QueryOrder, QueryResult, Statement,
};

/// Calls `look` for `expr` and everything in it. The flag says whether it runs more than once.
pub(super) fn each(expr: &Expr, repeated: bool, look: &mut dyn FnMut(&Expr, bool)) {
    look(expr, repeated);
    let mut go = |inner: &Expr| each(inner, repeated, look);
    match &expr.kind {
        ExprKind::Interpolate(parts) | ExprKind::Collection(parts) => parts.iter().for_each(go),
        ExprKind::Struct(_, parts) | ExprKind::Variant(_, _, parts) => parts.iter().for_each(go),
        ExprKind::Call(_, parts) | ExprKind::Builtin(_, parts) => parts.iter().for_each(go),
        ExprKind::LookUp { key, .. } => key.iter().for_each(go),
        ExprKind::Emit(_, parts) => parts.iter().flatten().for_each(go),
        ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            go(key);
            go(value);
        }),
        ExprKind::Some(inner) | ExprKind::Not(inner) | ExprKind::Negate(inner) | ExprKind::LoadRow(inner) => go(inner),
        ExprKind::PatchToOptional(inner) | ExprKind::StructField(inner, _) | ExprKind::RowField(inner, _) => go(inner),
        ExprKind::Is { value, .. } => go(value),
        ExprKind::Patch(inner) => inner.iter().for_each(|inner| go(inner)),
        ExprKind::OptionalChain { option, body, .. } => [option, body].into_iter().for_each(|inner| go(inner)),
        ExprKind::Let { value, body, .. } => [value, body].into_iter().for_each(|inner| go(inner)),
        ExprKind::Otherwise(left, right) | ExprKind::At(left, right) => {
            [left, right].into_iter().for_each(|inner| go(inner));
        }
        ExprKind::Logic { left, right, .. }
        | ExprKind::Compare { left, right, .. }
        | ExprKind::Arithmetic { left, right, .. } => [left, right].into_iter().for_each(|inner| go(inner)),
        ExprKind::In { item, collection } => [item, collection].into_iter().for_each(|inner| go(inner)),
        ExprKind::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|inner| go(inner));
        }
        ExprKind::IfLet { value, then, otherwise, .. } => {
            [value, then, otherwise].into_iter().for_each(|inner| go(inner));
        }
        ExprKind::Match { value, arms } => {
            go(value);
            for (pattern, arm) in arms {
                each_in_pattern(pattern, repeated, look);
                each(arm, repeated, look);
            }
        }
        ExprKind::WithLambda { collection, body, .. } => {
            go(collection);
            each(body, true, look);
        }
        ExprKind::Query(query) => each_in_query(query, look),
        _ => {}
    }
}

fn each_in_pattern(pattern: &Pattern, repeated: bool, look: &mut dyn FnMut(&Expr, bool)) {
    match pattern {
        Pattern::Literal(value) => each(value, repeated, look),
        Pattern::OneOf(patterns) => patterns.iter().for_each(|pattern| each_in_pattern(pattern, repeated, look)),
        _ => {}
    }
}

fn each_in_query(query: &Query, look: &mut dyn FnMut(&Expr, bool)) {
    let mut go = |inner: &Expr| each(inner, true, look);
    query.conditions.iter().for_each(|condition| go(&condition.test));
    for join in &query.joins {
        match &join.source {
            JoinSource::Table(_, access) => each_in_access(access, &mut go),
            JoinSource::Elements(collection) => go(collection),
        }
        join.on.iter().for_each(&mut go);
    }
    if let Some(group) = &query.group {
        group.keys.iter().for_each(|(_, key)| go(key));
        group.aggregates.iter().filter_map(|aggregate| aggregate.value.as_ref()).for_each(&mut go);
    }
    match &query.order {
        QueryOrder::None => {}
        QueryOrder::Keys(keys) => keys.iter().for_each(|(key, _)| go(key)),
        QueryOrder::Match(value, arms) => {
            go(value);
            arms.iter().flat_map(|(_, keys)| keys).for_each(|(key, _)| go(key));
        }
    }
    query.skip.iter().chain(&query.limit).chain(&query.select).for_each(&mut go);
    if let QueryResult::Page(cursor) = &query.result {
        go(cursor);
    }
    query.paths.iter().for_each(|path| each_in_access(&path.access, &mut go));
}

fn each_in_access(access: &Access, go: &mut dyn FnMut(&Expr)) {
    match access {
        Access::Key(key) => key.iter().for_each(go),
        Access::Index { equal, prefix, low, high, .. } => {
            equal.iter().chain(prefix).for_each(&mut *go);
            low.iter().chain(high).for_each(|(bound, _)| go(bound));
        }
        Access::Each { collection, inner, .. } => {
            go(collection);
            each_in_access(inner, go);
        }
        Access::Union(ways) => ways.iter().for_each(|way| each_in_access(way, go)),
        Access::KeyOrder { .. } | Access::All => {}
    }
}

/// Calls `look` for every expression of `statements`.
pub(super) fn each_in_statements(statements: &[Statement], repeated: bool, look: &mut dyn FnMut(&Expr, bool)) {
    for statement in statements {
        match statement {
            Statement::Let(_, value) | Statement::Expr(value) | Statement::Delete(_, value) => {
                each(value, repeated, look);
            }
            Statement::LetElse(_, value, failure) | Statement::Require(value, failure) => {
                each(value, repeated, look);
                each_in_failure(failure, repeated, look);
            }
            Statement::Fail(failure) => each_in_failure(failure, repeated, look),
            Statement::If(condition, then, otherwise) | Statement::IfLet(_, condition, then, otherwise) => {
                each(condition, repeated, look);
                each_in_statements(then, repeated, look);
                each_in_statements(otherwise, repeated, look);
            }
            Statement::For(_, collection, body) => {
                each(collection, repeated, look);
                each_in_statements(body, true, look);
            }
            Statement::Match(value, arms) => {
                each(value, repeated, look);
                for (pattern, body) in arms {
                    each_in_pattern(pattern, repeated, look);
                    each_in_statements(body, repeated, look);
                }
            }
            Statement::Return(_, value) => value.iter().for_each(|value| each(value, repeated, look)),
            Statement::Assign(_, row, _, value) => [row, value].into_iter().for_each(|e| each(e, repeated, look)),
            Statement::Change { row, value, .. } => [row, value].into_iter().for_each(|e| each(e, repeated, look)),
            Statement::Insert(_, values) => values.iter().for_each(|value| each(value, repeated, look)),
        }
    }
}

pub(super) fn each_in_failure(failure: &Failure, repeated: bool, look: &mut dyn FnMut(&Expr, bool)) {
    failure.message.iter().for_each(|message| each(message, repeated, look));
}

/// The locals that an expression by itself names: of a query also those of its circumstances.
pub(super) fn locals_of(expr: &Expr, found: &mut dyn FnMut(LocalId)) {
    match &expr.kind {
        ExprKind::Local(id) | ExprKind::Present(id) => found(*id),
        ExprKind::Query(query) => {
            for condition in &query.conditions {
                condition.when_some.iter().copied().for_each(&mut *found);
            }
            for path in &query.paths {
                path.when_some.iter().copied().for_each(&mut *found);
            }
        }
        _ => {}
    }
}

/// Whether `expr` changes the state.
pub(super) fn emits(expr: &Expr) -> bool {
    any(expr, &|expr| matches!(expr.kind, ExprKind::Emit(..)))
}

/// Whether `expr` needs a transaction for itself: it emits, or draws a key.
pub(super) fn takes_transaction(expr: &Expr) -> bool {
    any(expr, &|expr| match expr.kind {
        ExprKind::Emit(..) | ExprKind::NewKey(_) => true,
        ExprKind::Builtin(builtin, _) => builtin == Builtin::NewUuid,
        _ => false,
    })
}

/// Whether `test` holds for `expr` or anything in it.
pub(in crate::codegen) fn any(expr: &Expr, test: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    each(expr, false, &mut |expr, _| found |= test(expr));
    found
}

/// Whether running `statements` changes the state.
pub(super) fn statements_change(statements: &[Statement]) -> bool {
    let mut changes = false;
    each_in_statements(statements, false, &mut |expr, _| changes |= matches!(expr.kind, ExprKind::Emit(..)));
    changes || statements.iter().any(is_change)
}

fn is_change(statement: &Statement) -> bool {
    match statement {
        Statement::Assign(..) | Statement::Change { .. } | Statement::Insert(..) | Statement::Delete(..) => true,
        Statement::If(_, then, otherwise) | Statement::IfLet(_, _, then, otherwise) => {
            then.iter().chain(otherwise).any(is_change)
        }
        Statement::For(_, _, body) => body.iter().any(is_change),
        Statement::Match(_, arms) => arms.iter().flat_map(|(_, body)| body).any(is_change),
        _ => false,
    }
}

/// Calls `look` for every expression of a way to rows.
pub(super) fn each_in_way(access: &Access, look: &mut dyn FnMut(&Expr, bool)) {
    each_in_access(access, &mut |expr| each(expr, true, look));
}

/// Whether `test` holds for any expression of `statements`.
pub(in crate::codegen) fn any_in_statements(statements: &[Statement], test: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    each_in_statements(statements, false, &mut |expr, _| found |= test(expr));
    found
}
