//! One diagnostic, several ways to show it. The picture in the terminal needs miette's own
//! renderer, so it takes one; the others are text.

pub mod json;
pub mod short;
pub mod terminal;
