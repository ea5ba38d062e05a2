//! Which item a name means: one flat namespace over all files of a schema.

use std::collections::BTreeMap;

use raftstone_dsl::ast;

use crate::codes::items;
use crate::declarations::{
    EndpointId, EnumId, EventId, FileSpan, FunctionId, HookId, ItemRef, JobId, ModelId, NewtypeId, Program, ScenarioId,
    StructId, ViewId,
};
use crate::problem::{Problem, Problems};
use crate::reads::{Read, note};
use crate::similar;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Named {
    /// A `type`.
    Newtype(NewtypeId),
    /// An `enum`.
    Enum(EnumId),
    /// A `struct`.
    Struct(StructId),
    /// A `model`.
    Model(ModelId),
    /// An `event`.
    Event(EventId),
    /// A `view`.
    View(ViewId),
    /// A `fn` or `extern fn`.
    Function(FunctionId),
    /// An `endpoint` or `extern endpoint`.
    Endpoint(EndpointId),
    /// A `hook`.
    Hook(HookId),
    /// A job.
    Job(JobId),
    /// A `test`, which has a title but no name.
    Scenario(ScenarioId),
    /// Something that did not parse: whatever is said about it is withheld.
    Unknown,
}

impl Named {
    /// The word of the language for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newtype(_) => "type",
            Self::Enum(_) => "enum",
            Self::Struct(_) => "struct",
            Self::Model(_) => "model",
            Self::Event(_) => "event",
            Self::View(_) => "view",
            Self::Function(_) => "fn",
            Self::Endpoint(_) => "endpoint",
            Self::Hook(_) => "hook",
            Self::Job(_) => "job",
            Self::Scenario(_) => "test",
            Self::Unknown => "item",
        }
    }

    /// The same, as in "this is an event".
    pub fn with_article(self) -> String {
        let word = self.word();
        let article =
            if matches!(self, Self::Enum(_) | Self::Event(_) | Self::Endpoint(_) | Self::Unknown) { "an" } else { "a" };
        format!("{article} `{word}`")
    }

    /// Whether it can stand where a type is wanted.
    pub const fn is_type(self) -> bool {
        matches!(self, Self::Newtype(_) | Self::Enum(_) | Self::Struct(_) | Self::Model(_) | Self::View(_))
    }
}

/// A declared name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it means.
    pub named: Named,
    /// Where it is declared.
    pub span: FileSpan,
}

/// An item with its place in the declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedItem {
    /// The item.
    pub item: ItemRef,
    /// Its id.
    pub named: Named,
}

/// All names of a schema, and the ids of its items.
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_name: BTreeMap<String, Entry>,
    /// Every item that declares something, in the order of the files and their text, derived ones
    /// last. The n-th model here has [`ModelId`] n, and so on.
    pub items: Vec<NumberedItem>,
}

impl Names {
    /// What `name` means.
    pub fn get(&self, name: &str) -> Option<Entry> {
        note(|| Read::Name(name.to_owned()));
        self.by_name.get(name).copied()
    }

    /// All names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Entry)> {
        note(|| Read::Names);
        self.by_name.iter().map(|(name, entry)| (name.as_str(), *entry))
    }

    /// The model of this name.
    pub fn model(&self, name: &str) -> Option<ModelId> {
        match self.get(name)?.named {
            Named::Model(id) => Some(id),
            _ => None,
        }
    }

    /// The event of this name.
    pub fn event(&self, name: &str) -> Option<EventId> {
        match self.get(name)?.named {
            Named::Event(id) => Some(id),
            _ => None,
        }
    }

    /// The function of this name.
    pub fn function(&self, name: &str) -> Option<FunctionId> {
        match self.get(name)?.named {
            Named::Function(id) => Some(id),
            _ => None,
        }
    }

    /// The nearest name of a wanted sort, for "did you mean".
    pub fn nearest(&self, wanted: &str, fits: &dyn Fn(Named) -> bool) -> Option<&str> {
        similar::nearest(wanted, self.iter().filter(|(_, entry)| fits(entry.named)).map(|(name, _)| name))
    }
}

impl Program {
    /// The item that a reference names. Only a reference made for another program has none.
    pub fn item(&self, item: ItemRef) -> Option<&ast::Item> {
        if item.derived {
            self.derived.get(item.index as usize).map(|(_, item)| item)
        } else {
            self.files.get(item.file as usize)?.tree.items.get(item.index as usize)
        }
    }

