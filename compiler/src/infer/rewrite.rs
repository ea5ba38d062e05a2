//! Changing typed expressions in place, and comparing them by what they mean.

use crate::declarations::FileSpan;
use crate::plan::{Access, Expr, ExprKind, JoinSource, LocalId, Pattern, Query, QueryOrder, QueryResult};

/// Calls `change` for an expression and its parts, from the outside in. What `change` says it has
/// replaced is not looked into.
pub(crate) fn rewrite(expr: &mut Expr, change: &mut dyn FnMut(&mut Expr) -> bool) {
    if !change(expr) {
        children(expr, &mut |part| rewrite(part, change));
    }
}

/// The expression without its places in the text, its own locals numbered from the first:
/// two that are equal then mean the same.
pub(crate) fn canonical(expr: &Expr) -> Expr {
    let mut own: Vec<LocalId> = Vec::new();
    collect_own(expr, &mut own);
    let mut plain = expr.clone();
    rewrite(&mut plain, &mut |part| {
        part.span = FileSpan::default();
        if let Some(local) = local_of(&mut part.kind)
            && let Some(position) = own.iter().position(|it| it == local)
        {
            *local = LocalId(u32::MAX - position as u32);
        }
        false
    });
    plain
}

/// The locals that an expression binds itself, in the order of the text.
fn collect_own(expr: &Expr, own: &mut Vec<LocalId>) {
    match &expr.kind {
        ExprKind::OptionalChain { local, .. }
        | ExprKind::IfLet { local, .. }
        | ExprKind::WithLambda { local, .. }
        | ExprKind::Let { local, .. } => own.push(*local),
        _ => {}
    }
    super::walk::children(expr, &mut |part| collect_own(part, own));
}

/// The local that an expression reads or binds by itself.
fn local_of(kind: &mut ExprKind) -> Option<&mut LocalId> {
    match kind {
        ExprKind::Local(local)
        | ExprKind::Present(local)
        | ExprKind::OptionalChain { local, .. }
        | ExprKind::IfLet { local, .. }
        | ExprKind::WithLambda { local, .. }
        | ExprKind::Let { local, .. } => Some(local),
        _ => None,
    }
}

/// Calls `visit` for each direct part of an expression.
fn children(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    match &mut expr.kind {
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
        | ExprKind::Let { value: left, body: right, .. } => [left, right].into_iter().for_each(|part| visit(part)),
        ExprKind::If { condition: a, then: b, otherwise: c }
        | ExprKind::IfLet { value: a, then: b, otherwise: c, .. } => {
            [a, b, c].into_iter().for_each(|part| visit(part));
        }
        ExprKind::Match { value, arms } => {
            visit(value);
            arms.iter_mut().for_each(|(pattern, arm)| {
                literals(pattern, visit);
                visit(arm);
            });
        }
        ExprKind::Interpolate(all)
        | ExprKind::Struct(_, all)
        | ExprKind::Variant(_, _, all)
        | ExprKind::Collection(all)
        | ExprKind::Call(_, all)
        | ExprKind::Builtin(_, all)
        | ExprKind::LookUp { key: all, .. } => all.iter_mut().for_each(visit),
        ExprKind::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        ExprKind::Emit(_, values) => values.iter_mut().flatten().for_each(visit),
        ExprKind::Query(query) => query_children(query, visit),
    }
}

/// Calls `visit` for each literal of a pattern.
pub(crate) fn literals(pattern: &mut Pattern, visit: &mut dyn FnMut(&mut Expr)) {
    match pattern {
        Pattern::Literal(literal) => visit(literal),
        Pattern::OneOf(patterns) => patterns.iter_mut().for_each(|pattern| literals(pattern, visit)),
        Pattern::Any | Pattern::None | Pattern::Some(_) | Pattern::Variant(..) => {}
    }
}

/// Calls `visit` for each expression that stands in a query.
pub(crate) fn query_children(query: &mut Query, visit: &mut dyn FnMut(&mut Expr)) {
    query.conditions.iter_mut().for_each(|condition| visit(&mut condition.test));
    for join in &mut query.joins {
        match &mut join.source {
            JoinSource::Table(_, access) => access_children(access, visit),
            JoinSource::Elements(collection) => visit(collection),
        }
        join.on.iter_mut().for_each(&mut *visit);
    }
    if let Some(group) = &mut query.group {
        group.keys.iter_mut().for_each(|(_, key)| visit(key));
        group.aggregates.iter_mut().filter_map(|aggregate| aggregate.value.as_mut()).for_each(&mut *visit);
    }
    match &mut query.order {
        QueryOrder::None => {}
        QueryOrder::Keys(keys) => keys.iter_mut().for_each(|(key, _)| visit(key)),
        QueryOrder::Match(value, arms) => {
            visit(value);
            arms.iter_mut().for_each(|(pattern, keys)| {
                literals(pattern, visit);
                keys.iter_mut().for_each(|(key, _)| visit(key));
            });
        }
    }
    [&mut query.skip, &mut query.limit, &mut query.select].into_iter().flatten().for_each(&mut *visit);
    if let QueryResult::Page(cursor) = &mut query.result {
        visit(cursor);
    }
    query.paths.iter_mut().for_each(|path| access_children(&mut path.access, visit));
}

fn access_children(access: &mut Access, visit: &mut dyn FnMut(&mut Expr)) {
    match access {
        Access::Key(values) => values.iter_mut().for_each(visit),
        Access::Index { equal, prefix, low, high, .. } => {
            equal.iter_mut().chain(prefix).for_each(&mut *visit);
            [low, high].into_iter().flatten().for_each(|(bound, _)| visit(bound));
        }
        Access::Each { collection, inner, .. } => {
            visit(collection);
            access_children(inner, visit);
        }
        Access::Union(ways) => ways.iter_mut().for_each(|way| access_children(way, visit)),
        Access::KeyOrder { .. } | Access::All => {}
    }
}
