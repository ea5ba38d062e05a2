//! The standard functions and methods.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, Ident};

use super::{Body, types};
use crate::codes::expressions as codes;
use crate::declarations::Type;
use crate::effects::Use;
use crate::plan;
use crate::plan::{Builtin, ExprKind, LambdaMethod};
use crate::similar;

/// A method without a lambda: what it is, takes and gives.
struct Method {
    builtin: Builtin,
    takes: Vec<Type>,
    gives: Type,
}

const METHODS: [&str; 43] = [
    "len",
    "sum",
    "min",
    "max",
    "first",
    "last",
    "take",
    "skip",
    "contains",
    "keys",
    "values",
    "lower",
    "upper",
    "trim",
    "starts_with",
    "ends_with",
    "split",
    "replace",
    "slug",
    "date",
    "year",
    "month",
    "start_of_month",
    "round",
    "abs",
    "as_string",
    "as_int",
    "as_float",
    "as_bool",
    "as_list",
    "as_map",
    "map",
    "filter",
    "any",
    "all",
    "sort_by",
    "decimal",
    "float",
    "int",
    "uuid",
    "count",
    "exists",
    "page",
];

/// Whether some value has a method of this name.
pub(crate) fn is_method(name: &str) -> bool {
    METHODS.iter().take_while(|method| **method != "decimal").any(|method| *method == name)
}

/// The method of a lambda, by its name.
fn lambda_method(name: &str) -> Option<LambdaMethod> {
    Some(match name {
        "map" => LambdaMethod::Map,
        "filter" => LambdaMethod::Filter,
        "any" => LambdaMethod::Any,
        "all" => LambdaMethod::All,
        "sort_by" => LambdaMethod::SortBy,
        "sum" => LambdaMethod::Sum,
        "min" => LambdaMethod::Min,
        "max" => LambdaMethod::Max,
        _ => return None,
    })
}

impl Body<'_, '_> {
    pub(crate) fn infer_method(
        &mut self,
        base: plan::Expr,
        name: &Ident,
        arguments: &[Expr],
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        if types::is_poison(&base.ty) {
            return self.wrong(span);
        }
        let is_collection = types::element(self.declarations(), &base.ty).is_some();
        if is_collection && let Some(method) = lambda_method(&name.text) {
            let takes_lambda =
                !arguments.is_empty() || !matches!(method, LambdaMethod::Sum | LambdaMethod::Min | LambdaMethod::Max);
            if takes_lambda {
                return self.infer_lambda_method(base, method, name, arguments, hint, span);
            }
        }
        let Some(method) = self.method(&base.ty, &name.text) else {
            return self.unknown_method(&base, name, span);
        };
        self.check_count(name, arguments.len(), method.takes.len(), span);
        if arguments.is_empty() && method.builtin == Builtin::Len && counts(&base) {
            return as_count(base);
        }
        let goes_by_values =
            matches!(method.builtin, Builtin::Sum | Builtin::Min | Builtin::Max | Builtin::First | Builtin::Last);
        let base = if goes_by_values { self.values_of_map(base) } else { base };
        let mut values = vec![base];
        for (argument, wanted) in arguments.iter().zip(&method.takes) {
            values.push(self.check(argument, wanted, None));
        }
        if values.len() != method.takes.len() + 1 {
            return self.wrong(span);
        }
        if method.builtin == Builtin::Contains && self.refuse_secret(values.first(), "compared") {
            return self.wrong(span);
        }
        self.expr(ExprKind::Builtin(method.builtin, values), method.gives, span)
    }

    /// The values of a map, as a list; anything else as it is.
    fn values_of_map(&self, base: plan::Expr) -> plan::Expr {
        let Type::Map(_, value) = self.plain(&base.ty) else { return base };
        let (ty, span) = (Type::List(value.clone()), base.span);
        plan::Expr { kind: ExprKind::Builtin(Builtin::Values, vec![base]), ty, span }
    }

    pub(crate) fn check_count(&mut self, name: &Ident, given: usize, wanted: usize, span: ast::Span) {
        if given == wanted {
            return;
        }
        let message = format!("`{}` takes {}, not {given}", name.text, values_of(wanted));
        self.report(self.problem(&codes::WRONG_ARGUMENT_COUNT, span, message));
    }

    fn method(&self, receiver: &Type, name: &str) -> Option<Method> {
        let declarations = self.declarations();
        match types::plain(declarations, receiver) {
            Type::Text => text_method(name),
            Type::Bytes => (name == "len").then(|| plain_method(Builtin::Len, Type::Int)),
            Type::Timestamp | Type::Date => time_method(receiver, name),
            Type::Int | Type::Float | Type::Decimal => number_method(types::plain(declarations, receiver), name),
            Type::Json => json_method(name),
            Type::Map(key, value) => self.map_method(receiver, key, value, name),
            list @ Type::List(element) => self.list_method(list, element, name),
            set @ Type::Set(element) => self.list_method(set, element, name),
            _ => None,
        }
    }

