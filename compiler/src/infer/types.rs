//! Shapes and words of types.

use crate::declarations::{Declarations, Source, Type};

/// More newtypes in a row than this are a circle, which was reported where it is declared.
const NEWTYPES_MAX: usize = 32;

/// The type without the newtypes around it.
pub(crate) fn plain<'t>(declarations: &'t Declarations, ty: &'t Type) -> &'t Type {
    let mut current = ty;
    for _ in 0..NEWTYPES_MAX {
        let Type::Newtype(id) = current else { return current };
        match declarations.newtypes.get(id.index()) {
            Some(newtype) => current = &newtype.base,
            None => return &Type::Error,
        }
    }
    &Type::Error
}

/// Whether both hold the same values: newtypes count as what they narrow, and what is wrong
/// already fits everything.
pub(crate) fn same(declarations: &Declarations, a: &Type, b: &Type) -> bool {
    let (a, b) = (plain(declarations, a), plain(declarations, b));
    match (a, b) {
        (Type::Error | Type::Never, _) | (_, Type::Error | Type::Never) => true,
        (Type::Optional(a), Type::Optional(b))
        | (Type::Patch(a), Type::Patch(b))
        | (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Page(a), Type::Page(b)) => same(declarations, a, b),
        (Type::Map(a_key, a), Type::Map(b_key, b)) => same(declarations, a_key, b_key) && same(declarations, a, b),
        _ => a == b,
    }
}

/// Whether the type is wrong already, so that nothing more is said about it.
pub(crate) const fn is_poison(ty: &Type) -> bool {
    matches!(ty, Type::Error | Type::Never)
}

/// What is inside `T?` and `name?: T`, or the type itself.
pub(crate) fn inside<'t>(declarations: &'t Declarations, ty: &'t Type) -> &'t Type {
    match plain(declarations, ty) {
        Type::Optional(inner) | Type::Patch(inner) => inside(declarations, inner),
        other => other,
    }
}

/// The optional type that reading a value of this type may give.
pub(crate) fn optional(declarations: &Declarations, ty: Type) -> Type {
    match plain(declarations, &ty) {
        Type::Optional(_) | Type::Error | Type::Never => ty,
        _ => Type::Optional(Box::new(ty)),
    }
}

/// Whether the values have an order: `<`, `order by`, `min`, `sort_by`.
pub(crate) fn is_ordered(declarations: &Declarations, ty: &Type) -> bool {
    match plain(declarations, ty) {
        Type::Int
        | Type::Float
        | Type::Decimal
        | Type::Text
        | Type::Timestamp
        | Type::Date
        | Type::Duration
        | Type::Uuid
        | Type::Error
        | Type::Never => true,
        Type::Enum(id) => declarations.enums.get(id.index()).is_none_or(|it| it.is_plain),
        _ => false,
    }
}

/// Whether rows and elements can be put in the order of such values: `order by`, `sort_by`. False
/// comes before true, and references in the order of their keys.
pub(crate) fn is_sortable(declarations: &Declarations, ty: &Type) -> bool {
    is_ordered(declarations, ty) || matches!(plain(declarations, ty), Type::Bool | Type::Reference(_))
}

/// Whether it is `int`, `float` or `decimal`.
pub(crate) fn is_number(declarations: &Declarations, ty: &Type) -> bool {
    matches!(plain(declarations, ty), Type::Int | Type::Float | Type::Decimal)
}

/// The elements of a list or set, or the keys of a map.
pub(crate) fn element<'t>(declarations: &'t Declarations, ty: &'t Type) -> Option<&'t Type> {
    match plain(declarations, ty) {
        Type::List(element) | Type::Set(element) | Type::Map(element, _) => Some(element),
        Type::Error | Type::Never => Some(&Type::Error),
        _ => None,
    }
}

/// The name of a table.
pub(crate) fn source_name(declarations: &Declarations, source: Source) -> &str {
    match source {
        Source::Model(id) => declarations.models.get(id.index()).map_or("?", |it| &it.name),
        Source::View(id) => declarations.views.get(id.index()).map_or("?", |it| &it.name),
    }
}

