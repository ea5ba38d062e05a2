//! The order of views: each behind those whose rows it shows.

use raftstone_dsl::ast;

use crate::codes::views as codes;
use crate::declarations::{Declarations, FileSpan, Program, View, ViewId};
use crate::names::{Named, Names};
use crate::problem::{Problem, Problems};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Every view once. Those of a circle are reported, and marked as ones about which nothing more is said.
pub(super) fn of(
    program: &Program,
    declarations: &mut Declarations,
    names: &Names,
    problems: &mut Problems,
) -> Vec<ViewId> {
    let builds_on: Vec<Vec<(ViewId, FileSpan)>> = declarations
        .views
        .iter()
        .map(|view| written(program, view).map_or_else(Vec::new, |item| tables(item, view.item.file, names)))
        .collect();
    let mut walk = Walk { builds_on: &builds_on, states: vec![State::New; builds_on.len()], order: Vec::new() };
    for start in 0..builds_on.len() {
        if let Some(circle) = walk.visit(start) {
            report(declarations, &circle, problems);
        }
    }
    walk.order
}

fn written<'p>(program: &'p Program, view: &View) -> Option<&'p ast::View> {
    match &program.item(view.item)?.kind {
        ast::ItemKind::View(written) => Some(written),
        _ => None,
    }
}

/// The views whose rows a view shows, and where it names them.
fn tables(item: &ast::View, file: u32, names: &Names) -> Vec<(ViewId, FileSpan)> {
    let Some(query) = &item.query else { return Vec::new() };
    let sources = query.source.iter().chain(query.joins.iter().map(|join| &join.source));
    let named = sources.filter_map(|source| match &source.kind {
        ast::ExprKind::Name(name) => match names.get(&name.text)?.named {
            Named::View(id) => Some((id, FileSpan { file, span: source.span })),
            _ => None,
        },
        _ => None,
    });
    named.collect()
}

/// A depth-first walk with its own path: a chain of views may be long.
struct Walk<'a> {
    builds_on: &'a [Vec<(ViewId, FileSpan)>],
    states: Vec<State>,
    order: Vec<ViewId>,
}

impl Walk<'_> {
    /// Takes a view and all that it builds on into the order; gives the first circle found on the
    /// way: its views, each with where it names the next.
    fn visit(&mut self, start: usize) -> Option<Vec<(usize, FileSpan)>> {
        if self.states.get(start) != Some(&State::New) {
            return None;
        }
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        self.set(start, State::Open);
        let mut circle = None;
        while let Some((view, next)) = path.last_mut() {
            let view = *view;
            let Some((on, _)) = self.builds_on.get(view).and_then(|all| all.get(*next)) else {
                self.set(view, State::Done);
                self.order.push(ViewId(view as u32));
                path.pop();
                continue;
            };
            *next += 1;
            match self.states.get(on.index()) {
                Some(State::New) => {
                    self.set(on.index(), State::Open);
                    path.push((on.index(), 0));
                }
                Some(State::Open) => {
                    let first = path.iter().position(|(open, _)| *open == on.index()).unwrap_or(0);
                    let named = |(view, next): &(usize, usize)| {
                        let (_, span) = self.builds_on.get(*view)?.get(next.checked_sub(1)?)?;
                        Some((*view, *span))
                    };
                    circle = circle.or_else(|| path.get(first..)?.iter().map(named).collect());
                }
                Some(State::Done) | None => {}
            }
        }
        circle
    }

    fn set(&mut self, view: usize, state: State) {
        if let Some(slot) = self.states.get_mut(view) {
            *slot = state;
        }
    }
}

fn report(declarations: &mut Declarations, circle: &[(usize, FileSpan)], problems: &mut Problems) {
    let name = |view: usize| declarations.views.get(view).map_or("?", |view| view.name.as_str());
    let Some(((first, span), others)) = circle.split_first() else { return };
    let message = if others.is_empty() {
        format!("`{}` shows its own rows", name(*first))
    } else {
        let names: Vec<&str> = circle.iter().map(|(view, _)| name(*view)).chain([name(*first)]).collect();
        format!("these views build on each other in a circle: {}", names.join(" → "))
    };
    let mut problem = Problem::new(&codes::VIEW_CIRCLE, *span, message).help("begin one of them with a model");
    for (view, span) in others {
        problem = problem.other(*span, format!("`{}` goes on here", name(*view)));
    }
    problems.push(problem);
    declarations.damaged.extend(circle.iter().map(|(view, _)| Named::View(ViewId(*view as u32))));
}
