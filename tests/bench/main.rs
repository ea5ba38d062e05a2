//! Measures Raftstone beside its reference servers in one run, and writes `docs/benchmarks.md`.
//!
//! Every comparison alternates between the two sides, so that a drift of the machine meets both.

mod check;
mod items;
mod machine;
mod process;
mod report;
mod restart;
mod transfer;
mod wrk;

use report::{Report, Target};
use std::path::PathBuf;
use std::process::ExitCode;

/// What the command line says.
pub(crate) struct Setup {
    /// Where the release binaries lie.
    binaries: PathBuf,
    /// The reference server.
    reference: PathBuf,
    /// Scratch space for data directories, removed at the end.
    scratch: PathBuf,
    /// Seconds of each run of wrk.
    seconds: u32,
    /// Rounds of each comparison.
    rounds: usize,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let setup = setup()?;
    std::fs::create_dir_all(&setup.scratch).map_err(|error| format!("{}: {error}", setup.scratch.display()))?;
    let mut report = Report::new();
    machine::calibrate(&setup, &mut report)?;
    items::reads(&setup, &mut report)?;
    items::writes(&setup, &mut report)?;
    items::kill(&setup, &mut report)?;
    transfer::measure(&setup, &mut report)?;
    restart::measure(&setup, &mut report)?;
    check::measure(&setup, &mut report)?;
    std::fs::remove_dir_all(&setup.scratch).map_err(|error| format!("{}: {error}", setup.scratch.display()))?;
    report.finish()
}

fn setup() -> Result<Setup, String> {
    let mut setup = Setup {
        binaries: PathBuf::from("target/release"),
        reference: PathBuf::from("target/reference/release/hello"),
        scratch: std::env::temp_dir().join(format!("raftstone-bench-{}", std::process::id())),
        seconds: 4,
        rounds: 7,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("{argument} needs a number"));
        match argument.as_str() {
            "--binaries" => setup.binaries = PathBuf::from(&value),
            "--reference" => setup.reference = PathBuf::from(&value),
            "--scratch" => setup.scratch = PathBuf::from(&value),
            "--seconds" => setup.seconds = number()?,
            "--rounds" => setup.rounds = number()? as usize,
            _ => return Err(format!("unknown option {argument}")),
        }
    }
    Ok(setup)
}

/// The rows of the table, so that the report says whether each is met.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("GET by id", Target::RatioAtLeast(0.85)),
    ("durable POST", Target::RatioAtLeast(0.9)),
    ("transfer in process", Target::AtLeast(250_000.0)),
    ("restart", Target::AtMost(2.0)),
    ("check 500 models", Target::AtMost(0.1)),
];
