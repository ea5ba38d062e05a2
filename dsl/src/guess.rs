//! What the first words of an item tell when its header does not parse.
//!
//! Others refer to the item by its name and kind; with those known, one broken header gives no
//! errors elsewhere.

use crate::ast::{
    App, Auth, Endpoint, Enum, Event, EventEffect, Function, Hook, Ident, ItemKind, Job, Model, Scenario, Span, Struct,
    View,
};
use crate::blocks::Region;
use crate::pieces::Pieces;
use crate::scan::TokenKind;

/// `job` stands at most this many pieces behind `every`.
const JOB_HEADER_MAX: usize = 8;

/// An item by its first words.
pub(crate) struct Guess<'a, 's> {
    pub(crate) pieces: &'a Pieces<'s>,
    pub(crate) region: Region,
}

impl Guess<'_, '_> {
    fn word(&self, index: usize) -> Option<Ident> {
        let piece = self.pieces.get(index).filter(|_| index < self.region.end)?;
        let text = self.pieces.text_of(piece.span).to_owned();
        (piece.kind == TokenKind::Word).then_some(Ident { text, span: piece.span })
    }

    fn name_index(&self) -> usize {
        let is_extern = self.pieces.text(self.region.keyword) == "extern";
        self.region.keyword + if is_extern { 2 } else { 1 }
    }

    /// The word behind the keyword.
    pub(crate) fn name(&self) -> Option<Ident> {
        self.word(self.name_index())
    }

    /// The word behind `job`, which stands behind the time of a job.
    fn job_name(&self) -> Option<Ident> {
        let header = self.region.keyword..(self.region.keyword + JOB_HEADER_MAX).min(self.region.end);
        let word = header.into_iter().find(|index| self.pieces.text(*index) == "job")?;
        self.word(word + 1)
    }

    fn effect(&self) -> EventEffect {
        let verb = self.name_index() + usize::from(self.name().is_some());
        let Some(model) = self.word(verb + 1) else { return EventEffect::General };
        let local = self.word(verb + 3).filter(|_| self.pieces.text(verb + 2) == "as");
        match self.pieces.text(verb) {
            "creates" => EventEffect::Creates(model),
            "updates" => EventEffect::Updates(model, local),
            "deletes" => EventEffect::Deletes(model, local),
            _ => EventEffect::General,
        }
    }

    /// The item without anything in it.
    pub(crate) fn kind(&self, keyword: &str, header: Span) -> ItemKind {
        let name = self.name();
        let is_extern = keyword == "extern";
        let keyword = if is_extern { self.pieces.text(self.region.keyword + 1) } else { keyword };
        match keyword {
            "app" => ItemKind::App(App { name, settings: Vec::new() }),
            "enum" => ItemKind::Enum(Enum { name, variants: Vec::new() }),
            "struct" => ItemKind::Struct(Struct { name, of: None, fields: Vec::new() }),
            "model" => ItemKind::Model(Model { name, members: Vec::new() }),
            "event" => ItemKind::Event(Event { name, effect: self.effect(), members: Vec::new() }),
            "view" => ItemKind::View(View { name, ..View::default() }),
            "auth" => ItemKind::Auth(Auth { model: name, settings: Vec::new() }),
            "hook" => ItemKind::Hook(Hook { name, events: Vec::new() }),
            "every" => ItemKind::Job(Job { schedule: None, name: self.job_name(), body: None, header }),
            "test" => ItemKind::Scenario(Scenario { title: None, steps: Vec::new() }),
            "fn" => {
                let function = Function { name, parameters: Vec::new(), returns: None, body: None, header };
                if is_extern { ItemKind::ExternFunction(function) } else { ItemKind::Function(function) }
            }
            "endpoint" => ItemKind::Endpoint(Endpoint {
                is_extern,
                name,
                parameters: Vec::new(),
                result: None,
                method: None,
                path: None,
                rights: None,
                options: Vec::new(),
                body: None,
                header,
            }),
            _ => ItemKind::Bad { name },
        }
    }
}
