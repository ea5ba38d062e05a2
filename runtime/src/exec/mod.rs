//! The single writer and what surrounds it: reading, transactions, batches, commit, recovery.
//!
//! The path of a command: [`Engine::execute`] puts it into the inbox; the executor thread runs it
//! as a [`Tx`], whose events become versions that nobody else sees; the transactions of one turn
//! become a batch, which goes to the consensus; when it comes back committed, the versions become
//! visible in one step and the replies leave.

mod batch;
mod engine;
mod executor;
mod idempotency;
mod inbox;
mod keeper;
mod memory;
mod reader;
mod recent;
mod recovery;
mod schema;
mod shapes;
mod snapshot;
mod start;
mod transaction;
mod writer;

pub use engine::{CommittedPoint, Engine, PipelineOptions};
pub use idempotency::{IdempotencyKey, KEPT_MAX, KEPT_MICROS, Recorded, Scope};
pub use keeper::SnapshotPolicy;
pub use memory::{MemoryEngine, StoredEvent};
pub use reader::{Reader, key_bytes};
pub use recovery::{ApplyError, FATAL_EXIT_CODE, RecoveryError};
pub use schema::{
    Event, EventDefinition, OnDelete, Reference, Referrer, Relations, ReplayError, Row, Schema, Upkeep, replay,
};
pub use snapshot::Snapshot;
pub use start::{EngineError, EngineOptions, Running, StartReport, start};
#[cfg(test)]
pub(crate) use transaction::TxLog;
pub use transaction::{CHANGES_MAX, EVENTS_MAX, Tx};

#[cfg(test)]
mod tests;
