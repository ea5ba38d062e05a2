//! `raftstone-lsp`: speaks the Language Server Protocol over standard input and output.

use std::process::ExitCode;

use raftstone_lsp::server;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        // Editors pass `--stdio` by habit; there is no other way to speak.
        None | Some("--stdio") => {}
        Some("--version" | "-V") => {
            eprintln!("raftstone-lsp {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Some(other) => {
            eprintln!(
                "raftstone-lsp: unknown argument `{other}`; it takes none: an editor starts it and speaks over stdio"
            );
            return ExitCode::from(2);
        }
    }
    let (connection, threads) = server::stdio::connect();
    let ending = server::run(&connection);
    drop(connection);
    threads.finish();
    ending.exit_code()
}
