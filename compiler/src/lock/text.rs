//! The text of a lock file: lines, told apart by their indentation, so that a diff reads well.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use raftstone_dsl::ast::Span;

use super::{
    FORMAT_VERSION, LockFile, LockProblem, LockedEnum, LockedEvent, LockedField, LockedModel, LockedName, LockedStruct,
    LockedVariant, Section,
};
use crate::codes::lock as codes;

const HEAD: &str = "\
# The released shapes of the schemas in this folder. Written by `rstone lock`: commit it, do not
# edit it. Events already stored are read by what stands here.
";

const REMOVED: &str = " (removed)";

/// The text of a lock file.
pub fn write(file: &LockFile) -> String {
    let mut out = format!("{HEAD}rstone-lock {FORMAT_VERSION}\n");
    for (root, section) in &file.schemas {
        let _ = writeln!(out, "\nschema {root}");
        write_section(&mut out, section);
    }
    out
}

fn write_section(out: &mut String, section: &Section) {
    for item in &section.enums {
        let _ = writeln!(out, "\nenum {} {}{}", item.id, named(&item.name), removed(item.removed));
        for variant in &item.variants {
            let name = named(&variant.name);
            let _ = writeln!(out, "  {} {name}{}", variant.number, removed(variant.removed));
            write_fields(out, "    ", &variant.fields);
        }
    }
    for item in &section.structs {
        let _ = writeln!(out, "\nstruct {}", named(&item.name));
        write_fields(out, "  ", &item.fields);
    }
    for item in &section.models {
        let _ = writeln!(out, "\nmodel {} {}{}", item.id, named(&item.name), removed(item.removed));
        write_fields(out, "  ", &item.fields);
    }
    for item in &section.events {
        let _ = writeln!(out, "\nevent {} {}{}", item.id, named(&item.name), removed(item.removed));
        for (position, fields) in item.versions.iter().enumerate() {
            let _ = writeln!(out, "  version {}", position + 1);
            write_fields(out, "    ", fields);
        }
    }
}

fn write_fields(out: &mut String, indent: &str, fields: &[LockedField]) {
    for field in fields {
        let _ = writeln!(out, "{indent}{}: {}", named(&field.name), field.shape);
    }
}

fn named(name: &LockedName) -> String {
    match &name.first {
        Some(first) => format!("{} was {first}", name.name),
        None => name.name.clone(),
    }
}

const fn removed(is_removed: bool) -> &'static str {
    if is_removed { REMOVED } else { "" }
}

/// A line without its indentation.
#[derive(Clone, Copy)]
struct Line<'t> {
    indent: usize,
    text: &'t str,
    span: Span,
}

impl<'t> Line<'t> {
    fn wrong(&self, message: impl Into<String>) -> LockProblem {
        LockProblem {
            code: &codes::LOCK_FORMAT,
            span: self.span,
            message: message.into(),
            help: "take the last good file from version control, and run `rstone lock`",
        }
    }

