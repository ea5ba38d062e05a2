//! One cause, one problem: what is missing once is often missed in many places.

use std::collections::{BTreeMap, BTreeSet};

use raftstone_dsl::ast::{Item, ItemKind};

use crate::codes::{self, CodeInfo};
use crate::declarations::{FileSpan, ItemRef, Program, SourceFile};
use crate::declare::spelling::to_snake;
use crate::names::Names;
use crate::problem::Problem;

/// More places than this are not all shown.
const PLACES_MAX: usize = 8;

/// What several problems may have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// An item of this name is not declared.
    Item(String),
    /// A local of this name is not declared in the item that is there: (file, position, name).
    Local(u32, u32, String),
    /// Something in the item that is there does not run yet: (file, position).
    Unavailable(u32, u32),
    /// The same words with the same help: a field, a variant, an index that is missing.
    Words(&'static str, String, Option<String>),
}

/// The parts of a schema that did not parse whole, or could not be read.
#[derive(Default)]
struct Lost<'p> {
    /// Whether a part may declare anything: an item that lost its name, an import that leads to no text.
    anything: bool,
    /// The words of damaged items. One may hold the items behind it, when its end is missing.
    words: BTreeSet<&'p str>,
    /// The names of damaged items. Without the sign behind it, a name goes on with the next word.
    names: BTreeSet<&'p str>,
    /// The models of damaged resources, whose events begin with their names.
    resources: Vec<&'p str>,
    /// The names of damaged items and of those that speak of one.
    near: BTreeSet<&'p str>,
    /// The types among them, as a resource writes them in the names of endpoints.
    rows: BTreeSet<String>,
}

impl<'p> Lost<'p> {
    fn of(program: &'p Program, problems: &[Problem]) -> Self {
        let is_unread =
            |problem: &Problem| [&codes::items::IMPORT_UNREADABLE, &codes::items::IMPORT_PATH].contains(&problem.code);
        let anything = problems.iter().any(is_unread) || program.files.iter().any(ends_early);
        let mut lost = Self { anything, ..Self::default() };
        for (at, item) in program.items() {
            if !item.damaged && !matches!(item.kind, ItemKind::Bad { .. }) {
                continue;
            }
            match &item.kind {
                ItemKind::App(_) | ItemKind::Auth(_) | ItemKind::Scenario(_) | ItemKind::Later { .. } => {}
                ItemKind::Resource(resource) => match &resource.model {
                    Some(model) => lost.resources.push(&model.text),
                    None => lost.anything = true,
                },
                ItemKind::Function(_)
                | ItemKind::ExternFunction(_)
                | ItemKind::Endpoint(_)
                | ItemKind::Hook(_)
                | ItemKind::Job(_)
                | ItemKind::Bad { .. } => {
                    lost.anything |= item.name().is_none_or(|name| name.text.is_empty());
                }
                // Without its name, the word behind it is taken for it: `event creates Account`.
                _ => lost.anything |= item.name().is_none_or(|name| !name.text.starts_with(char::is_uppercase)),
            }
            let text = text_of(program, at, item);
            lost.names.extend(item.name().map(|name| name.text.as_str()));
            lost.words.extend(words(text));
        }
        lost.near = lost.spoken_of(program);
        let types = lost.near.iter().filter(|name| name.starts_with(char::is_uppercase));
        lost.rows = types.map(|name| to_snake(name)).collect();
        lost
    }

    /// The names of damaged items, and of the items that speak of one.
    fn spoken_of(&self, program: &'p Program) -> BTreeSet<&'p str> {
        if self.names.is_empty() && self.resources.is_empty() {
            return BTreeSet::new();
        }
        let speaks =
            |(at, item): &(ItemRef, &Item)| words(text_of(program, *at, item)).any(|word| self.names.contains(word));
        let items = program.items().filter(speaks);
        let near = items.filter_map(|(_, item)| item.name().map(|name| name.text.as_str()));
        near.chain(self.names.iter().chain(&self.resources).copied()).collect()
    }

    /// Whether a problem may come of what is lost: a scenario plays through the whole application, so one that calls
    /// or records what is damaged, or what speaks of that, cannot be judged.
    fn is_in_doubt(&self, problem: &Problem, program: &Program) -> bool {
        let Some(at) = item_at(problem.span, program) else { return false };
        let item = program.files.get(at.file as usize).and_then(|file| file.tree.items.get(at.index as usize));
        let Some(item) = item.filter(|item| matches!(item.kind, ItemKind::Scenario(_))) else { return false };
        let is_of_syntax = problem.code.code.starts_with("RS00");
        !is_of_syntax && (self.anything || words(text_of(program, at, item)).any(|word| self.is_near(word)))
    }

    /// Whether a name is that of a damaged item, of one that speaks of it, or made from such a name by a resource:
    /// `ProductAdded`, `add_product`.
    fn is_near(&self, word: &str) -> bool {
        let begins = || word.char_indices().skip(1).any(|(end, _)| self.near.contains(&word[..end]));
        let ends = || word.match_indices('_').any(|(at, _)| self.rows.contains(&word[at + 1..]));
        self.near.contains(word) || (word.starts_with(char::is_uppercase) && begins()) || ends()
    }

    fn may_declare(&self, name: &str) -> bool {
        self.anything
            || self.resources.iter().any(|model| name.starts_with(model))
            || self.words.contains(name)
            || self.names.range(name..).next().is_some_and(|glued| glued.starts_with(name))
    }
}

fn text_of<'p>(program: &'p Program, at: ItemRef, item: &Item) -> &'p str {
    let text = program.files.get(at.file as usize).map_or("", |file| &file.text);
    text.get(item.span.start as usize..item.span.end as usize).unwrap_or_default()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// Whether a text ends within an item, or behind documentation of one: what was to come may be lost.
