//! What is well-formed and yet surely not meant, found in the typed plan.
//!
//! Names that hide others or are not used are found while bodies are typed (`infer/scope.rs`),
//! where it is known what a name stands for.

pub(crate) mod constants;
mod deleted;
mod items;
mod rules;

use crate::declarations::{Declarations, Program};
use crate::infer::walk;
use crate::plan::{Bodies, Expr, Statement};
use crate::problem::Problems;

/// Reports all of it.
pub(crate) fn check(program: &Program, declarations: &Declarations, bodies: &Bodies, problems: &mut Problems) {
    constants::check(program, bodies, problems);
    rules::check(program, declarations, bodies, problems);
    deleted::check(declarations, bodies, problems);
    items::check(program, declarations, problems);
}

/// The statements of every body that has some.
fn statements(bodies: &Bodies) -> impl Iterator<Item = &[Statement]> {
    let events = bodies.events.iter().map(|event| event.apply.as_slice());
    let folds = bodies.views.iter().flat_map(|view| &view.folds).map(|fold| fold.statements.as_slice());
    let endpoints = bodies.endpoints.iter().map(|endpoint| endpoint.statements.as_slice());
    events.chain(folds).chain(endpoints).chain(bodies.jobs.iter().map(|job| job.statements.as_slice()))
}

/// Every expression of a schema that is no part of another one.
fn expressions<'b>(bodies: &'b Bodies, visit: &mut dyn FnMut(&'b Expr)) {
    for model in &bodies.models {
        model.defaults.iter().flatten().for_each(&mut *visit);
        model.checks.iter().for_each(|(_, test, _)| visit(test));
    }
    for event in &bodies.events {
        event.values.iter().for_each(|(_, value)| visit(value));
        for (test, failure) in &event.requires {
            visit(test);
            failure.message.iter().for_each(&mut *visit);
        }
    }
    for view in &bodies.views {
        view.query.iter().for_each(|query| walk::query_parts(query, visit));
        view.values.iter().chain(view.defaults.iter().flatten()).for_each(&mut *visit);
        view.folds.iter().flat_map(|fold| &fold.keys).for_each(&mut *visit);
    }
    bodies.functions.iter().filter_map(|function| function.value.as_ref()).for_each(&mut *visit);
    bodies.endpoints.iter().flat_map(|endpoint| endpoint.defaults.iter().flatten()).for_each(&mut *visit);
    bodies.endpoints.iter().filter_map(|endpoint| endpoint.rights.as_ref()).for_each(|rights| visit(&rights.test));
    bodies.readable.iter().for_each(|readable| visit(&readable.condition.test));
    bodies.struct_defaults.iter().for_each(|(_, _, value)| visit(value));
    statements(bodies).for_each(|body| walk::statements(body, visit));
}
