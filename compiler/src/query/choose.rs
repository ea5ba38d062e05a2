//! The choice of one way to the rows, for given facts and a given order.

use super::facts::{Fact, FactKind};
use crate::declarations::{Field, IndexComponent, Source, Type};
use crate::plan::{Access, Expr, ExprKind, LocalId};

/// A table as the planner sees it.
pub(crate) struct Table<'t> {
    /// What it is.
    pub(crate) source: Source,
    /// Its name.
    pub(crate) name: &'t str,
    /// Its fields.
    pub(crate) fields: &'t [Field],
    /// Its key.
    pub(crate) key: &'t [usize],
    /// Its indexes: components, and whether a key of them is unique.
    pub(crate) indexes: Vec<(Vec<IndexComponent>, bool)>,
    /// For each field, whether its values may be none.
    pub(crate) optional: Vec<bool>,
}

/// A key of an order: a field, or something that no index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderPart {
    /// The field.
    pub(crate) field: Option<usize>,
    /// Downwards.
    pub(crate) descending: bool,
}

/// How good a way is; compared from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    /// At most one row.
    pub(crate) is_single: bool,
    /// Reads only rows of some condition.
    pub(crate) is_selective: bool,
    points: i32,
}

/// A way with what it gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    /// The way.
    pub(crate) access: Access,
    /// Whether it gives the order.
    pub(crate) ordered: bool,
    /// How good it is.
    pub(crate) score: Score,
}

/// What a choice is made for.
pub(crate) struct Wish<'w> {
    /// The facts that hold.
    pub(crate) facts: &'w [&'w Fact],
    /// The order that was asked for; empty for none.
    pub(crate) order: &'w [OrderPart],
    /// Whether only the first rows are read.
    pub(crate) few: bool,
    /// Whether the order of the rows does not matter (a count).
    pub(crate) any_order: bool,
}

/// Points of a component that is bound to one value.
const EQUAL_POINTS: i32 = 10;
/// Points of a component that is one of several values.
const EACH_POINTS: i32 = 6;
/// Points of a component that has bounds on both sides, on one, and of one that is known to be some.
const BETWEEN_POINTS: i32 = 5;
const BOUND_POINTS: i32 = 4;
const SOME_POINTS: i32 = 3;
/// Points of the right order when all rows are wanted, and when only the first are.
const ORDER_POINTS: i32 = 8;
const ORDER_POINTS_FEW: i32 = 12;

/// The best way.
pub(crate) fn best(table: &Table<'_>, wish: &Wish<'_>) -> Choice {
    let mut best = whole(table, wish);
    let mut consider = |choice: Option<Choice>| {
        if let Some(choice) = choice
            && choice.score > best.score
        {
            best = choice;
        }
    };
    consider(by_key(table, wish));
    for fact in wish.facts {
        if let FactKind::Either(branches) = &fact.kind {
            consider(by_union(table, wish, branches));
        }
    }
    for (position, (components, is_unique)) in table.indexes.iter().enumerate() {
        consider(by_index(table, wish, position, components, *is_unique));
    }
    best
}

/// The rows of each branch of an `or`, where each has a way of its own.
fn by_union(table: &Table<'_>, wish: &Wish<'_>, branches: &[Vec<Fact>]) -> Option<Choice> {
    let mut ways = Vec::with_capacity(branches.len());
    let mut points = i32::MAX;
    for branch in branches {
        let choice = best_of_branch(table, wish, branch);
        if !choice.score.is_selective {
            return None;
        }
        points = points.min(choice.score.points);
        ways.push(choice.access);
    }
    let score = Score { is_single: false, is_selective: true, points: points + EACH_POINTS - EQUAL_POINTS };
    Some(Choice { access: Access::Union(ways), ordered: wish.order.is_empty() || wish.any_order, score })
}

/// What all conditions say holds in a branch too.
fn best_of_branch(table: &Table<'_>, wish: &Wish<'_>, branch: &[Fact]) -> Choice {
    let shared = wish.facts.iter().copied().filter(|fact| !matches!(fact.kind, FactKind::Either(_)));
    let facts: Vec<&Fact> = shared.chain(branch).collect();
    best(table, &Wish { facts: &facts, order: &[], few: false, any_order: true })
}

/// The first branch of an `or` that has no way of its own.
pub(crate) fn unserved_branch<'w>(table: &Table<'_>, wish: &Wish<'w>) -> Option<&'w [Fact]> {
    let branches = wish.facts.iter().filter_map(|fact| match &fact.kind {
        FactKind::Either(branches) => Some(branches),
        _ => None,
    });
    let unserved = |branch: &&'w Vec<Fact>| !best_of_branch(table, wish, branch).score.is_selective;
    branches.flatten().find(unserved).map(Vec::as_slice)
}

