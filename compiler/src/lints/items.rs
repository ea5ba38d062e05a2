//! Items that nothing names.

use std::collections::BTreeMap;

use raftstone_dsl::ast::{Ident, ItemKind};

use crate::codes::lints as codes;
use crate::declarations::{Declarations, FileSpan, Program};
use crate::problem::{Problem, Problems};

/// Looks for the names of items as words of the text, whatever they stand in. A field of the same
/// name hides that an item is not used; nothing that is used is ever reported.
pub(super) fn check(program: &Program, declarations: &Declarations, problems: &mut Problems) {
    let is_for_rust = declarations.functions.iter().any(|it| it.is_extern)
        || declarations.endpoints.iter().any(|endpoint| endpoint.is_extern);
    let is_whole = program.items().all(|(_, item)| !item.damaged);
    if declarations.endpoints.is_empty() || is_for_rust || !is_whole || problems.has_errors() {
        return;
    }
    let mut candidates: BTreeMap<&str, (&Ident, FileSpan, u32, &str)> = BTreeMap::new();
    for (at, item) in program.items() {
        let (name, what) = match &item.kind {
            ItemKind::Struct(_) => (item.name(), "struct"),
            ItemKind::Enum(_) => (item.name(), "enum"),
            ItemKind::Newtype(_) => (item.name(), "type"),
            ItemKind::Function(_) => (item.name(), "fn"),
            _ => continue,
        };
        let Some(name) = name.filter(|name| !name.text.starts_with('_')) else { continue };
        let span = FileSpan { file: at.file, span: item.span };
        candidates.insert(&name.text, (name, span, at.file, what));
    }
    for (number, file) in program.files.iter().enumerate() {
        for (offset, word) in words(&file.text) {
            let is_own = |it: &(&Ident, FileSpan, u32, &str)| {
                it.2 as usize == number && (it.1.span.start as usize..it.1.span.end as usize).contains(&offset)
            };
            if candidates.get(word).is_some_and(|it| !is_own(it)) {
                candidates.remove(word);
            }
        }
    }
    for (name, (ident, _, file, what)) in candidates {
        let span = FileSpan { file, span: ident.span };
        let message = format!("the `{what}` `{name}` is never used");
        problems.push(Problem::new(&codes::UNUSED_ITEM, span, message).help("remove it, or use it"));
    }
}

/// The words of a text, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    text.split(move |character| !is_word(character)).filter(|word| !word.is_empty()).map(move |word| {
        let offset = word.as_ptr() as usize - text.as_ptr() as usize;
        (offset, word)
    })
}
