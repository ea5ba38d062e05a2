//! The simulated machine behind `raftstone::testing`.

mod disk;
mod files;
mod handles;
mod time;

pub use disk::{Call, Fault, ModelDisk, Operation};
pub use files::CrashPolicy;
pub use time::{ManualClock, SeededRandomness};
