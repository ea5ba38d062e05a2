//! Meaning to Rust: plain, thin modules over the runtime.
//!
//! The text is a function of the schema alone: the same bytes for the same schema. Nothing here
//! reads or writes files.

mod body;
mod calls;
mod decode;
mod docs;
mod enums;
mod events;
mod forms;
mod functions;
mod literals;
mod look_ups;
mod models;
mod routes;
mod rules;
mod scenarios;
mod schema;
mod scope;
mod structs;
mod tables;
mod testing;
mod tidy;
mod types;
mod views;

#[cfg(test)]
mod tests;

use crate::declarations::{
    Declarations, EndpointId, EnumId, EventId, FunctionId, ModelId, NewtypeId, Program, Source, StructId, ViewId,
};
use crate::plan::{Bodies, EndpointBody, Expr, ExprKind};
use crate::{names_in_rust, openapi};
use proc_macro2::TokenStream;
use quote::quote;
use scope::{File, Module, Scope, ident};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// One generated file: Rust, or the OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path below the output directory: `todo.rs`, `todo/models.rs`, `todo/openapi.json`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The Rust of a schema whose checks have found no error. `name` is what `include_schema!` asks for:
/// the root file's name without its ending. The first file is the index, which includes the others.
pub fn generate(name: &str, program: &Program, declarations: &Declarations, bodies: &Bodies) -> Vec<GeneratedFile> {
    let scope = Scope::new(program, declarations, bodies);
    let mut files = vec![
        (Module::Types, types(&scope)),
        (Module::Models, models(&scope)),
        (Module::Views, views(&scope)),
        (Module::Events, events(&scope)),
        (Module::Functions, functions(&scope)),
        (Module::Calls, calls(&scope)),
        (Module::Routes, routes(&scope)),
    ];
    files.retain(|(module, text)| *module == Module::Routes || !text.is_empty());
    let fingerprint = fold_fingerprint(&files);
    let schema = File::new(&scope, Module::Schema);
    files.push((Module::Schema, schema.finish(schema.schema(name, fingerprint))));
    let testing = File::new(&scope, Module::Testing);
    files.push((Module::Testing, testing.finish(testing.testing())));
    if !declarations.scenarios.is_empty() {
        let scenarios = File::new(&scope, Module::Scenarios);
        files.push((Module::Scenarios, scenarios.finish(scenarios.scenarios())));
    }
    let index = index(name, &scope, &files);
    let mut generated = vec![GeneratedFile { name: format!("{name}.rs"), text: index }];
    generated.extend(
        files.into_iter().map(|(module, text)| GeneratedFile { name: format!("{name}/{}.rs", module.name()), text }),
    );
    generated.push(GeneratedFile {
        name: format!("{name}/{}", schema::OPENAPI_FILE),
        text: openapi::document(declarations, bodies),
    });
    generated
}

fn types(scope: &Scope<'_>) -> String {
    let file = File::new(scope, Module::Types);
    let mut items = TokenStream::new();
    for (id, item) in (0..).zip(&scope.declarations.newtypes) {
        items.extend(file.newtype(NewtypeId(id), item));
    }
    for (id, item) in (0..).zip(&scope.declarations.enums) {
        items.extend(file.enumeration(EnumId(id), item));
    }
    for (id, item) in (0..).zip(&scope.declarations.structs) {
        items.extend(file.structure(StructId(id), item));
    }
    file.finish(items)
}

fn models(scope: &Scope<'_>) -> String {
    let file = File::new(scope, Module::Models);
    let mut items = TokenStream::new();
    for (id, item) in (0..).zip(&scope.declarations.models) {
        items.extend(file.model(ModelId(id), item));
        items.extend(file.table(Source::Model(ModelId(id)), item.stable_id, item.is_auto));
    }
    file.finish(items)
}

fn views(scope: &Scope<'_>) -> String {
    let file = File::new(scope, Module::Views);
    let mut items = TokenStream::new();
    for (id, item) in (0..).zip(&scope.declarations.views) {
        items.extend(file.view(ViewId(id), item));
        items.extend(file.table(Source::View(ViewId(id)), file.view_table_id(ViewId(id)), false));
    }
    for id in 0..scope.declarations.models.len() as u32 {
        items.extend(file.upkeep(ModelId(id)));
    }
    file.finish(items)
}

fn events(scope: &Scope<'_>) -> String {
    let file = File::new(scope, Module::Events);
    let mut items = TokenStream::new();
    for (id, item) in (0..).zip(&scope.declarations.events) {
        items.extend(file.event(EventId(id), item));
    }
    file.finish(items)
}

fn functions(scope: &Scope<'_>) -> String {
    let file = File::new(scope, Module::Functions);
    let mut items = TokenStream::new();
    for (id, item) in (0..).zip(&scope.declarations.functions) {
        items.extend(file.schema_function(FunctionId(id), item));
    }
    file.finish(items)
}

fn calls(scope: &Scope<'_>) -> String {
    let file = File::new(scope, Module::Calls);
    let mut items = TokenStream::new();
    for (id, item) in (0..).zip(&scope.declarations.endpoints) {
        items.extend(file.call(EndpointId(id), item));
    }
    file.finish(items)
}

