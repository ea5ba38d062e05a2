//! Open files and locks of the simulated disk.

use std::io::{self, IoSlice};
use std::path::PathBuf;

use super::disk::{Fault, ModelDisk, Operation, World};
use super::files::Image;
use crate::platform::{DiskFile, DiskLock};

pub(super) struct ModelFile {
    pub(super) disk: ModelDisk,
    pub(super) path: PathBuf,
    pub(super) number: u64,
    pub(super) life: u64,
    pub(super) writable: bool,
}

impl ModelFile {
    /// Runs a call on the content of the file.
    fn with<T>(
        &self,
        operation: Operation,
        run: impl FnOnce(&mut World, Option<Fault>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut world = self.disk.world.lock();
        if world.life != self.life {
            return Err(io::Error::from_raw_os_error(5));
        }
        let fault = world.enter(operation, &self.path)?;
        run(&mut world, fault)
    }

    fn image<'w>(&self, world: &'w mut World) -> io::Result<&'w mut Image> {
        world.files.get_mut(&self.number).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl DiskFile for ModelFile {
    fn length(&self) -> io::Result<u64> {
        self.with(Operation::Length, |world, _| Ok(self.image(world)?.content.len() as u64))
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(Operation::Read, |world, _| {
            let content = &self.image(world)?.content;
            let rest = content.get(offset as usize..).unwrap_or_default();
            let length = rest.len().min(buffer.len());
            buffer[..length].copy_from_slice(&rest[..length]);
            Ok(length)
        })
    }

    fn write_at(&self, buffers: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        if !self.writable {
            return Err(io::Error::from_raw_os_error(9));
        }
        self.with(Operation::Write, |world, fault| {
            let mut bytes: Vec<u8> = buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect();
            if let Some(Fault::Short(length)) = fault {
                bytes.truncate(length.max(1));
            }
            let before = self.image(world)?.content.len() as u64;
            let growth = (offset + bytes.len() as u64).saturating_sub(before);
            if growth > 0 && !world.has_room(growth) {
                return Err(io::Error::from_raw_os_error(28));
            }
            self.image(world)?.write(offset, &bytes);
            Ok(bytes.len())
        })
    }

    fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.with(Operation::SetLength, |world, _| {
            self.image(world)?.set_length(bytes);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(Operation::Sync, |world, fault| {
            let image = self.image(world)?;
            if let Some(Fault::Error(code)) = fault {
                image.fail_sync();
                return Err(io::Error::from_raw_os_error(code));
            }
            image.sync();
            Ok(())
        })
    }
}

pub(super) struct ModelLock {
    pub(super) disk: ModelDisk,
    pub(super) path: PathBuf,
    pub(super) life: u64,
}

impl DiskLock for ModelLock {}

impl Drop for ModelLock {
    fn drop(&mut self) {
        let mut world = self.disk.world.lock();
        if world.life == self.life {
            world.locks.remove(&self.path);
        }
    }
}
