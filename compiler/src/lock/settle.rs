//! From declarations and the locked section to the next section, and back into the declarations.

use super::differences;
use super::shapes::{self, Stored};
use super::{
    Comparison, LockedEnum, LockedEvent, LockedField, LockedModel, LockedName, LockedStruct, LockedVariant, Section,
};
use std::collections::{BTreeMap, BTreeSet};

use crate::codes::lock as codes;
use crate::declarations::{Declarations, EnumId, Field, FileSpan, Source, StructId, Type};
use crate::declare::recursion::MAX_NESTING;
use crate::problem::{Problem, Problems};

/// Settles everything that is stored.
pub(super) fn settle(
    declarations: &mut Declarations,
    section: &Section,
    is_locked: bool,
    problems: &mut Problems,
) -> Comparison {
    let old_names = OldNames {
        enums: positions(section.enums.iter().map(|item| &item.name)),
        structs: positions(section.structs.iter().map(|item| &item.name)),
        models: positions(section.models.iter().map(|item| &item.name)),
        events: positions(section.events.iter().map(|item| &item.name)),
    };
    let mut settler = Settler::new(declarations, section, &old_names, is_locked, problems);
    settler.settle_all();
    let mut settled = settler.settled;
    settled.apply(declarations);
    let next = settled.into_section(section);
    let spans = differences::Spans::new(declarations);
    let differences = differences::between(section, &next, &spans);
    Comparison { next, differences }
}

/// A locked thing with the order of its fields: positions among the declared ones.
type Ordered<T> = (T, Vec<Vec<usize>>);

/// What is settled, parallel to the declarations.
struct Settled {
    enums: Vec<Option<Ordered<LockedEnum>>>,
    structs: Vec<Option<Ordered<LockedStruct>>>,
    models: Vec<Ordered<LockedModel>>,
    events: Vec<Ordered<LockedEvent>>,
}

/// Positions in a locked list by the names there.
type Positions<'s> = BTreeMap<&'s str, usize>;

/// Where everything stands in the locked section.
struct OldNames<'s> {
    enums: Positions<'s>,
    structs: Positions<'s>,
    models: Positions<'s>,
    events: Positions<'s>,
}

fn positions<'s>(names: impl Iterator<Item = &'s LockedName>) -> Positions<'s> {
    let mut positions = Positions::new();
    for (position, name) in names.enumerate() {
        positions.entry(name.name.as_str()).or_insert(position);
    }
    positions
}

struct Settler<'s> {
    declarations: &'s Declarations,
    old: &'s Section,
    old_names: &'s OldNames<'s>,
    is_locked: bool,
    problems: &'s mut Problems,
    stored: Stored,
    settled: Settled,
    next_enum_id: u32,
}

fn place_in<'p>(positions: &'p Positions<'_>) -> impl Fn(&str) -> Option<usize> + 'p {
    |name| positions.get(name).copied()
}

impl<'s> Settler<'s> {
    fn new(
        declarations: &'s Declarations,
        old: &'s Section,
        old_names: &'s OldNames<'s>,
        is_locked: bool,
        problems: &'s mut Problems,
    ) -> Self {
        Self {
            declarations,
            old,
            old_names,
            is_locked,
            problems,
            stored: Stored::new(declarations),
            settled: Settled {
                enums: declarations.enums.iter().map(|_| None).collect(),
                structs: declarations.structs.iter().map(|_| None).collect(),
                models: Vec::with_capacity(declarations.models.len()),
                events: Vec::with_capacity(declarations.events.len()),
            },
            next_enum_id: old.enums.iter().map(|item| item.id).max().unwrap_or(0) + 1,
        }
    }

    fn settle_all(&mut self) {
        for position in 0..self.declarations.enums.len() {
            if self.stored.enums.get(position) == Some(&true) {
                self.settle_enum(EnumId(position as u32), 0);
            }
        }
        for position in 0..self.declarations.structs.len() {
            if self.stored.structs.get(position) == Some(&true) {
                self.settle_struct(StructId(position as u32), 0);
            }
        }
        self.settle_models();
        self.settle_events();
    }

