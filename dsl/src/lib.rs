//! The `.rstone` language: text to syntax.
//!
//! [`parse`] takes any text and always gives a tree, with a list of everything that is wrong in it.
//! The way there: [`scan`] splits the text into tokens that cover every byte; `blocks` cuts them
//! into items, whatever is missing between them; `brackets` and `layout` repair brackets and find
//! the logical lines; pest parses each item by the grammar in `rstone.pest`; `lower` makes the
//! tree. Nothing here touches the disk.

pub mod ast;
mod blocks;
mod brackets;
pub mod codes;
mod format;
mod grammar;
mod guess;
mod layout;
pub mod line_index;
mod lower;
mod outline;
mod parse;
mod pieces;
mod problem;
pub mod scan;
mod suggest;
#[cfg(test)]
mod tests;
mod trivia;
mod words;

pub use blocks::ITEM_KEYWORDS;
pub use codes::{CODES, CodeInfo};
pub use format::{Formatted, Refusal, format};
pub use layout::{MAX_CHAIN, MAX_DEPTH};
pub use line_index::{Encoding, LineColumn, LineIndex};
pub use parse::{MAX_FILE_BYTES, MAX_PROBLEMS, Parse, parse};
pub use problem::{Edit, Fix, Problem};
pub use trivia::Trivia;
