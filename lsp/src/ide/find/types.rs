//! The types of expressions, as far as they can be told without reporting anything.

use raftstone_compiler::declarations::{Source, Type};
use raftstone_compiler::names::Named;
use raftstone_dsl::ast::{BinaryOperator, Expr, ExprArm, ExprKind, Ident, Query, UnaryOperator};

use super::{Binder, Meaning, Owner, Walk};
use crate::ide::Schema;

impl Walk<'_> {
    /// The type of an expression; [`Type::Error`] when it cannot be told.
    pub(super) fn type_of(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Bool(_) | ExprKind::Is { .. } | ExprKind::Unary { operator: UnaryOperator::Not, .. } => {
                Type::Bool
            }
            ExprKind::Int(_) => Type::Int,
            ExprKind::Float(_) => Type::Float,
            ExprKind::Text(_) => Type::Text,
            ExprKind::Duration(_) => Type::Duration,
            ExprKind::Name(name) => {
                let meaning = self.value(name, None);
                self.type_of_meaning(meaning.as_ref())
            }
            ExprKind::Optional(name) => {
                let meaning = self.value(name, None);
                present(self.type_of_meaning(meaning.as_ref()))
            }
            ExprKind::List(items) => {
                let element = items.first().map_or(Type::Error, |first| self.type_of(first));
                Type::List(Box::new(element))
            }
            ExprKind::Map(entries) => {
                let (key, value) = entries
                    .first()
                    .map_or((Type::Error, Type::Error), |(key, value)| (self.type_of(key), self.type_of(value)));
                Type::Map(Box::new(key), Box::new(value))
            }
            ExprKind::Struct { name, of, .. } => match self.literal_owner(name.as_ref(), of.as_ref(), None) {
                Some(Owner::Struct(id)) => Type::Struct(id),
                Some(Owner::Variant(id, _)) => Type::Enum(id),
                _ => Type::Error,
            },
            ExprKind::Emit { event, .. } => self.emitted(event),
            ExprKind::Field { base, name, optional } => {
                let meaning = self.member(base, name);
                let ty = match &meaning {
                    // The one word of the language whose type depends on what is in front of it.
                    Some(Meaning::BuiltIn(word)) if word.name == "items" => self.page_items(base),
                    meaning => self.type_of_meaning(meaning.as_ref()),
                };
                if *optional || skips(base) { optional_of(ty) } else { ty }
            }
            ExprKind::Call { name, arguments } => self.called(name, arguments),
            ExprKind::Method { base, name, arguments, optional } => {
                let ty = self.method_type(base, name, arguments);
                if *optional || skips(base) { optional_of(ty) } else { ty }
            }
            ExprKind::Index { base, .. } => self.indexed(base),
            ExprKind::Unary { operator: UnaryOperator::Negate, operand } => self.type_of(operand),
            ExprKind::Binary { operator, left, right, .. } => self.binary_type(*operator, left, right),
            ExprKind::If { condition, then, otherwise } => {
                let ty = self.scoped(|walk| {
                    walk.bind_condition(condition);
                    walk.type_of(then)
                });
                match (ty, otherwise) {
                    (Type::Error, Some(otherwise)) => self.type_of(otherwise),
                    (ty, _) => ty,
                }
            }
            ExprKind::Match { value, arms } => self.match_type(value, arms),
            ExprKind::Query(query) => Type::List(Box::new(self.selected(query))),
            ExprKind::Paren(inner) => self.type_of(inner),
            ExprKind::None | ExprKind::Size(_) | ExprKind::Lambda { .. } | ExprKind::Range { .. } | ExprKind::Bad => {
                Type::Error
            }
        }
    }

    /// The type of the first arm that has one.
    fn match_type(&mut self, value: &Expr, arms: &[ExprArm]) -> Type {
        let matched = self.type_of(value);
        let mut types = arms.iter().map(|arm| {
            self.scoped(|walk| {
                walk.bind_pattern(&arm.pattern, &matched);
                walk.type_of(&arm.value)
            })
        });
        types.find(|ty| *ty != Type::Error).unwrap_or(Type::Error)
    }

    /// The type of the value that something means.
    pub(super) fn type_of_meaning(&self, meaning: Option<&Meaning>) -> Type {
        match meaning {
            Some(Meaning::Field(owner, position)) => match self.schema.field_type(*owner, *position) {
                Type::Patch(inner) => optional_of(*inner),
                ty => ty,
            },
            Some(Meaning::BackReference(model, position)) => {
                let model = self.schema.checked.declarations.models.get(model.index());
                let back = model.and_then(|model| model.back_references.get(*position));
                back.map_or(Type::Error, |back| Type::List(Box::new(Type::Reference(Source::Model(back.model)))))
            }
            Some(Meaning::Variant(id, _)) => Type::Enum(*id),
            Some(Meaning::Local(local)) => local.ty.clone(),
            Some(Meaning::BuiltIn(word)) => word.value_type(),
            Some(Meaning::Item(_) | Meaning::File(_)) | None => Type::Error,
        }
    }

    pub(super) fn emitted(&self, event: &Ident) -> Type {
        let Some(Named::Event(id)) = self.schema.entry(&event.text).map(|entry| entry.named) else {
            return Type::Error;
        };
        let declared = self.schema.checked.declarations.events.get(id.index());
        let model = declared.and_then(Schema::model_of);
        model.map_or(Type::Unit, |model| Type::Reference(Source::Model(model)))
    }

    fn called(&mut self, name: &Ident, arguments: &[Expr]) -> Type {
        if let Some(Named::Function(id)) = self.schema.entry(&name.text).map(|entry| entry.named) {
            let declared = self.schema.checked.declarations.functions.get(id.index());
            return declared.map_or(Type::Error, |declared| declared.returns.clone());
        }
        let mut row = || {
            let query = arguments.first().map_or(Type::Error, |query| self.type_of(query));
            Box::new(self.schema.element(&query))
        };
        match name.text.as_str() {
            "count" | "int" => Type::Int,
            "exists" => Type::Bool,
            "first" => Type::Optional(row()),
            "page" => Type::Page(row()),
            "uuid" => Type::Uuid,
            "decimal" => Type::Decimal,
            "float" => Type::Float,
            _ => Type::Error,
        }
    }

    fn page_items(&mut self, page: &Expr) -> Type {
        let page = self.type_of(page);
        Type::List(Box::new(self.schema.element(&page)))
    }

    fn method_type(&mut self, base: &Expr, name: &Ident, arguments: &[Expr]) -> Type {
        let ty = self.type_of(base);
        let ty = self.schema.inside(&ty).clone();
        let element = self.schema.element(&ty);
        let list = |ty: Type| Type::List(Box::new(ty));
        match name.text.as_str() {
            "len" | "year" | "month" => Type::Int,
            "contains" | "starts_with" | "ends_with" | "any" | "all" => Type::Bool,
            "lower" | "upper" | "trim" | "replace" | "slug" => Type::Text,
            "split" => list(Type::Text),
            "date" | "start_of_month" => Type::Date,
            "first" | "last" => optional_of(element),
            "sort_by" | "values" => list(element),
            "keys" => match ty {
                Type::Map(key, _) => list(*key),
                _ => Type::Error,
            },
            "map" => list(self.lambda_type(arguments, element)),
            "sum" if arguments.is_empty() => element,
            "sum" => self.lambda_type(arguments, element),
            "min" | "max" if arguments.is_empty() => optional_of(element),
            "min" | "max" => optional_of(self.lambda_type(arguments, element)),
            "as_string" => optional_of(Type::Text),
            "as_int" => optional_of(Type::Int),
            "as_float" => optional_of(Type::Float),
            "as_bool" => optional_of(Type::Bool),
            "as_list" => optional_of(list(Type::Json)),
            "as_map" => optional_of(Type::Map(Box::new(Type::Text), Box::new(Type::Json))),
            "take" | "skip" | "filter" | "round" | "abs" => ty,
            _ => Type::Error,
        }
    }

    fn lambda_type(&mut self, arguments: &[Expr], element: Type) -> Type {
        let Some(ExprKind::Lambda { parameter, body }) = arguments.first().map(|argument| &argument.kind) else {
            return Type::Error;
        };
        self.scoped(|walk| {
            walk.bind(parameter, element, Binder::Lambda);
            walk.type_of(body)
        })
    }

    fn indexed(&mut self, base: &Expr) -> Type {
        if let ExprKind::Name(name) = &base.kind
            && self.in_scope(&name.text).is_none()
            && let Some(source) = self.schema.source(&name.text)
        {
            return optional_of(Type::Reference(source));
        }
        let ty = self.type_of(base);
        match self.schema.inside(&ty) {
            Type::Json => optional_of(Type::Json),
            _ => optional_of(self.schema.element(&ty)),
        }
    }

    fn binary_type(&mut self, operator: BinaryOperator, left: &Expr, right: &Expr) -> Type {
        use BinaryOperator as Op;
        match operator {
            Op::Or
            | Op::And
            | Op::Equal
            | Op::NotEqual
            | Op::Less
            | Op::LessOrEqual
            | Op::Greater
            | Op::GreaterOrEqual
            | Op::In => Type::Bool,
            Op::Otherwise => match (present(self.type_of(left)), right) {
                (Type::Error, right) => self.type_of(right),
                (ty, _) => ty,
            },
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder => {
                let (of_left, of_right) = (self.type_of(left), self.type_of(right));
                match (self.schema.inside(&of_left), self.schema.inside(&of_right)) {
                    (Type::Timestamp, Type::Timestamp) | (Type::Date, Type::Date) => Type::Duration,
                    // A bare number takes the type of what it meets.
                    (Type::Int | Type::Error, _) => of_right,
                    _ => of_left,
                }
            }
        }
    }

    /// What each row of a query gives.
    fn selected(&mut self, query: &Query) -> Type {
        self.scoped(|walk| {
            walk.bind_rows(query);
            match &query.select {
                Some(select) => walk.type_of(select),
                None => match walk.in_scope(&query.row.text) {
                    Some(Meaning::Local(row)) => row.ty.clone(),
                    _ => Type::Error,
                },
            }
        })
    }
}

fn optional_of(ty: Type) -> Type {
    match ty {
        Type::Optional(_) | Type::Error => ty,
        ty => Type::Optional(Box::new(ty)),
    }
}

fn present(ty: Type) -> Type {
    match ty {
        Type::Optional(inner) => *inner,
        ty => ty,
    }
}

/// Whether a `?.` earlier in a chain makes all the rest of it optional.
fn skips(base: &Expr) -> bool {
    match &base.kind {
        ExprKind::Field { base, optional, .. } | ExprKind::Method { base, optional, .. } => *optional || skips(base),
        ExprKind::Index { base, .. } => skips(base),
        _ => false,
    }
}
