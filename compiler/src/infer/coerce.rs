//! From the type that is there to the type that is wanted.

use super::{Body, Origin, types};
use crate::codes::expressions as codes;
use crate::declarations::{FileSpan, Source, Type};
use crate::effects::Place;
use crate::plan;
use crate::plan::ExprKind;
use crate::problem::Problem;

impl Body<'_, '_> {
    /// The expression as a `wanted`, or one error.
    pub(crate) fn coerce(&mut self, expr: plan::Expr, wanted: &Type, origin: Option<Origin>) -> plan::Expr {
        match self.try_coerce(expr, wanted) {
            Ok(fitting) => fitting,
            Err(expr) => {
                self.report_mismatch(&expr, wanted, origin);
                plan::Expr { kind: ExprKind::None, ty: Type::Error, span: expr.span }
            }
        }
    }

    /// The expression as a `wanted`, or the expression as it was.
    pub(crate) fn try_coerce(&mut self, expr: plan::Expr, wanted: &Type) -> Result<plan::Expr, Box<plan::Expr>> {
        let declarations = self.declarations();
        if types::is_poison(&expr.ty) || types::is_poison(wanted) {
            return Ok(expr);
        }
        if types::same(declarations, &expr.ty, wanted) {
            return Ok(settle(expr, wanted));
        }
        let actual = types::plain(declarations, &expr.ty).clone();
        let target = types::plain(declarations, wanted);
        match (&actual, target) {
            (Type::Patch(_), _) => {
                let read = self.read_patch(expr);
                self.try_coerce(read, wanted)
            }
            (_, Type::Patch(inner)) => self.coerce_to_patch(expr, &actual, inner),
            (Type::Optional(_), Type::Optional(_)) if !self.loads(&actual, target) => Err(Box::new(expr)),
            (Type::Optional(_), Type::Optional(_)) => Ok(self.load(expr, wanted)),
            (_, Type::Optional(inner)) => {
                let span = expr.span;
                let value = self.try_coerce(expr, inner)?;
                let kind = ExprKind::Some(Box::new(value));
                Ok(plan::Expr { kind, ty: Type::Optional(inner.clone()), span })
            }
            _ if self.loads(&actual, target) => Ok(self.load(expr, wanted)),
            // A scenario plays who says it.
            (Type::Text, Type::Secret) if matches!(self.place, Place::Scenario) => {
                Ok(plan::Expr { ty: Type::Secret, ..expr })
            }
            _ => Err(Box::new(expr)),
        }
    }

    /// Whether rows are wanted where their references are, in options and lists of any depth.
    fn loads(&self, actual: &Type, wanted: &Type) -> bool {
        match (self.plain(actual), self.plain(wanted)) {
            (Type::Reference(a), Type::Row(b)) => a == b,
            (Type::Optional(a), Type::Optional(b))
            | (Type::List(a) | Type::Set(a), Type::List(b))
            | (Type::Page(a), Type::Page(b)) => self.loads(a, b),
            _ => false,
        }
    }

    /// The rows behind references, where [`Self::loads`] holds.
    fn load(&mut self, expr: plan::Expr, wanted: &Type) -> plan::Expr {
        match self.plain(wanted).clone() {
            Type::Optional(inner) => self.load_option(expr, &inner),
            Type::List(inner) | Type::Page(inner) => self.load_rows(expr, &inner, wanted),
            _ => load_row(expr, wanted),
        }
    }

    /// A value of `name?: T` as `T?`.
    pub(crate) fn read_patch(&mut self, expr: plan::Expr) -> plan::Expr {
        let Type::Patch(inner) = self.plain(&expr.ty).clone() else { return expr };
        let span = expr.span;
        let ty = types::optional(self.declarations(), *inner);
        plan::Expr { kind: ExprKind::PatchToOptional(Box::new(expr)), ty, span }
    }

