//! `rstone explain`: what a code is about, or what the queries of a schema cost.

use std::path::Path;

use raftstone_compiler::codes::unavailable::CANNOT_RUN_YET;
use raftstone_compiler::plan::print;
use raftstone_compiler::{codes, similar};

use super::{Command, Outcome, show, trouble};
use crate::disk::Schema;

pub(super) const COMMAND: Command = Command {
    name: "explain",
    usage: &[
        ("CODE", "say what a code such as RS0114 is about"),
        ("FILE", "show by which ways, and at what cost, a schema's queries run, and what keeps its views"),
    ],
    run: explain,
};

fn explain(arguments: &[String]) -> Outcome {
    let [what] = arguments else {
        return trouble("explain one code or schema, such as `rstone explain RS0114` or `rstone explain app.rstone`");
    };
    let path = Path::new(what);
    if path.extension().is_some_and(|extension| extension == "rstone") {
        return explain_queries(path);
    }
    let Some(info) = codes::find(what) else {
        let near = similar::nearest(what, codes::all().map(|info| info.code));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return trouble(&format!("there is no code `{what}`{hint}"));
    };
    print!("{}", codes::page(info));
    Outcome::Success
}

/// The plan and the cost of every query and view. Those of a schema with errors are not settled, but what cannot
/// run yet has its plan.
fn explain_queries(root: &Path) -> Outcome {
    let schema = match Schema::load(root) {
        Ok(schema) => schema,
        Err(message) => return trouble(&message),
    };
    let checked = &schema.checked;
    if checked.problems.iter().any(|problem| problem.is_error() && problem.code != &CANNOT_RUN_YET) {
        show(&schema, &[]);
        return Outcome::Errors;
    }
    print!("{}", print::queries(&checked.program, &checked.declarations, &checked.bodies));
    Outcome::Success
}
