//! Two-row transfers of the bank inside the process, durable, 1,024 in flight.

use crate::Setup;
use crate::items::{median, target};
use crate::report::{Report, thousands};
use std::process::Command;

/// Runs the transfer binary a few times on fresh data.
pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<(), String> {
    let mut rates = Vec::new();
    for round in 0..setup.rounds {
        let output = Command::new(setup.binaries.join("bench-transfer"))
            .arg(setup.scratch.join(format!("transfer-{round}")))
            .args(["1024", "1000000"])
            .output()
            .map_err(|error| format!("bench-transfer did not start: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let rate = text.split(' ').next().and_then(|rate| rate.parse::<f64>().ok());
        let rate = rate.ok_or_else(|| format!("bench-transfer: {}", String::from_utf8_lossy(&output.stderr)))?;
        report.raw(format!("transfer in process: {text}"));
        rates.push(rate);
    }
    let rate = median(rates);
    let shown = format!("{}/s", thousands(rate));
    report.figure(
        "two-row transfer of `bank` in process, durable, 1,024 in flight",
        rate,
        shown,
        target("transfer in process"),
    );
    Ok(())
}
