//! Views as text: where their rows come from, and what a change leads to.

use std::fmt::Write;

use super::{Printer, readable};
use crate::declarations::{Declarations, Source, View, ViewId};
use crate::infer::types;
use crate::plan::{Aggregate, AggregateFunction, Bodies, FoldBody, Query, Upkeep, ViewBody, cost};

/// The bodies of a view.
pub fn view(declarations: &Declarations, bodies: &Bodies, position: usize) -> String {
    let (Some(declared), Some(body)) = (declarations.views.get(position), bodies.views.get(position)) else {
        return String::new();
    };
    let mut printer = Printer::new(declarations, &body.frame);
    printer.line(&format!("view {}", declared.name));
    printer.indent = 1;
    if let Some(query) = &body.query {
        // The lines of a query that belong to it stand at its own depth.
        printer.query(query).lines().for_each(|line| printer.line(line));
    }
    for position in 0..declared.fields.len() {
        printer.view_field(declared, body, position);
    }
    if !body.order.is_empty() {
        let text = printer.view_order(declared, body);
        printer.line(&text);
    }
    if body.wants_key_order {
        printer.line("rows in the order of their keys");
    }
    if let Some(query) = &body.query {
        let kept = printer.upkeep(query, &body.upkeep);
        kept.iter().for_each(|line| printer.line(line));
    }
    let mut out = printer.out;
    out.push_str(&readable(declarations, bodies, Source::View(ViewId(position as u32))));
    body.folds.iter().for_each(|fold| out.push_str(&self::fold(declarations, fold)));
    out
}

/// What an event does to a view.
pub(super) fn fold(declarations: &Declarations, fold: &FoldBody) -> String {
    let mut printer = Printer::new(declarations, &fold.frame);
    printer.event = Some(fold.event);
    printer.indent = 1;
    let event = declarations.events.get(fold.event.index()).map_or("?", |event| &event.name);
    let head = format!("on {event} for [{}]", printer.list(&fold.keys));
    printer.line(&head);
    printer.block(&fold.statements);
    printer.out
}

impl Printer<'_> {
    fn view_field(&mut self, view: &View, body: &ViewBody, position: usize) {
        let Some(field) = view.fields.get(position) else { return };
        let ty = body.types.get(position).map_or_else(String::new, |ty| self.ty(ty));
        let value = body.values.get(position).or_else(|| body.defaults.get(position)?.as_ref());
        let value = value.map_or_else(String::new, |value| format!(" = {}", self.expr(value)));
        let text = format!("{}: {ty}{value}", field.name);
        self.line(&text);
    }

    fn view_order(&self, view: &View, body: &ViewBody) -> String {
        let key = |(field, descending): &(usize, bool)| {
            let name = view.fields.get(*field).map_or("?", |field| field.name.as_str());
            if *descending { format!("{name} desc") } else { name.to_owned() }
        };
        let keys: Vec<String> = body.order.iter().map(key).collect();
        format!("order by {}", keys.join(", "))
    }

    /// What changes lead to, a line each.
    pub(super) fn upkeep(&self, query: &Query, upkeep: &[Upkeep]) -> Vec<String> {
        let mut lines: Vec<String> = upkeep.iter().map(|one| self.change(query, one)).collect();
        if let Some(group) = &query.group {
            lines.extend(group.aggregates.iter().map(|aggregate| self.aggregate(aggregate)));
        }
        lines
    }

    fn change(&self, query: &Query, upkeep: &Upkeep) -> String {
        let table = types::source_name(self.declarations, upkeep.table);
        let changed = match &upkeep.fields {
            None => table.to_owned(),
            Some(fields) => {
                let names: Vec<&str> = fields.iter().map(|field| self.source_field(upkeep.table, *field)).collect();
                format!("{table}.{}", names.join(", "))
            }
        };
        let mut out = format!("a change of {changed}");
        for back in &upkeep.back {
            let table = types::source_name(self.declarations, back.table);
            let _ = write!(out, " -> each {table} by {}", self.source_field(back.table, back.field));
        }
        match upkeep.row {
            Some(row) if upkeep.back.is_empty() => {
                let _ = write!(out, " as {}", self.local(row));
            }
            Some(_) => {}
            None => out.push_str(" -> every row"),
        }
        for way in &upkeep.ways {
            let _ = write!(out, " -> {} by {}", self.local(way.row), self.access(way.table, &way.access));
        }
        let _ = write!(out, ": {}", cost::of_change(self.declarations, query, upkeep).words());
        out
    }

    /// What is kept of each group, so that a change needs no other rows of it.
    fn aggregate(&self, aggregate: &Aggregate) -> String {
        let kept = match aggregate.function {
            AggregateFunction::Count => "goes up and down",
            AggregateFunction::Sum | AggregateFunction::Average => "keeps the sum and the number of its values",
            AggregateFunction::Any => "keeps how often it holds",
            AggregateFunction::Min | AggregateFunction::Max => "keeps its values in order",
            AggregateFunction::CountDistinct => "keeps how often it has each value",
        };
        format!("{} {kept}", self.local(aggregate.local))
    }
}
