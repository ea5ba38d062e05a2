//! The to-do list: everything is in `todo.rstone`.

raftstone::include_schema!("todo");

#[tokio::main]
async fn main() -> std::process::ExitCode {
    todo::serve().await
}
