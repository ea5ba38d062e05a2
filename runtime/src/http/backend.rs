//! The seam between HTTP and the engine: what the server asks of it, and nothing more.

use super::endpoint::{Answer, Command, Reply};
use crate::exec::{IdempotencyKey, Reader, Tx};
use crate::refusal::Refusal;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The engine as the HTTP server sees it.
pub trait Backend: Send + Sync + 'static {
    /// Calls `run` exactly once, against one committed snapshot, and says which one.
    fn query(&self, run: &mut dyn FnMut(&Reader<'_>)) -> u64;

    /// Hands a transaction to the single writer. The future ends when everything that the
    /// answer rests on is durable. Never blocks; dropping the future cancels nothing.
    fn submit(&self, command: Command, idempotency: Option<IdempotencyKey>) -> BoxFuture<'static, Outcome>;

    /// Whether requests can be served, and if not, why.
    fn ready(&self) -> Result<(), &'static str>;

    /// The newest committed sequence number.
    fn visible_seq(&self) -> u64;
}

/// What became of a transaction.
#[derive(Debug)]
pub enum Outcome {
    /// It ran, or was refused; the answer rests on everything up to `seq`.
    Answered {
        /// What the client gets.
        answer: Answer,
        /// Goes out as `Raftstone-Seq`.
        seq: u64,
    },
    /// Leadership was lost with the transaction in flight: it may or may not take effect.
    Unknown,
}

/// What a handler written in Rust can do beside computing.
pub struct Context {
    backend: Arc<dyn Backend>,
    writes: bool,
    idempotency: Option<IdempotencyKey>,
    seen: Arc<Seen>,
}

/// What a handler came to know through its context.
#[derive(Debug, Default)]
pub(super) struct Seen {
    seq: AtomicU64,
    unknown: AtomicBool,
}

impl Seen {
    /// The newest position that the handler saw.
    pub(super) fn seq(&self) -> u64 {
        self.seq.load(Ordering::Acquire)
    }

    /// Whether one of its transactions may or may not have taken effect.
    pub(super) fn outcome_is_unknown(&self) -> bool {
        self.unknown.load(Ordering::Acquire)
    }
}

impl Context {
    pub(crate) fn new(backend: Arc<dyn Backend>, writes: bool, idempotency: Option<IdempotencyKey>) -> Context {
        let seen = Seen::default();
        seen.seq.store(backend.visible_seq(), Ordering::Release);
        Context { backend, writes, idempotency, seen: Arc::new(seen) }
    }

    /// Shared with the server, which looks at it when the handler is done.
    pub(super) fn seen(&self) -> Arc<Seen> {
        Arc::clone(&self.seen)
    }

    /// Reads one committed snapshot.
    pub fn read<T>(&self, run: impl FnOnce(&Reader<'_>) -> T) -> Result<T, Refusal> {
        let mut run = Some(run);
        let mut value = None;
        let seq = self.backend.query(&mut |reader| {
            value = run.take().map(|run| run(reader));
        });
        self.seen.seq.fetch_max(seq, Ordering::AcqRel);
        value.ok_or_else(|| Refusal::internal("the engine gave no snapshot"))
    }

    /// Runs one transaction on the single writer and waits until it is durable.
    ///
    /// The first transaction of a request that records something carries the request's
    /// idempotency key: one without events leaves no trace, so it cannot tell a repetition. Its
    /// reply is not stored, because only the handler knows it; a repetition is therefore a 409
    /// that says that the first request has taken effect.
    pub async fn transact<T, F>(&mut self, run: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        if !self.writes {
            return Err(Refusal::internal("a GET endpoint tried to write"));
        }
        let slot = Arc::new(Mutex::new(None));
        let filled = Arc::clone(&slot);
        let command: Command = Box::new(move |tx| {
            let value = run(tx)?;
            *filled.lock() = Some((value, tx.event_count() > 0));
            Ok(Reply::no_content())
        });
        match self.backend.submit(command, self.idempotency.clone()).await {
            Outcome::Answered { answer, seq } => {
                self.seen.seq.fetch_max(seq, Ordering::AcqRel);
                answer?;
                let taken = || Refusal::conflict("a request with this Idempotency-Key has taken effect");
                let (value, recorded) = slot.lock().take().ok_or_else(taken)?;
                if recorded {
                    self.idempotency = None;
                }
                Ok(value)
            }
            Outcome::Unknown => {
                self.seen.unknown.store(true, Ordering::Release);
                Err(Refusal::unavailable("the outcome of the transaction is unknown"))
            }
        }
    }
}
