//! What is said about the thing under the cursor: how it is declared, what it means, its docs.

use raftstone_compiler::declarations::{
    Effect, Event, EventFieldOrigin, EventId, FileSpan, Model, OnDelete, ParameterSource, Source,
};
use raftstone_compiler::names::{Entry, Named};
use raftstone_dsl::ast::{Item, ItemKind, Span};

use super::Schema;
use super::find::{self, Meaning, Owner};
use super::words::{field_with_rules, field_words, owner_name, type_words};

/// The longest declaration that is shown whole.
const MAX_LINES: usize = 25;

/// A text about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The name that it is about.
    pub span: Span,
    /// The text, as Markdown.
    pub markdown: String,
}

/// What is known about what stands at an offset.
pub fn hover(schema: &Schema, file: u32, offset: u32) -> Option<Hover> {
    let found = find::at(schema, file, offset)?;
    let markdown = match &found.meaning {
        Meaning::Item(entry) => item(schema, *entry)?,
        Meaning::Field(owner, position) => field(schema, *owner, *position)?,
        Meaning::BackReference(model, position) => {
            let declared = schema.checked.declarations.models.get(model.index())?;
            let back = declared.back_references.get(*position)?;
            let referring = schema.checked.declarations.models.get(back.model.index())?;
            let by = referring.fields.get(back.field).map_or("", |field| field.name.as_str());
            let code = format!("{}: [{}] by {by}", back.name, referring.name);
            let fact =
                format!("Back-reference of `{}`: the rows of `{}` that refer to it.", declared.name, referring.name);
            page(&code, &[fact], &[])
        }
        Meaning::Variant(id, position) => {
            let variant = schema.checked.declarations.enums.get(id.index())?.variants.get(*position)?;
            let fields: Vec<String> =
                variant.fields.iter().map(|field| field_words(schema, field, &field.ty)).collect();
            let data = if fields.is_empty() { String::new() } else { format!(" {{ {} }}", fields.join(", ")) };
            let owner = owner_name(schema, Owner::Variant(*id, *position));
            page(&format!("{}{data}", variant.name), &[format!("Variant of `{owner}`.")], &variant.docs)
        }
        Meaning::Local(local) => {
            let code = format!("{}: {}", local.name, type_words(schema, &local.ty));
            page(&code, &[sentence(local.binder.words())], &[])
        }
        Meaning::File(number) => {
            let source = schema.checked.program.files.get(*number as usize)?;
            page(&format!("import \"{}\"", source.path), &[], &source.tree.docs.0)
        }
        Meaning::BuiltIn(word) => page(word.form, &[word.docs.to_owned()], &[]),
    };
    Some(Hover { span: found.span, markdown })
}

/// A declaration, facts about it, and its documentation.
fn page(code: &str, facts: &[String], docs: &[String]) -> String {
    let mut text = format!("```rstone\n{code}\n```");
    if !docs.is_empty() {
        text.push_str("\n\n");
        text.push_str(&docs.join("\n"));
    }
    if !facts.is_empty() {
        text.push_str("\n\n");
        text.push_str(&facts.join("  \n"));
    }
    text
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn item(schema: &Schema, entry: Entry) -> Option<String> {
    let (item_ref, item) = schema.item(entry.named)?;
    let code = match &item.kind {
        _ if item_ref.derived => derived(schema, entry.named)?,
        ItemKind::Function(function) | ItemKind::ExternFunction(function) => {
            schema.text(FileSpan { file: item_ref.file, span: function.header }).trim_end().to_owned()
        }
        ItemKind::Endpoint(endpoint) => {
            schema.text(FileSpan { file: item_ref.file, span: endpoint.header }).trim_end().to_owned()
        }
        _ => shortened(schema.text(FileSpan { file: item_ref.file, span: item.span })),
    };
    Some(page(&code, &item_facts(schema, entry.named, item), &item.docs.0))
}

/// The first lines of a long text, and how many follow.
fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    match lines.get(..MAX_LINES) {
        Some(first) if lines.len() > MAX_LINES + 1 => {
            format!("{}\n    // … {} more lines", first.join("\n"), lines.len() - MAX_LINES)
        }
        _ => lines.join("\n"),
    }
}

