//! What the items of a schema declare, resolved: the result of the first half of checking.
//!
//! Bodies (defaults, computed fields, conditions, statements, queries) are typed later and stand
//! in [`crate::plan::Bodies`], whose vectors run parallel to those here. Ids are positions.

mod all;
mod endpoints;
mod events;
mod models;
mod reactions;
mod rights;
mod scenarios;
mod secrets;
mod types;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use raftstone_dsl::ast;
use raftstone_dsl::ast::Span;

pub(crate) use all::Kind;
pub use all::{All, Damaged};
pub use endpoints::{Consistency, Endpoint, LookUp, Method, Parameter, ParameterSource, Rate, ResultShape, Segment};
pub use events::{Effect, Event, EventField, EventFieldOrigin};
pub use models::{BackReference, Index, IndexComponent, Model, OnDelete};
pub use reactions::{Cron, Hook, Job, Schedule};
pub use rights::{Audience, Auth, Readable, Rights, Session, SessionKind};
pub use scenarios::Scenario;
pub use types::{Enum, Field, Newtype, Rule, RuleKind, Struct, Type, Variant, Written};
pub use views::View;

/// A place in one of the schema's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileSpan {
    /// Position in [`Program::files`].
    pub file: u32,
    /// The bytes of that file.
    pub span: Span,
}

/// Like [`Span`], a place is no part of what is declared there.
impl Hash for FileSpan {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A parsed file of the schema.
#[derive(Clone, Debug, Default)]
pub struct SourceFile {
    /// The path as the user knows it (relative to the package).
    pub path: String,
    /// The text.
    pub text: String,
    /// Its tree.
    pub tree: ast::File,
}

/// All files of a schema: the root first, then what it imports in the order of first mention.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The files.
    pub files: Vec<SourceFile>,
    /// Items that stand for others, made from `resource` items: (file, item).
    /// Their spans point at the resource's lines.
    pub derived: Vec<(u32, ast::Item)>,
}

/// Names an item of the program: of a file's tree, or one of [`Program::derived`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemRef {
    /// The file in which it stands.
    pub file: u32,
    /// Position among the file's items, or in [`Program::derived`].
    pub index: u32,
    /// Whether it is a derived one.
    pub derived: bool,
}

/// A place, too.
impl Hash for ItemRef {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The position as an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        })*
    };
}

ids! {
    /// Position in [`Declarations::newtypes`].
    NewtypeId,
    /// Position in [`Declarations::enums`].
    EnumId,
    /// Position in [`Declarations::structs`].
    StructId,
    /// Position in [`Declarations::models`].
    ModelId,
    /// Position in [`Declarations::events`].
    EventId,
    /// Position in [`Declarations::views`].
    ViewId,
    /// Position in [`Declarations::functions`].
    FunctionId,
    /// Position in [`Declarations::endpoints`].
    EndpointId,
    /// Position in [`Declarations::hooks`].
    HookId,
    /// Position in [`Declarations::jobs`].
    JobId,
    /// Position in [`Declarations::scenarios`].
    ScenarioId,
}

/// A table that can be read: a model's or a view's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A model's rows.
    Model(ModelId),
    /// A view's rows.
    View(ViewId),
}

/// A function, also an `extern` one.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Function {
    /// The name.
    pub name: String,
    /// Whether it is written in Rust.
    pub is_extern: bool,
    /// Names and types of the parameters.
    pub parameters: Vec<Field>,
    /// The type of its value.
    pub returns: Type,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// What to do with body fields that no parameter asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnknownFields {
    /// 422.
    #[default]
    Reject,
    /// Nothing.
    Ignore,
}

/// The settings of the `app` block.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct App {
    /// The name.
    pub name: String,
    /// `title`
    pub title: Option<String>,
    /// `base`
    pub base: String,
    /// `url`
    pub url: Option<String>,
    /// `json = camel_case`
    pub camel_case: bool,
    /// `unknown`
    pub unknown_fields: UnknownFields,
    /// `big_ints = string`
    pub big_ints_as_text: bool,
    /// `errors = fields`
    pub field_errors: bool,
    /// `frontend`: a folder, relative to the package.
    pub frontend: Option<String>,
    /// `cors`: the origins that may ask.
    pub cors: Vec<String>,
    /// Documentation of the schema (`//!`).
    pub docs: Vec<String>,
}

/// Everything that the schema declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declarations {
    /// The `app` block.
    pub app: App,
    /// `type` items.
    pub newtypes: All<Newtype>,
    /// `enum` items.
    pub enums: All<Enum>,
    /// `struct` items and inline record types.
    pub structs: All<Struct>,
    /// `model` items.
    pub models: All<Model>,
    /// `event` items, with those of resources.
    pub events: All<Event>,
    /// `view` items.
    pub views: All<View>,
    /// `fn` and `extern fn` items.
    pub functions: All<Function>,
    /// `endpoint` and `extern endpoint` items, with those of resources.
    pub endpoints: All<Endpoint>,
    /// The `auth` block.
    pub auth: Option<Auth>,
    /// `readable by …` of models, views and their fields.
    pub readable: All<Readable>,
    /// `hook` items.
    pub hooks: All<Hook>,
    /// `every … job` items.
    pub jobs: All<Job>,
    /// `test` items.
    pub scenarios: All<Scenario>,
    /// Whether the lock file lacks something of this schema: a release build refuses it.
    pub runs_ahead_of_lock: bool,
    /// Items that did not parse whole, or whose declaration is wrong: what is said about their
    /// members would be said twice.
    pub damaged: Damaged,
    /// `@was("old")`: by the place of the new name, the old name and the attribute.
    pub renames: BTreeMap<FileSpan, (String, FileSpan)>,
    /// Fields that are `@cold`, by the places of their names.
    pub cold: BTreeSet<FileSpan>,
}

impl Declarations {
    /// The fields of a table.
    pub fn fields(&self, source: Source) -> &[Field] {
        match source {
            Source::Model(id) => self.models.get(id.index()).map_or(&[], |it| &it.fields),
            Source::View(id) => self.views.get(id.index()).map_or(&[], |it| &it.fields),
        }
    }

    /// The positions of a table's key.
    pub fn key(&self, source: Source) -> &[usize] {
        match source {
            Source::Model(id) => self.models.get(id.index()).map_or(&[], |it| &it.key),
            Source::View(id) => self.views.get(id.index()).map_or(&[], |it| &it.key),
        }
    }

    /// The type under the newtypes.
    pub fn without_newtypes<'t>(&'t self, mut ty: &'t Type) -> &'t Type {
        while let Type::Newtype(id) = ty {
            ty = self.newtypes.get(id.index()).map_or(&Type::Error, |newtype| &newtype.base);
        }
        ty
    }
}
