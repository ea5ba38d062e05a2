//! The protocol side: everything that knows messages, URIs and the disk.

pub mod capabilities;
pub mod convert;
pub mod disk;
pub mod dispatch;
pub mod documents;
pub mod main_loop;
pub mod stdio;
pub mod uri;
pub mod workspace;

pub use main_loop::{Ending, run};
