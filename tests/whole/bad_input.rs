//! What no client should send: each row gets its 4xx problem document, and nothing is written.

use raftstone_tests::client::{Answer, Connection, call};
use raftstone_tests::server::Server;
use std::net::SocketAddr;
use tempfile::TempDir;

/// Method, path, body, status, and the path of the broken field ("" where none is to blame).
type Row = (&'static str, &'static str, Option<&'static str>, u16, &'static str);

const TODO: &[Row] = &[
    // The body is no JSON object.
    ("POST", "/todos", None, 422, "title"),
    ("POST", "/todos", Some(""), 422, "title"),
    ("POST", "/todos", Some("{"), 400, ""),
    ("POST", "/todos", Some("{\"title\":\"a\""), 400, ""),
    ("POST", "/todos", Some("{\"title\":\"a\",}"), 400, ""),
    ("POST", "/todos", Some("{'title':'a'}"), 400, ""),
    ("POST", "/todos", Some("{\"title\":\"a\"} x"), 400, ""),
    ("POST", "/todos", Some("{\"title\":\"a\"}{\"title\":\"b\"}"), 400, ""),
    ("POST", "/todos", Some("[]"), 422, ""),
    ("POST", "/todos", Some("null"), 422, ""),
    ("POST", "/todos", Some("\"title\""), 422, ""),
    ("POST", "/todos", Some("7"), 422, ""),
    ("POST", "/todos", Some("nul"), 400, ""),
    ("POST", "/todos", Some("{\"title\":NaN}"), 400, ""),
    ("POST", "/todos", Some("{\"title\":\"\\ud800\"}"), 400, ""),
    ("POST", "/todos", Some("{\"title\":\"a\\u0000b\"}"), 400, "title"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"title\":\"b\"}"), 400, "title"),
    // Missing, unknown, of the wrong type.
    ("POST", "/todos", Some("{}"), 422, "title"),
    ("POST", "/todos", Some("{\"title\":null}"), 422, "title"),
    ("POST", "/todos", Some("{\"title\":7}"), 422, "title"),
    ("POST", "/todos", Some("{\"title\":true}"), 422, "title"),
    ("POST", "/todos", Some("{\"title\":[\"a\"]}"), 422, "title"),
    ("POST", "/todos", Some("{\"title\":{\"a\":1}}"), 422, "title"),
    ("POST", "/todos", Some("{\"titel\":\"a\"}"), 422, "titel"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"id\":5}"), 422, "id"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"done\":true}"), 422, "done"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"created_at\":\"2026-01-01T00:00:00Z\"}"), 422, "created_at"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"priority\":\"Urgent\"}"), 422, "priority"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"priority\":\"low\"}"), 422, "priority"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"priority\":1}"), 422, "priority"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"tags\":\"home\"}"), 422, "tags"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"tags\":[\"home\",3]}"), 422, "tags[1]"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"due\":\"tomorrow\"}"), 422, "due"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"due\":\"2026-02-30\"}"), 422, "due"),
    ("POST", "/todos", Some("{\"title\":\"a\",\"due\":20260101}"), 422, "due"),
    // Rules.
    ("POST", "/todos", Some("{\"title\":\"\"}"), 422, "title"),
    ("POST", "/todos", Some("{\"title\":\"    \"}"), 422, "title"),
    ("PATCH", "/todos/1", Some("{\"title\":\"\"}"), 422, "title"),
    ("PATCH", "/todos/1", Some("{\"title\":null}"), 422, "title"),
    ("PATCH", "/todos/1", Some("{\"done\":\"yes\"}"), 422, "done"),
    ("PATCH", "/todos/1", Some("{\"wat\":1}"), 422, "wat"),
    // Rows and routes that are not there.
    ("GET", "/todos/99", None, 404, ""),
    ("GET", "/todos/abc", None, 404, ""),
    ("GET", "/todos/1.0", None, 404, ""),
    ("GET", "/todos/-1", None, 404, ""),
    ("GET", "/todos/9223372036854775808", None, 404, ""),
    ("GET", "/todos/%31%00", None, 404, ""),
    ("GET", "/todos/1/", None, 404, ""),
    ("GET", "/todos/1/more", None, 404, ""),
    ("GET", "/nothing", None, 404, ""),
    ("GET", "/", None, 404, ""),
    ("GET", "/_internal", None, 404, ""),
    ("PATCH", "/todos/99", Some("{\"done\":true}"), 404, ""),
    ("DELETE", "/todos/99", None, 404, ""),
    // Methods.
    ("PUT", "/todos/1", Some("{}"), 405, ""),
    ("DELETE", "/todos", None, 405, ""),
    ("POST", "/summary", Some("{}"), 405, ""),
    ("BREW", "/todos", None, 405, ""),
    // The query string.
    ("GET", "/todos?limit=0", None, 422, "limit"),
    ("GET", "/todos?limit=101", None, 422, "limit"),
    ("GET", "/todos?limit=ten", None, 422, "limit"),
    ("GET", "/todos?limit=99999999999999999999", None, 422, "limit"),
    ("GET", "/todos?limit=1&limit=2", None, 422, "limit"),
    ("GET", "/todos?offset=-1", None, 422, "offset"),
    ("GET", "/todos?done=maybe", None, 422, "done"),
    ("GET", "/todos?sort=Size", None, 422, "sort"),
    ("GET", "/todos?limt=5", None, 422, "limt"),
    ("GET", "/todos?tag=%ff", None, 400, ""),
];