fn ends_early(source: &SourceFile) -> bool {
    let end = source.tree.items.last().map_or(0, |item| item.span.end as usize);
    let behind = source.text.get(end..).unwrap_or_default();
    let is_cut = |item: &Item| {
        let text = source.text.get(item.span.start as usize..end).unwrap_or_default();
        let is_open = text.matches('{').count() > text.matches('}').count();
        item.damaged && behind.trim_start().is_empty() && (is_open || !text.ends_with('}'))
    };
    behind.contains("///") || source.tree.items.last().is_some_and(is_cut)
}

/// Puts problems of one cause together: the first stays, the other places become its labels.
///
/// A name that is missing may stand in a part of the text that did not parse or was not read: what is said about it
/// is left for when it does. Every other missing name is reported, whatever else is wrong.
pub(crate) fn merge(problems: Vec<Problem>, program: &Program, names: &Names) -> Vec<Problem> {
    let lost = Lost::of(program, &problems);
    let mut merged: Vec<Problem> = Vec::with_capacity(problems.len());
    let mut first: BTreeMap<Cause, usize> = BTreeMap::new();
    for problem in problems {
        if lost.is_in_doubt(&problem, program) {
            continue;
        }
        let Some(cause) = cause(&problem, program, names) else {
            merged.push(problem);
            continue;
        };
        if matches!(&cause, Cause::Item(name) if lost.may_declare(name)) {
            continue;
        }
        match first.get(&cause).and_then(|position| merged.get_mut(*position)) {
            Some(known) => {
                let is_new = known.span != problem.span && known.labels.len() < PLACES_MAX;
                if is_new {
                    let label = match cause {
                        Cause::Unavailable(..) => problem.message,
                        _ => "missed here too".to_owned(),
                    };
                    known.labels.push((problem.span, label));
                }
            }
            None => {
                first.insert(cause, merged.len());
                merged.push(problem);
            }
        }
    }
    merged
}

fn cause(problem: &Problem, program: &Program, names: &Names) -> Option<Cause> {
    let is = |codes: &[&'static CodeInfo]| codes.contains(&problem.code);
    let words = || Cause::Words(problem.code.code, problem.message.clone(), problem.help.clone());
    if is(&[&codes::unavailable::CANNOT_RUN_YET]) {
        return item_at(problem.span, program).map(|item| Cause::Unavailable(item.file, item.index));
    }
    if is(&[&codes::queries::MISSING_INDEX]) {
        return Some(words());
    }
    if is(&[&codes::expressions::UNKNOWN_FIELD, &codes::expressions::UNKNOWN_VARIANT]) {
        return Some(words());
    }
    let is_of_items = is(&[
        &codes::items::UNKNOWN_TYPE,
        &codes::items::NOT_A_MODEL,
        &codes::views::FOLD_EVENT,
        &codes::endpoints::SPREAD,
        &codes::apply::NOT_A_MODEL,
        &codes::expressions::UNKNOWN_FUNCTION,
    ]);
    let is_of_names = is(&[&codes::expressions::UNKNOWN_NAME]);
    if !is_of_items && !is_of_names {
        return None;
    }
    let text = &program.files.get(problem.span.file as usize)?.text;
    let span = problem.span.span;
    let name = text.get(span.start as usize..span.end as usize)?;
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name || names.get(name).is_some() {
        return None;
    }
    let is_called = text.get(span.end as usize..).is_some_and(|behind| behind.starts_with('('));
    if is_of_items || is_called || name.starts_with(char::is_uppercase) {
        return Some(Cause::Item(name.to_owned()));
    }
    let item = item_at(problem.span, program)?;
    Some(Cause::Local(item.file, item.index, name.to_owned()))
}

/// The written item that holds a place.
fn item_at(place: FileSpan, program: &Program) -> Option<ItemRef> {
    let items = &program.files.get(place.file as usize)?.tree.items;
    let index = items.partition_point(|item| item.span.end < place.span.end);
    let holds = items.get(index).is_some_and(|item| item.span.start <= place.span.start);
    holds.then_some(ItemRef { file: place.file, index: index as u32, derived: false })
}
