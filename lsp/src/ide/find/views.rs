//! Views: of a query, or folded from events.

use raftstone_compiler::declarations::{Source, ViewId};
use raftstone_compiler::names::Named;
use raftstone_dsl::ast::{Fold, View};

use super::{Found, Owner, Walk};

impl Walk<'_> {
    pub(super) fn view(&mut self, id: ViewId, view: &View) -> Option<Found> {
        let source = Source::View(id);
        let parts = view.readable.iter().find_map(|readable| self.readable(source, readable));
        let parts = parts.or_else(|| self.own_fields(Owner::View(id), None, &view.states));
        if let Some(found) = parts.or_else(|| view.folds.iter().find_map(|fold| self.fold(id, fold))) {
            return Some(found);
        }
        if let Some(query) = &view.query {
            if let Some(found) = self.query(query) {
                return Some(found);
            }
            self.bind_rows(query);
        }
        let owner = Owner::View(id);
        let field = view.fields.iter().find(|field| self.is_at(field.span))?;
        self.name(&field.name, self.field(owner, &field.name))
            .or_else(|| self.attributes(&field.attributes))
            .or_else(|| self.expr(field.value.as_ref()?, None))
    }

    /// `on Event for key { … }`: the fields of the event stand behind `event.`, bare names are the row's.
    fn fold(&mut self, id: ViewId, fold: &Fold) -> Option<Found> {
        if !self.is_at(fold.span) {
            return None;
        }
        self.name(&fold.event, self.item(&fold.event)).or_else(|| {
            self.scoped(|walk| {
                walk.is_in_event = true;
                walk.folded = match walk.schema.entry(&fold.event.text).map(|entry| entry.named) {
                    Some(Named::Event(event)) => Some(event),
                    _ => None,
                };
                let keys = fold.keys.iter().find_map(|key| walk.expr(key, None));
                keys.or_else(|| {
                    walk.bind_fields(Owner::View(id));
                    walk.block(&fold.body)
                })
            })
        })
    }
}
