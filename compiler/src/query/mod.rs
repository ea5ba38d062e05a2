//! Queries: their typing here, their conditions as facts, the choice of a way to the rows, and
//! what to say when an index is missing.

mod choose;
mod facts;
pub(crate) mod groups;
mod joins;
pub(crate) mod live;

mod missing;
mod paths;
pub(crate) mod upkeep;
mod wrapped;

use raftstone_dsl::ast;

use crate::codes::{expressions as expression_codes, queries as codes};
use crate::declarations::{BackReference, FileSpan, Source, Type};
use crate::effects::Use;
use crate::infer::{Body, blocks, narrow, types};
use crate::lints::constants;
use crate::names::Named;
use crate::plan;
use crate::plan::{Comparison, ExprKind, QueryCondition, QueryOrder, QueryResult};
use crate::problem::Problem;
use groups::Grouping;
use wrapped::is_query;

/// What the planner looks at besides the query itself.
pub(crate) struct Asked {
    /// Whether `scan` stands before `from`.
    pub(crate) scan: bool,
    /// Whether its rows are grouped: all of them are read before the first group is known.
    pub(crate) grouped: bool,
    /// Whether they are only counted.
    pub(crate) counted: bool,
    /// The name of the table in the text, for problems.
    pub(crate) source_span: FileSpan,
    /// Where the query starts, for `scan`.
    pub(crate) start: FileSpan,
}

impl Body<'_, '_> {
    /// `from … where …` as a list.
    pub(crate) fn infer_query(&mut self, query: &ast::Query, hint: Option<&Type>, span: ast::Span) -> plan::Expr {
        let element = hint.and_then(|hint| match types::inside(self.declarations(), hint) {
            Type::List(element) => Some((**element).clone()),
            _ => None,
        });
        self.query(query, QueryResult::List, element.as_ref(), span)
    }

    fn query(
        &mut self,
        query: &ast::Query,
        result: QueryResult,
        element: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let Some(source_expr) = &query.source else { return self.wrong(span) };
        let Some(source) = self.query_source(source_expr) else { return self.wrong(span) };
        self.uses(Use::Reads, source_expr.span);
        let asked = Asked {
            scan: query.scan.is_some(),
            grouped: !query.group_by.is_empty(),
            counted: result == QueryResult::Count,
            source_span: self.at(source_expr.span),
            start: self.at(ast::Span::new(query.span.start, query.span.start)),
        };
        self.outside_conditions(|body| {
            body.without_emit("inside a query", |body| {
                body.scoped(|body| body.query_parts(query, source, result, element, &asked, span))
            })
        })
    }

    fn query_source(&mut self, source: &ast::Expr) -> Option<Source> {
        let ast::ExprKind::Name(name) = &source.kind else {
            if !matches!(source.kind, ast::ExprKind::Bad) {
                self.report_no_table(source.span, "this");
            }
            return None;
        };
        match self.shared.names.get(&name.text).map(|entry| entry.named) {
            Some(Named::Model(id)) => Some(Source::Model(id)),
            Some(Named::View(id)) => Some(Source::View(id)),
            Some(Named::Unknown) => None,
            Some(_) => {
                self.report_no_table(source.span, &format!("`{}`", name.text));
                None
            }
            None if self.is_in_scope(&name.text) => {
                self.report_no_table(source.span, &format!("`{}`", name.text));
                None
            }
            None => {
                self.unknown_table(name);
                None
            }
        }
    }

    fn report_no_table(&mut self, span: ast::Span, what: &str) {
        let message = format!("a query reads a model or view, and {what} is none");
        let problem = self.problem(&codes::NOT_A_QUERY, span, message);
        self.report(problem.help("a collection has `.filter(x => …)`, `.map(…)` and `.sort_by(…)`"));
    }

