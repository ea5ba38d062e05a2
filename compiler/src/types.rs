//! From written types to resolved ones.

use raftstone_dsl::ast::{self, TypeRefKind};

use crate::codes::{auth, items};
use crate::declarations::{FileSpan, Source, Type};
use crate::declare::{Scope, structs};
use crate::names::Named;
use crate::problem::Problem;
use crate::similar;
use crate::unavailable::Construct;

/// The built-in scalar types by name.
pub const SCALARS: [(&str, Type); 12] = [
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("float", Type::Float),
    ("decimal", Type::Decimal),
    ("string", Type::Text),
    ("bytes", Type::Bytes),
    ("timestamp", Type::Timestamp),
    ("date", Type::Date),
    ("duration", Type::Duration),
    ("uuid", Type::Uuid),
    ("json", Type::Json),
    ("secret", Type::Secret),
];

/// Names of built-in types with arguments.
pub const OTHER_BUILT_INS: [&str; 3] = ["set", "map", "page"];

/// What may be written where a type stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'n> {
    /// The name from which an inline record makes its own.
    pub name: &'n str,
    /// Whether a model means its whole row, else a reference.
    pub rows: bool,
    /// Whether a view may be named.
    pub views: bool,
    /// Whether `page<T>` may be written.
    pub pages: bool,
    /// Whether `secret` may be written.
    pub secrets: bool,
}

impl<'n> Place<'n> {
    /// A field of something stored or handed over.
    pub const fn field(name: &'n str) -> Self {
        Self { name, rows: false, views: false, pages: false, secrets: true }
    }

    /// A parameter or result of a function.
    pub const fn function(name: &'n str) -> Self {
        Self { name, rows: false, views: true, pages: true, secrets: false }
    }

    /// The result of an endpoint.
    pub const fn result(name: &'n str) -> Self {
        Self { name, rows: true, views: true, pages: true, secrets: true }
    }

    /// The data of a variant.
    pub const fn variant(name: &'n str) -> Self {
        Self { secrets: false, ..Self::field(name) }
    }
}

