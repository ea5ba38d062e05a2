//! Conditions about two rows: an equality says which rows belong together; of anything else, one
//! change may move any number of pairs in or out.

use std::collections::{BTreeMap, BTreeSet};

use super::Kept;
use crate::codes::views as codes;
use crate::declarations::Type;
use crate::infer::names::list_of;
use crate::infer::{Body, types, walk};
use crate::plan::{Builtin, Comparison, Expr, ExprKind, JoinSource, LocalId};
use crate::problem::Problem;

/// The rows that locals stand for or are made of.
type Rows = BTreeMap<LocalId, BTreeSet<LocalId>>;

impl Body<'_, '_> {
    /// Reports the conditions that compare two rows by anything but equality.
    pub(super) fn report_comparisons(&mut self, kept: &Kept<'_>) {
        let query = kept.query;
        let mut rows = Rows::from([(query.row, BTreeSet::from([query.row]))]);
        for join in &query.joins {
            let of = match &join.source {
                JoinSource::Table(..) => BTreeSet::from([join.local]),
                JoinSource::Elements(collection) => rows_of(collection, &rows),
            };
            rows.insert(join.local, of);
        }
        let tests = query.joins.iter().flat_map(|join| &join.on);
        let tests = tests.chain(query.conditions.iter().map(|condition| &condition.test));
        for test in tests {
            self.look_at(test, &mut rows);
        }
    }

    fn look_at(&mut self, test: &Expr, rows: &mut Rows) {
        match &test.kind {
            ExprKind::Logic { and: true, left, right } => {
                self.look_at(left, rows);
                self.look_at(right, rows);
            }
            ExprKind::IfLet { local, value, then, otherwise } if otherwise.kind == ExprKind::Bool(false) => {
                let of = rows_of(value, rows);
                rows.insert(*local, of);
                self.look_at(then, rows);
            }
            _ if rows_of(test, rows).len() > 1 && !is_equality(test, rows) => {
                let between = self.tables_of(&rows_of(test, rows));
                let message = format!("this says more of {between} than that their values are equal");
                let help =
                    "compare by `==` or `in`; keep what else is compared in fields, and compare it where they are read";
                self.report(Problem::new(&codes::VIEW_COMPARISON, test.span, message).help(help));
            }
            _ => {}
        }
    }

    /// "rows of `Article` and `Member`"
    fn tables_of(&self, rows: &BTreeSet<LocalId>) -> String {
        let mut names: Vec<&str> = Vec::new();
        for row in rows {
            let Type::Reference(table) = self.local_type(*row) else { continue };
            let name = types::source_name(self.declarations(), table);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match names.as_slice() {
            [name] => format!("two rows of `{name}`"),
            _ => format!("rows of {}", list_of(&names)),
        }
    }
}

/// Whether a condition says that a value of one row equals one of the other.
fn is_equality(test: &Expr, rows: &Rows) -> bool {
    let apart = |left: &Expr, right: &Expr| rows_of(left, rows).is_disjoint(&rows_of(right, rows));
    match &test.kind {
        ExprKind::Compare { operator: Comparison::Equal, left, right } => apart(left, right),
        ExprKind::In { item, collection } => apart(item, collection),
        ExprKind::Builtin(Builtin::Contains, values) => match values.as_slice() {
            [collection, item] => apart(item, collection),
            _ => false,
        },
        _ => false,
    }
}

/// The rows of the query that a value is made of.
fn rows_of(value: &Expr, rows: &Rows) -> BTreeSet<LocalId> {
    let mut found = BTreeSet::new();
    walk::any(value, &mut |part| {
        if let ExprKind::Local(local) = &part.kind {
            found.extend(rows.get(local).into_iter().flatten().copied());
        }
        false
    });
    found
}
