//! `RS00xx`: syntax. The parser owns these codes; here they join the others.

use std::sync::LazyLock;

use super::{CodeInfo, Severity};

/// The codes of the parser.
pub static ALL: LazyLock<Vec<CodeInfo>> = LazyLock::new(|| {
    raftstone_dsl::CODES
        .iter()
        .map(|info| CodeInfo {
            code: info.code,
            severity: Severity::Error,
            title: info.title,
            explanation: info.explanation,
            bad: info.bad,
            good: info.good,
        })
        .collect()
});

/// Our entry for a code of the parser.
pub fn of(info: &raftstone_dsl::CodeInfo) -> &'static CodeInfo {
    let found = ALL.iter().find(|known| known.code == info.code);
    // The list holds every code that the parser has.
    found.unwrap_or(&super::items::UNKNOWN_TYPE)
}
