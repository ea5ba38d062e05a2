//! One transaction on the writer: changes rows through events, all of them or none.

use crate::exec::reader::{Reader, key_bytes};
use crate::exec::schema::{Event, OnDelete, Reference, Relations, Row, Schema};
use crate::refusal::Refusal;
use crate::state::{Direction, KeyRange, NEWEST, RowRef, State, Undo};
use crate::value::key::{KeyBytes, OrderedKey};
use crate::value::problems::{FieldProblem, code};
use crate::value::uuid_v7::uuid_v7;
use crate::value::wire::write_u64;
use crate::value::{Timestamp, Uuid};
use std::ops::Deref;
use std::sync::Arc;

/// The most events that one transaction may hold.
pub const EVENTS_MAX: u32 = 10_000;
/// The most rows that one transaction may change, cascades included.
pub const CHANGES_MAX: usize = 100_000;

/// Where new keys get their randomness; filled by the writer, outside of anything replayed.
pub(crate) trait KeySource {
    /// Ten fresh random bytes, as a uuid of version 7 takes.
    fn random(&mut self) -> [u8; 10];
}

/// A transaction at work. Reads (through [`Reader`], to which it derefs) see its own changes.
pub struct Tx<'s> {
    reader: Reader<'s>,
    schema: &'static Schema,
    seq: u64,
    /// None in a replay: nothing is drawn, and what was judged once is not judged again.
    writer: Option<WriterContext<'s>>,
    /// Whether an event is being applied; rows change at no other time.
    is_applying: bool,
    log: TxLog,
}

/// What only a transaction that runs for the first time has.
pub(crate) struct WriterContext<'s> {
    /// Where new keys come from.
    pub(crate) keys: &'s mut dyn KeySource,
    /// Which event types (by stable id) the data directory knows already.
    pub(crate) recorded_types: &'s [bool],
}

/// What a transaction leaves behind: how to take it back, and the events that it recorded.
#[derive(Default)]
pub(crate) struct TxLog {
    /// The changes, oldest first.
    pub(crate) undo: Vec<Undo>,
    /// The encoded events, one behind the other.
    pub(crate) events: Vec<u8>,
    /// How many there are.
    pub(crate) event_count: u32,
    /// Rows of tables with `check` lines that changed.
    touched: Vec<(usize, KeyBytes)>,
    /// Event types that the data directory has not seen yet.
    pub(crate) new_types: Vec<u32>,
    /// How many rows changed.
    changes: usize,
    /// Why an event could not be applied.
    failure: Option<Refusal>,
    /// How many keys were derived while events were applied.
    derived_keys: u64,
    scratch: Vec<u8>,
}

impl TxLog {
    /// Empties the log and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.undo.clear();
        self.events.clear();
        self.event_count = 0;
        self.touched.clear();
        self.new_types.clear();
        self.changes = 0;
        self.failure = None;
        self.derived_keys = 0;
    }
}

impl<'s> Deref for Tx<'s> {
    type Target = Reader<'s>;

    fn deref(&self) -> &Reader<'s> {
        &self.reader
    }
}

impl<'s> Tx<'s> {
    /// A transaction numbered `seq` at time `now`. `log` is given back by [`Tx::finish`].
    pub(crate) fn begin(
        state: &'s State,
        schema: &'static Schema,
        seq: u64,
        now: Timestamp,
        writer: Option<WriterContext<'s>>,
        mut log: TxLog,
    ) -> Self {
        log.clear();
        let reader = Reader::of_writer(state, now);
        Self { reader, schema, seq, writer, is_applying: false, log }
    }