    fn query_parts(
        &mut self,
        query: &ast::Query,
        source: Source,
        result: QueryResult,
        element: Option<&Type>,
        asked: &Asked,
        span: ast::Span,
    ) -> plan::Expr {
        // Outside the query: `limit limit` must not see the row.
        let skip = query.skip.as_ref().map(|skip| self.window(skip));
        let limit = query.limit.as_ref().map(|limit| self.limit(limit));
        let row = self.new_row(&query.row.text, source);
        let table = types::source_name(self.declarations(), source);
        let is_hidden = self.hides_by_row(&query.row, &format!("from row in {table}"));
        self.bind(&query.row.text, row);
        let is_hidden = self.hides_by_joins(&query.joins, row) || is_hidden;
        if is_hidden {
            // What is said of the other value would be about this one.
            self.again(|body| body.conditions(query.filter.as_ref()));
            return self.wrong(span);
        }
        let joins = self.joins(&query.joins, row);
        let conditions = self.in_condition_of(row, |body| body.conditions(query.filter.as_ref()));
        let mut typed = plan::Query { conditions, skip, limit, result, ..plan::Query::every(source, row) };
        self.plan_joins(&mut typed, joins);
        if query.group_by.is_empty() {
            self.select_rows(query, element, &mut typed);
        } else {
            self.select_groups(query, element, &mut typed);
        }
        self.plan_paths(&mut typed, asked);
        let item = typed.select.as_ref().map_or(Type::Reference(source), |select| select.ty.clone());
        let ty = result_type(self, &typed.result, item);
        self.expr(ExprKind::Query(Box::new(typed)), ty, span)
    }

    /// The order of rows, and what is made of each.
    fn select_rows(&mut self, query: &ast::Query, element: Option<&Type>, typed: &mut plan::Query) {
        let (source, row) = (typed.source, typed.row);
        self.grouped(Grouping::Ungrouped, |body| {
            typed.order = match &query.order {
                Some(order) => body.query_order(order),
                None => body.own_order(source, row, query.span),
            };
            typed.select = query.select.as_ref().map(|select| body.infer_value(select, element));
        });
    }

    /// The keys and aggregates of groups, their order, and what is made of each.
    fn select_groups(&mut self, query: &ast::Query, element: Option<&Type>, typed: &mut plan::Query) {
        let keys = self.group_keys(&query.group_by);
        let ((order, select), grouping) = self.grouped(Grouping::Groups(Vec::new()), |body| {
            let order = query.order.as_ref().map_or(QueryOrder::None, |order| body.query_order(order));
            (order, query.select.as_ref().map(|select| body.infer_value(select, element)))
        });
        let aggregates = if let Grouping::Groups(aggregates) = grouping { aggregates } else { Vec::new() };
        let group = plan::Group { keys, aggregates };
        let rows: Vec<plan::LocalId> =
            std::iter::once(typed.row).chain(typed.joins.iter().map(|join| join.local)).collect();
        (typed.order, typed.select) = (order, select);
        for value in order_values_mut(&mut typed.order).into_iter().chain(&mut typed.select) {
            self.regroup(value, &group, &rows);
        }
        if matches!(typed.result, QueryResult::Count | QueryResult::Exists) {
            // Only the keys tell how many groups there are.
            (typed.order, typed.select) = (QueryOrder::None, None);
            typed.group = Some(plan::Group { aggregates: Vec::new(), ..group });
            return;
        }
        if typed.select.is_none() {
            self.report_no_select(query);
            typed.select = Some(self.wrong(query.span));
        }
        typed.group = Some(group);
    }

    /// The conditions, one for each `and`-ed part.
    fn conditions(&mut self, filter: Option<&ast::Expr>) -> Vec<QueryCondition> {
        let Some(filter) = filter else { return Vec::new() };
        let mut known: Vec<&ast::Expr> = Vec::new();
        let mut conditions = Vec::new();
        for part in blocks::conjuncts(filter) {
            let mut when_some = Vec::new();
            let test = self.within(&known, false, |body| {
                let (test, marked) = body.query_condition(part);
                when_some = marked;
                test
            });
            // A condition that may be dropped says nothing about the others.
            if when_some.is_empty() {
                known.extend(narrow::known_some(part, true));
            }
            conditions.push(QueryCondition { when_some, test, joins: 0 });
        }
        conditions
    }

