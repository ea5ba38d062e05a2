//! Walking typed expressions.

use crate::plan::{Access, Expr, ExprKind, JoinSource, LocalId, Query, QueryOrder, QueryResult, Statement};

/// Whether a test holds for an expression or any part of it.
pub(crate) fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    if test(expr) {
        return true;
    }
    let mut found = false;
    children(expr, &mut |child| found = found || any(child, test));
    found
}

/// Whether an expression depends on the row of a query: the locals of a query come after its row.
pub(crate) fn depends_on(expr: &Expr, row: LocalId) -> bool {
    any(expr, &mut |it| match it.kind {
        ExprKind::Local(local) | ExprKind::Present(local) => local >= row,
        _ => false,
    })
}

/// Calls `visit` for each direct part of an expression.
pub(crate) fn children<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Decimal(_)
        | ExprKind::Text(_)
        | ExprKind::Duration(_)
        | ExprKind::None
        | ExprKind::Patch(None)
        | ExprKind::Local(_)
        | ExprKind::Present(_)
        | ExprKind::Now
        | ExprKind::EventSeq
        | ExprKind::EventBy
        | ExprKind::BaseUrl
        | ExprKind::EventField(_)
        | ExprKind::NewKey(_) => {}
        ExprKind::Some(inner)
        | ExprKind::Patch(Some(inner))
        | ExprKind::StructField(inner, _)
        | ExprKind::RowField(inner, _)
        | ExprKind::Not(inner)
        | ExprKind::Negate(inner)
        | ExprKind::LoadRow(inner)
        | ExprKind::PatchToOptional(inner)
        | ExprKind::Is { value: inner, .. } => visit(inner),
        ExprKind::Otherwise(left, right)
        | ExprKind::At(left, right)
        | ExprKind::Logic { left, right, .. }
        | ExprKind::Compare { left, right, .. }
        | ExprKind::Arithmetic { left, right, .. }
        | ExprKind::In { item: left, collection: right }
        | ExprKind::OptionalChain { option: left, body: right, .. }
        | ExprKind::WithLambda { collection: left, body: right, .. }
        | ExprKind::Let { value: left, body: right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::If { condition: a, then: b, otherwise: c }
        | ExprKind::IfLet { value: a, then: b, otherwise: c, .. } => {
            visit(a);
            visit(b);
            visit(c);
        }
        ExprKind::Match { value, arms } => {
            visit(value);
            for (_, arm) in arms {
                visit(arm);
            }
        }
        ExprKind::Interpolate(all)
        | ExprKind::Struct(_, all)
        | ExprKind::Variant(_, _, all)
        | ExprKind::Collection(all)
        | ExprKind::Call(_, all)
        | ExprKind::Builtin(_, all)
        | ExprKind::LookUp { key: all, .. } => all.iter().for_each(visit),
        ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        ExprKind::Emit(_, values) => values.iter().flatten().for_each(visit),
        ExprKind::Query(query) => query_parts(query, visit),
    }
}

/// Calls `visit` for each expression that stands in statements, not for the parts of it.
pub(crate) fn statements<'e>(statements: &'e [Statement], visit: &mut dyn FnMut(&'e Expr)) {
    for statement in statements {
        let failure = match statement {
            Statement::LetElse(_, _, failure) | Statement::Require(_, failure) | Statement::Fail(failure) => {
                failure.message.as_ref()
            }
            _ => None,
        };
        failure.into_iter().for_each(&mut *visit);
        match statement {
            Statement::Let(_, value)
            | Statement::LetElse(_, value, _)
            | Statement::Require(value, _)
            | Statement::Expr(value)
            | Statement::Return(_, Some(value))
            | Statement::Delete(_, value) => visit(value),
            Statement::Fail(_) | Statement::Return(_, None) => {}
            Statement::If(value, then, otherwise) | Statement::IfLet(_, value, then, otherwise) => {
                visit(value);
                self::statements(then, visit);
                self::statements(otherwise, visit);
            }
            Statement::For(_, value, body) => {
                visit(value);
                self::statements(body, visit);
            }
            Statement::Match(value, arms) => {
                visit(value);
                for (_, body) in arms {
                    self::statements(body, visit);
                }
            }
            Statement::Assign(_, row, _, value) | Statement::Change { row, value, .. } => {
                visit(row);
                visit(value);
            }
            Statement::Insert(_, values) => values.iter().for_each(&mut *visit),
        }
    }
}

/// Calls `visit` for each expression of a query, not for the parts of it.
pub(crate) fn query_parts<'e>(query: &'e Query, visit: &mut dyn FnMut(&'e Expr)) {
    query.conditions.iter().for_each(|condition| visit(&condition.test));
    for join in &query.joins {
        match &join.source {
            JoinSource::Table(_, access) => access_children(access, visit),
            JoinSource::Elements(collection) => visit(collection),
        }
        join.on.iter().for_each(&mut *visit);
    }
    if let Some(group) = &query.group {
        group.keys.iter().for_each(|(_, key)| visit(key));
        group.aggregates.iter().filter_map(|aggregate| aggregate.value.as_ref()).for_each(&mut *visit);
    }
    match &query.order {
        QueryOrder::None => {}
        QueryOrder::Keys(keys) => keys.iter().for_each(|(key, _)| visit(key)),
        QueryOrder::Match(value, arms) => {
            visit(value);
            arms.iter().flat_map(|(_, keys)| keys).for_each(|(key, _)| visit(key));
        }
    }
    [&query.skip, &query.limit, &query.select].into_iter().flatten().for_each(&mut *visit);
    if let QueryResult::Page(cursor) = &query.result {
        visit(cursor);
    }
    query.paths.iter().for_each(|path| access_children(&path.access, visit));
}

fn access_children<'e>(access: &'e Access, visit: &mut dyn FnMut(&'e Expr)) {
    match access {
        Access::Key(values) => values.iter().for_each(visit),
        Access::Index { equal, prefix, low, high, .. } => {
            equal.iter().chain(prefix).for_each(&mut *visit);
            [low, high].into_iter().flatten().for_each(|(bound, _)| visit(bound));
        }
        Access::Each { collection, inner, .. } => {
            visit(collection);
            access_children(inner, visit);
        }
        Access::Union(ways) => ways.iter().for_each(|way| access_children(way, visit)),
        Access::KeyOrder { .. } | Access::All => {}
    }
}