    /// Every item: file by file, then the derived ones.
    pub fn items(&self) -> impl Iterator<Item = (ItemRef, &ast::Item)> {
        let written = self.files.iter().enumerate().flat_map(|(file, source)| {
            source.tree.items.iter().enumerate().map(move |(index, item)| {
                let file = file as u32;
                (ItemRef { file, index: index as u32, derived: false }, item)
            })
        });
        let derived = self
            .derived
            .iter()
            .enumerate()
            .map(|(index, (file, item))| (ItemRef { file: *file, index: index as u32, derived: true }, item));
        written.chain(derived)
    }
}

/// Numbers every item and finds names that are declared twice.
pub fn collect(program: &Program, problems: &mut Problems) -> Names {
    let mut names = Names::default();
    let mut counts = Counts::default();
    for (item_ref, item) in program.items() {
        let named = counts.number(&item.kind);
        if let Some(named) = named {
            names.items.push(NumberedItem { item: item_ref, named });
        }
        let (Some(named), Some(name)) = (named.or_else(|| unknown(&item.kind)), item.name()) else {
            continue;
        };
        let span = FileSpan { file: item_ref.file, span: name.span };
        declare(&mut names, name, Entry { named, span }, problems);
    }
    names
}

fn declare(names: &mut Names, name: &ast::Ident, entry: Entry, problems: &mut Problems) {
    let Some(first) = names.by_name.get_mut(&name.text) else {
        names.by_name.insert(name.text.clone(), entry);
        return;
    };
    // A damaged item gives way to one that can be read, and neither is reported a second time.
    if first.named == Named::Unknown {
        *first = entry;
    } else if entry.named != Named::Unknown {
        let message = format!("the name `{}` is declared twice", name.text);
        problems.push(
            Problem::new(&items::DUPLICATE_ITEM, entry.span, message)
                .label("declared again here")
                .other(first.span, format!("first declared here, as {}", first.named.with_article()))
                .help("all files of a schema share one namespace: rename one of them"),
        );
    }
}

fn unknown(kind: &ast::ItemKind) -> Option<Named> {
    matches!(kind, ast::ItemKind::Bad { .. }).then_some(Named::Unknown)
}

/// How many items of each kind were seen.
#[derive(Default)]
struct Counts {
    newtypes: u32,
    enums: u32,
    structs: u32,
    models: u32,
    events: u32,
    views: u32,
    functions: u32,
    endpoints: u32,
    hooks: u32,
    jobs: u32,
    scenarios: u32,
}

impl Counts {
    fn number(&mut self, kind: &ast::ItemKind) -> Option<Named> {
        Some(match kind {
            ast::ItemKind::Newtype(_) => Named::Newtype(NewtypeId(next(&mut self.newtypes))),
            ast::ItemKind::Enum(_) => Named::Enum(EnumId(next(&mut self.enums))),
            ast::ItemKind::Struct(_) => Named::Struct(StructId(next(&mut self.structs))),
            ast::ItemKind::Model(_) => Named::Model(ModelId(next(&mut self.models))),
            ast::ItemKind::Event(_) => Named::Event(EventId(next(&mut self.events))),
            ast::ItemKind::View(_) => Named::View(ViewId(next(&mut self.views))),
            ast::ItemKind::Function(_) | ast::ItemKind::ExternFunction(_) => {
                Named::Function(FunctionId(next(&mut self.functions)))
            }
            ast::ItemKind::Endpoint(_) => Named::Endpoint(EndpointId(next(&mut self.endpoints))),
            ast::ItemKind::Hook(_) => Named::Hook(HookId(next(&mut self.hooks))),
            ast::ItemKind::Job(_) => Named::Job(JobId(next(&mut self.jobs))),
            ast::ItemKind::Scenario(_) => Named::Scenario(ScenarioId(next(&mut self.scenarios))),
            ast::ItemKind::App(_)
            | ast::ItemKind::Auth(_)
            | ast::ItemKind::Import(_)
            | ast::ItemKind::Resource(_)
            | ast::ItemKind::Later { .. }
            | ast::ItemKind::Bad { .. } => return None,
        })
    }
}

fn next(counter: &mut u32) -> u32 {
    let number = *counter;
    *counter += 1;
    number
}
