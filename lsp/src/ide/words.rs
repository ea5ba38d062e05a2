//! Types and fields as they are written in the language.

use raftstone_compiler::declarations::{Field, FileSpan, Type};

use super::Schema;
use super::find::Owner;
use super::schema::source_owner;

/// A type; unknown parts are `_`.
pub(super) fn type_words(schema: &Schema, ty: &Type) -> String {
    let declared = &schema.checked.declarations;
    let inner = |ty: &Type| type_words(schema, ty);
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
        Type::Patch(ty) => inner(ty),
        Type::List(ty) => format!("[{}]", inner(ty)),
        Type::Set(ty) => format!("set<{}>", inner(ty)),
        Type::Map(key, value) => format!("map<{}, {}>", inner(key), inner(value)),
        Type::Page(ty) => format!("page<{}>", inner(ty)),
        Type::Newtype(id) => declared.newtypes.get(id.index()).map_or_else(unknown, |it| it.name.clone()),
        Type::Enum(id) => owner_name(schema, Owner::Variant(*id, 0)),
        Type::Struct(id) if schema.is_inline(*id) => {
            let fields = schema.fields(Owner::Struct(*id));
            let fields: Vec<String> = fields.into_iter().map(|field| field_words(schema, field, &field.ty)).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Type::Struct(id) => owner_name(schema, Owner::Struct(*id)),
        Type::Reference(source) | Type::Row(source) => owner_name(schema, source_owner(*source)),
        Type::Unit => "nothing".to_owned(),
        Type::Never | Type::Error => unknown(),
    }
}

fn unknown() -> String {
    "_".to_owned()
}

/// `name: T` or `name?: T`.
pub(super) fn field_words(schema: &Schema, field: &Field, ty: &Type) -> String {
    let mark = if matches!(ty, Type::Patch(_)) { "?" } else { "" };
    format!("{}{mark}: {}", field.name, type_words(schema, ty))
}

/// The name of what has fields; of a variant, that of its enum.
pub(super) fn owner_name(schema: &Schema, owner: Owner) -> String {
    let declared = &schema.checked.declarations;
    match owner {
        Owner::Struct(id) => declared.structs.get(id.index()).map(|it| &it.name),
        Owner::Model(id) => declared.models.get(id.index()).map(|it| &it.name),
        Owner::View(id) => declared.views.get(id.index()).map(|it| &it.name),
        Owner::Event(id) => declared.events.get(id.index()).map(|it| &it.name),
        Owner::Variant(id, _) => declared.enums.get(id.index()).map(|it| &it.name),
        Owner::Function(id) => declared.functions.get(id.index()).map(|it| &it.name),
        Owner::Endpoint(id) => declared.endpoints.get(id.index()).map(|it| &it.name),
    }
    .cloned()
    .unwrap_or_else(unknown)
}

/// What a field with its rules and value was written like, put together: the rules of a newtype or
/// model stand elsewhere in the text.
pub(super) fn field_with_rules(schema: &Schema, field: &Field, ty: &Type) -> String {
    let mut words = field_words(schema, field, ty);
    for rule in &field.rules {
        words.push(' ');
        words.push_str(schema.text(rule.span));
    }
    if let Some(value) = &field.value {
        words.push_str(" = ");
        words.push_str(schema.text(FileSpan { file: value.file, span: value.expr.span }));
    }
    words
}
