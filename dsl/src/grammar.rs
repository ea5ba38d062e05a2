//! The parser that pest makes of `rstone.pest`.

// The generated rules have no docstrings.
#![allow(missing_docs)]

use pest_derive::Parser;

/// Parses by [`Rule`].
#[derive(Parser)]
#[grammar = "../rstone.pest"]
pub(crate) struct Grammar;
