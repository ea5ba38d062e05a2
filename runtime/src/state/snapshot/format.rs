//! The bytes of a snapshot: pure functions, no files.
//!
//! ```text
//! rows file   magic "RSTNROWS" | block*
//! block       table id u32 | rows u32 | body length u32 | crc32c u32 | body
//!             the checksum covers the three numbers before it and the body
//! body        row*: age varint | length varint | stored form; rows of a table rise by key
//!             age = sequence number of the snapshot less that of the row
//! manifest    magic "RSTNSNAP" | format u32 | fingerprint u64 | seq u64 | index u64
//!             | meta length u32 | meta
//!             | tables u32 | (id u32 | rows u64 | counter i64)*
//!             | files u32 | (length u64 | BLAKE3 of the file)*
//!             | BLAKE3 of everything before
//! ```
//! Integers are little-endian. The key of a row is not stored: it is computed from the row.

use std::borrow::Cow;

use crate::value::wire::{read_u64, write_u64};

/// The format written by this version, and the only one that it reads.
pub(super) const FORMAT: u32 = 1;

pub(super) const ROWS_MAGIC: &[u8; 8] = b"RSTNROWS";
const MANIFEST_MAGIC: &[u8; 8] = b"RSTNSNAP";

/// A block is closed by the row that reaches this size.
pub(super) const BLOCK_BYTES: usize = 64 * 1024;

pub(super) const BLOCK_HEADER_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// What is wrong with the bytes.
pub(super) type Damage = Cow<'static, str>;

