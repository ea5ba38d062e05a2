//! Statements and patterns.

use super::{Lower, Node, child, children};
use crate::ast::{
    AssignOperator, Block, Condition, Expr, ExprKind, Failure, Ident, Pattern, PatternKind, Span, Statement,
    StatementArm, StatementKind,
};
use crate::grammar::Rule;
use crate::problem::Problem;

impl Lower<'_> {
    pub(super) fn block(&mut self, node: &Node<'_>) -> Block {
        let statements = children(node, Rule::statement).map(|inner| self.statement(&inner)).collect();
        Block { statements, span: self.span(node) }
    }

    /// `statement`, or `require` as the member of an event.
    pub(super) fn statement(&mut self, node: &Node<'_>) -> Statement {
        let span = self.span(node);
        let inner = match node.as_rule() {
            Rule::statement => node.clone().into_inner().next(),
            _ => Some(node.clone()),
        };
        let kind = inner.and_then(|inner| self.statement_kind(&inner));
        Statement { kind: kind.unwrap_or(StatementKind::Bad), span }
    }

    fn statement_kind(&mut self, node: &Node<'_>) -> Option<StatementKind> {
        let kind = match node.as_rule() {
            Rule::let_statement => self.let_statement(node)?,
            Rule::require => StatementKind::Require {
                condition: self.child_value(node, Rule::condition_expression)?,
                otherwise: self.otherwise(node),
            },
            Rule::fail => StatementKind::Fail(self.failure(&child(node, Rule::failure)?)),
            Rule::if_statement => self.if_statement(node)?,
            Rule::for_statement => StatementKind::For {
                name: child(node, Rule::ident).map(|name| self.name(&name))?,
                collection: self.child_value(node, Rule::head_expression)?,
                body: self.block(&child(node, Rule::block)?),
            },
            Rule::match_statement => self.match_statement(node)?,
            Rule::return_statement => {
                let status = child(node, Rule::status).map(|status| self.status(&status));
                StatementKind::Return { status, value: self.child_value(node, Rule::expression) }
            }
            Rule::insert => StatementKind::Insert(self.child_value(node, Rule::expression)?),
            Rule::delete => StatementKind::Delete(self.child_value(node, Rule::expression)?),
            Rule::assign_or_expression => self.assign_or_expression(node)?,
            _ => return None,
        };
        Some(kind)
    }

    fn child_value(&mut self, node: &Node<'_>, rule: Rule) -> Option<Expr> {
        child(node, rule).map(|value| self.expression(&value))
    }

    /// A status code of three digits.
    pub(super) fn status(&mut self, node: &Node<'_>) -> (u16, Span) {
        // Three digits always fit.
        (node.as_str().trim_end().parse().unwrap_or(0), self.span(node))
    }

    fn let_statement(&mut self, node: &Node<'_>) -> Option<StatementKind> {
        if let Some(word) = child(node, Rule::kw_mut) {
            self.report(Problem::let_mut(self.span(&word)));
        }
        let name = self.first_name(node)?;
        self.check_reserved(&name);
        Some(StatementKind::Let {
            name,
            ty: child(node, Rule::type_ref).map(|ty| self.type_ref(&ty)),
            value: self.child_value(node, Rule::expression)?,
            otherwise: self.otherwise(node),
        })
    }

    fn otherwise(&mut self, node: &Node<'_>) -> Option<Failure> {
        let failure = child(&child(node, Rule::otherwise)?, Rule::failure)?;
        Some(self.failure(&failure))
    }

    pub(super) fn failure(&mut self, node: &Node<'_>) -> Failure {
        let kind = self.first_name(node);
        let field = child(node, Rule::field_path).map(|path| {
            for dot in children(&path, Rule::s_dot).filter(|dot| dot.as_str() == "::") {
                self.report(Problem::double_colon(self.span(&dot)));
            }
            self.names(&path)
        });
        Failure {
            kind: self.required_name(kind, node, "the kind of refusal"),
            field: field.unwrap_or_default(),
            message: child(node, Rule::text).map(|text| self.text(&text)),
            span: self.span(node),
        }
    }

    /// `if … else if … else …`: an `else if` is an `If` alone in the block before it.
    fn if_statement(&mut self, node: &Node<'_>) -> Option<StatementKind> {
        let mut otherwise = None;
        let parts: Vec<Node<'_>> = node.clone().into_inner().collect();
        for part in parts.iter().rev() {
            match part.as_rule() {
                Rule::else_statement => {
                    otherwise = child(part, Rule::block).map(|block| self.block(&block));
                }
                Rule::else_if_statement => {
                    let span = self.span(part);
                    let kind = self.if_part_statement(part, otherwise.take())?;
                    otherwise = Some(Block { statements: vec![Statement { kind, span }], span });
                }
                _ => {}
            }
        }
        self.if_part_statement(node, otherwise)
    }

    fn if_part_statement(&mut self, node: &Node<'_>, otherwise: Option<Block>) -> Option<StatementKind> {
        let condition: Condition = child(node, Rule::condition).map(|inner| self.condition(&inner))?;
        let then = self.block(&child(node, Rule::block)?);
        Some(StatementKind::If { condition, then, otherwise })
    }

    fn match_statement(&mut self, node: &Node<'_>) -> Option<StatementKind> {
        let value = self.child_value(node, Rule::condition_expression)?;
        let mut arms = Vec::new();
        for arm in children(node, Rule::statement_arm) {
            let Some(pattern) = child(&arm, Rule::pattern) else { continue };
            let pattern = self.pattern(&pattern);
            let body = match (child(&arm, Rule::block), child(&arm, Rule::statement)) {
                (Some(block), _) => self.block(&block),
                (None, Some(statement)) => {
                    let statement = self.statement(&statement);
                    Block { span: statement.span, statements: vec![statement] }
                }
                (None, None) => continue,
            };
            arms.push(StatementArm { pattern, body, span: self.span(&arm) });
        }
        Some(StatementKind::Match { value, arms })
    }

    fn assign_or_expression(&mut self, node: &Node<'_>) -> Option<StatementKind> {
        let target = self.child_value(node, Rule::plain_expression)?;
        let value = self.child_value(node, Rule::expression);
        let operator = child(node, Rule::assign_operator);
        let Some((operator, value)) = operator.zip(value) else { return Some(StatementKind::Expr(target)) };
        let operator = match operator.as_str().trim_end() {
            "+=" => AssignOperator::Add,
            "-=" => AssignOperator::Subtract,
            _ => AssignOperator::Set,
        };
        Some(StatementKind::Assign { target, operator, value })
    }

    pub(super) fn pattern(&mut self, node: &Node<'_>) -> Pattern {
        let span = self.span(node);
        let mut patterns = Vec::new();
        for part in node.clone().into_inner() {
            let kind = match part.as_rule() {
                Rule::pattern_literal => self.pattern_literal(&part),
                Rule::pattern_some => {
                    let name = self.first_name(&part);
                    PatternKind::Some(self.required_name(name, &part, "the new name behind `some`"))
                }
                Rule::pattern_variant => self.pattern_variant(&part),
                _ => continue,
            };
            patterns.push(Pattern { kind, span: self.span(&part) });
        }
        match patterns.len() {
            1 => patterns.pop().unwrap_or(Pattern { kind: PatternKind::Any, span }),
            _ => Pattern { kind: PatternKind::OneOf(patterns), span },
        }
    }

    fn pattern_literal(&mut self, node: &Node<'_>) -> PatternKind {
        let span = self.span(node);
        let literal = node.clone().into_inner().next().map(|part| match part.as_rule() {
            Rule::plain_text => self.plain_text(&part),
            Rule::numbers => self.bound(node),
            rule => Expr { kind: ExprKind::Bool(rule == Rule::kw_true), span },
        });
        PatternKind::Literal(Box::new(literal.unwrap_or(Expr { kind: ExprKind::Bad, span })))
    }

    fn pattern_variant(&mut self, node: &Node<'_>) -> PatternKind {
        let mut names = self.names(node);
        for dot in children(node, Rule::s_dot).filter(|dot| dot.as_str() == "::") {
            self.report(Problem::double_colon(self.span(&dot)));
        }
        let name = names.pop();
        let name = self.required_name(name, node, "the variant");
        let of = names.pop();
        let fields = child(node, Rule::bindings);
        if of.is_none() && fields.is_none() {
            match name.text.as_str() {
                "_" => return PatternKind::Any,
                "none" => return PatternKind::None,
                _ => {}
            }
        }
        let bindings = fields.map(|fields| {
            let bindings = children(&fields, Rule::binding).map(|binding| self.names(&binding));
            bindings.filter_map(binding).collect()
        });
        PatternKind::Variant { of, name, bindings: bindings.unwrap_or_default() }
    }
}

/// The field and the local name, which is the field's unless another was written.
fn binding(names: Vec<Ident>) -> Option<(Ident, Ident)> {
    let field = names.first()?;
    Some((field.clone(), names.get(1).unwrap_or(field).clone()))
}
