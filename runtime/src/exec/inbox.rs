//! The meeting point of the many who ask, the one who writes, and the one who commits.
//!
//! One lock, held for moments: commands wait here for the executor, batches wait here for their
//! commit with the replies that depend on them.

use crate::consensus::ProposalOutcome;
use crate::exec::batch::Epoch;
use crate::exec::engine::PipelineOptions;
use crate::exec::idempotency::IdempotencyKey;
use crate::http::{Answer, Command, Outcome};
use crate::state::Undo;
use parking_lot::{Condvar, Mutex, MutexGuard};
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
    /// Told apart from all others of this process, whatever their epoch.
    pub(crate) ticket: u64,
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
    /// Take back what is in flight, from one batch on.
    RollBack(RollBack),
    /// End.
    Stop,
}

/// A batch that will not be committed, and with it those after it, which rest on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RollBack {
    /// The first ticket that goes; 0 is everything.
    pub(crate) from: u64,
    pub(crate) outcome: ProposalOutcome,
}

#[derive(Default)]
struct Inner {
    jobs: VecDeque<Job>,
    in_flight: VecDeque<InFlight>,
    roll_back: Option<RollBack>,
    is_stopping: bool,
    executor_sleeps: bool,
    /// How many commands a batch waits for, until those who were just answered have had their turn.
    gather_until: usize,
}

/// See the module.
pub(crate) struct Inbox {
    inner: Mutex<Inner>,
    wake: Condvar,
    options: PipelineOptions,
}

impl Inner {
    /// Whether a batch may be begun now.
    fn is_worth_a_batch(&self, options: &PipelineOptions) -> bool {
        if self.jobs.len() < self.gather_until && !self.is_stopping {
            return false;
        }
        let is_free = self.in_flight.is_empty() && !self.jobs.is_empty();
        is_free || (self.in_flight.len() < options.in_flight_max && self.jobs.len() >= options.pipelined_min)
    }

    fn is_done(&self) -> bool {
        self.is_stopping && self.jobs.is_empty() && self.in_flight.is_empty()
    }
}

impl Inbox {
    pub(crate) fn new(options: PipelineOptions) -> Self {
        Self { inner: Mutex::default(), wake: Condvar::new(), options }
    }

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

    /// Waits for work.
    pub(crate) fn next_turn(&self) -> Turn {
        let mut inner = self.inner.lock();
        loop {
            if let Some(roll_back) = inner.roll_back.take() {
                return Turn::RollBack(roll_back);
            }
            if inner.is_done() {
                return Turn::Stop;
            }
            if inner.is_worth_a_batch(&self.options) {
                // On a busy machine those go first who are about to hand in commands: the batch
                // grows, and costs less for each of them. On an idle one this takes no time.
                MutexGuard::unlocked(&mut inner, std::thread::yield_now);
                let count = inner.jobs.len().min(self.options.batch_transactions_max);
                return Turn::Execute(inner.jobs.drain(..count).collect());
            }
            inner.executor_sleeps = true;
            self.wake.wait(&mut inner);
        }
    }

    /// Notes a batch as on its way, before it is proposed.
    pub(crate) fn launch(&self, batch: InFlight) {
        self.inner.lock().in_flight.push_back(batch);
    }

    /// Answers that recorded nothing: they leave with the newest batch on its way, on which they
    /// may rest. Gives them back when there is none, and they may leave at once.
    pub(crate) fn hold_for_in_flight(&self, replies: Vec<PendingReply>) -> Vec<PendingReply> {
        match self.inner.lock().in_flight.back_mut() {
            Some(newest) => newest.replies.extend(replies),
            None => return replies,
        }
        Vec::new()
    }

    /// Takes the oldest batch on its way if it is this one. `publish` makes it visible, in the same
    /// moment for everybody else: a batch is on its way or visible.
    pub(crate) fn take_committed(
        &self,
        epoch: Epoch,
        batch_no: u64,
        publish: impl FnOnce(&InFlight),
    ) -> Option<InFlight> {
        let mut inner = self.inner.lock();
        let head = inner.in_flight.front()?;
        if head.epoch != epoch || head.batch_no != batch_no {
            return None;
        }
        publish(head);
        let expected = head.replies.len() + inner.jobs.len();
        inner.gather_until = (expected / 2).min(self.options.batch_transactions_max);
        inner.in_flight.pop_front()
    }

    /// Tells that those who were answered last have had their turn: what waits now may go.
    pub(crate) fn gathered(&self) {
        let mut inner = self.inner.lock();
        inner.gather_until = 0;
        self.wake_executor(inner);
    }