    /// Enums take their ids in the order of the text, whoever looks at them first.
    fn settle_enum(&mut self, id: EnumId, depth: usize) {
        let declarations = self.declarations;
        let Some(item) = declarations.enums.get(id.index()) else { return };
        if self.settled.enums.get(id.index()).is_none_or(Option::is_some) || depth > MAX_NESTING {
            return;
        }
        let taken = |name: &str| declarations.enums.iter().any(|other| other.name == name);
        let place = place_in(&self.old_names.enums);
        let found = self.find(&place, &item.name, item.span, &taken);
        let old = found.and_then(|position| self.old.enums.get(position));
        let (variants, orders) = self.settle_variants(id, old, depth);
        let locked = LockedEnum {
            id: old.map_or_else(|| self.take_enum_id(id), |old| old.id),
            name: renamed(old.map(|old| &old.name), &item.name),
            variants,
            removed: false,
        };
        if let Some(place) = self.settled.enums.get_mut(id.index()) {
            *place = Some((locked, orders));
        }
    }

    /// New enums are numbered by their position among the stored ones that are new.
    fn take_enum_id(&self, id: EnumId) -> u32 {
        let is_new = |position: &usize| {
            let item = self.declarations.enums.get(*position);
            item.is_some_and(|item| self.locked_enum_name(&item.name, item.span).is_none())
        };
        let before =
            (0..id.index()).filter(|position| self.stored.enums.get(*position) == Some(&true)).filter(is_new).count();
        self.next_enum_id + before as u32
    }

    fn locked_enum_name(&self, name: &str, span: FileSpan) -> Option<&LockedName> {
        let was = self.declarations.renames.get(&span).map(|(old, _)| old.as_str());
        let names = self.old.enums.iter().map(|item| &item.name);
        names.into_iter().find(|locked| locked.name == name || Some(locked.name.as_str()) == was)
    }

    fn settle_variants(
        &mut self,
        id: EnumId,
        old: Option<&LockedEnum>,
        depth: usize,
    ) -> (Vec<LockedVariant>, Vec<Vec<usize>>) {
        let declarations = self.declarations;
        let Some(item) = declarations.enums.get(id.index()) else { return Default::default() };
        let old_variants = old.map_or(&[][..], |old| old.variants.as_slice());
        let old_names: Vec<&LockedName> = old_variants.iter().map(|variant| &variant.name).collect();
        let mut next = old_variants.iter().map(|variant| variant.number + 1).max().unwrap_or(0);
        let taken = |name: &str| item.variants.iter().any(|variant| variant.name == name);
        let mut variants: Vec<LockedVariant> = Vec::new();
        let mut orders = Vec::new();
        for variant in &item.variants {
            let place = |name: &str| old_names.iter().position(|old| old.name == name);
            let found = if old.is_some() { self.find(&place, &variant.name, variant.span, &taken) } else { None };
            let old = found.and_then(|position| old_variants.get(position));
            let old_fields = old.map(|old| old.fields.as_slice());
            let fields: Vec<&Field> = variant.fields.iter().collect();
            let (fields, order) = self.settle_fields(&fields, old_fields, depth);
            let number = old.map_or(next, |old| old.number);
            next = next.max(number + 1);
            let name = renamed(old.map(|old| &old.name), &variant.name);
            variants.push(LockedVariant { number, name, fields, removed: false });
            orders.push(order);
        }
        let numbers: Vec<u32> = variants.iter().map(|variant| variant.number).collect();
        let gone = old_variants.iter().filter(|old| !numbers.contains(&old.number));
        variants.extend(gone.map(|old| LockedVariant { removed: true, ..old.clone() }));
        (variants, orders)
    }