/// Every row: in the order of the key where that is the order, or where nobody asked for one and
/// it has to be the same everywhere.
fn whole(table: &Table<'_>, wish: &Wish<'_>) -> Choice {
    let key_order = key_direction(table, wish);
    let (access, ordered) = match key_order {
        Some(reverse) => (Access::KeyOrder { reverse }, true),
        None if wish.any_order => (Access::All, true),
        None if wish.order.is_empty() => (Access::KeyOrder { reverse: false }, true),
        None => (Access::All, false),
    };
    let points = if key_order.is_some() { order_points(wish) } else { 0 };
    Choice { access, ordered, score: Score { is_single: false, is_selective: false, points } }
}

/// The direction in which the keys are the order that was asked for.
fn key_direction(table: &Table<'_>, wish: &Wish<'_>) -> Option<bool> {
    let first = wish.order.first()?;
    follows_key(table, wish.order, first.descending).then_some(first.descending)
}

/// Whether the parts are the key's fields in order, all in one direction; whatever stands behind
/// the whole key changes nothing.
fn follows_key(table: &Table<'_>, parts: &[OrderPart], descending: bool) -> bool {
    parts.iter().zip(table.key).all(|(part, key)| part.field == Some(*key) && part.descending == descending)
}

fn order_points(wish: &Wish<'_>) -> i32 {
    if wish.few { ORDER_POINTS_FEW } else { ORDER_POINTS }
}

fn by_key(table: &Table<'_>, wish: &Wish<'_>) -> Option<Choice> {
    let single = |access, is_single| Choice {
        access,
        ordered: is_single || wish.order.is_empty(),
        score: Score { is_single, is_selective: true, points: 2 * EQUAL_POINTS },
    };
    if let [_] = table.key {
        for fact in wish.facts.iter().filter(|fact| fact.field.is_none()) {
            match &fact.kind {
                FactKind::Equal(value) => {
                    return Some(single(Access::Key(vec![value.clone()]), true));
                }
                FactKind::OneOf { collection, local, value, .. } => {
                    let inner = Access::Key(vec![value.clone()]);
                    return Some(single(each(collection, *local, inner), is_option(collection)));
                }
                _ => {}
            }
        }
    }
    let mut values = Vec::with_capacity(table.key.len());
    let mut over = None;
    for field in table.key {
        match component_value(wish, *field, false, over.is_none())? {
            Bound::Value(value) => values.push(value.clone()),
            Bound::Each { collection, local, value } => {
                over = Some((collection, local));
                values.push(value.clone());
            }
        }
    }
    Some(match over {
        None => single(Access::Key(values), true),
        Some((collection, local)) => single(each(collection, local, Access::Key(values)), is_option(collection)),
    })
}

fn each(collection: &Expr, local: LocalId, inner: Access) -> Access {
    Access::Each { collection: Box::new(collection.clone()), local, inner: Box::new(inner) }
}

fn is_option(collection: &Expr) -> bool {
    matches!(collection.ty, Type::Optional(_))
}

/// What a component of an index is bound to.
enum Bound<'f> {
    Value(&'f Expr),
    Each { collection: &'f Expr, local: LocalId, value: &'f Expr },
}

fn component_value<'w>(wish: &Wish<'w>, field: usize, elements: bool, may_be_each: bool) -> Option<Bound<'w>> {
    let of_field = || wish.facts.iter().filter(move |fact| fact.field == Some(field));
    let value = of_field().find_map(|fact| match &fact.kind {
        FactKind::Equal(value) if !elements => Some(value),
        FactKind::Element(value) if elements => Some(value),
        _ => None,
    });
    if let Some(value) = value {
        return Some(Bound::Value(value));
    }
    if !may_be_each {
        return None;
    }
    of_field().find_map(|fact| match &fact.kind {
        FactKind::OneOf { collection, local, value, element } if *element == elements => {
            Some(Bound::Each { collection, local: *local, value })
        }
        _ => None,
    })
}

fn by_index(
    table: &Table<'_>,
    wish: &Wish<'_>,
    index: usize,
    components: &[IndexComponent],
    is_unique: bool,
) -> Option<Choice> {
    let mut equal = Vec::new();
    let mut over: Option<(&Expr, LocalId)> = None;
    let mut constant = Vec::new();
    for component in components {
        match component_value(wish, component.field, component.elements, over.is_none()) {
            Some(Bound::Value(value)) => {
                equal.push(value.clone());
                constant.extend((!component.elements).then_some(component.field));
            }
            Some(Bound::Each { collection, local, value }) => {
                over = Some((collection, local));
                constant.extend((!component.elements).then_some(component.field));
                equal.push(value.clone());
            }
            None => break,
        }
    }
    let rest = components.get(equal.len()..).unwrap_or_default();
    // A row stands in such an index once for each element, or not at all.
    if rest.iter().any(|component| component.elements) {
        return None;
    }
    let Range { prefix, low, high, points: range_points } = range(table, wish, rest.first());
    let has_range = range_points > 0;
    let walk = direction(table, wish, rest, &constant);
    let is_plain = over.is_none_or(|(collection, _)| is_option(collection));
    let ordered = wish.order.is_empty() || wish.any_order || (walk.is_some() && is_plain);
    let serves_order = walk.is_some() && is_plain && !wish.order.is_empty();
    if equal.is_empty() && !has_range && !serves_order {
        return None;
    }
    let is_single = is_unique && rest.is_empty() && is_plain && !equal.is_empty();
    let each_points = if is_plain { 0 } else { EACH_POINTS - EQUAL_POINTS };
    let points = equal.len() as i32 * EQUAL_POINTS
        + each_points
        + range_points
        + if serves_order { order_points(wish) } else { 0 }
        - rest.len() as i32;
    let score = Score { is_single, is_selective: !equal.is_empty() || has_range, points };
    let reverse = serves_order && walk == Some(true);
    let way = Access::Index { index, equal, prefix, low, high, reverse };
    let access = match over {
        Some((collection, local)) => each(collection, local, way),
        None => way,
    };
    Some(Choice { access, ordered: ordered || is_single, score })
}

