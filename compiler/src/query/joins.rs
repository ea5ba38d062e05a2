//! `join`: what goes with each row, and by which way it is found.

use raftstone_dsl::ast;

use super::{Asked, choose, missing};
use crate::codes::queries as codes;
use crate::declarations::{Source, Type};
use crate::effects::Use;
use crate::infer::{Body, blocks, types, walk};
use crate::names::Named;
use crate::plan;
use crate::plan::{Access, ExprKind, Join, JoinSource, LocalId};

/// A join before its way is chosen, with what problems about it point at.
pub(crate) struct Typed {
    join: Join,
    asked: Asked,
    /// Whether its condition says which rows belong together.
    is_linked: bool,
}

impl Body<'_, '_> {
    /// The joins of a query, whose rows are in scope from here on.
    pub(crate) fn joins(&mut self, joins: &[ast::Join], row: LocalId) -> Vec<Typed> {
        let mut typed = Vec::with_capacity(joins.len());
        for join in joins {
            match self.joined_table(join) {
                Some(source) => typed.push(self.table_join(join, source, row)),
                None => typed.extend(self.element_join(join)),
            }
        }
        typed
    }

    /// Whether the name of a joined row hides another one.
    pub(crate) fn hides_by_joins(&mut self, joins: &[ast::Join], row: LocalId) -> bool {
        self.scoped(|body| {
            let mut is_hidden = false;
            for join in joins {
                is_hidden |= body.hides_by_row(&join.row, "join other in …");
                // Any local will do: it is only the name that later joins must not take again.
                body.bind(&join.row.text, row);
            }
            is_hidden
        })
    }

    /// The table that a join names.
    fn joined_table(&self, join: &ast::Join) -> Option<Source> {
        let ast::ExprKind::Name(name) = &join.source.kind else { return None };
        if self.is_in_scope(&name.text) {
            return None;
        }
        match self.shared.names.get(&name.text)?.named {
            Named::Model(id) => Some(Source::Model(id)),
            Named::View(id) => Some(Source::View(id)),
            _ => None,
        }
    }

    fn table_join(&mut self, join: &ast::Join, source: Source, row: LocalId) -> Typed {
        self.uses(Use::Reads, join.source.span);
        let local = self.new_row(&join.row.text, source);
        self.bind(&join.row.text, local);
        let asked = Asked {
            scan: false,
            grouped: false,
            counted: false,
            source_span: self.at(join.source.span),
            start: self.at(ast::Span::new(join.span.start, join.span.start)),
        };
        let parts = join.on.iter().flat_map(|on| blocks::conjuncts(on));
        let on: Vec<plan::Expr> = parts.map(|part| self.in_condition_of(row, |body| body.check_bool(part))).collect();
        let is_wrong = on.iter().any(|test| types::is_poison(&test.ty));
        let is_linked = is_wrong || on.iter().any(|test| links(test, local));
        if !is_linked {
            self.report_no_link(join, source);
        }
        let join = Join { local, source: JoinSource::Table(source, Access::All), on };
        Typed { join, asked, is_linked: !is_wrong && is_linked }
    }

    fn report_no_link(&mut self, join: &ast::Join, source: Source) {
        let table = types::source_name(self.declarations(), source);
        let row = &join.row.text;
        let (span, message) = match &join.on {
            Some(on) => (on.span, format!("this says of no value that `{row}` has to equal it")),
            None => (join.span, format!("nothing says which `{table}` goes with a row")),
        };
        let problem = self.problem(&codes::JOIN_WITHOUT_EQUALITY, span, message);
        self.report(
            problem.help(format!("write `on {row}.field == value`; what else has to hold belongs into `where`")),
        );
    }

    fn element_join(&mut self, join: &ast::Join) -> Option<Typed> {
        if let ast::ExprKind::Name(name) = &join.source.kind
            && !self.is_in_scope(&name.text)
        {
            match self.shared.names.get(&name.text).map(|entry| entry.named) {
                Some(Named::Unknown) => {}
                Some(_) => self.report_no_join_source(join, &format!("`{}`", name.text)),
                None => {
                    self.unknown_table(name);
                }
            }
            self.bind_wrong(&join.row.text);
            return None;
        }
        let collection = self.infer_value(&join.source, None);
        let element = match self.plain(&collection.ty) {
            Type::List(element) | Type::Set(element) => (**element).clone(),
            Type::Error | Type::Never => Type::Error,
            _ => {
                let words = format!("`{}`", self.words(&collection.ty));
                self.report_no_join_source(join, &words);
                Type::Error
            }
        };
        if let Some(on) = &join.on {
            let message = "the elements of a collection are joined without a condition";
            let problem = self.problem(&codes::JOIN_SOURCE, on.span, message);
            self.report(problem.help("put it into `where`"));
        }
        let local = self.new_local(&join.row.text, element);
        self.bind(&join.row.text, local);
        let at = self.at(join.source.span);
        let asked = Asked { scan: false, grouped: false, counted: false, source_span: at, start: at };
        let join = Join { local, source: JoinSource::Elements(collection), on: Vec::new() };
        Some(Typed { join, asked, is_linked: false })
    }

    fn report_no_join_source(&mut self, join: &ast::Join, what: &str) {
        let message = format!("a join goes through a model, a view, a list or a set, and {what} is none");
        let problem = self.problem(&codes::JOIN_SOURCE, join.source.span, message);
        self.report(problem.help("write `join b in Model on b.field == a.field`, or `join t in a.tags`"));
    }

    /// Chooses the ways of joins. What a condition that may be dropped says cannot be relied on.
    pub(crate) fn plan_joins(&mut self, query: &mut plan::Query, joins: Vec<Typed>) {
        for typed in joins {
            let mut join = typed.join;
            if let JoinSource::Table(source, access) = &mut join.source {
                let facts = self.facts_of(query, &join.on, *source, join.local);
                let facts: Vec<_> = facts.iter().filter(|fact| fact.when_some.is_empty()).collect();
                if let Some(table) = self.planned_table(*source) {
                    let wish = choose::Wish { facts: &facts, order: &[], few: false, any_order: true };
                    let choice = choose::best(&table, &wish);
                    if !choice.score.is_selective
                        && typed.is_linked
                        && let Some(problem) = missing::of_join(self, &table, &wish, &typed.asked)
                    {
                        self.report(problem);
                    }
                    *access = choice.access;
                }
            }
            query.joins.push(join);
        }
        for condition in &mut query.conditions {
            condition.joins = levels(&condition.test, &query.joins);
        }
    }
}

/// How many joins have to be made before a condition can be judged.
fn levels(test: &plan::Expr, joins: &[Join]) -> usize {
    let needs = |join: &Join| walk::any(test, &mut |it| it.kind == ExprKind::Local(join.local));
    joins.iter().rposition(needs).map_or(0, |position| position + 1)
}

/// Whether a condition says that something of a joined row equals something that is known before.
fn links(test: &plan::Expr, row: LocalId) -> bool {
    let of_row = |expr: &plan::Expr| walk::any(expr, &mut |it| it.kind == ExprKind::Local(row));
    match &test.kind {
        ExprKind::Compare { operator: plan::Comparison::Equal, left, right } => of_row(left) != of_row(right),
        ExprKind::In { item, collection } => of_row(item) != of_row(collection),
        ExprKind::Builtin(plan::Builtin::Contains, values) => match values.as_slice() {
            [collection, item] => of_row(item) != of_row(collection),
            _ => false,
        },
        _ => false,
    }
}
