//! Expressions: the flat sequence of the grammar to a tree, by precedence.
//!
//! From loose to tight: `or`, `and`, `not`, comparisons with `in` and `is`, `??`, `+ -`, `* / %`,
//! unary `-`, then dots, calls and look-ups.

use std::iter::Peekable;

use super::{Lower, Node, child, children};
use crate::ast::{BinaryOperator, Condition, Expr, ExprArm, ExprKind, Ident, Span, StructField, UnaryOperator};
use crate::grammar::Rule;
use crate::problem::Problem;

const PRECEDENCE_OR: u8 = 1;
const PRECEDENCE_AND: u8 = 2;
const PRECEDENCE_NOT: u8 = 3;
const PRECEDENCE_COMPARISON: u8 = 4;
const PRECEDENCE_OTHERWISE: u8 = 5;
const PRECEDENCE_SUM: u8 = 6;
const PRECEDENCE_PRODUCT: u8 = 7;
const PRECEDENCE_NEGATE: u8 = 8;

fn binary_operator(sign: &str) -> (BinaryOperator, u8) {
    match sign {
        "or" | "||" => (BinaryOperator::Or, PRECEDENCE_OR),
        "and" | "&&" => (BinaryOperator::And, PRECEDENCE_AND),
        "!=" => (BinaryOperator::NotEqual, PRECEDENCE_COMPARISON),
        "<" => (BinaryOperator::Less, PRECEDENCE_COMPARISON),
        "<=" => (BinaryOperator::LessOrEqual, PRECEDENCE_COMPARISON),
        ">" => (BinaryOperator::Greater, PRECEDENCE_COMPARISON),
        ">=" => (BinaryOperator::GreaterOrEqual, PRECEDENCE_COMPARISON),
        "in" => (BinaryOperator::In, PRECEDENCE_COMPARISON),
        "??" => (BinaryOperator::Otherwise, PRECEDENCE_OTHERWISE),
        "+" => (BinaryOperator::Add, PRECEDENCE_SUM),
        "-" => (BinaryOperator::Subtract, PRECEDENCE_SUM),
        "*" => (BinaryOperator::Multiply, PRECEDENCE_PRODUCT),
        "/" => (BinaryOperator::Divide, PRECEDENCE_PRODUCT),
        "%" => (BinaryOperator::Remainder, PRECEDENCE_PRODUCT),
        // `==`, and the single `=` that is reported where it stands.
        _ => (BinaryOperator::Equal, PRECEDENCE_COMPARISON),
    }
}

