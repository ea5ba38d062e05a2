//! The queries and views of a schema with their ways and costs: what `rstone explain FILE` shows.

use std::fmt::Write;

use super::Printer;
use crate::declarations::{Declarations, EventId, FileSpan, Program, View};
use crate::infer::walk;
use crate::plan::{Bodies, EndpointBody, Expr, ExprKind, Query, ViewBody, cost};

/// Every query and view, item by item: what it asks for, by which ways, and at what cost.
pub fn queries(program: &Program, declarations: &Declarations, bodies: &Bodies) -> String {
    let mut explained = Explained { program, declarations, out: String::new() };
    for (position, (event, body)) in declarations.events.iter().zip(&bodies.events).enumerate() {
        let mut values: Vec<&Expr> = body.values.iter().map(|(_, value)| value).collect();
        values.extend(body.requires.iter().map(|(test, _)| test));
        walk::statements(&body.apply, &mut |value| values.push(value));
        let mut printer = Printer::new(declarations, &body.frame);
        printer.event = Some(EventId(position as u32));
        explained.item(&format!("event {}", event.name), &printer, &values);
    }
    for (function, body) in declarations.functions.iter().zip(&bodies.functions) {
        let values: Vec<&Expr> = body.value.iter().collect();
        explained.item(&format!("fn {}", function.name), &Printer::new(declarations, &body.frame), &values);
    }
    for (endpoint, body) in declarations.endpoints.iter().zip(&bodies.endpoints) {
        let mut values: Vec<&Expr> = Vec::new();
        walk::statements(&body.statements, &mut |value| values.push(value));
        explained.item(&format!("endpoint {}", endpoint.name), &Printer::new(declarations, &body.frame), &values);
        explained.live(body);
    }
    for (view, body) in declarations.views.iter().zip(&bodies.views) {
        explained.view(view, body);
    }
    if explained.out.is_empty() { "This schema has no queries and no views.\n".to_owned() } else { explained.out }
}

struct Explained<'a> {
    program: &'a Program,
    declarations: &'a Declarations,
    out: String,
}

impl Explained<'_> {
    fn item(&mut self, title: &str, printer: &Printer<'_>, values: &[&Expr]) {
        let mut found = Vec::new();
        values.iter().for_each(|value| collect(value, &mut found));
        for (query, span) in found {
            if !self.out.is_empty() {
                self.out.push('\n');
            }
            let _ = writeln!(self.out, "{title} at {}", self.place(span));
            for line in printer.query(query).lines() {
                let _ = writeln!(self.out, "  {line}");
            }
            let cost = cost::of(self.declarations, query);
            let sorts = if cost.sorts { ", then sorts them" } else { "" };
            let _ = writeln!(self.out, "  cost: {}{sorts}", cost.class.words());
        }
    }

    /// Where the rows of a view come from, and what each change leads to.
    fn view(&mut self, view: &View, body: &ViewBody) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let _ = writeln!(self.out, "view {} at {}", view.name, self.place(view.span));
        if let Some(query) = &body.query {
            let printer = Printer::new(self.declarations, &body.frame);
            for line in printer.query(query).lines().map(str::to_owned).chain(printer.upkeep(query, &body.upkeep)) {
                let _ = writeln!(self.out, "  {line}");
            }
        }
        for fold in &body.folds {
            self.out.push_str(&super::views::fold(self.declarations, fold));
            self.out.push_str("  cost: one row\n");
        }
    }

    /// What each change means for those who subscribe.
    fn live(&mut self, body: &EndpointBody) {
        let mut returned = None;
        walk::statements(&body.statements, &mut |value| {
            if let ExprKind::Query(query) = &value.kind {
                returned = Some(query);
            }
        });
        let Some(query) = returned.filter(|_| !body.upkeep.is_empty()) else { return };
        for line in Printer::new(self.declarations, &body.frame).upkeep(query, &body.upkeep) {
            let _ = writeln!(self.out, "  live: {line}");
        }
    }

    /// `todo.rstone:12:5`
    fn place(&self, span: FileSpan) -> String {
        let Some(file) = self.program.files.get(span.file as usize) else { return "?".to_owned() };
        let before = file.text.get(..span.span.start as usize).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", file.path)
    }
}

/// The queries in an expression, those inside others behind them.
fn collect<'e>(expr: &'e Expr, found: &mut Vec<(&'e Query, FileSpan)>) {
    if let ExprKind::Query(query) = &expr.kind {
        found.push((query, expr.span));
    }
    walk::children(expr, &mut |part| collect(part, found));
}
