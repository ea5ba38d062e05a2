//! The engine without a journal: the same writer, transactions and state, for tests.
//!
//! A transaction is committed when it has run. Nothing is stored, no thread is started and nothing
//! is waited for, so that a test may have an engine of its own.

use crate::exec::batch::read_event;
use crate::exec::executor::attempt;
use crate::exec::idempotency::IdempotencyKey;
use crate::exec::reader::Reader;
use crate::exec::schema::Schema;
use crate::exec::transaction::{Tx, TxLog, undo_all};
use crate::exec::writer::Writer;
use crate::http::{Backend, Command, Outcome};
use crate::platform::{Clock, Randomness};
use crate::refusal::Refusal;
use crate::state::State;
use crate::value::Timestamp;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::sync::Arc;

/// An engine that lives as long as its value does.
pub struct MemoryEngine {
    schema: &'static Schema,
    state: State,
    writer: Mutex<Writer>,
    clock: Arc<dyn Clock>,
    stored: Mutex<Vec<StoredEvent>>,
}

/// An event as the journal would hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The stable id of its type.
    pub type_id: u32,
    /// Its encoded fields.
    pub body: Vec<u8>,
}

impl MemoryEngine {
    /// An engine of this schema, without a row.
    pub fn new(schema: &'static Schema, clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        let writer = Mutex::new(Writer::new(schema, randomness));
        Self { schema, state: State::new(schema.tables), writer, clock, stored: Mutex::default() }
    }

    /// Runs `read` against the committed state.
    pub fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> T) -> T {
        let pin = self.state.pin();
        let now = Timestamp::from_micros_saturating(self.clock.now_micros());
        read(&Reader::new(&self.state, pin.seq(), now))
    }

    /// Runs one transaction: all of its events, or none.
    pub fn transact<T>(&self, run: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let mut writer = self.writer.lock();
        let writer = &mut *writer;
        // As with the journal, no transaction is earlier than the one before it.
        writer.micros = writer.micros.max(self.clock.now_micros());
        let (answer, mut log) = attempt(&self.state, self.schema, writer, writer.micros, run);
        if answer.is_err() {
            undo_all(&self.state, &mut log.undo);
        } else if log.event_count > 0 {
            self.store(&log);
            self.state.commit_through(writer.next_seq);
            writer.next_seq += 1;
        }
        writer.log = log;
        answer
    }

    /// The state, for tests of the engine.
    #[cfg(test)]
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The events of all transactions since [`Self::forget_stored`].
    pub fn stored(&self) -> Vec<StoredEvent> {
        self.stored.lock().clone()
    }

    /// Begins to collect events anew; the state stays.
    pub fn forget_stored(&self) {
        self.stored.lock().clear();
    }

    fn store(&self, log: &TxLog) {
        let mut stored = self.stored.lock();
        let mut rest = log.events.as_slice();
        // What a transaction has just written can be read.
        while let Ok(event) = read_event(&mut rest) {
            stored.push(StoredEvent { type_id: event.type_id, body: event.body.to_vec() });
        }
    }
}

impl Backend for MemoryEngine {
    fn query(&self, run: &mut dyn FnMut(&Reader<'_>)) -> u64 {
        self.read(|reader| {
            run(reader);
            reader.at
        })
    }

    fn submit(&self, command: Command, _: Option<IdempotencyKey>) -> BoxFuture<'static, Outcome> {
        let answer = self.transact(command);
        let seq = self.state.visible();
        Box::pin(std::future::ready(Outcome::Answered { answer, seq }))
    }

    fn ready(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn visible_seq(&self) -> u64 {
        self.state.visible()
    }
}