/// What a `resource` has made stands nowhere in the text.
fn derived(schema: &Schema, named: Named) -> Option<String> {
    let declared = &schema.checked.declarations;
    match named {
        Named::Event(id) => {
            let event = declared.events.get(id.index())?;
            let verb = match event.effect {
                Effect::Creates(_) => "creates",
                Effect::Updates(..) => "updates",
                Effect::Deletes(..) => "deletes",
                Effect::General => return Some(format!("event {}", event.name)),
            };
            let model = Schema::model_of(event).map(Owner::Model).map(|owner| owner_name(schema, owner));
            Some(format!("event {} {verb} {}", event.name, model.unwrap_or_default()))
        }
        Named::Endpoint(id) => Some(format!("endpoint {}", declared.endpoints.get(id.index())?.name)),
        _ => None,
    }
}

fn item_facts(schema: &Schema, named: Named, item: &Item) -> Vec<String> {
    let declared = &schema.checked.declarations;
    match named {
        Named::Event(id) => declared.events.get(id.index()).map(|event| event_facts(schema, id, event)),
        Named::Endpoint(id) => declared.endpoints.get(id.index()).and_then(|endpoint| {
            let body = schema.checked.bodies.endpoints.get(id.index())?;
            let is_extern = endpoint.is_extern || matches!(&item.kind, ItemKind::Endpoint(it) if it.body.is_none());
            let fact = match (is_extern, body.is_command) {
                (true, _) => "Written in Rust.",
                (false, true) => "A command: one transaction on the single writer, all its events or none.",
                (false, false) => "A query: reads one consistent snapshot.",
            };
            Some(vec![fact.to_owned()])
        }),
        Named::Function(id) => {
            let is_extern = declared.functions.get(id.index()).is_some_and(|function| function.is_extern);
            is_extern.then(|| vec!["Written in Rust.".to_owned()])
        }
        _ => None,
    }
    .unwrap_or_default()
}

/// What an event does, and where the values of its fields come from.
fn event_facts(schema: &Schema, id: EventId, event: &Event) -> Vec<String> {
    let model = Schema::model_of(event).map(|model| owner_name(schema, Owner::Model(model))).unwrap_or_default();
    let written = |origin: EventFieldOrigin| {
        let fields = event.fields.iter().filter(move |field| field.origin == origin);
        let names: Vec<String> = fields.map(|field| format!("`{}`", field.field.name)).collect();
        names.join(", ")
    };
    let sets: Vec<String> = event
        .fields
        .iter()
        .filter(|field| field.writes.is_some())
        .map(|field| format!("`{}`", field.field.name))
        .collect();
    let does = match event.effect {
        Effect::Creates(_) => format!("Creates a row of `{model}`."),
        Effect::Updates(..) if sets.is_empty() => format!("Updates a row of `{model}` by its `apply`."),
        Effect::Updates(..) => format!("Updates a row of `{model}`: {}.", sets.join(", ")),
        Effect::Deletes(..) => format!("Deletes a row of `{model}`."),
        Effect::General => "Changes what its `apply` says.".to_owned(),
    };
    let mut facts = vec![does];
    let origins = [
        (EventFieldOrigin::Given, "Given by who emits it"),
        (EventFieldOrigin::Computed, "Computed when it is emitted"),
        (EventFieldOrigin::Filled, "Filled in when it is emitted"),
    ];
    for (origin, words) in origins {
        let names = written(origin);
        if !names.is_empty() {
            facts.push(format!("{words}: {names}."));
        }
    }
    let body = schema.checked.bodies.events.get(id.index());
    if body.is_some_and(|body| !body.requires.is_empty()) {
        facts.push("Its `require` lines are judged when it is emitted, never again.".to_owned());
    }
    facts
}

fn field(schema: &Schema, owner: Owner, position: usize) -> Option<String> {
    let field = schema.field(owner, position)?;
    let code = field_with_rules(schema, field, &schema.field_type(owner, position));
    let mut facts = owner_facts(schema, owner, position);
    if field.wire_name != field.name && source_of(schema, owner, position).is_none_or(|source| !is_header(source)) {
        facts.push(format!("`{}` in JSON.", field.wire_name));
    }
    if field.is_private {
        facts.push("In no response.".to_owned());
    }
    Some(page(&code, &facts, &field.docs))
}

