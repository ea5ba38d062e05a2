//! Schemas and what they are planned to be: `plans/*.rstone` with `plans/*.plan` beside.
//! `RAFTSTONE_UPDATE=1` rewrites the expectations.

use std::path::PathBuf;

use raftstone_compiler::codes::unavailable::CANNOT_RUN_YET;
use raftstone_compiler::plan::print;
use raftstone_compiler::{Input, check};

#[test]
fn plans_are_as_expected() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let updates = std::env::var_os("RAFTSTONE_UPDATE").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rstone") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).expect("a readable schema");
        let mut read = |_: &str| Ok(text.clone());
        let checked = check(Input { root: "plan.rstone", read: &mut read, lock: None });
        let errors: Vec<String> = checked
            .problems
            .iter()
            // What cannot run yet has a plan already.
            .filter(|problem| problem.is_error() && problem.code != &CANNOT_RUN_YET)
            .map(|problem| format!("{} {}", problem.code.code, problem.message))
            .collect();
        if !errors.is_empty() {
            wrong.push(format!("{}: {errors:#?}", path.display()));
            continue;
        }
        let plan = print::bodies(&checked.declarations, &checked.bodies);
        let expected_path = path.with_extension("plan");
        if updates {
            std::fs::write(&expected_path, &plan).expect("a writable folder");
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        if plan != expected {
            wrong.push(format!("{}: expected\n{expected}\nbut it is\n{plan}", path.display()));
        }
    }
    assert!(count > 5, "only {count} schemas were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
