//! The `rstone` tool.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    raftstone_build::cli::run(&arguments).into()
}
