//! Queries: their typing here, their conditions as facts, the choice of a way to the rows, and
//! what to say when an index is missing.

mod choose;
mod facts;
mod missing;
mod paths;

use raftstone_dsl::ast;
use raftstone_dsl::ast::Ident;

use crate::codes::{expressions as expression_codes, queries as codes};
use crate::declarations::{BackReference, FileSpan, Source, Type};
use crate::effects::Use;
use crate::infer::{Body, blocks, narrow, types};
use crate::lints::constants;
use crate::names::Named;
use crate::plan;
use crate::plan::{Comparison, ExprKind, QueryCondition, QueryOrder, QueryResult};
use crate::problem::Problem;
use crate::unavailable::Construct;

/// What the planner looks at besides the query itself.
pub(crate) struct Asked {
    /// Whether `scan` stands before `from`.
    pub(crate) scan: bool,
    /// The name of the table in the text, for problems.
    pub(crate) source_span: FileSpan,
    /// Where the query starts, for `scan`.
    pub(crate) start: FileSpan,
}

impl Body<'_, '_> {
    /// `count(q)`, `exists(q)`, `first(q)`, `page(q, cursor)`.
    pub(crate) fn infer_query_call(
        &mut self,
        name: &Ident,
        arguments: &[ast::Expr],
        hint: Option<&Type>,
        span: ast::Span,
    ) -> Option<plan::Expr> {
        let wanted = match name.text.as_str() {
            "count" | "exists" | "first" => 1,
            "page" => 2,
            _ => return None,
        };
        if arguments.len() != wanted {
            self.check_count(name, arguments.len(), wanted, span);
            return Some(self.wrong(span));
        }
        let query = arguments.first()?;
        let Some(query) = as_query(query) else {
            self.report_no_query(name, query);
            return Some(self.wrong(span));
        };
        let result = match name.text.as_str() {
            "count" => QueryResult::Count,
            "exists" => QueryResult::Exists,
            "first" => QueryResult::First,
            _ => QueryResult::Page(self.cursor(arguments.get(1)?)),
        };
        if matches!(result, QueryResult::Page(_)) {
            self.check_page(query);
        }
        let element = hint.and_then(|hint| match types::inside(self.declarations(), hint) {
            Type::Page(element) => Some((**element).clone()),
            other => matches!(result, QueryResult::First).then(|| other.clone()),
        });
        Some(self.query(query, result, element.as_ref(), span))
    }

    fn report_no_query(&mut self, name: &Ident, argument: &ast::Expr) {
        let message = format!("`{}` takes a query", name.text);
        let problem = self.problem(&codes::NOT_A_QUERY, argument.span, message);
        let problem = match name.text.as_str() {
            "count" => problem.help("of a collection it is `.len()`"),
            "exists" => problem.help("an option is asked with `is some`; a collection with `.any(x => …)`"),
            "first" => problem.help("of a collection it is `.first()`"),
            _ => problem.help("write `from row in Model … limit n`"),
        };
        self.report(problem);
    }

    fn cursor(&mut self, cursor: &ast::Expr) -> plan::Expr {
        let wanted = Type::Optional(Box::new(Type::Text));
        self.check(cursor, &wanted, None)
    }

    fn check_page(&mut self, query: &ast::Query) {
        if query.limit.is_none() {
            let message = "a page needs to know its size";
            let problem = self.problem(&codes::PAGE_SHAPE, query.span, message);
            self.report(problem.help("add `limit n` to the query"));
        }
        if let Some(skip) = &query.skip {
            let message = "a page starts at its cursor, and skips nothing";
            self.report(self.problem(&codes::PAGE_SHAPE, skip.span, message).help("leave `skip` out"));
        }
    }

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
        if let Some(join) = query.joins.first() {
            return self.cannot_run(Construct::Join, join.span);
        }
        if let Some(group) = query.group_by.first() {
            return self.cannot_run(Construct::GroupBy, group.span);
        }
        let Some(source_expr) = &query.source else { return self.wrong(span) };
        let Some(source) = self.query_source(source_expr) else { return self.wrong(span) };
        self.uses(Use::Reads, source_expr.span);
        let asked = Asked {
            scan: query.scan.is_some(),
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
        let is_hidden = self.hides_by_row(&query.row, source);
        self.bind(&query.row.text, row);
        if is_hidden {
            // What is said of the other value would be about this one.
            self.again(|body| body.conditions(query.filter.as_ref()));
            return self.wrong(span);
        }
        let conditions = self.in_condition_of(row, |body| body.conditions(query.filter.as_ref()));
        let order = match &query.order {
            Some(order) => self.query_order(order),
            None => self.own_order(source, row, span),
        };
        let select = query.select.as_ref().map(|select| self.infer_value(select, element));
        let item = select.as_ref().map_or(Type::Reference(source), |select| select.ty.clone());
        let mut typed = plan::Query { source, row, conditions, order, skip, limit, select, result, paths: Vec::new() };
        self.plan_paths(&mut typed, asked);
        let ty = result_type(self, &typed.result, item);
        self.expr(ExprKind::Query(Box::new(typed)), ty, span)
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
            conditions.push(QueryCondition { when_some, test });
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
            let inside = types::inside(self.declarations(), &value.ty);
            if types::is_ordered(self.declarations(), inside) {
                typed.push((value, key.descending));
                continue;
            }
            let message = format!("`{}` has no order", self.words(&value.ty));
            let problem = self.problem(&expression_codes::NOT_ORDERED, key.value.span, message);
            self.report(problem.help("order by a number, text, time, `uuid` or plain enum"));
        }
        typed
    }

    /// Rows of a view come in the view's own order when a query asks for none.
    fn own_order(&mut self, source: Source, row: plan::LocalId, span: ast::Span) -> QueryOrder {
        let Source::View(view) = source else { return QueryOrder::None };
        let order = self.shared.view_orders.get(view.index()).cloned().unwrap_or_default();
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
        let mut query = plan::Query {
            source,
            row,
            conditions: vec![QueryCondition { when_some: Vec::new(), test }],
            order: QueryOrder::None,
            skip: None,
            limit: None,
            select: None,
            result: QueryResult::List,
            paths: Vec::new(),
        };
        let at = self.at(span);
        let asked = Asked { scan: false, source_span: at, start: at };
        self.plan_paths(&mut query, &asked);
        let ty = Type::List(Box::new(Type::Reference(source)));
        self.expr(ExprKind::Query(Box::new(query)), ty, span)
    }

    fn plan_paths(&mut self, query: &mut plan::Query, asked: &Asked) {
        let is_wrong = query.conditions.iter().any(|it| types::is_poison(&it.test.ty))
            || order_values(&query.order).any(|value| types::is_poison(&value.ty));
        let facts = self.facts(query);
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

fn as_query(expr: &ast::Expr) -> Option<&ast::Query> {
    match &expr.kind {
        ast::ExprKind::Query(query) => Some(query),
        ast::ExprKind::Paren(inner) => as_query(inner),
        _ => None,
    }
}

/// A problem at the table's name in a query.
pub(crate) fn at_source(code: &'static crate::codes::CodeInfo, asked: &Asked, message: String) -> Problem {
    Problem::new(code, asked.source_span, message)
}