    fn settle_struct(&mut self, id: StructId, depth: usize) {
        let declarations = self.declarations;
        let Some(item) = declarations.structs.get(id.index()) else { return };
        if self.settled.structs.get(id.index()).is_none_or(Option::is_some) || depth > MAX_NESTING {
            return;
        }
        let taken = |name: &str| declarations.structs.iter().any(|other| other.name == name);
        let place = place_in(&self.old_names.structs);
        let found = self.find(&place, &item.name, item.span, &taken);
        let old = found.and_then(|position| self.old.structs.get(position));
        let fields: Vec<&Field> = item.fields.iter().collect();
        let (fields, order) = self.settle_fields(&fields, old.map(|old| old.fields.as_slice()), depth);
        let name = renamed(old.map(|old| &old.name), &item.name);
        if let Some(place) = self.settled.structs.get_mut(id.index()) {
            *place = Some((LockedStruct { name, fields }, vec![order]));
        }
    }

    fn settle_models(&mut self) {
        let declarations = self.declarations;
        let mut next = self.old.models.iter().map(|item| item.id).max().unwrap_or(0) + 1;
        let taken = |name: &str| declarations.models.iter().any(|other| other.name == name);
        let place = place_in(&self.old_names.models);
        for item in &declarations.models {
            let found = self.find(&place, &item.name, item.span, &taken);
            let old = found.and_then(|position| self.old.models.get(position));
            let fields: Vec<&Field> = item.fields.iter().collect();
            let (fields, order) = self.settle_fields(&fields, old.map(|old| old.fields.as_slice()), 0);
            let id = old.map_or(next, |old| old.id);
            next = next.max(id + 1);
            let name = renamed(old.map(|old| &old.name), &item.name);
            self.settled.models.push((LockedModel { id, name, fields, removed: false }, vec![order]));
        }
    }

    fn settle_events(&mut self) {
        let declarations = self.declarations;
        let mut next = self.old.events.iter().map(|item| item.id).max().unwrap_or(0) + 1;
        let taken = |name: &str| declarations.events.iter().any(|other| other.name == name);
        let place = place_in(&self.old_names.events);
        for item in &declarations.events {
            let found = self.find(&place, &item.name, item.span, &taken);
            let old = found.and_then(|position| self.old.events.get(position));
            let fields: Vec<&Field> = item.fields.iter().map(|field| &field.field).collect();
            let last = old.and_then(|old| old.versions.last()).map(Vec::as_slice);
            let (fields, order) = self.settle_fields(&fields, last, 0);
            let id = old.map_or(next, |old| old.id);
            next = next.max(id + 1);
            let mut versions = old.map_or_else(Vec::new, |old| old.versions.clone());
            // A renaming keeps the version: nothing on disk changes.
            if last.is_some_and(|last| shapes::of_fields(last) == shapes::of_fields(&fields)) {
                versions.pop();
            }
            versions.push(fields);
            let name = renamed(old.map(|old| &old.name), &item.name);
            self.settled.events.push((LockedEvent { id, name, versions, removed: false }, vec![order]));
        }
    }

    /// The locked thing that a declared one is: by its name, else by its old one.
    fn find(
        &mut self,
        place: &dyn Fn(&str) -> Option<usize>,
        name: &str,
        span: FileSpan,
        is_taken: &dyn Fn(&str) -> bool,
    ) -> Option<usize> {
        if let Some(position) = place(name) {
            return Some(position);
        }
        let (was, attribute) = self.declarations.renames.get(&span)?;
        let found = place(was);
        let is_free = found.is_some() && !is_taken(was);
        if !is_free && self.is_locked {
            let message = match found {
                Some(_) => format!("`{was}` is still in use, so `{name}` is not its new name"),
                None => format!("the lock file knows no `{was}` here"),
            };
            self.problems.push(
                Problem::new(&codes::UNKNOWN_OLD_NAME, *attribute, message).help("leave `@was` out for something new"),
            );
        }
        found.filter(|_| is_free)
    }

