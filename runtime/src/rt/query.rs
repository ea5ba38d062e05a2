//! Windows of queries: order, skip, limit, pages.

use super::{JsonWriter, KeyBytes, KeyRange, Refusal, Row, ToJson};
use crate::exec::key_bytes;
use crate::value::key::without_text_end;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

/// Rows kept beyond what is wanted before a selection is sorted and cut: sorting stays rare.
const SURPLUS: usize = 256;

/// The rows of a query whose way is chosen when it runs.
pub type Rows<'s, R> = Box<dyn Iterator<Item = Arc<R>> + 's>;

/// A part of a longer list, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items there are on all pages, if that was asked for.
    pub total: Option<i64>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page with something made of each item.
    pub fn map<U>(self, make: impl FnMut(T) -> Result<U, Refusal>) -> Result<Page<U>, Refusal> {
        let items = self.items.into_iter().map(make).collect::<Result<_, _>>()?;
        Ok(Page { items, total: self.total, next: self.next })
    }
}

impl<T: ToJson> ToJson for Page<T> {
    fn write_json(&self, out: &mut JsonWriter) {
        out.begin_object();
        out.member("items", &self.items);
        if let Some(total) = &self.total {
            out.member("total", total);
        }
        out.member("next", &self.next);
        out.end_object();
    }
}

/// Picks the rows of a window (rows, what was joined of several, or groups). Rows either come in order, or with the bytes to sort them by.
#[derive(Debug)]
pub struct Selection<T> {
    rows: Vec<(KeyBytes, T)>,
    skip: usize,
    limit: Option<usize>,
    /// Whether rows come in order.
    in_order: bool,
    /// Of a page: the place of the last row of the page before.
    after: Option<KeyBytes>,
    total: i64,
}

impl<T> Selection<T> {
    /// The rows behind the first `skip`, at most `limit`. Less than nothing is nothing.
    pub fn new(skip: i64, limit: Option<i64>, in_order: bool) -> Self {
        let size = |number: i64| usize::try_from(number).unwrap_or(0);
        Self { rows: Vec::new(), skip: size(skip), limit: limit.map(size), in_order, after: None, total: 0 }
    }

    /// The rows behind a cursor, at most `limit`.
    pub fn page(cursor: Option<&str>, limit: Option<i64>, in_order: bool) -> Result<Self, Refusal> {
        let after = cursor.map(read_cursor).transpose()?;
        // One more than wanted says whether there is a next page.
        let limit = limit.map(|limit| limit.max(0).saturating_add(1));
        Ok(Self { after, ..Self::new(0, limit, in_order) })
    }

    /// Adds a row that comes in order.
    pub fn push(&mut self, row: T) {
        self.add(KeyBytes::new(), row);
    }

    /// Adds a row with the bytes that say where it belongs.
    pub fn push_by(&mut self, key: KeyBytes, row: T) {
        if self.after.as_ref().is_none_or(|after| key > *after) {
            self.add(key, row);
        }
    }

    /// Counts a row of all pages.
    pub fn count(&mut self) {
        self.total += 1;
    }

    /// How many rows were counted.
    pub fn total(&self) -> i64 {
        self.total
    }

    /// Whether no further row can be among the wanted ones.
    pub fn is_full(&self) -> bool {
        self.in_order && self.limit.is_some_and(|limit| self.rows.len() >= limit)
    }

    /// The rows of the window, in order.
    pub fn into_rows(mut self) -> Vec<T> {
        self.sort();
        let wanted = self.rows.into_iter().skip(if self.in_order { 0 } else { self.skip });
        wanted.take(self.limit.unwrap_or(usize::MAX)).map(|(_, row)| row).collect()
    }

    /// The rows of the page, in order, and the cursor of the next one.
    pub fn into_page(mut self) -> (Vec<T>, Option<String>) {
        self.sort();
        let wanted = self.limit.map_or(usize::MAX, |limit| limit - 1);
        let more = self.rows.len() > wanted;
        self.rows.truncate(wanted);
        let next = self.rows.last().filter(|_| more).map(|(key, _)| URL_SAFE_NO_PAD.encode(key));
        (self.rows.into_iter().map(|(_, row)| row).collect(), next)
    }

    fn add(&mut self, key: KeyBytes, row: T) {
        if !self.in_order {
            self.rows.push((key, row));
            self.cut();
        } else if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.rows.push((key, row));
        }
    }

    /// Drops what can no longer be among the wanted rows, once there is much of it.
    fn cut(&mut self) {
        let Some(limit) = self.limit else { return };
        let wanted = self.skip.saturating_add(limit);
        if self.rows.len() >= wanted.saturating_mul(2).saturating_add(SURPLUS) {
            self.sort();
            self.rows.truncate(wanted);
        }
    }

    fn sort(&mut self) {
        if !self.in_order {
            self.rows.sort_by(|left, right| left.0.cmp(&right.0));
        }
    }
}

/// The rows of several ways, one way after the other; a row that was there before is left out.
pub fn union<R: Row, const N: usize>(ways: [Rows<'_, R>; N]) -> impl Iterator<Item = Arc<R>> + use<'_, R, N> {
    let mut seen = BTreeSet::new();
    ways.into_iter().flatten().filter(move |row| seen.insert(key_bytes(&row.key())))
}

/// The keys of an index whose last component, a text, begins with the last one of `key`.
pub fn texts_beginning(key: &[u8]) -> KeyRange {
    KeyRange::prefix(without_text_end(key))
}

fn read_cursor(cursor: &str) -> Result<KeyBytes, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor);
    bytes.map(KeyBytes::from_vec).map_err(|_| Refusal::invalid_field("cursor", "is not a cursor of this list"))
}

/// The keys that begin with `prefix` and go on between two bounds: (bytes, included).
pub fn key_range(prefix: &[u8], low: Option<(KeyBytes, bool)>, high: Option<(KeyBytes, bool)>) -> KeyRange {
    let whole = |bound: Option<(KeyBytes, bool)>| {
        bound.map(|(bytes, included)| {
            let mut whole = KeyBytes::from_slice(prefix);
            whole.extend_from_slice(&bytes);
            (whole, included)
        })
    };
    let (low, high) = (whole(low), whole(high));
    KeyRange::new(bound(low.as_ref(), prefix), bound(high.as_ref(), prefix))
}

/// Without a bound of its own a range ends where its prefix does.
fn bound<'b>(bound: Option<&'b (KeyBytes, bool)>, prefix: &'b [u8]) -> Bound<&'b [u8]> {
    match bound {
        Some((bytes, true)) => Bound::Included(bytes),
        Some((bytes, false)) => Bound::Excluded(bytes),
        None if prefix.is_empty() => Bound::Unbounded,
        None => Bound::Included(prefix),
    }
}