    /// `contains`, `take` and `skip` go by the keys; `sum` and the like are those of the values.
    fn map_method(&self, map: &Type, key: &Type, value: &Type, name: &str) -> Option<Method> {
        let part = |builtin| Method { builtin, takes: vec![Type::Int], gives: map.clone() };
        Some(match name {
            "len" => plain_method(Builtin::Len, Type::Int),
            "keys" => plain_method(Builtin::Keys, Type::Set(Box::new(key.clone()))),
            "values" => plain_method(Builtin::Values, Type::List(Box::new(value.clone()))),
            "contains" => Method { builtin: Builtin::Contains, takes: vec![key.clone()], gives: Type::Bool },
            "take" => part(Builtin::Take),
            "skip" => part(Builtin::Skip),
            "sum" | "min" | "max" | "first" | "last" => {
                return self.list_method(&Type::List(Box::new(value.clone())), value, name);
            }
            _ => return None,
        })
    }

    fn list_method(&self, list: &Type, element: &Type, name: &str) -> Option<Method> {
        let declarations = self.declarations();
        let option = || types::optional(declarations, element.clone());
        let sums = types::is_number(declarations, element) || *types::plain(declarations, element) == Type::Duration;
        let is_ordered = types::is_ordered(declarations, element);
        Some(match name {
            "len" => plain_method(Builtin::Len, Type::Int),
            "sum" if sums => plain_method(Builtin::Sum, element.clone()),
            "min" if is_ordered => plain_method(Builtin::Min, option()),
            "max" if is_ordered => plain_method(Builtin::Max, option()),
            "first" => plain_method(Builtin::First, option()),
            "last" => plain_method(Builtin::Last, option()),
            "contains" => Method { builtin: Builtin::Contains, takes: vec![element.clone()], gives: Type::Bool },
            "take" => Method { builtin: Builtin::Take, takes: vec![Type::Int], gives: list.clone() },
            "skip" => Method { builtin: Builtin::Skip, takes: vec![Type::Int], gives: list.clone() },
            _ => return None,
        })
    }

    fn unknown_method(&mut self, base: &plan::Expr, name: &Ident, span: ast::Span) -> plan::Expr {
        let words = self.words(&base.ty);
        let lambdas = ["map", "filter", "any", "all", "sort_by"];
        let is_collection = types::element(self.declarations(), &base.ty).is_some();
        let known: Vec<&str> = METHODS
            .into_iter()
            .filter(|method| self.method(&base.ty, method).is_some())
            .chain(lambdas.into_iter().filter(|_| is_collection))
            .collect();
        let needs_other_elements = is_collection && matches!(name.text.as_str(), "sum" | "min" | "max");
        let message = if needs_other_elements {
            format!("`{words}` has no `{}` of its own", name.text)
        } else {
            format!("`{words}` has no method `{}`", name.text)
        };
        let mut problem = self.problem(&codes::UNKNOWN_METHOD, name.span, message);
        if needs_other_elements {
            problem = problem.help(format!("say of what: `.{}(x => x.…)`", name.text));
        } else {
            let is_field = matches!(self.plain(&base.ty), Type::Reference(_) | Type::Struct(_));
            if !known.is_empty() {
                problem = problem.help(format!("it has {}", super::names::list_of(&known)));
            } else if is_field {
                problem = problem.help("rows and structs have fields: leave the parentheses out");
            }
            problem = problem.did_you_mean(similar::nearest(&name.text, known));
        }
        self.report(problem);
        self.wrong(span)
    }

