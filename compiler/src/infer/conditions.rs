//! Conditions whose parts make names and paths known: `a is some and a.len() > 1`.

use raftstone_dsl::ast::Expr;

use super::narrow::{self, Known};
use super::{Body, COPIES_MAX, GUARDS_MAX};
use crate::declarations::{FileSpan, Type};
use crate::plan;

/// A part of a condition that has to be as wanted to go on.
pub(crate) enum Step {
    /// A name or path is some, and stands for its value from here on.
    Known(Known),
    /// A condition, and what it has to be.
    Test(plan::Expr, bool),
}

/// The way of a condition that learns from it.
pub(crate) struct Learnt<'e> {
    /// Whether it is the way on which the condition holds.
    pub(crate) holds: bool,
    parts: Vec<(&'e Expr, bool)>,
}

impl Learnt<'_> {
    /// How many parts there are: the other way stands behind each of them.
    pub(crate) const fn count(&self) -> usize {
        self.parts.len()
    }
}

impl Body<'_, '_> {
    /// The way on which the condition makes something known, if there is one: the first, since
    /// both would take a test of one part, and that one is known to be none on the other.
    ///
    /// `is_copied` says whether the other way has to be written once for each part.
    pub(crate) fn learnt<'e>(&self, condition: &'e Expr, is_copied: bool) -> Option<Learnt<'e>> {
        [true, false].into_iter().find_map(|holds| self.learnt_when(condition, holds, is_copied))
    }

    /// The same for one of the ways.
    pub(crate) fn learnt_when<'e>(&self, condition: &'e Expr, holds: bool, is_copied: bool) -> Option<Learnt<'e>> {
        let parts = narrow::parts(condition, holds);
        let is_learnt = parts.iter().any(|(part, holds)| narrow::tested(part, *holds).is_some());
        let fits = !is_copied || parts.len() * self.copies <= COPIES_MAX;
        (is_learnt && fits).then_some(Learnt { holds, parts })
    }

    /// Types the parts one after the other; what they make known stays so until the scope ends.
    pub(crate) fn steps(&mut self, learnt: &Learnt<'_>) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut opened = 0;
        for (part, holds) in &learnt.parts {
            let typed = self.check_bool(part);
            let target = narrow::tested(part, *holds).filter(|_| typed.ty != Type::Error && opened < GUARDS_MAX);
            if let Some(known) = target.and_then(|target| self.open_known(target)) {
                opened += 1;
                steps.push(Step::Known(known));
                continue;
            }
            match steps.last_mut() {
                Some(Step::Test(before, wanted)) if wanted == holds => {
                    let span = raftstone_dsl::ast::Span::new(before.span.span.start, part.span.end);
                    let left = Box::new(before.clone());
                    let kind = plan::ExprKind::Logic { and: *holds, left, right: Box::new(typed) };
                    *before = self.expr(kind, Type::Bool, span);
                }
                _ => steps.push(Step::Test(typed, *holds)),
            }
        }
        steps
    }

    /// Types the way on which a condition does not make anything known, which is written `copies`
    /// times.
    pub(crate) fn copied<T>(&mut self, copies: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.copies;
        self.copies = before.saturating_mul(copies.max(1));
        let value = work(self);
        self.copies = before;
        value
    }
}

/// One `if` inside the other, with `inner` where all steps are as wanted.
pub(crate) fn nest_statements(
    steps: Vec<Step>,
    inner: Vec<plan::Statement>,
    otherwise: &[plan::Statement],
) -> Vec<plan::Statement> {
    let mut inner = inner;
    for step in steps.into_iter().rev() {
        let otherwise = otherwise.to_vec();
        inner = vec![match step {
            Step::Known(known) => plan::Statement::IfLet(known.local, known.value, inner, otherwise),
            Step::Test(test, true) => plan::Statement::If(test, inner, otherwise),
            Step::Test(test, false) if otherwise.is_empty() => plan::Statement::If(not(test), inner, otherwise),
            Step::Test(test, false) => plan::Statement::If(test, otherwise, inner),
        }];
    }
    inner
}

/// The same for a value.
pub(crate) fn nest_value(
    steps: Vec<Step>,
    inner: plan::Expr,
    otherwise: &plan::Expr,
    ty: &Type,
    span: FileSpan,
) -> plan::Expr {
    let mut inner = inner;
    for step in steps.into_iter().rev() {
        let otherwise = Box::new(otherwise.clone());
        let kind = match step {
            Step::Known(known) => plan::ExprKind::IfLet {
                local: known.local,
                value: Box::new(known.value),
                then: Box::new(inner),
                otherwise,
            },
            Step::Test(test, holds) => {
                let inner = Box::new(inner);
                let (then, otherwise) = if holds { (inner, otherwise) } else { (otherwise, inner) };
                plan::ExprKind::If { condition: Box::new(test), then, otherwise }
            }
        };
        inner = plan::Expr { kind, ty: ty.clone(), span };
    }
    inner
}

pub(crate) fn not(test: plan::Expr) -> plan::Expr {
    let span = test.span;
    plan::Expr { kind: plan::ExprKind::Not(Box::new(test)), ty: Type::Bool, span }
}

#[cfg(test)]
mod tests {
    use super::{COPIES_MAX, GUARDS_MAX};
    use crate::{Input, check};

    fn codes(text: &str) -> Vec<&'static str> {
        let mut read = |_: &str| Ok(text.to_owned());
        let checked = check(Input { root: "limits.rstone", read: &mut read, lock: None });
        checked.problems.iter().map(|problem| problem.code.code).collect()
    }

    /// `if p0 is none or p1 is none … { 0 } else { p0 + p1 … }`
    fn either(count: usize) -> String {
        let names: Vec<String> = (0..count).map(|it| format!("p{it}")).collect();
        let parameters: Vec<String> = names.iter().map(|name| format!("{name}: int?")).collect();
        let tests: Vec<String> = names.iter().map(|name| format!("{name} is none")).collect();
        format!(
            "fn sum({}) -> int = if {} {{ 0 }} else {{ p0 + p{} }}",
            parameters.join(", "),
            tests.join(" or "),
            count - 1
        )
    }

    #[test]
    fn a_way_is_copied_up_to_the_limit() {
        assert!(codes(&either(COPIES_MAX)).is_empty());
        assert_eq!(codes(&either(COPIES_MAX + 1)), ["RS0205"]);
    }

    #[test]
    fn a_condition_makes_names_known_up_to_the_limit() {
        let schema = |count: usize| {
            let fields: Vec<String> = (0..count).map(|it| format!("f{it}: int?")).collect();
            let tests: Vec<String> = (0..count).map(|it| format!("s.f{it} is some")).collect();
            format!(
                "struct S {{ {} }}\nendpoint last(s: S @body) -> int at POST /last for anyone {{\n    \
                 if {} {{ return s.f{} }}\n    return 0\n}}\n",
                fields.join(", "),
                tests.join(" and "),
                count - 1
            )
        };
        assert!(codes(&schema(GUARDS_MAX)).is_empty());
        assert_eq!(codes(&schema(GUARDS_MAX + 1)), ["RS0205"]);
    }
}
