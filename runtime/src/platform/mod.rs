//! What the runtime asks of the machine it runs on: time, files and randomness.
//!
//! Everything that can fail, or that differs from run to run, is reached through one of these
//! traits, so that a test can put a simulated machine underneath the very code that runs in
//! production. Nothing that is replayed from the journal may call them: what the executor read
//! from a clock or a generator stands in the journal.

mod clock;
mod disk;
pub(crate) mod model;
mod randomness;
mod real_disk;

pub use clock::{Clock, RealClock};
pub use disk::{DirectoryEntry, Disk, DiskFile, DiskLock, OpenMode, read_exact_at, read_whole, write_all_at};
pub use randomness::{Randomness, RealRandomness, random_u32, random_u64};
pub use real_disk::RealDisk;
