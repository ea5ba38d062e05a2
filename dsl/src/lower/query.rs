//! Queries.

use super::{Lower, Node, child, children};
use crate::ast::{Expr, Join, OrderBy, OrderKey, Query};
use crate::grammar::Rule;
use crate::problem::Problem;

impl Lower<'_> {
    /// `query` and `argument_query`.
    pub(super) fn query(&mut self, node: &Node<'_>) -> Query {
        let row = child(node, Rule::ident).map(|row| self.name(&row));
        let mut query = Query {
            scan: None,
            row: self.required_name(row, node, "the row behind `from`"),
            source: None,
            joins: Vec::new(),
            filter: None,
            group_by: Vec::new(),
            order: None,
            skip: None,
            limit: None,
            select: None,
            span: self.span(node),
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::kw_scan => query.scan = Some(self.span(&part)),
                Rule::head_expression => query.source = Some(self.expression(&part)),
                Rule::join => query.joins.extend(self.join(&part)),
                Rule::filter => query.filter = self.clause(&part, Rule::condition_expression),
                Rule::group => {
                    let keys = children(&part, Rule::head_expression);
                    query.group_by = keys.map(|key| self.expression(&key)).collect();
                }
                Rule::order_keys | Rule::argument_order_keys => {
                    query.order = Some(OrderBy::Keys(self.order_keys(&part)));
                }
                Rule::order_match => query.order = self.order_match(&part),
                Rule::skip => query.skip = self.clause(&part, Rule::head_expression),
                Rule::limit => query.limit = self.clause(&part, Rule::head_expression),
                Rule::select => query.select = self.clause(&part, Rule::selected),
                _ => {}
            }
        }
        query
    }

    fn clause(&mut self, node: &Node<'_>, rule: Rule) -> Option<Expr> {
        child(node, rule).map(|value| self.expression(&value))
    }

    fn join(&mut self, node: &Node<'_>) -> Option<Join> {
        let row = child(node, Rule::ident).map(|row| self.name(&row))?;
        let mut values = children(node, Rule::head_expression);
        let (source, on) = (values.next()?, values.next());
        Some(Join {
            row,
            source: self.expression(&source),
            on: on.map(|on| self.expression(&on)),
            span: self.span(node),
        })
    }

    fn order_keys(&mut self, node: &Node<'_>) -> Vec<OrderKey> {
        let mut keys = Vec::new();
        for key in children(node, Rule::order_key) {
            if let Some(asc) = child(&key, Rule::kw_asc) {
                self.report(Problem::ascending(self.span(&asc)));
            }
            let descending = child(&key, Rule::kw_desc).is_some();
            if let Some(value) = child(&key, Rule::head_expression) {
                keys.push(OrderKey { value: self.expression(&value), descending });
            }
        }
        keys
    }

    fn order_match(&mut self, node: &Node<'_>) -> Option<OrderBy> {
        let value = child(node, Rule::head_expression).map(|value| self.expression(&value))?;
        let mut arms = Vec::new();
        for arm in children(node, Rule::order_arm) {
            let pattern = child(&arm, Rule::pattern).map(|pattern| self.pattern(&pattern));
            let keys = child(&arm, Rule::order_keys).map(|keys| self.order_keys(&keys));
            arms.extend(pattern.zip(keys));
        }
        Some(OrderBy::Match { value, arms, span: self.span(node) })
    }
}
