//! The present state of a schema, by which kept outcomes are judged: fingerprints of what bodies
//! read, and where its items stand.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use raftstone_dsl::ast::{Item, ItemKind, Span};

use crate::declarations::{Declarations, Endpoint, Event, Field, FileSpan, Kind, Program, View, ViewId};
use crate::infer::Shared;
use crate::names::Names;
use crate::reads::Read;

/// What is known of a schema in which every name stands for one item: then a name says which item
/// something was read of, and a text where it stands.
pub(super) struct Known {
    settings: u64,
    names: u64,
    /// Of each kind, the fingerprints of its declarations.
    declared: BTreeMap<Kind, Vec<u64>>,
    /// The items of the text.
    pub(super) items: Items,
}

impl Known {
    /// None when something is declared twice.
    pub(super) fn new(program: &Program, declared: &Declarations, names: &Names) -> Option<Self> {
        let items = Items::new(program)?;
        let of_fields = |fields: &[Field]| fields.iter().map(|field| items.name_at(field)).collect::<Vec<_>>();
        let of_event = |event: &Event| event.fields.iter().map(|field| items.name_at(&field.field)).collect::<Vec<_>>();
        let of_endpoint =
            |endpoint: &Endpoint| endpoint.parameters.iter().map(|it| items.name_at(&it.field)).collect::<Vec<_>>();
        let of_kinds = [
            (Kind::Newtype, each(declared.newtypes.unnoted())),
            (Kind::Enum, each(declared.enums.unnoted())),
            (Kind::Struct, each_with(declared.structs.unnoted(), |it| of_fields(&it.fields))),
            (Kind::Model, each(declared.models.unnoted())),
            (Kind::Event, each_with(declared.events.unnoted(), of_event)),
            (Kind::View, each(declared.views.unnoted())),
            (Kind::Function, each(declared.functions.unnoted())),
            (Kind::Endpoint, each_with(declared.endpoints.unnoted(), of_endpoint)),
            (Kind::Readable, each(declared.readable.unnoted())),
            (Kind::Hook, each(declared.hooks.unnoted())),
            (Kind::Job, each(declared.jobs.unnoted())),
            (Kind::Scenario, each(declared.scenarios.unnoted())),
        ];
        let names: Vec<_> = names.iter().map(|(name, entry)| (name, entry.named)).collect();
        Some(Self {
            settings: fingerprint(&(&declared.app, &declared.auth)),
            names: fingerprint(&names),
            declared: of_kinds.into_iter().collect(),
            items,
        })
    }

    /// A view was typed, which its declaration now says.
    pub(super) fn note_view(&mut self, id: ViewId, view: &View) {
        let known = self.declared.get_mut(&Kind::View).and_then(|views| views.get_mut(id.index()));
        if let Some(known) = known {
            *known = fingerprint(view);
        }
    }

    /// A hash of what is read, whatever its place: it is equal as long as nothing of it changes.
    pub(super) fn fingerprint(&self, shared: &Shared<'_>, read: &Read) -> u64 {
        let of_kind = |kind: &Kind| self.declared.get(kind).map_or(&[][..], Vec::as_slice);
        match read {
            Read::Settings => self.settings,
            Read::One(kind, position) => of_kind(kind).get(*position as usize).copied().unwrap_or_default(),
            Read::All(kind) => fingerprint(of_kind(kind)),
            Read::Damage(named) => u64::from(shared.declarations.damaged.contains(named)),
            Read::Item(named) => {
                // What a text means may depend on what stands around it, so the tree counts too.
                let item = shared.item(*named);
                let text = |file, span| self.items.placed(FileSpan { file, span }).map(|placed| placed.text);
                fingerprint(&item.map(|(file, item)| (text(file, item.span), item)))
            }
            Read::Extern(endpoint) => u64::from(shared.uses_extern(*endpoint)),
            Read::Name(name) => fingerprint(&shared.names.get(name).map(|entry| entry.named)),
            Read::Names => self.names,
        }
    }
}

fn fingerprint(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The same for what takes fields from others: from whom counts, too, because places lead there.
fn each_with<T: Hash>(all: &[T], taken: impl Fn(&T) -> Vec<Option<u64>>) -> Vec<u64> {
    all.iter().map(|one| fingerprint(&(one, taken(one)))).collect()
}

fn each<T: Hash>(all: &[T]) -> Vec<u64> {
    all.iter().map(fingerprint).collect()
}

/// Where the items of a schema's text stand.
pub(super) struct Items {
    /// Of each file, its items in the order of the text.
    files: Vec<Vec<Placed>>,
    starts: BTreeMap<u64, FileSpan>,
}

/// An item of the text.
#[derive(Clone, Copy)]
struct Placed {
    span: Span,
    /// A hash of its path and its text, and of how many of the same text stand before it.
    text: u64,
    /// A hash of its name.
    name: u64,
}

impl Items {
    /// None when something is declared twice.
    fn new(program: &Program) -> Option<Self> {
        let mut items = Self { files: Vec::with_capacity(program.files.len()), starts: BTreeMap::new() };
        let mut names = BTreeSet::new();
        if !program.items().filter_map(|(_, item)| unique_name(item)).all(|name| names.insert(name)) {
            return None;
        }
        for (file, source) in program.files.iter().enumerate() {
            let mut before: BTreeMap<&str, u32> = BTreeMap::new();
            let mut placed = Vec::with_capacity(source.tree.items.len());
            for item in &source.tree.items {
                let span = item.span;
                let text = source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
                let number = before.entry(text).or_default();
                *number += 1;
                let text = fingerprint(&(&source.path, text, *number));
                items.starts.insert(text, FileSpan { file: file as u32, span });
                placed.push(Placed { span, text, name: fingerprint(&unique_name(item)) });
            }
            items.files.push(placed);
        }
        Some(items)
    }

    fn placed(&self, place: FileSpan) -> Option<&Placed> {
        let file = self.files.get(place.file as usize)?;
        let behind = file.partition_point(|item| item.span.start <= place.span.start);
        file.get(behind.checked_sub(1)?).filter(|item| place.span.end <= item.span.end)
    }

    /// The item that holds a place, and the offset at which it starts.
    pub(super) fn at(&self, place: FileSpan) -> Option<(u64, u32)> {
        self.placed(place).map(|item| (item.text, item.span.start))
    }

    /// Where an item starts now.
    pub(super) fn start(&self, item: u64) -> Option<FileSpan> {
        self.starts.get(&item).copied()
    }

    /// The name of the item in which a field, or else its value, is written.
    fn name_at(&self, field: &Field) -> Option<u64> {
        let value = field.value.as_ref().map(|value| FileSpan { file: value.file, span: value.expr.span });
        let names = [Some(field.span), value].map(|place| self.placed(place?).map(|item| item.name));
        names.iter().any(Option::is_some).then(|| fingerprint(&names))
    }
}

/// What no other item of the schema may be called; a resource is known by what it stands for.
fn unique_name(item: &Item) -> Option<(&'static str, &str)> {
    match &item.kind {
        ItemKind::Import(_)
        | ItemKind::Resource(_)
        | ItemKind::Scenario(_)
        | ItemKind::Later { .. }
        | ItemKind::Bad { .. } => None,
        ItemKind::App(_) => Some(("app", "")),
        ItemKind::Auth(_) => Some(("auth", "")),
        _ => Some(("", item.name().map_or("", |name| &name.text))),
    }
}
