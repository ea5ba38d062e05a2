//! What `rstone explain FILE` says of the queries of a schema: `explain/*.rstone` with
//! `explain/*.txt` beside. `RAFTSTONE_UPDATE=1` rewrites the expectations.

use std::path::PathBuf;

use raftstone_compiler::codes::unavailable::CANNOT_RUN_YET;
use raftstone_compiler::plan::print;
use raftstone_compiler::{Input, check};

#[test]
fn queries_are_explained() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    let updates = std::env::var_os("RAFTSTONE_UPDATE").is_some();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rstone") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).expect("a readable schema");
        let mut read = |_: &str| Ok(text.clone());
        let checked = check(Input { root: "schema.rstone", read: &mut read, lock: None });
        // What cannot run yet is planned all the same.
        let is_wrong = checked.problems.iter().any(|problem| problem.is_error() && problem.code != &CANNOT_RUN_YET);
        assert!(!is_wrong, "{}: {:#?}", path.display(), checked.problems);
        let explained = print::queries(&checked.program, &checked.declarations, &checked.bodies);
        let expected_path = path.with_extension("txt");
        if updates {
            std::fs::write(&expected_path, &explained).expect("a writable folder");
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        assert_eq!(explained, expected, "{}", path.display());
    }
    assert!(count > 1, "only {count} schemas were found");
}
