//! A simulated machine for tests: a disk that forgets and fails, a clock that is set by hand, and
//! randomness from a seed. Compiled for tests and with the feature `testing` only.

pub use crate::platform::model::{Call, CrashPolicy, Fault, ManualClock, ModelDisk, Operation, SeededRandomness};
