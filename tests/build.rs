//! Compiles the schemas of benchmarks and tests.

fn main() {
    raftstone_build::compile_all(&[
        "bench/items.rstone",
        "../examples/bank.rstone",
        "whole/language.rstone",
        "whole/reports.rstone",
    ]);
}