impl Scope<'_> {
    /// The meaning of a written type. What is wrong with it is reported and gives [`Type::Error`].
    pub fn resolve_type(&mut self, file: u32, written: &ast::TypeRef, place: Place<'_>) -> Type {
        let span = FileSpan { file, span: written.span };
        match &written.kind {
            TypeRefKind::Name(name) => self.resolve_name(file, name, place),
            TypeRefKind::Optional(inner) => {
                let inner = self.resolve_type(file, inner, place);
                if matches!(inner, Type::Optional(_)) {
                    self.problems.push(
                        Problem::new(&items::ELEMENT_TYPE, span, "an optional of an optional is not a type")
                            .help("leave one `?` out"),
                    );
                    return Type::Error;
                }
                poisoned_by(inner, Type::Optional)
            }
            TypeRefKind::List(element) => {
                poisoned_by(self.resolve_type(file, element, Place { secrets: false, ..place }), Type::List)
            }
            TypeRefKind::Generic { name, arguments } => self.resolve_generic(file, span, name, arguments, place),
            TypeRefKind::Record(fields) => structs::inline(self, file, fields, span, place),
        }
    }

    fn resolve_name(&mut self, file: u32, name: &ast::Ident, place: Place<'_>) -> Type {
        let span = FileSpan { file, span: name.span };
        if let Some((_, ty)) = SCALARS.iter().find(|(scalar, _)| *scalar == name.text) {
            if *ty == Type::Secret && place.secrets {
                self.problems.cannot_run(Construct::Secret, span);
            }
            return self.unless_secret(span, ty.clone(), place);
        }
        match name.text.as_str() {
            "set" | "map" | "page" => {
                let message = format!("`{}` needs its types", name.text);
                self.problems.push(Problem::new(&items::TYPE_ARGUMENTS, span, message).help(usage(&name.text)));
                return Type::Error;
            }
            _ => {}
        }
        match self.names.get(&name.text).map(|entry| entry.named) {
            Some(Named::Newtype(id)) => self.unless_secret(span, Type::Newtype(id), place),
            Some(Named::Enum(id)) => Type::Enum(id),
            Some(Named::Struct(id)) => Type::Struct(id),
            Some(Named::Model(id)) if place.rows => Type::Row(Source::Model(id)),
            Some(Named::Model(id)) => Type::Reference(Source::Model(id)),
            Some(Named::View(id)) => self.resolve_view(span, id, place),
            Some(Named::Unknown) => Type::Error,
            Some(named) => {
                let message = format!("`{}` is no type", name.text);
                let mut problem = Problem::new(&items::NOT_A_TYPE, span, message)
                    .label(format!("a type is wanted, and this is {}", named.with_article()));
                if let Some(entry) = self.names.get(&name.text) {
                    problem = problem.other(entry.span, "declared here");
                }
                self.problems.push(problem);
                Type::Error
            }
            None => {
                self.report_unknown(span, &name.text);
                Type::Error
            }
        }
    }

    /// The type, unless it is a secret where none may stand.
    fn unless_secret(&mut self, span: FileSpan, ty: Type, place: Place<'_>) -> Type {
        if place.secrets || !self.declarations.is_secret(&ty) {
            return ty;
        }
        let message = format!("{} cannot stand here", self.words_for(&ty));
        self.problems.push(
            Problem::new(&auth::SECRET_PLACE, span, message)
                .label("a secret")
                .help("a secret is a field of a model, event or struct, or a parameter from the body"),
        );
        Type::Error
    }

    fn resolve_view(&mut self, span: FileSpan, id: crate::declarations::ViewId, place: Place<'_>) -> Type {
        if place.rows {
            return Type::Row(Source::View(id));
        }
        if !place.views {
            self.problems.push(
                Problem::new(&items::MISPLACED_TYPE, span, "a row of a view cannot be referred to here")
                    .help("refer to the model whose rows the view shows"),
            );
            return Type::Error;
        }
        Type::Reference(Source::View(id))
    }

    fn report_unknown(&mut self, span: FileSpan, name: &str) {
        let scalars = SCALARS.iter().map(|(scalar, _)| *scalar);
        let types = self.names.iter().filter(|(_, entry)| entry.named.is_type()).map(|(name, _)| name);
        let near = common_slip(name).or_else(|| similar::nearest(name, scalars.chain(types)));
        let problem =
            Problem::new(&items::UNKNOWN_TYPE, span, format!("there is no type `{name}`")).label("not a type");
        self.problems.push(if is_list_elsewhere(name) {
            problem.help("a list is written `[T]`")
        } else {
            problem.did_you_mean(near)
        });
    }

    fn resolve_generic(
        &mut self,
        file: u32,
        span: FileSpan,
        name: &ast::Ident,
        arguments: &[ast::TypeRef],
        place: Place<'_>,
    ) -> Type {
        let name_span = FileSpan { file, span: name.span };
        let Some(wanted) = argument_count(&name.text) else {
            let known = self.names.get(&name.text).is_some() || SCALARS.iter().any(|(scalar, _)| *scalar == name.text);
            if known {
                let message = format!("`{}` takes no types", name.text);
                self.problems.push(Problem::new(&items::TYPE_ARGUMENTS, span, message).help("leave `<…>` out"));
            } else {
                let near = common_slip(&name.text).or(similar::nearest(&name.text, ["set", "map", "page"]));
                let message = format!("there is no type `{}<…>`", name.text);
                let problem = Problem::new(&items::UNKNOWN_TYPE, name_span, message);
                self.problems.push(match name.text.as_str() {
                    list if is_list_elsewhere(list) => problem.help("a list is written `[T]`"),
                    "Option" | "Optional" | "Maybe" => problem.help("an optional value is written `T?`"),
                    _ => problem.did_you_mean(near),
                });
            }
            return Type::Error;
        };
        let inside = Place { secrets: false, ..place };
        let resolved: Vec<Type> = arguments.iter().map(|argument| self.resolve_type(file, argument, inside)).collect();
        if resolved.len() != wanted {
            let message = format!("`{}` takes {}", name.text, types_in_words(wanted));
            self.problems.push(Problem::new(&items::TYPE_ARGUMENTS, span, message).help(usage(&name.text)));
            return Type::Error;
        }
        let first_span = arguments.first().map_or(span, |first| FileSpan { file, span: first.span });
        let mut resolved = resolved.into_iter();
        let mut take = || Box::new(resolved.next().unwrap_or(Type::Error));
        match name.text.as_str() {
            "set" => Type::Set(Box::new(self.ordered_element(*take(), first_span, "an element of a set"))),
            "map" => {
                let key = self.ordered_element(*take(), first_span, "a key of a map");
                Type::Map(Box::new(key), take())
            }
            _ if place.pages => Type::Page(take()),
            _ => {
                self.problems.push(
                    Problem::new(&items::MISPLACED_TYPE, span, "`page<T>` is an answer and is never stored")
                        .help("write a list, `[T]`"),
                );
                Type::Error
            }
        }
    }

    fn ordered_element(&mut self, ty: Type, span: FileSpan, role: &str) -> Type {
        if self.is_exactly_ordered(&ty) {
            return ty;
        }
        let message = format!("{} cannot be {role}", self.words_for(&ty));
        self.problems.push(
            Problem::new(&items::ELEMENT_TYPE, span, message)
                .label("its values have no exact order")
                .help("use a scalar other than `float` and `json`, an enum without data, or a model"),
        );
        Type::Error
    }

    /// Whether values of the type have an exact order: they can be keys, and elements of sets.
    pub fn is_exactly_ordered(&self, ty: &Type) -> bool {
        match self.without_newtypes(ty) {
            Type::Bool
            | Type::Int
            | Type::Decimal
            | Type::Text
            | Type::Bytes
            | Type::Timestamp
            | Type::Date
            | Type::Duration
            | Type::Uuid
            | Type::Reference(_)
            | Type::Error => true,
            Type::Enum(id) => self.is_plain_enum(*id),
            _ => false,
        }
    }

    /// The type under the newtypes.
    pub fn without_newtypes<'t>(&'t self, ty: &'t Type) -> &'t Type {
        self.declarations.without_newtypes(ty)
    }

    /// A type in the words of the language: "`[string]`".
    pub fn words_for(&self, ty: &Type) -> String {
        format!("`{}`", self.spell(ty))
    }

    fn spell(&self, ty: &Type) -> String {
        let name_of = |named: Named| {
            let mut all = self.names.iter();
            all.find(|(_, entry)| entry.named == named).map_or("…", |(name, _)| name).to_owned()
        };
        match ty {
            Type::Optional(inner) => format!("{}?", self.spell(inner)),
            Type::Patch(inner) => self.spell(inner),
            Type::List(inner) => format!("[{}]", self.spell(inner)),
            Type::Set(inner) => format!("set<{}>", self.spell(inner)),
            Type::Map(key, value) => format!("map<{}, {}>", self.spell(key), self.spell(value)),
            Type::Page(inner) => format!("page<{}>", self.spell(inner)),
            Type::Newtype(id) => name_of(Named::Newtype(*id)),
            Type::Enum(id) => name_of(Named::Enum(*id)),
            Type::Struct(id) if id.index() < self.named_structs => name_of(Named::Struct(*id)),
            Type::Struct(_) => "{ … }".to_owned(),
            Type::Reference(Source::Model(id)) | Type::Row(Source::Model(id)) => name_of(Named::Model(*id)),
            Type::Reference(Source::View(id)) | Type::Row(Source::View(id)) => name_of(Named::View(*id)),
            scalar => SCALARS.iter().find(|(_, ty)| ty == scalar).map_or("…", |(name, _)| name).to_owned(),
        }
    }
}

