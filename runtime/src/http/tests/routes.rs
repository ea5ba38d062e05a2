//! Which answer a request gets, and what every answer carries.

use super::Running;
use crate::http::panics_so_far;
use std::sync::atomic::Ordering;

#[tokio::test(flavor = "multi_thread")]
async fn answers_by_route() {
    let table = [
        ("GET /items/42", 200, "{\"item\":42,\"limit\":20,\"base\":\"http://localhost\"}"),
        ("GET /items/4%32?limit=%35", 200, "{\"item\":42,\"limit\":5,\"base\":\"http://localhost\"}"),
        ("GET http://localhost/items/1", 200, "{\"item\":1,\"limit\":20,\"base\":\"http://localhost\"}"),
        ("GET /user/ann", 200, "hello ann"),
        ("GET /livez", 200, "{\"status\":\"ok\"}"),
        ("GET /readyz", 200, "{\"status\":\"ok\"}"),
        ("GET /openapi.json", 200, "{\"openapi\":\"3.1.0\"}"),
        ("GET /nothing", 204, ""),
        ("OPTIONS /items/1", 204, ""),
        ("GET /items/forty-two", 404, "there is nothing at this path"),
        ("GET /items/9223372036854775808", 404, "there is nothing at this path"),
        ("GET /items/1/", 404, "There is nothing at this path."),
        ("GET /nowhere", 404, "There is nothing at this path."),
        ("GET /_live", 404, "There is nothing at this path."),
        ("GET /items/%ff", 400, "The path is not valid percent-encoded UTF-8."),
        ("GET /items/%4", 400, "The path is not valid percent-encoded UTF-8."),
        ("GET /items/1?limit=%zz", 400, "the query string is not valid percent-encoded UTF-8"),
        ("GET /items/1?limit=x", 422, "limit"),
        ("GET /items/1?lmit=1", 422, "did you mean `limit`?"),
        ("GET /items/1?limit=1&limit=2", 422, "must be given once"),
        ("DELETE /items/1", 405, "This path knows GET, HEAD, OPTIONS."),
        ("GET /echo", 405, "This path knows POST, OPTIONS."),
        ("POST /livez", 405, "This path knows GET, HEAD, OPTIONS."),
        ("POST /openapi.json", 405, "This path knows GET, HEAD, OPTIONS."),
        ("POST /user/ann", 404, "There is nothing at this path."),
        ("GET /user-header", 400, "x-wanted"),
        ("GET /refused", 403, "not you"),
        ("GET /broken", 500, "a handler gave a status out of range"),
    ];
    let server = Running::start();
    // One connection for all: no refusal of this table costs it.
    let mut client = server.client().await;
    for (line, status, expected) in table {
        let request = format!("{line} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let received = client.ask(&request).await;
        assert_eq!(received.status, status, "{line}: {received:?}");
        if status >= 400 {
            received.assert_problem(status);
            assert!(received.body.contains(expected), "{line}: {received:?}");
        } else {
            assert_eq!(received.body, expected, "{line}");
        }
        assert_eq!(received.header("x-content-type-options"), Some("nosniff"), "{line}");
        // Nothing else is a document that a browser could show.
        let is_shown = received.header("content-type").is_some_and(|kind| !kind.contains("json"));
        for (name, value) in [
            ("content-security-policy", "frame-ancestors 'none'"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(received.header(name), is_shown.then_some(value), "{line}");
        }
        assert_eq!(received.header("server"), None);
        assert_eq!(
            received.header("allow").is_some(),
            status == 405 && !line.contains("user") || line.starts_with("OPTIONS"),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_by_field_where_the_schema_says_so() {
    let server = Running::start_with(|options| options.field_errors = true);
    let mut client = server.client().await;
    let table = [
        ("/refused", 403, r#"{"errors":{"body":["not you"]}}"#),
        ("/no-such-path", 404, r#"{"errors":{"body":["There is nothing at this path."]}}"#),
    ];
    for (path, status, body) in table {
        let received = client.get(path).await;
        assert_eq!(received.status, status, "{path}");
        assert_eq!(received.header("content-type"), Some("application/json"), "{path}");
        assert_eq!(received.body, body, "{path}");
    }
    let received = client.get("/livez").await;
    assert_eq!((received.status, received.body.as_str()), (200, r#"{"status":"ok"}"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_get_without_a_body() {
    let server = Running::start();
    let mut client = server.client().await;
    let get = client.get("/items/1").await;
    for path in ["/items/1", "/refused", "/livez", "/openapi.json"] {
        client.send(format!("HEAD {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
        let head = client.head().await;
        assert_eq!(head.status, if path == "/refused" { 403 } else { 200 });
        if path == "/items/1" {
            assert_eq!(head.header("content-length"), get.header("content-length"));
            assert_eq!(head.header("raftstone-seq"), Some("7"));
        }
    }
    // A body would stand in the way of the next answer.
    assert_eq!(client.get("/items/2").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts() {
    let server = Running::start_with(|options| options.allow_hosts = vec!["todo.test".into()]);
    let port = server.address.port();
    let listen = format!("127.0.0.1:{port}");
    let table = [
        ("/items/1", format!("host: {listen}\r\n"), 200, format!("http://{listen}")),
        ("/items/1", "host: TODO.test\r\n".into(), 200, "http://todo.test".into()),
        ("/items/1", "host: evil.example\r\n".into(), 421, "--allow-host".into()),
        ("/openapi.json", "host: evil.example\r\n".into(), 421, "--allow-host".into()),
        ("/user/ann", "host: evil.example\r\n".into(), 421, "--allow-host".into()),
        ("/livez", "host: evil.example\r\n".into(), 200, "ok".into()),
        ("http://localhost/items/1", "host: todo.test\r\n".into(), 400, "differs".into()),
        ("/items/1", "host: a b\r\n".into(), 400, "host:port".into()),
        ("/items/1", String::new(), 400, "exactly one".into()),
        ("/items/1", "host: localhost\r\nhost: localhost\r\n".into(), 400, "exactly one".into()),
    ];
    for (path, headers, status, expected) in table {
        let mut client = server.client().await;
        let received = client.ask(&format!("GET {path} HTTP/1.1\r\n{headers}\r\n")).await;
        assert_eq!(received.status, status, "{headers}: {received:?}");
        assert!(received.body.contains(&expected), "{headers}: {received:?}");
    }
    let mut client = server.client().await;
    let old = client.ask("GET /items/1 HTTP/1.0\r\n\r\n").await;
    assert!(old.body.contains(&format!("http://{listen}")), "{old:?}");
    client.assert_closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_carry_what_they_rest_on() {
    let server = Running::start();
    let mut client = server.client().await;
    assert_eq!(client.get("/items/1").await.header("raftstone-seq"), Some("7"));
    assert_eq!(client.get("/refused").await.header("raftstone-seq"), Some("7"));
    let added = client.post("/items", "", "{\"title\":\"a\"}").await;
    assert_eq!((added.status, added.body.as_str()), (201, "\"a\""));
    assert_eq!(added.header("raftstone-seq"), Some("8"));
    assert_eq!(added.header("content-type"), Some("application/json"));
    // Refused before it became a transaction: nothing was looked at.
    let broken = client.post("/items", "", "{}").await;
    broken.assert_problem(422);
    assert_eq!(broken.header("raftstone-seq"), None);
    let custom = client.post("/transact", "", "").await;
    assert_eq!((custom.status, custom.body.as_str()), (200, "[1,2,3]"));
    assert_eq!(custom.header("raftstone-seq"), Some("10"));
    client.get("/transact").await.assert_problem(500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_without_an_outcome_says_so() {
    let server = Running::start();
    let mut client = server.client().await;
    let late = client.post("/never", "", "").await;
    server.fake.loses_leadership.store(true, Ordering::SeqCst);
    let lost = client.post("/items", "", "{\"title\":\"a\"}").await;
    let lost_inside = client.post("/transact", "", "").await;
    for received in [late, lost, lost_inside] {
        received.assert_problem(503);
        assert_eq!(received.header("raftstone-outcome"), Some("unknown"));
        assert_eq!(received.header("retry-after"), Some("1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_the_engine() {
    let server = Running::start();
    let mut client = server.client().await;
    server.fake.is_ready.store(false, Ordering::SeqCst);
    let received = client.get("/readyz").await;
    received.assert_problem(503);
    assert!(received.body.contains("recovering"));
    assert_eq!(client.get("/livez").await.status, 200);
    server.fake.is_ready.store(true, Ordering::SeqCst);
    assert_eq!(client.get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_500_without_its_text() {
    let server = Running::start();
    let mut client = server.client().await;
    let before = panics_so_far();
    for path in ["GET /panics", "POST /panicking", "GET /user-panic"] {
        let request = format!("{path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let received = client.ask(&request).await;
        received.assert_problem(500);
        assert!(!received.body.contains("inside") && !received.body.contains("filter"), "{received:?}");
        assert!(received.body.contains("The log has it under"), "{received:?}");
    }
    assert!(panics_so_far() >= before + 3);
    assert_eq!(client.get("/items/1").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn idempotency_keys() {
    let server = Running::start();
    let mut client = server.client().await;
    let body = "{\"title\":\"a\"}";
    let longest = "k".repeat(128);
    for (headers, status) in [
        ("Idempotency-Key: one\r\n".to_owned(), 201),
        ("Idempotency-Key: one\r\n".to_owned(), 200),
        (format!("Idempotency-Key: {longest}\r\n"), 201),
        (format!("Idempotency-Key: {longest}k\r\n"), 400),
        ("Idempotency-Key: \r\n".to_owned(), 400),
        ("Idempotency-Key: a b\r\n".to_owned(), 400),
        ("Idempotency-Key: \u{e9}\r\n".to_owned(), 400),
        ("Idempotency-Key: a\r\nIdempotency-Key: a\r\n".to_owned(), 400),
    ] {
        let received = client.post("/items", &headers, body).await;
        assert_eq!(received.status, status, "{headers}: {received:?}");
    }
    assert_eq!(server.fake.keys.lock().len(), 3);
    client.post("/items", "Idempotency-Key: one\r\n", "{\"title\":\"b\"}").await;
    client.post("/items?", "Idempotency-Key: one\r\n", body).await;
    {
        let keys = server.fake.keys.lock();
        assert_eq!(keys[0].fingerprint, keys[1].fingerprint);
        assert_ne!(keys[0].fingerprint, keys[3].fingerprint);
        assert_eq!(keys[0].scope, keys[3].scope);
        assert_eq!(keys[0].fingerprint, keys[4].fingerprint);
    }
    // The first transaction of the handler records nothing, so the second carries the key again.
    client.post("/transact", "Idempotency-Key: two\r\n", "").await.assert_problem(409);
    assert_eq!(server.fake.keys.lock().len(), 7);
}