/// The bounds of a component, and what they are worth.
#[derive(Default)]
struct Range {
    prefix: Option<Expr>,
    low: Option<(Expr, bool)>,
    high: Option<(Expr, bool)>,
    points: i32,
}

/// The bounds of the first component that is not bound to a value.
fn range(table: &Table<'_>, wish: &Wish<'_>, component: Option<&IndexComponent>) -> Range {
    let mut range = Range::default();
    let Some(component) = component else { return range };
    let mut is_some = false;
    let begins = |fact: &&Fact| fact.field == Some(component.field);
    let prefix = wish.facts.iter().copied().filter(begins).find_map(|fact| match &fact.kind {
        FactKind::Prefix(value) => Some(value.clone()),
        _ => None,
    });
    if prefix.is_some() {
        return Range { prefix, points: BETWEEN_POINTS, ..range };
    }
    for fact in wish.facts.iter().filter(|fact| fact.field == Some(component.field)) {
        is_some |= says_some(&fact.kind);
        match &fact.kind {
            FactKind::Low(value, included) if range.low.is_none() => range.low = Some((value.clone(), *included)),
            FactKind::High(value, included) if range.high.is_none() => range.high = Some((value.clone(), *included)),
            _ => {}
        }
    }
    range.points = match (&range.low, &range.high) {
        (Some(_), Some(_)) => BETWEEN_POINTS,
        (None, None) => 0,
        _ => BOUND_POINTS,
    };
    if is_some
        && table.optional.get(component.field) == Some(&true)
        && let Some(field) = table.fields.get(component.field)
    {
        range.points = range.points.max(SOME_POINTS);
        // An index holds none behind every value, also where it goes downwards.
        let end = if component.descending { &mut range.low } else { &mut range.high };
        let none = || Expr { kind: ExprKind::None, ty: field.ty.clone(), span: field.span };
        end.get_or_insert_with(|| (none(), false));
    }
    range
}

/// Whether a fact about a field says that it is some.
pub(crate) const fn says_some(kind: &FactKind) -> bool {
    matches!(kind, FactKind::Low(..) | FactKind::High(..) | FactKind::Prefix(_) | FactKind::NotNone)
}

/// Whether the rest of an index gives the order, and if so whether it is walked from its end.
///
/// The entries of an index end with the key, so what stands behind its components is the key.
fn direction(table: &Table<'_>, wish: &Wish<'_>, rest: &[IndexComponent], constant: &[usize]) -> Option<bool> {
    let parts: Vec<OrderPart> =
        wish.order.iter().copied().filter(|part| part.field.is_none_or(|field| !constant.contains(&field))).collect();
    let Some(first) = parts.first() else {
        // Only what is the same in all rows: the key decides, if nothing stands before it.
        return rest.is_empty().then_some(false);
    };
    let reverse = match rest.first() {
        Some(component) => component.descending != first.descending,
        None => first.descending,
    };
    if rest.len() > parts.len() {
        return None;
    }
    for (component, part) in rest.iter().zip(&parts) {
        let fits = part.field == Some(component.field) && (component.descending != part.descending) == reverse;
        // None sorts last either way, and an index holds it behind everything else, also where it runs
        // downwards: walked from its end it would come first.
        let splits_none = reverse && may_be_none(table, wish, component.field);
        if !fits || splits_none {
            return None;
        }
    }
    let behind = parts.get(rest.len()..).unwrap_or_default();
    (behind.is_empty() || follows_key(table, behind, reverse)).then_some(reverse)
}

fn may_be_none(table: &Table<'_>, wish: &Wish<'_>, field: usize) -> bool {
    let is_known = wish
        .facts
        .iter()
        .any(|fact| fact.field == Some(field) && (says_some(&fact.kind) || matches!(fact.kind, FactKind::Equal(_))));
    !is_known && table.optional.get(field) == Some(&true)
}
