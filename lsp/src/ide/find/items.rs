//! Items and their members.

use raftstone_compiler::declarations::{EndpointId, EnumId, EventId, ItemRef, ModelId, Source, StructId, Type};
use raftstone_compiler::declare::spelling::to_snake;
use raftstone_compiler::load;
use raftstone_compiler::names::{Entry, Named};
use raftstone_dsl::ast::{
    Attribute, Body, Endpoint, Event, EventEffect, EventMember, Field, Ident, Import, Item, ItemKind, Model,
    ModelMember, Parameter, Path, Resource, ResourceLine, Segment, TypeRef, TypeRefKind, Variant,
};

use super::{Binder, Found, Meaning, Owner, Walk};
use crate::ide::Schema;
use raftstone_compiler::built_ins;

impl Walk<'_> {
    pub(super) fn file(&mut self) -> Option<Found> {
        let schema = self.schema;
        let source = schema.checked.program.files.get(self.file as usize)?;
        source.tree.items.iter().enumerate().find_map(|(index, item)| {
            let item_ref = ItemRef { file: self.file, index: index as u32, derived: false };
            self.attributes(&item.attributes)
                .or_else(|| if self.is_at(item.span) { self.scoped(|walk| walk.item_at(item_ref, item)) } else { None })
        })
    }

    fn item_at(&mut self, item_ref: ItemRef, item: &Item) -> Option<Found> {
        let numbered = self.schema.checked.names.items.iter().find(|numbered| numbered.item == item_ref);
        let named = numbered.map(|numbered| numbered.named);
        // The item's own name means this item, also when another one has the same.
        if let (Some(name), Some(named)) = (item.name(), named)
            && let Some(found) = self.name(name, Some(Meaning::Item(Entry { named, span: self.place(name.span) })))
        {
            return Some(found);
        }
        match (&item.kind, named) {
            (ItemKind::Import(import), _) => self.import(import),
            (ItemKind::Newtype(newtype), _) => {
                newtype.ty.as_ref().and_then(|ty| self.type_ref(ty)).or_else(|| self.attributes(&newtype.attributes))
            }
            (ItemKind::Enum(written), Some(Named::Enum(id))) => self.variants(id, &written.variants),
            (ItemKind::Struct(written), Some(Named::Struct(id))) => self.struct_item(id, written),
            (ItemKind::Model(model), Some(Named::Model(id))) => self.model(id, model),
            (ItemKind::Event(event), Some(Named::Event(id))) => self.event(id, event),
            (ItemKind::View(view), Some(Named::View(id))) => self.view(id, view),
            (ItemKind::Function(function) | ItemKind::ExternFunction(function), Some(Named::Function(id))) => {
                let returns = self.schema.checked.declarations.functions.get(id.index()).map(|it| it.returns.clone());
                self.returns = returns.unwrap_or(Type::Error);
                self.parameters(Owner::Function(id), &function.parameters)
                    .or_else(|| self.type_ref(function.returns.as_ref()?))
                    .or_else(|| self.body(Owner::Function(id), function.body.as_ref()?))
            }
            (ItemKind::Endpoint(endpoint), Some(Named::Endpoint(id))) => self.endpoint(id, endpoint),
            (ItemKind::Resource(resource), _) => self.resource(resource),
            (ItemKind::Auth(auth), _) => self.auth(auth),
            (ItemKind::Hook(hook), _) => self.hook(hook),
            (ItemKind::Job(job), _) => self.job(job),
            (ItemKind::Scenario(scenario), _) => self.scenario(scenario),
            _ => None,
        }
    }

    pub(super) fn attributes(&self, attributes: &[Attribute]) -> Option<Found> {
        attributes.iter().find_map(|attribute| {
            self.name(&attribute.name, built_ins::attribute(&attribute.name.text).map(Meaning::BuiltIn))
        })
    }

    fn import(&self, import: &Import) -> Option<Found> {
        let path = import.path.as_ref()?;
        let files = &self.schema.checked.program.files;
        let importer = &files.get(self.file as usize)?.path;
        let target = load::join(importer, &path.text).ok()?;
        let number = files.iter().position(|file| file.path == target)?;
        self.name(path, Some(Meaning::File(number as u32)))
    }

    pub(super) fn type_ref(&mut self, ty: &TypeRef) -> Option<Found> {
        if !self.is_at(ty.span) {
            return None;
        }
        match &ty.kind {
            TypeRefKind::Name(name) => self.name(name, self.type_name(name)),
            TypeRefKind::Optional(inner) | TypeRefKind::List(inner) => self.type_ref(inner),
            TypeRefKind::Generic { name, arguments } => self
                .name(name, built_ins::type_name(&name.text).map(Meaning::BuiltIn))
                .or_else(|| arguments.iter().find_map(|argument| self.type_ref(argument))),
            TypeRefKind::Record(fields) => fields.iter().find_map(|field| {
                let meaning = self.record_field(field);
                self.field_member(field, meaning, &Type::Error)
            }),
        }
    }

    fn type_name(&self, name: &Ident) -> Option<Meaning> {
        built_ins::type_name(&name.text).map(Meaning::BuiltIn).or_else(|| self.item(name))
    }

    /// The field of the struct that was made from an inline record type.
    fn record_field(&self, field: &Field) -> Option<Meaning> {
        let structs = self.schema.checked.declarations.structs.iter().enumerate();
        let place = self.place(field.name.span);
        structs.filter(|(_, it)| it.is_inline).find_map(|(id, it)| {
            let position = it.fields.iter().position(|field| field.span == place)?;
            Some(Meaning::Field(Owner::Struct(StructId(id as u32)), position))
        })
    }

    /// A field or parameter: its name, type, attributes and value.
    fn field_member(&mut self, field: &Field, meaning: Option<Meaning>, ty: &Type) -> Option<Found> {
        if !self.is_at(field.span) {
            return None;
        }
        self.name(&field.name, meaning)
            .or_else(|| self.type_ref(field.ty.as_ref()?))
            .or_else(|| self.attributes(&field.attributes))
            .or_else(|| self.expr(field.value.as_ref()?, Some(ty)))
    }

    /// Fields of `owner`; one without a type is a field of `of`.
    pub(super) fn own_fields(&mut self, owner: Owner, of: Option<ModelId>, fields: &[Field]) -> Option<Found> {
        fields.iter().find_map(|field| {
            let taken = of.filter(|_| field.ty.is_none() && field.value.is_none());
            let taken = taken.and_then(|model| self.field(Owner::Model(model), &field.name));
            let own = self.field(owner, &field.name);
            let ty = self.type_of_meaning(own.as_ref());
            self.field_member(field, taken.or(own), &ty)
        })
    }

    fn variants(&mut self, id: EnumId, variants: &[Variant]) -> Option<Found> {
        let position = variants.iter().position(|variant| self.is_at(variant.span))?;
        let variant = variants.get(position)?;
        self.name(&variant.name, Some(Meaning::Variant(id, position)))
            .or_else(|| self.attributes(&variant.attributes))
            .or_else(|| self.own_fields(Owner::Variant(id, position), None, variant.fields.as_deref()?))
    }

    fn struct_item(&mut self, id: StructId, written: &raftstone_dsl::ast::Struct) -> Option<Found> {
        let of = written.of.as_ref();
        let model = of.and_then(|of| self.schema.checked.names.model(&of.text));
        of.and_then(|of| self.name(of, self.item(of)))
            .or_else(|| self.own_fields(Owner::Struct(id), model, &written.fields))
    }

    fn model(&mut self, id: ModelId, model: &Model) -> Option<Found> {
        let owner = Owner::Model(id);
        model.members.iter().find_map(|member| match member {
            ModelMember::Field(field) if field.by.is_some() => self.back_reference(id, field),
            ModelMember::Field(field) => self.own_fields(owner, None, std::slice::from_ref(field)),
            ModelMember::Key { fields, .. } | ModelMember::Unique { fields, .. } => self.names_of(owner, fields),
            ModelMember::Index { fields, .. } => {
                fields.iter().find_map(|field| self.name(&field.name, self.field(owner, &field.name)))
            }
            ModelMember::Check { condition, span, .. } if self.is_at(*span) => self.scoped(|walk| {
                walk.bind_fields(owner);
                walk.expr(condition.as_ref()?, Some(&Type::Bool))
            }),
            ModelMember::Readable(readable) => self.readable(Source::Model(id), readable),
            ModelMember::Check { .. } | ModelMember::Bad { .. } => None,
        })
    }

    fn names_of(&self, owner: Owner, names: &[Ident]) -> Option<Found> {
        names.iter().find_map(|name| self.name(name, self.field(owner, name)))
    }

    fn back_reference(&mut self, id: ModelId, field: &Field) -> Option<Found> {
        let model = self.schema.checked.declarations.models.get(id.index())?;
        let position = model.back_references.iter().position(|back| back.name == field.name.text);
        let referring = position.and_then(|position| model.back_references.get(position)).map(|back| back.model);
        let meaning = position.map(|position| Meaning::BackReference(id, position));
        self.field_member(field, meaning, &Type::Error)
            .or_else(|| self.names_of(Owner::Model(referring?), field.by.as_ref()?))
    }

    fn event(&mut self, id: EventId, event: &Event) -> Option<Found> {
        let owner = Owner::Event(id);
        let declared = self.schema.checked.declarations.events.get(id.index())?;
        let (model, renamed) = match &event.effect {
            EventEffect::Creates(model) => (Some(model), None),
            EventEffect::Updates(model, renamed) | EventEffect::Deletes(model, renamed) => {
                (Some(model), renamed.as_ref())
            }
            EventEffect::General => (None, None),
        };
        if let Some(found) = model.and_then(|model| self.name(model, self.item(model))) {
            return Some(found);
        }
        if let Some(found) = renamed.and_then(|name| self.name(name, self.field(owner, name))) {
            return Some(found);
        }
        self.bind_fields(owner);
        self.is_in_event = true;
        let of = Schema::model_of(declared);
        event.members.iter().find_map(|member| match member {
            EventMember::Field(field) => self.own_fields(owner, of, std::slice::from_ref(field)),
            EventMember::Require(statement) => self.statement(statement),
            EventMember::Apply { body, .. } => self.block(body),
            EventMember::Bad { .. } => None,
        })
    }

    fn parameters(&mut self, owner: Owner, parameters: &[Parameter]) -> Option<Found> {
        parameters.iter().find_map(|parameter| match parameter {
            Parameter::Spread { name, .. } => self.name(name, self.item(name)),
            Parameter::Field(field) => {
                let meaning = self.field(owner, &field.name);
                let ty = self.type_of_meaning(meaning.as_ref());
                let found = self.field_member(field, meaning, &ty);
                found.or_else(|| self.names_of(self.schema.owner_of(&ty)?, field.by.as_ref()?))
            }
        })
    }

    fn body(&mut self, owner: Owner, body: &Body) -> Option<Found> {
        self.bind_fields(owner);
        let returns = self.returns.clone();
        match body {
            Body::Expr(expr) => self.expr(expr, Some(&returns)),
            Body::Block(block) => self.block(block),
        }
    }

    fn endpoint(&mut self, id: EndpointId, endpoint: &Endpoint) -> Option<Found> {
        let owner = Owner::Endpoint(id);
        let declared = self.schema.checked.declarations.endpoints.get(id.index())?;
        self.returns = declared.result.ty.clone();
        self.parameters(owner, &endpoint.parameters)
            .or_else(|| self.type_ref(endpoint.result.as_ref()?.ty.as_ref()?))
            .or_else(|| self.path(owner, endpoint.path.as_ref()?))
            .or_else(|| endpoint.options.iter().find_map(|option| self.endpoint_option(owner, option)))
            .or_else(|| {
                self.bind_fields(owner);
                self.rights(endpoint.rights.as_ref()?)
            })
            .or_else(|| {
                self.bind_caller(endpoint.rights.as_ref().map(|rights| &rights.who));
                self.body(owner, endpoint.body.as_ref()?)
            })
    }

    fn path(&self, owner: Owner, path: &Path) -> Option<Found> {
        path.segments.iter().find_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) => self.name(name, self.field(owner, name)),
        })
    }

    fn resource(&mut self, resource: &Resource) -> Option<Found> {
        let model = resource.model.as_ref()?;
        if let Some(found) = self.name(model, self.item(model)) {
            return Some(found);
        }
        let id = self.schema.checked.names.model(&model.text)?;
        resource.lines.iter().find_map(|line| self.resource_line(model, id, line))
    }

    fn resource_line(&mut self, name: &Ident, model: ModelId, line: &ResourceLine) -> Option<Found> {
        if !self.is_at(line.span) {
            return None;
        }
        let row = Type::Reference(Source::Model(model));
        self.names_of(Owner::Model(model), line.fields.as_deref().unwrap_or_default()).or_else(|| {
            self.scoped(|walk| {
                walk.bind(&Ident { text: to_snake(&name.text), span: name.span }, row.clone(), Binder::Resource);
                walk.bind_caller(line.rights.as_ref().map(|rights| &rights.who));
                let given = line.with.as_ref().and_then(|with| walk.expr(with, Some(&row)));
                given.or_else(|| walk.rights(line.rights.as_ref()?))
            })
        })
    }
}
