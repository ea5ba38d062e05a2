//! The single writer: one thread that runs commands one after the other and makes batches of them.

use crate::exec::batch::{BatchHeader, write_transaction};
use crate::exec::engine::Shared;
use crate::exec::idempotency::{IdempotencyKey, Recorded};
use crate::exec::inbox::{InFlight, Job, PendingReply, RollBack, Turn};
use crate::exec::recovery::fail_fatally;
use crate::exec::schema::Schema;
use crate::exec::shapes;
use crate::exec::transaction::{Tx, TxLog, WriterContext, undo_all};
use crate::exec::writer::Writer;
use crate::http::{Answer, Command};
use crate::refusal::Refusal;
use crate::state::{State, Undo};
use crate::value::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

/// How many superseded versions are looked at for each command: each leaves a few, and what a pin
/// held back is caught up with.
const GARBAGE_PER_COMMAND: usize = 8;

/// Starts the thread. A panic outside of a command is a defect of ours and ends the process:
/// nothing is known about the state behind it.
/// The receiver is told when the thread has ended.
pub(crate) fn spawn(shared: Arc<Shared>) -> oneshot::Receiver<()> {
    let (end, ended) = oneshot::channel();
    let run = move || {
        if catch_unwind(AssertUnwindSafe(|| run(&shared))).is_err() {
            fail_fatally("the executor panicked");
        }
        let _ = end.send(());
    };
    if let Err(error) = std::thread::Builder::new().name("executor".into()).spawn(run) {
        fail_fatally(&format!("no thread could be started: {error}"));
    }
    ended
}

fn run(shared: &Shared) {
    loop {
        match shared.inbox.next_turn() {
            Turn::Execute(jobs) => execute(shared, jobs),
            Turn::RollBack(RollBack { from, outcome }) => shared.writer.lock().roll_back(shared, from, outcome),
            Turn::Stop => return,
        }
    }
}

/// A batch in the making.
struct Draft {
    micros: i64,
    base_seq: u64,
    transactions: u64,
    bytes: Vec<u8>,
    undo: Vec<Undo>,
    replies: Vec<PendingReply>,
}

impl Draft {
    fn new(writer: &Writer, micros: i64) -> Self {
        Self {
            micros,
            base_seq: writer.next_seq,
            transactions: 0,
            bytes: Vec::with_capacity(4096),
            undo: Vec::new(),
            replies: Vec::new(),
        }
    }
}

fn execute(shared: &Shared, jobs: Vec<Job>) {
    let mut writer = shared.writer.lock();
    let writer = &mut *writer;
    if shared.leading_term.load(Ordering::Acquire) != writer.epoch.term {
        refuse_all(shared, jobs);
        return;
    }
    writer.micros = writer.micros.max(shared.clock.now_micros());
    let mut draft = Draft::new(writer, writer.micros);
    let mut garbage_budget = jobs.len() * GARBAGE_PER_COMMAND;
    for job in jobs {
        let changes_before = draft.undo.len();
        let (answer, seq) = execute_one(shared, writer, &mut draft, job.run, job.key);
        draft.replies.push(PendingReply { slot: job.reply, answer, seq });
        // Twice what it changed, so that also after large transactions it catches up.
        garbage_budget += 2 * (draft.undo.len() - changes_before);
        if draft.bytes.len() >= shared.options.batch_bytes {
            let next = Draft::new(writer, draft.micros);
            close(shared, writer, std::mem::replace(&mut draft, next));
        }
    }
    close(shared, writer, draft);
    let committed = *shared.committed.lock();
    writer.idempotency.evict(committed.micros, committed.seq);
    shared.state.collect_garbage(garbage_budget);
}

/// Runs one command as the next transaction, at the time `micros`. What it changed stands in the
/// state, unseen, until the caller commits it or takes it back by the log.
pub(crate) fn attempt<T>(
    state: &State,
    schema: &'static Schema,
    writer: &mut Writer,
    micros: i64,
    run: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>,
) -> (Result<T, Refusal>, TxLog) {
    let context = WriterContext { keys: &mut writer.keys, recorded_types: &writer.recorded_types };
    let log = std::mem::take(&mut writer.log);
    let now = Timestamp::from_micros_saturating(micros);
    let mut tx = Tx::begin(state, schema, writer.next_seq, now, Some(context), log);
    let answer = catch_unwind(AssertUnwindSafe(|| run(&mut tx)))
        .unwrap_or_else(|_| Err(Refusal::internal("the handler of this request panicked")));
    let (log, verdict) = tx.finish();
    (answer.and_then(|value| verdict.map(|()| value)), log)
}

