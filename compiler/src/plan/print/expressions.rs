//! Expressions as text.

use super::Printer;
use crate::declarations::{EnumId, Field, Source, Type};
use crate::infer::types;
use crate::plan::{Arithmetic, Comparison, Expr, ExprKind, Pattern};

impl Printer<'_> {
    /// An expression on one line, with every coercion written out.
    pub(crate) fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Decimal(_)
            | ExprKind::Text(_)
            | ExprKind::Duration(_)
            | ExprKind::None
            | ExprKind::Patch(None) => literal(expr),
            ExprKind::Interpolate(parts) => format!("text({})", self.list(parts)),
            ExprKind::Some(inner) => format!("some({})", self.expr(inner)),
            ExprKind::Patch(Some(inner)) => format!("given({})", self.expr(inner)),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Present(local) => format!("{}!", self.local(*local)),
            ExprKind::Now => "now".to_owned(),
            ExprKind::EventSeq => "event.seq".to_owned(),
            ExprKind::EventBy => "event.by".to_owned(),
            ExprKind::BaseUrl => "base_url".to_owned(),
            ExprKind::EventField(position) => self.event_field(*position),
            ExprKind::StructField(base, position) => {
                format!("{}.{}", self.expr(base), self.struct_field(&base.ty, *position))
            }
            ExprKind::RowField(base, position) => {
                format!("{}.{}", self.expr(base), self.row_field(&base.ty, *position))
            }
            ExprKind::OptionalChain { option, local, body, flatten } => format!(
                "{}({} as {} => {})",
                if *flatten { "then" } else { "map" },
                self.expr(option),
                self.local(*local),
                self.expr(body)
            ),
            ExprKind::Otherwise(a, b) => format!("({} ?? {})", self.expr(a), self.expr(b)),
            ExprKind::Is { value, some } => {
                format!("({} is {})", self.expr(value), if *some { "some" } else { "none" })
            }
            ExprKind::Not(inner) => format!("not {}", self.expr(inner)),
            ExprKind::Negate(inner) => format!("-{}", self.expr(inner)),
            ExprKind::Logic { and, left, right } => {
                let word = if *and { "and" } else { "or" };
                format!("({} {word} {})", self.expr(left), self.expr(right))
            }
            ExprKind::Compare { operator, left, right } => {
                format!("({} {} {})", self.expr(left), comparison(*operator), self.expr(right))
            }
            ExprKind::Arithmetic { operator, left, right } => {
                format!("({} {} {})", self.expr(left), arithmetic(*operator), self.expr(right))
            }
            ExprKind::In { item, collection } => {
                format!("({} in {})", self.expr(item), self.expr(collection))
            }
            _ => self.larger(expr),
        }
    }

    fn larger(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::If { condition, then, otherwise } => {
                format!("if {} {{ {} }} else {{ {} }}", self.expr(condition), self.expr(then), self.expr(otherwise))
            }
            ExprKind::IfLet { local, value, then, otherwise } => format!(
                "if let {} = {} {{ {} }} else {{ {} }}",
                self.local(*local),
                self.expr(value),
                self.expr(then),
                self.expr(otherwise)
            ),
            ExprKind::Match { value, arms } => {
                let arms: Vec<String> = arms
                    .iter()
                    .map(|(pattern, arm)| format!("{} => {}", self.pattern(pattern), self.expr(arm)))
                    .collect();
                format!("match {} {{ {} }}", self.expr(value), arms.join(", "))
            }
            ExprKind::Struct(id, values) => {
                let declared = self.declarations.structs.get(id.index());
                let fields = declared.map_or(&[][..], |it| &it.fields);
                format!("{} {{ {} }}", self.ty(&Type::Struct(*id)), self.fields(fields, values))
            }
            ExprKind::Variant(id, position, values) => self.variant(*id, *position, values),
            ExprKind::Collection(items) => {
                let word = if matches!(self.plain(&expr.ty), Type::Set(_)) { "set" } else { "" };
                format!("{word}[{}]", self.list(items))
            }
            ExprKind::Map(entries) if entries.is_empty() => "[:]".to_owned(),
            ExprKind::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}: {}", self.expr(key), self.expr(value))).collect();
                format!("[{}]", entries.join(", "))
            }
            ExprKind::At(base, index) => format!("{}[{}]", self.expr(base), self.expr(index)),
            ExprKind::Call(id, values) => {
                let declared = self.declarations.functions.get(id.index());
                let name = declared.map_or("?", |it| it.name.as_str());
                format!("{name}({})", self.list(values))
            }
            ExprKind::Builtin(builtin, values) => format!("{builtin:?}({})", self.list(values)),
            ExprKind::WithLambda { method, collection, local, body } => {
                format!("{}.{method:?}({} => {})", self.expr(collection), self.local(*local), self.expr(body))
            }
            ExprKind::LookUp { source, unique_index, key } => {
                let name = types::source_name(self.declarations, *source);
                let by = unique_index.map_or(String::new(), |index| format!("{}: ", self.index_name(*source, index)));
                format!("{name}[{by}{}]", self.list(key))
            }
            ExprKind::Query(query) => self.query(query),
            ExprKind::Emit(id, values) => self.emit(*id, values),
            ExprKind::NewKey(id) => {
                let declared = self.declarations.models.get(id.index());
                format!("new_key({})", declared.map_or("?", |it| it.name.as_str()))
            }
            ExprKind::LoadRow(inner) => format!("load({})", self.expr(inner)),
            ExprKind::PatchToOptional(inner) => format!("optional({})", self.expr(inner)),
            ExprKind::Let { local, value, body } => {
                format!("let {} = {} in {}", self.local(*local), self.expr(value), self.expr(body))
            }
            _ => literal(expr),
        }
    }

    fn variant(&self, id: EnumId, position: usize, values: &[Expr]) -> String {
        let declared = self.declarations.enums.get(id.index());
        let Some(variant) = declared.and_then(|it| it.variants.get(position)) else {
            return "?".to_owned();
        };
        if values.is_empty() {
            return variant.name.clone();
        }
        format!("{} {{ {} }}", variant.name, self.fields(&variant.fields, values))
    }

    fn emit(&self, id: crate::declarations::EventId, values: &[Option<Expr>]) -> String {
        let Some(event) = self.declarations.events.get(id.index()) else { return "?".to_owned() };
        let given: Vec<String> = event
            .fields
            .iter()
            .zip(values)
            .filter_map(|(field, value)| Some(format!("{}: {}", field.field.name, self.expr(value.as_ref()?))))
            .collect();
        format!("emit {} {{ {} }}", event.name, given.join(", "))
    }

    pub(super) fn list(&self, values: &[Expr]) -> String {
        values.iter().map(|value| self.expr(value)).collect::<Vec<_>>().join(", ")
    }

    fn fields(&self, fields: &[Field], values: &[Expr]) -> String {
        let given = fields.iter().zip(values);
        given.map(|(field, value)| format!("{}: {}", field.name, self.expr(value))).collect::<Vec<_>>().join(", ")
    }

    fn plain<'t>(&'t self, ty: &'t Type) -> &'t Type {
        types::plain(self.declarations, ty)
    }

    fn event_field(&self, position: usize) -> String {
        let event = self.event.and_then(|id| self.declarations.events.get(id.index()));
        let field = event.and_then(|event| event.fields.get(position));
        field.map_or_else(|| "?".to_owned(), |field| field.field.name.clone())
    }

    fn struct_field(&self, ty: &Type, position: usize) -> &str {
        let Type::Struct(id) = types::plain(self.declarations, ty) else { return "?" };
        let declared = self.declarations.structs.get(id.index());
        declared.and_then(|it| it.fields.get(position)).map_or("?", |field| field.name.as_str())
    }

    pub(super) fn row_field(&self, ty: &Type, position: usize) -> &str {
        let Type::Reference(source) = types::plain(self.declarations, ty) else { return "?" };
        self.source_field(*source, position)
    }

    pub(super) fn source_field(&self, source: Source, position: usize) -> &str {
        let fields = match source {
            Source::Model(id) => self.declarations.models.get(id.index()).map(|it| &it.fields),
            Source::View(id) => self.declarations.views.get(id.index()).map(|it| &it.fields),
        };
        fields.and_then(|it| it.get(position)).map_or("?", |field| field.name.as_str())
    }

    pub(super) fn pattern(&self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Any => "_".to_owned(),
            Pattern::None => "none".to_owned(),
            Pattern::Some(local) => format!("some {}", self.local(*local)),
            Pattern::Variant(id, position, bindings) => {
                let declared = self.declarations.enums.get(id.index());
                let Some(variant) = declared.and_then(|it| it.variants.get(*position)) else {
                    return "?".to_owned();
                };
                if bindings.is_empty() {
                    return variant.name.clone();
                }
                let bound: Vec<String> = bindings
                    .iter()
                    .map(|(field, local)| {
                        let name = variant.fields.get(*field).map_or("?", |it| it.name.as_str());
                        format!("{name}: {}", self.local(*local))
                    })
                    .collect();
                format!("{} {{ {} }}", variant.name, bound.join(", "))
            }
            Pattern::Literal(value) => self.expr(value),
            Pattern::OneOf(parts) => parts.iter().map(|part| self.pattern(part)).collect::<Vec<_>>().join(" | "),
        }
    }
}

fn literal(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Decimal(digits) => format!("decimal {digits}"),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Duration(micros) => format!("{micros}us"),
        ExprKind::None => "none".to_owned(),
        _ => "absent".to_owned(),
    }
}

const fn comparison(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

const fn arithmetic(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
        Arithmetic::Remainder => "%",
    }
}
