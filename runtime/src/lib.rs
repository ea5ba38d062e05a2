#![doc = "Raftstone."]

pub mod consensus;
pub mod journal;
pub mod platform;
pub mod refusal;
pub mod state;
pub mod value;
