//! The `.rstone` language: syntax to meaning to Rust.
//!
//! [`check`] is the spine. Every stage gives a value and problems, and always runs on what is
//! known; nothing here touches the disk, and nothing panics on a user's text.

pub mod attributes;
mod bodies;
pub mod built_ins;
mod causes;
pub mod codegen;
pub mod codes;
pub mod declarations;
pub mod declare;
pub mod diagnostic;
mod effects;
mod flow;
mod infer;
mod lints;
pub mod literals;
pub mod load;
pub mod lock;
pub mod names;
pub mod names_in_rust;
pub mod openapi;
pub mod plan;
pub mod problem;
mod query;
mod reads;
pub mod render;
pub mod resource;
pub mod rules;
pub mod similar;
pub mod syntax;
pub mod types;
pub mod unavailable;

pub use bodies::Cache;
pub use codegen::GeneratedFile;

use declarations::{Declarations, Program};
use names::Names;
use plan::Bodies;
use problem::{Problem, Problems};

/// A schema to be checked.
pub struct Input<'i> {
    /// The path of the root file, as the user knows it.
    pub root: &'i str,
    /// Gives the text of a path.
    pub read: load::ReadFile<'i>,
    /// The lock file beside the root, if there is one: its path and text.
    pub lock: Option<(&'i str, &'i str)>,
}

/// All that is known of a schema.
#[derive(Debug, Default)]
pub struct Checked {
    /// Its files with their trees.
    pub program: Program,
    /// What each name means.
    pub names: Names,
    /// What is declared.
    pub declarations: Declarations,
    /// The typed bodies.
    pub bodies: Bodies,
    /// How the schema stands to its lock file.
    pub lock: lock::Comparison,
    /// Path and text of the lock file: the file behind those of the program in places.
    pub lock_file: Option<(String, String)>,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
}

/// Text to meaning.
pub fn check(input: Input<'_>) -> Checked {
    check_again(input, &mut Cache::none())
}

/// The same, with what earlier runs have found out about bodies that still read the same.
pub fn check_again(input: Input<'_>, cache: &mut Cache) -> Checked {
    let mut problems = Problems::new();
    let mut program = load::load(input.root, input.read, &mut problems);
    resource::derive(&mut program, &mut problems);
    let names = names::collect(&program, &mut problems);
    let mut declarations = declare::declare(&program, &names, &mut problems);
    let bodies = bodies::check_bodies(&program, &mut declarations, &names, cache, &mut problems);
    flow::check(&declarations, &bodies, &mut problems);
    lints::check(&program, &declarations, &bodies, &mut problems);
    let lock = lock::settle(
        &mut declarations,
        lock::section_name(input.root),
        input.lock.map(|(_, text)| text),
        program.files.len() as u32,
        &mut problems,
    );
    let problems = causes::merge(problems.into_sorted(), &program, &names);
    Checked {
        program,
        names,
        declarations,
        bodies,
        lock,
        lock_file: input.lock.map(|(path, text)| (path.to_owned(), text.to_owned())),
        problems,
    }
}

/// Meaning to Rust, for a schema without errors. `name` is what `include_schema!` asks for.
pub fn generate(name: &str, checked: &Checked) -> Vec<GeneratedFile> {
    codegen::generate(name, &checked.program, &checked.declarations, &checked.bodies)
}

/// Meaning to the HTTP contract, as an OpenAPI document, for a schema without errors.
pub fn openapi(checked: &Checked) -> String {
    openapi::document(&checked.declarations, &checked.bodies)
}

impl Checked {
    /// Whether something stops the build.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }

    /// Path and text of a file, by its number in places.
    pub fn source(&self, file: u32) -> (&str, &str) {
        match self.program.files.get(file as usize) {
            Some(source) => (&source.path, &source.text),
            None => self.lock_file.as_ref().map_or(("", ""), |(path, text)| (path, text)),
        }
    }
}