    /// The stored fields in the order on disk, and that order: released ones first, then new ones.
    fn settle_fields(
        &mut self,
        fields: &[&Field],
        old: Option<&[LockedField]>,
        depth: usize,
    ) -> (Vec<LockedField>, Vec<usize>) {
        let olds: Vec<&LockedName> = old.unwrap_or_default().iter().map(|field| &field.name).collect();
        let place = |name: &str| olds.iter().position(|old| old.name == name);
        let is_taken = |name: &str| fields.iter().any(|field| field.name == name);
        let mut order: Vec<(usize, usize)> = Vec::new();
        let mut names: Vec<LockedName> = Vec::new();
        for (position, field) in fields.iter().enumerate() {
            let found = match old {
                Some(_) => self.find(&place, &field.name, field.span, &is_taken),
                None => None,
            };
            order.push((found.unwrap_or(usize::MAX), position));
            names.push(renamed(found.and_then(|found| olds.get(found).copied()), &field.name));
        }
        order.sort_unstable();
        let order: Vec<usize> = order.into_iter().map(|(_, position)| position).collect();
        let locked = order
            .iter()
            .filter_map(|position| {
                let name = names.get(*position)?.clone();
                let shape = self.shape(&fields.get(*position)?.ty, depth + 1);
                Some(LockedField { name, shape })
            })
            .collect();
        (locked, order)
    }

    /// How values of a type lie on disk: everything that decides it, and nothing else.
    ///
    /// Rules, newtypes and the names of types leave no trace on disk and do not count.
    fn shape(&mut self, ty: &Type, depth: usize) -> String {
        // What is nested beyond all sense, or inside itself, is refused elsewhere.
        if depth > MAX_NESTING {
            return "…".to_owned();
        }
        let inner = depth + 1;
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::Int => "int".to_owned(),
            Type::Float => "float".to_owned(),
            Type::Decimal => "decimal".to_owned(),
            Type::Text => "string".to_owned(),
            Type::Bytes => "bytes".to_owned(),
            Type::Timestamp => "timestamp".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Duration => "duration".to_owned(),
            Type::Uuid => "uuid".to_owned(),
            Type::Json => "json".to_owned(),
            Type::Secret => "secret".to_owned(),
            Type::Optional(of) => format!("{}?", self.shape(of, inner)),
            Type::Patch(of) => format!("patch<{}>", self.shape(of, inner)),
            Type::List(of) => format!("[{}]", self.shape(of, inner)),
            Type::Set(of) => format!("set<{}>", self.shape(of, inner)),
            Type::Map(key, value) => {
                format!("map<{}, {}>", self.shape(key, inner), self.shape(value, inner))
            }
            Type::Newtype(id) => match self.declarations.newtypes.get(id.index()) {
                Some(newtype) => self.shape(&newtype.base, inner),
                None => "…".to_owned(),
            },
            Type::Enum(id) => self.enum_shape(*id, inner),
            Type::Struct(id) => self.struct_shape(*id, inner),
            Type::Reference(Source::Model(id)) => self.key_shape(id.index(), inner),
            // None of these is ever stored.
            Type::Page(_) | Type::Reference(_) | Type::Row(_) | Type::Unit | Type::Never | Type::Error => {
                "…".to_owned()
            }
        }
    }

    fn enum_shape(&mut self, id: EnumId, depth: usize) -> String {
        self.settle_enum(id, depth);
        let Some(Some((locked, _))) = self.settled.enums.get(id.index()) else { return "…".to_owned() };
        let mut variants: Vec<&LockedVariant> = locked.variants.iter().filter(|variant| !variant.removed).collect();
        variants.sort_by_key(|variant| variant.number);
        let parts = variants.iter().map(|variant| {
            let name = format!("{} {}", variant.number, variant.name.first());
            match variant.fields.as_slice() {
                [] => name,
                fields => format!("{name}{}", shapes::of_fields(fields)),
            }
        });
        format!("enum{{{}}}", parts.collect::<Vec<_>>().join(", "))
    }

    fn struct_shape(&mut self, id: StructId, depth: usize) -> String {
        self.settle_struct(id, depth);
        match self.settled.structs.get(id.index()) {
            Some(Some((locked, _))) => shapes::of_fields(&locked.fields),
            _ => "…".to_owned(),
        }
    }

    /// A reference lies on disk as the key of its row.
    fn key_shape(&mut self, model: usize, depth: usize) -> String {
        let declarations = self.declarations;
        let Some(model) = declarations.models.get(model) else { return "…".to_owned() };
        let fields = model.key.iter().filter_map(|position| model.fields.get(*position));
        let parts: Vec<String> = fields.map(|field| self.shape(&field.ty, depth)).collect();
        match parts.as_slice() {
            [only] => only.clone(),
            several => format!("({})", several.join(", ")),
        }
    }
}