const BANK: &[Row] = &[
    ("POST", "/accounts", Some("{\"owner\":\"ann\",\"iban\":\"nonsense\"}"), 422, "iban"),
    ("POST", "/accounts", Some("{\"owner\":\"ann\",\"iban\":\"DE0012345678\",\"overdraft\":-1}"), 422, "overdraft"),
    (
        "POST",
        "/accounts",
        Some("{\"owner\":\"ann\",\"iban\":\"DE0012345678\",\"overdraft\":\"much\"}"),
        422,
        "overdraft",
    ),
    ("POST", "/accounts", Some("{\"owner\":\"eve\",\"iban\":\"DE0000000001\"}"), 409, "iban"),
    ("POST", "/accounts/1/deposits", Some("{\"amount\":\"0.001\"}"), 422, "amount"),
    ("POST", "/accounts/1/deposits", Some("{\"amount\":1e400}"), 422, "amount"),
    ("POST", "/accounts/1/deposits", Some("{\"amount\":\"99999999999999999999999999999999\"}"), 422, "amount"),
    ("POST", "/accounts/99/deposits", Some("{\"amount\":\"5\"}"), 404, ""),
    ("POST", "/accounts/1/transfers", Some("{\"to\":\"DE0000000099\",\"amount\":\"5\"}"), 404, "to"),
    ("POST", "/accounts/1/transfers", Some("{\"to\":\"DE0000000099\",\"amount\":\"0\"}"), 422, "amount"),
    ("POST", "/accounts/1/transfers", Some("{\"to\":\"DE0000000001\",\"amount\":\"5\"}"), 422, "to"),
    ("POST", "/accounts/1/transfers", Some("{\"to\":\"DE0000000002\",\"amount\":\"500\"}"), 409, ""),
    ("POST", "/moves", Some("{\"from\":1,\"to\":77,\"amount\":\"1\"}"), 404, "to"),
    ("POST", "/moves", Some("{\"from\":77,\"to\":1,\"amount\":\"1\"}"), 404, "from"),
    ("POST", "/moves", Some("{\"from\":1,\"to\":77,\"amount\":\"0\"}"), 422, "amount"),
    ("POST", "/moves", Some("{\"from\":\"1\",\"to\":2,\"amount\":\"1\"}"), 422, "from"),
    ("POST", "/moves", Some("{\"from\":1}"), 422, "to"),
];

