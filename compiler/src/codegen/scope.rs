//! What every part of the generator works with: the schema, its names, and the file being written.

use super::docs::{self, Places};
use crate::declarations::{Declarations, Enum, Event, Field, FileSpan, Model, Program, Source, Struct, Type, View};
use crate::names_in_rust::NamesInRust;
use crate::plan::Bodies;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The modules that the generated code is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Module {
    Types,
    Models,
    Events,
    Views,
    Functions,
    Calls,
    Routes,
    Schema,
    Testing,
    Scenarios,
}

impl Module {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Types => "types",
            Self::Models => "models",
            Self::Events => "events",
            Self::Views => "views",
            Self::Functions => "functions",
            Self::Calls => "calls",
            Self::Routes => "routes",
            Self::Schema => "schema",
            Self::Testing => "testing",
            Self::Scenarios => "scenarios",
        }
    }

    /// What the module holds, for its documentation.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Types => "Types, enums and structs.",
            Self::Models => "Rows, their keys and tables.",
            Self::Events => "Events, and what is given to record them.",
            Self::Views => "Views and their upkeep.",
            Self::Functions => "Functions.",
            Self::Calls => "Endpoints as calls: their parameters, and what they do.",
            Self::Routes => "The routing table, and what is left to Rust.",
            Self::Schema => "The schema as the engine knows it.",
            Self::Testing => "The application in memory, for tests.",
            Self::Scenarios => "The scenarios of the schema, as tests.",
        }
    }
}

/// The schema and what is known about it.
pub(super) struct Scope<'a> {
    pub(super) places: Places,
    pub(super) declarations: &'a Declarations,
    pub(super) bodies: &'a Bodies,
    pub(super) names: NamesInRust,
    homes: BTreeMap<String, Module>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(program: &'a Program, declarations: &'a Declarations, bodies: &'a Bodies) -> Self {
        let names = NamesInRust::new(declarations);
        let homes = homes(declarations, &names);
        Self { places: Places::new(program), declarations, bodies, names, homes }
    }

    pub(super) fn model(&self, id: crate::declarations::ModelId) -> &'a Model {
        &self.declarations.models[id.index()]
    }

    pub(super) fn view(&self, id: crate::declarations::ViewId) -> &'a View {
        &self.declarations.views[id.index()]
    }

    pub(super) fn structure(&self, id: crate::declarations::StructId) -> &'a Struct {
        &self.declarations.structs[id.index()]
    }

    pub(super) fn enumeration(&self, id: crate::declarations::EnumId) -> &'a Enum {
        &self.declarations.enums[id.index()]
    }

    pub(super) fn event(&self, id: crate::declarations::EventId) -> &'a Event {
        &self.declarations.events[id.index()]
    }

    /// The names that a module defines.
    pub(super) fn names_in(&self, module: Module) -> impl Iterator<Item = &str> {
        self.homes.iter().filter(move |(_, home)| **home == module).map(|(name, _)| name.as_str())
    }

    /// The position of a table among those of the schema: models first, then views.
    pub(super) fn table(&self, source: Source) -> usize {
        match source {
            Source::Model(id) => id.index(),
            Source::View(id) => self.declarations.models.len() + id.index(),
        }
    }

    /// The fields of a table's rows: names and types.
    pub(super) fn columns(&self, source: Source) -> Vec<(&'a str, &'a Type)> {
        match source {
            Source::Model(id) => self.model(id).fields.iter().map(|field| (field.name.as_str(), &field.ty)).collect(),
            Source::View(id) => {
                let types = &self.bodies.views[id.index()].types;
                self.view(id).fields.iter().map(|field| field.name.as_str()).zip(types).collect()
            }
        }
    }

    /// The fields of a table as they are declared.
    pub(super) fn fields(&self, source: Source) -> &'a [Field] {
        match source {
            Source::Model(id) => &self.model(id).fields,
            Source::View(id) => &self.view(id).fields,
        }
    }

    /// The key fields of a table, as positions.
    pub(super) fn key(&self, source: Source) -> &'a [usize] {
        match source {
            Source::Model(id) => &self.model(id).key,
            Source::View(id) => &self.view(id).key,
        }
    }

    /// Documentation of an item, with the line where it is defined.
    pub(super) fn docs(&self, lines: &[String], fallback: &str, span: FileSpan) -> TokenStream {
        docs::attributes(&self.places, lines, fallback, Some(span))
    }
}

