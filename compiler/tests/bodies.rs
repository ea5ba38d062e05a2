//! The codes of bodies: each example that is bad shows its code, each good one nothing.

use raftstone_compiler::codes::{self, CodeInfo};
use raftstone_compiler::{Input, check};

fn problems_of(text: &str) -> Vec<String> {
    let text = text.to_owned();
    let mut read = |path: &str| match path {
        "app.rstone" => Ok(text.clone()),
        other => Err(format!("there is no `{other}`")),
    };
    let checked = check(Input { root: "app.rstone", read: &mut read, lock: None });
    checked
        .problems
        .iter()
        .filter(|problem| !problem.code.code.starts_with("RS07"))
        .map(|problem| {
            let (_, text) = checked.source(problem.span.file);
            let (start, end) = (problem.span.span.start as usize, problem.span.span.end as usize);
            let place = text.get(start..end).unwrap_or_default();
            format!("{} at `{place}`: {}", problem.code.code, problem.message)
        })
        .collect()
}

fn of_bodies() -> impl Iterator<Item = &'static CodeInfo> {
    [codes::expressions::ALL, codes::apply::ALL, codes::queries::ALL, codes::returns::ALL]
        .into_iter()
        .flatten()
        .copied()
}

#[test]
fn examples_show_their_codes() {
    let mut wrong = Vec::new();
    for info in of_bodies() {
        let bad = problems_of(info.bad);
        if bad.len() != 1 || !bad.iter().all(|problem| problem.starts_with(info.code)) {
            wrong.push(format!("{} bad: {bad:#?}", info.code));
        }
        let good = problems_of(info.good);
        if !good.is_empty() {
            wrong.push(format!("{} good: {good:#?}", info.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_examples_are_right() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    let mut roots = 0;
    for entry in std::fs::read_dir(folder).expect("the examples are there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        if !name.ends_with(".rstone") || !text.contains("\napp ") {
            continue;
        }
        roots += 1;
        let mut read =
            |path: &str| std::fs::read_to_string(format!("{folder}/{path}")).map_err(|error| error.to_string());
        let checked = check(Input { root: &name, read: &mut read, lock: None });
        let wrong: Vec<String> = checked
            .problems
            .iter()
            .filter(|problem| !problem.code.code.starts_with("RS07"))
            .map(|problem| {
                let (path, text) = checked.source(problem.span.file);
                let line = text[..problem.span.span.start as usize].matches('\n').count() + 1;
                format!("{path}:{line}: {} {} ({:?})", problem.code.code, problem.message, problem.help)
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    assert!(roots >= 3, "only {roots} examples were found");
}
