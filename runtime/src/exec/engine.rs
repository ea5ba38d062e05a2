//! The engine: state, its single writer, and what leads from one to the other.

use crate::consensus::{Committed, Consensus, Leadership, Proposal, ProposalOutcome, StateMachine};
use crate::exec::batch::{BatchHeader, Epoch};
use crate::exec::idempotency::IdempotencyKey;
use crate::exec::inbox::{InFlight, Inbox, Job, PendingReply};
use crate::exec::reader::Reader;
use crate::exec::recovery;
use crate::exec::schema::Schema;
use crate::exec::snapshot::Snapshot;
use crate::exec::transaction::Tx;
use crate::exec::writer::Writer;
use crate::http::{Backend, Command, Outcome, Reply};
use crate::journal::{EntryKind, Journal, Space};
use crate::platform::Clock;
use crate::refusal::Refusal;
use crate::state::State;
use crate::value::Timestamp;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// The limits of the commit pipeline.
#[derive(Clone, Copy, Debug)]
pub struct PipelineOptions {
    /// The most batches on their way at once.
    pub in_flight_max: usize,
    /// A batch is begun while others are on their way only for this many commands: one write to the
    /// disk goes on at a time anyway, and few large batches cost less than many small ones.
    pub pipelined_min: usize,
    /// The most transactions in a batch.
    pub batch_transactions_max: usize,
    /// A batch is closed when its bytes exceed this.
    pub batch_bytes: usize,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        Self { in_flight_max: 4, pipelined_min: 128, batch_transactions_max: 1024, batch_bytes: 256 * 1024 }
    }
}

/// Up to where the journal is committed and visible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommittedPoint {
    /// The entry; none before the first.
    pub index: Option<u64>,
    /// The last transaction.
    pub seq: u64,
    /// The time of the last batch.
    pub micros: i64,
}

/// What all parts of the engine share.
pub(crate) struct Shared {
    pub(crate) schema: &'static Schema,
    pub(crate) state: State,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: PipelineOptions,
    pub(crate) inbox: Arc<Inbox>,
    /// Where those wait who are to be answered.
    pub(crate) askers: Handle,
    /// The token of the one who may write to the state.
    pub(crate) writer: Mutex<Writer>,
    pub(crate) committed: Mutex<CommittedPoint>,
    pub(crate) consensus: OnceLock<Arc<Consensus>>,
    /// The term in which this node executes commands; 0 when it does not.
    pub(crate) leading_term: AtomicU64,
    /// The bytes of the batches applied since the start, replayed ones included.
    pub(crate) applied_bytes: AtomicU64,
}

/// The running engine. Clones are handles to the same one.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

impl Engine {
    /// Connects the consensus, and follows who leads from then on.
    pub(crate) fn attach(&self, consensus: Arc<Consensus>, node: u64) {
        let mut leadership = consensus.leadership();
        let _ = self.shared.consensus.set(consensus);
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            loop {
                let now = *leadership.borrow_and_update();
                shared.on_leadership(now, node);
                if now == Leadership::Stopped || leadership.changed().await.is_err() {
                    break;
                }
            }
        });
    }

    /// Whether commands are executed here.
    pub fn is_leading(&self) -> bool {
        self.shared.leading_term.load(Ordering::Acquire) != 0
    }

    /// The newest committed transaction.
    pub fn visible_seq(&self) -> u64 {
        self.shared.state.visible()
    }

    /// Runs `read` against one committed snapshot.
    pub fn query<T>(&self, read: impl FnOnce(&Reader<'_>) -> T) -> T {
        let pin = self.shared.state.pin();
        let now = Timestamp::from_micros_saturating(self.shared.clock.now_micros());
        read(&Reader::new(&self.shared.state, pin.seq(), now))
    }

    /// The committed state as of now, to be read in several steps.
    pub fn snapshot(&self) -> Snapshot {
        let now = Timestamp::from_micros_saturating(self.shared.clock.now_micros());
        Snapshot::new(self.clone(), self.shared.state.pin(), now)
    }

    /// Executes a command as one transaction; the answer comes when all that it saw is durable.
    pub fn execute(
        &self,
        command: Command,
        key: Option<IdempotencyKey>,
    ) -> impl Future<Output = Outcome> + Send + use<> {
        let (slot, outcome) = oneshot::channel();
        let seq = self.visible_seq();
        let refused = self.admit(Job { run: command, key, reply: slot }).err();
        async move {
            match refused {
                Some(refusal) => Outcome::Answered { answer: Err(refusal), seq },
                None => outcome.await.unwrap_or(Outcome::Unknown),
            }
        }
    }

    /// Executes a typed transaction; for Rust code inside the process.
    pub async fn transact<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let result = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&result);
        let command: Command = Box::new(move |tx| {
            *slot.lock() = Some(run(tx)?);
            Ok(Reply::no_content())
        });
        match self.execute(command, None).await {
            Outcome::Answered { answer, .. } => answer?,
            Outcome::Unknown => return Err(Refusal::unavailable("the outcome of the transaction is unknown")),
        };
        let value = result.lock().take();
        value.ok_or_else(|| Refusal::internal("the transaction gave no value"))
    }

    /// The state, for tests and tools.
    pub fn state(&self) -> &State {
        &self.shared.state
    }

    /// Ends the executor once the waiting commands are done.
    pub(crate) fn stop(&self) {
        self.shared.inbox.stop();
    }

    fn admit(&self, job: Job) -> Result<(), Refusal> {
        if !self.is_leading() {
            return Err(Refusal::unavailable("this node does not lead at the moment; try again"));
        }
        if self.shared.journal.space() == Space::Full {
            return Err(Refusal::full("the disk is full; reads go on"));
        }
        self.shared.inbox.push(job).map_err(|_| Refusal::unavailable("too many requests are waiting; try again later"))
    }
}

