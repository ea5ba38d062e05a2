//! The committed state held still, for readers that need it over several steps.

use crate::exec::engine::Engine;
use crate::exec::reader::Reader;
use crate::state::Pin;
use crate::value::Timestamp;

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
