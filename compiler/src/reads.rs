//! What the check of a body reads of the rest of the schema, noted while it does.
//!
//! Declarations and names note here whoever asks them, so that no part of the checker has to say
//! what it depends on, and none can forget to. A body is checked by one thread from start to end,
//! which is why the list belongs to the thread.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::declarations::{EndpointId, Kind};
use crate::names::Named;

/// Something that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Read {
    /// The settings of the `app` and the `auth` block.
    Settings,
    /// What is declared at a position.
    One(Kind, u32),
    /// All that is declared of a kind.
    All(Kind),
    /// Whether more about an item would be said twice.
    Damage(Named),
    /// The text and the tree of an item.
    Item(Named),
    /// Whether an endpoint uses an `extern fn`.
    Extern(EndpointId),
    /// What a name means.
    Name(String),
    /// All names.
    Names,
}

thread_local! {
    static READS: RefCell<Option<BTreeSet<Read>>> = const { RefCell::new(None) };
}

/// Notes that something was read, if somebody wants to know.
pub(crate) fn note(read: impl FnOnce() -> Read) {
    READS.with_borrow_mut(|reads| {
        if let Some(reads) = reads {
            reads.insert(read());
        }
    });
}

/// What `work` reads.
pub(crate) fn recorded<T>(work: impl FnOnce() -> T) -> (T, BTreeSet<Read>) {
    READS.set(Some(BTreeSet::from([Read::Settings])));
    let value = work();
    (value, READS.take().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_read_meanwhile_is_noted() {
        note(|| Read::Names);
        let (value, reads) = recorded(|| {
            note(|| Read::Name("User".to_owned()));
            note(|| Read::Name("User".to_owned()));
            7
        });
        note(|| Read::Names);
        assert_eq!(value, 7);
        assert_eq!(reads, BTreeSet::from([Read::Settings, Read::Name("User".to_owned())]));
    }
}