/// What a field belongs to and what follows from that.
fn owner_facts(schema: &Schema, owner: Owner, position: usize) -> Vec<String> {
    let name = owner_name(schema, owner);
    let declared = &schema.checked.declarations;
    match owner {
        Owner::Model(id) => {
            let model = declared.models.get(id.index());
            let more = model.map(|model| model_facts(schema, model, position)).unwrap_or_default();
            [vec![format!("Field of the model `{name}`.")], more].concat()
        }
        Owner::Struct(id) if schema.is_inline(id) => vec!["Field of a result.".to_owned()],
        Owner::Struct(_) => vec![format!("Field of the struct `{name}`.")],
        Owner::View(_) => vec![format!("Field of the view `{name}`.")],
        Owner::Event(id) => {
            let event = declared.events.get(id.index());
            let origin = event.and_then(|event| event.fields.get(position)).map(|field| field.origin);
            let origin = match origin {
                Some(EventFieldOrigin::Computed) => "computed when it is emitted",
                Some(EventFieldOrigin::Filled) => "filled in when it is emitted",
                Some(EventFieldOrigin::Given) | None => "given by who emits it",
            };
            vec![format!("Field of the event `{name}`, {origin}.")]
        }
        Owner::Variant(id, variant) => {
            let variant = declared.enums.get(id.index()).and_then(|it| it.variants.get(variant));
            let variant = variant.map_or("", |variant| variant.name.as_str());
            vec![format!("Field of the variant `{name}.{variant}`.")]
        }
        Owner::Function(_) => vec![format!("Parameter of `{name}`.")],
        Owner::Endpoint(id) => {
            let source = match source_of(schema, owner, position) {
                Some(ParameterSource::Path) => "from the path".to_owned(),
                Some(ParameterSource::Query) => "from the query string".to_owned(),
                Some(ParameterSource::Header(header)) => format!("from the header `{header}`"),
                Some(ParameterSource::WholeBody) => "the whole body".to_owned(),
                Some(ParameterSource::BodyField) | None => "from the JSON body".to_owned(),
            };
            let mut facts = vec![format!("Parameter of `{name}`, {source}.")];
            let parameters = declared.endpoints.get(id.index()).map(|endpoint| &endpoint.parameters);
            if parameters.and_then(|it| it.get(position)).is_some_and(|parameter| parameter.look_up.is_some()) {
                facts.push("Looked up; a missing row is a 404.".to_owned());
            }
            facts
        }
    }
}

fn source_of(schema: &Schema, owner: Owner, position: usize) -> Option<&ParameterSource> {
    let Owner::Endpoint(id) = owner else { return None };
    let endpoint = schema.checked.declarations.endpoints.get(id.index())?;
    endpoint.parameters.get(position).map(|parameter| &parameter.source)
}

fn is_header(source: &ParameterSource) -> bool {
    matches!(source, ParameterSource::Header(_))
}

/// Key, indexes and reference of a model's field.
fn model_facts(schema: &Schema, model: &Model, position: usize) -> Vec<String> {
    let mut facts = Vec::new();
    match model.key.as_slice() {
        [only] if *only == position && model.is_auto => facts.push("The key, numbered by the engine.".to_owned()),
        [only] if *only == position => facts.push("The key.".to_owned()),
        several if several.contains(&position) => facts.push("Part of the key.".to_owned()),
        _ => {}
    }
    for index in &model.indexes {
        let names: Vec<&str> = index
            .components
            .iter()
            .filter_map(|component| model.fields.get(component.field))
            .map(|field| field.name.as_str())
            .collect();
        if index.components.iter().any(|component| component.field == position) {
            let kind = if index.is_unique { "Unique" } else { "Indexed" };
            facts.push(if names.len() > 1 { format!("{kind}: ({}).", names.join(", ")) } else { format!("{kind}.") });
        }
    }
    if let Some((_, target, on_delete)) = model.references.iter().find(|(field, ..)| *field == position) {
        let target = owner_name(schema, super::schema::source_owner(Source::Model(*target)));
        facts.push(match on_delete {
            OnDelete::Restrict => format!("A row of `{target}` cannot be deleted while this refers to it."),
            OnDelete::Cascade => format!("Deleted together with the row of `{target}`."),
            OnDelete::Clear => format!("Cleared when the row of `{target}` is deleted."),
        });
    }
    facts
}
