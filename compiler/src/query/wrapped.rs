//! `count(q)`, `exists(q)`, `first(q)`, `page(q, cursor)`.

use raftstone_dsl::ast;
use raftstone_dsl::ast::Ident;

use crate::codes::queries as codes;
use crate::declarations::Type;
use crate::infer::{Body, types};
use crate::plan;
use crate::plan::{ExprKind, JoinSource, QueryResult};
use crate::problem::Problem;

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
        let is_page = matches!(result, QueryResult::Page(_));
        if is_page {
            self.check_page(query);
        }
        let element = hint.and_then(|hint| match types::inside(self.declarations(), hint) {
            Type::Page(element) => Some((**element).clone()),
            other => matches!(result, QueryResult::First).then(|| other.clone()),
        });
        let value = self.query(query, result, element.as_ref(), span);
        if is_page {
            self.check_page_joins(&value);
        }
        Some(value)
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

    /// A page goes on behind its last row, which has to be another one than those before.
    fn check_page_joins(&mut self, page: &plan::Expr) {
        let ExprKind::Query(query) = &page.kind else { return };
        for join in query.joins.iter().filter(|_| query.group.is_none()) {
            if let JoinSource::Elements(collection) = &join.source
                && matches!(self.plain(&collection.ty), Type::List(_))
            {
                let message = "the elements of a list may be equal, and the rows of a page have to differ";
                let problem = Problem::new(&codes::PAGE_SHAPE, collection.span, message);
                self.report(problem.help("join a set, or add `group by`"));
            }
        }
    }
}

fn as_query(expr: &ast::Expr) -> Option<&ast::Query> {
    match &expr.kind {
        ast::ExprKind::Query(query) => Some(query),
        ast::ExprKind::Paren(inner) => as_query(inner),
        _ => None,
    }
}

/// Whether an expression is a query, and nothing made of one.
pub(super) fn is_query(expr: &ast::Expr) -> bool {
    as_query(expr).is_some()
}
