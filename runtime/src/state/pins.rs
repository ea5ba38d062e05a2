//! Which sequence numbers readers may use: the visible one and the pinned ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// The visible sequence number and the pins, shared by the state and its guards.
#[derive(Default)]
pub(super) struct Pins {
    visible: AtomicU64,
    /// How many pins hold each number, ascending by it. There are few: readers of a moment share one.
    counts: Mutex<Vec<(u64, usize)>>,
}

/// Keeps the state as of one sequence number readable while it lives.
///
/// A request that reads more than one row reads all of them at [`Pin::seq`].
pub struct Pin {
    pins: Arc<Pins>,
    seq: u64,
}

impl Pins {
    pub(super) fn visible(&self) -> u64 {
        self.visible.load(Ordering::Acquire)
    }

    pub(super) fn advance(&self, seq: u64) {
        self.visible.fetch_max(seq, Ordering::AcqRel);
    }

    /// Reads the visible number under the lock that [`Pins::reachable`] takes, so that a version
    /// is never dropped between the two steps of pinning it.
    pub(super) fn pin(pins: &Arc<Pins>) -> Pin {
        let mut counts = pins.counts.lock();
        let seq = pins.visible();
        match counts.last_mut() {
            Some((newest, count)) if *newest == seq => *count += 1,
            _ => counts.push((seq, 1)),
        }
        Pin { pins: Arc::clone(pins), seq }
    }

    /// Every sequence number that a reader may use, ascending; the last is the visible one.
    pub(super) fn reachable(&self, out: &mut Vec<u64>) {
        out.clear();
        let counts = self.counts.lock();
        out.extend(counts.iter().map(|(seq, _)| seq));
        let visible = self.visible();
        if out.last() != Some(&visible) {
            out.push(visible);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.counts.lock().iter().map(|(_, count)| count).sum()
    }
}

impl Pin {
    /// The pinned sequence number.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

impl Clone for Pin {
    fn clone(&self) -> Self {
        if let Some((_, count)) = self.pins.counts.lock().iter_mut().find(|(seq, _)| *seq == self.seq) {
            *count += 1;
        }
        Pin { pins: Arc::clone(&self.pins), seq: self.seq }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut counts = self.pins.counts.lock();
        if let Ok(at) = counts.binary_search_by_key(&self.seq, |(seq, _)| *seq) {
            counts[at].1 -= 1;
            if counts[at].1 == 0 {
                counts.remove(at);
            }
        }
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pin({})", self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reachable_numbers_are_the_pins_and_the_visible_one() {
        let pins = Arc::new(Pins::default());
        let mut reachable = Vec::new();
        pins.advance(3);
        let at_three = Pins::pin(&pins);
        let again = at_three.clone();
        pins.advance(7);
        let at_seven = Pins::pin(&pins);
        pins.reachable(&mut reachable);
        assert_eq!(reachable, [3, 7]);
        drop(at_three);
        pins.advance(9);
        pins.reachable(&mut reachable);
        assert_eq!(reachable, [3, 7, 9]);
        assert_eq!(again.seq(), 3);
        drop((again, at_seven));
        pins.reachable(&mut reachable);
        assert_eq!(reachable, [9]);
        assert_eq!(pins.count(), 0);
    }

    #[test]
    fn the_visible_number_never_goes_back() {
        let pins = Pins::default();
        pins.advance(5);
        pins.advance(4);
        assert_eq!(pins.visible(), 5);
    }
}
