//! The rules of the house that a machine can check.

use raftstone_tests::server::workspace;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most lines of a source file.
const LINES_MAX: usize = 600;
/// The most lines of a function.
const FUNCTION_LINES_MAX: usize = 70;

fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| workspace().join(folder)).collect();
    let mut files = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs" | "whole")))
}

#[test]
fn files_and_functions_stay_short() {
    let mut offenders = Vec::new();
    for path in
        sources(&["dsl/src", "compiler/src", "build-support/src", "runtime/src", "lsp/src", "tests/src", "tests/bench"])
    {
        if path.components().any(|part| part.as_os_str() == "reference") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        if lines > LINES_MAX {
            offenders.push(format!("{}: {lines} lines", path.display()));
        }
        if !is_test(&path) {
            offenders.extend(long_functions(&text).into_iter().map(|what| format!("{}: {what}", path.display())));
        }
    }
    assert!(offenders.is_empty(), "{}", offenders.join("\n"));
}

/// Functions by their indentation, as rustfmt writes them.
fn long_functions(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_function = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn ", "pub async fn "]
            .iter()
            .any(|keyword| code.starts_with(keyword));
        // A line of a schema in a string may start like one, but does not end like one.
        if !is_function || !code.ends_with(['{', '(', '<', ')', '>']) {
            continue;
        }
        let end = format!("{}}}", " ".repeat(line.len() - code.len()));
        let Some(length) = lines[start..].iter().position(|line| *line == end) else { continue };
        if length + 1 > FUNCTION_LINES_MAX {
            found.push(format!("line {}: a function of {} lines", start + 1, length + 1));
        }
    }
    found
}

#[test]
fn the_core_of_the_compiler_touches_no_file_clock_or_environment() {
    let mut offenders = Vec::new();
    for path in sources(&["dsl/src", "compiler/src", "lsp/src/ide"]) {
        if is_test(&path) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["std::fs", "std::env", "std::net", "SystemTime", "Instant::now", "println!", "eprintln!"] {
            for (number, line) in text.lines().enumerate() {
                if line.contains(word) && !line.trim_start().starts_with("//") {
                    offenders.push(format!("{}:{}: {word}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(offenders.is_empty(), "{}", offenders.join("\n"));
}

#[test]
fn dependencies_point_one_way() {
    let tree = |package: &str, edges: &str| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args([
                "tree",
                "--locked",
                "--offline",
                "--edges",
                edges,
                "--prefix",
                "none",
                "--format",
                "{p}",
                "-p",
                package,
            ])
            .current_dir(workspace())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        // `name v1.2.3 (path)`: two versions of one crate are two to build.
        let crates = text.lines().map(|line| line.split(" (").next().unwrap_or(line).to_owned());
        crates.collect::<BTreeSet<String>>()
    };
    for package in ["raftstone-dsl", "raftstone-compiler", "raftstone-build", "raftstone-lsp"] {
        for one in tree(package, "normal") {
            let name = one.split(' ').next().unwrap_or_default();
            assert!(
                !matches!(name, "tokio" | "warp" | "openraft" | "hyper" | "raftstone"),
                "{package} depends on {name}"
            );
        }
    }
    for one in tree("raftstone", "normal") {
        let name = one.split(' ').next().unwrap_or_default();
        let is_foreign = name.starts_with("pest") || name == "miette" || name.starts_with("raftstone-");
        assert!(!is_foreign, "the runtime depends on {name}");
    }
    let build_side = tree("raftstone-build", "normal,build");
    assert!(build_side.len() <= 55, "raftstone-build pulls in {} crates", build_side.len());
}

#[test]
fn openraft_is_named_in_one_room_only() {
    for path in sources(&["runtime/src"]) {
        if path.components().any(|part| part.as_os_str() == "consensus") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let names = text.lines().any(|line| line.contains("openraft") && !line.trim_start().starts_with("//"));
        assert!(!names, "{} names openraft", path.display());
    }
}
