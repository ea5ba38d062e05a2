//! The bytes of a segment file: its header and its frames. The whole format is described in the
//! documentation of the parent module.

use super::entry::{EntryKind, LogPosition};

/// The first bytes of a segment.
pub(super) const SEGMENT_MAGIC: [u8; 8] = *b"RSTNLOG1";
/// The version of this format.
pub(super) const FORMAT: u16 = 1;
/// The length of the segment header, and the offset of the first frame.
pub(super) const SEGMENT_HEADER_BYTES: u64 = 4096;
/// The length of a frame header.
pub(super) const FRAME_HEADER_BYTES: usize = 64;
/// Each frame starts at a multiple of this.
pub(super) const FRAME_ALIGN: u64 = 8;
/// Each group of frames that is written at once starts at a multiple of this, the size of a
/// sector: so a sector that holds acknowledged data is never written again.
pub(super) const GROUP_ALIGN: u64 = 512;

/// In the flags of the segment header: the log has an entry before this segment.
const FLAG_HAS_PREVIOUS: u16 = 1;
/// Where the checksum of the segment header stands: at its end.
const SEGMENT_CRC_AT: usize = SEGMENT_HEADER_BYTES as usize - 4;
/// Where the checksum of the frame header stands: at its end.
const FRAME_CRC_AT: usize = FRAME_HEADER_BYTES - 4;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// An entry of the log.
    Entry(EntryKind),
    /// The end of a segment, with its index.
    Seal,
    /// An empty frame that tells that everything before it was durable.
    Cover,
}

impl FrameKind {
    fn to_byte(self) -> u8 {
        match self {
            Self::Entry(EntryKind::Batch) => 1,
            Self::Entry(EntryKind::Blank) => 2,
            Self::Entry(EntryKind::Membership) => 3,
            Self::Seal => 4,
            Self::Cover => 5,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Entry(EntryKind::Batch),
            2 => Self::Entry(EntryKind::Blank),
            3 => Self::Entry(EntryKind::Membership),
            4 => Self::Seal,
            5 => Self::Cover,
            _ => return None,
        })
    }
}

/// The header of a frame, without its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// Header and payload, without padding.
    pub(super) frame_bytes: u32,
    pub(super) kind: FrameKind,
    /// Of the entry; of the end of the log before it for a seal or a cover.
    pub(super) position: LogPosition,
    /// One more than the highest index that was durable when this was written; 0 for none.
    pub(super) durable_next: u64,
    /// One more than the highest index known as committed when this was written.
    pub(super) committed_next: u64,
    /// `link` of the frame before, through all segments; 0 for the first.
    pub(super) chain: u64,
    pub(super) payload_crc: u32,
}

/// Why bytes are not a frame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderProblem {
    /// The checksum does not fit.
    Checksum,
    /// The checksum fits, but a newer version wrote it.
    Newer,
}

impl FrameHeader {
    /// The bytes, and the link for the `chain` of the next frame.
    pub(super) fn encode(&self, salt: u32) -> ([u8; FRAME_HEADER_BYTES], u64) {
        let mut out = [0; FRAME_HEADER_BYTES];
        put(&mut out, 0, self.frame_bytes.to_le_bytes());
        put(&mut out, 4, [self.kind.to_byte(), 0, 0, 0]);
        put(&mut out, 8, self.position.index.to_le_bytes());
        put(&mut out, 16, self.position.term.to_le_bytes());
        put(&mut out, 24, self.position.node.to_le_bytes());
        put(&mut out, 32, self.durable_next.to_le_bytes());
        put(&mut out, 40, self.committed_next.to_le_bytes());
        put(&mut out, 48, self.chain.to_le_bytes());
        put(&mut out, 56, self.payload_crc.to_le_bytes());
        let header_crc = crc32c::crc32c_append(salt, &out[..FRAME_CRC_AT]);
        put(&mut out, FRAME_CRC_AT, header_crc.to_le_bytes());
        (out, link(self.payload_crc, header_crc))
    }

