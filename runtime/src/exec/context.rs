//! What custom Rust gets: a snapshot to read and a way to transact.

use crate::exec::engine::Engine;
use crate::exec::reader::Reader;
use crate::exec::transaction::Tx;
use crate::refusal::Refusal;
use crate::state::Pin;
use crate::value::Timestamp;

/// The surroundings of a call of an `extern endpoint`.
#[derive(Clone)]
pub struct Context {
    engine: Engine,
    is_read_only: bool,
    base_url: String,
}

impl Context {
    /// A context; under GET it is read-only.
    pub fn new(engine: Engine, is_read_only: bool, base_url: String) -> Self {
        Self { engine, is_read_only, base_url }
    }

    /// A consistent snapshot of the committed state, as of now.
    pub fn read(&self) -> Snapshot {
        self.engine.snapshot()
    }

    /// Runs one transaction on the writer: all its events, or none when `run` refuses. Resolves
    /// when it is durable. `run` should take well under a millisecond: nothing else is written meanwhile.
    pub async fn transact<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        if self.is_read_only {
            return Err(Refusal::internal("a handler under GET may not write"));
        }
        self.engine.transact(run).await
    }

    /// Where the app is reached from outside, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

/// The committed state as of one sequence number; it stays readable while this lives.
pub struct Snapshot {
    engine: Engine,
    pin: Pin,
    now: Timestamp,
}

impl Snapshot {
    pub(crate) fn new(engine: Engine, pin: Pin, now: Timestamp) -> Self {
        Self { engine, pin, now }
    }

    /// The reader of this snapshot.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self.engine.state(), self.pin.seq(), self.now)
    }

    /// The number of the newest transaction in it.
    pub fn seq(&self) -> u64 {
        self.pin.seq()
    }
}
