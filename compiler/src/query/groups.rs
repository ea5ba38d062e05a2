//! `group by`: its keys, and the aggregates over the rows of a group.

use raftstone_dsl::ast;
use raftstone_dsl::ast::Ident;

use crate::codes::queries as codes;
use crate::declarations::Type;
use crate::infer::rewrite::{canonical, rewrite};
use crate::infer::{Body, types, walk};
use crate::plan;
use crate::plan::{Aggregate, AggregateFunction, ExprKind, Group, LocalId};

/// Whether aggregates may stand where something is typed.
#[derive(Debug, Default)]
pub(crate) enum Grouping {
    /// Nothing is grouped here.
    #[default]
    None,
    /// What is made of the rows of a query without `group by`.
    Ungrouped,
    /// What is made of groups: the aggregates so far.
    Groups(Vec<Aggregate>),
    /// The value of an aggregate.
    Inside,
}

/// The functions over the rows of a group.
pub(crate) const AGGREGATES: [(&str, AggregateFunction); 7] = [
    ("count", AggregateFunction::Count),
    ("count_distinct", AggregateFunction::CountDistinct),
    ("sum", AggregateFunction::Sum),
    ("avg", AggregateFunction::Average),
    ("min", AggregateFunction::Min),
    ("max", AggregateFunction::Max),
    ("any", AggregateFunction::Any),
];

impl Body<'_, '_> {
    /// Work on something of another kind of grouping.
    pub(crate) fn grouped<T>(&mut self, grouping: Grouping, work: impl FnOnce(&mut Self) -> T) -> (T, Grouping) {
        let before = std::mem::replace(&mut self.grouping, grouping);
        let value = work(self);
        let after = std::mem::replace(&mut self.grouping, before);
        (value, after)
    }

    /// The keys of `group by`.
    pub(crate) fn group_keys(&mut self, keys: &[ast::Expr]) -> Vec<(LocalId, plan::Expr)> {
        let mut typed = Vec::with_capacity(keys.len());
        for key in keys {
            let value = self.infer_value(key, None);
            if !is_key_type(self, &value.ty) {
                let message = format!("`{}` cannot be a key of groups", self.words(&value.ty));
                let problem = self.problem(&codes::GROUP_KEY_TYPE, key.span, message);
                self.report(
                    problem.help("group by a text, whole number, decimal, time, id, reference, enum or `bool`"),
                );
            }
            let name = match &key.kind {
                ast::ExprKind::Name(name) | ast::ExprKind::Field { name, .. } => name.text.as_str(),
                ast::ExprKind::Method { name, .. } => name.text.as_str(),
                _ => "key",
            };
            let local = self.new_local(name, value.ty.clone());
            typed.push((local, value));
        }
        typed
    }

    /// `count()`, `sum(e)` and their like, where rows are selected.
    pub(crate) fn infer_aggregate(
        &mut self,
        name: &Ident,
        arguments: &[ast::Expr],
        span: ast::Span,
    ) -> Option<plan::Expr> {
        let (_, function) = *AGGREGATES.iter().find(|(word, _)| *word == name.text)?;
        if arguments.iter().any(super::is_query) {
            return None;
        }
        let why = match self.grouping {
            Grouping::None => return None,
            Grouping::Groups(_) => return Some(self.aggregate(function, name, arguments, span)),
            Grouping::Ungrouped => "no rows are grouped here",
            Grouping::Inside => "this stands in an aggregate already",
        };
        let problem = self.problem(&codes::AGGREGATE_MISPLACED, name.span, why);
        let help = match self.grouping {
            Grouping::Inside => "aggregate a value of the rows".to_owned(),
            _ if function == AggregateFunction::Count => {
                "add `group by`; all rows are counted by `count(from …)`".to_owned()
            }
            _ => format!("add `group by`; of all rows write `(from … select …).{}()`", name.text),
        };
        self.report(problem.help(help));
        Some(self.wrong(span))
    }

    fn aggregate(
        &mut self,
        function: AggregateFunction,
        name: &Ident,
        arguments: &[ast::Expr],
        span: ast::Span,
    ) -> plan::Expr {
        let wanted = usize::from(function != AggregateFunction::Count);
        if arguments.len() != wanted {
            self.check_count(name, arguments.len(), wanted, span);
            return self.wrong(span);
        }
        let (value, _) = self.grouped(Grouping::Inside, |body| {
            arguments.first().map(|argument| match function {
                AggregateFunction::Any => body.check_bool(argument),
                _ => body.infer_value(argument, None),
            })
        });
        if value.as_ref().is_some_and(|value| types::is_poison(&value.ty)) {
            return self.wrong(span);
        }
        let Some(ty) = self.aggregate_type(function, value.as_ref(), name) else { return self.wrong(span) };
        let alike =
            |a: &Option<plan::Expr>, b: &Option<plan::Expr>| a.as_ref().map(canonical) == b.as_ref().map(canonical);
        let Grouping::Groups(known) = &self.grouping else { return self.wrong(span) };
        let known = known.iter().find(|it| it.function == function && alike(&it.value, &value)).map(|it| it.local);
        let local = known.unwrap_or_else(|| {
            let local = self.new_local(&name.text, ty.clone());
            if let Grouping::Groups(all) = &mut self.grouping {
                all.push(Aggregate { local, function, value });
            }
            local
        });
        self.expr(ExprKind::Local(local), ty, span)
    }

