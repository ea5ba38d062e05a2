//! Operators.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{BinaryOperator, Expr, UnaryOperator};

use super::{Body, construct::needs_type, narrow, types, walk};
use crate::codes::expressions as codes;
use crate::declarations::{FileSpan, Type};
use crate::plan;
use crate::plan::{Arithmetic, Comparison, ExprKind};
use crate::problem::{Edit, Problem};

impl Body<'_, '_> {
    pub(crate) fn infer_unary(
        &mut self,
        operator: UnaryOperator,
        operand: &Expr,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        match (operator, &operand.kind) {
            (UnaryOperator::Not, _) => {
                let value = self.check_bool(operand);
                self.expr(ExprKind::Not(Box::new(value)), Type::Bool, span)
            }
            (UnaryOperator::Negate, ast::ExprKind::Int(digits)) => self.infer_int(digits, true, hint, span),
            (UnaryOperator::Negate, ast::ExprKind::Float(digits)) => self.infer_float(digits, true, hint, span),
            (UnaryOperator::Negate, _) => {
                let value = self.infer_value(operand, hint);
                match self.plain(&value.ty) {
                    Type::Int | Type::Float | Type::Decimal | Type::Duration => {
                        let ty = value.ty.clone();
                        self.expr(ExprKind::Negate(Box::new(value)), ty, span)
                    }
                    Type::Error | Type::Never => self.wrong(span),
                    _ => {
                        let words = self.words(&value.ty);
                        let message = format!("`{words}` has no negative");
                        self.report(self.problem(&codes::OPERATOR_TYPES, operand.span, message));
                        self.wrong(span)
                    }
                }
            }
        }
    }

    pub(crate) fn infer_binary(
        &mut self,
        operator: BinaryOperator,
        operator_span: ast::Span,
        (left, right): (&Expr, &Expr),
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let comparison = |operator| (operator, operator_span);
        match operator {
            BinaryOperator::And => self.infer_logic(true, left, right, span),
            BinaryOperator::Or => self.infer_logic(false, left, right, span),
            BinaryOperator::Equal => self.infer_comparison(comparison(Comparison::Equal), left, right, span),
            BinaryOperator::NotEqual => self.infer_comparison(comparison(Comparison::NotEqual), left, right, span),
            BinaryOperator::Less => self.infer_comparison(comparison(Comparison::Less), left, right, span),
            BinaryOperator::LessOrEqual => {
                self.infer_comparison(comparison(Comparison::LessOrEqual), left, right, span)
            }
            BinaryOperator::Greater => self.infer_comparison(comparison(Comparison::Greater), left, right, span),
            BinaryOperator::GreaterOrEqual => {
                self.infer_comparison(comparison(Comparison::GreaterOrEqual), left, right, span)
            }
            BinaryOperator::In => self.infer_in(left, right, span),
            BinaryOperator::Otherwise => self.infer_otherwise(left, right, hint, span),
            BinaryOperator::Add => self.infer_arithmetic((Arithmetic::Add, operator_span), left, right, hint, span),
            BinaryOperator::Subtract => {
                self.infer_arithmetic((Arithmetic::Subtract, operator_span), left, right, hint, span)
            }
            BinaryOperator::Multiply => {
                self.infer_arithmetic((Arithmetic::Multiply, operator_span), left, right, hint, span)
            }
            BinaryOperator::Divide => {
                self.infer_arithmetic((Arithmetic::Divide, operator_span), left, right, hint, span)
            }
            BinaryOperator::Remainder => {
                self.infer_arithmetic((Arithmetic::Remainder, operator_span), left, right, hint, span)
            }
        }
    }

    fn infer_logic(&mut self, and: bool, left: &Expr, right: &Expr, span: ast::Span) -> plan::Expr {
        let part = |body: &mut Self, expr: &Expr| {
            if and { body.conjunct(expr) } else { body.check_bool(expr) }
        };
        let first = part(self, left);
        let known = narrow::known_some(left, and);
        let second = self.within(&known, !and, |body| part(body, right));
        let kind = ExprKind::Logic { and, left: Box::new(first), right: Box::new(second) };
        self.expr(kind, Type::Bool, span)
    }

