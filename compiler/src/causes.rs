//! One cause, one problem: what is missing once is often missed in many places.

use std::collections::BTreeMap;

use raftstone_dsl::ast::ItemKind;

use crate::codes::{self, CodeInfo};
use crate::declarations::Program;
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
    /// The same words with the same help: a field, a variant, an index that is missing.
    Words(&'static str, String, Option<String>),
}

/// Puts problems of one cause together: the first stays, the other places become its labels.
///
/// Where a part of the text did not parse, names that are missing are most likely in it: what is
/// said about them is left for when it does.
pub(crate) fn merge(problems: Vec<Problem>, program: &Program, names: &Names) -> Vec<Problem> {
    let is_damaged = program.items().any(|(_, item)| item.damaged || matches!(item.kind, ItemKind::Bad { .. }));
    let mut merged: Vec<Problem> = Vec::with_capacity(problems.len());
    let mut first: BTreeMap<Cause, usize> = BTreeMap::new();
    for problem in problems {
        let Some(cause) = cause(&problem, program, names) else {
            merged.push(problem);
            continue;
        };
        if is_damaged && matches!(cause, Cause::Item(_)) {
            continue;
        }
        match first.get(&cause).and_then(|position| merged.get_mut(*position)) {
            Some(known) => {
                let is_new = known.span != problem.span && known.labels.len() < PLACES_MAX;
                if is_new {
                    known.labels.push((problem.span, "missed here too".to_owned()));
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
    if is(&[&codes::queries::MISSING_INDEX]) {
        return Some(words());
    }
    if is(&[&codes::expressions::UNKNOWN_FIELD, &codes::expressions::UNKNOWN_VARIANT]) {
        return Some(words());
    }
    let is_of_items = is(&[
        &codes::items::UNKNOWN_TYPE,
        &codes::items::NOT_A_MODEL,
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
    if is_of_items || name.starts_with(char::is_uppercase) {
        return Some(Cause::Item(name.to_owned()));
    }
    let (item, _) = program.items().find(|(item, tree)| {
        item.file == problem.span.file && tree.span.start <= span.start && span.end <= tree.span.end
    })?;
    Some(Cause::Local(item.file, item.index, name.to_owned()))
}
