//! The meeting point of the many who ask, the one who writes, and the one who commits.
//!
//! One lock, held for moments: commands wait here for the executor, batches wait here for their
//! commit with the replies that depend on them.

use crate::consensus::ProposalOutcome;
use crate::exec::batch::Epoch;
use crate::exec::idempotency::IdempotencyKey;
use crate::http::{Answer, Command, Outcome};
use crate::state::Undo;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use tokio::sync::oneshot;

/// The most commands that may wait; more are turned away with 503.
pub(crate) const WAITING_MAX: usize = 65_536;

/// A command on its way to the executor.
pub(crate) struct Job {
    pub(crate) run: Command,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) reply: ReplySlot,
}

/// Where an answer goes.
pub(crate) type ReplySlot = oneshot::Sender<Outcome>;

/// An answer that may leave once what it saw is committed.
pub(crate) struct PendingReply {
    pub(crate) slot: ReplySlot,
    pub(crate) answer: Answer,
    /// The number of the newest transaction that it saw.
    pub(crate) seq: u64,
}

impl PendingReply {
    /// Sends the answer. Nobody may be waiting any more, which is no concern of ours.
    pub(crate) fn release(self) {
        let _ = self.slot.send(Outcome::Answered { answer: self.answer, seq: self.seq });
    }

    /// Says instead that nobody knows what became of it.
    pub(crate) fn release_unknown(self) {
        let _ = self.slot.send(Outcome::Unknown);
    }
}

/// A batch that was proposed and is not committed yet.
pub(crate) struct InFlight {
    pub(crate) epoch: Epoch,
    pub(crate) batch_no: u64,
    pub(crate) last_seq: u64,
    pub(crate) micros: i64,
    pub(crate) replies: Vec<PendingReply>,
    /// How to take it back, oldest change first.
    pub(crate) undo: Vec<Undo>,
}

/// What the executor is to do next.
pub(crate) enum Turn {
    /// Execute these.
    Execute(Vec<Job>),
    /// Take back everything in flight.
    RollBack(ProposalOutcome),
    /// End.
    Stop,
}

#[derive(Default)]
struct Inner {
    jobs: VecDeque<Job>,
    in_flight: VecDeque<InFlight>,
    roll_back: Option<ProposalOutcome>,
    is_stopping: bool,
    executor_sleeps: bool,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Inbox {
    inner: Mutex<Inner>,
    wake: Condvar,
}

impl Inbox {
    /// Hands in a command; gives it back when too many wait.
    pub(crate) fn push(&self, job: Job) -> Result<(), Job> {
        let mut inner = self.inner.lock();
        if inner.jobs.len() >= WAITING_MAX || inner.is_stopping {
            return Err(job);
        }
        inner.jobs.push_back(job);
        self.wake_executor(inner);
        Ok(())
    }

    /// Waits for work: commands, at most `jobs_max` at a time, while fewer than `in_flight_max`
    /// batches are on their way.
    pub(crate) fn next_turn(&self, jobs_max: usize, in_flight_max: usize) -> Turn {
        let mut inner = self.inner.lock();
        loop {
            if let Some(outcome) = inner.roll_back.take() {
                return Turn::RollBack(outcome);
            }
            if inner.is_stopping && inner.jobs.is_empty() && inner.in_flight.is_empty() {
                return Turn::Stop;
            }
            if !inner.jobs.is_empty() && inner.in_flight.len() < in_flight_max {
                let count = inner.jobs.len().min(jobs_max);
                return Turn::Execute(inner.jobs.drain(..count).collect());
            }
            inner.executor_sleeps = true;
            self.wake.wait(&mut inner);
            inner.executor_sleeps = false;
        }
    }

    /// Notes a batch as on its way, before it is proposed.
    pub(crate) fn launch(&self, batch: InFlight) {
        self.inner.lock().in_flight.push_back(batch);
    }

    /// Answers that recorded nothing: they leave with the newest batch on its way, on which they
    /// may rest, or at once when there is none.
    pub(crate) fn release_after_in_flight(&self, replies: Vec<PendingReply>) {
        let mut inner = self.inner.lock();
        if let Some(newest) = inner.in_flight.back_mut() {
            newest.replies.extend(replies);
            return;
        }
        drop(inner);
        replies.into_iter().for_each(PendingReply::release);
    }

    /// Takes the oldest batch on its way if it is this one.
    pub(crate) fn take_committed(&self, epoch: Epoch, batch_no: u64) -> Option<InFlight> {
        let mut inner = self.inner.lock();
        let head = inner.in_flight.front()?;
        if head.epoch != epoch || head.batch_no != batch_no {
            return None;
        }
        inner.in_flight.pop_front()
    }

    /// Tells the executor that a place among the batches on their way is free.
    pub(crate) fn slot_freed(&self) {
        self.wake_executor(self.inner.lock());
    }

    /// Takes all batches on their way, to be taken back.
    pub(crate) fn take_in_flight(&self) -> VecDeque<InFlight> {
        std::mem::take(&mut self.inner.lock().in_flight)
    }

    /// Asks the executor to take back everything on its way.
    pub(crate) fn ask_roll_back(&self, outcome: ProposalOutcome) {
        let mut inner = self.inner.lock();
        // The gravest outcome stands: what may have happened is not called undone.
        if inner.roll_back != Some(ProposalOutcome::Unknown) {
            inner.roll_back = Some(outcome);
        }
        self.wake_executor(inner);
    }

    /// Asks the executor to end when nothing waits and nothing is on its way any more.
    pub(crate) fn stop(&self) {
        let mut inner = self.inner.lock();
        inner.is_stopping = true;
        self.wake_executor(inner);
    }

    fn wake_executor(&self, inner: parking_lot::MutexGuard<'_, Inner>) {
        let sleeps = inner.executor_sleeps;
        drop(inner);
        if sleeps {
            self.wake.notify_one();
        }
    }
}