    /// Both sides, each with the other as its hint; the one that needs it goes second.
    fn infer_sides(&mut self, left: &Expr, right: &Expr, hint: Option<&Type>) -> (plan::Expr, plan::Expr) {
        if self.needs_other(left) && !self.needs_other(right) {
            let second = self.infer_value(right, hint);
            let first = self.infer_value(left, Some(&second.ty));
            return (first, second);
        }
        let first = self.infer_value(left, hint);
        let second = self.infer_value(right, Some(&first.ty));
        (first, second)
    }

    fn needs_other(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::Int(_) | ast::ExprKind::Float(_) => true,
            ast::ExprKind::Unary { operator: UnaryOperator::Negate, operand } => self.needs_other(operand),
            ast::ExprKind::Name(name) => needs_type(expr) && !self.is_in_scope(&name.text),
            ast::ExprKind::Paren(inner) => self.needs_other(inner),
            ast::ExprKind::Binary {
                operator:
                    BinaryOperator::Add
                    | BinaryOperator::Subtract
                    | BinaryOperator::Multiply
                    | BinaryOperator::Divide
                    | BinaryOperator::Remainder,
                left,
                right,
                ..
            } => self.needs_other(left) && self.needs_other(right),
            _ => needs_type(expr),
        }
    }

    fn infer_comparison(
        &mut self,
        (operator, operator_span): (Comparison, ast::Span),
        left: &Expr,
        right: &Expr,
        span: ast::Span,
    ) -> plan::Expr {
        let is_equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
        let is_none = |expr: &Expr| matches!(expr.kind, ast::ExprKind::None);
        if is_equality && (is_none(left) || is_none(right)) {
            let value = if is_none(right) { left } else { right };
            return self.infer_is(value, operator == Comparison::NotEqual, span);
        }
        let (first, second) = self.infer_sides(left, right, None);
        if types::is_poison(&first.ty) || types::is_poison(&second.ty) {
            return self.expr(ExprKind::None, Type::Error, span);
        }
        if !is_equality {
            return self.infer_order((operator, operator_span), (left, first), (right, second), span);
        }
        let Some((first, second)) = self.unify(first, second) else {
            return self.wrong(span);
        };
        let kind = ExprKind::Compare { operator, left: Box::new(first), right: Box::new(second) };
        self.expr(kind, Type::Bool, span)
    }

    /// `<` and its like. A value of the row that a `where` is about may be none: then they do not hold.
    fn infer_order(
        &mut self,
        (operator, operator_span): (Comparison, ast::Span),
        (left, first): (&Expr, plan::Expr),
        (right, second): (&Expr, plan::Expr),
        span: ast::Span,
    ) -> plan::Expr {
        let (first, known_first) = self.open_of_row(left, first);
        let (second, known_second) = self.open_of_row(right, second);
        if !self.check_not_none([&first, &second], operator_span) {
            return self.wrong(span);
        }
        let Some((first, second)) = self.unify(first, second) else {
            return self.wrong(span);
        };
        if !self.check_ordered(&first, operator_span) {
            return self.wrong(span);
        }
        let kind = ExprKind::Compare { operator, left: Box::new(first), right: Box::new(second) };
        let test = self.expr(kind, Type::Bool, span);
        let known = [known_second, known_first].into_iter().flatten();
        known.fold(test, |test, known| narrow::wrap(known, test, false))
    }

    /// An optional value of the row that a `where` is about as the value inside.
    fn open_of_row(&mut self, written: &Expr, value: plan::Expr) -> (plan::Expr, Option<narrow::Known>) {
        let Some(row) = self.condition_row else { return (value, None) };
        let Type::Optional(inner) = self.plain(&value.ty).clone() else { return (value, None) };
        if types::is_poison(&inner) || !walk::depends_on(&value, row) {
            return (value, None);
        }
        let name = match &written.kind {
            ast::ExprKind::Field { name, .. } => name.text.as_str(),
            _ => "value",
        };
        let local = self.new_local(name, *inner);
        let inside = self.read_local(local, written.span);
        (inside, Some(narrow::Known { local, value }))
    }

    fn check_not_none(&mut self, sides: [&plan::Expr; 2], operator: ast::Span) -> bool {
        let option = sides.into_iter().find(|it| matches!(self.plain(&it.ty), Type::Optional(_)));
        let Some(option) = option else { return true };
        let words = self.words(&option.ty);
        let problem = self
            .problem(&codes::MAYBE_NONE, operator, format!("`{words}` may be none, which has no order"))
            .other(option.span, format!("this is `{words}`"));
        let local = match option.kind {
            ExprKind::Local(local) if !self.marks.is_empty() => self.frame.locals.get(local.0 as usize),
            _ => None,
        };
        let help = match local.map(|local| &local.name) {
            Some(name) => format!("write `{name}?`, which drops the condition when `{name}` is none"),
            None => "say before that it is some: `x is some and x < y`".to_owned(),
        };
        self.report(problem.help(help));
        false
    }

    /// Both as one type, where one of them may be an option of the other.
    fn unify(&mut self, left: plan::Expr, right: plan::Expr) -> Option<(plan::Expr, plan::Expr)> {
        if self.refuse_secret([&left, &right], "compared") {
            return None;
        }
        let left = self.row_of_key(left, &right.ty);
        let right = self.row_of_key(right, &left.ty);
        let right_type = right.ty.clone();
        let right = match self.try_coerce(right, &left.ty) {
            Ok(right) => return Some((left, right)),
            Err(right) => *right,
        };
        let left = match self.try_coerce(left, &right_type) {
            Ok(left) => return Some((left, right)),
            Err(left) => *left,
        };
        let words = (self.words(&left.ty), self.words(&right.ty));
        let message = format!("`{}` and `{}` cannot be compared", words.0, words.1);
        let problem = Problem::new(&codes::OPERATOR_TYPES, right.span, message)
            .label(format!("this is `{}`", words.1))
            .other(left.span, format!("this is `{}`", words.0));
        let problem = self.help_numbers(problem, &left, &right);
        self.report(problem);
        None
    }

    /// The row at hand where its own key is compared with a reference: `check parent != id`.
    fn row_of_key(&self, value: plan::Expr, other: &Type) -> plan::Expr {
        let Type::Reference(wanted) = types::inside(self.declarations(), other) else { return value };
        if let ExprKind::RowField(base, field) = &value.kind
            && base.ty == Type::Reference(*wanted)
            && matches!(base.kind, ExprKind::Local(local) if self.is_row(local))
            && self.declarations().key(*wanted) == [*field]
        {
            return plan::Expr { span: value.span, ..(**base).clone() };
        }
        value
    }

    fn check_ordered(&mut self, value: &plan::Expr, operator: ast::Span) -> bool {
        if types::is_ordered(self.declarations(), &value.ty) {
            return true;
        }
        let words = self.words(&value.ty);
        let problem = match self.plain(&value.ty) {
            Type::Reference(_) => self
                .problem(&codes::NOT_ORDERED, operator, format!("rows of `{words}` have no order"))
                .help("compare a field of theirs"),
            _ => self.problem(&codes::NOT_ORDERED, operator, format!("`{words}` has no order")),
        };
        self.report(problem);
        false
    }

    pub(crate) fn infer_is(&mut self, value: &Expr, some: bool, span: ast::Span) -> plan::Expr {
        let value = self.infer_value(value, None);
        match self.plain(&value.ty) {
            Type::Optional(_) => {
                let kind = ExprKind::Is { value: Box::new(value), some };
                self.expr(kind, Type::Bool, span)
            }
            Type::Error | Type::Never => self.wrong(span),
            _ => {
                let words = self.words(&value.ty);
                let message = format!("this is `{words}`, which is never none");
                let at = value.span;
                self.report(Problem::new(&codes::NEVER_NONE, at, message));
                self.expr(ExprKind::Bool(some), Type::Bool, span)
            }
        }
    }

    fn infer_in(&mut self, left: &Expr, right: &Expr, span: ast::Span) -> plan::Expr {
        let collection = if needs_type(right) {
            let item = self.infer_value(left, None);
            let hint = Type::List(Box::new(types::inside(self.declarations(), &item.ty).clone()));
            self.infer_value(right, Some(&hint))
        } else {
            self.infer_value(right, None)
        };
        let Some(element) = types::element(self.declarations(), &collection.ty).cloned() else {
            let words = self.words(&collection.ty);
            let problem = match self.plain(&collection.ty) {
                Type::Optional(_) => {
                    let message = format!("this is `{words}`, and may be none");
                    Problem::new(&codes::MAYBE_NONE, collection.span, message)
                        .help("say what counts instead with `?? []`")
                }
                Type::Text => {
                    let message = "`in` looks into lists, sets and maps";
                    Problem::new(&codes::OPERATOR_TYPES, collection.span, message)
                        .help("a text in a text is `text.contains(part)`")
                }
                _ => {
                    let message = format!("`in` looks into lists, sets and maps, not `{words}`");
                    Problem::new(&codes::OPERATOR_TYPES, collection.span, message)
                }
            };
            self.report(problem);
            self.infer(left, None);
            return self.wrong(span);
        };
        let item = self.infer_value(left, Some(&element));
        let is_option = matches!(self.plain(&item.ty), Type::Optional(_));
        let wanted = if is_option { types::optional(self.declarations(), element) } else { element };
        let item = self.coerce(item, &wanted, None);
        if self.refuse_secret([&item], "compared") {
            return self.wrong(span);
        }
        let kind = ExprKind::In { item: Box::new(item), collection: Box::new(collection) };
        self.expr(kind, Type::Bool, span)
    }

    fn infer_otherwise(&mut self, left: &Expr, right: &Expr, hint: Option<&Type>, span: ast::Span) -> plan::Expr {
        let optional_hint = hint.map(|it| types::optional(self.declarations(), it.clone()));
        let first = self.infer_value(left, optional_hint.as_ref());
        let inner = match self.plain(&first.ty) {
            Type::Optional(inner) => (**inner).clone(),
            Type::Error | Type::Never => {
                let second = self.infer_value(right, hint);
                return self.expr(ExprKind::None, Type::Error, second.span.span);
            }
            _ => {
                let words = self.words(&first.ty);
                let message = format!("this is `{words}`, which is never none");
                let at = first.span;
                self.report(
                    Problem::new(&codes::NEVER_NONE, at, message).help("what stands behind `??` is never used"),
                );
                self.infer(right, Some(&first.ty));
                return first;
            }
        };
        let second = self.infer_value(right, Some(&inner));
        let is_option = matches!(self.plain(&second.ty), Type::Optional(_));
        let ty = match (&inner, is_option) {
            (Type::Never, _) => second.ty.clone(),
            (_, true) => first.ty.clone(),
            (_, false) => inner,
        };
        let second = self.coerce(second, &ty, None);
        let kind = ExprKind::Otherwise(Box::new(first), Box::new(second));
        self.expr(kind, ty, span)
    }

    fn infer_arithmetic(
        &mut self,
        (operator, operator_span): (Arithmetic, ast::Span),
        left: &Expr,
        right: &Expr,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        let numeric_hint = hint.filter(|hint| {
            let inside = types::inside(self.declarations(), hint);
            types::is_number(self.declarations(), inside)
        });
        let (first, second) = self.infer_sides(left, right, numeric_hint);
        self.arithmetic((operator, operator_span), first, second, span)
    }

    /// The result of an operator on two typed values.
    pub(crate) fn arithmetic(
        &mut self,
        (operator, operator_span): (Arithmetic, ast::Span),
        left: plan::Expr,
        right: plan::Expr,
        span: ast::Span,
    ) -> plan::Expr {
        if types::is_poison(&left.ty) || types::is_poison(&right.ty) {
            return self.wrong(span);
        }
        // `3 * 1h` is `1h * 3`.
        let is_swapped = operator == Arithmetic::Multiply
            && *self.plain(&left.ty) == Type::Int
            && *self.plain(&right.ty) == Type::Duration;
        let (left, right) = if is_swapped { (right, left) } else { (left, right) };
        if let Some(ty) = self.arithmetic_type(operator, &left.ty, &right.ty) {
            let kind = ExprKind::Arithmetic { operator, left: Box::new(left), right: Box::new(right) };
            return self.expr(kind, ty, span);
        }
        self.report_arithmetic(operator, operator_span, &left, &right);
        self.wrong(span)
    }

    pub(crate) fn arithmetic_type(&self, operator: Arithmetic, left: &Type, right: &Type) -> Option<Type> {
        use Arithmetic::{Add, Multiply, Subtract};
        let declarations = self.declarations();
        let (a, b) = (types::plain(declarations, left), types::plain(declarations, right));
        match (a, operator, b) {
            (Type::Int, _, Type::Int)
            | (Type::Float, _, Type::Float)
            | (Type::Decimal, _, Type::Decimal)
            | (Type::Text, Add, Type::Text)
            | (Type::Timestamp | Type::Date | Type::Duration, Add | Subtract, Type::Duration)
            | (Type::Duration, Multiply, Type::Int) => Some(a.clone()),
            (Type::Timestamp, Subtract, Type::Timestamp) | (Type::Date, Subtract, Type::Date) => Some(Type::Duration),
            (Type::List(x), Add, Type::List(y)) | (Type::Set(x), Add | Subtract, Type::Set(y))
                if types::same(declarations, x, y) =>
            {
                Some(a.clone())
            }
            _ => None,
        }
    }

    fn report_arithmetic(
        &mut self,
        operator: Arithmetic,
        operator_span: ast::Span,
        left: &plan::Expr,
        right: &plan::Expr,
    ) {
        let words = (self.words(&left.ty), self.words(&right.ty));
        let option = [left, right].into_iter().find(|it| matches!(self.plain(&it.ty), Type::Optional(_)));
        if let Some(option) = option {
            let message = format!("this is `{}`, and may be none", self.words(&option.ty));
            let problem =
                Problem::new(&codes::MAYBE_NONE, option.span, message).help("say what counts instead with `?? value`");
            self.report(problem);
            return;
        }
        let message = format!("`{}` is not defined for `{}` and `{}`", symbol(operator), words.0, words.1);
        let problem = Problem::new(&codes::OPERATOR_TYPES, self.at(operator_span), message)
            .other(left.span, format!("this is `{}`", words.0))
            .other(right.span, format!("this is `{}`", words.1));
        let problem = match (self.plain(&left.ty), operator, self.plain(&right.ty)) {
            (Type::Text, Arithmetic::Add, _) | (_, Arithmetic::Add, Type::Text) => {
                problem.help("a text made of values is written `\"{a}{b}\"`")
            }
            (Type::List(_), Arithmetic::Add, _) => problem.help("a list takes a list: `items + [item]`"),
            _ => self.help_numbers(problem, left, right),
        };
        self.report(problem);
    }

    /// Numbers of different types: the certain change is to turn the `int` into the other.
    fn help_numbers(&self, problem: Problem, left: &plan::Expr, right: &plan::Expr) -> Problem {
        let (int, function) = match (self.plain(&left.ty), self.plain(&right.ty)) {
            (Type::Int, Type::Decimal) => (left, "decimal"),
            (Type::Decimal, Type::Int) => (right, "decimal"),
            (Type::Int, Type::Float) => (left, "float"),
            (Type::Float, Type::Int) => (right, "float"),
            (Type::Decimal, Type::Float) | (Type::Float, Type::Decimal) => {
                return problem.help("`float(x)` turns a `decimal` into the nearest `float`");
            }
            _ => return problem,
        };
        let at = |offset| FileSpan { span: ast::Span::new(offset, offset), ..int.span };
        let edits = vec![
            Edit { span: at(int.span.span.start), text: format!("{function}(") },
            Edit { span: at(int.span.span.end), text: ")".to_owned() },
        ];
        problem.help(format!("write `{function}(…)` around the `int`")).fixes(format!("write `{function}(…)`"), edits)
    }
}

const fn symbol(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
        Arithmetic::Remainder => "%",
    }
}