    fn query_order(&mut self, order: &ast::OrderBy) -> QueryOrder {
        match order {
            ast::OrderBy::Keys(keys) => QueryOrder::Keys(self.order_keys(keys)),
            ast::OrderBy::Match { value, arms, .. } => {
                let looked_at = self.infer_value(value, None);
                let mut coverage = self.coverage(&looked_at.ty);
                let mut typed = Vec::with_capacity(arms.len());
                for (pattern, keys) in arms {
                    let arm = self.scoped(|body| {
                        let pattern = body.pattern(pattern, &looked_at.ty, &mut coverage)?;
                        Some((pattern, body.order_keys(keys)))
                    });
                    typed.extend(arm);
                }
                self.check_exhaustive(&coverage, &looked_at, value.span);
                QueryOrder::Match(looked_at, typed)
            }
        }
    }

    fn order_keys(&mut self, keys: &[ast::OrderKey]) -> Vec<(plan::Expr, bool)> {
        let mut typed = Vec::with_capacity(keys.len());
        for key in keys {
            let value = self.infer_value(&key.value, None);
            if self.may_order(&value) {
                typed.push((value, key.descending));
            }
        }
        typed
    }

    /// Whether rows can be ordered by a value; one that has no order is reported.
    pub(crate) fn may_order(&mut self, value: &plan::Expr) -> bool {
        let declarations = self.declarations();
        // The row itself is at hand, and not its key.
        let is_row = matches!(value.kind, ExprKind::Local(local) if self.is_row(local));
        if !is_row && types::is_sortable(declarations, types::inside(declarations, &value.ty)) {
            return true;
        }
        let message = format!("`{}` has no order", self.words(&value.ty));
        let problem = Problem::new(&expression_codes::NOT_ORDERED, value.span, message);
        self.report(problem.help(if is_row {
            "order by its key, or another field of it"
        } else {
            "order by a number, text, time, `bool`, id, reference or plain enum"
        }));
        false
    }

    /// Rows of a view come in the view's own order when a query asks for none.
    fn own_order(&mut self, source: Source, row: plan::LocalId, span: ast::Span) -> QueryOrder {
        let Source::View(view) = source else { return QueryOrder::None };
        let order = self.declarations().views.get(view.index()).map_or(&[][..], |view| &view.order);
        if order.is_empty() {
            return QueryOrder::None;
        }
        let keys = order.iter().map(|(field, descending)| (self.own_field(source, row, *field, span), *descending));
        QueryOrder::Keys(keys.collect())
    }

    fn own_field(&self, source: Source, row: plan::LocalId, field: usize, span: ast::Span) -> plan::Expr {
        let ty =
            self.table(source).and_then(|(fields, _)| fields.get(field)).map_or(Type::Error, |field| field.ty.clone());
        let base = Box::new(self.expr(ExprKind::Local(row), Type::Reference(source), span));
        self.expr(ExprKind::RowField(base, field), ty, span)
    }

    fn limit(&mut self, limit: &ast::Expr) -> plan::Expr {
        let typed = self.window(limit);
        if let Some(declared) = self.unbounded(&typed) {
            let message = "this limit has no upper bound";
            let problem = self
                .problem(&codes::LIMIT_WITHOUT_MAX, limit.span, message)
                .other(declared, "this parameter needs an `@max`")
                .help("say the most that may be asked for: `limit: int @max(100) = 20`");
            self.report(problem);
        }
        typed
    }

    /// The value of `skip` or `limit`.
    fn window(&mut self, count: &ast::Expr) -> plan::Expr {
        let typed = self.check(count, &Type::Int, None);
        if let Some(value) = constants::int(&typed).filter(|value| *value < 0) {
            let message = format!("this is {value}, and rows are counted from 0");
            self.report(self.problem(&codes::NEGATIVE_WINDOW, count.span, message));
        }
        typed
    }

    /// A parameter without `@max` that the value grows with, and where it is declared.
    pub(crate) fn unbounded(&self, value: &plan::Expr) -> Option<FileSpan> {
        match &value.kind {
            ExprKind::Local(local) | ExprKind::Present(local) => {
                let known = self.limits.iter().find(|(it, has_max, _)| it == local && !has_max);
                known.map(|(_, _, declared)| *declared)
            }
            ExprKind::Arithmetic { left, right, .. } | ExprKind::Otherwise(left, right) => {
                self.unbounded(left).or_else(|| self.unbounded(right))
            }
            ExprKind::Some(inner) | ExprKind::Negate(inner) | ExprKind::PatchToOptional(inner) => self.unbounded(inner),
            ExprKind::Builtin(plan::Builtin::Abs, values) => values.iter().find_map(|it| self.unbounded(it)),
            _ => None,
        }
    }

