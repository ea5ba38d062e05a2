//! GET by id and durable POST over HTTP, beside servers that do nothing else.

use crate::process::{Server, free_port};
use crate::report::{Report, Target};
use crate::wrk::{self, Load};
use crate::{Setup, TARGETS};
use std::path::{Path, PathBuf};
use std::process::Command;

const CONNECTIONS: u32 = 64;
/// The rows that reads choose from, as in the reference servers.
const ROWS: u64 = 10_000;

/// GET by id against hand-written warp filters over a map.
pub(crate) fn reads(setup: &Setup, report: &mut Report) -> Result<(), String> {
    let script = Path::new("tests/bench/get_item.lua");
    let ours = start_ours(setup, &setup.scratch.join("items-read"))?;
    fill(&ours)?;
    let reference = start_reference(setup, "warpnd")?;
    let (ours, reference) = alternate(setup, report, "GET by id", (&ours, ""), (&reference, ""), script)?;
    report.compared(
        "GET by id, 64 connections; against hand-written warp filters over a map",
        ours,
        reference,
        target("GET by id"),
    );
    Ok(())
}

/// Durable POST against hyper with group commit.
pub(crate) fn writes(setup: &Setup, report: &mut Report) -> Result<(), String> {
    let script = Path::new("tests/bench/post_item.lua");
    let ours = start_ours(setup, &setup.scratch.join("items-write"))?;
    let reference = start_reference(setup, "gc")?;
    let path = "/items";
    let (ours, reference) = alternate(setup, report, "durable POST", (&ours, path), (&reference, path), script)?;
    report.compared(
        "durable POST, 64 connections; against hyper + group-commit fdatasync",
        ours,
        reference,
        target("durable POST"),
    );
    Ok(())
}

/// POSTs, a kill in the middle, and a count: every answered row has to be there.
pub(crate) fn kill(setup: &Setup, report: &mut Report) -> Result<(), String> {
    let data = setup.scratch.join("items-kill");
    let server = start_ours(setup, &data)?;
    let load =
        wrk::run(&format!("{}/items", server.url()), Some(Path::new("tests/bench/post_item.lua")), CONNECTIONS, 2)?;
    server.kill();
    let server = start_ours(setup, &data)?;
    let rows = count(&server)?;
    if rows < load.requests {
        return Err(format!("{} writes were acknowledged, {rows} rows are there after the kill", load.requests));
    }
    report.raw(format!("kill -9: {} writes acknowledged, {rows} rows after the restart", load.requests));
    Ok(())
}

/// Runs both sides in turn; gives the medians.
fn alternate(
    setup: &Setup,
    report: &mut Report,
    label: &str,
    ours: (&Server, &str),
    reference: (&Server, &str),
    script: &Path,
) -> Result<(f64, f64), String> {
    let mut measured = [Vec::new(), Vec::new()];
    for round in 0..=setup.rounds {
        for (side, (server, path)) in [ours, reference].into_iter().enumerate() {
            let seconds = if round == 0 { 1 } else { setup.seconds };
            let load = wrk::run(&format!("{}{path}", server.url()), Some(script), CONNECTIONS, seconds)?;
            // The first round warms up.
            if round > 0 {
                report.raw(show(label, side, &load));
                measured[side].push(load.per_second);
            }
        }
    }
    let [ours, reference] = measured;
    Ok((median(ours), median(reference)))
}

fn show(label: &str, side: usize, load: &Load) -> String {
    let side = if side == 0 { "raftstone" } else { "reference" };
    format!("{label}, {side}: {:.0}/s, p50 {}, p99 {}", load.per_second, load.p50, load.p99)
}

/// The middle value.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(row, _)| *row == name).map(|(_, target)| *target)
}

fn start_ours(setup: &Setup, data: &Path) -> Result<Server, String> {
    let binary: PathBuf = setup.binaries.join("bench-items");
    let port = free_port()?;
    let listen = format!("127.0.0.1:{port}");
    Server::start(Command::new(binary).args(["--listen", &listen, "--data"]).arg(data), port, Some("/readyz"))
}

fn start_reference(setup: &Setup, which: &str) -> Result<Server, String> {
    let port = free_port()?;
    let mut command = Command::new(&setup.reference);
    command.args([which, &port.to_string(), "2"]).env("GC_DIR", &setup.scratch);
    Server::start(&mut command, port, None)
}

/// Posts rows until there are enough to choose from.
fn fill(server: &Server) -> Result<(), String> {
    while count(server)? < ROWS {
        wrk::run(&format!("{}/items", server.url()), Some(Path::new("tests/bench/post_item.lua")), CONNECTIONS, 1)?;
    }
    Ok(())
}

fn count(server: &Server) -> Result<u64, String> {
    let body = server.get("/count")?;
    let digits: String = body.chars().filter(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| format!("not a count: {body}"))
}
