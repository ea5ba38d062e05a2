//! From the disk to the state: the newest usable snapshot, then the journal behind it.

use crate::exec::batch::{BatchHeader, read_event, read_transaction};
use crate::exec::engine::CommittedPoint;
use crate::exec::idempotency::Recorded;
use crate::exec::keeper::SnapshotMeta;
use crate::exec::schema::{ReplayError, Schema};
use crate::exec::transaction::Tx;
use crate::exec::writer::Writer;
use crate::journal::{EntryKind, Frame, Journal, JournalError};
use crate::state::State;
use crate::value::Timestamp;
use crate::value::wire::WireError;
use std::fmt;
use std::ops::ControlFlow;

/// The exit code after a state that must not be: divergence, an unknown event, a defect of ours.
pub const FATAL_EXIT_CODE: i32 = 70;

/// Ends the process: one line on standard error, exit code 70.
pub(crate) fn fail_fatally(what: &str) -> ! {
    use std::io::Write;
    // Nobody is left to be told when standard error is closed too.
    let _ = writeln!(
        std::io::stderr().lock(),
        "raftstone: {what}. The process stops; what was acknowledged is in the journal."
    );
    std::process::exit(FATAL_EXIT_CODE);
}

/// Why a batch of the journal could not be applied.
#[derive(Debug)]
pub enum ApplyError {
    /// Its bytes are not a batch.
    Batch(WireError),
    /// It holds an event that this binary does not know, or not in this version.
    UnknownEvent {
        /// The stable id.
        type_id: u32,
        /// The version.
        version: u32,
    },
    /// An event could not be applied.
    Event {
        /// The name of the event.
        name: &'static str,
        /// The transaction.
        seq: u64,
        /// Why.
        error: ReplayError,
    },
    /// It does not follow what came before it.
    OutOfOrder {
        /// The transaction that was expected.
        expected: u64,
        /// The one that it starts with.
        found: u64,
    },
}

impl fmt::Display for ApplyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(error) => write!(out, "it is no batch: {error}"),
            Self::UnknownEvent { type_id, version } => {
                write!(
                    out,
                    "it holds version {version} of the event with id {type_id}, which this binary does not know"
                )
            }
            Self::Event { name, seq, error } => write!(out, "event `{name}` of transaction {seq}: {error}"),
            Self::OutOfOrder { expected, found } => {
                write!(out, "it starts with transaction {found} where {expected} was expected")
            }
        }
    }
}

impl std::error::Error for ApplyError {}

impl From<WireError> for ApplyError {
    fn from(error: WireError) -> Self {
        Self::Batch(error)
    }
}

/// Applies a batch that stands in the journal. The caller makes it visible.
pub(crate) fn apply_batch(
    schema: &'static Schema,
    state: &State,
    writer: &mut Writer,
    payload: &[u8],
) -> Result<BatchHeader, ApplyError> {
    let mut input = payload;
    let header = BatchHeader::read(&mut input)?;
    if header.base_seq != writer.next_seq || header.transactions == 0 {
        return Err(ApplyError::OutOfOrder { expected: writer.next_seq, found: header.base_seq });
    }
    for seq in header.base_seq..=header.last_seq() {
        apply_transaction(schema, state, writer, &header, seq, &mut input)?;
    }
    if !input.is_empty() {
        return Err(ApplyError::Batch(WireError::TrailingBytes));
    }
    writer.next_seq = header.last_seq() + 1;
    writer.micros = header.micros;
    Ok(header)
}

fn apply_transaction(
    schema: &'static Schema,
    state: &State,
    writer: &mut Writer,
    header: &BatchHeader,
    seq: u64,
    input: &mut &[u8],
) -> Result<(), ApplyError> {
    let view = read_transaction(input)?;
    let mut rest = view.rest;
    let log = std::mem::take(&mut writer.log);
    let mut tx = Tx::begin(state, schema, seq, Timestamp::from_micros_saturating(header.micros), None, log);
    let mut result = Ok(());
    for _ in 0..view.event_count {
        result = apply_event(schema, &writer.event_positions, &mut tx, &mut rest);
        if result.is_err() {
            break;
        }
    }
    (writer.log, _) = tx.finish();
    result?;
    *input = rest;
    if let Some((scope, fingerprint, reply)) = view.idempotent {
        writer.idempotency.insert(scope, Recorded { seq, micros: header.micros, fingerprint, reply });
    }
    Ok(())
}

