//! The load generator: one run of `wrk`, and what it says.

use std::path::Path;
use std::process::Command;

/// What a run of wrk measured.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// Requests a second.
    pub(crate) per_second: f64,
    /// The median latency, as wrk writes it.
    pub p50: String,
    /// The 99th percentile, as wrk writes it.
    pub p99: String,
    /// How many requests were answered.
    pub(crate) requests: u64,
}

/// Runs wrk with one thread and keep-alive; any answer other than 2xx fails the run.
pub(crate) fn run(url: &str, script: Option<&Path>, connections: u32, seconds: u32) -> Result<Load, String> {
    let mut command = Command::new("wrk");
    command.args(["-t1", "--latency", &format!("-c{connections}"), &format!("-d{seconds}s")]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let output = command.arg(url).output().map_err(|error| format!("wrk did not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(format!("wrk met errors:\n{text}"));
    }
    parse(&text).ok_or_else(|| format!("wrk said something else:\n{text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn parse(text: &str) -> Option<Load> {
    let word = |start: &str, position: usize| {
        let line = text.lines().find(|line| line.trim_start().starts_with(start))?;
        line.split_whitespace().nth(position)
    };
    let requests = text.lines().find(|line| line.contains("requests in"))?.split_whitespace().next()?;
    Some(Load {
        per_second: word("Requests/sec:", 1)?.parse().ok()?,
        p50: word("50%", 1)?.to_owned(),
        p99: word("99%", 1)?.to_owned(),
        requests: requests.parse().ok()?,
    })
}
