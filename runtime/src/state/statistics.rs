//! How much the tables hold.

use super::State;

/// Rows whose size is taken for an estimate.
const SAMPLE_ROWS: usize = 256;

/// Two counters in front of every shared row.
const ARC_HEADER_BYTES: u64 = 16;

/// What one table holds in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableStatistics {
    /// The name in the schema.
    pub name: &'static str,
    /// Rows in their newest versions, speculation included.
    pub rows: u64,
    /// Versions held: rows, superseded rows and deletions.
    pub versions: u64,
    /// Bytes of the map and, estimated from a sample, of the rows.
    pub bytes: u64,
    /// The indexes, in their order.
    pub indexes: Vec<IndexStatistics>,
}

/// What one index holds in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexStatistics {
    /// The name in the schema.
    pub name: &'static str,
    /// Entries, those of superseded versions included.
    pub entries: u64,
    /// Bytes of the entries.
    pub bytes: u64,
}

impl State {
    /// The number of rows of a table in their newest versions, speculation included.
    pub fn row_count(&self, table: usize) -> u64 {
        self.tables[table].live_rows()
    }

    /// What every table holds. Walks over the maps: for a page of figures, not for every request.
    pub fn statistics(&self) -> Vec<TableStatistics> {
        (0..self.tables.len()).map(|table| self.table_statistics(table)).collect()
    }

    fn table_statistics(&self, position: usize) -> TableStatistics {
        let table = &self.tables[position];
        let held = table.held();
        let sample = table.sample(SAMPLE_ROWS);
        let mut encoded = Vec::new();
        let mut sample_bytes = 0;
        for row in &sample {
            encoded.clear();
            (table.spec.encode)(&**row, &mut encoded);
            // What a row holds outside of itself is about as long as its stored form.
            sample_bytes += ARC_HEADER_BYTES + (size_of_val(&**row) + encoded.len()) as u64;
        }
        let row_bytes = held.versions * sample_bytes / (sample.len() as u64).max(1);
        let indexes = table.indexes.iter().map(|index| IndexStatistics {
            name: index.spec.name,
            entries: index.entry_count(),
            bytes: index.allocated_bytes(),
        });
        TableStatistics {
            name: table.spec.name,
            rows: table.live_rows(),
            versions: held.versions,
            bytes: held.map_bytes + row_bytes,
            indexes: indexes.collect(),
        }
    }
}
