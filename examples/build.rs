//! Compiles the schemas.

fn main() {
    raftstone_build::compile_all(&["todo.rstone", "bank.rstone", "shop.rstone"]);
}
