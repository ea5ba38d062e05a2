//! The process from outside: its flags, its errors, its end.

use raftstone_tests::client::{Connection, call, call_with};
use raftstone_tests::server::{Server, command, wait};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use tempfile::TempDir;

/// Starts an example that is expected to refuse; gives its exit code and what it says.
fn refused(flags: &[&str], data: &std::path::Path) -> (Option<i32>, String) {
    let output = command("todo", data).args(flags).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn assert_one_line(text: &str, words: &str) {
    assert_eq!(text.lines().count(), 1, "one clear line: {text}");
    assert!(text.contains(words), "{text} lacks `{words}`");
}

#[test]
fn bad_flags_and_values_end_with_one_line_and_code_2() {
    let data = TempDir::new().unwrap();
    for (flags, words) in [
        (&["--lisen", "127.0.0.1:1"][..], "did you mean `--listen`"),
        (&["--listen"][..], "needs a value"),
        (&["--listen", "nowhere"][..], "--listen"),
        (&["--max-body", "much"][..], "--max-body"),
        (&["--config", "/nonexistent/raftstone.toml"][..], "cannot read"),
        (&["serv"][..], "did you mean `serve`"),
        (&["serve", "twice"][..], "unexpected argument"),
    ] {
        let (code, text) = refused(flags, data.path());
        assert_eq!(code, Some(2), "{flags:?}: {text}");
        assert_one_line(&text, words);
    }
    let (_, rows) = (0, std::fs::read_dir(data.path()).unwrap().count());
    assert_eq!(rows, 0, "nothing was written");
}

#[test]
fn a_port_in_use_and_a_directory_that_is_none_are_told_in_one_line() {
    let data = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, text) = refused(&["--listen", &address], &data.path().join("a"));
    assert_eq!(code, Some(1), "{text}");
    assert_one_line(&text, &format!("cannot listen on {address}"));
    assert!(!data.path().join("a").exists(), "found before the data directory is touched");

    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (code, text) = refused(&["--listen", "127.0.0.1:0"], &file.join("below"));
    assert_eq!(code, Some(1), "{text}");
    assert_one_line(&text, "below");
}

#[test]
fn a_second_process_on_the_same_data_directory_is_refused_and_the_first_goes_on() {
    let data = TempDir::new().unwrap();
    let first = Server::start("todo", data.path());
    let (code, text) = refused(&["--listen", "127.0.0.1:0"], data.path());
    assert_eq!(code, Some(1));
    assert_one_line(&text, "in use by another process");
    assert_eq!(call(first.address, "GET", "/todos", None).status, 200);
}

#[test]
fn another_schemas_data_directory_is_refused_by_the_name_of_an_event() {
    let data = TempDir::new().unwrap();
    let todo = Server::start("todo", data.path());
    assert_eq!(call(todo.address, "POST", "/todos", Some("{\"title\":\"a\"}")).status, 201);
    assert!(todo.terminate().success());
    let output = command("bank", data.path()).args(["--listen", "127.0.0.1:0"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let line = text.lines().last().unwrap_or_default();
    assert!(line.contains("cannot read: event `") && line.contains("; start the binary that wrote them"), "{text}");
}

#[test]
fn sigterm_lets_requests_finish_and_keeps_everything() {
    let data = TempDir::new().unwrap();
    let server = Server::start("todo", data.path());
    let address = server.address;
    let mut connection = Connection::open(address).unwrap();
    for n in 0..50 {
        let body = format!("{{\"title\":\"{n}\"}}");
        assert_eq!(connection.request("POST", "/todos", Some(&body), &[]).unwrap().status, 201);
    }
    let status = server.terminate();
    assert!(status.success(), "{status}");
    let server = Server::start("todo", data.path());
    assert_eq!(call(server.address, "GET", "/summary", None).text(), "{\"open\":50,\"done\":0}");
}

#[test]
fn flags_environment_and_file_are_read_in_that_order() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("raftstone.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:1\"\nmax_body = \"2KiB\"\nlog_format = \"json\"\n").unwrap();
    let output = command("todo", data.path())
        .args(["check-config", "--listen", "127.0.0.1:3", "--config"])
        .arg(&file)
        .env("RAFTSTONE_LISTEN", "127.0.0.1:2")
        .env("RAFTSTONE_MAX_BODY", "4KiB")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in ["listen = \"127.0.0.1:3\"", "max_body = \"4KiB\"", "log_format = \"json\""] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[test]
fn the_data_directory_is_for_its_owner_alone() {
    let data = TempDir::new().unwrap();
    let directory = data.path().join("todo");
    let _server = Server::start("todo", &directory);
    let mut waiting = vec![directory];
    while let Some(path) = waiting.pop() {
        let metadata = std::fs::metadata(&path).unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o777, expected, "{}", path.display());
        if metadata.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
}

#[test]
fn a_key_makes_a_repeated_request_take_effect_once() {
    let data = TempDir::new().unwrap();
    let server = Server::start("todo", data.path());
    let post = |address, body: &str| call_with(address, "POST", "/todos", Some(body), &[("Idempotency-Key", "k-1")]);
    let first = post(server.address, "{\"title\":\"once\"}");
    assert_eq!(first.status, 201);
    let again = post(server.address, "{\"title\":\"once\"}");
    assert_eq!((again.status, again.text()), (201, first.text()));
    let other = post(server.address, "{\"title\":\"another\"}");
    assert_eq!(other.status, 422, "{}", other.text());
    server.kill();
    let server = Server::start("todo", data.path());
    // The address is in the answer: it is the first answer, to the letter, that comes again.
    assert_eq!(post(server.address, "{\"title\":\"once\"}").text(), first.text());
    assert_eq!(call(server.address, "GET", "/summary", None).text(), "{\"open\":1,\"done\":0}");
}

#[test]
fn health_is_told_and_standard_output_is_silent() {
    let data = TempDir::new().unwrap();
    let server = Server::start("todo", data.path());
    assert_eq!(call(server.address, "GET", "/livez", None).status, 200);
    let ready = call(server.address, "GET", "/readyz", None);
    assert_eq!(ready.status, 200);
    assert_eq!(ready.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(ready.header("server"), None);
    let mut child = command("todo", &data.path().join("x")).arg("--version").stdout(Stdio::piped()).spawn().unwrap();
    assert!(wait(&mut child).success());
}