/// Where each name is defined.
fn homes(declarations: &Declarations, names: &NamesInRust) -> BTreeMap<String, Module> {
    use crate::declarations::{EndpointId, EnumId, EventId, ModelId, NewtypeId, StructId, ViewId};
    let mut homes = BTreeMap::new();
    let ids = |count: usize| 0..count as u32;
    for id in ids(declarations.newtypes.len()) {
        homes.insert(names.newtype(NewtypeId(id)).to_owned(), Module::Types);
    }
    for id in ids(declarations.enums.len()) {
        homes.insert(names.enumeration(EnumId(id)).to_owned(), Module::Types);
    }
    for id in ids(declarations.structs.len()) {
        homes.insert(names.structure(StructId(id)).to_owned(), Module::Types);
    }
    for id in ids(declarations.models.len()) {
        homes.insert(names.model(ModelId(id)).to_owned(), Module::Models);
        homes.insert(names.key(Source::Model(ModelId(id))).to_owned(), Module::Models);
    }
    for id in ids(declarations.views.len()) {
        homes.insert(names.view(ViewId(id)).to_owned(), Module::Views);
        homes.insert(names.key(Source::View(ViewId(id))).to_owned(), Module::Views);
    }
    for id in ids(declarations.events.len()) {
        homes.insert(names.event(EventId(id)).to_owned(), Module::Events);
        homes.insert(names.event_input(EventId(id)).to_owned(), Module::Events);
    }
    for id in ids(declarations.endpoints.len()) {
        homes.insert(names.call(EndpointId(id)).to_owned(), Module::Calls);
    }
    homes
}

/// One generated file: collects what it has to import.
pub(super) struct File<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) module: Module,
    used: RefCell<BTreeMap<Module, BTreeSet<String>>>,
    plain: RefCell<BTreeSet<&'static str>>,
}

impl<'a> File<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, module: Module) -> Self {
        Self { scope, module, used: RefCell::default(), plain: RefCell::default() }
    }

    /// A type of the schema by its Rust name; imports it where it stands elsewhere.
    pub(super) fn named(&self, name: &str) -> Ident {
        match self.scope.homes.get(name) {
            Some(home) if *home != self.module => self.import(*home, name),
            _ => {}
        }
        ident(name)
    }

    /// A helper that another file defines (`rules_email` in `types`).
    pub(super) fn helper(&self, home: Module, name: &str) -> Ident {
        if home != self.module {
            self.import(home, name);
        }
        ident(name)
    }

    /// A function of the schema, with its path.
    pub(super) fn function(&self, name: &str) -> TokenStream {
        let name = ident(&crate::names_in_rust::function(name));
        if self.module == Module::Functions {
            quote!(#name)
        } else {
            self.plain.borrow_mut().insert("functions");
            quote!(functions::#name)
        }
    }

    /// The trait that the user implements.
    pub(super) fn handlers(&self) -> Ident {
        if self.module != Module::Routes {
            self.import(Module::Routes, "Handlers");
        }
        ident("Handlers")
    }

    pub(super) fn row(&self, source: Source) -> Ident {
        self.named(self.scope.names.row(source))
    }

    pub(super) fn key(&self, source: Source) -> Ident {
        self.named(self.scope.names.key(source))
    }

    fn import(&self, home: Module, name: &str) {
        self.used.borrow_mut().entry(home).or_default().insert(name.to_owned());
    }

    /// The file as text: `items` behind the imports that they need.
    pub(super) fn finish(&self, items: TokenStream) -> String {
        let mut imports = TokenStream::new();
        for name in &*self.plain.borrow() {
            let name = ident(name);
            imports.extend(quote!(use super::#name;));
        }
        for (home, names) in &*self.used.borrow() {
            // What was asked for may have ended in code that was not needed.
            let names: Vec<Ident> =
                names.iter().map(|name| ident(name)).filter(|name| mentions(&items, name)).collect();
            let home = ident(home.name());
            if !names.is_empty() {
                imports.extend(quote!(use super::#home::{#(#names),*};));
            }
        }
        let runtime = mentions(&items, &ident("rt")).then(|| {
            quote!(
                use ::raftstone::rt;
            )
        });
        super::print(quote!(#imports #runtime #items))
    }
}

/// A name, raw where it has to be.
pub(super) fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// Tokens that stay together whatever stands around them; the printer adds the parentheses.
pub(super) fn whole(tokens: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::None, tokens)).into()
}

/// Whether a name occurs.
pub(super) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// A field's name.
pub(super) fn field_ident(name: &str) -> Ident {
    ident(&crate::names_in_rust::field(name))
}

/// The name of a local that holds a field.
pub(super) fn local_ident(name: &str) -> Ident {
    ident(&crate::names_in_rust::local(name))
}

/// `name: value`, or `name` alone where that is the same.
pub(super) fn member(name: &Ident, value: &TokenStream) -> TokenStream {
    if *name == value.to_string() { quote!(#name) } else { quote!(#name: #value) }
}

/// `name: local` in a pattern, or `name` alone where that is the same.
pub(super) fn bind(name: &Ident, local: &Ident) -> TokenStream {
    member(name, &quote!(#local))
}
