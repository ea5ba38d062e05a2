//! The kinds of problems, as data: a code, a title, an explanation and two examples each.
//!
//! Codes are stable: a retired one is not given out again. Each stage owns its range:
//! `RS00xx` syntax, `RS01xx` files, names and types of fields, `RS02xx` expressions, `RS03xx`
//! models, events and views, `RS04xx` `apply`, determinism and effects, `RS05xx` queries,
//! `RS06xx` endpoints, resources and rights, `RS07xx` the lock file, `RS08xx` identity, `RS09xx` hooks
//! and jobs, `RS10xx` scenarios.

pub mod apply;
pub mod auth;
pub mod endpoints;
pub mod expressions;
pub mod flow;
pub mod items;
pub mod lints;
pub mod live;
pub mod lock;
pub mod models;
pub mod queries;
pub mod reactions;
pub mod returns;
pub mod rights;
pub mod scenarios;
pub mod syntax;
pub mod unavailable;
pub mod views;

use std::fmt;

/// Whether a problem stops the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

/// A kind of problem.
#[derive(PartialEq, Eq)]
pub struct CodeInfo {
    /// `RS0203`
    pub code: &'static str,
    /// Whether it stops the build.
    pub severity: Severity,
    /// The rule in one line, without a full stop.
    pub title: &'static str,
    /// Why the rule is there and what to do, in a paragraph or two of Markdown.
    pub explanation: &'static str,
    /// A text that breaks the rule.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
}

/// The code says it all where a problem is printed in a test.
impl fmt::Debug for CodeInfo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code)
    }
}

/// Declares the codes of a range: a static for each, and `ALL`.
///
/// A macro, so that no code can be left out of the list that the pages and tests walk.
macro_rules! codes {
    ($($name:ident = $code:literal, $severity:ident, $title:literal,
       $explanation:literal, bad: $bad:literal, good: $good:literal;)*) => {
        $(
            #[doc = $title]
            pub static $name: $crate::codes::CodeInfo = $crate::codes::CodeInfo {
                code: $code,
                severity: $crate::codes::Severity::$severity,
                title: $title,
                explanation: $explanation,
                bad: $bad,
                good: $good,
            };
        )*
        /// The codes of this range.
        pub static ALL: &[&$crate::codes::CodeInfo] = &[$(&$name),*];
    };
}
pub(crate) use codes;

/// The codes of the compiler's stages, one file a subject.
const STAGES: [&[&CodeInfo]; 17] = [
    items::ALL,
    expressions::ALL,
    flow::ALL,
    lints::ALL,
    unavailable::ALL,
    models::ALL,
    views::ALL,
    apply::ALL,
    queries::ALL,
    endpoints::ALL,
    rights::ALL,
    live::ALL,
    returns::ALL,
    lock::ALL,
    auth::ALL,
    reactions::ALL,
    scenarios::ALL,
];

/// Every code, those of the parser first, in their order.
pub fn all() -> impl Iterator<Item = &'static CodeInfo> {
    let mut own: Vec<&'static CodeInfo> = STAGES.into_iter().flatten().copied().collect();
    own.sort_by_key(|info| info.code);
    syntax::ALL.iter().chain(own)
}

/// The entry of a code such as `RS0203`, in any case of letters.
pub fn find(code: &str) -> Option<&'static CodeInfo> {
    all().find(|info| info.code.eq_ignore_ascii_case(code))
}

/// The page of a code, in Markdown: what stands under `docs/diagnostics/` and what `rstone explain`
/// shows.
pub fn page(info: &CodeInfo) -> String {
    let severity = match info.severity {
        Severity::Error => "An error: it stops the build.",
        Severity::Warning => "A warning: the build goes on.",
    };
    let head = format!("# {}: {}\n\n{severity}\n\n{}\n", info.code, info.title, info.explanation);
    let examples = [("Wrong", info.bad), ("Right", info.good)];
    let examples = examples.iter().filter(|(_, text)| !text.is_empty());
    let examples = examples.map(|(title, text)| format!("\n## {title}\n\n```rstone\n{text}```\n"));
    examples.fold(head, |page, example| page + &example)
}
