//! Serves what no example needs of the language.

raftstone::include_schema!("language");

#[tokio::main]
async fn main() -> std::process::ExitCode {
    language::serve().await
}