    /// What an aggregate gives; what is none in a row does not count.
    fn aggregate_type(
        &mut self,
        function: AggregateFunction,
        value: Option<&plan::Expr>,
        name: &Ident,
    ) -> Option<Type> {
        let Some(value) = value else { return Some(Type::Int) };
        let declarations = self.declarations();
        let inner = types::inside(declarations, &value.ty).clone();
        let is_optional = matches!(self.plain(&value.ty), Type::Optional(_));
        let maybe = |ty: Type| if is_optional { types::optional(declarations, ty) } else { ty };
        let (fits, gives) = match function {
            AggregateFunction::Count => (true, Type::Int),
            AggregateFunction::Any => (true, Type::Bool),
            AggregateFunction::CountDistinct => (is_key_type(self, &value.ty), Type::Int),
            AggregateFunction::Sum => (matches!(inner, Type::Int | Type::Decimal | Type::Duration), inner),
            AggregateFunction::Average => match inner {
                Type::Int | Type::Decimal => (true, maybe(Type::Decimal)),
                Type::Duration => (true, maybe(Type::Duration)),
                _ => (false, Type::Error),
            },
            AggregateFunction::Min | AggregateFunction::Max => {
                (types::is_ordered(declarations, &inner), value.ty.clone())
            }
        };
        if fits {
            return Some(gives);
        }
        let words = self.words(&value.ty);
        let problem = crate::problem::Problem::new(
            &codes::AGGREGATE_TYPE,
            value.span,
            format!("`{}` of `{words}` has no exact result", name.text),
        );
        let help = match (function, types::inside(declarations, &value.ty)) {
            (AggregateFunction::Sum | AggregateFunction::Average, Type::Float) => {
                "the order of the rows would change the result: keep a `decimal`, or whole cents"
            }
            (AggregateFunction::Sum | AggregateFunction::Average, _) => "it takes an `int`, `decimal` or `duration`",
            (AggregateFunction::CountDistinct, _) => {
                "it takes what can be a key: a text, number, time, id, reference or enum"
            }
            _ => "it takes a number, text, time, `uuid` or plain enum",
        };
        self.report(problem.help(help));
        None
    }

    /// Puts the values of the group's keys where an expression repeats a key, and reports what
    /// is left of single rows.
    pub(crate) fn regroup(&mut self, expr: &mut plan::Expr, group: &Group, rows: &[LocalId]) {
        let keys: Vec<(plan::Expr, LocalId)> = group.keys.iter().map(|(local, key)| (canonical(key), *local)).collect();
        rewrite(expr, &mut |part| {
            let key = keys.iter().find(|(key, _)| key.ty == part.ty && *key == canonical(part));
            if let Some((_, local)) = key {
                part.kind = ExprKind::Local(*local);
            }
            key.is_some()
        });
        self.report_ungrouped(expr, rows);
    }

    fn report_ungrouped(&mut self, expr: &plan::Expr, rows: &[LocalId]) {
        let is_row = |expr: &plan::Expr| matches!(expr.kind, ExprKind::Local(local) if rows.contains(&local));
        let shown = match &expr.kind {
            ExprKind::RowField(base, _) | ExprKind::StructField(base, _) if is_row(base) => true,
            _ => is_row(expr),
        };
        if !shown {
            let mut parts = Vec::new();
            walk::children(expr, &mut |part| parts.push(part.clone()));
            parts.iter().for_each(|part| self.report_ungrouped(part, rows));
            return;
        }
        let problem =
            crate::problem::Problem::new(&codes::NOT_OF_THE_GROUP, expr.span, "the rows of a group differ in this");
        self.report(problem.help("add it to `group by`, or aggregate it: `min(…)`, `max(…)`, `sum(…)`, `any(…)`"));
    }

    /// Says that groups are no rows: something has to be made of each.
    pub(crate) fn report_no_select(&mut self, query: &ast::Query) {
        let (Some(first), Some(last)) = (query.group_by.first(), query.group_by.last()) else { return };
        let message = "a group is no row: something has to be made of each";
        let problem = self.problem(&codes::NOT_OF_THE_GROUP, first.span.to(last.span), message);
        self.report(problem.help("add `select` with keys and aggregates: `select { key, n: count() }`"));
    }
}

/// Whether values can be told apart and ordered exactly: what may be indexed.
pub(crate) fn is_key_type(body: &Body<'_, '_>, ty: &Type) -> bool {
    let declarations = body.declarations();
    let inner = types::inside(declarations, ty);
    *inner != Type::Float
        && (types::is_ordered(declarations, inner) || matches!(inner, Type::Bool | Type::Bytes | Type::Reference(_)))
}
