//! `rstone new`: a crate that runs and tests at once.

use std::fs;
use std::path::{Path, PathBuf};

use super::terminal::status;
use super::{Command, Outcome, lock, trouble};
use crate::disk::in_words;

pub(super) const COMMAND: Command = Command {
    name: "new",
    usage: &[
        ("NAME", "begin an application: a crate in a folder of that name"),
        ("NAME --path CHECKOUT", "the same, on the crates in a clone of Raftstone's repository"),
    ],
    run: new,
};

/// The files of a crate; `{{…}}` stands for what depends on its name.
const FILES: [(&str, &str); 6] = [
    ("Cargo.toml", include_str!("../templates/Cargo.toml.txt")),
    ("build.rs", include_str!("../templates/build.rs.txt")),
    ("src/main.rs", include_str!("../templates/main.rs.txt")),
    ("{{module}}.rstone", include_str!("../templates/schema.rstone")),
    ("README.md", include_str!("../templates/README.md.txt")),
    (".gitignore", include_str!("../templates/gitignore.txt")),
];

/// Words of Rust, and crates that the application uses: none of them can be its module.
const TAKEN: [&str; 44] = [
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "type",
    "use",
    "raftstone",
    "tokio",
];

fn new(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let made = match words.as_slice() {
        [name] if !name.starts_with('-') => make(Path::new(name), None),
        [name, "--path", checkout] | ["--path", checkout, name] => make(Path::new(name), Some(Path::new(checkout))),
        _ => {
            return trouble("name the new application, such as `rstone new notes` (and `--path CHECKOUT`, if need be)");
        }
    };
    match made {
        Ok(()) => Outcome::Success,
        Err(message) => trouble(&message),
    }
}

fn make(folder: &Path, checkout: Option<&Path>) -> Result<(), String> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    check_name(&name)?;
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if folder.is_file() || !is_empty {
        return Err(format!("`{}` is there already: choose another name", folder.display()));
    }
    let [raftstone, raftstone_build] = dependencies(checkout)?;
    let module = name.replace('-', "_");
    let values = [
        ("{{name}}", name.clone()),
        ("{{module}}", module.clone()),
        ("{{Title}}", title(&name)),
        ("{{raftstone}}", raftstone),
        ("{{raftstone_build}}", raftstone_build),
    ];
    let fill = |text: &str| values.iter().fold(text.to_owned(), |text, (hole, value)| text.replace(hole, value));
    for (path, text) in FILES {
        let mut text = fill(text);
        if path == "Cargo.toml" && lies_in_workspace(folder) {
            text.push_str("\n# It lies below another workspace, and is no part of it.\n[workspace]\n");
        }
        write(&folder.join(fill(path)), &text)?;
    }
    status("Created", &format!("`{name}` in {}", folder.display()));
    let schema = folder.join(format!("{module}.rstone"));
    if lock::lock_one(&schema, false) == Outcome::Success {
        Ok(())
    } else {
        Err("the shapes were not recorded".to_owned())
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, text));
    written.map_err(|error| format!("{}: {}", path.display(), in_words(&error)))
}

/// A name that cargo, Rust and the language all take.
fn check_name(name: &str) -> Result<(), String> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    let goes_on_well =
        name.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || "-_".contains(each));
    if !starts_well || !goes_on_well {
        return Err(format!("`{name}` is no name for a crate: use small letters, digits, `-` and `_`, a letter first"));
    }
    if TAKEN.contains(&name) {
        return Err(format!("`{name}` means something in Rust already: choose another name"));
    }
    Ok(())
}

/// `my-notes` is shown as `My notes`.
fn title(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// How the crate depends on the runtime and on the compiler.
fn dependencies(checkout: Option<&Path>) -> Result<[String; 2], String> {
    let Some(checkout) = checkout else {
        let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
        return Ok([version.clone(), version]);
    };
    let path = |part: &str| -> Result<String, String> {
        let folder = fs::canonicalize(checkout.join(part)).ok().filter(|folder| folder.join("Cargo.toml").is_file());
        let folder: PathBuf = folder.ok_or_else(|| format!("`{}` is no clone of Raftstone", checkout.display()))?;
        // A string of TOML has the escapes of Rust's.
        Ok(format!("{{ path = {:?} }}", folder.to_string_lossy()))
    };
    Ok([path("runtime")?, path("build-support")?])
}

/// Whether cargo would take the folder for a member of a workspace above it.
fn lies_in_workspace(folder: &Path) -> bool {
    let Ok(above) = std::env::current_dir().map(|current| current.join(folder)) else { return false };
    let manifests = above.ancestors().skip(1).map(|ancestor| ancestor.join("Cargo.toml"));
    let mut texts = manifests.filter_map(|manifest| fs::read_to_string(manifest).ok());
    texts.any(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_cargo_rust_and_the_language() {
        for name in ["notes", "my-notes", "a1_b"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "Notes", "1a", "-a", "fn", "tokio", "a b", "é"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_schema_is_formatted() {
        let (_, text) = FILES[3];
        let text = text.replace("{{module}}", "notes").replace("{{Title}}", "Notes");
        assert_eq!(raftstone_dsl::format(&text).text, text);
    }

    #[test]
    fn titles_begin_with_a_capital() {
        assert_eq!([title("my-notes"), title("a")], ["My notes", "A"]);
    }
}