/// Runs one command; gives its answer and the newest transaction that it saw.
fn execute_one(
    shared: &Shared,
    writer: &mut Writer,
    draft: &mut Draft,
    run: Command,
    key: Option<IdempotencyKey>,
) -> (Answer, u64) {
    let seen = writer.next_seq - 1;
    if let Some(given) = key.as_ref().and_then(|key| Some((key, writer.idempotency.get(&key.scope)?))) {
        return repeat(given.0, given.1);
    }
    let (answer, mut log) = attempt(&shared.state, shared.schema, writer, draft.micros, run);
    let answer = answer.and_then(|reply| {
        let kept_reply_bytes = if key.is_some() { reply.body.len() } else { 0 };
        if log.events.len() + kept_reply_bytes > shared.journal.payload_bytes_max() / 2 {
            return Err(Refusal::invalid("the events of this request are too large to be stored together"));
        }
        Ok(reply)
    });
    let outcome = match answer {
        Ok(reply) if log.event_count > 0 => {
            shapes::record_new(shared, &mut writer.recorded_types, &log.new_types);
            let seq = writer.next_seq;
            let recorded = key.map(|key| {
                (key.scope, Recorded { seq, micros: draft.micros, fingerprint: key.fingerprint, reply: reply.clone() })
            });
            let idempotent = recorded.as_ref().map(|(scope, recorded)| (scope, recorded));
            write_transaction(idempotent, log.event_count, &log.events, &mut draft.bytes);
            draft.transactions += 1;
            draft.undo.append(&mut log.undo);
            writer.next_seq += 1;
            if let Some((scope, recorded)) = recorded {
                writer.idempotency.insert(scope, recorded);
            }
            (Ok(reply), seq)
        }
        answer => {
            undo_all(&shared.state, &mut log.undo);
            (answer, seen)
        }
    };
    writer.log = log;
    outcome
}

/// The answer to a request whose key was used before.
fn repeat(key: &IdempotencyKey, recorded: &Recorded) -> (Answer, u64) {
    if key.fingerprint == recorded.fingerprint {
        return (Ok(recorded.reply.clone()), recorded.seq);
    }
    let refusal = Refusal::invalid("this Idempotency-Key was used for another request; use a new key");
    (Err(refusal), recorded.seq)
}

/// Puts a batch on its way, or, when nothing was recorded, lets the answers go after those on their way.
fn close(shared: &Shared, writer: &mut Writer, draft: Draft) {
    if draft.transactions == 0 {
        if !draft.replies.is_empty() {
            let free = shared.inbox.hold_for_in_flight(draft.replies);
            if !free.is_empty() {
                shared.release(free);
            }
        }
        return;
    }
    writer.batch_no += 1;
    writer.ticket += 1;
    let header = BatchHeader {
        epoch: writer.epoch,
        batch_no: writer.batch_no,
        base_seq: draft.base_seq,
        micros: draft.micros,
        fold_fingerprint: shared.schema.fold_fingerprint,
        transactions: draft.transactions,
    };
    let mut payload = Vec::with_capacity(draft.bytes.len() + 64);
    header.write(&mut payload);
    payload.extend_from_slice(&draft.bytes);
    let batch = InFlight {
        ticket: writer.ticket,
        epoch: header.epoch,
        batch_no: header.batch_no,
        last_seq: header.last_seq(),
        micros: header.micros,
        replies: draft.replies,
        undo: draft.undo,
    };
    shared.launch(batch, payload);
}

fn refuse_all(shared: &Shared, jobs: Vec<Job>) {
    let seq = shared.state.visible();
    for job in jobs {
        let refusal = Refusal::unavailable("this node does not lead at the moment; try again");
        PendingReply { slot: job.reply, answer: Err(refusal), seq }.release();
    }
}
