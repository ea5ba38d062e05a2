//! Compiles the schemas of benchmarks and tests.

fn main() {
    raftstone_build::compile_all(&[
        "bench/items.rstone",
        "../examples/bank.rstone",
        "whole/language.rstone",
        "whole/reports.rstone",
        "schemas/issue_tracker/issue_tracker.rstone",
        "schemas/ledger/ledger.rstone",
    ]);
}
