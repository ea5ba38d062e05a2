//! What cargo and the terminal say about this run.

use std::ffi::OsString;
use std::path::PathBuf;

/// The surroundings of a build script, as far as they matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Environment {
    /// Where generated files go.
    pub out_dir: Option<PathBuf>,
    /// Whether this is a release build: it refuses a schema ahead of its lock file.
    pub is_release: bool,
    /// One line for each problem instead of pictures.
    pub is_short: bool,
    /// Whether rust-analyzer runs the script: then it must not fail, or all generated types are
    /// unknown while one line of the schema is half typed.
    pub is_rust_analyzer: bool,
    /// Whether pictures have colours.
    pub has_colours: bool,
}

impl Environment {
    /// The surroundings of this process.
    pub(crate) fn of_build_script() -> Self {
        Self::read(&|name| std::env::var_os(name))
    }

    /// The same from any source of variables.
    pub(crate) fn read(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let is = |name: &str, value: &str| variable(name).is_some_and(|found| found == value);
        Self {
            out_dir: variable("OUT_DIR").map(PathBuf::from),
            is_release: is("PROFILE", "release"),
            is_short: is("RAFTSTONE_DIAGNOSTICS", "short"),
            is_rust_analyzer: variable("RA_RUSTC_WRAPPER").is_some(),
            has_colours: has_colours(variable, false),
        }
    }
}

/// Whether to colour. A build script's stderr is a pipe that cargo copies, so nothing can be
/// detected there: without a word from the user there are no colours.
pub(crate) fn has_colours(variable: &dyn Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    match set("CARGO_TERM_COLOR").as_ref().and_then(|value| value.to_str()) {
        Some("always") => return true,
        Some("never") => return false,
        _ => {}
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb") || set("CI").is_some();
    is_terminal && !is_dumb
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours(variables: &[(&str, &str)], is_terminal: bool) -> bool {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        has_colours(&variable, is_terminal)
    }

    #[test]
    fn colours_by_the_rules_in_their_order() {
        let table: [(&[(&str, &str)], bool, bool); 10] = [
            (&[], false, false),
            (&[], true, true),
            (&[("NO_COLOR", "1"), ("CARGO_TERM_COLOR", "always")], true, false),
            (&[("NO_COLOR", "")], true, true),
            (&[("CARGO_TERM_COLOR", "always")], false, true),
            (&[("CARGO_TERM_COLOR", "never"), ("CLICOLOR_FORCE", "1")], true, false),
            (&[("CARGO_TERM_COLOR", "auto")], false, false),
            (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], false, true),
            (&[("TERM", "dumb")], true, false),
            (&[("CI", "true")], true, false),
        ];
        for (variables, is_terminal, expected) in table {
            assert_eq!(colours(variables, is_terminal), expected, "{variables:?} {is_terminal}");
        }
    }

    #[test]
    fn the_environment_of_a_build_script() {
        let variable = |name: &str| match name {
            "OUT_DIR" => Some(OsString::from("out")),
            "PROFILE" => Some(OsString::from("release")),
            "RAFTSTONE_DIAGNOSTICS" => Some(OsString::from("short")),
            _ => None,
        };
        let environment = Environment::read(&variable);
        assert!(environment.is_release && environment.is_short && !environment.is_rust_analyzer);
        assert_eq!(environment.out_dir, Some(PathBuf::from("out")));
    }
}
