//! Expressions and queries.

use raftstone_compiler::declarations::Type;
use raftstone_compiler::names::Named;
use raftstone_dsl::ast::{BinaryOperator, Expr, ExprKind, Ident, OrderBy, OrderKey, Query, StructField, TextPart};

use super::{Binder, Found, Meaning, Owner, Walk};
use raftstone_compiler::built_ins;

impl Walk<'_> {
    /// The name at the cursor in an expression; the hint is the type that is wanted.
    pub(super) fn expr(&mut self, expr: &Expr, hint: Option<&Type>) -> Option<Found> {
        if !self.is_at(expr.span) {
            return None;
        }
        match &expr.kind {
            ExprKind::Name(name) | ExprKind::Optional(name) => self.name(name, self.value(name, hint)),
            ExprKind::Text(parts) => parts.iter().find_map(|part| match part {
                TextPart::Text(_) => None,
                TextPart::Expr(inner) => self.expr(inner, None),
            }),
            ExprKind::List(items) => {
                let element = hint.map(|hint| self.schema.element(hint));
                items.iter().find_map(|item| self.expr(item, element.as_ref()))
            }
            ExprKind::Map(entries) => {
                let element = hint.map(|hint| self.schema.element(hint));
                entries
                    .iter()
                    .find_map(|(key, value)| self.expr(key, None).or_else(|| self.expr(value, element.as_ref())))
            }
            ExprKind::Struct { name, of, fields } => self.literal(name.as_ref(), of.as_ref(), fields, hint),
            ExprKind::Emit { event, fields } => self.emit(event, fields),
            ExprKind::Field { base, name, .. } => {
                if self.is_at(name.span) {
                    let meaning = self.member(base, name);
                    return self.name(name, meaning);
                }
                self.expr(base, None)
            }
            ExprKind::Call { name, arguments } => self.call(name, arguments),
            ExprKind::Method { base, name, arguments, .. } => self.method(base, name, arguments),
            ExprKind::Index { base, arguments } => self.look_up(base, arguments),
            ExprKind::Lambda { parameter, body } => self.lambda(parameter, body, Type::Error),
            ExprKind::Unary { operand, .. } => self.expr(operand, hint),
            ExprKind::Binary { operator, left, right, .. } => self.binary(*operator, left, right, hint),
            ExprKind::Is { value, .. } => self.expr(value, None),
            ExprKind::If { condition, then, otherwise } => {
                let found = self.scoped(|walk| {
                    walk.condition(condition).or_else(|| {
                        walk.bind_condition(condition);
                        walk.expr(then, hint)
                    })
                });
                found.or_else(|| self.expr(otherwise.as_ref()?, hint))
            }
            ExprKind::Match { value, arms } => self.expr(value, None).or_else(|| {
                let ty = self.type_of(value);
                let arm = arms.iter().find(|arm| self.is_at(arm.span))?;
                self.arm(&arm.pattern, &ty, |walk| walk.expr(&arm.value, hint))
            }),
            ExprKind::Query(query) => self.query(query),
            ExprKind::Paren(inner) => self.expr(inner, hint),
            ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::None
            | ExprKind::Range { .. }
            | ExprKind::Bad => None,
        }
    }

    /// What a name means where a value is wanted.
    pub(super) fn value(&self, name: &Ident, hint: Option<&Type>) -> Option<Meaning> {
        self.in_scope(&name.text)
            .cloned()
            .or_else(|| built_ins::value(&name.text, self.is_in_event).map(Meaning::BuiltIn))
            .or_else(|| self.item(name))
            .or_else(|| self.variant_of(None, name, hint).map(|(id, position)| Meaning::Variant(id, position)))
    }

    /// What a name behind a dot means.
    pub(super) fn member(&mut self, base: &Expr, name: &Ident) -> Option<Meaning> {
        if let ExprKind::Name(word) = &base.kind
            && self.in_scope(&word.text).is_none()
        {
            if word.text == "event" && self.is_in_event {
                let own = self.followed.and_then(|owner| self.field(owner, name));
                return own.or_else(|| built_ins::of_event(&name.text).map(Meaning::BuiltIn));
            }
            if self.schema.entry(&word.text).is_some() {
                return self.variant_of(Some(word), name, None).map(|(id, position)| Meaning::Variant(id, position));
            }
        }
        let ty = self.type_of(base);
        self.member_of(&ty, name)
    }

    pub(super) fn member_of(&self, ty: &Type, name: &Ident) -> Option<Meaning> {
        if let Type::Page(_) = self.schema.inside(ty) {
            return built_ins::of_page(&name.text).map(Meaning::BuiltIn);
        }
        let owner = self.schema.owner_of(ty);
        let Some(owner) = owner else {
            return built_ins::method(&name.text).map(Meaning::BuiltIn);
        };
        if let Some(field) = self.field(owner, name) {
            return Some(field);
        }
        let Owner::Model(model) = owner else { return None };
        let declared = self.schema.checked.declarations.models.get(model.index())?;
        let position = declared.back_references.iter().position(|back| back.name == name.text)?;
        Some(Meaning::BackReference(model, position))
    }

    /// What has the fields of a literal: a struct, a model (`insert`), a variant, or what is wanted.
    pub(super) fn literal_owner(&self, name: Option<&Ident>, of: Option<&Ident>, hint: Option<&Type>) -> Option<Owner> {
        let Some(name) = name else { return self.schema.owner_of(hint?) };
        if of.is_none() {
            match self.schema.entry(&name.text).map(|entry| entry.named) {
                Some(Named::Struct(id)) => return Some(Owner::Struct(id)),
                Some(Named::Model(id)) => return Some(Owner::Model(id)),
                _ => {}
            }
        }
        self.variant_of(of, name, hint).map(|(id, position)| Owner::Variant(id, position))
    }

    fn literal(
        &mut self,
        name: Option<&Ident>,
        of: Option<&Ident>,
        fields: &[StructField],
        hint: Option<&Type>,
    ) -> Option<Found> {
        let owner = self.literal_owner(name, of, hint);
        let meaning = |walk: &Self, name| match owner {
            Some(Owner::Variant(id, position)) => Some(Meaning::Variant(id, position)),
            _ => walk.item(name),
        };
        name.and_then(|name| self.name(name, meaning(self, name)))
            .or_else(|| of.and_then(|of| self.name(of, self.item(of))))
            .or_else(|| self.struct_fields(owner, fields))
    }

    fn emit(&mut self, event: &Ident, fields: &[StructField]) -> Option<Found> {
        let owner = match self.schema.entry(&event.text).map(|entry| entry.named) {
            Some(Named::Event(id)) => Some(Owner::Event(id)),
            _ => None,
        };
        self.name(event, self.item(event)).or_else(|| self.struct_fields(owner, fields))
    }

    fn struct_fields(&mut self, owner: Option<Owner>, fields: &[StructField]) -> Option<Found> {
        fields.iter().find_map(|field| match field {
            StructField::Named { name, value } => {
                let meaning = owner.and_then(|owner| self.field(owner, name));
                let ty = self.type_of_meaning(meaning.as_ref());
                self.name(name, meaning).or_else(|| self.expr(value.as_ref()?, Some(&ty)))
            }
            StructField::Spread { value, .. } => self.expr(value.as_ref()?, None),
        })
    }

    fn call(&mut self, name: &Ident, arguments: &[Expr]) -> Option<Found> {
        let function = match self.schema.entry(&name.text).map(|entry| entry.named) {
            Some(Named::Function(id)) => Some(id),
            _ => None,
        };
        let meaning = self.item(name).or_else(|| built_ins::function(&name.text).map(Meaning::BuiltIn));
        self.name(name, meaning).or_else(|| {
            let declared = function.and_then(|id| self.schema.checked.declarations.functions.get(id.index()));
            arguments.iter().enumerate().find_map(|(position, argument)| {
                let hint = declared.and_then(|declared| declared.parameters.get(position)).map(|field| &field.ty);
                self.expr(argument, hint)
            })
        })
    }

    fn method(&mut self, base: &Expr, name: &Ident, arguments: &[Expr]) -> Option<Found> {
        if self.is_at(name.span) {
            return self.name(name, built_ins::method(&name.text).map(Meaning::BuiltIn));
        }
        self.expr(base, None).or_else(|| {
            let ty = self.type_of(base);
            let element = self.schema.element(&ty);
            let argument = arguments.iter().find(|argument| self.is_at(argument.span))?;
            match &argument.kind {
                ExprKind::Lambda { parameter, body } => self.lambda(parameter, body, element),
                _ => self.expr(argument, Some(&element)),
            }
        })
    }

    fn lambda(&mut self, parameter: &Ident, body: &Expr, element: Type) -> Option<Found> {
        let bound = self.local(parameter, element.clone(), Binder::Lambda);
        self.name(parameter, Some(bound)).or_else(|| {
            self.scoped(|walk| {
                walk.bind(parameter, element, Binder::Lambda);
                walk.expr(body, None)
            })
        })
    }

    /// `Article[slug: s]`, `list[i]`, `map[k]`.
    fn look_up(&mut self, base: &Expr, arguments: &[(Option<Ident>, Expr)]) -> Option<Found> {
        let source = match &base.kind {
            ExprKind::Name(name) if self.in_scope(&name.text).is_none() => self.schema.source(&name.text),
            _ => None,
        };
        let owner = source.map(crate::ide::schema::source_owner);
        self.expr(base, None).or_else(|| {
            arguments.iter().find_map(|(name, value)| {
                let meaning = name.as_ref().and_then(|name| self.field(owner?, name));
                let ty = self.type_of_meaning(meaning.as_ref());
                name.as_ref().and_then(|name| self.name(name, meaning)).or_else(|| self.expr(value, Some(&ty)))
            })
        })
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr, hint: Option<&Type>) -> Option<Found> {
        use BinaryOperator as Op;
        match operator {
            Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
                let (of_left, of_right) = (self.type_of(left), self.type_of(right));
                self.expr(left, Some(&of_right)).or_else(|| self.expr(right, Some(&of_left)))
            }
            Op::In => {
                let collection = self.type_of(right);
                let element = self.schema.element(&collection);
                let wanted = Type::List(Box::new(self.type_of(left)));
                self.expr(left, Some(&element)).or_else(|| self.expr(right, Some(&wanted)))
            }
            _ => self.expr(left, hint).or_else(|| self.expr(right, hint)),
        }
    }

    pub(super) fn query(&mut self, query: &Query) -> Option<Found> {
        if !self.is_at(query.span) {
            return None;
        }
        if let Some(found) = query.source.as_ref().and_then(|source| self.expr(source, None)) {
            return Some(found);
        }
        self.scoped(|walk| {
            walk.bind_rows(query);
            walk.rows(query)
                .or_else(|| walk.expr(query.filter.as_ref()?, Some(&Type::Bool)))
                .or_else(|| query.group_by.iter().find_map(|key| walk.expr(key, None)))
                .or_else(|| walk.order(query.order.as_ref()?))
                .or_else(|| walk.expr(query.skip.as_ref()?, Some(&Type::Int)))
                .or_else(|| walk.expr(query.limit.as_ref()?, Some(&Type::Int)))
                .or_else(|| walk.expr(query.select.as_ref()?, None))
        })
    }

    /// The names of rows where they are bound, and what is joined.
    fn rows(&mut self, query: &Query) -> Option<Found> {
        let bound = |walk: &Self, name: &Ident| walk.name(name, walk.in_scope(&name.text).cloned());
        bound(self, &query.row).or_else(|| {
            query.joins.iter().find_map(|join| {
                bound(self, &join.row)
                    .or_else(|| self.expr(&join.source, None))
                    .or_else(|| self.expr(join.on.as_ref()?, Some(&Type::Bool)))
            })
        })
    }

    pub(super) fn bind_rows(&mut self, query: &Query) {
        let ty = query.source.as_ref().map_or(Type::Error, |source| self.row_type(source));
        self.bind(&query.row, ty, Binder::Query);
        for join in &query.joins {
            let ty = self.row_type(&join.source);
            self.bind(&join.row, ty, Binder::Query);
        }
    }

    fn row_type(&mut self, source: &Expr) -> Type {
        if let ExprKind::Name(name) = &source.kind
            && self.in_scope(&name.text).is_none()
            && let Some(source) = self.schema.source(&name.text)
        {
            return Type::Reference(source);
        }
        let ty = self.type_of(source);
        self.schema.element(&ty)
    }

    fn order(&mut self, order: &OrderBy) -> Option<Found> {
        match order {
            OrderBy::Keys(keys) => self.order_keys(keys),
            OrderBy::Match { value, arms, .. } => self.expr(value, None).or_else(|| {
                let ty = self.type_of(value);
                arms.iter().find_map(|(pattern, keys)| self.arm(pattern, &ty, |walk| walk.order_keys(keys)))
            }),
        }
    }

    fn order_keys(&mut self, keys: &[OrderKey]) -> Option<Found> {
        keys.iter().find_map(|key| self.expr(&key.value, None))
    }
}
