#!/usr/bin/env bash
# Builds the release binaries and the reference servers, then measures them in one run.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --locked -p raftstone-tests --bin bench --bin bench-items --bin bench-transfer
cargo build --release --locked -p raftstone-examples --bins
cargo build --release --locked -p raftstone-build --features cli --bin rstone
cargo build --release --manifest-path tests/bench/reference/Cargo.toml --target-dir "$target/reference"
exec "$target/release/bench" --binaries "$target/release" --reference "$target/reference/release/hello" "$@"
