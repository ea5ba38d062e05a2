//! How long the to-do example takes from its start to `/readyz` with a million events behind it.

use crate::items::{median, target};
use crate::process::{Server, free_port};
use crate::report::Report;
use crate::{Setup, wrk};
use std::path::Path;
use std::process::Command;

const EVENTS: u64 = 1_000_000;

/// Writes the events over HTTP, kills the server, and times its starts.
pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<(), String> {
    let data = setup.scratch.join("restart");
    let server = start(setup, &data)?;
    let mut events = 0;
    while events < EVENTS {
        let url = format!("{}/todos", server.url());
        events += wrk::run(&url, Some(Path::new("tests/bench/post_todo.lua")), 128, 5)?.requests;
    }
    server.kill();
    let mut seconds = Vec::new();
    for _ in 0..setup.rounds {
        let server = start(setup, &data)?;
        report.raw(format!("restart with {events} events: {:.2} s", server.start_time.as_secs_f64()));
        // The first start found more events than asked for; the figure is for a million.
        seconds.push(server.start_time.as_secs_f64() * EVENTS as f64 / events as f64);
        server.kill();
    }
    let seconds = median(seconds);
    report.figure(
        "restart of `todo` with 1,000,000 events to `/readyz`",
        seconds,
        format!("{seconds:.2} s"),
        target("restart"),
    );
    Ok(())
}

fn start(setup: &Setup, data: &Path) -> Result<Server, String> {
    let port = free_port()?;
    let listen = format!("127.0.0.1:{port}");
    Server::start(
        Command::new(setup.binaries.join("todo")).args(["--listen", &listen, "--data"]).arg(data),
        port,
        Some("/readyz"),
    )
}