    /// `decimal(x)`, `float(x)`, `int(x)`, `uuid()`.
    pub(crate) fn infer_standard_call(
        &mut self,
        name: &Ident,
        arguments: &[Expr],
        span: ast::Span,
    ) -> Option<plan::Expr> {
        let wanted = usize::from(name.text != "uuid");
        if !matches!(name.text.as_str(), "decimal" | "float" | "int" | "uuid") {
            return None;
        }
        if arguments.len() != wanted {
            self.check_count(name, arguments.len(), wanted, span);
            return Some(self.wrong(span));
        }
        let Some(argument) = arguments.first() else {
            self.uses(Use::Random, span);
            let kind = ExprKind::Builtin(Builtin::NewUuid, Vec::new());
            return Some(self.expr(kind, Type::Uuid, span));
        };
        let value = self.infer_value(argument, None);
        let option = |ty| Type::Optional(Box::new(ty));
        let (builtin, gives) = match (name.text.as_str(), self.plain(&value.ty)) {
            (_, Type::Error | Type::Never) => return Some(self.wrong(span)),
            ("decimal", Type::Int) => (Builtin::ToDecimal, Type::Decimal),
            ("decimal", Type::Text) => (Builtin::ToDecimal, option(Type::Decimal)),
            ("float", Type::Int | Type::Decimal) => (Builtin::ToFloat, Type::Float),
            ("int", Type::Text) => (Builtin::ToInt, option(Type::Int)),
            (function, _) => {
                let takes = match function {
                    "decimal" => "an `int`, or a `string` (which gives an option)",
                    "float" => "an `int` or `decimal`",
                    _ => "a `string`, and gives an option",
                };
                let words = self.words(&value.ty);
                let message = format!("`{function}` does not take `{words}`");
                let problem = self.problem(&codes::TYPE_MISMATCH, argument.span, message);
                self.report(problem.help(format!("`{function}(x)` takes {takes}")));
                return Some(self.wrong(span));
            }
        };
        Some(self.expr(ExprKind::Builtin(builtin, vec![value]), gives, span))
    }
}

/// "one value", "2 values"
pub(crate) fn values_of(count: usize) -> String {
    match count {
        0 => "no values".to_owned(),
        1 => "one value".to_owned(),
        count => format!("{count} values"),
    }
}

const fn plain_method(builtin: Builtin, gives: Type) -> Method {
    Method { builtin, takes: Vec::new(), gives }
}

fn text_method(name: &str) -> Option<Method> {
    let takes_text = |builtin, gives| Method { builtin, takes: vec![Type::Text], gives };
    Some(match name {
        "len" => plain_method(Builtin::Len, Type::Int),
        "trim" => plain_method(Builtin::Trim, Type::Text),
        "lower" => plain_method(Builtin::Lower, Type::Text),
        "upper" => plain_method(Builtin::Upper, Type::Text),
        "slug" => plain_method(Builtin::Slug, Type::Text),
        "contains" => takes_text(Builtin::Contains, Type::Bool),
        "starts_with" => takes_text(Builtin::StartsWith, Type::Bool),
        "ends_with" => takes_text(Builtin::EndsWith, Type::Bool),
        "split" => takes_text(Builtin::Split, Type::List(Box::new(Type::Text))),
        "replace" => Method { builtin: Builtin::Replace, takes: vec![Type::Text, Type::Text], gives: Type::Text },
        "take" => Method { builtin: Builtin::Take, takes: vec![Type::Int], gives: Type::Text },
        _ => return None,
    })
}

fn time_method(receiver: &Type, name: &str) -> Option<Method> {
    Some(match name {
        "date" if *receiver != Type::Date => plain_method(Builtin::Date, Type::Date),
        "year" => plain_method(Builtin::Year, Type::Int),
        "month" => plain_method(Builtin::Month, Type::Int),
        "start_of_month" => plain_method(Builtin::StartOfMonth, receiver.clone()),
        _ => return None,
    })
}

fn number_method(number: &Type, name: &str) -> Option<Method> {
    Some(match name {
        "abs" => plain_method(Builtin::Abs, number.clone()),
        "round" if *number != Type::Int => {
            Method { builtin: Builtin::Round, takes: vec![Type::Int], gives: number.clone() }
        }
        _ => return None,
    })
}

fn json_method(name: &str) -> Option<Method> {
    let option = |builtin, ty| plain_method(builtin, Type::Optional(Box::new(ty)));
    Some(match name {
        "as_string" => option(Builtin::JsonText, Type::Text),
        "as_int" => option(Builtin::JsonInt, Type::Int),
        "as_float" => option(Builtin::JsonFloat, Type::Float),
        "as_bool" => option(Builtin::JsonBool, Type::Bool),
        "as_list" => option(Builtin::JsonList, Type::List(Box::new(Type::Json))),
        "as_map" => option(Builtin::JsonMap, Type::Map(Box::new(Type::Text), Box::new(Type::Json))),
        _ => return None,
    })
}

/// Whether the number of elements can be counted without making the list.
fn counts(base: &plan::Expr) -> bool {
    match &base.kind {
        ExprKind::Query(query) => {
            query.result == plan::QueryResult::List && query.limit.is_none() && query.skip.is_none()
        }
        _ => false,
    }
}

fn as_count(base: plan::Expr) -> plan::Expr {
    let span = base.span;
    let ExprKind::Query(mut query) = base.kind else { return base };
    query.result = plan::QueryResult::Count;
    query.select = None;
    plan::Expr { kind: ExprKind::Query(query), ty: Type::Int, span }
}