    /// Reads a header, and the link for the `chain` of the next frame.
    pub(super) fn decode(bytes: &[u8; FRAME_HEADER_BYTES], salt: u32) -> Result<(Self, u64), HeaderProblem> {
        let header_crc = u32::from_le_bytes(take(bytes, FRAME_CRC_AT));
        if header_crc != crc32c::crc32c_append(salt, &bytes[..FRAME_CRC_AT]) {
            return Err(HeaderProblem::Checksum);
        }
        let [kind, flags, codec @ ..] = take::<4>(bytes, 4);
        let (Some(kind), 0, [0, 0]) = (FrameKind::from_byte(kind), flags, codec) else {
            return Err(HeaderProblem::Newer);
        };
        let header = Self {
            frame_bytes: u32::from_le_bytes(take(bytes, 0)),
            kind,
            position: LogPosition {
                index: u64::from_le_bytes(take(bytes, 8)),
                term: u64::from_le_bytes(take(bytes, 16)),
                node: u64::from_le_bytes(take(bytes, 24)),
            },
            durable_next: u64::from_le_bytes(take(bytes, 32)),
            committed_next: u64::from_le_bytes(take(bytes, 40)),
            chain: u64::from_le_bytes(take(bytes, 48)),
            payload_crc: u32::from_le_bytes(take(bytes, 56)),
        };
        Ok((header, link(header.payload_crc, header_crc)))
    }
}

/// Both checksums of a frame. As the header checksum covers the `chain` of the frame, each link
/// stands for the whole log before it, at no cost.
fn link(payload_crc: u32, header_crc: u32) -> u64 {
    u64::from(payload_crc) << 32 | u64::from(header_crc)
}

/// The checksum of a payload.
pub(super) fn payload_crc(salt: u32, payload: &[u8]) -> u32 {
    crc32c::crc32c_append(salt, payload)
}

/// The header of a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// Seeds the checksums of the frames, so that no stale bytes of another life of the same
    /// blocks can pass for frames of this file.
    pub(super) salt: u32,
    pub(super) cluster_id: u128,
    /// 1 for the first segment of a log, without gaps.
    pub(super) number: u64,
    /// The index of its first entry.
    pub(super) first_index: u64,
    /// The entry before, in an earlier segment (or purged).
    pub(super) previous: Option<LogPosition>,
    /// The `chain` of its first frame.
    pub(super) chain: u64,
    /// Where the seal stands in the file of the segment before; 0 for the first segment.
    pub(super) previous_seal_at: u64,
    /// The salt of the segment before; 0 for the first segment.
    pub(super) previous_salt: u32,
    /// When it was created, by the clock of the wall. For people only.
    pub(super) created_micros: i64,
    /// The length of the file. It is durable before the file gets its name, so that a shorter
    /// file has been damaged.
    pub(super) file_bytes: u64,
}

/// Why bytes are not a segment header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SegmentProblem {
    /// Damaged, or no segment at all.
    Damaged(&'static str),
    /// Sound, but written by a newer version.
    Newer(u16),
}

impl SegmentHeader {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; SEGMENT_HEADER_BYTES as usize];
        let previous = self.previous.unwrap_or(LogPosition { index: 0, term: 0, node: 0 });
        let flags = u16::from(self.previous.is_some()) * FLAG_HAS_PREVIOUS;
        put(&mut out, 0, SEGMENT_MAGIC);
        put(&mut out, 8, FORMAT.to_le_bytes());
        put(&mut out, 10, flags.to_le_bytes());
        put(&mut out, 12, self.salt.to_le_bytes());
        put(&mut out, 16, self.cluster_id.to_le_bytes());
        put(&mut out, 32, self.number.to_le_bytes());
        put(&mut out, 40, self.first_index.to_le_bytes());
        put(&mut out, 48, previous.index.to_le_bytes());
        put(&mut out, 56, previous.term.to_le_bytes());
        put(&mut out, 64, previous.node.to_le_bytes());
        put(&mut out, 72, self.chain.to_le_bytes());
        put(&mut out, 80, self.previous_seal_at.to_le_bytes());
        put(&mut out, 88, self.previous_salt.to_le_bytes());
        put(&mut out, 96, self.created_micros.to_le_bytes());
        put(&mut out, 104, self.file_bytes.to_le_bytes());
        let crc = crc32c::crc32c(&out[..SEGMENT_CRC_AT]);
        put(&mut out, SEGMENT_CRC_AT, crc.to_le_bytes());
        out
    }

    pub(super) fn decode(bytes: &[u8; SEGMENT_HEADER_BYTES as usize]) -> Result<Self, SegmentProblem> {
        if take(bytes, 0) != SEGMENT_MAGIC {
            return Err(SegmentProblem::Damaged("it does not start like a segment of a journal"));
        }
        if u32::from_le_bytes(take(bytes, SEGMENT_CRC_AT)) != crc32c::crc32c(&bytes[..SEGMENT_CRC_AT]) {
            return Err(SegmentProblem::Damaged("the checksum of its header does not fit"));
        }
        let format = u16::from_le_bytes(take(bytes, 8));
        if format != FORMAT {
            return Err(SegmentProblem::Newer(format));
        }
        let flags = u16::from_le_bytes(take(bytes, 10));
        let previous = LogPosition {
            index: u64::from_le_bytes(take(bytes, 48)),
            term: u64::from_le_bytes(take(bytes, 56)),
            node: u64::from_le_bytes(take(bytes, 64)),
        };
        Ok(Self {
            salt: u32::from_le_bytes(take(bytes, 12)),
            cluster_id: u128::from_le_bytes(take(bytes, 16)),
            number: u64::from_le_bytes(take(bytes, 32)),
            first_index: u64::from_le_bytes(take(bytes, 40)),
            previous: (flags & FLAG_HAS_PREVIOUS != 0).then_some(previous),
            chain: u64::from_le_bytes(take(bytes, 72)),
            previous_seal_at: u64::from_le_bytes(take(bytes, 80)),
            previous_salt: u32::from_le_bytes(take(bytes, 88)),
            created_micros: i64::from_le_bytes(take(bytes, 96)),
            file_bytes: u64::from_le_bytes(take(bytes, 104)),
        })
    }

    /// The name of its file.
    pub(super) fn file_name(&self) -> String {
        format!("{:020}-{:08x}.seg", self.first_index, self.salt)
    }
}

