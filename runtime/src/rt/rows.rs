//! Rows in the hands of generated functions: checks, views, references.

use super::{Direction, KeyRange, OrderedKey, Reader, Refusal, Row, RowAny, RowRef, Tx, Uuid, decode_key};
use crate::exec::key_bytes;
use crate::platform::{Randomness, RealRandomness};
use crate::value::uuid_v7::uuid_v7;
use std::sync::Arc;

/// A row as its own type. The tables are made so that it always is.
pub fn row<R: Row>(row: &RowAny) -> Result<&R, Refusal> {
    row.downcast_ref::<R>().ok_or_else(|| Refusal::internal(format!("a row is no {}", R::NAME)))
}

/// Whether two rows of a table agree in what `agree` looks at.
pub fn agree<R: Row>(left: &RowAny, right: &RowAny, agree: impl FnOnce(&R, &R) -> bool) -> bool {
    left.downcast_ref().zip(right.downcast_ref()).is_some_and(|(left, right)| agree(left, right))
}

/// Brings a view up to date after a change of a row: `make` gives the view's row, if there is one.
pub fn keep_view<M: Row, V: Row + PartialEq>(
    tx: &mut Tx<'_>,
    before: Option<&RowAny>,
    after: Option<&RowAny>,
    make: fn(&Reader<'_>, &M) -> Result<Option<V>, Refusal>,
) -> Result<(), Refusal> {
    let before = made(tx, before, make)?;
    let after = made(tx, after, make)?;
    if before == after {
        return Ok(());
    }
    if let Some(before) = &before {
        let key = before.key();
        let stays = after.as_ref().is_some_and(|after| key_bytes(&after.key()) == key_bytes(&key));
        if !stays {
            tx.remove_view::<V>(&key)?;
        }
    }
    match after {
        Some(after) => tx.put_view(after),
        None => Ok(()),
    }
}

fn made<M: Row, V: Row>(
    db: &Reader<'_>,
    of: Option<&RowAny>,
    make: fn(&Reader<'_>, &M) -> Result<Option<V>, Refusal>,
) -> Result<Option<V>, Refusal> {
    match of {
        Some(of) => make(db, row(of)?),
        None => Ok(None),
    }
}

/// A copy of a row that no longer refers to a key.
///
/// # Panics
///
/// If the row or the key is of another table, which the generated tables rule out.
pub fn clear_reference<R: Row + Clone, K: OrderedKey>(
    row: &RowAny,
    key: &[u8],
    clear: impl FnOnce(&mut R, K),
) -> RowRef {
    let (Some(row), Some(key)) = (row.downcast_ref::<R>(), decode_key::<K>(key)) else {
        unreachable!("the tables hand in rows of {}", R::NAME);
    };
    let mut row = row.clone();
    clear(&mut row, key);
    Arc::new(row)
}

/// The number of a transaction as the language has numbers.
pub fn number_of(tx: &Tx<'_>) -> i64 {
    i64::try_from(tx.seq()).unwrap_or(i64::MAX)
}

/// A fresh uuid outside of transactions; nothing stored depends on it.
pub fn new_uuid(db: &Reader<'_>) -> Result<Uuid, Refusal> {
    let mut random = [0; 10];
    RealRandomness.fill(&mut random).map_err(|error| Refusal::unavailable(format!("no randomness: {error}")))?;
    Ok(uuid_v7(db.now(), &random))
}

/// The rows that an index holds in a range, in its order.
pub fn scan<'s, R: Row>(
    db: &Reader<'s>,
    index: usize,
    range: KeyRange,
    direction: Direction,
) -> impl Iterator<Item = Arc<R>> + use<'s, R> {
    db.scan(index, range, direction)
}
