//! The bodies of all items: what they mean, typed and spelled out.
//!
//! Views come first, because the types of their fields are found here and everything else may read
//! them. What functions use is known last, so calls of them are judged at the end.
//!
//! Each body is checked by itself, from what [`Shared`] shows of the schema to an [`Outcome`], which
//! a [`Cache`] may keep for the next run.

mod cache;
mod endpoints;
mod events;
mod functions;
mod jobs;
mod known;
mod models;
mod places;
mod rights;
mod scenarios;
mod structs;
mod views;

pub use cache::Cache;

use cache::Slots;
use known::Known;
use places::Places;

use crate::declarations::{Declarations, Program, Source};
use crate::effects::{BodyUses, FunctionUses, Use};
use crate::infer::{Body, Shared};
use crate::names::Names;
use crate::plan::{Bodies, EndpointBody};
use crate::problem::Problems;
use crate::query::live;
use crate::query::upkeep::Reads;

/// What bodies leave behind besides their plans.
#[derive(Clone, Debug, Default)]
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

/// All that the check of one body gives: nothing else comes out of it, and nothing but the schema
/// goes in.
#[derive(Clone, Debug)]
struct Outcome<P> {
    plan: P,
    collected: Collected,
    problems: Problems,
}

impl<P> Outcome<P> {
    /// The plan; the rest goes to what is gathered.
    fn plan(self, collected: &mut Collected, problems: &mut Problems) -> P {
        collected.uses.extend(self.collected.uses);
        collected.key_orders.extend(self.collected.key_orders);
        problems.extend(self.problems.into_list());
        self.plan
    }
}

/// Types the body of the declaration at a position.
type Check<P> = fn(&Shared<'_>, usize, &mut Collected, &mut Problems) -> P;

fn outcome<P>(shared: &Shared<'_>, position: usize, check: Check<P>) -> Outcome<P> {
    let (mut collected, mut problems) = (Collected::default(), Problems::new());
    let plan = check(shared, position, &mut collected, &mut problems);
    Outcome { plan, collected, problems }
}

/// The check of bodies that see the same state of the schema.
#[derive(Clone, Copy)]
struct Checker<'a> {
    shared: Shared<'a>,
    /// By what outcomes of earlier runs are judged; none when they are not.
    known: Option<&'a Known>,
}

impl<'a> Checker<'a> {
    /// The outcome of a body, kept or new.
    fn one<P: Places + Clone>(&self, position: usize, slots: &mut Slots<P>, check: Check<P>) -> Outcome<P> {
        slots.outcome(position, &self.shared, self.known, || outcome(&self.shared, position, check))
    }

    /// The outcomes of all bodies of a kind, in their order.
    fn all<P: Places + Clone>(&self, count: usize, slots: &mut Slots<P>, check: Check<P>) -> Vec<Outcome<P>> {
        slots.begin(count);
        (0..count).map(|position| self.one(position, slots, check)).collect()
    }

    /// The same, when it is known what endpoints use.
    const fn with_endpoints(self, endpoints: &'a [EndpointBody]) -> Self {
        Self { shared: self.shared.with_endpoints(endpoints), ..self }
    }
}

/// The plans of outcomes, which leave the rest where it is gathered.
fn plans<P>(outcomes: Vec<Outcome<P>>, collected: &mut Collected, problems: &mut Problems) -> Vec<P> {
    outcomes.into_iter().map(|outcome| outcome.plan(collected, problems)).collect()
}

/// Types every body of a schema. The types of views' fields are filled in.
pub(crate) fn check_bodies(
    program: &Program,
    declarations: &mut Declarations,
    names: &Names,
    cache: &mut Cache,
    problems: &mut Problems,
) -> Bodies {
    let mut collected = Collected::default();
    let mut known = if cache.is_kept { Known::new(program, declarations, names) } else { None };
    let kept = (&mut cache.views, &mut known);
    let views = views::check(program, declarations, names, kept, &mut collected, problems);

    let declared = &*declarations;
    let checker = Checker { shared: Shared::new(program, declared, names), known: known.as_ref() };
    let mut function_uses = Collected::default();
    let functions = checker.all(declared.functions.len(), &mut cache.functions, functions::check);
    let functions = plans(functions, &mut function_uses, problems);
    let models = checker.all(declared.models.len(), &mut cache.models, models::check);
    let events = checker.all(declared.events.len(), &mut cache.events, events::check);
    let readable = checker.all(declared.readable.len(), &mut cache.readable, rights::readable);
    let jobs = checker.all(declared.jobs.len(), &mut cache.jobs, jobs::check);
    let structs = checker.all(declared.structs.len(), &mut cache.structs, structs::check);
    let endpoints = checker.all(declared.endpoints.len(), &mut cache.endpoints, endpoints::check);
    let mut bodies = Bodies {
        models: plans(models, &mut collected, problems),
        events: plans(events, &mut collected, problems),
        views,
        functions,
        endpoints: Vec::new(),
        readable: plans(readable, &mut collected, problems).into_iter().flatten().collect(),
        jobs: plans(jobs, &mut collected, problems),
        scenarios: Vec::new(),
        struct_defaults: plans(structs, &mut collected, problems).into_iter().flatten().collect(),
    };
    let endpoints = plans(endpoints, &mut collected, problems);
    let endpoint_uses: Vec<BodyUses>;
    (bodies.endpoints, endpoint_uses) = endpoints.into_iter().unzip();

    let uses = FunctionUses::collect(declared, &function_uses.uses, problems);
    for body in collected.uses.iter().chain(&endpoint_uses) {
        uses.check_calls(declared, body, problems);
    }
    pass_on(&mut bodies, &uses, &endpoint_uses);
    let mut reads = Reads::new(declared, &bodies.functions);
    views::check_upkeep(&checker.shared, &mut bodies.views, &mut reads, problems);
    live::check(&checker.shared, &mut bodies.endpoints, &mut reads, (&endpoint_uses, &uses), problems);
    // What a scenario may call is known only now.
    let checker = checker.with_endpoints(&bodies.endpoints);
    let scenarios = checker.all(declared.scenarios.len(), &mut cache.scenarios, scenarios::check);
    let mut scenario_uses = Collected::default();
    bodies.scenarios = plans(scenarios, &mut scenario_uses, problems);
    for body in &scenario_uses.uses {
        uses.check_calls(declared, body, problems);
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
