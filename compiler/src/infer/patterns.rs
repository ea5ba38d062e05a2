//! Patterns, and whether they take everything.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Ident, PatternKind};

use super::{Body, names::list_of};
use crate::codes::expressions as codes;
use crate::declarations::{EnumId, Type, Variant};
use crate::names::Named;
use crate::plan;
use crate::plan::{ExprKind, Pattern};
use crate::similar;

/// What the patterns so far take.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// `_`, or all of what follows.
    everything: bool,
    /// The variants of an enum.
    variants: Vec<bool>,
    none: bool,
    some: bool,
    yes: bool,
    no: bool,
    literals: Vec<ExprKind>,
    is_wrong: bool,
}

impl<'a> Body<'a, '_> {
    /// What has to be covered for a type.
    pub(crate) fn coverage(&self, ty: &Type) -> Coverage {
        let variants = match self.plain(ty) {
            Type::Enum(id) => self.declarations().enums.get(id.index()).map_or(0, |it| it.variants.len()),
            _ => 0,
        };
        Coverage { variants: vec![false; variants], ..Coverage::default() }
    }

    /// A typed pattern with its names in scope; none when it is wrong.
    pub(crate) fn pattern(&mut self, pattern: &ast::Pattern, ty: &Type, coverage: &mut Coverage) -> Option<Pattern> {
        let before = coverage.everything;
        let count = coverage.taken();
        let typed = self.single_pattern(pattern, ty, coverage);
        coverage.complete(self.plain(ty));
        if typed.is_none() {
            coverage.is_wrong = true;
            self.bind_anyway(pattern);
        } else if before || (coverage.taken() == count && !coverage.everything) {
            let message = "this arm is never reached";
            let problem = self.problem(&codes::UNREACHABLE_ARM, pattern.span, message);
            self.report(problem.help("the arms before it take all of its values: remove it"));
        }
        typed
    }

    /// The names of a pattern that is wrong are known all the same.
    fn bind_anyway(&mut self, pattern: &ast::Pattern) {
        let names: Vec<&Ident> = match &pattern.kind {
            PatternKind::Some(name) => vec![name],
            PatternKind::Variant { bindings, .. } => bindings.iter().map(|(_, name)| name).collect(),
            _ => Vec::new(),
        };
        for name in names {
            self.bind_wrong(&name.text);
        }
    }

    fn single_pattern(&mut self, pattern: &ast::Pattern, ty: &Type, coverage: &mut Coverage) -> Option<Pattern> {
        let plain = self.plain(ty).clone();
        match (&pattern.kind, &plain) {
            (PatternKind::Any, _) => {
                coverage.everything = true;
                Some(Pattern::Any)
            }
            (PatternKind::OneOf(patterns), _) => {
                let mut typed = Vec::with_capacity(patterns.len());
                for part in patterns {
                    typed.push(self.alternative(part, ty, coverage)?);
                }
                Some(Pattern::OneOf(typed))
            }
            (_, Type::Error | Type::Never) => None,
            (PatternKind::None, Type::Optional(_)) => {
                coverage.none = true;
                Some(Pattern::None)
            }
            (PatternKind::Some(name), Type::Optional(inner)) => {
                coverage.some = true;
                let local = self.new_local(&name.text, (**inner).clone());
                self.declare(name, local);
                Some(Pattern::Some(local))
            }
            (PatternKind::Variant { of, name, bindings }, Type::Enum(id)) => {
                self.variant_pattern(*id, of.as_ref(), name, bindings, coverage)
            }
            (PatternKind::Literal(value), _) if is_matched_by_literal(&plain) => {
                let value = self.check(value, ty, None);
                if value.ty == Type::Error {
                    return None;
                }
                coverage.literal(&value.kind);
                Some(Pattern::Literal(value))
            }
            _ => {
                self.report_mismatch_of_pattern(pattern, ty);
                None
            }
        }
    }

    fn alternative(&mut self, part: &ast::Pattern, ty: &Type, coverage: &mut Coverage) -> Option<Pattern> {
        let binds = match &part.kind {
            PatternKind::Some(_) => true,
            PatternKind::Variant { bindings, .. } => !bindings.is_empty(),
            _ => false,
        };
        if binds {
            let message = "an alternative binds no names";
            let problem = self.problem(&codes::PATTERN_MISMATCH, part.span, message);
            self.report(problem.help("give it an arm of its own"));
            return None;
        }
        self.single_pattern(part, ty, coverage)
    }

    fn variant_pattern(
        &mut self,
        id: EnumId,
        of: Option<&Ident>,
        name: &Ident,
        bindings: &[(Ident, Ident)],
        coverage: &mut Coverage,
    ) -> Option<Pattern> {
        let declared = self.declarations().enums.get(id.index())?;
        if let Some(of) = of
            && of.text != declared.name
        {
            let message = format!("this matches a `{}`, not a `{}`", declared.name, of.text);
            let problem = self.problem(&codes::PATTERN_MISMATCH, of.span, message).did_you_mean(Some(&declared.name));
            self.report(problem);
            return None;
        }
        let Some(position) = self.variant_position(id, &name.text) else {
            self.unknown_variant(id, name);
            return None;
        };
        let variant = declared.variants.get(position)?;
        let mut bound = Vec::with_capacity(bindings.len());
        for (field, local) in bindings {
            bound.push(self.bind_variant_field(id, variant, field, local)?);
        }
        if let Some(taken) = coverage.variants.get_mut(position) {
            *taken = true;
        }
        Some(Pattern::Variant(id, position, bound))
    }

    fn bind_variant_field(
        &mut self,
        of: EnumId,
        variant: &'a Variant,
        field: &Ident,
        local: &Ident,
    ) -> Option<(usize, plan::LocalId)> {
        let position = variant.fields.iter().position(|it| it.name == field.text);
        let Some(position) = position else {
            if self.is_damaged(Named::Enum(of)) {
                return None;
            }
            let names = variant.fields.iter().map(|it| it.name.as_str());
            let near = similar::nearest(&field.text, names);
            let message = format!("`{}` has no field `{}`", variant.name, field.text);
            let problem = self
                .problem(&codes::UNKNOWN_FIELD, field.span, message)
                .other(variant.span, "declared here")
                .did_you_mean(near);
            self.report(problem);
            return None;
        };
        let ty = variant.fields.get(position).map_or(Type::Error, |it| it.ty.clone());
        let id = self.new_local(&local.text, ty);
        self.declare_field(field, local, id);
        Some((position, id))
    }

    fn report_mismatch_of_pattern(&mut self, pattern: &ast::Pattern, ty: &Type) {
        let words = self.words(ty);
        let message = format!("this pattern matches no `{words}`");
        let problem = self.problem(&codes::PATTERN_MISMATCH, pattern.span, message);
        let problem = match (self.plain(ty), &pattern.kind) {
            (Type::Optional(_), _) => problem.help("an option is matched by `none` and `some x`"),
            (_, PatternKind::None | PatternKind::Some(_)) => {
                problem.help("only an option is matched by `none` and `some x`")
            }
            (Type::Enum(_), _) => problem.help("an enum is matched by its variants"),
            _ => problem,
        };
        self.report(problem);
    }

    /// Whether all values are taken; reports what is missing.
    pub(crate) fn check_exhaustive(&mut self, coverage: &Coverage, value: &plan::Expr, span: ast::Span) -> bool {
        if coverage.everything || coverage.is_wrong {
            return coverage.everything && !coverage.is_wrong;
        }
        let missing: Vec<&str> = match self.plain(&value.ty) {
            Type::Error | Type::Never => return false,
            Type::Enum(id) if self.is_damaged(Named::Enum(*id)) => return false,
            Type::Enum(id) => {
                let declared = self.declarations().enums.get(id.index());
                let variants = declared.map_or(&[][..], |it| &it.variants);
                variants
                    .iter()
                    .zip(&coverage.variants)
                    .filter(|(_, taken)| !**taken)
                    .map(|(variant, _)| variant.name.as_str())
                    .collect()
            }
            Type::Optional(_) => [("none", coverage.none), ("some x", coverage.some)]
                .into_iter()
                .filter(|(_, taken)| !taken)
                .map(|(name, _)| name)
                .collect(),
            Type::Bool => [("true", coverage.yes), ("false", coverage.no)]
                .into_iter()
                .filter(|(_, taken)| !taken)
                .map(|(name, _)| name)
                .collect(),
            _ => vec!["_"],
        };
        let message = match missing.as_slice() {
            ["_"] => format!("this `match` does not take every `{}`", self.words(&value.ty)),
            missing => format!("this `match` does not take {}", list_of(missing)),
        };
        let problem = self.problem(&codes::NOT_EXHAUSTIVE, span, message);
        self.report(problem.help("add an arm for each, or `_ => …` for all others"));
        false
    }
}

impl Coverage {
    /// How much is taken.
    fn taken(&self) -> usize {
        let flags = [self.none, self.some, self.yes, self.no];
        self.literals.len()
            + self.variants.iter().filter(|taken| **taken).count()
            + flags.iter().filter(|taken| **taken).count()
    }

    fn literal(&mut self, value: &ExprKind) {
        match value {
            ExprKind::Bool(true) => self.yes = true,
            ExprKind::Bool(false) => self.no = true,
            other if !self.literals.contains(other) => self.literals.push(other.clone()),
            _ => {}
        }
    }

    /// Notes when the parts make up everything.
    fn complete(&mut self, ty: &Type) {
        let is_complete = match ty {
            Type::Enum(_) => !self.variants.is_empty() && self.variants.iter().all(|taken| *taken),
            Type::Optional(_) => self.none && self.some,
            Type::Bool => self.yes && self.no,
            _ => false,
        };
        self.everything |= is_complete;
    }
}

fn is_matched_by_literal(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::Int | Type::Decimal | Type::Float | Type::Text | Type::Duration)
}