    fn coerce_to_patch(
        &mut self,
        expr: plan::Expr,
        actual: &Type,
        inner: &Type,
    ) -> Result<plan::Expr, Box<plan::Expr>> {
        let span = expr.span;
        let patch = Type::Patch(Box::new(inner.clone()));
        let wrap =
            |value: plan::Expr| plan::Expr { kind: ExprKind::Patch(Some(Box::new(value))), ty: patch.clone(), span };
        let is_option_of_inner = matches!(actual, Type::Optional(a)
            if types::same(self.declarations(), a, inner));
        let wants_option = matches!(self.plain(inner), Type::Optional(_));
        if !is_option_of_inner || wants_option {
            return self.try_coerce(expr, inner).map(wrap);
        }
        // None leaves the field untouched.
        let absent = plan::Expr { kind: ExprKind::Patch(None), ty: patch.clone(), span };
        if matches!(expr.kind, ExprKind::None) {
            return Ok(absent);
        }
        let local = self.new_local("value", inner.clone());
        let present = wrap(plan::Expr { kind: ExprKind::Local(local), ty: inner.clone(), span });
        let kind =
            ExprKind::IfLet { local, value: Box::new(expr), then: Box::new(present), otherwise: Box::new(absent) };
        Ok(plan::Expr { kind, ty: patch, span })
    }

    fn load_option(&mut self, expr: plan::Expr, row: &Type) -> plan::Expr {
        let (span, ty) = (expr.span, Type::Optional(Box::new(row.clone())));
        let reference = types::inside(self.declarations(), &expr.ty).clone();
        if let ExprKind::Query(mut query) = expr.kind {
            self.load_selected(&mut query, &reference, row, span);
            return plan::Expr { kind: ExprKind::Query(query), ty, span };
        }
        let local = self.new_local("row", reference.clone());
        let inner = plan::Expr { kind: ExprKind::Local(local), ty: reference, span };
        let body = Box::new(self.load(inner, row));
        let kind = ExprKind::OptionalChain { option: Box::new(expr), local, body, flatten: false };
        plan::Expr { kind, ty, span }
    }

    fn load_rows(&mut self, expr: plan::Expr, row: &Type, wanted: &Type) -> plan::Expr {
        let (span, ty) = (expr.span, wanted.clone());
        let reference = match self.plain(&expr.ty) {
            Type::List(element) | Type::Set(element) | Type::Page(element) => (**element).clone(),
            other => other.clone(),
        };
        if let ExprKind::Query(mut query) = expr.kind {
            self.load_selected(&mut query, &reference, row, span);
            return plan::Expr { kind: ExprKind::Query(query), ty, span };
        }
        let local = self.new_local("row", reference.clone());
        let inner = plan::Expr { kind: ExprKind::Local(local), ty: reference, span };
        let body = Box::new(self.load(inner, row));
        let kind = ExprKind::WithLambda { method: plan::LambdaMethod::Map, collection: Box::new(expr), local, body };
        plan::Expr { kind, ty, span }
    }

    /// Lets a query give rows out whole.
    fn load_selected(&mut self, query: &mut plan::Query, reference: &Type, row: &Type, span: FileSpan) {
        let selected = query.select.take().unwrap_or_else(|| plan::Expr {
            kind: ExprKind::Local(query.row),
            ty: reference.clone(),
            span,
        });
        // `first` of options gives one option, not two.
        let selects_option = matches!(self.plain(&selected.ty), Type::Optional(_));
        let wanted = if selects_option { types::optional(self.declarations(), row.clone()) } else { row.clone() };
        query.select = Some(self.load(selected, &wanted));
    }

    fn report_mismatch(&mut self, expr: &plan::Expr, wanted: &Type, origin: Option<Origin>) {
        let actual = self.plain(&expr.ty).clone();
        let (found, asked) = (self.words(&expr.ty), self.words(wanted));
        let target = self.plain(wanted).clone();
        let mut problem = match (&actual, &target) {
            (Type::Unit, _) => Problem::new(&codes::NO_VALUE, expr.span, "this gives no value")
                .help(format!("`{asked}` is wanted here")),
            (Type::Optional(inner), _) if **inner == Type::Never => {
                let message = format!("`none` stands where `{asked}` is wanted");
                Problem::new(&codes::TYPE_MISMATCH, expr.span, message)
                    .help(format!("make it optional (`{asked}?`), or give a value"))
            }
            (Type::Optional(inner), _) if types::same(self.declarations(), inner, &target) => {
                let message = format!("this may be none, where `{asked}` is wanted");
                Problem::new(&codes::MAYBE_NONE, expr.span, message)
                    .help("say what counts instead with `?? value`, or unwrap it with `let x = … else missing \"…\"`")
            }
            _ => {
                let message = if found == asked {
                    // A model's name means its rows in a result, and references everywhere else.
                    self.say_rows_apart(&asked, &target)
                } else {
                    format!("this is `{found}`, where `{asked}` is wanted")
                };
                let problem = Problem::new(&codes::TYPE_MISMATCH, expr.span, message);
                self.help_mismatch(problem, expr, &actual, &target)
            }
        };
        if let Some(origin) = origin {
            problem = problem.other(origin.span, format!("{} is `{asked}`", origin.what));
        }
        self.report(problem);
    }