impl Lower<'_> {
    /// Any of the expression rules.
    pub(super) fn expression(&mut self, node: &Node<'_>) -> Expr {
        let mut parts = node.clone().into_inner().peekable();
        let end = self.span(node);
        self.climb(&mut parts, 0, end)
    }

    fn climb<'i>(&mut self, parts: &mut Peekable<impl Iterator<Item = Node<'i>>>, floor: u8, whole: Span) -> Expr {
        let Some(first) = parts.next() else { return Expr { kind: ExprKind::Bad, span: whole } };
        let mut left =
            if first.as_rule() == Rule::prefix { self.prefix(&first, parts, whole) } else { self.operand(&first) };
        while let Some(next) = parts.peek() {
            if next.as_rule() == Rule::test {
                if PRECEDENCE_COMPARISON < floor {
                    break;
                }
                let some = child(next, Rule::kw_some).is_some();
                let span = left.span.to(self.span(next));
                parts.next();
                left = Expr { kind: ExprKind::Is { value: Box::new(left), some }, span };
                continue;
            }
            let (operator, precedence) = binary_operator(next.as_str());
            if precedence < floor {
                break;
            }
            let operator_span = self.span(next);
            self.check_operator(next, operator_span, precedence, &left);
            parts.next();
            let right = self.climb(parts, precedence + 1, whole);
            let span = left.span.to(right.span);
            let (left_box, right) = (Box::new(left), Box::new(right));
            left = Expr { kind: ExprKind::Binary { operator, operator_span, left: left_box, right }, span };
        }
        left
    }

    fn prefix<'i>(
        &mut self,
        first: &Node<'i>,
        parts: &mut Peekable<impl Iterator<Item = Node<'i>>>,
        whole: Span,
    ) -> Expr {
        let (operator, precedence) = match first.as_str().trim_end() {
            "-" => (UnaryOperator::Negate, PRECEDENCE_NEGATE),
            _ => (UnaryOperator::Not, PRECEDENCE_NOT),
        };
        let span = self.span(first);
        if first.as_str().starts_with('!') {
            self.report(Problem::spelled_operator(span, "!", "not "));
        }
        let operand = self.climb(parts, precedence, whole);
        let span = span.to(operand.span);
        Expr { kind: ExprKind::Unary { operator, operand: Box::new(operand) }, span }
    }

    fn check_operator(&mut self, node: &Node<'_>, span: Span, precedence: u8, left: &Expr) {
        match node.as_str() {
            "&&" => self.report(Problem::spelled_operator(span, "&&", "and")),
            "||" => self.report(Problem::spelled_operator(span, "||", "or")),
            _ if node.as_rule() == Rule::s_single_equals => self.report(Problem::single_equals(span)),
            _ => {}
        }
        if precedence == PRECEDENCE_COMPARISON
            && let ExprKind::Binary { operator, operator_span, .. } = &left.kind
            && is_comparison(*operator)
        {
            self.report(Problem::chained_comparison(span, *operator_span));
        }
    }

    fn operand(&mut self, node: &Node<'_>) -> Expr {
        let mut parts = node.clone().into_inner();
        let Some(first) = parts.next() else {
            return Expr { kind: ExprKind::Bad, span: self.span(node) };
        };
        let mut value = self.primary(&first);
        for part in parts {
            value = self.postfix(value, &part);
        }
        value
    }

    fn primary(&mut self, node: &Node<'_>) -> Expr {
        let span = self.span(node);
        let kind = match node.as_rule() {
            Rule::numbers => return self.numbers(node),
            Rule::text => return self.text(node),
            Rule::kw_true => ExprKind::Bool(true),
            Rule::kw_false => ExprKind::Bool(false),
            Rule::kw_none => ExprKind::None,
            Rule::parenthesized => {
                let inner = child(node, Rule::expression).map(|inner| self.expression(&inner));
                inner.map_or(ExprKind::Bad, |inner| ExprKind::Paren(Box::new(inner)))
            }
            Rule::list => self.list(node),
            Rule::named | Rule::head_named => self.named(node),
            Rule::anonymous => {
                let fields = child(node, Rule::initializer).map(|inner| self.initializer(&inner));
                ExprKind::Struct { name: None, of: None, fields: fields.unwrap_or_default() }
            }
            Rule::emit => {
                let name = self.first_name(node);
                let event = self.required_name(name, node, "the event behind `emit`");
                let fields = child(node, Rule::initializer).map(|inner| self.initializer(&inner));
                ExprKind::Emit { event, fields: fields.unwrap_or_default() }
            }
            Rule::query => ExprKind::Query(Box::new(self.query(node))),
            Rule::if_expression => self.if_expression(node),
            Rule::match_expression => self.match_expression(node),
            _ => ExprKind::Bad,
        };
        Expr { kind, span }
    }

    fn list(&mut self, node: &Node<'_>) -> ExprKind {
        if child(node, Rule::s_colon).is_some() {
            return ExprKind::Map(Vec::new());
        }
        let (mut values, mut pairs) = (Vec::new(), Vec::new());
        for entry in children(node, Rule::entry) {
            let mut parts = children(&entry, Rule::expression).map(|part| self.expression(&part));
            match (parts.next(), parts.next()) {
                (Some(key), Some(value)) => pairs.push((key, value)),
                (Some(value), None) => values.push(value),
                _ => {}
            }
        }
        match (values.first(), pairs.first()) {
            (_, None) => ExprKind::List(values),
            (None, Some(_)) => ExprKind::Map(pairs),
            (Some(value), Some((key, pair_value))) => {
                self.report(Problem::mixed_list(value.span, key.span.to(pair_value.span)));
                ExprKind::Bad
            }
        }
    }

    fn named(&mut self, node: &Node<'_>) -> ExprKind {
        let mut name = Ident { text: String::new(), span: self.span(node) };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::ident => name = self.name(&part),
                Rule::arguments => return ExprKind::Call { arguments: self.arguments(&part), name },
                Rule::initializer => {
                    return ExprKind::Struct { fields: self.initializer(&part), name: Some(name), of: None };
                }
                Rule::s_optional_name => return ExprKind::Optional(name),
                _ => {}
            }
        }
        if matches!(name.text.as_str(), "null" | "nil") {
            self.report(Problem::null(name.span, &name.text));
            return ExprKind::None;
        }
        ExprKind::Name(name)
    }

    fn postfix(&mut self, base: Expr, node: &Node<'_>) -> Expr {
        let span = base.span.to(self.span(node));
        let (mut optional, mut name, mut arguments, mut fields) = (false, None, None, None);
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::lookup => {
                    let arguments = self.lookup(&part);
                    return Expr { kind: ExprKind::Index { base: Box::new(base), arguments }, span };
                }
                Rule::s_safe_dot => optional = true,
                Rule::s_dot if part.as_str() == "::" => {
                    self.report(Problem::double_colon(self.span(&part)));
                }
                Rule::name => name = Some(self.name(&part)),
                Rule::arguments => arguments = Some(self.arguments(&part)),
                Rule::initializer => fields = Some(self.initializer(&part)),
                _ => {}
            }
        }
        let name = self.required_name(name, node, "the field behind the dot");
        let kind = match (arguments, fields) {
            (Some(arguments), _) => ExprKind::Method { base: Box::new(base), name, arguments, optional },
            (None, Some(fields)) => match base.kind {
                ExprKind::Name(of) if !optional => ExprKind::Struct { name: Some(name), of: Some(of), fields },
                _ => {
                    self.report(Problem::literal_of_field(name.span));
                    ExprKind::Bad
                }
            },
            (None, None) => ExprKind::Field { base: Box::new(base), name, optional },
        };
        Expr { kind, span }
    }

    fn lookup(&mut self, node: &Node<'_>) -> Vec<(Option<Ident>, Expr)> {
        let mut arguments = Vec::new();
        for argument in children(node, Rule::lookup_argument) {
            let name = child(&argument, Rule::ident).map(|name| self.name(&name));
            if let Some(value) = child(&argument, Rule::plain_expression) {
                arguments.push((name, self.expression(&value)));
            }
        }
        if arguments.is_empty() {
            self.report(Problem::missing_value(self.span(node), "a look-up"));
        }
        arguments
    }

    fn arguments(&mut self, node: &Node<'_>) -> Vec<Expr> {
        let mut arguments = Vec::new();
        for argument in node.clone().into_inner() {
            match argument.as_rule() {
                Rule::lambda => arguments.push(self.lambda(&argument)),
                Rule::argument_query => {
                    let query = Box::new(self.query(&argument));
                    arguments.push(Expr { span: query.span, kind: ExprKind::Query(query) });
                }
                Rule::plain_expression => arguments.push(self.expression(&argument)),
                _ => {}
            }
        }
        arguments
    }

    fn lambda(&mut self, node: &Node<'_>) -> Expr {
        let span = self.span(node);
        let parameter = child(node, Rule::ident).map(|name| self.name(&name));
        let body = child(node, Rule::expression).map(|body| self.expression(&body));
        let kind = parameter
            .zip(body)
            .map_or(ExprKind::Bad, |(parameter, body)| ExprKind::Lambda { parameter, body: Box::new(body) });
        Expr { kind, span }
    }

    pub(super) fn initializer(&mut self, node: &Node<'_>) -> Vec<StructField> {
        let mut fields = Vec::new();
        for initial in children(node, Rule::initial) {
            if let Some(spread) = child(&initial, Rule::spread) {
                let value = child(&spread, Rule::expression).map(|value| self.expression(&value));
                fields.push(StructField::Spread { value, span: self.span(&spread) });
                continue;
            }
            let name = self.first_name(&initial);
            let name = self.required_name(name, &initial, "the field");
            let mut value = child(&initial, Rule::expression).map(|value| self.expression(&value));
            if let (None, Some(colon)) = (&value, child(&initial, Rule::s_colon)) {
                let span = self.behind(&colon);
                self.report(Problem::missing_value(span, &format!("`{}`", name.text)));
                value = Some(Expr { kind: ExprKind::Bad, span });
            }
            fields.push(StructField::Named { name, value });
        }
        fields
    }

    pub(super) fn condition(&mut self, node: &Node<'_>) -> Condition {
        let Some(inner) = node.clone().into_inner().next() else {
            return Condition::Expr(Expr { kind: ExprKind::Bad, span: self.span(node) });
        };
        if inner.as_rule() != Rule::condition_let {
            return Condition::Expr(self.expression(&inner));
        }
        let name = self.first_name(&inner);
        let name = self.required_name(name, &inner, "the new name behind `let`");
        let value = child(&inner, Rule::head_expression).map(|value| self.expression(&value));
        let value = value.unwrap_or(Expr { kind: ExprKind::Bad, span: name.span });
        Condition::Let { name, value }
    }

    /// `if … else if … else …`: the branches behind the first from the last to the second.
    fn if_expression(&mut self, node: &Node<'_>) -> ExprKind {
        let mut otherwise = None;
        let parts: Vec<Node<'_>> = node.clone().into_inner().collect();
        for part in parts.iter().rev() {
            match part.as_rule() {
                Rule::else_expression => {
                    otherwise = child(part, Rule::branch).map(|branch| Box::new(self.branch(&branch)));
                }
                Rule::else_if_expression => {
                    let kind = self.if_part(part, otherwise.take());
                    let span = self.span(part);
                    otherwise = Some(Box::new(Expr { kind, span }));
                }
                _ => {}
            }
        }
        self.if_part(node, otherwise)
    }

    fn if_part(&mut self, node: &Node<'_>, otherwise: Option<Box<Expr>>) -> ExprKind {
        let condition = child(node, Rule::condition).map(|inner| self.condition(&inner));
        let then = child(node, Rule::branch).map(|branch| self.branch(&branch));
        condition.zip(then).map_or(ExprKind::Bad, |(condition, then)| ExprKind::If {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise,
        })
    }

    fn branch(&mut self, node: &Node<'_>) -> Expr {
        let inner = child(node, Rule::plain_expression).map(|inner| self.expression(&inner));
        inner.unwrap_or(Expr { kind: ExprKind::Bad, span: self.span(node) })
    }

    fn match_expression(&mut self, node: &Node<'_>) -> ExprKind {
        let value = child(node, Rule::condition_expression).map(|value| self.expression(&value));
        let mut arms = Vec::new();
        for arm in children(node, Rule::expression_arm) {
            let span = self.span(&arm);
            let pattern = child(&arm, Rule::pattern).map(|pattern| self.pattern(&pattern));
            let value = child(&arm, Rule::expression).map(|value| self.expression(&value));
            if let Some((pattern, value)) = pattern.zip(value) {
                arms.push(ExprArm { pattern, value, span });
            }
        }
        value.map_or(ExprKind::Bad, |value| ExprKind::Match { value: Box::new(value), arms })
    }
}

fn is_comparison(operator: BinaryOperator) -> bool {
    use BinaryOperator::{Equal, Greater, GreaterOrEqual, In, Less, LessOrEqual, NotEqual};
    matches!(operator, Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual | In)
}