    /// `article.comments`: the rows of another model that refer to this one.
    pub(crate) fn back_reference(
        &mut self,
        base: plan::Expr,
        reference: &BackReference,
        span: ast::Span,
    ) -> plan::Expr {
        let source = Source::Model(reference.model);
        // Outside the query, so that the planner sees a value that does not depend on the row.
        let row = self.new_row("row", source);
        let field = self.own_field(source, row, reference.field, span);
        let test = match self.plain(&field.ty).clone() {
            Type::Set(_) | Type::List(_) => {
                let kind = ExprKind::In { item: Box::new(base), collection: Box::new(field) };
                self.expr(kind, Type::Bool, span)
            }
            ty => {
                let value = self.coerce(base, &ty, None);
                let kind =
                    ExprKind::Compare { operator: Comparison::Equal, left: Box::new(field), right: Box::new(value) };
                self.expr(kind, Type::Bool, span)
            }
        };
        let conditions = vec![QueryCondition { when_some: Vec::new(), test, joins: 0 }];
        let mut query = plan::Query { conditions, ..plan::Query::every(source, row) };
        let at = self.at(span);
        let asked = Asked { scan: false, grouped: false, counted: false, source_span: at, start: at };
        self.plan_paths(&mut query, &asked);
        let ty = Type::List(Box::new(Type::Reference(source)));
        self.expr(ExprKind::Query(Box::new(query)), ty, span)
    }

    fn plan_paths(&mut self, query: &mut plan::Query, asked: &Asked) {
        let is_wrong = query.conditions.iter().any(|it| types::is_poison(&it.test.ty))
            || order_values(&query.order).any(|value| types::is_poison(&value.ty));
        let facts = self.facts_of(query, &[], query.source, query.row);
        let Some(table) = self.planned_table(query.source) else { return };
        let plan = paths::plan(&table, query, &facts, asked.scan);
        if plan.paths.iter().any(|path| matches!(path.access, plan::Access::KeyOrder { .. })) {
            self.key_orders.push(query.source);
        }
        if !is_wrong && let Some(problem) = missing::problem(self, &table, &plan.missing, asked) {
            self.report(problem);
        }
        query.paths = plan.paths;
    }
}

fn order_values_mut(order: &mut QueryOrder) -> Vec<&mut plan::Expr> {
    match order {
        QueryOrder::None => Vec::new(),
        QueryOrder::Keys(keys) => keys.iter_mut().map(|(value, _)| value).collect(),
        QueryOrder::Match(_, arms) => arms.iter_mut().flat_map(|(_, keys)| keys).map(|(value, _)| value).collect(),
    }
}

fn order_values(order: &QueryOrder) -> Box<dyn Iterator<Item = &plan::Expr> + '_> {
    match order {
        QueryOrder::None => Box::new(std::iter::empty()),
        QueryOrder::Keys(keys) => Box::new(keys.iter().map(|(value, _)| value)),
        QueryOrder::Match(value, arms) => {
            Box::new(std::iter::once(value).chain(arms.iter().flat_map(|(_, keys)| keys.iter().map(|(key, _)| key))))
        }
    }
}

fn result_type(body: &Body<'_, '_>, result: &QueryResult, item: Type) -> Type {
    match result {
        QueryResult::List => Type::List(Box::new(item)),
        QueryResult::Count => Type::Int,
        QueryResult::Exists => Type::Bool,
        QueryResult::First => types::optional(body.declarations(), item),
        QueryResult::Page(_) => Type::Page(Box::new(item)),
    }
}

/// A problem at the table's name in a query.
pub(crate) fn at_source(code: &'static crate::codes::CodeInfo, asked: &Asked, message: String) -> Problem {
    Problem::new(code, asked.source_span, message)
}
