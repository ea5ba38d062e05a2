//! Goes through the frames of one segment file with large reads and without a copy per frame.

use std::io;

use super::format::{FRAME_ALIGN, FRAME_HEADER_BYTES, FrameHeader, GROUP_ALIGN, HeaderProblem, align, payload_crc};
use crate::platform::{DiskFile, read_exact_at};

/// How much a replay reads at once.
pub(super) const REPLAY_READ_BYTES: usize = 1024 * 1024;
/// How much a look-up of single entries reads at once.
pub(super) const LOOKUP_READ_BYTES: usize = 64 * 1024;

/// What stands at the next place of a segment.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// A sound frame.
    Frame(Found<'a>),
    /// No sound frame: where, and why.
    Stop(u64, Why),
}

/// Why there is no sound frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Nothing was written here.
    End,
    /// Something that is no sound frame.
    Bad(&'static str),
    /// A sound frame that only a newer version understands.
    Newer,
}

/// A sound frame, and where it is.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) header: FrameHeader,
    pub(super) payload: &'a [u8],
    /// The `chain` that the next frame has to carry.
    pub(super) link: u64,
    /// Where the frame starts.
    pub(super) offset: u64,
    /// Where the frame ends, without padding.
    pub(super) end: u64,
}

/// A reader at some place of a segment file.
pub(super) struct SegmentReader<'f> {
    file: &'f dyn DiskFile,
    salt: u32,
    /// Nothing is read from here on.
    limit: u64,
    /// Where the next frame is expected.
    offset: u64,
    buffer: Vec<u8>,
    /// The place in the file of `buffer[0]`.
    buffer_at: u64,
    read_bytes: usize,
}

impl<'f> SegmentReader<'f> {
    pub(super) fn new(file: &'f dyn DiskFile, salt: u32, offset: u64, limit: u64, read_bytes: usize) -> Self {
        Self { file, salt, limit, offset, buffer: Vec::new(), buffer_at: offset, read_bytes }
    }

    /// Steps over the next frame. A place that is no frame is not stepped over.
    pub(super) fn next(&mut self) -> io::Result<Step<'_>> {
        let frame_bytes = match self.frame_bytes_at(self.offset)? {
            // A group may have ended here; the next one starts with a sector.
            0 => match self.frame_bytes_at(align(self.offset, GROUP_ALIGN))? {
                0 => return Ok(Step::Stop(self.offset, Why::End)),
                frame_bytes => {
                    self.offset = align(self.offset, GROUP_ALIGN);
                    frame_bytes
                }
            },
            frame_bytes => frame_bytes,
        };
        let offset = self.offset;
        let bad = |what| Ok(Step::Stop(offset, Why::Bad(what)));
        if frame_bytes < FRAME_HEADER_BYTES as u64 || frame_bytes > self.limit - offset {
            return bad("the length of a frame is impossible");
        }
        // The header is checked before its length is believed, so that garbage reads no more.
        self.load(offset, FRAME_HEADER_BYTES)?;
        let Some(header) = self.loaded(offset, FRAME_HEADER_BYTES).first_chunk() else {
            return bad("a frame header is cut off");
        };
        let (header, link) = match FrameHeader::decode(header, self.salt) {
            Ok(decoded) => decoded,
            Err(HeaderProblem::Checksum) => return bad("the checksum of a frame header does not fit"),
            Err(HeaderProblem::Newer) => return Ok(Step::Stop(offset, Why::Newer)),
        };
        self.load(offset, frame_bytes as usize)?;
        let payload = self.loaded(offset, frame_bytes as usize).get(FRAME_HEADER_BYTES..).unwrap_or_default();
        if payload_crc(self.salt, payload) != header.payload_crc {
            return bad("the checksum of a payload does not fit");
        }
        let end = offset + frame_bytes;
        self.offset = align(end, FRAME_ALIGN);
        let payload = self.loaded(offset, frame_bytes as usize).get(FRAME_HEADER_BYTES..).unwrap_or_default();
        Ok(Step::Frame(Found { header, payload, link, offset, end }))
    }

    /// The length field at an offset; 0 where no frame can start any more.
    fn frame_bytes_at(&mut self, offset: u64) -> io::Result<u64> {
        if offset + FRAME_HEADER_BYTES as u64 > self.limit {
            return Ok(0);
        }
        self.load(offset, 4)?;
        let bytes = self.loaded(offset, 4).first_chunk();
        Ok(bytes.map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes))))
    }

    /// Makes `length` bytes at an offset available, which is at or after the last one asked
    /// for. Inlined, as almost every call finds its bytes in the buffer.
    #[inline]
    fn load(&mut self, offset: u64, length: usize) -> io::Result<()> {
        let start = (offset - self.buffer_at) as usize;
        if start + length > self.buffer.len() { self.refill(offset, length) } else { Ok(()) }
    }

    /// Bytes that `load` made available.
    #[inline]
    fn loaded(&self, offset: u64, length: usize) -> &[u8] {
        let start = (offset - self.buffer_at) as usize;
        self.buffer.get(start..start + length).unwrap_or_default()
    }

    /// Moves what is left to the front and reads on.
    #[cold]
    fn refill(&mut self, offset: u64, length: usize) -> io::Result<()> {
        let start = ((offset - self.buffer_at) as usize).min(self.buffer.len());
        self.buffer.drain(..start);
        // With an empty rest the new place may lie beyond what was read before.
        self.buffer_at = offset;
        let kept = self.buffer.len();
        let wanted = length.max(self.read_bytes).min((self.limit - offset) as usize).max(length);
        self.buffer.resize(wanted, 0);
        let into = self.buffer.get_mut(kept..).unwrap_or_default();
        read_exact_at(self.file, into, offset + kept as u64)
    }
}
