//! For tests: an application in memory, and the simulated machine beneath it.
//!
//! [`App`] is what a test of an application works with; the generated module gives it as `app` in
//! its module `testing`, which exists under `cfg(test)`. The rest is a disk that forgets and fails,
//! a clock that is set by hand, and randomness from a seed.

mod app;
mod step;

pub use crate::exec::{MemoryEngine, StoredEvent};
pub use crate::platform::model::{
    Call as DiskCall, CrashPolicy, Fault, ManualClock, ModelDisk, Operation, SeededRandomness,
};
pub use crate::refusal::RefusalKind;
pub use app::{App, Call, ExternCall, SchemaEvent, event};
pub use step::{BASE_URL, Step};
