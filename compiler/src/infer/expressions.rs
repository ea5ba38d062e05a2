//! Expressions, one kind after the other.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, ExprKind};

use super::{Body, Origin, types};
use crate::codes::expressions as codes;
use crate::declarations::Type;
use crate::plan;

impl Body<'_, '_> {
    /// The typed form of an expression whose type has to be `wanted`.
    pub(crate) fn check(&mut self, expr: &Expr, wanted: &Type, origin: Option<Origin>) -> plan::Expr {
        let found = self.infer(expr, Some(wanted));
        self.coerce(found, wanted, origin)
    }

    /// The typed form of a condition.
    pub(crate) fn check_bool(&mut self, expr: &Expr) -> plan::Expr {
        self.check(expr, &Type::Bool, None)
    }

    /// The typed form of an expression that has to have a value.
    pub(crate) fn infer_value(&mut self, expr: &Expr, hint: Option<&Type>) -> plan::Expr {
        let found = self.infer(expr, hint);
        if found.ty == Type::Unit {
            self.report(self.problem(&codes::NO_VALUE, expr.span, "this gives no value"));
            return self.wrong(expr.span);
        }
        found
    }

    /// The typed form of an expression; the hint is what is wanted, and only that.
    pub(crate) fn infer(&mut self, expr: &Expr, hint: Option<&Type>) -> plan::Expr {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bool(value) => self.expr(plan::ExprKind::Bool(*value), Type::Bool, span),
            ExprKind::Int(digits) => self.infer_int(digits, false, hint, span),
            ExprKind::Float(digits) => self.infer_float(digits, false, hint, span),
            ExprKind::Text(parts) => self.infer_text(parts, span),
            ExprKind::Duration(micros) => self.infer_duration(*micros, span),
            ExprKind::Size(_) => self.misplaced(span, "a size such as `10MiB` stands in `max_body`"),
            ExprKind::None => self.infer_none(hint, span),
            ExprKind::Name(name) => self.infer_name(name, hint),
            ExprKind::Optional(name) => self.infer_mark(name, span),
            ExprKind::List(items) => self.infer_list(items, hint, span),
            ExprKind::Map(entries) => self.infer_map(entries, hint, span),
            ExprKind::Struct { name, of, fields } => self.infer_struct(of.as_ref(), name.as_ref(), fields, hint, span),
            ExprKind::Emit { event, fields } => self.infer_emit(event, fields, span),
            ExprKind::Field { .. } | ExprKind::Method { .. } | ExprKind::Index { .. } => self.infer_chain(expr, hint),
            ExprKind::Call { name, arguments } => self.infer_call(name, arguments, hint, span),
            ExprKind::Lambda { .. } => {
                self.misplaced(span, "a lambda stands in a method's parentheses: `items.map(x => …)`")
            }
            ExprKind::Unary { operator, operand } => self.infer_unary(*operator, operand, hint, span),
            ExprKind::Binary { operator, operator_span, left, right } => {
                self.infer_binary(*operator, *operator_span, (left, right), hint, span)
            }
            ExprKind::Is { value, some } => self.infer_is(value, *some, span),
            ExprKind::If { condition, then, otherwise } => {
                self.infer_if(condition, then, otherwise.as_deref(), hint, span)
            }
            ExprKind::Match { value, arms } => self.infer_match(value, arms, hint, span),
            ExprKind::Query(query) => self.infer_query(query, hint, span),
            ExprKind::Range { .. } => self.misplaced(span, "a range stands in `@len(…)` only"),
            ExprKind::Paren(inner) => {
                let inner_value = self.infer(inner, hint);
                plan::Expr { span: self.at(span), ..inner_value }
            }
            ExprKind::Bad => self.wrong(span),
        }
    }

    fn misplaced(&mut self, span: ast::Span, help: &str) -> plan::Expr {
        let message = "this is no value by itself";
        self.report(self.problem(&codes::NOT_A_VALUE, span, message).help(help));
        self.wrong(span)
    }

    fn infer_none(&mut self, hint: Option<&Type>, span: ast::Span) -> plan::Expr {
        let hinted = hint.map(|hint| self.plain(hint).clone());
        let ty = match hinted {
            Some(ty @ Type::Optional(_)) => ty,
            Some(Type::Patch(inner)) if matches!(self.plain(&inner), Type::Optional(_)) => *inner,
            _ => Type::Optional(Box::new(Type::Never)),
        };
        self.expr(plan::ExprKind::None, ty, span)
    }

    fn infer_text(&mut self, parts: &[ast::TextPart], span: ast::Span) -> plan::Expr {
        let mut pieces = Vec::with_capacity(parts.len());
        let mut plain_text = String::new();
        for part in parts {
            match part {
                ast::TextPart::Text(text) => {
                    plain_text.push_str(text);
                    pieces.push(self.expr(plan::ExprKind::Text(text.clone()), Type::Text, span));
                }
                ast::TextPart::Expr(inner) => {
                    let value = self.infer_value(inner, None);
                    pieces.push(self.check_shown(value, inner.span));
                }
            }
        }
        let is_plain = parts.iter().all(|part| matches!(part, ast::TextPart::Text(_)));
        let kind = if is_plain { plan::ExprKind::Text(plain_text) } else { plan::ExprKind::Interpolate(pieces) };
        self.expr(kind, Type::Text, span)
    }

    /// Refuses what has no one form as text.
    fn check_shown(&mut self, value: plan::Expr, span: ast::Span) -> plan::Expr {
        let declarations = self.declarations();
        let is_shown = match self.plain(&value.ty) {
            Type::Text
            | Type::Int
            | Type::Float
            | Type::Decimal
            | Type::Bool
            | Type::Uuid
            | Type::Timestamp
            | Type::Date
            | Type::Duration
            | Type::Error
            | Type::Never => true,
            Type::Enum(id) => declarations.enums.get(id.index()).is_none_or(|it| it.is_plain),
            Type::Reference(source) => self.single_key(*source).is_some(),
            _ => false,
        };
        if is_shown {
            return value;
        }
        if self.refuse_secret([&value], "made part of a text") {
            return self.wrong(span);
        }
        let words = self.words(&value.ty);
        let problem = if let Type::Optional(_) = self.plain(&value.ty) {
            self.problem(&codes::MAYBE_NONE, span, format!("this is `{words}`, and may be none"))
                .help("say what stands there instead: bind `let text = value ?? \"\"` first")
        } else {
            let message = format!("`{words}` has no form as text");
            self.problem(&codes::CANNOT_INTERPOLATE, span, message)
                .help("name a field of it, or bind a text with `let` first")
        };
        self.report(problem);
        self.wrong(span)
    }

    fn infer_list(&mut self, items: &[Expr], hint: Option<&Type>, span: ast::Span) -> plan::Expr {
        let hinted = hint.map(|hint| types::inside(self.declarations(), hint).clone());
        let (mut element, is_set) = match hinted {
            Some(Type::Set(element)) => (Some(*element), true),
            Some(Type::List(element)) => (Some(*element), false),
            Some(Type::Map(key, value)) if items.is_empty() => {
                let kind = plan::ExprKind::Map(Vec::new());
                return self.expr(kind, Type::Map(key, value), span);
            }
            _ => (None, false),
        };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            if let Some(wanted) = &element {
                values.push(self.check(item, wanted, None));
            } else {
                let value = self.infer_value(item, None);
                element = Some(value.ty.clone());
                values.push(value);
            }
        }
        let element = Box::new(element.unwrap_or(Type::Never));
        let ty = if is_set { Type::Set(element) } else { Type::List(element) };
        self.expr(plan::ExprKind::Collection(values), ty, span)
    }

    fn infer_map(&mut self, entries: &[(Expr, Expr)], hint: Option<&Type>, span: ast::Span) -> plan::Expr {
        let hinted = hint.map(|hint| types::inside(self.declarations(), hint).clone());
        let (mut key, mut value) = match hinted {
            Some(Type::Map(key, value)) => (Some(*key), Some(*value)),
            _ => (None, None),
        };
        let mut typed = Vec::with_capacity(entries.len());
        for (entry_key, entry_value) in entries {
            let typed_key = self.check_or_learn(entry_key, &mut key);
            let typed_value = self.check_or_learn(entry_value, &mut value);
            typed.push((typed_key, typed_value));
        }
        let key = Box::new(key.unwrap_or(Type::Never));
        let ty = Type::Map(key, Box::new(value.unwrap_or(Type::Never)));
        self.expr(plan::ExprKind::Map(typed), ty, span)
    }

    fn check_or_learn(&mut self, expr: &Expr, wanted: &mut Option<Type>) -> plan::Expr {
        if let Some(wanted) = wanted {
            return self.check(expr, wanted, None);
        }
        let value = self.infer_value(expr, None);
        *wanted = Some(value.ty.clone());
        value
    }
}