/// A name that keeps track of its first one.
fn renamed(old: Option<&LockedName>, name: &str) -> LockedName {
    let first = old.map(LockedName::first).filter(|first| *first != name);
    LockedName { name: name.to_owned(), first: first.map(str::to_owned) }
}

impl Settled {
    /// Writes ids, numbers, versions and orders into the declarations.
    fn apply(&mut self, declarations: &mut Declarations) {
        for (item, settled) in declarations.enums.iter_mut().zip(&mut self.enums) {
            let Some((locked, orders)) = settled else { continue };
            item.stable_id = locked.id;
            for ((variant, locked), order) in item.variants.iter_mut().zip(&locked.variants).zip(orders.drain(..)) {
                variant.discriminant = locked.number;
                variant.wire_order = order;
            }
        }
        for (item, settled) in declarations.structs.iter_mut().zip(&mut self.structs) {
            let Some((_, orders)) = settled else { continue };
            item.wire_order = orders.pop().unwrap_or_default();
        }
        for (item, (locked, orders)) in declarations.models.iter_mut().zip(&mut self.models) {
            item.stable_id = locked.id;
            item.wire_order = orders.pop().unwrap_or_default();
        }
        for (item, (locked, orders)) in declarations.events.iter_mut().zip(&mut self.events) {
            item.stable_id = locked.id;
            item.version = locked.versions.len() as u32;
            let fields = locked.versions.last().map(Vec::as_slice).unwrap_or_default();
            item.shape_hash = shapes::hash(&shapes::of_fields(fields));
            item.wire_order = orders.pop().unwrap_or_default();
        }
    }

    /// The section to be written: what is stored, and what was once released.
    fn into_section(self, old: &Section) -> Section {
        let mut next = Section {
            enums: self.enums.into_iter().flatten().map(|(item, _)| item).collect(),
            structs: self.structs.into_iter().flatten().map(|(item, _)| item).collect(),
            models: self.models.into_iter().map(|(item, _)| item).collect(),
            events: self.events.into_iter().map(|(item, _)| item).collect(),
        };
        let kept: BTreeSet<u32> = next.enums.iter().map(|item| item.id).collect();
        let gone = old.enums.iter().filter(|old| !kept.contains(&old.id));
        next.enums.extend(gone.map(|old| LockedEnum { removed: true, ..old.clone() }));
        let kept: BTreeSet<u32> = next.models.iter().map(|item| item.id).collect();
        let gone = old.models.iter().filter(|old| !kept.contains(&old.id));
        next.models.extend(gone.map(|old| LockedModel { removed: true, ..old.clone() }));
        let kept: BTreeSet<u32> = next.events.iter().map(|item| item.id).collect();
        let gone = old.events.iter().filter(|old| !kept.contains(&old.id));
        next.events.extend(gone.map(|old| LockedEvent { removed: true, ..old.clone() }));
        for variants in next.enums.iter_mut().map(|item| &mut item.variants) {
            variants.sort_by_key(|variant| variant.number);
        }
        next.enums.sort_by_key(|item| item.id);
        next.models.sort_by_key(|item| item.id);
        next.events.sort_by_key(|item| item.id);
        next.structs.sort_by(|a, b| a.name.name.cmp(&b.name.name));
        next
    }
}
