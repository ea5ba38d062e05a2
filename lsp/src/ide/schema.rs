//! A checked schema, and how its parts are reached.

use raftstone_compiler::declarations::{Effect, Event, Field, FileSpan, ItemRef, ModelId, Source, StructId, Type};
use raftstone_compiler::names::{Entry, Named};
use raftstone_compiler::{Cache, Checked, Input, load};
use raftstone_dsl::ast;
use raftstone_dsl::scan::{TokenKind, scan};

use super::find::Owner;

/// All that is known of a schema.
#[derive(Debug, Default)]
pub struct Schema {
    pub(super) checked: Checked,
}

impl Schema {
    /// Checks a root and what it imports. `lock` is the path and the text of the lock file; the cache
    /// holds what was found at the last time.
    pub fn check(root: &str, read: load::ReadFile<'_>, lock: Option<(&str, &str)>, cache: &mut Cache) -> Self {
        Self { checked: raftstone_compiler::check_again(Input { root, read, lock }, cache) }
    }

    /// Path and text of every file that a place can be in: the root first, the lock file last.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let count = self.checked.program.files.len() + usize::from(self.checked.lock_file.is_some());
        (0..count).map(|file| self.checked.source(file as u32))
    }

    /// The text at a place.
    pub(super) fn text(&self, place: FileSpan) -> &str {
        let (_, text) = self.checked.source(place.file);
        text.get(place.span.start as usize..place.span.end as usize).unwrap_or_default()
    }

    /// What a name of the schema means.
    pub(super) fn entry(&self, name: &str) -> Option<Entry> {
        self.checked.names.get(name)
    }

    /// The item that declares what is named, with its place.
    pub(super) fn item(&self, named: Named) -> Option<(ItemRef, &ast::Item)> {
        let numbered = self.checked.names.items.iter().find(|item| item.named == named)?;
        Some((numbered.item, self.checked.program.item(numbered.item)?))
    }

    /// The fields of something that has fields.
    pub(super) fn fields(&self, owner: Owner) -> Vec<&Field> {
        let declared = &self.checked.declarations;
        match owner {
            Owner::Struct(id) => declared.structs.get(id.index()).map(|it| it.fields.iter().collect()),
            Owner::Model(id) => declared.models.get(id.index()).map(|it| it.fields.iter().collect()),
            Owner::View(id) => declared.views.get(id.index()).map(|it| it.fields.iter().collect()),
            Owner::Event(id) => {
                declared.events.get(id.index()).map(|it| it.fields.iter().map(|field| &field.field).collect())
            }
            Owner::Variant(id, variant) => {
                let variant = declared.enums.get(id.index()).and_then(|it| it.variants.get(variant));
                variant.map(|it| it.fields.iter().collect())
            }
            Owner::Function(id) => declared.functions.get(id.index()).map(|it| it.parameters.iter().collect()),
            Owner::Endpoint(id) => {
                declared.endpoints.get(id.index()).map(|it| it.parameters.iter().map(|it| &it.field).collect())
            }
        }
        .unwrap_or_default()
    }

    /// A field by its position.
    pub(super) fn field(&self, owner: Owner, position: usize) -> Option<&Field> {
        self.fields(owner).get(position).copied()
    }

    /// The position of a field.
    pub(super) fn field_position(&self, owner: Owner, name: &str) -> Option<usize> {
        self.fields(owner).iter().position(|field| field.name == name)
    }

    /// The type of a field; that of a view's field is found with its body.
    pub(super) fn field_type(&self, owner: Owner, position: usize) -> Type {
        if let Owner::View(id) = owner {
            let found = self.checked.bodies.views.get(id.index()).and_then(|view| view.types.get(position));
            if let Some(ty) = found {
                return ty.clone();
            }
        }
        self.field(owner, position).map_or(Type::Error, |field| field.ty.clone())
    }

    /// The model that an event creates, updates or deletes.
    pub(super) fn model_of(event: &Event) -> Option<ModelId> {
        match event.effect {
            Effect::Creates(model) | Effect::Updates(model, _) | Effect::Deletes(model, _) => Some(model),
            Effect::General => None,
        }
    }

    /// The type behind newtypes, options and patches.
    pub(super) fn inside<'t>(&'t self, mut ty: &'t Type) -> &'t Type {
        loop {
            ty = match ty {
                Type::Optional(inner) | Type::Patch(inner) => inner,
                Type::Newtype(id) => match self.checked.declarations.newtypes.get(id.index()) {
                    Some(newtype) => &newtype.base,
                    None => return &Type::Error,
                },
                _ => return ty,
            }
        }
    }

    /// What has the fields that are written behind a dot on a value of this type.
    pub(super) fn owner_of(&self, ty: &Type) -> Option<Owner> {
        match self.inside(ty) {
            Type::Struct(id) => Some(Owner::Struct(*id)),
            Type::Reference(source) | Type::Row(source) => Some(source_owner(*source)),
            _ => None,
        }
    }

    /// What an element of a collection is; of a map, a value.
    pub(super) fn element(&self, ty: &Type) -> Type {
        match self.inside(ty) {
            Type::List(element) | Type::Set(element) | Type::Page(element) => (**element).clone(),
            Type::Map(_, value) => (**value).clone(),
            _ => Type::Error,
        }
    }

    /// The table of a name in a query.
    pub(super) fn source(&self, name: &str) -> Option<Source> {
        match self.entry(name)?.named {
            Named::Model(id) => Some(Source::Model(id)),
            Named::View(id) => Some(Source::View(id)),
            _ => None,
        }
    }

    /// Whether a struct was made from a `{ name: T }` type.
    pub(super) fn is_inline(&self, id: StructId) -> bool {
        self.checked.declarations.structs.get(id.index()).is_some_and(|it| it.is_inline)
    }
}

/// A table as what has fields.
pub(super) fn source_owner(source: Source) -> Owner {
    match source {
        Source::Model(id) => Owner::Model(id),
        Source::View(id) => Owner::View(id),
    }
}

/// The paths that a file imports, as written. Only the tokens are looked at, so that finding the
/// roots of a large folder does not mean parsing it.
pub fn imports(text: &str) -> Vec<String> {
    let tokens = scan(text);
    let slice = |span: ast::Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let mut found = Vec::new();
    let mut words = tokens.iter().filter(|token| token.kind != TokenKind::Space).peekable();
    let mut is_at_start = true;
    while let Some(token) = words.next() {
        if is_at_start
            && token.kind == TokenKind::Word
            && slice(token.span) == "import"
            && let Some(path) = words.next_if(|token| token.kind == TokenKind::Text)
        {
            found.push(slice(path.span).trim_matches('"').to_owned());
        }
        is_at_start = token.kind == TokenKind::Newline;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_in_the_tokens() {
        let text = "// import \"a.rstone\"\nimport \"b.rstone\"\r\n  import   \"c/d.rstone\" // x\n\
                    model M { import \"e.rstone\" }\nimport\nimport \"f";
        assert_eq!(imports(text), ["b.rstone", "c/d.rstone"]);
    }
}
