//! The state as one number for each table, to compare two states.

use super::State;

impl State {
    /// For each table the sum of a hash of every visible row and its key. It depends on no order,
    /// no version numbers and no process, so a replay must give the same numbers.
    pub fn state_hash(&self) -> Vec<u128> {
        let pin = self.pin();
        (0..self.tables.len()).map(|table| self.table_hash(table, pin.seq())).collect()
    }

    fn table_hash(&self, table: usize, at: u64) -> u128 {
        let encode = self.tables[table].spec.encode;
        let mut sum = 0_u128;
        let mut encoded = Vec::new();
        for (key, row) in self.scan_all(table, at) {
            encoded.clear();
            encode(&*row, &mut encoded);
            let mut hasher = blake3::Hasher::new();
            hasher.update(&(key.len() as u64).to_le_bytes());
            hasher.update(&key);
            hasher.update(&encoded);
            let mut half = [0; 16];
            hasher.finalize_xof().fill(&mut half);
            sum = sum.wrapping_add(u128::from_le_bytes(half));
        }
        sum
    }
}
