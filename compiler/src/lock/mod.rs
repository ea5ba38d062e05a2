//! `rstone.lock`: the released shapes of everything that lies on disk.
//!
//! Events are stored for ever, field after field without names. So ids, the order of fields and the
//! numbers of variants are given out once and kept in this file, whatever the text of the schema
//! does afterwards. One file serves all schemas of a folder, with a section for each root.

mod differences;
mod settle;
mod shapes;
mod text;

use std::collections::BTreeMap;

use raftstone_dsl::ast::Span;

use crate::codes::{CodeInfo, lock as codes};
use crate::declarations::{Declarations, FileSpan};
use crate::problem::{Problem, Problems};

pub use text::write;

/// The name of the lock file; it lies beside the root.
pub const FILE_NAME: &str = "rstone.lock";

/// The version of the format that is written.
pub const FORMAT_VERSION: u32 = 1;

/// A whole lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockFile {
    /// By the file name of the root.
    pub schemas: BTreeMap<String, Section>,
}

/// What is released of one schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Enums that are stored somewhere.
    pub enums: Vec<LockedEnum>,
    /// Structs that are stored somewhere.
    pub structs: Vec<LockedStruct>,
    /// Models.
    pub models: Vec<LockedModel>,
    /// Events.
    pub events: Vec<LockedEvent>,
}

/// A name, and the first one that the same thing had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedName {
    /// The name today.
    pub name: String,
    /// The name at its first release, when it was another one.
    pub first: Option<String>,
}

impl LockedName {
    /// A name that never was another.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), first: None }
    }

    /// The name at the first release.
    pub fn first(&self) -> &str {
        self.first.as_deref().unwrap_or(&self.name)
    }
}

/// A stored field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedField {
    /// Its name.
    pub name: LockedName,
    /// How its values lie on disk, with everything inside spelled out.
    pub shape: String,
}

/// A released enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedEnum {
    /// Its id, never given out again.
    pub id: u32,
    /// Its name.
    pub name: LockedName,
    /// Its variants, also the removed ones.
    pub variants: Vec<LockedVariant>,
    /// Whether the schema has it no more.
    pub removed: bool,
}

/// A released variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedVariant {
    /// Its number on disk, never given out again.
    pub number: u32,
    /// Its name.
    pub name: LockedName,
    /// Its fields in the order on disk.
    pub fields: Vec<LockedField>,
    /// Whether the schema has it no more.
    pub removed: bool,
}

/// A released struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedStruct {
    /// Its name.
    pub name: LockedName,
    /// Its fields in the order on disk.
    pub fields: Vec<LockedField>,
}

/// A released model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedModel {
    /// Its id, never given out again.
    pub id: u32,
    /// Its name.
    pub name: LockedName,
    /// Its fields in the order on disk.
    pub fields: Vec<LockedField>,
    /// Whether the schema has it no more.
    pub removed: bool,
}

/// A released event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedEvent {
    /// Its id, never given out again.
    pub id: u32,
    /// Its name.
    pub name: LockedName,
    /// The fields of each version, in the order on disk; version 1 first.
    pub versions: Vec<Vec<LockedField>>,
    /// Whether the schema has it no more.
    pub removed: bool,
}

/// Something that the schema has otherwise than the lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In words: "the event `TodoAdded` is new".
    pub words: String,
    /// Where it shows in the schema.
    pub span: FileSpan,
}

/// How a schema stands to its lock file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The section that `rstone lock` would write.
    pub next: Section,
    /// What it would change.
    pub differences: Vec<Difference>,
}

/// A mistake in the text of a lock file.
#[derive(Clone, Debug, PartialEq)]
pub struct LockProblem {
    /// Its code.
    pub code: &'static CodeInfo,
    /// Its place in the lock file.
    pub span: Span,
    /// In words.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// The name of a root's section: its file name.
pub fn section_name(root: &str) -> &str {
    root.rsplit('/').next().unwrap_or(root)
}

/// Reads the text of a lock file. With a mistake in it nothing of it can be trusted.
pub fn parse(text: &str) -> Result<LockFile, LockProblem> {
    text::parse(text)
}

/// Gives the declarations their ids, versions and orders on disk.
///
/// `text` is the lock file, if there is one, and `lock_file` its number among the schema's files,
/// for problems in it. Without a lock file everything is numbered in the order of the text; the
/// front ends say that it is missing.
pub fn settle(
    declarations: &mut Declarations,
    root: &str,
    text: Option<&str>,
    lock_file: u32,
    problems: &mut Problems,
) -> Comparison {
    let parsed = text.map(parse).transpose();
    let mut section = Section::default();
    match &parsed {
        Ok(Some(file)) => section = file.schemas.get(root).cloned().unwrap_or_default(),
        Ok(None) => {}
        Err(problem) => {
            let span = FileSpan { file: lock_file, span: problem.span };
            let message = problem.message.clone();
            problems.push(Problem::new(problem.code, span, message).help(problem.help));
        }
    }
    let is_locked = matches!(parsed, Ok(Some(_)));
    let comparison = settle::settle(declarations, &section, is_locked, problems);
    declarations.runs_ahead_of_lock = parsed.is_err() || !comparison.differences.is_empty();
    // While the schema itself is wrong its shapes are not what will be released.
    if is_locked && !problems.has_errors() {
        report(&comparison, problems);
    }
    comparison
}

/// The most differences that one warning points at.
const SHOWN_DIFFERENCES: usize = 5;

fn report(comparison: &Comparison, problems: &mut Problems) {
    let Some(first) = comparison.differences.first() else { return };
    let count = comparison.differences.len();
    let message = match count {
        1 => format!("the schema runs ahead of `{FILE_NAME}`"),
        _ => format!("the schema runs ahead of `{FILE_NAME}` in {count} places"),
    };
    let mut problem = Problem::new(&codes::LOCK_AHEAD, first.span, message)
        .label(first.words.clone())
        .help("run `rstone lock` and commit the file; a release build refuses until then");
    for difference in comparison.differences.iter().skip(1).take(SHOWN_DIFFERENCES - 1) {
        problem = problem.other(difference.span, difference.words.clone());
    }
    problems.push(problem);
}
