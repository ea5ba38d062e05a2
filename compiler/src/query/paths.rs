//! The access paths of a query: one for each combination of optional parameters, and each arm of
//! an `order by match`, for which there is a better way.

use super::choose::{self, Choice, OrderPart, Table, Wish};
use super::facts::{Fact, FactKind};
use crate::plan::{AccessPath, ExprKind, LocalId, Query, QueryOrder, QueryResult};

/// More paths than this are not kept: the best ones are.
const PATHS_MAX: usize = 16;
/// Of more optional parameters than this only pairs are looked at.
const COMBINED_MAX: usize = 6;

/// The paths, and the combinations that would read a whole table.
pub(crate) struct Plan {
    /// The paths; the last has no circumstances.
    pub(crate) paths: Vec<AccessPath>,
    /// What is missing.
    pub(crate) missing: Vec<Missing>,
}

/// A combination that has no way but through the whole table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missing {
    /// The fields that conditions bind to values, or to elements of them.
    pub(crate) equal: Vec<usize>,
    /// The first field with a bound.
    pub(crate) range: Option<usize>,
    /// The fields that are known to be some.
    pub(crate) some: Vec<usize>,
    /// The order that was asked for.
    pub(crate) order: Vec<OrderPart>,
    /// Whether there are conditions at all.
    pub(crate) has_conditions: bool,
    /// Whether only the first rows are read.
    pub(crate) few: bool,
    /// Whether the order is there, and only a `limit` is missing.
    pub(crate) ordered: bool,
}

/// Optional locals as bits: position in the list of all of them.
type Combination = u64;

struct Planner<'q> {
    table: &'q Table<'q>,
    query: &'q Query,
    facts: &'q [Fact],
    optional: Vec<LocalId>,
    few: bool,
    any_order: bool,
}

/// Plans a query.
pub(crate) fn plan(table: &Table<'_>, query: &Query, facts: &[Fact], scan: bool) -> Plan {
    let optional: Vec<LocalId> = query.conditions.iter().fold(Vec::new(), |mut all, condition| {
        all.extend(condition.when_some.iter().filter(|it| !all.contains(it)).copied().collect::<Vec<_>>());
        all
    });
    let is_grouped = query.group.is_some() && query.result != QueryResult::Exists;
    let few = !is_grouped
        && (query.limit.is_some()
            || matches!(query.result, QueryResult::First | QueryResult::Exists | QueryResult::Page(_)));
    let any_order = is_grouped || matches!(query.result, QueryResult::Count | QueryResult::Exists);
    let planner = Planner { table, query, facts, optional, few, any_order };
    let mut result = Plan { paths: Vec::new(), missing: Vec::new() };
    let arms = planner.arms();
    let budget = (PATHS_MAX / arms.len().max(1)).max(1);
    for (arm, order) in &arms {
        planner.plan_arm(*arm, order, budget, scan, &mut result);
    }
    // The last arm is the only one left when the last path is reached.
    if let Some(last) = result.paths.last_mut() {
        last.when_arm = None;
    }
    result
}

