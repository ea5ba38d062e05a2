//! Serves queries over several tables and groups, for the tests of the whole.

raftstone::include_schema!("reports");

#[tokio::main]
async fn main() -> std::process::ExitCode {
    reports::serve().await
}