/// The type as a user would write it.
pub(crate) fn words(declarations: &Declarations, ty: &Type) -> String {
    let inner = |ty: &Type| words(declarations, ty);
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Decimal => "decimal".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Timestamp => "timestamp".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Uuid => "uuid".to_owned(),
        Type::Json => "json".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::Optional(ty) => format!("{}?", inner(ty)),
        Type::Patch(ty) => format!("{}, which may be absent", inner(ty)),
        Type::List(ty) => format!("[{}]", inner(ty)),
        Type::Set(ty) => format!("set<{}>", inner(ty)),
        Type::Map(key, value) => format!("map<{}, {}>", inner(key), inner(value)),
        Type::Page(ty) => format!("page<{}>", inner(ty)),
        Type::Newtype(id) => named(declarations.newtypes.get(id.index()).map(|it| &it.name)),
        Type::Enum(id) => named(declarations.enums.get(id.index()).map(|it| &it.name)),
        Type::Struct(id) => match declarations.structs.get(id.index()) {
            Some(it) if it.is_inline => {
                let fields: Vec<&str> = it.fields.iter().map(|field| field.name.as_str()).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            other => named(other.map(|it| &it.name)),
        },
        Type::Reference(source) | Type::Row(source) => source_name(declarations, *source).to_owned(),
        Type::Unit => "nothing".to_owned(),
        Type::Never | Type::Error => "?".to_owned(),
    }
}

fn named(name: Option<&String>) -> String {
    name.map_or_else(|| "?".to_owned(), Clone::clone)
}

/// The type that holds the values of both, if there is one: what is open takes the other's, and a
/// plain type and an option of it make the option.
pub(crate) fn join(declarations: &Declarations, a: &Type, b: &Type) -> Option<Type> {
    let (plain_a, plain_b) = (plain(declarations, a), plain(declarations, b));
    match (plain_a, plain_b) {
        (Type::Error, _) | (_, Type::Error) => Some(Type::Error),
        (Type::Never, _) => Some(b.clone()),
        (_, Type::Never) => Some(a.clone()),
        (Type::Optional(x), Type::Optional(y)) => Some(Type::Optional(Box::new(join(declarations, x, y)?))),
        (Type::Optional(x), _) => Some(Type::Optional(Box::new(join(declarations, x, b)?))),
        (_, Type::Optional(y)) => Some(Type::Optional(Box::new(join(declarations, a, y)?))),
        (Type::List(x), Type::List(y)) => Some(Type::List(Box::new(join(declarations, x, y)?))),
        (Type::Set(x), Type::Set(y)) => Some(Type::Set(Box::new(join(declarations, x, y)?))),
        (Type::Map(xk, x), Type::Map(yk, y)) => {
            let key = join(declarations, xk, yk)?;
            Some(Type::Map(Box::new(key), Box::new(join(declarations, x, y)?)))
        }
        _ => same(declarations, a, b).then(|| a.clone()),
    }
}

/// Whether rows are in it whole, and not only references to them.
pub(crate) fn has_rows(declarations: &Declarations, ty: &Type) -> bool {
    match plain(declarations, ty) {
        Type::Row(_) => true,
        Type::Optional(ty) | Type::Patch(ty) | Type::List(ty) | Type::Set(ty) | Type::Page(ty) => {
            has_rows(declarations, ty)
        }
        Type::Map(_, value) => has_rows(declarations, value),
        _ => false,
    }
}

/// Whether a part of the type is not known: `none` or `[]` without anything around them.
pub(crate) fn is_open(ty: &Type) -> bool {
    match ty {
        Type::Never => true,
        Type::Optional(ty) | Type::Patch(ty) | Type::List(ty) | Type::Set(ty) | Type::Page(ty) => is_open(ty),
        Type::Map(key, value) => is_open(key) || is_open(value),
        _ => false,
    }
}