    /// How many commands wait.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.inner.lock().jobs.len()
    }

    /// Tells the executor that a place among the batches on their way is free.
    pub(crate) fn slot_freed(&self) {
        self.wake_executor(self.inner.lock());
    }

    /// Takes the batches on their way from a ticket on, to be taken back; gives also the newest
    /// transaction of those that stay on their way.
    pub(crate) fn take_in_flight(&self, from: u64) -> (VecDeque<InFlight>, Option<u64>) {
        let mut inner = self.inner.lock();
        let kept = inner.in_flight.partition_point(|batch| batch.ticket < from);
        let taken = inner.in_flight.split_off(kept);
        (taken, inner.in_flight.back().map(|batch| batch.last_seq))
    }

    /// Asks the executor to take back everything on its way.
    pub(crate) fn ask_roll_back(&self, outcome: ProposalOutcome) {
        self.note_roll_back(self.inner.lock(), RollBack { from: 0, outcome });
    }

    /// Asks the executor to take back one batch and those after it. One that is not on its way any
    /// more was taken back with another.
    pub(crate) fn ask_roll_back_of(&self, is_it: impl Fn(&InFlight) -> bool, outcome: ProposalOutcome) {
        let inner = self.inner.lock();
        let ticket = inner.in_flight.iter().find(|batch| is_it(batch)).map(|batch| batch.ticket);
        if let Some(from) = ticket {
            self.note_roll_back(inner, RollBack { from, outcome });
        }
    }

    fn note_roll_back(&self, mut inner: MutexGuard<'_, Inner>, new: RollBack) {
        // The gravest outcome stands: what may have happened is not called undone.
        let merged = inner.roll_back.map_or(new, |asked| RollBack {
            from: asked.from.min(new.from),
            outcome: if asked.outcome == ProposalOutcome::Unknown { asked.outcome } else { new.outcome },
        });
        inner.roll_back = Some(merged);
        self.wake_executor(inner);
    }

    /// Asks the executor to end when nothing waits and nothing is on its way any more.
    pub(crate) fn stop(&self) {
        let mut inner = self.inner.lock();
        inner.is_stopping = true;
        self.wake_executor(inner);
    }

    /// Wakes the executor if it sleeps and has something to do.
    fn wake_executor(&self, mut inner: MutexGuard<'_, Inner>) {
        let is_needed = inner.roll_back.is_some() || inner.is_done() || inner.is_worth_a_batch(&self.options);
        if is_needed && std::mem::take(&mut inner.executor_sleeps) {
            drop(inner);
            self.wake.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(ticket: u64) -> InFlight {
        let epoch = Epoch { term: 1, node: 1 };
        let (replies, undo) = (Vec::new(), Vec::new());
        InFlight { ticket, epoch, batch_no: ticket, last_seq: ticket * 10, micros: 0, replies, undo }
    }

    fn asked(inbox: &Inbox) -> Option<RollBack> {
        inbox.inner.lock().roll_back
    }

    fn job() -> Job {
        Job { run: Box::new(|_| Ok(crate::http::Reply::no_content())), key: None, reply: oneshot::channel().0 }
    }

    fn answering(ticket: u64, answers: u64) -> InFlight {
        let refused =
            |seq| PendingReply { slot: oneshot::channel().0, answer: Err(crate::refusal::Refusal::invalid("no")), seq };
        InFlight { replies: (0..answers).map(refused).collect(), ..batch(ticket) }
    }

    #[test]
    fn a_batch_waits_for_half_of_those_expected_or_until_they_had_their_turn() {
        let options = PipelineOptions::default();
        let inbox = Inbox::new(options);
        let may_begin = |inbox: &Inbox| inbox.inner.lock().is_worth_a_batch(&options);
        let commit = |ticket, answers| {
            inbox.launch(answering(ticket, answers));
            assert!(inbox.take_committed(Epoch { term: 1, node: 1 }, ticket, |_| ()).is_some());
        };
        let hand_in = || assert!(inbox.push(job()).is_ok());

        commit(1, 1);
        hand_in();
        assert!(may_begin(&inbox), "who is alone never waits");

        commit(2, 5);
        hand_in();
        assert!(!may_begin(&inbox), "two of six expected wait");
        hand_in();
        assert!(may_begin(&inbox), "half of six expected wait");

        commit(3, 100);
        assert!(!may_begin(&inbox));
        inbox.gathered();
        assert!(may_begin(&inbox), "those who were answered had their turn");

        commit(4, 100);
        inbox.stop();
        assert!(may_begin(&inbox), "nobody is waited for at the end");
    }

    #[test]
    fn a_refused_batch_goes_with_those_after_it_and_those_before_stay() {
        let inbox = Inbox::new(PipelineOptions::default());
        (1..=4).for_each(|ticket| inbox.launch(batch(ticket)));
        inbox.ask_roll_back_of(|batch| batch.ticket == 9, ProposalOutcome::Full);
        assert_eq!(asked(&inbox), None, "one that is not on its way takes nothing back");
        inbox.ask_roll_back_of(|batch| batch.ticket == 4, ProposalOutcome::Unknown);
        inbox.ask_roll_back_of(|batch| batch.ticket == 3, ProposalOutcome::Full);
        assert_eq!(asked(&inbox), Some(RollBack { from: 3, outcome: ProposalOutcome::Unknown }));
        assert!(matches!(inbox.next_turn(), Turn::RollBack(RollBack { from: 3, .. })));
        let (taken, newest) = inbox.take_in_flight(3);
        assert_eq!(taken.iter().map(|batch| batch.ticket).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(newest, Some(20));

        let mut published = 0;
        let wrong = inbox.take_committed(Epoch { term: 1, node: 1 }, 2, |_| published += 1);
        assert!(wrong.is_none() && published == 0, "only the oldest is committed");
        let first = inbox.take_committed(Epoch { term: 1, node: 1 }, 1, |batch| published = batch.last_seq);
        assert_eq!((first.map(|batch| batch.ticket), published), (Some(1), 10));
        assert_eq!(inbox.take_in_flight(0).1, None);
    }
}