    /// `12 Name was Old (removed)`
    fn numbered(&self, rest: &'t str) -> Result<(u32, LockedName, bool), LockProblem> {
        let (number, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let number = number.parse().map_err(|_| self.wrong(format!("`{number}` is no number")))?;
        let (rest, is_removed) = match rest.strip_suffix(REMOVED) {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        Ok((number, self.name(rest)?, is_removed))
    }

    /// `Name was Old`
    fn name(&self, text: &str) -> Result<LockedName, LockProblem> {
        let (name, first) = match text.split_once(" was ") {
            Some((name, first)) => (name, Some(first)),
            None => (text, None),
        };
        let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name(name) || !first.is_none_or(is_name) {
            return Err(self.wrong(format!("`{text}` is no name")));
        }
        Ok(LockedName { name: name.to_owned(), first: first.map(str::to_owned) })
    }

    /// `name: shape`
    fn field(&self) -> Result<LockedField, LockProblem> {
        let Some((name, shape)) = self.text.split_once(": ") else {
            return Err(self.wrong("a field is written `name: shape`"));
        };
        Ok(LockedField { name: self.name(name)?, shape: shape.to_owned() })
    }
}

/// What indented lines belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Enum,
    Struct,
    Model,
    Event,
}

struct Reader {
    file: LockFile,
    root: Option<String>,
    open: Open,
    enums: Taken,
    /// Of the open enum.
    variants: Taken,
    models: Taken,
    events: Taken,
}

/// What is given out already: a number or name that stands twice would make two things one.
#[derive(Default)]
struct Taken {
    numbers: BTreeSet<u32>,
    names: BTreeSet<String>,
}

impl Taken {
    fn add(&mut self, line: &Line<'_>, number: u32, name: &LockedName) -> Result<(), LockProblem> {
        if !self.numbers.insert(number) {
            return Err(line.wrong(format!("the number {number} is given out twice")));
        }
        if !self.names.insert(name.name.clone()) {
            return Err(line.wrong(format!("the name `{}` stands here twice", name.name)));
        }
        Ok(())
    }
}

/// Reads a lock file.
pub(super) fn parse(text: &str) -> Result<LockFile, LockProblem> {
    let mut lines = lines(text);
    check_version(lines.next())?;
    let mut reader = Reader::new(LockFile::default(), None);
    for line in lines {
        reader.read(line)?;
    }
    Ok(reader.file)
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    let with_places = text.split_inclusive('\n').map(move |whole| {
        let from = start;
        start += whole.len();
        let line = whole.trim_end();
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        let begin = (from + indent) as u32;
        Line { indent, text, span: Span::new(begin, begin + text.len() as u32) }
    });
    with_places.filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

fn check_version(first: Option<Line<'_>>) -> Result<(), LockProblem> {
    let empty = Line { indent: 0, text: "", span: Span::default() };
    let line = first.unwrap_or(empty);
    let Some(version) = line.text.strip_prefix("rstone-lock ") else {
        return Err(line.wrong("the first line is `rstone-lock` and a version"));
    };
    match version.parse::<u32>() {
        Ok(FORMAT_VERSION) => Ok(()),
        Ok(version) => Err(LockProblem {
            code: &codes::LOCK_VERSION,
            span: line.span,
            message: format!("this is version {version} of the lock file, known is {FORMAT_VERSION}"),
            help: "build with the version of Raftstone that wrote it, or a newer one",
        }),
        Err(_) => Err(line.wrong(format!("`{version}` is no version"))),
    }
}

impl Reader {
    /// At the start of the section of `root`.
    fn new(file: LockFile, root: Option<String>) -> Self {
        let (enums, variants, models, events) = Default::default();
        Self { file, root, open: Open::Nothing, enums, variants, models, events }
    }

    fn read(&mut self, line: Line<'_>) -> Result<(), LockProblem> {
        if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.text.starts_with(mark)) {
            return Err(LockProblem {
                help: "keep the ids of what is released already, then run `rstone lock`",
                ..line.wrong("this is the mark of a merge that was not finished")
            });
        }
        match line.indent {
            0 => self.read_item(line),
            2 => self.read_member(line),
            4 => self.read_field(line),
            _ => Err(line.wrong("lines are indented by 0, 2 or 4 spaces")),
        }
    }

    fn section(&mut self) -> Option<&mut Section> {
        self.file.schemas.get_mut(self.root.as_ref()?)
    }

    fn read_item(&mut self, line: Line<'_>) -> Result<(), LockProblem> {
        let (word, rest) = line.text.split_once(' ').unwrap_or((line.text, ""));
        if word == "schema" {
            let is_new = self.file.schemas.insert(rest.to_owned(), Section::default()).is_none();
            *self = Self::new(std::mem::take(&mut self.file), Some(rest.to_owned()));
            return if is_new { Ok(()) } else { Err(line.wrong(format!("`{rest}` stands here twice"))) };
        }
        let Some(section) = self.root.as_ref().and_then(|root| self.file.schemas.get_mut(root)) else {
            return Err(line.wrong("this belongs to no `schema`"));
        };
        self.open = match word {
            "enum" => {
                let (id, name, removed) = line.numbered(rest)?;
                self.enums.add(&line, id, &name)?;
                self.variants = Taken::default();
                section.enums.push(LockedEnum { id, name, variants: Vec::new(), removed });
                Open::Enum
            }
            "struct" => {
                let name = line.name(rest)?;
                section.structs.push(LockedStruct { name, fields: Vec::new() });
                Open::Struct
            }
            "model" => {
                let (id, name, removed) = line.numbered(rest)?;
                self.models.add(&line, id, &name)?;
                section.models.push(LockedModel { id, name, fields: Vec::new(), removed });
                Open::Model
            }
            "event" => {
                let (id, name, removed) = line.numbered(rest)?;
                self.events.add(&line, id, &name)?;
                section.events.push(LockedEvent { id, name, versions: Vec::new(), removed });
                Open::Event
            }
            _ => return Err(line.wrong(format!("`{word}` is nothing that a lock file holds"))),
        };
        Ok(())
    }

    fn read_member(&mut self, line: Line<'_>) -> Result<(), LockProblem> {
        let open = self.open;
        let out_of_place = line.wrong("this line belongs to nothing");
        let Some(section) = self.root.as_ref().and_then(|root| self.file.schemas.get_mut(root)) else {
            return Err(out_of_place);
        };
        match open {
            Open::Enum => {
                let (number, name, removed) = line.numbered(line.text)?;
                let item = section.enums.last_mut().ok_or(out_of_place)?;
                self.variants.add(&line, number, &name)?;
                item.variants.push(LockedVariant { number, name, fields: Vec::new(), removed });
            }
            Open::Struct => {
                let item = section.structs.last_mut().ok_or(out_of_place)?;
                push_field(&line, &mut item.fields)?;
            }
            Open::Model => {
                let item = section.models.last_mut().ok_or(out_of_place)?;
                push_field(&line, &mut item.fields)?;
            }
            Open::Event => {
                let item = section.events.last_mut().ok_or(out_of_place)?;
                let expected = format!("version {}", item.versions.len() + 1);
                if line.text != expected {
                    return Err(line.wrong(format!("here `{expected}` is expected")));
                }
                item.versions.push(Vec::new());
            }
            Open::Nothing => return Err(out_of_place),
        }
        Ok(())
    }

    fn read_field(&mut self, line: Line<'_>) -> Result<(), LockProblem> {
        let open = self.open;
        let section = self.section();
        let fields = match (open, section) {
            (Open::Enum, Some(section)) => {
                section.enums.last_mut().and_then(|item| item.variants.last_mut()).map(|variant| &mut variant.fields)
            }
            (Open::Event, Some(section)) => section.events.last_mut().and_then(|item| item.versions.last_mut()),
            _ => None,
        };
        match fields {
            Some(fields) => push_field(&line, fields),
            None => Err(line.wrong("this line belongs to nothing")),
        }
    }
}

fn push_field(line: &Line<'_>, fields: &mut Vec<LockedField>) -> Result<(), LockProblem> {
    let field = line.field()?;
    if fields.iter().any(|other| other.name.name == field.name.name) {
        return Err(line.wrong(format!("the field `{}` stands here twice", field.name.name)));
    }
    fields.push(field);
    Ok(())
}