impl Shared {
    fn on_leadership(&self, leadership: Leadership, node: u64) {
        if let Leadership::Leading { term } = leadership {
            let mut writer = self.writer.lock();
            writer.roll_back(self, 0, ProposalOutcome::Unknown);
            writer.lead(Epoch { term, node }, self.state.visible());
            self.leading_term.store(term, Ordering::Release);
        } else {
            self.leading_term.store(0, Ordering::Release);
            self.inbox.ask_roll_back(ProposalOutcome::Unknown);
        }
    }

    /// Puts a batch on its way.
    pub(crate) fn launch(&self, batch: InFlight, payload: Vec<u8>) {
        let proposal = Proposal { term: batch.epoch.term, ticket: batch.ticket, payload: payload.into() };
        self.inbox.launch(batch);
        match self.consensus.get() {
            Some(consensus) => consensus.propose(proposal),
            None => self.inbox.ask_roll_back(ProposalOutcome::Rejected),
        }
    }

    /// Sends answers, from the side of those who wait: there, waking one costs no switch to another
    /// thread.
    pub(crate) fn release(&self, replies: Vec<PendingReply>) {
        self.askers.spawn(async move { replies.into_iter().for_each(PendingReply::release) });
    }

    /// Sends the answers of a committed batch. Whoever gets one is likely to ask again, so the next
    /// batch may wait for them: until they have run once, or half of those expected are there.
    fn release_committed(&self, replies: Vec<PendingReply>) {
        let gathered = Gathered(Arc::clone(&self.inbox));
        self.askers.spawn(async move {
            replies.into_iter().for_each(PendingReply::release);
            tokio::task::yield_now().await;
            drop(gathered);
        });
    }

    /// Makes a committed point visible.
    fn publish(&self, point: CommittedPoint) {
        let mut committed = self.committed.lock();
        if point.seq > committed.seq {
            self.state.commit_through(point.seq);
        }
        *committed = point;
    }

    fn apply_one(&self, entry: &Committed) {
        let before = *self.committed.lock();
        let here = CommittedPoint { index: Some(entry.index), ..before };
        if entry.kind != EntryKind::Batch {
            self.publish(here);
            return;
        }
        let Ok(header) = BatchHeader::read(&mut &*entry.payload) else {
            recovery::fail_fatally(&format!(
                "entry {} of the journal is no batch that this version knows",
                entry.index
            ));
        };
        // The chain guard: a batch that does not follow directly rests on one that never came to be.
        if header.base_seq != before.seq + 1 {
            self.publish(here);
            let is_it = |batch: &InFlight| batch.epoch == header.epoch && batch.batch_no == header.batch_no;
            self.inbox.ask_roll_back_of(is_it, ProposalOutcome::Rejected);
            return;
        }
        self.applied_bytes.fetch_add(entry.payload.len() as u64, Ordering::Relaxed);
        let publish = |own: &InFlight| {
            self.publish(CommittedPoint { index: Some(entry.index), seq: own.last_seq, micros: own.micros });
        };
        match self.inbox.take_committed(header.epoch, header.batch_no, publish) {
            Some(own) => {
                self.inbox.slot_freed();
                self.release_committed(own.replies);
            }
            None => self.apply_foreign(entry, here),
        }
    }

    /// Applies a batch of another leader, or of an earlier run of this one.
    fn apply_foreign(&self, entry: &Committed, here: CommittedPoint) {
        let mut writer = self.writer.lock();
        writer.roll_back(self, 0, ProposalOutcome::Unknown);
        match recovery::apply_batch(self.schema, &self.state, &mut writer, &entry.payload) {
            Ok(header) => self.publish(CommittedPoint { seq: header.last_seq(), micros: header.micros, ..here }),
            Err(error) => {
                recovery::fail_fatally(&format!("entry {} of the journal cannot be applied: {error}", entry.index))
            }
        }
    }
}

/// Ends the waiting for those who were just answered, also when their runtime has ended.
struct Gathered(Arc<Inbox>);

impl Drop for Gathered {
    fn drop(&mut self) {
        self.0.gathered();
    }
}

impl StateMachine for Shared {
    fn apply(&self, entries: &[Committed]) {
        for entry in entries {
            self.apply_one(entry);
        }
    }

    fn rejected(&self, ticket: u64, outcome: ProposalOutcome) {
        self.inbox.ask_roll_back_of(|batch| batch.ticket == ticket, outcome);
    }
}

impl Backend for Engine {
    fn query(&self, run: &mut dyn FnMut(&Reader<'_>)) -> u64 {
        let pin = self.shared.state.pin();
        let now = Timestamp::from_micros_saturating(self.shared.clock.now_micros());
        run(&Reader::new(&self.shared.state, pin.seq(), now));
        pin.seq()
    }

    fn submit(&self, command: Command, idempotency: Option<IdempotencyKey>) -> BoxFuture<'static, Outcome> {
        Box::pin(self.execute(command, idempotency))
    }

    fn ready(&self) -> Result<(), &'static str> {
        if self.is_leading() { Ok(()) } else { Err("no leader") }
    }

    fn visible_seq(&self) -> u64 {
        self.shared.state.visible()
    }
}
