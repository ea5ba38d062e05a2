//! The typed bodies of a schema: what the code generator turns into Rust.
//!
//! Everything is spelled out here: spreads are resolved into fields, defaults and new keys stand in
//! their places, coercions are nodes, queries carry their access paths. The generator decides nothing.

pub mod cost;
mod expressions;
pub mod print;
mod queries;
mod reactions;
mod rights;
mod scenarios;
mod statements;
mod upkeep;

use crate::declarations::{EventId, StructId, Type};

pub use expressions::{Arithmetic, Builtin, Comparison, Expr, ExprKind, LambdaMethod, Pattern};
pub use queries::{
    Access, AccessPath, Aggregate, AggregateFunction, Group, Join, JoinSource, Query, QueryCondition, QueryOrder,
    QueryResult,
};
pub use reactions::JobBody;
pub use rights::{Condition, Readable};
pub use scenarios::{ScenarioBody, Step, StepKind};
pub use statements::{Failure, FailureKind, Statement};
pub use upkeep::{Back, Upkeep, Way};

/// A local of a body: position in [`Frame::locals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// A name bound in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The name as written (or a made one).
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it holds a fetched row (the row of a query, or of `check` and views) rather than a
    /// key: its fields are read without a look-up.
    pub is_row: bool,
}

/// The locals of a body, parameters first in the order of the declaration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// All locals.
    pub locals: Vec<Local>,
}

/// The bodies of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelBody {
    /// The default of each field (of `creates` events and `insert`): the written one, else none for
    /// options, empty for collections, a new key for a generated key. Where they are used they stand
    /// spelled out; they bind no locals.
    pub defaults: Vec<Option<Expr>>,
    /// `check` lines: frame with the row as local 0, condition, message.
    pub checks: Vec<(Frame, Expr, Option<String>)>,
    /// Whether a query wants the rows in the order of their keys.
    pub wants_key_order: bool,
}

/// The bodies of an event. The fields of the event are [`ExprKind::EventField`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventBody {
    /// The locals of all bodies of the event.
    pub frame: Frame,
    /// The value of each field that is computed, filled or has a written default, in the order to
    /// evaluate: the position of the field, and the value. An `emit` that gives a value to a
    /// defaulted field wins; of what it leaves out, only these fields stand as `None` in
    /// [`ExprKind::Emit`] (an optional one without a default stands there as `none`).
    pub values: Vec<(usize, Expr)>,
    /// `require` lines.
    pub requires: Vec<(Expr, Failure)>,
    /// The statements of `apply`, run after the event's own effect.
    pub apply: Vec<Statement>,
}

/// The bodies of a view: of the rows of a query, or of what events add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewBody {
    /// The locals of the query; the row is local 0.
    pub frame: Frame,
    /// Where its rows come from: the table, joins, the whole condition as one, and groups.
    pub query: Option<Query>,
    /// The value of each field. An order by something that is no field of the view adds a private
    /// field behind the written ones.
    pub values: Vec<Expr>,
    /// What each field of a fold begins with; none for its key.
    pub defaults: Vec<Option<Expr>>,
    /// What events do to it.
    pub folds: Vec<FoldBody>,
    /// What a change of each table that it reads leads to.
    pub upkeep: Vec<Upkeep>,
    /// The type of each field.
    pub types: Vec<Type>,
    /// The view's own order, as (field, descending); kept as an index of the view, behind its declared ones.
    pub order: Vec<(usize, bool)>,
    /// Whether a query wants the rows in the order of their keys.
    pub wants_key_order: bool,
}

impl ViewBody {
    /// Which rows of the table.
    pub fn filter(&self) -> Option<&Expr> {
        self.query.as_ref()?.conditions.first().map(|condition| &condition.test)
    }
}

/// What an event does to a view.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldBody {
    /// The event, whose fields are [`ExprKind::EventField`].
    pub event: EventId,
    /// The locals; the row is local 0.
    pub frame: Frame,
    /// The key of the row, in the order of the view's key.
    pub keys: Vec<Expr>,
    /// What is done to it.
    pub statements: Vec<Statement>,
}

/// The body of a function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionBody {
    /// The locals, parameters first.
    pub frame: Frame,
    /// The value (`None` for `extern fn`, and for a body that is wrong).
    pub value: Option<Expr>,
    /// Whether it (or what it calls) reads rows.
    pub reads: bool,
    /// Whether it (or what it calls) uses an `extern fn`.
    pub uses_extern: bool,
    /// Whether it (or what it calls) uses `now`.
    pub uses_clock: bool,
    /// Whether it (or what it calls) uses `uuid()`.
    pub uses_random: bool,
    /// Whether it (or what it calls) uses `base_url`.
    pub uses_base_url: bool,
}

/// The body of an endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndpointBody {
    /// The locals, parameters first.
    pub frame: Frame,
    /// The local that holds who calls, behind the parameters.
    pub caller: Option<LocalId>,
    /// The condition on who may call; its locals begin like those of the body.
    pub rights: Option<Condition>,
    /// The default of each parameter.
    pub defaults: Vec<Option<Expr>>,
    /// The statements; a `= e` body is one `Return`.
    pub statements: Vec<Statement>,
    /// Whether it emits: then it runs on the writer.
    pub is_command: bool,
    /// Whether it (or what it calls) uses an `extern fn`.
    pub uses_extern: bool,
    /// What a change of each table leads to that a `live` query reads.
    pub upkeep: Vec<Upkeep>,
}

/// All bodies, parallel to the vectors of [`crate::declarations::Declarations`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bodies {
    /// Of models.
    pub models: Vec<ModelBody>,
    /// Of events.
    pub events: Vec<EventBody>,
    /// Of views.
    pub views: Vec<ViewBody>,
    /// Of functions.
    pub functions: Vec<FunctionBody>,
    /// Of endpoints.
    pub endpoints: Vec<EndpointBody>,
    /// Conditions on who may read what.
    pub readable: Vec<Readable>,
    /// Of jobs.
    pub jobs: Vec<JobBody>,
    /// Of scenarios.
    pub scenarios: Vec<ScenarioBody>,
    /// Defaults of struct fields (of a `struct` used as a parameter): (struct, field, value).
    pub struct_defaults: Vec<(StructId, usize, Expr)>,
}