    /// The reader of this transaction.
    pub fn reader(&self) -> &Reader<'s> {
        &self.reader
    }

    /// The number of this transaction in the journal.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The key of the caller, if he is known.
    #[allow(clippy::unused_self)]
    pub fn actor(&self) -> Option<String> {
        None
    }

    /// A fresh uuid (version 7 of the transaction's time). One that an event's `apply` asks for
    /// follows from the transaction's number, so that a replay finds the same.
    pub fn new_uuid(&mut self) -> Uuid {
        let random = if self.is_applying {
            self.derived_random()
        } else {
            self.writer.as_mut().map_or([0; 10], |writer| writer.keys.random())
        };
        uuid_v7(self.reader.now, &random)
    }

    fn derived_random(&mut self) -> [u8; 10] {
        self.log.derived_keys += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seq.to_le_bytes());
        hasher.update(&self.log.derived_keys.to_le_bytes());
        let mut random = [0; 10];
        hasher.finalize_xof().fill(&mut random);
        random
    }

    /// The next number of a numbered table (`int @key @auto`), counted from 1.
    pub fn next_number<R: Row>(&self) -> i64 {
        self.reader.state.auto_counter(R::TABLE).saturating_add(1)
    }

    /// Records an event: encodes it for the journal and applies it.
    pub fn record<E: Event>(&mut self, event: &E) -> Result<(), Refusal> {
        if self.log.event_count >= EVENTS_MAX {
            return Err(Refusal::invalid(format!("one request may record at most {EVENTS_MAX} events")));
        }
        self.log.event_count += 1;
        self.note_type(E::TYPE_ID);
        self.log.scratch.clear();
        event.write(&mut self.log.scratch);
        write_u64(u64::from(E::TYPE_ID), &mut self.log.events);
        write_u64(u64::from(E::VERSION), &mut self.log.events);
        write_u64(self.log.scratch.len() as u64, &mut self.log.events);
        self.log.events.extend_from_slice(&self.log.scratch);
        let applied = self.apply(event);
        if let Err(refusal) = &applied {
            // Half applied and recorded already: who goes on after that must not commit it.
            self.log.failure.get_or_insert_with(|| refusal.clone());
        }
        applied
    }

    /// Applies an event that stands in the journal already.
    pub(crate) fn apply<E: Event>(&mut self, event: &E) -> Result<(), Refusal> {
        self.is_applying = true;
        let result = event.apply(self);
        self.is_applying = false;
        result
    }

    fn note_type(&mut self, type_id: u32) {
        let Some(writer) = &self.writer else { return };
        let is_known = writer.recorded_types.get(type_id as usize).copied().unwrap_or(false);
        if !is_known && !self.log.new_types.contains(&type_id) {
            self.log.new_types.push(type_id);
        }
    }

    /// Adds a row; a taken key refuses with `conflict`.
    pub fn insert<R: Row>(&mut self, row: R) -> Result<(), Refusal> {
        let key = key_bytes(&row.key());
        if self.writer.is_some() && self.newest(R::TABLE, &key).is_some() {
            return Err(taken_key::<R>());
        }
        match self.change(R::TABLE, key, None, Some(Arc::new(row)))? {
            None => Ok(()),
            Some(_) => Err(taken_key::<R>()),
        }
    }

    /// Replaces a row; a refusal with `missing` when there is none.
    pub fn put<R: Row>(&mut self, row: R) -> Result<(), Refusal> {
        let key = key_bytes(&row.key());
        let before = self.newest(R::TABLE, &key).ok_or_else(|| Refusal::missing_row(R::NAME))?;
        self.change(R::TABLE, key, Some(before), Some(Arc::new(row))).map(drop)
    }

    /// Changes a row: a copy is handed to `edit` and put back.
    pub fn edit<R: Row + Clone>(
        &mut self,
        key: &R::Key,
        edit: impl FnOnce(&mut R) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let key = key_bytes(key);
        let before = self.newest(R::TABLE, &key).ok_or_else(|| Refusal::missing_row(R::NAME))?;
        let mut row = before.downcast_ref::<R>().cloned().ok_or_else(|| Refusal::missing_row(R::NAME))?;
        edit(&mut row)?;
        self.change(R::TABLE, key, Some(before), Some(Arc::new(row))).map(drop)
    }

    /// Deletes a row, and what its referrers ask for; a refusal with `missing` when there is none.
    pub fn delete<R: Row>(&mut self, key: &R::Key) -> Result<(), Refusal> {
        let key = key_bytes(key);
        if self.newest(R::TABLE, &key).is_none() {
            return Err(Refusal::missing_row(R::NAME));
        }
        self.delete_with_referrers(R::TABLE, key)
    }

    /// Adds or replaces the row of a view.
    pub fn put_view<R: Row>(&mut self, row: R) -> Result<(), Refusal> {
        let key = key_bytes(&row.key());
        // Nothing of a view is judged by what was there before.
        self.change(R::TABLE, key, None, Some(Arc::new(row))).map(drop)
    }

    /// Removes the row of a view, if it is there.
    pub fn remove_view<R: Row>(&mut self, key: &R::Key) -> Result<(), Refusal> {
        let key = key_bytes(key);
        match self.newest(R::TABLE, &key) {
            Some(before) => self.change(R::TABLE, key, Some(before), None).map(drop),
            None => Ok(()),
        }
    }

    /// Judges what has to hold at the end, and hands the log over: the transaction is done, or is
    /// to be taken back with [`undo_all`].
    pub(crate) fn finish(mut self) -> (TxLog, Result<(), Refusal>) {
        let verdict = match self.log.failure.take() {
            Some(refusal) => Err(refusal),
            None if self.writer.is_none() => Ok(()),
            None => self.run_checks(),
        };
        (self.log, verdict)
    }

    /// How many events the transaction recorded.
    pub fn event_count(&self) -> u32 {
        self.log.event_count
    }

    fn run_checks(&self) -> Result<(), Refusal> {
        for (table, key) in &self.log.touched {
            let Some(check) = self.relations(*table).check else { continue };
            if let Some(row) = self.newest(*table, key) {
                check(&self.reader, &*row)?;
            }
        }
        Ok(())
    }

    fn relations(&self, table: usize) -> &'static Relations {
        &self.schema.relations[table]
    }

    fn newest(&self, table: usize, key: &[u8]) -> Option<RowRef> {
        self.reader.row(table, key)
    }

    /// Makes `row` the newest form of what was `before`, as far as that matters to what is judged;
    /// no row deletes it. Gives the row that was there.
    fn change(
        &mut self,
        table: usize,
        key: KeyBytes,
        before: Option<RowRef>,
        row: Option<RowRef>,
    ) -> Result<Option<RowRef>, Refusal> {
        if !self.is_applying {
            return Err(Refusal::internal("rows change only when an event is applied"));
        }
        self.log.changes += 1;
        if self.log.changes > CHANGES_MAX {
            return Err(Refusal::invalid(format!("one request may change at most {CHANGES_MAX} rows")));
        }
        let spec = &self.schema.tables[table];
        let relations = self.relations(table);
        if let Some(row) = &row {
            // What stands in the journal was judged when it was recorded.
            if self.writer.is_some() {
                self.refuse_taken(table, &key, before.as_ref(), row)?;
                self.refuse_dangling(relations, before.as_ref(), row)?;
            }
            if spec.auto_key && before.is_none() {
                self.count_number(table, &key);
            }
        }
        self.reader.note_change(table, &key, row.clone());
        let (previous, undo) = self.reader.state.put(table, self.seq, &key, row.clone());
        self.note_undo(undo);
        if self.writer.is_some() && relations.check.is_some() && row.is_some() {
            self.log.touched.push((table, key));
        }
        if let Some(upkeep) = relations.upkeep {
            upkeep(self, previous.as_deref(), row.as_deref())?;
        }
        Ok(previous)
    }

    /// A replay that cannot go on ends the process: nothing of it is taken back.
    fn note_undo(&mut self, undo: Undo) {
        if self.writer.is_some() {
            self.log.undo.push(undo);
        }
    }

    /// Numbers are never given twice, also not that of a deleted row.
    fn count_number(&mut self, table: usize, key: &[u8]) {
        let Some(number) = i64::read_key(&mut &*key) else { return };
        if number > self.reader.state.auto_counter(table) {
            let undo = self.reader.state.set_auto_counter(table, self.seq, number);
            self.note_undo(undo);
        }
    }

    /// Refuses a row whose unique values another row holds. Values that the row had already were
    /// judged when it got them.
    fn refuse_taken(&self, table: usize, key: &[u8], before: Option<&RowRef>, row: &RowRef) -> Result<(), Refusal> {
        let spec = &self.schema.tables[table];
        for (position, index) in spec.indexes.iter().enumerate().filter(|(_, index)| index.unique) {
            if before.is_some_and(|before| (index.agree)(&**before, &**row)) {
                continue;
            }
            let mut taken = false;
            (index.keys)(&**row, &mut |index_key, takes_part| {
                let is_new = before.is_none_or(|before| !index.has_key(&**before, index_key));
                if takes_part && is_new {
                    taken |= self.reader.state.unique_holder(table, position, index_key, key).is_some();
                }
            });
            if taken {
                return Err(Refusal::taken(spec.name, index.fields));
            }
        }
        Ok(())
    }

    /// Refuses a row that newly refers to one that is not there.
    fn refuse_dangling(&self, relations: &Relations, before: Option<&RowRef>, row: &RowRef) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        for reference in relations.references {
            let mut dangling = false;
            (reference.keys)(&**row, &mut |key| {
                let is_new = before.is_none_or(|before| !refers_to(reference, before, key));
                dangling |= is_new && self.newest(reference.target, key).is_none();
            });
            if dangling {
                let target = self.schema.tables[reference.target].name;
                let message = format!("refers to a {target} that does not exist").into();
                problems.push(FieldProblem { path: reference.field.to_owned(), message, code: code::REFERENCE });
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid_fields(problems)) }
    }

    /// Deletes a row and walks the references to it, without recursion: a cascade may be deep.
    fn delete_with_referrers(&mut self, table: usize, key: KeyBytes) -> Result<(), Refusal> {
        let mut waiting = vec![(table, key)];
        // Rows that go are deleted first, so that rows referring to each other do not hold each other.
        let mut restricted = Vec::new();
        while let Some((table, key)) = waiting.pop() {
            let Some(before) = self.newest(table, &key) else { continue };
            self.change(table, key.clone(), Some(before), None)?;
            for referrer in self.relations(table).referrers {
                let prefix = referrer.prefix(&key);
                let rows: Vec<_> = self
                    .reader
                    .state
                    .scan(referrer.table, referrer.index, KeyRange::prefix(&prefix), Direction::Forward, NEWEST)
                    .collect();
                for (row_key, row) in rows {
                    match referrer.on_delete {
                        OnDelete::Restrict => restricted.push((referrer, row_key)),
                        OnDelete::Cascade => waiting.push((referrer.table, row_key)),
                        OnDelete::Clear(clear) => {
                            let cleared = clear(&*row, &key);
                            self.change(referrer.table, row_key, Some(row), Some(cleared))?;
                        }
                    }
                }
            }
        }
        for (referrer, row_key) in restricted {
            if self.newest(referrer.table, &row_key).is_some() {
                return Err(Refusal::conflict(format!("a {} still refers to it", referrer.model)));
            }
        }
        Ok(())
    }
}

fn taken_key<R: Row>() -> Refusal {
    let refusal = Refusal::conflict(format!("there is a {} with this key already", R::NAME));
    refusal.with_taken(R::KEY_FIELDS)
}

fn refers_to(reference: &Reference, row: &RowRef, key: &[u8]) -> bool {
    let mut found = false;
    (reference.keys)(&**row, &mut |other| found |= other == key);
    found
}

/// Takes changes back, newest first.
pub(crate) fn undo_all(state: &State, undo: &mut Vec<Undo>) {
    while let Some(change) = undo.pop() {
        state.undo(change);
    }
}
