//! Whether rows that are shown can be kept up by the changes of what they show, and how: for views,
//! and for live queries.
//!
//! A change of a row has to lead to the rows that show it: back along references to a row of the
//! query, and from there to the others that go with it, each step by an index.

mod comparisons;
mod reads;
mod report;
mod ways;

use std::collections::BTreeMap;

use crate::declarations::{FileSpan, Source, Type};
use crate::infer::{Body, types};
use crate::plan::{Back, Expr, JoinSource, LocalId, Query, Upkeep, Way};
pub(crate) use reads::Reads;
use reads::{Evaluation, Fields, Path, Start};

/// More tables than this are not kept together: the work of planning grows with their cube.
const TABLES_MAX: usize = 16;

/// Rows that are to be kept up.
pub(crate) struct Kept<'q> {
    /// "the view `Feed`"
    pub(crate) what: String,
    /// Where its rows come from.
    pub(crate) query: &'q Query,
    /// What is shown of them besides what the query itself says.
    pub(crate) values: Vec<&'q Expr>,
    /// Where the tables are named: that behind `from`, then those of the joins.
    pub(crate) tables: Vec<FileSpan>,
}

/// How they are.
#[derive(Default)]
pub(crate) struct Judged {
    /// What changes lead to.
    pub(crate) upkeep: Vec<Upkeep>,
    /// The first place at which a reference is followed.
    pub(crate) follows: Option<FileSpan>,
}

/// A row of the query that comes from a table, and where that is named.
#[derive(Clone, Copy)]
struct TableRow {
    local: LocalId,
    table: Source,
    named: FileSpan,
}

impl Body<'_, '_> {
    /// Reports what keeps rows from being kept up, and plans how they are.
    pub(crate) fn judge_upkeep(&mut self, kept: &Kept<'_>, reads: &mut Reads<'_>) -> Judged {
        let evaluation = reads.of_query(kept.query, &kept.values, &self.frame);
        for refused in &evaluation.refused {
            self.report_refused(kept, refused);
        }
        self.report_comparisons(kept);
        let rows = table_rows(kept);
        if rows.len() > TABLES_MAX {
            self.report_too_many(kept);
            return Judged::default();
        }
        let leads: BTreeMap<LocalId, Vec<Way>> =
            rows.iter().map(|row| (row.local, self.ways_of_change(kept, &rows, *row))).collect();
        let mut upkeep: Vec<Upkeep> = Vec::new();
        for row in &rows {
            upkeep.push(Upkeep {
                table: row.table,
                fields: None,
                back: Vec::new(),
                row: Some(row.local),
                ways: leads.get(&row.local).cloned().unwrap_or_default(),
            });
        }
        for (path, fields) in &evaluation.reads {
            upkeep.extend(self.followed(kept, path, fields, &leads));
        }
        Judged { upkeep, follows: first_follow(&evaluation) }
    }

    /// What a change of a row leads to that is read through references.
    fn followed(
        &mut self,
        kept: &Kept<'_>,
        path: &Path,
        fields: &Fields,
        leads: &BTreeMap<LocalId, Vec<Way>>,
    ) -> Option<Upkeep> {
        let table = self.target(path)?;
        let span = fields.first_read();
        for back in &path.steps {
            if !self.leads_back(*back) {
                self.report_no_way_back(kept, table, *back, span);
                return None;
            }
        }
        let (row, ways) = match path.start {
            Start::Row(local) => (Some(local), leads.get(&local).cloned().unwrap_or_default()),
            Start::Fixed(_) => (None, Vec::new()),
            // Of a function; where it is called, it is one of the others.
            Start::Parameter(_) => return None,
        };
        let back = path.steps.iter().rev().copied().collect();
        Some(Upkeep { table, fields: fields.positions(), back, row, ways })
    }

    /// The table of the row at the end of a path.
    fn target(&self, path: &Path) -> Option<Source> {
        let ty = match (path.steps.last(), path.start) {
            (Some(step), _) => self.declarations().fields(step.table).get(step.field)?.ty.clone(),
            (None, Start::Row(local) | Start::Fixed(local)) => self.local_type(local),
            (None, Start::Parameter(_)) => return None,
        };
        reads::referred(self.declarations(), &ty)
    }

    /// Whether an index leads from a row to those that refer to it.
    fn leads_back(&self, back: Back) -> bool {
        let declarations = self.declarations();
        let by_key = declarations.key(back.table).first() == Some(&back.field);
        let begins =
            |index: &crate::declarations::Index| index.components.first().map(|it| it.field) == Some(back.field);
        by_key || self.indexes(back.table).iter().any(begins)
    }
}

fn first_follow(evaluation: &Evaluation) -> Option<FileSpan> {
    evaluation.reads.values().map(Fields::first_read).min()
}

fn table_rows(kept: &Kept<'_>) -> Vec<TableRow> {
    let named = |position: usize| kept.tables.get(position).copied().unwrap_or_default();
    let query = kept.query;
    let mut rows = vec![TableRow { local: query.row, table: query.source, named: named(0) }];
    for (position, join) in query.joins.iter().enumerate() {
        if let JoinSource::Table(table, _) = &join.source {
            rows.push(TableRow { local: join.local, table: *table, named: named(position + 1) });
        }
    }
    rows
}

/// Whether the elements of a join may be equal: those of a list.
pub(crate) fn may_repeat(body: &Body<'_, '_>, collection: &Expr) -> bool {
    matches!(types::plain(body.declarations(), &collection.ty), Type::List(_))
}
