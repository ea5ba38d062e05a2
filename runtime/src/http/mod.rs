//! HTTP: an accept loop over hyper, one warp filter for all generated endpoints, the user's
//! filters behind it.
//!
//! ```text
//! server -> connection -> [framing, head, host, route] -> generated filter -> handler
//!                                                      `-> the user's filters -> 404
//! ```
//! The engine is reached through [`Backend`] only.

mod backend;
mod connection;
mod dispatch;
mod endpoint;
mod framing;
pub(crate) mod host;
mod idempotency;
mod panics;
mod params;
mod percent;
mod problem;
mod progress;
mod router;
mod server;
mod socket;
mod user;

#[cfg(test)]
mod tests;

pub use backend::{Backend, Context, Outcome};
pub use dispatch::UserFilter;
pub use endpoint::{Answer, Command, Decode, Endpoint, Extern, Handler, Query, Reply, Request};
pub use hyper::Method;
pub use panics::panics_so_far;
pub use params::Params;
pub use progress::Patience;
pub use server::{Drained, Listener, Server, ServerOptions};
