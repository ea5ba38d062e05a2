//! The ends and beginnings of segments: covers, seals, and the change to the next one.

use std::io::IoSlice;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::entry::{Entry, LogPosition};
use super::format::{FRAME_HEADER_BYTES, FrameKind, GROUP_ALIGN, SEGMENT_HEADER_BYTES, SegmentHeader, align};
use super::index::{Contents, Segment};
use super::writer::{Active, Halt, Sealed, Writer, end_with_seal, failed};
use crate::platform::{OpenMode, random_u32, write_all_at};

impl Writer {
    /// Writes an empty frame whose `durable_next` covers everything before it.
    pub(super) fn cover(&mut self) -> Result<(), Halt> {
        if self.tip.covered {
            return Ok(());
        }
        let Some(active) = self.active.take() else { return Ok(()) };
        let seal_bytes = self.shared.index.lock().segments.last().map_or(0, |segment| segment.contents.seal_bytes());
        let end = align(active.offset, GROUP_ALIGN) + FRAME_HEADER_BYTES as u64;
        if end_with_seal(end, seal_bytes) > active.header.file_bytes {
            return self.seal(active);
        }
        self.write_mark(active, FrameKind::Cover, &Bytes::new()).map(|(active, _)| self.active = Some(active))
    }

    /// Ends the active segment.
    pub(super) fn seal(&mut self, active: Active) -> Result<(), Halt> {
        let contents =
            self.shared.index.lock().segments.last().map(|segment| segment.contents.encode()).unwrap_or_default();
        let (active, seal_at) = self.write_mark(active, FrameKind::Seal, &Bytes::from(contents))?;
        if let Some(segment) = self.shared.index.lock().segments.last_mut() {
            segment.seal_at = Some(seal_at);
        }
        self.sealed = Some(Sealed { number: active.header.number, seal_at, salt: active.header.salt });
        self.shared.room_bytes.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Writes and syncs a frame that is no entry.
    fn write_mark(&mut self, mut active: Active, kind: FrameKind, payload: &Bytes) -> Result<(Active, u64), Halt> {
        let start = align(active.offset, GROUP_ALIGN);
        let position = self.tip.last.unwrap_or(LogPosition { index: 0, term: 0, node: 0 });
        self.push_frame(active.header.salt, kind, position, payload, 0);
        self.write_pieces(&active, start)?;
        active.offset = start + (FRAME_HEADER_BYTES + payload.len()) as u64;
        self.tip.covered = true;
        if let Some(segment) = self.shared.index.lock().segments.last_mut() {
            segment.end = active.offset;
        }
        Ok((active, start))
    }

    /// Seals the active segment, if any, and starts one for an entry.
    pub(super) fn start_segment(&mut self, first: &Entry) -> Result<(), Halt> {
        if let Some(active) = self.active.take() {
            self.seal(active)?;
        }
        let shared = self.shared.clone();
        let seal_bytes = Contents::default().seal_bytes_with(first.kind, first.payload.len());
        let end = SEGMENT_HEADER_BYTES + (FRAME_HEADER_BYTES + first.payload.len()) as u64;
        let segment_bytes = shared.options.segment_bytes;
        let Some(file_bytes) =
            shared.spares.wait(end_with_seal(end, seal_bytes), segment_bytes).map_err(Halt::Failed)?
        else {
            return Err(Halt::Stopped);
        };
        let segment = self.create_segment(first.position.index, file_bytes)?;
        shared.spares.used(segment_bytes);
        self.active = Some(Active {
            path: segment.path.clone(),
            file: segment.file.clone(),
            header: segment.header,
            offset: SEGMENT_HEADER_BYTES,
            next_index: segment.header.first_index,
        });
        self.shared.room_bytes.store(file_bytes - SEGMENT_HEADER_BYTES, Ordering::Relaxed);
        self.shared.index.lock().segments.push(segment);
        Ok(())
    }

    /// Turns the spare into a segment: its header is durable before its name is, and its name
    /// before its first frame.
    fn create_segment(&mut self, first_index: u64, file_bytes: u64) -> Result<Segment, Halt> {
        let options = &self.shared.options;
        let directory = super::log_directory(&options.directory);
        let spare = self.shared.spares.path();
        let salt = random_u32(&*options.randomness).map_err(|error| failed("draw a salt for", &directory, error))?;
        let header = SegmentHeader {
            salt,
            cluster_id: self.shared.identity.cluster_id,
            number: self.sealed.map_or(1, |sealed| sealed.number + 1),
            first_index,
            previous: self.tip.last,
            chain: self.tip.chain,
            previous_seal_at: self.sealed.map_or(0, |sealed| sealed.seal_at),
            previous_salt: self.sealed.map_or(0, |sealed| sealed.salt),
            created_micros: options.clock.now_micros(),
            file_bytes,
        };
        let disk = &*options.disk;
        let file = disk.open(&spare, OpenMode::Write).map_err(|error| failed("open", &spare, error))?;
        let encoded = header.encode();
        self.once_there_is_room("write", &spare, &mut || write_all_at(&*file, &mut [IoSlice::new(&encoded)], 0))?;
        file.sync_data().map_err(|error| failed("sync", &spare, error))?;
        let path = directory.join(header.file_name());
        self.once_there_is_room("rename", &spare, &mut || disk.rename(&spare, &path))?;
        disk.sync_directory(&directory).map_err(|error| failed("sync", &directory, error))?;
        Ok(Segment { path, file, header, contents: Contents::default(), seal_at: None, end: SEGMENT_HEADER_BYTES })
    }
}