fn check(address: SocketAddr, rows: &[Row]) {
    let mut failures = Vec::new();
    for (method, path, body, status, field) in rows {
        let answer = call(address, method, path, *body);
        if let Err(what) = judge(&answer, *status, field) {
            failures.push(format!(
                "{method} {path} {}: {what}\n    {} {}",
                body.unwrap_or(""),
                answer.status,
                answer.text()
            ));
        }
    }
    assert!(failures.is_empty(), "{} of {} rows:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

fn judge(answer: &Answer, status: u16, field: &str) -> Result<(), String> {
    if answer.status != status {
        return Err(format!("expected {status}"));
    }
    if answer.header("content-type") != Some("application/problem+json") {
        return Err("it is no problem document".into());
    }
    let problem = answer.json();
    if problem["status"] != status || !problem["title"].is_string() {
        return Err("the problem document lacks its status or title".into());
    }
    let fields: Vec<&str> =
        problem["errors"].as_array().into_iter().flatten().filter_map(|error| error["field"].as_str()).collect();
    if field.is_empty() || fields.contains(&field) {
        Ok(())
    } else {
        Err(format!("it does not name `{field}` but {fields:?}"))
    }
}

#[test]
fn every_row_of_the_table_is_refused_and_nothing_is_written() {
    assert!(TODO.len() + BANK.len() >= 60);
    let data = TempDir::new().unwrap();
    let todo = Server::start("todo", &data.path().join("todo"));
    assert_eq!(call(todo.address, "POST", "/todos", Some("{\"title\":\"first\"}")).status, 201);
    let before = call(todo.address, "GET", "/todos", None);
    check(todo.address, TODO);
    let after = call(todo.address, "GET", "/todos", None);
    assert_eq!(after.text(), before.text());
    assert_eq!(after.header("raftstone-seq"), before.header("raftstone-seq"), "no transaction was recorded");

    let bank = Server::start("bank", &data.path().join("bank"));
    for iban in ["DE0000000001", "DE0000000002"] {
        let body = format!("{{\"owner\":\"ann\",\"iban\":\"{iban}\"}}");
        assert_eq!(call(bank.address, "POST", "/accounts", Some(&body)).status, 201);
    }
    let before = call(bank.address, "GET", "/accounts?owner=ann", None);
    check(bank.address, BANK);
    let after = call(bank.address, "GET", "/accounts?owner=ann", None);
    assert_eq!(after.text(), before.text());
    assert_eq!(after.header("raftstone-seq"), before.header("raftstone-seq"), "no transaction was recorded");
}

#[test]
fn bodies_too_large_too_deep_or_not_text_are_refused() {
    let data = TempDir::new().unwrap();
    let server = Server::start("todo", data.path());
    let send = |head: &str, body: &[u8]| {
        let mut connection = Connection::open(server.address).unwrap();
        let head = format!(
            "POST /todos HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n{head}\r\n\r\n",
            server.address
        );
        connection.send(head.as_bytes()).unwrap();
        // The server may answer and close before everything is sent.
        let _ = connection.send(body);
        connection.answer(false).unwrap()
    };
    let declared = send("Content-Length: 99999999", b"");
    assert_eq!(declared.status, 413, "{}", declared.text());
    assert_eq!(declared.json()["title"], "Content Too Large");

    // What the HTTP library refuses by itself.
    for (head, status, words) in [
        ("Content-Length: 18446744073709551616", 413, "Content-Length is larger"),
        ("Content-Length: 18446744073709551615", 413, "Content-Length is larger"),
        ("Content-Length: +5", 400, "plain digits"),
        ("Content-Length: -1", 400, "plain digits"),
        ("X-A: 1\r\n folded", 400, "folded"),
        ("X A: 1", 400, "header line"),
    ] {
        let refused = send(head, b"hello");
        judge(&refused, status, "")
            .unwrap_or_else(|what| panic!("{head}: {what}: {} {}", refused.status, refused.text()));
        assert!(refused.text().contains(words), "{head}: {}", refused.text());
    }

    let repeated = call(server.address, "POST", "/todos", Some("{\"tags\": [],\n  \"title\": \"a\", \"tags\": []}"));
    judge(&repeated, 400, "tags").unwrap();
    assert!(repeated.text().contains("at line 2, column 17"), "{}", repeated.text());

    let mut chunked = Vec::new();
    for _ in 0..20 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend_from_slice(&vec![b'a'; 0x10000]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let streamed = send("Transfer-Encoding: chunked", &chunked);
    assert_eq!(streamed.status, 413, "{}", streamed.text());

    let not_text = send("Content-Length: 14", b"{\"title\":\"\xff\"}\n");
    assert_eq!(not_text.status, 400, "{}", not_text.text());

    // The object itself is the first level.
    let nested = |depth: usize| format!("{{\"title\":{}1{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(call(server.address, "POST", "/todos", Some(&nested(64))).status, 422);
    assert_eq!(call(server.address, "POST", "/todos", Some(&nested(65))).status, 400);
    assert_eq!(call(server.address, "POST", "/todos", Some(&nested(100_000))).status, 400);

    let other_type = raftstone_tests::client::call_with(
        server.address,
        "POST",
        "/todos",
        Some("{\"title\":\"a\"}"),
        &[("Content-Type", "text/plain")],
    );
    assert_eq!(other_type.status, 415);
    assert_eq!(call(server.address, "GET", "/todos", None).text(), "[]");
}

#[test]
fn all_broken_fields_are_named_in_one_answer() {
    let data = TempDir::new().unwrap();
    let server = Server::start("todo", data.path());
    let answer = call(
        server.address,
        "POST",
        "/todos",
        Some("{\"title\":\"\",\"priority\":\"No\",\"tags\":[1,2],\"due\":\"x\",\"extra\":1}"),
    );
    assert_eq!(answer.status, 422);
    let problem = answer.json();
    let mut fields: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["due", "extra", "priority", "tags[0]", "tags[1]", "title"]);
}
