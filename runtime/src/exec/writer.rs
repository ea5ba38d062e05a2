//! What belongs to the one who writes: numbers, clock, answers under a key, memory to work in.

use crate::consensus::ProposalOutcome;
use crate::exec::batch::Epoch;
use crate::exec::engine::Shared;
use crate::exec::idempotency::IdempotencyTable;
use crate::exec::schema::Schema;
use crate::exec::transaction::{KeySource, TxLog, undo_all};
use crate::platform::Randomness;
use crate::refusal::Refusal;
use std::sync::Arc;

/// How many random bytes are drawn from the machine at a time.
const RANDOM_BYTES: usize = 4096;

/// The state of the writer.
pub(crate) struct Writer {
    pub(crate) epoch: Epoch,
    /// The batch made last in this epoch.
    pub(crate) batch_no: u64,
    /// The ticket of the batch made last, in whatever epoch.
    pub(crate) ticket: u64,
    /// The number of the next transaction.
    pub(crate) next_seq: u64,
    /// The time of the last batch; no later one is earlier.
    pub(crate) micros: i64,
    pub(crate) idempotency: IdempotencyTable,
    /// Which event types (by stable id) the data directory knows.
    pub(crate) recorded_types: Vec<bool>,
    pub(crate) keys: RandomKeys,
    pub(crate) log: TxLog,
    /// Where each event type's definition stands, by stable id.
    pub(crate) event_positions: Vec<Option<usize>>,
}

impl Writer {
    pub(crate) fn new(schema: &Schema, randomness: Arc<dyn Randomness>) -> Self {
        let highest = schema.events.iter().map(|event| event.type_id as usize).max().unwrap_or(0);
        let mut event_positions = vec![None; highest + 1];
        for (position, event) in schema.events.iter().enumerate() {
            event_positions[event.type_id as usize] = Some(position);
        }
        Self {
            epoch: Epoch { term: 0, node: 0 },
            batch_no: 0,
            ticket: 0,
            next_seq: 1,
            micros: 0,
            idempotency: IdempotencyTable::default(),
            recorded_types: vec![false; highest + 1],
            keys: RandomKeys { randomness, bytes: Box::new([0; RANDOM_BYTES]), used: RANDOM_BYTES },
            log: TxLog::default(),
            event_positions,
        }
    }

    /// Starts an epoch behind transaction `visible`.
    pub(crate) fn lead(&mut self, epoch: Epoch, visible: u64) {
        self.epoch = epoch;
        self.batch_no = 0;
        self.next_seq = visible + 1;
    }

    /// Takes back what is on its way from a ticket on, newest first, and tells those who wait.
    pub(crate) fn roll_back(&mut self, shared: &Shared, from: u64, outcome: ProposalOutcome) {
        let (batches, newest_kept) = shared.inbox.take_in_flight(from);
        for mut batch in batches.into_iter().rev() {
            undo_all(&shared.state, &mut batch.undo);
            for mut reply in batch.replies {
                match refusal_for(outcome) {
                    Some(refusal) => {
                        reply.answer = Err(refusal);
                        reply.release();
                    }
                    None => reply.release_unknown(),
                }
            }
        }
        // Without a batch on its way nothing becomes visible meanwhile.
        self.next_seq = newest_kept.unwrap_or_else(|| shared.state.visible()) + 1;
        self.idempotency.take_back_from(self.next_seq);
        shared.inbox.slot_freed();
    }
}

/// The answer to a request that was certainly not executed.
fn refusal_for(outcome: ProposalOutcome) -> Option<Refusal> {
    match outcome {
        ProposalOutcome::Rejected => {
            Some(Refusal::unavailable("the request was not executed; it is safe to try again"))
        }
        ProposalOutcome::Full => Some(Refusal::full("the disk is full; the request was not executed")),
        ProposalOutcome::Unknown => None,
    }
}

/// Random bytes for keys, drawn from the machine in larger pieces.
pub(crate) struct RandomKeys {
    randomness: Arc<dyn Randomness>,
    bytes: Box<[u8; RANDOM_BYTES]>,
    used: usize,
}

impl KeySource for RandomKeys {
    fn random(&mut self) -> [u8; 10] {
        if self.used + 10 > RANDOM_BYTES {
            if let Err(error) = self.randomness.fill(&mut self.bytes[..]) {
                super::recovery::fail_fatally(&format!("the machine gives no random bytes: {error}"));
            }
            self.used = 0;
        }
        let mut out = [0; 10];
        out.copy_from_slice(&self.bytes[self.used..self.used + 10]);
        self.used += 10;
        out
    }
}
