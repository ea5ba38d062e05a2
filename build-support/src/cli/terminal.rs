//! What is said to people on standard error, in the manner of cargo.

use std::ffi::OsString;
use std::io::IsTerminal;

use crate::environment;

/// The width of the first word of a line, as in cargo's own.
const WIDTH: usize = 12;

/// Whether standard error shows colours.
pub(super) fn has_colours() -> bool {
    let variable = |name: &str| -> Option<OsString> { std::env::var_os(name) };
    environment::has_colours(&variable, std::io::stderr().is_terminal())
}

/// Whether somebody is looking.
pub(super) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// A line such as `   Formatted todo.rstone`.
pub(super) fn status(verb: &str, what: &str) {
    eprintln!("{}", line(verb, what, has_colours()));
}

fn line(verb: &str, what: &str, has_colours: bool) -> String {
    if has_colours {
        format!("\u{1b}[1m\u{1b}[32m{verb:>WIDTH$}\u{1b}[0m {what}")
    } else {
        format!("{verb:>WIDTH$} {what}")
    }
}

/// `1 schema`, `2 schemas`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_look_like_those_of_cargo() {
        assert_eq!(line("Fixed", "a.rstone", false), "       Fixed a.rstone");
        assert_eq!(line("Fixed", "a.rstone", true), "\u{1b}[1m\u{1b}[32m       Fixed\u{1b}[0m a.rstone");
        assert_eq!([count(1, "fix"), count(0, "schema")], ["1 fix", "0 schemas"]);
    }
}
