//! What a schema has otherwise than its lock file, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::{Difference, LockedEvent, LockedField, LockedName, Section};
use crate::declarations::{Declarations, FileSpan};

/// Where items of the schema stand, by their kind and name.
pub(super) struct Spans(BTreeMap<(&'static str, String), FileSpan>);

impl Spans {
    pub(super) fn new(declarations: &Declarations) -> Self {
        let mut spans = BTreeMap::new();
        for item in &declarations.enums {
            spans.insert(("enum", item.name.clone()), item.span);
        }
        for item in &declarations.structs {
            spans.insert(("struct", item.name.clone()), item.span);
        }
        for item in &declarations.models {
            spans.insert(("model", item.name.clone()), item.span);
        }
        for item in &declarations.events {
            spans.insert(("event", item.name.clone()), item.span);
        }
        Self(spans)
    }

    /// What is gone shows at the start of the root.
    fn of(&self, kind: &'static str, name: &str) -> FileSpan {
        self.0.get(&(kind, name.to_owned())).copied().unwrap_or_default()
    }
}

/// Everything that the next section has otherwise than the old one.
pub(super) fn between(old: &Section, next: &Section, spans: &Spans) -> Vec<Difference> {
    let mut list = List { spans, kind: "", found: Vec::new() };
    list.kind = "enum";
    let olds: BTreeMap<u32, _> = old.enums.iter().rev().map(|before| (before.id, before)).collect();
    for item in &next.enums {
        let before = olds.get(&item.id).copied();
        list.item(before.map(|b| (&b.name, b.removed)), &item.name, item.removed);
        if let Some(before) = before.filter(|_| !item.removed) {
            list.variants(item, before);
        }
    }
    list.kind = "struct";
    let olds: BTreeMap<&str, _> = old.structs.iter().rev().map(|before| (before.name.first(), before)).collect();
    for item in &next.structs {
        let before = olds.get(item.name.first()).copied();
        list.item(before.map(|b| (&b.name, false)), &item.name, false);
        if let Some(before) = before {
            list.fields(&item.name.name, &before.fields, &item.fields);
        }
    }
    let kept: BTreeSet<&str> = next.structs.iter().map(|item| item.name.first()).collect();
    for before in &old.structs {
        if !kept.contains(before.name.first()) {
            list.item(Some((&before.name, false)), &before.name, true);
        }
    }
    list.kind = "model";
    let olds: BTreeMap<u32, _> = old.models.iter().rev().map(|before| (before.id, before)).collect();
    for item in &next.models {
        let before = olds.get(&item.id).copied();
        list.item(before.map(|b| (&b.name, b.removed)), &item.name, item.removed);
        if let Some(before) = before.filter(|_| !item.removed) {
            list.fields(&item.name.name, &before.fields, &item.fields);
        }
    }
    list.kind = "event";
    let olds: BTreeMap<u32, _> = old.events.iter().rev().map(|before| (before.id, before)).collect();
    for item in &next.events {
        let before = olds.get(&item.id).copied();
        list.item(before.map(|b| (&b.name, b.removed)), &item.name, item.removed);
        if let Some(before) = before.filter(|_| !item.removed) {
            list.fields(&item.name.name, last_version(before), last_version(item));
        }
    }
    // What is gone has no place of its own and comes last.
    list.found.sort_by_key(|difference| (difference.span == FileSpan::default(), difference.span));
    list.found
}

fn last_version(event: &LockedEvent) -> &[LockedField] {
    event.versions.last().map(Vec::as_slice).unwrap_or_default()
}

struct List<'l> {
    spans: &'l Spans,
    kind: &'static str,
    found: Vec<Difference>,
}

impl List<'_> {
    fn add(&mut self, name: &str, words: String) {
        let span = self.spans.of(self.kind, name);
        self.found.push(Difference { words, span });
    }

    fn item(&mut self, before: Option<(&LockedName, bool)>, name: &LockedName, removed: bool) {
        let kind = self.kind;
        let words = match before {
            None => format!("the {kind} `{}` is new", name.name),
            Some((_, false)) if removed => format!("the {kind} `{}` is gone", name.name),
            Some((_, true)) if !removed => format!("the {kind} `{}` is back", name.name),
            Some((old, _)) if old.name != name.name => {
                format!("the {kind} `{}` is now `{}`", old.name, name.name)
            }
            Some(_) => return,
        };
        self.add(&name.name, words);
    }

    fn variants(&mut self, item: &super::LockedEnum, before: &super::LockedEnum) {
        let owner = &item.name.name;
        for variant in &item.variants {
            let name = &variant.name.name;
            let old = before.variants.iter().find(|old| old.number == variant.number);
            match old {
                None => self.add(owner, format!("`{owner}.{name}` is new")),
                Some(old) if variant.removed && !old.removed => {
                    self.add(owner, format!("`{owner}.{name}` is gone"));
                }
                Some(old) if !variant.removed && old.removed => {
                    self.add(owner, format!("`{owner}.{name}` is back"));
                }
                Some(old) if old.name.name != *name => {
                    self.add(owner, format!("`{owner}.{}` is now `{name}`", old.name.name));
                }
                Some(_) => {}
            }
            if let Some(old) = old.filter(|_| !variant.removed) {
                self.inner_fields(owner, &format!("{owner}.{name}"), &old.fields, &variant.fields);
            }
        }
    }

    fn fields(&mut self, owner: &str, before: &[LockedField], after: &[LockedField]) {
        self.inner_fields(owner, owner, before, after);
    }

    fn inner_fields(&mut self, item: &str, owner: &str, before: &[LockedField], after: &[LockedField]) {
        let count = self.found.len();
        for field in after {
            let name = &field.name.name;
            match before.iter().find(|old| old.name.first() == field.name.first()) {
                None => self.add(item, format!("`{owner}.{name}` is new")),
                Some(old) => {
                    if old.name.name != *name {
                        self.add(item, format!("`{owner}.{}` is now `{name}`", old.name.name));
                    }
                    if old.shape != field.shape {
                        let words = format!("`{owner}.{name}` was `{}` and is `{}`", old.shape, field.shape);
                        self.add(item, words);
                    }
                }
            }
        }
        for old in before {
            if !after.iter().any(|field| field.name.first() == old.name.first()) {
                self.add(item, format!("`{owner}.{}` is gone", old.name.name));
            }
        }
        if self.found.len() == count && before != after {
            self.add(item, format!("the fields of `{owner}` lie in another order"));
        }
    }
}
