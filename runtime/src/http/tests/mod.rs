//! The server over loopback sockets, with endpoints made by hand and a fake engine behind them.

mod client;
mod fake;
mod framing;
mod lifetime;
mod parameters;
mod routes;

use client::Client;
use fake::Running;