/// A type made of another one; made of one that is wrong it is as wrong.
fn poisoned_by(inner: Type, make: fn(Box<Type>) -> Type) -> Type {
    if inner == Type::Error { inner } else { make(Box::new(inner)) }
}

/// What people write who come from elsewhere.
fn common_slip(name: &str) -> Option<&'static str> {
    Some(match name {
        "String" | "str" | "text" | "Text" | "varchar" => "string",
        "i64" | "i32" | "u64" | "u32" | "integer" | "Int" | "Integer" | "number" | "long" => "int",
        "f64" | "f32" | "double" | "Float" => "float",
        "boolean" | "Boolean" | "Bool" => "bool",
        "Decimal" | "money" | "numeric" => "decimal",
        "datetime" | "DateTime" | "Timestamp" | "time" | "instant" => "timestamp",
        "Uuid" | "UUID" | "guid" => "uuid",
        "HashMap" | "BTreeMap" | "Map" | "dict" => "map",
        "HashSet" | "BTreeSet" | "Set" => "set",
        "Json" | "JSON" | "any" | "object" => "json",
        "blob" | "Bytes" | "binary" => "bytes",
        _ => return None,
    })
}

fn is_list_elsewhere(name: &str) -> bool {
    matches!(name, "Vec" | "List" | "list" | "array" | "Array")
}

fn argument_count(name: &str) -> Option<usize> {
    match name {
        "set" | "page" => Some(1),
        "map" => Some(2),
        _ => None,
    }
}

fn types_in_words(count: usize) -> &'static str {
    if count == 1 { "one type" } else { "two types" }
}

fn usage(name: &str) -> &'static str {
    match name {
        "map" => "write `map<K, V>`",
        "page" => "write `page<T>`",
        _ => "write `set<T>`",
    }
}
