//! From items to declarations: one file for each kind of item.
//!
//! The order matters where one kind looks at another: newtypes first (rules and comparability),
//! then models (their fields lend types), structs and enums, events, views, functions, endpoints, and what
//! refers to those.

pub mod app;
pub mod auth;
pub mod back_references;
pub mod cron;
pub mod endpoints;
pub mod enums;
pub mod events;
pub mod fields;
pub mod functions;
pub mod hooks;
pub mod indexes;
pub mod jobs;
pub mod keys;
pub mod look_ups;
pub mod models;
pub mod newtypes;
pub mod options;
pub mod parameters;
pub mod readable;
pub mod recursion;
pub mod results;
pub mod rights;
pub mod routes;
pub mod scenarios;
pub mod spelling;
pub mod structs;
pub mod views;

use std::collections::BTreeSet;

use raftstone_dsl::ast::{self, ItemKind};

use crate::attributes::{Bearer, Marks};
use crate::declarations::{Declarations, EnumId, FileSpan, ItemRef, Program};
use crate::names::{Named, Names};
use crate::problem::Problems;
use crate::unavailable::Construct;

/// What declaring reads and fills.
pub struct Scope<'a> {
    /// The trees.
    pub program: &'a Program,
    /// The names of all items.
    pub names: &'a Names,
    /// What is wrong.
    pub problems: &'a mut Problems,
    /// What is declared so far.
    pub declarations: Declarations,
    /// How many structs have a name of their own; those behind them come from inline records.
    pub named_structs: usize,
    plain_enums: Vec<bool>,
    struct_names: BTreeSet<String>,
    /// Where words stand, once somebody asked.
    words: Option<spelling::Words>,
}

/// Resolves all items of a program.
pub fn declare(program: &Program, names: &Names, problems: &mut Problems) -> Declarations {
    let mut scope = Scope {
        program,
        names,
        problems,
        declarations: Declarations::default(),
        named_structs: 0,
        plain_enums: Vec::new(),
        struct_names: names.iter().map(|(name, _)| name.to_owned()).collect(),
        words: None,
    };
    scope.prepare();
    app::declare(&mut scope);
    structs::reserve(&mut scope);
    newtypes::declare(&mut scope);
    models::declare(&mut scope);
    back_references::declare(&mut scope);
    enums::declare(&mut scope);
    structs::declare(&mut scope);
    recursion::check(&mut scope);
    events::declare(&mut scope);
    views::declare(&mut scope);
    functions::declare(&mut scope);
    auth::declare(&mut scope);
    readable::declare(&mut scope);
    endpoints::declare(&mut scope);
    auth::check_routes(&mut scope);
    hooks::declare(&mut scope);
    jobs::declare(&mut scope);
    scenarios::declare(&mut scope);
    scope.declarations
}

/// An item together with where it stands and what it is.
#[derive(Clone, Copy)]
pub struct Numbered<'a> {
    /// The file in which it stands.
    pub file: u32,
    /// The item itself.
    pub item_ref: ItemRef,
    /// Its id.
    pub named: Named,
    /// Its tree.
    pub item: &'a ast::Item,
}

impl Numbered<'_> {
    /// Where its name stands; without a name, the start of the item.
    pub fn name_span(&self) -> FileSpan {
        let start = self.item.span.start;
        let span = self.item.name().map_or(ast::Span::new(start, start), |name| name.span);
        FileSpan { file: self.file, span }
    }

    /// Its name, or nothing.
    pub fn name(&self) -> String {
        self.item.name().map_or_else(String::new, |name| name.text.clone())
    }
}

impl<'a> Scope<'a> {
    /// All items of the program with their ids.
    pub fn numbered(&self) -> Vec<Numbered<'a>> {
        let program = self.program;
        let with_item = |entry: &crate::names::NumberedItem| {
            let item = program.item(entry.item)?;
            Some(Numbered { file: entry.item.file, item_ref: entry.item, named: entry.named, item })
        };
        self.names.items.iter().filter_map(with_item).collect()
    }

    /// What can be said before anything is resolved.
    fn prepare(&mut self) {
        for (item_ref, item) in self.program.items() {
            if let ItemKind::Later { keyword } = &item.kind {
                let construct = if keyword.text == "migrate" { Construct::Migrate } else { Construct::Retired };
                self.problems.cannot_run(construct, FileSpan { file: item_ref.file, span: keyword.span });
            }
        }
        for numbered in self.numbered() {
            if let ItemKind::Enum(item) = &numbered.item.kind {
                self.plain_enums.push(item.variants.iter().all(|variant| variant.fields.is_none()));
            }
            if matches!(numbered.named, Named::Struct(_)) {
                self.named_structs += 1;
            }
            if numbered.item.damaged {
                self.declarations.damaged.insert(numbered.named);
            }
            self.check_item_name(&numbered);
        }
    }

    fn check_item_name(&mut self, numbered: &Numbered<'_>) {
        let Some(name) = numbered.item.name() else { return };
        if numbered.item_ref.derived {
            return;
        }
        if self.is_reserved(numbered, name) {
            return;
        }
        match numbered.named {
            Named::Function(_) | Named::Endpoint(_) | Named::Hook(_) | Named::Job(_) => {
                self.check_snake_case(numbered.file, name);
            }
            _ => self.check_pascal_case(numbered.file, name),
        }
    }

    /// Whether no variant of the enum carries data.
    pub fn is_plain_enum(&self, id: EnumId) -> bool {
        self.plain_enums.get(id.index()).copied().unwrap_or(true)
    }

    /// The marks of a whole item; its documentation gains what `@deprecated` says.
    pub fn item_marks(&mut self, numbered: &Numbered<'_>, bearer: Bearer) -> (Marks, Vec<String>) {
        let marks = self.marks(numbered.file, &numbered.item.attributes, bearer, None);
        if let Some((old, span)) = &marks.was {
            self.declarations.renames.insert(numbered.name_span(), (old.clone(), *span));
        }
        let docs = documented(&numbered.item.docs, marks.deprecated.as_deref());
        (marks, docs)
    }

    /// Marks an item as one about whose members nothing more is said.
    pub fn spoil(&mut self, named: Named) {
        self.declarations.damaged.insert(named);
    }
}

/// Documentation lines, with a last one for `@deprecated`.
pub fn documented(docs: &ast::Docs, deprecated: Option<&str>) -> Vec<String> {
    let mut lines = docs.0.clone();
    if let Some(words) = deprecated {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("**Deprecated:** {words}"));
    }
    lines
}
