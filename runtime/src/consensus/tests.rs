//! Tests of the consensus of one node, and openraft's own suite on our store.

mod single_node;
mod suite;
