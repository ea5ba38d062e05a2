//! A crate outside the workspace, as a user has one, and the real cargo on it.

use raftstone_tests::server::{binary, workspace};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::SystemTime;

/// The crate shows what was generated as text: these tests are about the script, and need no runtime.
const LIBRARY: &str = "\
//! What the schema gave.

/// The index of the generated files.
pub const INDEX: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/notes.rs\"));
";

/// One cargo at a time: they share a target directory, so that its dependencies are built once.
static CARGO: Mutex<()> = Mutex::new(());

/// What a run of cargo did to the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// All was fresh.
    Nothing,
    /// The build script ran.
    Script,
}

/// A run of cargo.
#[derive(Debug)]
pub(super) struct Run {
    name: &'static str,
    /// Whether cargo ended well.
    pub(super) succeeded: bool,
    /// What it wrote for people.
    pub(super) text: String,
    /// What it did.
    pub(super) ran: Ran,
}

impl Run {
    pub(super) fn assert_ok(self) -> Self {
        assert!(self.succeeded, "{}", self.text);
        self
    }

    /// The lines that the script says through cargo: its errors, or its warnings.
    pub(super) fn said(&self, kind: &str) -> Vec<String> {
        let start = format!("{kind}: {}@0.1.0: ", self.name);
        self.text.lines().filter_map(|line| line.strip_prefix(&start).map(str::to_owned)).collect()
    }
}

/// A crate with a `build.rs` that compiles `notes.rstone`.
pub(super) struct UserCrate {
    name: &'static str,
    folder: PathBuf,
}

impl UserCrate {
    /// A fresh crate without a schema. Its folder is the same at every run, so that what cargo keeps
    /// about it does not pile up.
    pub(super) fn new(name: &'static str) -> Self {
        let folder = scratch().join(name);
        let _ = fs::remove_dir_all(&folder);
        let new = Self { name, folder };
        new.write("Cargo.toml", &manifest(name));
        new.write("build.rs", &shown_in_readme("fn main()"));
        new.write("src/lib.rs", LIBRARY);
        // The versions that the workspace is built with: they are there without a network.
        let versions = fs::read_to_string(workspace().join("Cargo.lock")).expect("the versions of the workspace");
        new.write("Cargo.lock", &versions);
        let _ = new.out_dir().map(fs::remove_dir_all);
        new
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of a file");
        fs::write(path, text).expect("a file");
    }

    pub(super) fn touch(&self, name: &str) {
        let file = fs::File::options().append(true).open(self.folder.join(name)).expect("the file");
        file.set_modified(SystemTime::now()).expect("its time");
    }

    /// Records the shapes with the tool.
    pub(super) fn lock(&self) {
        let said = tool(&self.folder, &["lock", "notes.rstone"]);
        assert!(self.folder.join("rstone.lock").exists(), "{said}");
    }

    /// `cargo check` with further variables.
    pub(super) fn check(&self, variables: &[(&str, &str)]) -> Run {
        self.cargo(&["check"], variables)
    }

    /// `cargo check --release` with further variables.
    pub(super) fn check_release(&self, variables: &[(&str, &str)]) -> Run {
        self.cargo(&["check", "--release"], variables)
    }

    fn cargo(&self, words: &[&str], variables: &[(&str, &str)]) -> Run {
        let _one_at_a_time = CARGO.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(words).args(["--offline", "--verbose"]).arg("--target-dir").arg(target());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("RAFTSTONE_") || name.starts_with("CARGO_") && !is_about_registries(&name) {
                command.env_remove(name.as_ref());
            }
        }
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE", "RA_RUSTC_WRAPPER", "RUSTC_WRAPPER"] {
            command.env_remove(name);
        }
        command.env("CARGO_INCREMENTAL", "0").envs(variables.iter().copied()).current_dir(&self.folder);
        let output = command.output().expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let ran_script = text.lines().any(|line| {
            line.trim_start().starts_with("Running `")
                && line.contains(&format!("/build/{}-", self.name))
                && line.trim_end().ends_with("/build-script-build`")
        });
        let ran = if ran_script { Ran::Script } else { Ran::Nothing };
        Run { name: self.name, succeeded: output.status.success(), text: without_progress(&text), ran }
    }

    /// The folder of the generated files of the debug build.
    fn out_dir(&self) -> Option<PathBuf> {
        let start = format!("{}-", self.name);
        let folders = fs::read_dir(target().join("debug/build")).ok()?.filter_map(Result::ok);
        let own = folders.filter(|folder| folder.file_name().to_string_lossy().starts_with(&start));
        own.map(|folder| folder.path().join("out")).find(|path| path.exists())
    }

    /// The generated files by their names below the output folder.
    pub(super) fn output(&self) -> BTreeMap<String, String> {
        let read = |path: &Path| fs::read_to_string(path).expect("a generated file");
        self.files().into_iter().map(|(name, path)| (name, read(&path))).collect()
    }

    /// When the generated files were written.
    pub(super) fn output_times(&self) -> BTreeMap<String, SystemTime> {
        let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).expect("a time");
        self.files().into_iter().map(|(name, path)| (name, time(&path))).collect()
    }

    fn files(&self) -> Vec<(String, PathBuf)> {
        let top = self.out_dir().expect("cargo has run the script");
        let (mut waiting, mut files) = (vec![top.clone()], Vec::new());
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            } else {
                let name = path.strip_prefix(&top).expect("it lies below").to_string_lossy().into_owned();
                files.push((name, path));
            }
        }
        files
    }
}

/// The Rust that the README shows, by its first words.
pub(super) fn shown_in_readme(start: &str) -> String {
    let readme = fs::read_to_string(workspace().join("README.md")).expect("the README");
    let blocks = readme.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.into_iter().find(|block| block.starts_with(start)).expect("a block that begins so").to_owned()
}

/// What the `rstone` tool says in a folder.
pub(super) fn tool(folder: &Path, words: &[&str]) -> String {
    let output = Command::new(binary("rstone"))
        .args(words)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the tool runs");
    [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat()
}

/// Whether a variable of cargo says where crates come from; the others are the outer cargo's.
fn is_about_registries(name: &str) -> bool {
    ["CARGO_HOME", "CARGO_REGISTR", "CARGO_SOURCE", "CARGO_HTTP", "CARGO_NET"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// What cargo says beside the steps that it takes.
fn without_progress(text: &str) -> String {
    let steps =
        ["Fresh ", "Compiling ", "Checking ", "Running `", "Dirty ", "Blocking ", "Locking ", "Adding ", "Removing "];
    let is_step = |line: &&str| steps.iter().any(|step| line.trim_start().starts_with(step));
    text.lines().filter(|line| !is_step(line)).collect::<Vec<_>>().join("\n")
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_script")
}

fn target() -> PathBuf {
    scratch().join("target")
}

fn manifest(name: &str) -> String {
    let build_support = workspace().join("build-support");
    format!(
        "\
[package]
name = \"{name}\"
version = \"0.1.0\"
edition = \"2024\"

[build-dependencies]
raftstone-build = {{ path = \"{}\" }}

# It may lie below another workspace, and is no part of it.
[workspace]

[profile.dev]
debug = false
",
        build_support.display()
    )
}
