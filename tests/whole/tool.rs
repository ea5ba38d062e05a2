//! The `rstone` tool as its users run it: a real binary in a folder of its own.

use raftstone_tests::server::{binary, workspace};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;

/// The tool says nothing new for so long only if it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

const UNFORMATTED: &str = "type   A=int // a\nstruct S{a:A}\n";
const FORMATTED: &str = "type A = int  // a\nstruct S { a: A }\n";

fn rstone(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(binary("rstone"));
    command.args(words).current_dir(folder).stdin(Stdio::null());
    for name in ["NO_COLOR", "CARGO_TERM_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, words: &[&str]) -> (i32, String, String) {
    outcome(&rstone(folder, words).output().unwrap())
}

/// Exit code, standard output, standard error.
fn outcome(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn with_input(folder: &Path, words: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child =
        rstone(folder, words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    outcome(&child.wait_with_output().unwrap())
}

fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn wrong_calls_end_with_2_and_say_what_there_is() {
    let folder = folder_with(&[("a.rstone", FORMATTED)]);
    for (words, said) in [
        (&[][..], "usage: rstone COMMAND"),
        (&["chekc"], "did you mean `check`?"),
        (&["check"], "which file?"),
        (&["check", "--shor", "a.rstone"], "did you mean `--short`?"),
        (&["check", "--short", "--json", "a.rstone"], "choose one"),
        (&["fmt", "missing.rstone"], "there is no such file"),
        (&["fmt", "--fix"], "there is no option `--fix` here"),
        (&["new"], "name the new application"),
        (&["new", "Fn"], "is no name for a crate"),
        (&["new", "x", "--path", "."], "is no clone of Raftstone"),
        (&["dev"], "there is no `Cargo.toml` here"),
        (&["dev", "--port", "1"], "`dev` takes"),
    ] {
        let (code, out, err) = run(folder.path(), words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}: {err}");
        assert!(err.contains(said), "{words:?}: {err}");
    }
}

#[test]
fn the_help_names_every_command_and_the_exit_codes() {
    let (code, out, _) = run(workspace(), &["help"]);
    assert_eq!(code, 0);
    for word in ["check", "fmt", "new", "dev", "lock", "explain", "openapi", "version", "Exit codes: 0 success; 1 "] {
        assert!(out.contains(word), "`{word}` lacks in {out}");
    }
}

#[test]
fn fmt_formats_files_and_folders_and_says_which() {
    let files = [("a.rstone", UNFORMATTED), ("b/c.rstone", UNFORMATTED), ("target/d.rstone", UNFORMATTED)];
    let folder = folder_with(&files);
    let (code, out, err) = run(folder.path(), &["fmt", "--check"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(out, "a.rstone:1: is not formatted\nb/c.rstone:1: is not formatted\n");
    assert_eq!(read(&folder, "a.rstone"), UNFORMATTED, "`--check` writes nothing");
    let (code, out, err) = run(folder.path(), &["fmt"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert_eq!(err, "   Formatted a.rstone\n   Formatted b/c.rstone\n");
    assert_eq!([read(&folder, "a.rstone"), read(&folder, "b/c.rstone")], [FORMATTED, FORMATTED]);
    assert_eq!(read(&folder, "target/d.rstone"), UNFORMATTED);
    let quiet = (0, String::new(), String::new());
    assert_eq!(run(folder.path(), &["fmt"]), quiet);
    assert_eq!(run(folder.path(), &["fmt", "--check", "a.rstone"]), quiet);
}

#[test]
fn fmt_reads_standard_input() {
    let folder = folder_with(&[]);
    let (code, out, err) = with_input(folder.path(), &["fmt", "-"], UNFORMATTED.as_bytes());
    assert_eq!((code, out.as_str(), err.as_str()), (0, FORMATTED, ""));
    assert_eq!(with_input(folder.path(), &["fmt", "--check", "-"], UNFORMATTED.as_bytes()).0, 1);
    assert_eq!(with_input(folder.path(), &["fmt", "--check", "-"], FORMATTED.as_bytes()).0, 0);
    let (code, out, err) = with_input(folder.path(), &["fmt", "-"], b"\xff");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("standard input cannot be read"), "{err}");
}

#[test]
fn fmt_leaves_damaged_items_and_says_so() {
    let folder = folder_with(&[("a.rstone", "type   A=int\nmodel  M {\n  ??\n}\n")]);
    let (code, _, err) = run(folder.path(), &["fmt", "a.rstone"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.starts_with("a.rstone:2: left as it is, since it cannot be read"), "{err}");
    assert_eq!(read(&folder, "a.rstone"), "type A = int\nmodel  M {\n  ??\n}\n");
}

/// One problem in each file, two that touch, and one that shows only when another is mended.
const BROKEN: &str = "\
import \"b.rstone\"

model User {
    id:   int @key @auto
    name: strin
    age:  int = 0
}

event UserAdded creates User { name }

endpoint adults(limit: int @min(1) @max(100) = 20) -> [User] at GET /adults for anyone =
    from u in Usr where u.age > 17 && u.age < 100 limit limit
";
const BROKEN_IMPORT: &str = "struct other { a: int }\n";

#[test]
fn check_fix_mends_all_that_is_certain() {
    let folder = folder_with(&[("a.rstone", BROKEN), ("b.rstone", BROKEN_IMPORT)]);
    let (code, out, _) = run(folder.path(), &["check", "--short", "a.rstone"]);
    assert_eq!(code, 1);
    assert!(out.contains("RS0114"), "{out}");
    let (code, out, err) = run(folder.path(), &["check", "--fix", "--short", "a.rstone"]);
    assert_eq!(code, 0, "{out}{err}\n{}", read(&folder, "a.rstone"));
    assert!(err.contains("       Fixed a.rstone ("), "{err}");
    let text = read(&folder, "a.rstone");
    for part in ["name: string\n", "from u in User where", " and u.age < 100", "@index"] {
        assert!(text.contains(part), "`{part}` lacks in\n{text}");
    }
    assert_eq!(read(&folder, "b.rstone"), BROKEN_IMPORT.replace("other", "Other"));
    let (_, _, err) = run(folder.path(), &["check", "--fix", "a.rstone"]);
    assert!(!err.contains("Fixed"), "a second time changes nothing: {err}");
    assert_eq!(read(&folder, "a.rstone"), text);
}

#[test]
fn colours_are_the_users_choice() {
    let folder = folder_with(&[("a.rstone", "type A = in\n")]);
    let colours = |variables: &[(&str, &str)]| {
        let output = rstone(folder.path(), &["check", "a.rstone"]).envs(variables.iter().copied()).output().unwrap();
        outcome(&output).2.contains("\u{1b}[")
    };
    assert!(!colours(&[]), "a pipe has no colours");
    assert!(colours(&[("CARGO_TERM_COLOR", "always")]));
    assert!(!colours(&[("CARGO_TERM_COLOR", "always"), ("NO_COLOR", "1")]));
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn check_watch_looks_again_after_each_change_also_of_an_import() {
    let folder =
        folder_with(&[("a.rstone", "import \"b.rstone\"\nstruct S { a: B }\n"), ("b.rstone", "type B = in\n")]);
    let mut command = rstone(folder.path(), &["check", "--watch", "--short", "a.rstone"]);
    let mut child = Running(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    drop(command);
    let lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| said.send(line)));
    let wait_for = |word: &str| {
        let mut all = Vec::new();
        while !all.last().is_some_and(|line: &String| line.contains(word)) {
            all.push(heard.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no `{word}` in {all:?}")));
        }
    };
    wait_for("Watching 3 files");
    fs::write(folder.path().join("b.rstone"), "import \"c.rstone\"\ntype B = int\n").unwrap();
    wait_for("Watching 4 files");
    // It waits for a file that is not there yet.
    fs::write(folder.path().join("c.rstone"), "import \"d.rstone\"\n").unwrap();
    wait_for("Watching 5 files");
}

/// The commands of cargo for a crate outside of the workspace, in a target folder that is kept.
fn cargo_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let is_about_registries = ["CARGO_HOME", "CARGO_REGISTR", "CARGO_SOURCE", "CARGO_HTTP", "CARGO_NET"]
            .iter()
            .any(|start| name.starts_with(start));
        if name.starts_with("RAFTSTONE_") || name.starts_with("CARGO_") && !is_about_registries {
            command.env_remove(name.as_ref());
        }
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tool/target");
    command.env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0");
}

#[test]
fn a_new_crate_tests_runs_and_is_developed_on_one_port() {
    let folder = folder_with(&[]);
    let checkout = workspace().to_string_lossy().into_owned();
    let (code, out, err) = run(folder.path(), &["new", "my-notes", "--path", &checkout]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, _, err) = run(folder.path(), &["new", "my-notes"]);
    assert!(code == 2 && err.contains("is there already"), "{err}");
    let own = folder.path().join("my-notes");
    assert!(own.join("rstone.lock").exists());
    // The versions that the workspace is built with: they are there without a network.
    fs::copy(workspace().join("Cargo.lock"), own.join("Cargo.lock")).unwrap();

    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo_variables(cargo.args(["test", "--quiet"]).current_dir(&own));
    let (code, out, err) = outcome(&cargo.output().unwrap());
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("1 passed"), "{out}");

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listen = port.to_string();
    let mut command = rstone(&own, &["dev", "--", "--listen", &listen, "--data", "data"]);
    cargo_variables(&mut command);
    let mut child = Running(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let mut wait_for = |word: &str| {
        let mut all = String::new();
        loop {
            let line = lines.next().unwrap_or_else(|| panic!("`{word}` never came:\n{all}")).unwrap();
            all.push_str(&line);
            all.push('\n');
            if line.contains(word) {
                return;
            }
        }
    };
    let get = |path: &str| raftstone_tests::client::call(port, "GET", path, None).status;
    let serving = format!("serving address=\"http://{listen}\"");
    wait_for(&serving);
    wait_until(|| get("/notes?starred=false") == 200);
    assert_eq!(get("/hello"), 404);

    let schema = fs::read_to_string(own.join("my_notes.rstone")).unwrap();
    fs::write(
        own.join("my_notes.rstone"),
        format!("{schema}\nendpoint hello() -> string at GET /hello for anyone = nme\n"),
    )
    .unwrap();
    wait_for("RS0201");
    wait_for("Watching");
    assert_eq!(get("/notes?starred=false"), 200, "the old server goes on while there are mistakes");
    fs::write(
        own.join("my_notes.rstone"),
        format!("{schema}\nendpoint hello() -> string at GET /hello for anyone = \"hi\"\n"),
    )
    .unwrap();
    wait_for(&serving);
    wait_until(|| get("/hello") == 200);
    end_with_its_server(child);
}

/// Recovery is over when the first answer is right; the attempts are counted and not timed.
fn wait_until(is_so: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        std::thread::yield_now();
    }
    panic!("it never became so");
}

/// The server is a child of the tool: both are ended.
fn end_with_its_server(tool: Running) {
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", tool.0.id())).unwrap_or_default();
    drop(tool);
    for child in children.split_whitespace() {
        let _ = Command::new("kill").args(["-TERM", child]).status();
    }
}