/// Copies a field to its fixed place.
fn put<const N: usize>(out: &mut [u8], at: usize, field: [u8; N]) {
    out[at..at + N].copy_from_slice(&field);
}

/// Copies a field from its fixed place.
fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[at..at + N]);
    field
}

/// The next multiple of `unit`, a power of two.
pub(super) const fn align(offset: u64, unit: u64) -> u64 {
    (offset + unit - 1) & !(unit - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> FrameHeader {
        FrameHeader {
            frame_bytes: 70,
            kind: FrameKind::Entry(EntryKind::Batch),
            position: LogPosition { index: 7, term: 3, node: 1 },
            durable_next: 6,
            committed_next: 5,
            chain: 0x0102_0304_0506_0708,
            payload_crc: 99,
        }
    }

    #[test]
    fn a_frame_header_comes_back_and_every_flip_is_noticed() {
        let (bytes, link) = header().encode(42);
        assert_eq!(FrameHeader::decode(&bytes, 42), Ok((header(), link)));
        assert_eq!(FrameHeader::decode(&bytes, 43), Err(HeaderProblem::Checksum));
        for bit in 0..FRAME_HEADER_BYTES * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(FrameHeader::decode(&flipped, 42), Err(HeaderProblem::Checksum), "bit {bit}");
        }
    }

    #[test]
    fn a_sound_header_of_a_newer_version_is_told_apart() {
        for (at, value) in [(4, 6_u8), (5, 1), (6, 1), (7, 1)] {
            let (mut bytes, _) = header().encode(42);
            bytes[at] = value;
            let crc = crc32c::crc32c_append(42, &bytes[..FRAME_CRC_AT]);
            put(&mut bytes, FRAME_CRC_AT, crc.to_le_bytes());
            assert_eq!(FrameHeader::decode(&bytes, 42), Err(HeaderProblem::Newer), "byte {at}");
        }
    }

    #[test]
    fn a_segment_header_comes_back_and_every_flip_is_noticed() {
        let previous = LogPosition { index: 8, term: 2, node: 1 };
        for previous in [None, Some(previous)] {
            let header = SegmentHeader {
                salt: 5,
                cluster_id: u128::MAX - 1,
                number: 2,
                first_index: 9,
                previous,
                chain: 77,
                previous_seal_at: 4096,
                previous_salt: 6,
                created_micros: -1,
                file_bytes: 65536,
            };
            let mut bytes: [u8; 4096] = header.encode().try_into().unwrap();
            assert_eq!(SegmentHeader::decode(&bytes), Ok(header));
            for bit in 0..bytes.len() * 8 {
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(SegmentHeader::decode(&bytes).is_err(), "bit {bit}");
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }

    #[test]
    fn align_rounds_up() {
        for (offset, expected) in [(0, 0), (1, 8), (8, 8), (9, 16)] {
            assert_eq!(align(offset, 8), expected);
        }
    }
}