/// Everything about a snapshot but its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) fingerprint: u64,
    pub(super) seq: u64,
    pub(super) index: u64,
    pub(super) meta: Vec<u8>,
    pub(super) tables: Vec<TableEntry>,
    pub(super) files: Vec<FileEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableEntry {
    pub(super) id: u32,
    pub(super) rows: u64,
    pub(super) counter: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileEntry {
    pub(super) bytes: u64,
    pub(super) hash: [u8; HASH_BYTES],
}

impl Manifest {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(MANIFEST_MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&self.fingerprint.to_le_bytes());
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&self.index.to_le_bytes());
        out.extend_from_slice(&(self.meta.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.meta);
        out.extend_from_slice(&(self.tables.len() as u32).to_le_bytes());
        for table in &self.tables {
            out.extend_from_slice(&table.id.to_le_bytes());
            out.extend_from_slice(&table.rows.to_le_bytes());
            out.extend_from_slice(&table.counter.to_le_bytes());
        }
        out.extend_from_slice(&(self.files.len() as u32).to_le_bytes());
        for file in &self.files {
            out.extend_from_slice(&file.bytes.to_le_bytes());
            out.extend_from_slice(&file.hash);
        }
        let hash = blake3::hash(&out);
        out.extend_from_slice(hash.as_bytes());
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Damage> {
        let mut input = Input(bytes);
        if input.array()? != *MANIFEST_MAGIC {
            return Err("the manifest is not one of a snapshot".into());
        }
        let format = input.u32()?;
        if format != FORMAT {
            return Err(format!("the manifest has format {format}, this binary reads {FORMAT}").into());
        }
        let body_bytes = bytes.len().saturating_sub(HASH_BYTES);
        let (body, hash) = bytes.split_at(body_bytes);
        if blake3::hash(body).as_bytes() != hash {
            return Err("the checksum of the manifest does not match".into());
        }
        let (fingerprint, seq, index) = (input.u64()?, input.u64()?, input.u64()?);
        let meta_bytes = input.u32()? as usize;
        let meta = input.take(meta_bytes)?.to_vec();
        let mut tables = Vec::new();
        for _ in 0..input.u32()? {
            tables.push(TableEntry { id: input.u32()?, rows: input.u64()?, counter: input.u64()? as i64 });
        }
        let mut files = Vec::new();
        for _ in 0..input.u32()? {
            files.push(FileEntry { bytes: input.u64()?, hash: input.array()? });
        }
        if input.0.len() != HASH_BYTES {
            return Err("the manifest has bytes left over".into());
        }
        Ok(Manifest { fingerprint, seq, index, meta, tables, files })
    }
}

/// Rows of one table on their way to a file.
pub(super) struct BlockWriter {
    table: u32,
    rows: u32,
    bytes: Vec<u8>,
}

impl BlockWriter {
    pub(super) fn new(table: u32) -> Self {
        BlockWriter { table, rows: 0, bytes: vec![0; BLOCK_HEADER_BYTES] }
    }

    pub(super) fn push(&mut self, age: u64, stored: &[u8]) {
        write_u64(age, &mut self.bytes);
        write_u64(stored.len() as u64, &mut self.bytes);
        self.bytes.extend_from_slice(stored);
        self.rows += 1;
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= BLOCK_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The whole block; the writer is empty afterwards, for the same table.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::replace(&mut self.bytes, vec![0; BLOCK_HEADER_BYTES]);
        let body_bytes = (bytes.len() - BLOCK_HEADER_BYTES) as u32;
        let (header, body) = bytes.split_at_mut(BLOCK_HEADER_BYTES);
        header[0..4].copy_from_slice(&self.table.to_le_bytes());
        header[4..8].copy_from_slice(&self.rows.to_le_bytes());
        header[8..12].copy_from_slice(&body_bytes.to_le_bytes());
        let checksum = crc32c::crc32c_append(crc32c::crc32c(&header[..12]), body);
        header[12..].copy_from_slice(&checksum.to_le_bytes());
        self.rows = 0;
        bytes
    }
}

/// Takes the age and the stored form of one row.
pub(super) type RowSink<'a> = &'a mut (dyn FnMut(u64, &[u8]) -> Result<(), Damage> + 'a);

/// The numbers in front of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHeader {
    pub(super) table: u32,
    pub(super) rows: u32,
    pub(super) body_bytes: usize,
    checksum: u32,
    own_checksum: u32,
}

impl BlockHeader {
    pub(super) fn decode(bytes: &[u8; BLOCK_HEADER_BYTES]) -> Result<Self, Damage> {
        let mut input = Input(bytes);
        let (table, rows, body_bytes) = (input.u32()?, input.u32()?, input.u32()? as usize);
        let checksum = input.u32()?;
        Ok(BlockHeader { table, rows, body_bytes, checksum, own_checksum: crc32c::crc32c(&bytes[..12]) })
    }

    /// Hands every row of a checked body to `row`: its age and its stored form.
    pub(super) fn read_rows(&self, body: &[u8], row: RowSink<'_>) -> Result<(), Damage> {
        if crc32c::crc32c_append(self.own_checksum, body) != self.checksum {
            return Err("the checksum of a block does not match".into());
        }
        let mut input = Input(body);
        for _ in 0..self.rows {
            let age = input.varint()?;
            let stored_bytes = input.varint()?;
            row(age, input.take(usize::try_from(stored_bytes).unwrap_or(usize::MAX))?)?;
        }
        if input.0.is_empty() { Ok(()) } else { Err("a block has bytes left over".into()) }
    }
}

/// Bytes that are taken from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.0.split_first_chunk().ok_or("it ends too early")?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u32(&mut self) -> Result<u32, Damage> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Damage> {
        self.array().map(u64::from_le_bytes)
    }

    fn varint(&mut self) -> Result<u64, Damage> {
        read_u64(&mut self.0).map_err(|error| error.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            fingerprint: 0x0123_4567_89ab_cdef,
            seq: 1000,
            index: 77,
            meta: b"clock and keys".to_vec(),
            tables: vec![TableEntry { id: 3, rows: 12, counter: -5 }, TableEntry { id: 9, rows: 0, counter: 0 }],
            files: vec![FileEntry { bytes: 4096, hash: [7; HASH_BYTES] }],
        }
    }

    #[test]
    fn a_manifest_comes_back() {
        assert_eq!(Manifest::decode(&manifest().encode()), Ok(manifest()));
    }

    #[test]
    fn a_damaged_or_cut_manifest_is_refused() {
        let good = manifest().encode();
        for position in 0..good.len() {
            let mut bad = good.clone();
            bad[position] ^= 0x10;
            assert!(Manifest::decode(&bad).is_err(), "flip at {position}");
            assert!(Manifest::decode(&good[..position]).is_err(), "cut at {position}");
        }
    }

    #[test]
    fn a_block_comes_back_and_its_damage_is_seen() {
        let rows: [(u64, &[u8]); 3] = [(0, b"first"), (300, b""), (u64::MAX, &[9; 200])];
        let mut writer = BlockWriter::new(42);
        for (age, stored) in rows {
            writer.push(age, stored);
        }
        let good = writer.finish();
        assert!(writer.is_empty());
        assert_eq!(read(&good), Ok(rows.iter().map(|(age, stored)| (*age, stored.to_vec())).collect()));
        for position in 0..good.len() {
            let mut bad = good.clone();
            bad[position] ^= 0x01;
            assert!(read(&bad).is_err(), "flip at {position}");
        }
    }

    fn read(block: &[u8]) -> Result<Vec<(u64, Vec<u8>)>, Damage> {
        let (header, body) = block.split_first_chunk().ok_or("short")?;
        let header = BlockHeader::decode(header)?;
        if header.body_bytes != body.len() || header.table != 42 {
            return Err("other block".into());
        }
        let mut rows = Vec::new();
        header.read_rows(body, &mut |age, stored| {
            rows.push((age, stored.to_vec()));
            Ok(())
        })?;
        Ok(rows)
    }
}
