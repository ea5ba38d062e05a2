//! The counter behind numbered keys, as of every sequence number that a reader may use.

use parking_lot::Mutex;

/// Versions of one counter, ascending by sequence number.
#[derive(Default)]
pub(super) struct AutoCounter(Mutex<Vec<(u64, i64)>>);

/// The history is shortened when it gets this long, and again at every doubling.
const TRIM_FROM: usize = 64;

impl AutoCounter {
    /// The value at `at`; 0 before the first.
    pub(super) fn get(&self, at: u64) -> i64 {
        let versions = self.0.lock();
        let above = versions.partition_point(|version| version.0 <= at);
        above.checked_sub(1).and_then(|position| versions.get(position)).map_or(0, |version| version.1)
    }

    /// Sets the value as of `seq`; gives the value that `seq` had already, and whether it is time
    /// to shorten the history.
    pub(super) fn set(&self, seq: u64, value: i64) -> (Option<i64>, bool) {
        let mut versions = self.0.lock();
        match versions.last_mut() {
            Some(last) if last.0 == seq => (Some(std::mem::replace(&mut last.1, value)), false),
            Some(last) if last.0 > seq => panic!("counter {seq} is older than the newest, {}", last.0),
            _ => {
                versions.push((seq, value));
                (None, versions.len() >= TRIM_FROM && versions.len().is_power_of_two())
            }
        }
    }

    /// Takes back the newest [`AutoCounter::set`], given what it returned.
    pub(super) fn undo(&self, replaced: Option<i64>) {
        let mut versions = self.0.lock();
        match (versions.last_mut(), replaced) {
            (Some(last), Some(value)) => last.1 = value,
            _ => drop(versions.pop()),
        }
    }

    /// Forgets the values that no reader at or above `horizon` sees.
    pub(super) fn trim(&self, horizon: u64) {
        let mut versions = self.0.lock();
        let above = versions.partition_point(|version| version.0 <= horizon);
        versions.drain(..above.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_read_as_of_a_number_and_undone_in_reverse() {
        let counter = AutoCounter::default();
        assert_eq!(counter.get(u64::MAX), 0);
        assert_eq!(counter.set(3, 30), (None, false));
        let second = counter.set(5, 50);
        let third = counter.set(5, 51);
        assert_eq!((second.0, third.0), (None, Some(50)));
        assert_eq!([counter.get(2), counter.get(3), counter.get(4), counter.get(5)], [0, 30, 30, 51]);
        counter.undo(third.0);
        assert_eq!(counter.get(5), 50);
        counter.undo(second.0);
        assert_eq!(counter.get(5), 30);
    }

    #[test]
    fn a_long_history_is_shortened_to_what_is_read() {
        let counter = AutoCounter::default();
        for seq in 1..TRIM_FROM as u64 {
            assert!(!counter.set(seq, seq as i64).1);
        }
        assert!(counter.set(TRIM_FROM as u64, 0).1);
        counter.trim(60);
        assert_eq!(counter.get(59), 0);
        assert_eq!(counter.get(60), 60);
        assert_eq!(counter.0.lock().len(), TRIM_FROM - 59);
    }
}
