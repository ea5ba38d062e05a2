//! Statements and patterns.

use raftstone_compiler::declarations::{EnumId, Type};
use raftstone_compiler::names::Named;
use raftstone_dsl::ast::{Block, Condition, Failure, Ident, Pattern, PatternKind, Statement, StatementKind};

use super::{Binder, Found, Meaning, Owner, Walk};

impl Walk<'_> {
    pub(super) fn block(&mut self, block: &Block) -> Option<Found> {
        if !self.is_at(block.span) {
            return None;
        }
        self.scoped(|walk| {
            block.statements.iter().find_map(|statement| {
                let found = walk.statement(statement);
                if found.is_none() {
                    walk.bind_statement(statement);
                }
                found
            })
        })
    }

    /// What a statement leaves in scope.
    fn bind_statement(&mut self, statement: &Statement) {
        if let StatementKind::Let { name, .. } = &statement.kind {
            let ty = self.let_type(statement);
            self.bind(name, ty, Binder::Let);
        }
    }

    fn let_type(&mut self, statement: &Statement) -> Type {
        let StatementKind::Let { value, otherwise, .. } = &statement.kind else { return Type::Error };
        match (self.type_of(value), otherwise) {
            (Type::Optional(inner), Some(_)) => *inner,
            (ty, _) => ty,
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement) -> Option<Found> {
        if !self.is_at(statement.span) {
            return None;
        }
        match &statement.kind {
            StatementKind::Let { name, ty, value, otherwise } => {
                if self.is_at(name.span) {
                    let ty = self.let_type(statement);
                    return self.name(name, Some(self.local(name, ty, Binder::Let)));
                }
                ty.as_ref()
                    .and_then(|ty| self.type_ref(ty))
                    .or_else(|| self.expr(value, None))
                    .or_else(|| self.failure(otherwise.as_ref()?))
            }
            StatementKind::Require { condition, otherwise } => {
                self.expr(condition, Some(&Type::Bool)).or_else(|| self.failure(otherwise.as_ref()?))
            }
            StatementKind::Fail(failure) => self.failure(failure),
            StatementKind::Expr(expr) | StatementKind::Insert(expr) | StatementKind::Delete(expr) => {
                self.expr(expr, None)
            }
            StatementKind::If { condition, then, otherwise } => {
                let found = self.scoped(|walk| {
                    walk.condition(condition).or_else(|| {
                        walk.bind_condition(condition);
                        walk.block(then)
                    })
                });
                found.or_else(|| self.block(otherwise.as_ref()?))
            }
            StatementKind::For { name, collection, body } => {
                let ty = self.type_of(collection);
                let element = self.schema.element(&ty);
                let bound = self.local(name, element.clone(), Binder::For);
                self.name(name, Some(bound)).or_else(|| self.expr(collection, None)).or_else(|| {
                    self.scoped(|walk| {
                        walk.bind(name, element, Binder::For);
                        walk.block(body)
                    })
                })
            }
            StatementKind::Match { value, arms } => self.expr(value, None).or_else(|| {
                let ty = self.type_of(value);
                let arm = arms.iter().find(|arm| self.is_at(arm.span))?;
                self.arm(&arm.pattern, &ty, |walk| walk.block(&arm.body))
            }),
            StatementKind::Return { value, .. } => {
                let returns = self.returns.clone();
                self.expr(value.as_ref()?, Some(&returns))
            }
            StatementKind::Assign { target, value, .. } => {
                let ty = self.type_of(target);
                self.expr(target, None).or_else(|| self.expr(value, Some(&ty)))
            }
            StatementKind::Bad => None,
        }
    }

    /// `invalid(email) "…"`: the field is one of the endpoint's parameters or the event's fields.
    fn failure(&mut self, failure: &Failure) -> Option<Found> {
        let field = failure.field.first();
        field
            .and_then(|field| self.name(field, self.in_scope(&field.text).cloned()))
            .or_else(|| self.expr(failure.message.as_ref()?, Some(&Type::Text)))
    }

    pub(super) fn condition(&mut self, condition: &Condition) -> Option<Found> {
        match condition {
            Condition::Expr(expr) => self.expr(expr, Some(&Type::Bool)),
            Condition::Let { name, value } => {
                let ty = self.some_of(value);
                let bound = self.local(name, ty, Binder::Let);
                self.name(name, Some(bound)).or_else(|| self.expr(value, None))
            }
        }
    }

    pub(super) fn bind_condition(&mut self, condition: &Condition) {
        if let Condition::Let { name, value } = condition {
            let ty = self.some_of(value);
            self.bind(name, ty, Binder::Let);
        }
    }

    fn some_of(&mut self, value: &raftstone_dsl::ast::Expr) -> Type {
        match self.type_of(value) {
            Type::Optional(inner) => *inner,
            other => other,
        }
    }

    /// A pattern, and what stands behind its arrow.
    pub(super) fn arm(
        &mut self,
        pattern: &Pattern,
        ty: &Type,
        behind: impl FnOnce(&mut Self) -> Option<Found>,
    ) -> Option<Found> {
        self.scoped(|walk| {
            walk.pattern(pattern, ty).or_else(|| {
                walk.bind_pattern(pattern, ty);
                behind(walk)
            })
        })
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern, ty: &Type) -> Option<Found> {
        if !self.is_at(pattern.span) {
            return None;
        }
        match &pattern.kind {
            PatternKind::Any | PatternKind::None => None,
            PatternKind::Some(name) => {
                let bound = self.local(name, without_option(ty), Binder::Pattern);
                self.name(name, Some(bound))
            }
            PatternKind::Variant { of, name, bindings } => {
                let variant = self.variant_of(of.as_ref(), name, Some(ty));
                let found = of.as_ref().and_then(|of| self.name(of, self.item(of)));
                if let Some(found) = found.or_else(|| self.name(name, variant.map(|(id, at)| Meaning::Variant(id, at))))
                {
                    return Some(found);
                }
                let (id, position) = variant?;
                let owner = Owner::Variant(id, position);
                bindings.iter().find_map(|(field, local)| {
                    let meaning = self.field(owner, field);
                    let ty = self.type_of_meaning(meaning.as_ref());
                    // `Card { last4 }`: the one word is both; the declaration of the field says more.
                    self.name(field, meaning).or_else(|| self.name(local, Some(self.local(local, ty, Binder::Pattern))))
                })
            }
            PatternKind::Literal(expr) => self.expr(expr, Some(ty)),
            PatternKind::OneOf(patterns) => patterns.iter().find_map(|pattern| self.pattern(pattern, ty)),
        }
    }

    pub(super) fn bind_pattern(&mut self, pattern: &Pattern, ty: &Type) {
        match &pattern.kind {
            PatternKind::Some(name) => self.bind(name, without_option(ty), Binder::Pattern),
            PatternKind::Variant { of, name, bindings } => {
                let Some((id, position)) = self.variant_of(of.as_ref(), name, Some(ty)) else { return };
                for (field, local) in bindings {
                    let meaning = self.field(Owner::Variant(id, position), field);
                    let ty = self.type_of_meaning(meaning.as_ref());
                    self.bind(local, ty, Binder::Pattern);
                }
            }
            PatternKind::OneOf(patterns) => {
                if let Some(first) = patterns.first() {
                    self.bind_pattern(first, ty);
                }
            }
            PatternKind::Any | PatternKind::None | PatternKind::Literal(_) => {}
        }
    }

    /// The variant that a name means: of the enum that is named, of the one that is wanted, or of
    /// the only one that has it.
    pub(super) fn variant_of(&self, of: Option<&Ident>, name: &Ident, hint: Option<&Type>) -> Option<(EnumId, usize)> {
        let named = of.and_then(|of| match self.schema.entry(&of.text)?.named {
            Named::Enum(id) => Some(id),
            _ => None,
        });
        let hinted = hint.and_then(|hint| match self.schema.inside(hint) {
            Type::Enum(id) => Some(*id),
            _ => None,
        });
        let enums = &self.schema.checked.declarations.enums;
        let position = |id: EnumId| {
            let variants = &enums.get(id.index())?.variants;
            variants.iter().position(|variant| variant.name == name.text).map(|position| (id, position))
        };
        if of.is_some() {
            return position(named?);
        }
        if let Some(found) = hinted.and_then(position) {
            return Some(found);
        }
        let mut having = (0..enums.len()).filter_map(|id| position(EnumId(id as u32)));
        let first = having.next()?;
        having.next().is_none().then_some(first)
    }
}

fn without_option(ty: &Type) -> Type {
    match ty {
        Type::Optional(inner) | Type::Patch(inner) => (**inner).clone(),
        other => other.clone(),
    }
}
