//! A small schema by hand: what generated code looks like to the engine.

use crate::exec::{
    Event, EventDefinition, OnDelete, Reader, Reference, Referrer, Relations, Row, Schema, Tx, key_bytes, replay,
};
use crate::refusal::Refusal;
use crate::state::{IndexSpec, RowAny, RowRef, TableSpec};
use crate::value::key::{KeyBytes, OrderedKey};
use crate::value::wire::{Wire, WireError};
use std::sync::Arc;

pub(super) const OWNER_INDEX: usize = 0;
const ACCOUNT_INDEX: usize = 0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) id: i64,
    pub(super) owner: String,
    pub(super) balance: i64,
}

impl Row for Account {
    type Key = i64;
    const TABLE: usize = 0;
    const NAME: &'static str = "Account";
    const KEY_FIELDS: &'static [&'static str] = &["id"];

    fn key(&self) -> i64 {
        self.id
    }
}

/// A card of an account: goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) id: i64,
    pub(super) account: i64,
}

impl Row for Card {
    type Key = i64;
    const TABLE: usize = 1;
    const NAME: &'static str = "Card";
    const KEY_FIELDS: &'static [&'static str] = &["id"];

    fn key(&self) -> i64 {
        self.id
    }
}

macro_rules! wire {
    ($type:ident { $($field:ident),* }) => {
        impl Wire for $type {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$field.write(out);)*
            }
            fn read(input: &mut &[u8]) -> Result<Self, WireError> {
                Ok(Self { $($field: Wire::read(input)?),* })
            }
        }
    };
}

wire!(Account { id, owner, balance });
wire!(Card { id, account });

pub(super) struct Opened {
    pub(super) id: i64,
    pub(super) owner: String,
    pub(super) balance: i64,
}

pub(super) struct Transferred {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) amount: i64,
}

pub(super) struct Closed {
    pub(super) account: i64,
}

pub(super) struct CardIssued {
    pub(super) id: i64,
    pub(super) account: i64,
}

wire!(Opened { id, owner, balance });
wire!(Transferred { from, to, amount });
wire!(Closed { account });
wire!(CardIssued { id, account });

impl Event for Opened {
    const TYPE_ID: u32 = 1;
    const VERSION: u32 = 1;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        tx.insert(Account { id: self.id, owner: self.owner.clone(), balance: self.balance })
    }
}

impl Event for Transferred {
    const TYPE_ID: u32 = 2;
    const VERSION: u32 = 1;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        tx.edit::<Account>(&self.from, |row| {
            row.balance -= self.amount;
            Ok(())
        })?;
        tx.edit::<Account>(&self.to, |row| {
            row.balance += self.amount;
            Ok(())
        })
    }
}

impl Event for Closed {
    const TYPE_ID: u32 = 3;
    const VERSION: u32 = 1;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        tx.delete::<Account>(&self.account)
    }
}

impl Event for CardIssued {
    const TYPE_ID: u32 = 4;
    const VERSION: u32 = 1;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        tx.insert(Card { id: self.id, account: self.account })
    }
}

fn account(row: &RowAny) -> &Account {
    row.downcast_ref().expect("an account")
}

fn card(row: &RowAny) -> &Card {
    row.downcast_ref().expect("a card")
}

fn check_account(_: &Reader<'_>, row: &RowAny) -> Result<(), Refusal> {
    if account(row).balance < 0 { Err(Refusal::invalid("an account cannot be overdrawn")) } else { Ok(()) }
}

fn whole<T: Wire + Send + Sync + 'static>(mut bytes: &[u8]) -> Result<RowRef, WireError> {
    Ok(Arc::new(T::read(&mut bytes)?))
}

static TABLES: [TableSpec; 2] = [
    TableSpec {
        name: "Account",
        id: 1,
        encode: |row, out| account(row).write(out),
        decode: whole::<Account>,
        key: |row, out: &mut KeyBytes| account(row).id.write_key(out),
        indexes: &[IndexSpec {
            name: "owner",
            fields: &["owner"],
            unique: true,
            keys: |row, emit| emit(&key_bytes(&account(row).owner), true),
            agree: |left, right| account(left).owner == account(right).owner,
        }],
        auto_key: true,
    },
    TableSpec {
        name: "Card",
        id: 2,
        encode: |row, out| card(row).write(out),
        decode: whole::<Card>,
        key: |row, out: &mut KeyBytes| card(row).id.write_key(out),
        indexes: &[IndexSpec {
            name: "account",
            fields: &["account"],
            unique: false,
            keys: |row, emit| emit(&key_bytes(&card(row).account), true),
            agree: |left, right| card(left).account == card(right).account,
        }],
        auto_key: false,
    },
];

static RELATIONS: [Relations; 2] = [
    Relations {
        references: &[],
        referrers: &[Referrer {
            table: 1,
            index: ACCOUNT_INDEX,
            is_optional: false,
            model: "Card",
            on_delete: OnDelete::Cascade,
        }],
        check: Some(check_account),
        upkeep: None,
    },
    Relations {
        references: &[Reference {
            field: "account",
            target: 0,
            keys: |row, emit| emit(&key_bytes(&card(row).account)),
        }],
        referrers: &[],
        check: None,
        upkeep: None,
    },
];

static EVENTS: [EventDefinition; 4] = [
    EventDefinition { name: "Opened", type_id: 1, version: 1, shape_hash: 11, replay: replay::<Opened> },
    EventDefinition { name: "Transferred", type_id: 2, version: 1, shape_hash: 22, replay: replay::<Transferred> },
    EventDefinition { name: "Closed", type_id: 3, version: 1, shape_hash: 33, replay: replay::<Closed> },
    EventDefinition { name: "CardIssued", type_id: 4, version: 1, shape_hash: 44, replay: replay::<CardIssued> },
];

pub(super) static SCHEMA: Schema = Schema {
    name: "bank",
    title: "Bank",
    url: None,
    openapi: "{}",
    field_errors: false,
    tables: &TABLES,
    relations: &RELATIONS,
    events: &EVENTS,
    fold_fingerprint: 7,
};

/// The same tables with another shape of `Opened`.
pub(super) static CHANGED_SCHEMA: Schema = Schema {
    name: "bank",
    title: "Bank",
    url: None,
    openapi: "{}",
    field_errors: false,
    tables: &TABLES,
    relations: &RELATIONS,
    events: &[EventDefinition { name: "Opened", type_id: 1, version: 2, shape_hash: 12, replay: replay::<Opened> }],
    fold_fingerprint: 8,
};

/// Opens an account with the next number.
pub(super) fn open(tx: &mut Tx<'_>, owner: &str, balance: i64) -> Result<i64, Refusal> {
    let id = tx.next_number::<Account>();
    tx.record(&Opened { id, owner: owner.to_owned(), balance })?;
    Ok(id)
}