fn routes(scope: &Scope<'_>) -> String {
    let file = File::new(scope, Module::Routes);
    let handlers = file.handlers_trait();
    let table = file.routing_table();
    file.finish(quote!(#handlers #table))
}

/// The file that `include_schema!` includes.
fn index(name: &str, scope: &Scope<'_>, files: &[(Module, String)]) -> String {
    let module = ident(&names_in_rust::module(name));
    let app = &scope.declarations.app;
    let title = format!("{}, as `{name}.rstone` declares it.", app.title.as_ref().unwrap_or(&app.name));
    let docs = docs::attributes(&scope.places, &app.docs, &title, None);
    let declared = |module: &Module| {
        let path = format!("/{name}/{}.rs", module.name());
        let docs = format!(" {}", module.about());
        let name = ident(module.name());
        quote! {
            #[doc = #docs]
            pub mod #name {
                include!(concat!(env!("OUT_DIR"), #path));
            }
        }
    };
    // What only tests use stands last.
    let (tests, modules): (Vec<_>, Vec<_>) = files
        .iter()
        .map(|(module, _)| module)
        .partition(|module| matches!(module, Module::Testing | Module::Scenarios));
    let (tests, modules) = (tests.into_iter().map(declared), modules.into_iter().map(declared));
    // Whatever the schema names is found in the module itself; calls and functions keep theirs.
    let flat = files
        .iter()
        .filter(|(module, _)| matches!(module, Module::Types | Module::Models | Module::Views | Module::Events));
    let flat = flat.map(|(module, _)| {
        let names: Vec<_> = scope.names_in(*module).map(ident).collect();
        let module = ident(module.name());
        quote!(pub use #module::{#(#names),*};)
    });
    let handlers = scope.has_handlers().then(|| {
        quote!(
            pub use routes::Handlers;
        )
    });
    let text = print(quote! {
        #docs
        // What an application does not use of its schema is no mistake, and what the schema says
        // nothing about has nothing to document.
        #[allow(dead_code, missing_docs)]
        pub mod #module {
            #(#modules)*

            #(#flat)*
            #handlers
            pub use schema::{SCHEMA, app, serve};

            #(#[cfg(test)] #tests)*
        }
    });
    format!("// Generated from {name}.rstone. Do not edit.\n\n{text}")
}

/// The events that a body emits.
pub(crate) fn emitted_events(body: &EndpointBody) -> BTreeSet<EventId> {
    let found = RefCell::new(BTreeSet::new());
    let look = |expr: &Expr| {
        if let ExprKind::Emit(event, _) = &expr.kind {
            found.borrow_mut().insert(*event);
        }
        false
    };
    body::any_in_statements(&body.statements, &look);
    found.into_inner()
}

/// Formats tokens. The generator writes only what parses; should it not, the plain tokens make
/// rustc say where.
fn print(tokens: TokenStream) -> String {
    let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) else { return tokens.to_string() };
    let text = prettyplease::unparse(&file);
    // The invisible groups that kept expressions together also keep them from being laid out well.
    let text = syn::parse_file(&text).map_or(text, |mut file| {
        tidy::tidy(&mut file);
        prettyplease::unparse(&file)
    });
    with_blank_lines(&text)
}

/// Puts an empty line between items, which the printer leaves out.
fn with_blank_lines(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 16);
    let mut before = "";
    let mut in_imports = false;
    for line in text.lines() {
        if is_apart(before, line, in_imports) {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        in_imports = line.starts_with("use ") || in_imports && !before.ends_with(';');
        before = line;
    }
    spaced
}

/// Whether an empty line belongs between two lines: the first ends an item, the second begins one.
fn is_apart(before: &str, line: &str, in_imports: bool) -> bool {
    const STARTS: &[&str] = &["///", "#[", "pub", "impl", "fn ", "const ", "static ", "rt::"];
    let depth = |line: &str| line.len() - line.trim_start().len();
    let (first, second) = (before.trim_start(), line.trim_start());
    if in_imports && before.ends_with(';') {
        return !line.starts_with("use ");
    }
    let begins = STARTS.iter().any(|start| second.starts_with(start)) && depth(before) == depth(line);
    let is_method = ["fn ", "pub fn ", "///"].iter().any(|start| second.starts_with(start));
    let ends = first.ends_with('}') || first == "};" || first.ends_with(';') && is_method || before == "}";
    let re_exports = first.starts_with("pub use ") && second.starts_with("pub use ");
    begins && ends && !re_exports && !first.starts_with("///")
}

/// A hash of everything that decides what a replay gives: rows, events, views, and the functions
/// that they call. Documentation does not count.
fn fold_fingerprint(files: &[(Module, String)]) -> u64 {
    let decides = |module: Module| !matches!(module, Module::Calls | Module::Routes | Module::Schema);
    let mut text = String::new();
    for (_, file) in files.iter().filter(|(module, _)| decides(*module)) {
        for line in file.lines().filter(|line| !line.trim_start().starts_with("///")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    hash(text.as_bytes())
}

/// FNV-1a: stable for ever, and good enough to tell texts apart.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}
