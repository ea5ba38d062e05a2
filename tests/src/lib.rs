//! What the tests of the whole share: example servers as processes, and a small HTTP client.

pub mod client;
pub mod server;
