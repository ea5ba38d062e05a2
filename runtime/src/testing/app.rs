//! An application in memory.

use super::{ManualClock, SeededRandomness};
use crate::exec::{MemoryEngine, Reader, Row, Schema, Tx};
use crate::http::Context;
use crate::platform::Clock;
use crate::refusal::Refusal;
use crate::rt::EventInput;
use crate::value::Timestamp;
use crate::value::wire::{Wire, WireError};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// Where the clock of an application in memory begins: 2026-01-01 00:00 UTC.
const START_MICROS: i64 = 1_767_225_600_000_000;
/// The keys that an application in memory makes are the same at every run.
const SEED: u64 = 1;

/// An application without journal, network or threads. Each has a state of its own, a clock that
/// moves only when it is told to, and gives the same keys at every run.
///
/// `E` is the generated enum of all events, `H` the handlers.
pub struct App<E, H> {
    engine: Arc<MemoryEngine>,
    clock: Arc<ManualClock>,
    handlers: Arc<H>,
    events: PhantomData<fn() -> E>,
}

/// Any event of a schema; generated code implements it.
pub trait SchemaEvent: Sized {
    /// Reads what was stored under the stable id of an event's type.
    fn read(type_id: u32, body: &[u8]) -> Result<Self, WireError>;
}

/// A call of an endpoint that the schema writes; generated code implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no call of an endpoint that is written in the schema",
    note = "an `extern endpoint` is called by `app.call_extern(…).await`"
)]
pub trait Call<H> {
    /// What the endpoint gives.
    type Output;

    /// Checks the rules and answers.
    fn call(self, engine: &MemoryEngine, handlers: &H) -> Result<Self::Output, Refusal>;
}

/// A call of an `extern endpoint`; generated code implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no call of an `extern endpoint`",
    note = "an endpoint that is written in the schema is called by `app.call(…)`"
)]
pub trait ExternCall<H> {
    /// What the endpoint gives.
    type Output;
    /// Whether its handler may write: it is not under `GET`.
    const WRITES: bool;

    /// Checks the rules, finds the rows that the parameters name, and asks the handlers.
    fn call(self, context: Context, handlers: Arc<H>) -> impl Future<Output = Result<Self::Output, Refusal>>;
}

impl<E: SchemaEvent, H> App<E, H> {
    /// An application of this schema, without a row.
    pub fn new(schema: &'static Schema, handlers: H) -> Self {
        let clock = Arc::new(ManualClock::at(START_MICROS));
        let engine = MemoryEngine::new(schema, clock.clone(), Arc::new(SeededRandomness::new(SEED)));
        Self { engine: Arc::new(engine), clock, handlers: Arc::new(handlers), events: PhantomData }
    }

    /// Calls an endpoint.
    pub fn call<C: Call<H>>(&self, call: C) -> Result<C::Output, Refusal> {
        self.engine.forget_stored();
        call.call(&self.engine, &self.handlers)
    }

    /// Calls an endpoint that is written in Rust.
    pub async fn call_extern<C: ExternCall<H>>(&self, call: C) -> Result<C::Output, Refusal> {
        self.engine.forget_stored();
        let context = Context::new(self.engine.clone(), C::WRITES, None);
        call.call(context, Arc::clone(&self.handlers)).await
    }

    /// Emits one event, as if an endpoint did: for what a test begins with.
    pub fn emit<I: EventInput>(&self, input: I) -> Result<I::Output, Refusal> {
        self.transact(|tx| tx.emit(input))
    }

    /// Runs one transaction.
    pub fn transact<T>(&self, run: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.engine.forget_stored();
        self.engine.transact(run)
    }

    /// Reads the state.
    pub fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> T) -> T {
        self.engine.read(read)
    }

    /// The row of this key.
    pub fn get<R: Row>(&self, key: &R::Key) -> Option<Arc<R>> {
        self.read(|db| db.get::<R>(key))
    }

    /// The events that the last call, `emit` or `transact` recorded, as they come back from their
    /// stored form; of a refused one there are none.
    pub fn events(&self) -> Vec<E> {
        let stored = self.engine.stored();
        let read = stored.iter().map(|event| E::read(event.type_id, &event.body));
        read.collect::<Result<_, _>>().expect("an event is read back from what it wrote")
    }

    /// What the clock shows: `now` in endpoints, and the time of the next transaction.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros_saturating(self.clock.now_micros())
    }

    /// Lets time pass.
    pub fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Sets the clock. The time of transactions never goes back, as it does not with a real clock.
    pub fn set_now(&self, now: Timestamp) {
        self.clock.set(now.as_micros());
    }

    /// The handlers, for tests that look into them.
    pub fn handlers(&self) -> &H {
        &self.handlers
    }
}

/// Reads a stored event; generated code calls it.
pub fn event<E: Wire>(mut body: &[u8]) -> Result<E, WireError> {
    let event = E::read(&mut body)?;
    if body.is_empty() { Ok(event) } else { Err(WireError::TrailingBytes) }
}