    /// What to say where the names of both types are the same.
    fn say_rows_apart(&self, words: &str, wanted: &Type) -> String {
        if types::has_rows(self.declarations(), wanted) {
            format!("this holds references as `{words}`, where whole rows are wanted")
        } else {
            format!("this holds whole rows as `{words}`, where references are wanted")
        }
    }

    fn help_mismatch(&self, problem: Problem, expr: &plan::Expr, actual: &Type, target: &Type) -> Problem {
        let inside = types::inside(self.declarations(), target);
        match (actual, inside) {
            (Type::Int, Type::Decimal) => wrap_fix(problem, expr, "decimal"),
            (Type::Int | Type::Decimal, Type::Float) => wrap_fix(problem, expr, "float"),
            (Type::Secret, _) => problem.help("a secret is kept and verified, and becomes nothing else"),
            (Type::Text, Type::Secret) => problem.help("a secret comes in as a parameter of the type `secret`"),
            (Type::Text, Type::Enum(_)) => problem.help("variants are written without quotes"),
            (Type::List(_), Type::Set(_)) | (Type::Set(_), Type::List(_)) => {
                problem.help("a list and a set are different types; a literal `[…]` may be either")
            }
            (Type::Reference(source), _) => match self.single_key(*source) {
                Some((name, key)) if types::same(self.declarations(), key, inside) => {
                    let end = FileSpan {
                        span: raftstone_dsl::ast::Span::new(expr.span.span.end, expr.span.span.end),
                        ..expr.span
                    };
                    problem.help(format!("the key of the row is its field `{name}`")).fix(
                        format!("write `.{name}`"),
                        end,
                        format!(".{name}"),
                    )
                }
                _ => problem,
            },
            (_, Type::Reference(source)) => match self.single_key(*source) {
                Some((_, key)) if types::same(self.declarations(), key, actual) => {
                    let table = types::source_name(self.declarations(), *source);
                    problem.help(format!("look the row up: `{table}[…]` gives a `{table}?`"))
                }
                _ => problem,
            },
            (_, Type::Text) => problem.help("a text made of values is written `\"{value}\"`"),
            _ => problem,
        }
    }

    /// Name and type of the key of a table, when it is one field.
    pub(crate) fn single_key(&self, source: Source) -> Option<(&str, &Type)> {
        let (fields, key) = self.table(source)?;
        let [position] = key else { return None };
        fields.get(*position).map(|field| (field.name.as_str(), &field.ty))
    }
}

pub(super) fn wrap_fix(problem: Problem, expr: &plan::Expr, function: &str) -> Problem {
    use crate::problem::Edit;
    use raftstone_dsl::ast::Span;
    let at = |offset: u32| FileSpan { span: Span::new(offset, offset), ..expr.span };
    let edits = vec![
        Edit { span: at(expr.span.span.start), text: format!("{function}(") },
        Edit { span: at(expr.span.span.end), text: ")".to_owned() },
    ];
    problem
        .help(format!("numbers of different types meet only on purpose: `{function}(…)`"))
        .fixes(format!("write `{function}(…)`"), edits)
}

/// An expression of an equal type takes over the exact one, which matters for `none` and `[]`.
fn settle(mut expr: plan::Expr, wanted: &Type) -> plan::Expr {
    if matches!(expr.kind, ExprKind::None | ExprKind::Collection(_) | ExprKind::Map(_)) {
        expr.ty = wanted.clone();
    }
    expr
}

fn load_row(reference: plan::Expr, row: &Type) -> plan::Expr {
    let span = reference.span;
    plan::Expr { kind: ExprKind::LoadRow(Box::new(reference)), ty: row.clone(), span }
}
