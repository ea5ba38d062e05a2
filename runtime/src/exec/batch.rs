//! The batch: what one entry of the journal holds, in bytes.
//!
//! All numbers are varints as in [`crate::value::wire`]; signed ones are zigzagged.
//!
//! ```text
//! batch := format=1 | term | node | batch_no | base_seq | micros(signed) | fold_fingerprint | n_tx | tx*
//! tx    := idempotent(0|1) [ key | fingerprint(16 bytes) | reply ] | n_events | event*
//! reply := status | content_type | body         (each text and body with its length before it)
//! event := type_id | version | length | body
//! ```
//! The first transaction of a batch has the number `base_seq`, each further one the next.

use crate::exec::idempotency::{Recorded, Scope};
use crate::http::Reply;
use crate::value::wire::{Wire, WireError, read_length, read_u64, take, write_u64};
use bytes::Bytes;

/// The format that this code writes.
const FORMAT: u64 = 1;

/// Which run of which leader made a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// The term in which it led.
    pub(crate) term: u64,
    /// The node.
    pub(crate) node: u64,
}

/// What stands before the transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchHeader {
    pub(crate) epoch: Epoch,
    /// Counts the batches of an epoch, from 1.
    pub(crate) batch_no: u64,
    /// The number of the first transaction.
    pub(crate) base_seq: u64,
    /// The time of all its transactions.
    pub(crate) micros: i64,
    /// The fold that made it.
    pub(crate) fold_fingerprint: u64,
    /// How many transactions it holds.
    pub(crate) transactions: u64,
}

impl BatchHeader {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write_u64(FORMAT, out);
        write_u64(self.epoch.term, out);
        write_u64(self.epoch.node, out);
        write_u64(self.batch_no, out);
        write_u64(self.base_seq, out);
        self.micros.write(out);
        write_u64(self.fold_fingerprint, out);
        write_u64(self.transactions, out);
    }

    pub(crate) fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        if read_u64(input)? != FORMAT {
            return Err(WireError::BadTag);
        }
        Ok(Self {
            epoch: Epoch { term: read_u64(input)?, node: read_u64(input)? },
            batch_no: read_u64(input)?,
            base_seq: read_u64(input)?,
            micros: i64::read(input)?,
            fold_fingerprint: read_u64(input)?,
            transactions: read_u64(input)?,
        })
    }

    /// The number of the last transaction.
    pub(crate) fn last_seq(&self) -> u64 {
        self.base_seq + self.transactions - 1
    }
}

/// Appends a transaction.
pub(crate) fn write_transaction(
    idempotent: Option<(&Scope, &Recorded)>,
    event_count: u32,
    events: &[u8],
    out: &mut Vec<u8>,
) {
    match idempotent {
        None => out.push(0),
        Some((scope, recorded)) => {
            out.push(1);
            write_bytes(scope.as_bytes(), out);
            out.extend_from_slice(&recorded.fingerprint);
            write_reply(&recorded.reply, out);
        }
    }
    write_u64(u64::from(event_count), out);
    out.extend_from_slice(events);
}

/// A transaction as it stands in a batch.
pub(crate) struct TransactionView<'a> {
    pub(crate) idempotent: Option<(Scope, [u8; 16], Reply)>,
    pub(crate) event_count: u64,
    /// The events and all that follows them; [`read_event`] takes one after the other.
    pub(crate) rest: &'a [u8],
}

/// Reads what stands before the events of a transaction.
pub(crate) fn read_transaction<'a>(input: &mut &'a [u8]) -> Result<TransactionView<'a>, WireError> {
    let idempotent = match read_u64(input)? {
        0 => None,
        1 => {
            let scope = Scope::from_bytes(read_bytes(input)?);
            let fingerprint = input.split_first_chunk::<16>().ok_or(WireError::Truncated)?;
            *input = fingerprint.1;
            Some((scope, *fingerprint.0, read_reply(input)?))
        }
        _ => return Err(WireError::BadTag),
    };
    let event_count = read_u64(input)?;
    Ok(TransactionView { idempotent, event_count, rest: input })
}

/// An event as it stands in a transaction.
pub(crate) struct EventView<'a> {
    pub(crate) type_id: u32,
    pub(crate) version: u32,
    pub(crate) body: &'a [u8],
}

/// Reads one event.
pub(crate) fn read_event<'a>(input: &mut &'a [u8]) -> Result<EventView<'a>, WireError> {
    let type_id = u32::try_from(read_u64(input)?).map_err(|_| WireError::OutOfRange)?;
    let version = u32::try_from(read_u64(input)?).map_err(|_| WireError::OutOfRange)?;
    Ok(EventView { type_id, version, body: read_bytes(input)? })
}

/// Appends a reply, as batches and snapshots keep it.
pub(crate) fn write_reply(reply: &Reply, out: &mut Vec<u8>) {
    write_u64(u64::from(reply.status), out);
    write_bytes(reply.content_type.as_bytes(), out);
    write_bytes(&reply.body, out);
}

/// Reads a reply.
pub(crate) fn read_reply(input: &mut &[u8]) -> Result<Reply, WireError> {
    let status = u16::try_from(read_u64(input)?).map_err(|_| WireError::OutOfRange)?;
    let content_type = std::str::from_utf8(read_bytes(input)?).map_err(|_| WireError::NotUtf8)?.to_owned();
    let body = Bytes::copy_from_slice(read_bytes(input)?);
    Ok(Reply { status, content_type: content_type.into(), body })
}

/// Appends bytes with their length before them.
pub(crate) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_u64(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Reads bytes with their length before them.
pub(crate) fn read_bytes<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], WireError> {
    let length = read_length(input)?;
    take(input, length)
}