impl Planner<'_> {
    /// Each order that may be asked for.
    fn arms(&self) -> Vec<(Option<usize>, Vec<OrderPart>)> {
        if self.query.group.is_some() {
            // The order is one of groups.
            return vec![(None, Vec::new())];
        }
        let parts = |keys: &[(crate::plan::Expr, bool)]| {
            let part = |(value, descending): &(crate::plan::Expr, bool)| {
                let field = match &value.kind {
                    ExprKind::RowField(base, field) if base.kind == ExprKind::Local(self.query.row) => Some(*field),
                    _ => None,
                };
                OrderPart { field, descending: *descending }
            };
            let parts: Vec<OrderPart> = keys.iter().map(part).collect();
            // Not even the key of a row tells its joined rows apart.
            let joined = parts.iter().copied().find(|part| part.field.is_none() && !self.query.joins.is_empty());
            joined.map_or(parts, |part| vec![part])
        };
        match &self.query.order {
            QueryOrder::None => vec![(None, Vec::new())],
            QueryOrder::Keys(keys) => vec![(None, parts(keys))],
            QueryOrder::Match(_, arms) => {
                let arms = arms.iter().enumerate();
                let mut all: Vec<_> = arms.map(|(position, (_, keys))| (Some(position), parts(keys))).collect();
                if all.is_empty() {
                    all.push((None, Vec::new()));
                }
                all
            }
        }
    }

    fn combinations(&self) -> Vec<Combination> {
        let count = self.optional.len().min(Combination::BITS as usize - 1);
        let mut all: Vec<Combination> = if count <= COMBINED_MAX {
            (0..1 << count).collect()
        } else {
            let single = (0..count).map(|bit| 1 << bit);
            let pairs = (0..count).flat_map(|a| (0..a).map(move |b| (1 << a) | (1 << b)));
            std::iter::once(0).chain(single).chain(pairs).collect()
        };
        all.sort_by_key(|combination| combination.count_ones());
        all
    }

    fn holds(&self, when_some: &[LocalId], combination: Combination) -> bool {
        when_some.iter().all(|local| {
            let position = self.optional.iter().position(|it| it == local);
            position.is_some_and(|bit| bit < 63 && combination & (1 << bit) != 0)
        })
    }

    fn plan_arm(&self, arm: Option<usize>, order: &[OrderPart], budget: usize, scan: bool, result: &mut Plan) {
        let orders_joined = !self.query.joins.is_empty() && order.iter().any(|part| part.field.is_none());
        let mut kept: Vec<(Combination, Choice)> = Vec::new();
        for combination in self.combinations() {
            let facts: Vec<&Fact> = self.facts.iter().filter(|fact| self.holds(&fact.when_some, combination)).collect();
            let wish = Wish { facts: &facts, order, few: self.few, any_order: self.any_order };
            let choice = choose::best(self.table, &wish);
            if !scan {
                let missing = self.missing(&choice, &wish, combination);
                result.missing.extend(missing.filter(|it| !result.missing.contains(it)));
            }
            let is_better = kept
                .iter()
                .filter(|(smaller, _)| smaller & combination == *smaller)
                .all(|(_, other)| choice.score > other.score);
            if is_better {
                kept.push((combination, choice));
            }
        }
        // The best first; the one without circumstances last.
        let base = kept.remove(0);
        kept.sort_by_key(|(_, choice)| std::cmp::Reverse(choice.score));
        kept.truncate(budget.saturating_sub(1));
        kept.push(base);
        result.paths.extend(kept.into_iter().map(|(combination, choice)| AccessPath {
            when_some: self.locals(combination),
            when_arm: arm,
            access: choice.access,
            ordered: choice.ordered && !orders_joined,
        }));
    }

    fn locals(&self, combination: Combination) -> Vec<LocalId> {
        let present = self.optional.iter().enumerate();
        present.filter(|(bit, _)| *bit < 63 && combination & (1 << bit) != 0).map(|(_, local)| *local).collect()
    }

    /// What a combination lacks whose way would read everything.
    fn missing(&self, choice: &Choice, wish: &Wish<'_>, combination: Combination) -> Option<Missing> {
        if choice.score.is_selective {
            return None;
        }
        let has_conditions = self.query.conditions.iter().any(|it| self.holds(&it.when_some, combination));
        if !has_conditions && choice.ordered && self.few {
            return None;
        }
        let order = if self.any_order { &[] } else { wish.order };
        Some(Missing { few: self.few, ordered: choice.ordered, ..Missing::of(self.table, wish, order, has_conditions) })
    }
}

impl Missing {
    /// What an index would have to hold that serves the facts and the order.
    pub(crate) fn of(table: &Table<'_>, wish: &Wish<'_>, order: &[OrderPart], has_conditions: bool) -> Self {
        let mut equal: Vec<usize> = Vec::new();
        let (mut range, mut some) = (None, None);
        for fact in wish.facts {
            let Some(field) = fact.field else { continue };
            match &fact.kind {
                FactKind::Equal(_) | FactKind::Element(_) | FactKind::OneOf { .. } => {
                    if !equal.contains(&field) {
                        equal.push(field);
                    }
                }
                FactKind::Low(..) | FactKind::High(..) | FactKind::Prefix(_) => range = range.or(Some(field)),
                FactKind::NotNone => some = some.or(Some(field)),
                FactKind::Either(_) => {}
            }
        }
        if equal.is_empty() {
            range = range.or(some);
        }
        if equal.is_empty()
            && range.is_none()
            && let Some(branch) = choose::unserved_branch(table, wish)
        {
            let branch: Vec<&Fact> = branch.iter().collect();
            let wish = Wish { facts: &branch, order: &[], few: false, any_order: true };
            return Self::of(table, &wish, &[], has_conditions);
        }
        let some =
            wish.facts.iter().filter(|fact| choose::says_some(&fact.kind)).filter_map(|fact| fact.field).collect();
        Self { equal, range, some, order: order.to_vec(), has_conditions, few: false, ordered: false }
    }
}