fn apply_event(
    schema: &'static Schema,
    positions: &[Option<usize>],
    tx: &mut Tx<'_>,
    input: &mut &[u8],
) -> Result<(), ApplyError> {
    let event = read_event(input)?;
    let definition = positions
        .get(event.type_id as usize)
        .copied()
        .flatten()
        .map(|position| &schema.events[position])
        .filter(|definition| definition.version == event.version)
        .ok_or(ApplyError::UnknownEvent { type_id: event.type_id, version: event.version })?;
    (definition.replay)(tx, event.body).map_err(|error| ApplyError::Event {
        name: definition.name,
        seq: tx.seq(),
        error,
    })
}

/// Why the state could not be brought back.
#[derive(Debug)]
pub enum RecoveryError {
    /// The journal could not be read.
    Journal(JournalError),
    /// A batch could not be applied.
    Apply {
        /// The entry.
        index: u64,
        /// Why.
        error: ApplyError,
    },
    /// What a snapshot says about itself does not fit.
    Snapshot(String),
}

impl fmt::Display for RecoveryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(out),
            Self::Apply { index, error } => write!(out, "entry {index} of the journal cannot be applied: {error}"),
            Self::Snapshot(what) => out.write_str(what),
        }
    }
}

impl std::error::Error for RecoveryError {}

/// Puts what a snapshot remembers beside the rows back into the writer.
pub(crate) fn restore_meta(writer: &mut Writer, meta: SnapshotMeta) -> CommittedPoint {
    writer.next_seq = meta.point.seq + 1;
    writer.micros = meta.point.micros;
    for (scope, recorded) in meta.answers {
        writer.idempotency.insert(scope, recorded);
    }
    meta.point
}

/// Replays the journal from behind `from` through entry `through`; gives where it ended, and how
/// many bytes of batches that were.
pub(crate) fn replay(
    schema: &'static Schema,
    state: &State,
    writer: &mut Writer,
    journal: &Journal,
    from: CommittedPoint,
    through: u64,
) -> Result<(CommittedPoint, u64), RecoveryError> {
    let mut point = from;
    let mut bytes = 0;
    let mut failure = None;
    let first = from.index.map_or(0, |index| index + 1);
    let mut visit = |frame: Frame<'_>| {
        bytes += frame.payload.len() as u64;
        match replay_frame(schema, state, writer, point, &frame) {
            Ok(next) => point = next,
            Err(error) => failure = Some(RecoveryError::Apply { index: frame.position.index, error }),
        }
        if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    if first <= through {
        state.with_index_thread(|| journal.replay(first, through, &mut visit)).map_err(RecoveryError::Journal)?;
    }
    failure.map_or(Ok((point, bytes)), Err)
}

fn replay_frame(
    schema: &'static Schema,
    state: &State,
    writer: &mut Writer,
    before: CommittedPoint,
    frame: &Frame<'_>,
) -> Result<CommittedPoint, ApplyError> {
    let here = CommittedPoint { index: Some(frame.position.index), ..before };
    if frame.kind != EntryKind::Batch {
        return Ok(here);
    }
    let header = BatchHeader::read(&mut &*frame.payload)?;
    // The chain guard, as at first application: a batch that does not follow directly is void.
    if header.base_seq != before.seq + 1 {
        return Ok(here);
    }
    apply_batch(schema, state, writer, frame.payload)?;
    state.commit_through(header.last_seq());
    // Nothing is pinned and nobody waits: all that the batch superseded goes.
    state.collect_garbage(usize::MAX);
    writer.idempotency.evict(header.micros, header.last_seq());
    Ok(CommittedPoint { seq: header.last_seq(), micros: header.micros, ..here })
}
