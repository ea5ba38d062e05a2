//! Serves the rows of the reference servers.

raftstone::include_schema!("items");

#[tokio::main]
async fn main() -> std::process::ExitCode {
    items::serve().await
}
