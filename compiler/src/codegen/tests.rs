//! The examples, generated: what rustc sees of them is compiled by their own crate.

use super::GeneratedFile;
use super::schema::OPENAPI_FILE;
use crate::{Input, check, generate};

const TODO: &str = include_str!("../../../examples/todo.rstone");
const BANK: &str = include_str!("../../../examples/bank.rstone");

fn generated(name: &str, text: &str) -> Vec<GeneratedFile> {
    let checked = check(Input { root: name, read: &mut |_| Ok(text.to_owned()), lock: None });
    assert!(!checked.has_errors(), "{:?}", checked.problems);
    generate(name, &checked)
}

#[test]
fn every_file_parses_and_is_formatted() {
    let files = [generated("todo", TODO), generated("bank", BANK)].concat();
    for file in files.iter().filter(|file| !file.name.ends_with(OPENAPI_FILE)) {
        let parsed = syn::parse_file(&file.text);
        assert!(parsed.is_ok(), "{}: {:?}", file.name, parsed.err());
        assert!(file.text.lines().all(|line| line.trim_end() == line), "{} has blanks at line ends", file.name);
    }
}

#[test]
fn the_same_schema_gives_the_same_bytes() {
    assert_eq!(generated("todo", TODO), generated("todo", TODO));
    assert_eq!(generated("bank", BANK), generated("bank", BANK));
}

/// Two options inside each other would not be what the result says.
#[test]
fn the_first_of_options_is_one_option() {
    let rows = generated("rows", include_str!("../../tests/plans/rows.rstone"));
    let text: String = rows.iter().flat_map(|file| file.text.split_whitespace()).collect();
    assert!(text.contains("Some(p)=>{matchp.boss{"), "{rows:#?}");
    assert!(!text.contains("Some(matchp.boss"), "{rows:#?}");
}

#[test]
fn no_panic_path_is_written() {
    for file in [generated("todo", TODO), generated("bank", BANK)].concat() {
        for word in [".unwrap()", ".expect(", "panic!", "unsafe", "todo!"] {
            assert!(!file.text.contains(word), "{} has `{word}`", file.name);
        }
    }
}
