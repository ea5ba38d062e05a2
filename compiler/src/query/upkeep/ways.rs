//! From one row of a query to the others that go with it.

use super::{Kept, TableRow};
use crate::codes::views as codes;
use crate::declarations::Source;
use crate::infer::{Body, types, walk};
use crate::plan::{Expr, ExprKind, JoinSource, LocalId, Query, Way};
use crate::problem::Problem;
use crate::query::choose::{self, Choice, Wish};
use crate::query::facts::{Fact, Known};
use crate::query::missing;

/// Ways, and the tables to which none leads.
struct Lead {
    ways: Vec<Way>,
    rest: Vec<(LocalId, Source)>,
    known: Vec<LocalId>,
}

impl Body<'_, '_> {
    /// The ways that a change of a row takes to the others of the query. One that would read a
    /// whole table is reported.
    pub(super) fn ways_of_change(&mut self, kept: &Kept<'_>, rows: &[TableRow], changed: TableRow) -> Vec<Way> {
        let tables: Vec<(LocalId, Source)> = rows.iter().map(|row| (row.local, row.table)).collect();
        let lead = self.lead(kept.query, &tables, vec![changed.local], false);
        if let Some((row, table)) = lead.rest.first() {
            self.report_no_way(kept, changed, *row, *table, &lead.known);
        }
        lead.ways
    }

    /// The rows that are the only ones which go with those that are known.
    pub(crate) fn rows_determined(&mut self, query: &Query, known: Vec<LocalId>) -> Vec<LocalId> {
        let joined = query.joins.iter().filter_map(|join| match &join.source {
            JoinSource::Table(table, _) => Some((join.local, *table)),
            JoinSource::Elements(_) => None,
        });
        let tables: Vec<(LocalId, Source)> = std::iter::once((query.row, query.source)).chain(joined).collect();
        if tables.len() > super::TABLES_MAX {
            return tables.into_iter().map(|(row, _)| row).collect();
        }
        self.lead(query, &tables, known, true).known
    }

    /// Goes from the known rows to the others, each time by the best way there is.
    fn lead(&mut self, query: &Query, tables: &[(LocalId, Source)], known: Vec<LocalId>, to_one: bool) -> Lead {
        let tests: Vec<Expr> = query.joins.iter().flat_map(|join| join.on.iter().cloned()).collect();
        let rest = tables.iter().copied().filter(|(row, _)| !known.contains(row)).collect();
        let mut lead = Lead { ways: Vec::new(), rest, known };
        loop {
            if !to_one {
                know_elements(query, &mut lead.known);
            }
            let mut best: Option<(usize, Choice)> = None;
            for (position, (row, table)) in lead.rest.clone().into_iter().enumerate() {
                let Some(choice) = self.way(query, &tests, row, table, &lead.known) else { continue };
                let leads = choice.score.is_selective && (!to_one || choice.score.is_single);
                if leads && best.as_ref().is_none_or(|(_, other)| choice.score > other.score) {
                    best = Some((position, choice));
                }
            }
            let Some((position, choice)) = best else { return lead };
            let (row, table) = lead.rest.remove(position);
            lead.known.push(row);
            lead.ways.push(Way { row, table, access: choice.access });
        }
    }

    fn way(&mut self, query: &Query, tests: &[Expr], row: LocalId, table: Source, known: &[LocalId]) -> Option<Choice> {
        let facts = self.facts_when(Known::Only { first: query.row, rows: known }, query, tests, table, row);
        let facts: Vec<&Fact> = facts.iter().filter(|fact| fact.when_some.is_empty()).collect();
        let table = self.planned_table(table)?;
        Some(choose::best(&table, &Wish { facts: &facts, order: &[], few: false, any_order: true }))
    }

    fn report_no_way(&mut self, kept: &Kept<'_>, changed: TableRow, row: LocalId, table: Source, known: &[LocalId]) {
        let name = |source| types::source_name(self.declarations(), source).to_owned();
        let (from, to) = (name(changed.table), name(table));
        let message = format!("a change of one `{from}` would read every `{to}` to keep {} up", kept.what);
        let problem = Problem::new(&codes::NOT_INCREMENTAL, changed.named, message);
        let tests: Vec<Expr> = kept.query.joins.iter().flat_map(|join| join.on.iter().cloned()).collect();
        let known = Known::Only { first: kept.query.row, rows: known };
        let facts = self.facts_when(known, kept.query, &tests, table, row);
        let facts: Vec<&Fact> = facts.iter().filter(|fact| fact.when_some.is_empty()).collect();
        let Some(planned) = self.planned_table(table) else { return };
        let wish = Wish { facts: &facts, order: &[], few: false, any_order: true };
        let problem = missing::of_change(self, problem, &planned, &wish);
        self.report_unless_mended(problem);
    }
}

/// The elements of what is known are known too.
fn know_elements(query: &Query, known: &mut Vec<LocalId>) {
    for join in &query.joins {
        let JoinSource::Elements(collection) = &join.source else { continue };
        let is_open = walk::any(collection, &mut |it| match &it.kind {
            ExprKind::Local(local) => *local >= query.row && !known.contains(local),
            _ => false,
        });
        if !is_open && !known.contains(&join.local) {
            known.push(join.local);
        }
    }
}
