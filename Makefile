# The commands of the project. `verify` and `test` never write into the tree; `fix` does.
.PHONY: help setup run test quick verify fix bench soak

CARGO ?= cargo
# One value for everything: a second one would build all dependencies again.
export RUSTFLAGS ?=
export CARGO_TERM_COLOR ?= auto

help: ## What there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: ## Install what tests need and this machine lacks (Debian)
	@build-support/setup.sh cc:gcc make:make curl:curl python3:python3

run: ## Serve the to-do example on 127.0.0.1:8080
	$(CARGO) run --release -p raftstone-examples --bin todo

test: setup ## Every test
	$(CARGO) test --workspace --locked

quick: ## The fast part of the tests
	$(CARGO) test --locked -p raftstone-dsl -p raftstone-compiler -p raftstone --lib

verify: ## Format, lints, docs; writes nothing
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

fix: ## Format, apply lint fixes, bring expectations and generated pages up to date
	$(CARGO) fmt --all
	$(CARGO) clippy --workspace --all-targets --fix --allow-dirty --allow-staged
	RAFTSTONE_UPDATE=1 $(CARGO) test --workspace

bench: ## Measure, side by side with the reference servers (docs/benchmarks.md)
	@build-support/setup.sh cc:gcc wrk:wrk python3:python3
	tests/bench/run.sh

soak: ## The long versions of the tests
	RAFTSTONE_SOAK=1 $(CARGO) test --workspace --locked
