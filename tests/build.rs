//! Compiles the schemas of the benchmarks.

fn main() {
    raftstone_build::compile_all(&["bench/items.rstone", "../examples/bank.rstone"]);
}
