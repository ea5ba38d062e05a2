//! Answers that were given under an `Idempotency-Key`, so that a repeated request has no second effect.
//!
//! The table is part of the replicated state: an answer is written by the batch that carries its
//! effects, and leaves by the time of committed batches, by count and by bytes, so that a replay
//! holds the same answers.

use crate::http::Reply;
use std::collections::{HashMap, VecDeque};

/// How long an answer is kept, counted in the time of the journal.
pub const KEPT_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
/// The most answers kept; the oldest leave first.
pub const KEPT_MAX: usize = 100_000;
/// The most bytes of keys and answers kept; the oldest leave first.
pub(crate) const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Whose key it is: the endpoint and the key that the client chose.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope(Box<[u8]>);

impl Scope {
    /// The scope of `key` at an endpoint.
    pub fn new(endpoint: &str, key: &str) -> Self {
        let mut bytes = Vec::with_capacity(endpoint.len() + 1 + key.len());
        bytes.extend_from_slice(endpoint.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(key.as_bytes());
        Self(bytes.into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

/// The key of a request, and what tells its content from another's.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    /// Whose key.
    pub scope: Scope,
    /// A hash of method, path, query and body.
    pub fingerprint: [u8; 16],
}

/// An answer that was given.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The transaction that gave it.
    pub seq: u64,
    /// When, in the time of the journal.
    pub micros: i64,
    /// The content of the request.
    pub fingerprint: [u8; 16],
    /// The answer.
    pub reply: Reply,
}

/// All answers that are kept.
#[derive(Debug, Default)]
pub(crate) struct IdempotencyTable {
    answers: HashMap<Scope, Recorded>,
    /// In the order of their numbers.
    by_age: VecDeque<(u64, Scope)>,
    bytes: usize,
}

impl IdempotencyTable {
    /// The answer given under this key.
    pub(crate) fn get(&self, scope: &Scope) -> Option<&Recorded> {
        self.answers.get(scope)
    }

    /// Keeps an answer; answers come in the order of their numbers.
    pub(crate) fn insert(&mut self, scope: Scope, recorded: Recorded) {
        self.by_age.push_back((recorded.seq, scope.clone()));
        self.bytes += size_of_answer(&scope, &recorded);
        if let Some(replaced) = self.answers.insert(scope.clone(), recorded) {
            self.bytes -= size_of_answer(&scope, &replaced);
        }
    }

    fn remove(&mut self, scope: &Scope) {
        if let Some(removed) = self.answers.remove(scope) {
            self.bytes -= size_of_answer(scope, &removed);
        }
    }

    /// Takes back the answers of transactions from `seq` on.
    pub(crate) fn take_back_from(&mut self, seq: u64) {
        while self.by_age.back().is_some_and(|(at, _)| *at >= seq) {
            if let Some((_, scope)) = self.by_age.pop_back() {
                self.remove(&scope);
            }
        }
    }

    /// Lets answers go that are too old at `micros`, the time of a committed batch, or too many.
    /// Only answers up to `committed_seq` go, since the others may have to be taken back.
    pub(crate) fn evict(&mut self, micros: i64, committed_seq: u64) {
        while let Some((seq, scope)) = self.by_age.front() {
            let too_many = self.by_age.len() > KEPT_MAX || self.bytes > KEPT_BYTES_MAX;
            let too_old =
                self.answers.get(scope).is_none_or(|recorded| recorded.micros < micros.saturating_sub(KEPT_MICROS));
            if *seq > committed_seq || !(too_many || too_old) {
                break;
            }
            if let Some((_, scope)) = self.by_age.pop_front() {
                self.remove(&scope);
            }
        }
    }

    /// The answers up to `seq`, oldest first.
    pub(crate) fn through(&self, seq: u64) -> impl Iterator<Item = (&Scope, &Recorded)> {
        self.by_age
            .iter()
            .take_while(move |(at, _)| *at <= seq)
            .filter_map(|(_, scope)| Some((scope, self.answers.get(scope)?)))
    }
}

fn size_of_answer(scope: &Scope, recorded: &Recorded) -> usize {
    scope.as_bytes().len() + recorded.reply.body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_leave_by_age_by_count_and_by_bytes_once_they_are_committed() {
        let mut table = IdempotencyTable::default();
        let body = bytes::Bytes::from(vec![0; KEPT_BYTES_MAX / 4]);
        for seq in 1..=6 {
            let reply = Reply { status: 200, content_type: "text/plain".into(), body: body.clone() };
            let scope = Scope::new("endpoint", &seq.to_string());
            table.insert(scope, Recorded { seq, micros: seq as i64, fingerprint: [0; 16], reply });
        }
        let kept = |table: &IdempotencyTable| table.through(u64::MAX).map(|(_, kept)| kept.seq).collect::<Vec<_>>();
        table.evict(6, 1);
        assert_eq!(kept(&table), [2, 3, 4, 5, 6], "what may be taken back stays");
        table.evict(6, 6);
        assert_eq!(kept(&table), [4, 5, 6], "keys have bytes too");
        table.take_back_from(6);
        table.evict(KEPT_MICROS + 5, 5);
        assert_eq!((kept(&table), table.bytes), (vec![5], body.len() + Scope::new("endpoint", "5").as_bytes().len()));
        table.evict(KEPT_MICROS + 6, 5);
        assert_eq!((kept(&table), table.bytes), (vec![], 0));
    }
}
