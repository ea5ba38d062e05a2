//! What a query costs at worst, as a class: what its work grows with.

use super::{
    Access, AccessPath, Builtin, Comparison, Expr, ExprKind, JoinSource, Query, QueryOrder, QueryResult, Upkeep,
};
use crate::declarations::{Declarations, Index, Source, Type};

/// The classes, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// At most one row, by a key or a unique value.
    OneRow,
    /// Rows in the order of an index, no more than are wanted.
    Window,
    /// All rows that an index leads to.
    Selection,
    /// Every row of a table.
    Table,
}

impl Class {
    /// What the work grows with.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OneRow => "one look-up",
            Self::Window => "as many rows as are wanted, in the order of an index",
            Self::Selection => "the rows that an index leads to",
            Self::Table => "every row of the table",
        }
    }
}

/// The cost of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Its class.
    pub class: Class,
    /// Whether what is read is sorted.
    pub sorts: bool,
}

/// The cost of the worst way of a query.
pub fn of(declarations: &Declarations, query: &Query) -> Cost {
    let judge = Judge { declarations, query };
    let class = query.paths.iter().map(|path| judge.path(path)).max().unwrap_or(Class::Table);
    let joins = query.joins.iter().filter_map(|join| match &join.source {
        JoinSource::Table(source, access) => Some(judge.access(*source, access)),
        JoinSource::Elements(_) => None,
    });
    // A look-up for each row changes nothing; several rows for each make more than are wanted.
    let class = joins.filter(|class| *class > Class::OneRow).fold(class, |all, one| all.max(one.max(Class::Selection)));
    let is_read_whole = judge.is_grouped() && class > Class::OneRow;
    let class = if is_read_whole { class.max(Class::Selection) } else { class };
    let ordered = !matches!(query.result, QueryResult::Count | QueryResult::Exists);
    let groups_sorted = judge.is_grouped() && query.order != QueryOrder::None;
    let sorts = class > Class::OneRow && ordered && (groups_sorted || query.paths.iter().any(|path| !path.ordered));
    Cost { class, sorts }
}

/// What a change of a row costs where others are kept up by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// One row, or one group.
    One,
    /// All rows to which the indexes lead.
    Selection,
    /// All rows that are kept.
    All,
}

impl Change {
    /// How much is brought up to date.
    pub const fn words(self) -> &'static str {
        match self {
            Self::One => "one row",
            Self::Selection => "the rows that this leads to",
            Self::All => "all rows",
        }
    }
}

/// The cost of a change.
pub fn of_change(declarations: &Declarations, query: &Query, upkeep: &Upkeep) -> Change {
    let judge = Judge { declarations, query };
    let is_one = |way: &super::Way| judge.access(way.table, &way.access) == Class::OneRow;
    let has_elements = query.joins.iter().any(|join| matches!(join.source, JoinSource::Elements(_)));
    if upkeep.row.is_none() && upkeep.back.is_empty() {
        Change::All
    } else if upkeep.back.is_empty() && upkeep.ways.iter().all(is_one) && !has_elements {
        Change::One
    } else {
        Change::Selection
    }
}

struct Judge<'q> {
    declarations: &'q Declarations,
    query: &'q Query,
}

impl Judge<'_> {
    fn is_grouped(&self) -> bool {
        self.query.group.is_some() && self.query.result != QueryResult::Exists
    }

    fn path(&self, path: &AccessPath) -> Class {
        let class = self.access(self.query.source, &path.access);
        let is_few = self.query.limit.is_some()
            || matches!(self.query.result, QueryResult::First | QueryResult::Exists | QueryResult::Page(_));
        let counts = |when: &[super::LocalId]| when.iter().all(|local| path.when_some.contains(local));
        let mut conditions = self.query.conditions.iter().filter(|condition| counts(&condition.when_some));
        let stops = is_few && path.ordered && !self.is_grouped();
        if class > Class::OneRow && stops && conditions.all(|it| self.is_served(&it.test, &path.access)) {
            return Class::Window;
        }
        class
    }

    fn access(&self, source: Source, access: &Access) -> Class {
        match access {
            Access::Key(_) => Class::OneRow,
            Access::Index { index, equal, prefix, low, high, .. } => {
                let is_whole = |it: &Index| it.is_unique && it.components.len() == equal.len();
                if self.index(source, *index).is_some_and(is_whole) {
                    Class::OneRow
                } else if equal.is_empty() && prefix.is_none() && low.is_none() && high.is_none() {
                    Class::Table
                } else {
                    Class::Selection
                }
            }
            Access::Each { collection, inner, .. } => {
                let class = self.access(source, inner);
                if matches!(collection.ty, Type::Optional(_)) { class } else { class.max(Class::Selection) }
            }
            Access::Union(ways) => ways.iter().map(|way| self.access(source, way)).fold(Class::Selection, Class::max),
            Access::KeyOrder { .. } | Access::All => Class::Table,
        }
    }

    fn index(&self, source: Source, position: usize) -> Option<&Index> {
        match source {
            Source::Model(id) => self.declarations.models.get(id.index())?.indexes.get(position),
            Source::View(id) => self.declarations.views.get(id.index())?.indexes.get(position),
        }
    }

    /// Whether every row of a way meets a condition.
    fn is_served(&self, test: &Expr, access: &Access) -> bool {
        let Access::Index { index, equal, prefix, low, high, .. } = access else {
            return false;
        };
        let bound = equal.len() + usize::from(prefix.is_some() || low.is_some() || high.is_some());
        let Some(index) = self.index(self.query.source, *index) else { return false };
        let is_bound = |expr: &Expr| match &expr.kind {
            ExprKind::RowField(base, field) => {
                base.kind == ExprKind::Local(self.query.row)
                    && index.components.iter().take(bound).any(|component| component.field == *field)
            }
            _ => false,
        };
        match &test.kind {
            ExprKind::Compare { operator, left, right } => {
                *operator != Comparison::NotEqual && (is_bound(left) || is_bound(right))
            }
            ExprKind::In { item, collection } => is_bound(item) || is_bound(collection),
            ExprKind::Builtin(Builtin::Contains | Builtin::StartsWith, values) => values.iter().any(is_bound),
            ExprKind::Is { value, .. } | ExprKind::Not(value) => is_bound(value),
            _ => is_bound(test),
        }
    }
}
