//! The bodies of all items: what they mean, typed and spelled out.
//!
//! Views come first, because the types of their fields are found here and everything else may read
//! them. What functions use is known last, so calls of them are judged at the end.

mod endpoints;
mod events;
mod functions;
mod jobs;
mod models;
mod rights;
mod scenarios;
mod structs;
mod views;

use crate::declarations::{Declarations, Program, Source};
use crate::effects::{BodyUses, FunctionUses, Use};
use crate::infer::{Body, Shared};
use crate::names::Names;
use crate::plan::Bodies;
use crate::problem::Problems;
use crate::query::live;
use crate::query::upkeep::Reads;

/// What bodies leave behind besides their plans.
#[derive(Default)]
pub(crate) struct Collected {
    /// What they use and call.
    pub(crate) uses: Vec<BodyUses>,
    /// Tables whose rows are wanted in the order of their keys.
    key_orders: Vec<Source>,
}

impl Collected {
    /// Takes what a body has gathered.
    pub(crate) fn take(&mut self, body: &mut Body<'_, '_>) {
        self.key_orders.append(&mut body.key_orders);
        self.uses.push(std::mem::take(&mut body.uses));
    }
}

/// Types every body of a schema. The types of views' fields are filled in.
pub fn check_bodies(
    program: &Program,
    declarations: &mut Declarations,
    names: &Names,
    problems: &mut Problems,
) -> Bodies {
    let mut collected = Collected::default();
    let (views, view_orders) = views::check(program, declarations, names, &mut collected, problems);
    let shared = Shared { program, declarations, names, view_orders };

    let mut function_uses = Collected::default();
    let functions = functions::check(&shared, &mut function_uses, problems);
    let mut bodies = Bodies {
        models: models::check(&shared, &mut collected, problems),
        events: events::check(&shared, &mut collected, problems),
        views,
        functions,
        endpoints: Vec::new(),
        readable: rights::readable(&shared, &mut collected, problems),
        jobs: jobs::check(&shared, &mut collected, problems),
        scenarios: Vec::new(),
        struct_defaults: structs::check(&shared, &mut collected, problems),
    };
    let (endpoints, endpoint_uses) = endpoints::check(&shared, &mut collected, problems);
    bodies.endpoints = endpoints;

    let uses = FunctionUses::collect(declarations, &function_uses.uses, problems);
    for body in collected.uses.iter().chain(&endpoint_uses) {
        uses.check_calls(declarations, body, problems);
    }
    pass_on(&mut bodies, &uses, &endpoint_uses);
    let mut reads = Reads::new(declarations, &bodies.functions);
    views::check_upkeep(&shared, &mut bodies.views, &mut reads, problems);
    live::check(&shared, &mut bodies.endpoints, &mut reads, (&endpoint_uses, &uses), problems);
    // What a scenario may call is known only now.
    let mut scenario_uses = Collected::default();
    bodies.scenarios = scenarios::check(&shared, &bodies.endpoints, &mut scenario_uses, problems);
    for body in &scenario_uses.uses {
        uses.check_calls(declarations, body, problems);
    }
    let key_orders = [&collected, &function_uses, &scenario_uses].map(|bodies| &bodies.key_orders);
    for source in key_orders.into_iter().flatten() {
        note_key_order(&mut bodies, *source);
    }
    bodies
}

/// What functions use counts for whoever calls them.
fn pass_on(bodies: &mut Bodies, uses: &FunctionUses, endpoint_uses: &[BodyUses]) {
    for (position, function) in bodies.functions.iter_mut().enumerate() {
        let id = crate::declarations::FunctionId(position as u32);
        function.reads = uses.has(id, Use::Reads);
        function.uses_extern = uses.has(id, Use::Extern);
        function.uses_clock = uses.has(id, Use::Clock);
        function.uses_random = uses.has(id, Use::Random);
        function.uses_base_url = uses.has(id, Use::BaseUrl);
    }
    for (endpoint, used) in bodies.endpoints.iter_mut().zip(endpoint_uses) {
        endpoint.uses_extern = uses.of_body(used, Use::Extern);
    }
}

fn note_key_order(bodies: &mut Bodies, source: Source) {
    match source {
        Source::Model(id) => {
            if let Some(model) = bodies.models.get_mut(id.index()) {
                model.wants_key_order = true;
            }
        }
        Source::View(id) => {
            if let Some(view) = bodies.views.get_mut(id.index()) {
                view.wants_key_order = true;
            }
        }
    }
}
