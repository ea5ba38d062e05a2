//! Figures of the machine itself, against which the others are judged.

use crate::process::{Server, free_port};
use crate::report::{Report, thousands};
use crate::{Setup, wrk};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::time::Instant;

const SYNCS: u64 = 3000;

/// Measures a bare `fdatasync` and a bare hyper GET.
pub(crate) fn calibrate(setup: &Setup, report: &mut Report) -> Result<(), String> {
    let per_second = syncs_per_second(setup).map_err(|error| format!("fdatasync: {error}"))?;
    report.calibration(
        "write of 4 KiB + fdatasync, zero-filled file, one thread",
        format!("{}/s", thousands(per_second)),
    );
    let port = free_port()?;
    let server =
        Server::start(Command::new(&setup.reference).args(["hyper", &port.to_string(), "2"]), port, Some("/hello"))?;
    wrk::run(&format!("{}/hello", server.url()), None, 64, 1)?;
    let load = wrk::run(&format!("{}/hello", server.url()), None, 64, setup.seconds)?;
    report.calibration("bare hyper, GET of a text", format!("{}/s", thousands(load.per_second)));
    Ok(())
}

fn syncs_per_second(setup: &Setup) -> std::io::Result<f64> {
    let path = setup.scratch.join("fdatasync");
    let file = File::create(&path)?;
    let zeros = vec![0_u8; 1 << 20];
    for position in 0..(SYNCS * 4096).div_ceil(1 << 20) {
        file.write_all_at(&zeros, position << 20)?;
    }
    file.sync_all()?;
    let block = [0xa5_u8; 4096];
    let began = Instant::now();
    for position in 0..SYNCS {
        file.write_all_at(&block, position * 4096)?;
        file.sync_data()?;
    }
    let per_second = SYNCS as f64 / began.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(per_second)
}
