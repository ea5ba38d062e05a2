//! What no example needs of the language, through generated code and HTTP. Each answer is held against
//! the OpenAPI document.

use crate::contract::call;
use raftstone_tests::client::Answer;
use raftstone_tests::server::Server;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;

fn post(address: SocketAddr, path: &str, body: &Value) -> Answer {
    call(address, "POST", path, Some(&body.to_string()))
}

fn get(address: SocketAddr, path: &str) -> Value {
    let answer = call(address, "GET", path, None);
    assert_eq!(answer.status, 200, "GET {path}: {}", answer.text());
    answer.json()
}

/// The fields that a refusal names, with their codes.
fn named(answer: &Answer) -> Vec<(String, String)> {
    let document = answer.json();
    let errors = document["errors"].as_array().unwrap_or_else(|| panic!("no errors: {}", answer.text()));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

fn with_tasks(address: SocketAddr) {
    for name in ["House", "Garden"] {
        assert_eq!(post(address, "/projects", &json!({"name": name})).status, 201);
    }
    let tasks = [
        ("March", 1, Some("2026-03-01"), Some("b")),
        ("never", 1, None, None),
        ("January", 1, Some("2026-01-01"), Some("a")),
        ("February", 2, Some("2026-02-01"), None),
        ("some day", 2, None, Some("c")),
    ];
    for (title, project, due, note) in tasks {
        let task = json!({"title": title, "project": project, "due": due, "note": note});
        let added = post(address, "/tasks", &task);
        assert_eq!(added.status, 201, "{}", added.text());
    }
}

#[test]
fn what_is_none_matches_no_range() {
    let data = TempDir::new().unwrap();
    let server = Server::start("language", data.path());
    with_tasks(server.address);
    let table: [(&str, &[&str]); 19] = [
        ("/due/before?due=2026-02-01", &["January"]),
        ("/due/before?due=2027-01-01", &["January", "February", "March"]),
        ("/due/before?due=2025-01-01", &[]),
        ("/due/before", &["January", "February", "March", "never", "some day"]),
        ("/due/before?limit=4", &["January", "February", "March", "never"]),
        ("/due/between", &["January", "February", "March"]),
        ("/due/between?sort=Latest", &["March", "February", "January"]),
        ("/due/between?after=2026-02-01", &["February", "March"]),
        ("/due/between?after=2026-02-01&sort=Latest", &["March", "February"]),
        ("/due/between?before=2026-02-01", &["January"]),
        ("/due/between?before=2026-03-01&sort=Latest", &["February", "January"]),
        ("/due/between?after=2026-02-01&before=2026-03-01", &["February"]),
        ("/projects/1/due?after=2025-01-01", &["March", "January"]),
        ("/projects/1/due?before=2026-01-01", &["January"]),
        ("/projects/1/due?after=2026-01-01&before=2026-03-01", &["March"]),
        // Without a condition none is no different from any other value: it sorts last.
        ("/projects/2/due", &["February", "some day"]),
        ("/due/latest", &["March", "February", "January", "never", "some day"]),
        ("/noted", &["January", "March", "some day"]),
        ("/noted?fromNote=b", &["March", "some day"]),
    ];
    for (path, expected) in table {
        assert_eq!(get(server.address, path), json!(expected), "{path}");
    }
    let counts = get(server.address, "/due/counts?before=2026-03-01");
    assert_eq!(counts, json!({"due": 2, "notDue": 3, "never": 2, "someDay": 3}));
    let first_notes = get(server.address, "/notes/first");
    let titles: Vec<&Value> = first_notes.as_array().unwrap().iter().map(|row| &row["title"]).collect();
    assert_eq!(titles, ["March", "January"], "the same in the condition of a view");
}

#[test]
fn every_reference_to_nothing_is_named() {
    let data = TempDir::new().unwrap();
    let server = Server::start("language", data.path());
    let refused = post(server.address, "/tasks", &json!({"title": "x", "project": 7, "assignedTo": 8}));
    assert_eq!(refused.status, 422, "{}", refused.text());
    let expected = ["project", "assignedTo"].map(|field| (field.to_owned(), "reference".to_owned()));
    assert_eq!(named(&refused), expected, "{}", refused.text());
}

#[test]
fn values_that_are_unique_together_are_named_together() {
    let data = TempDir::new().unwrap();
    let server = Server::start("language", data.path());
    let ann = json!({"name": "Ann", "deskNumber": 1});
    assert_eq!(post(server.address, "/people", &ann).status, 201);
    assert_eq!(post(server.address, "/people", &json!({"name": "Ann", "deskNumber": 2})).status, 201);
    let taken = post(server.address, "/people", &ann);
    assert_eq!(taken.status, 409, "{}", taken.text());
    let expected = ["name", "deskNumber"].map(|field| (field.to_owned(), "unique".to_owned()));
    assert_eq!(named(&taken), expected, "{}", taken.text());
    assert_eq!(taken.json()["detail"], "another Person has the same `name` and `deskNumber`");
}

#[test]
fn a_page_may_have_a_name() {
    let data = TempDir::new().unwrap();
    let server = Server::start("language", data.path());
    for desk_number in 1..=3 {
        assert_eq!(post(server.address, "/people", &json!({"name": "x", "deskNumber": desk_number})).status, 201);
    }
    let first = get(server.address, "/people");
    assert_eq!(first["items"][1], json!({"id": 2, "name": "x", "deskNumber": 2}));
    let cursor = first["next"].as_str().unwrap();
    let second = get(server.address, &format!("/people?cursor={cursor}"));
    assert_eq!(second, json!({"items": [{"id": 3, "name": "x", "deskNumber": 3}], "next": null}));
}

#[test]
fn narrowing_methods_and_pages_mean_what_they_say() {
    let data = TempDir::new().unwrap();
    let server = Server::start("language", data.path());
    let at = server.address;
    let shelf = |name: &str, note: Value, place: Value| {
        json!({
            "name": name, "note": note, "place": place, "tags": ["z", "x", "y"],
            "counts": {"a": 4, "b": 2, "c": 3}, "extra": {"a": [{"b": "deep"}], "n": 1},
        })
    };
    for (name, note, place) in [
        ("one", json!("full"), json!("hall")),
        ("two", Value::Null, json!("hall")),
        ("three", json!("old"), Value::Null),
    ] {
        let added = post(at, "/shelves", &shelf(name, note, place));
        assert_eq!(added.status, 201, "{}", added.text());
    }

    assert_eq!(get(at, "/shelves/1"), "full at hall");
    assert_eq!(get(at, "/shelves/2"), "two");
    assert_eq!(get(at, "/shelves/3"), "three");
    assert_eq!(get(at, "/longest?a=long&b=b"), "long");
    assert_eq!(get(at, "/longest?a=a&b=long"), "long");
    assert_eq!(get(at, "/longest?a=a"), "");
    assert_eq!(get(at, "/measure?a=2&b=5"), 3);
    assert_eq!(get(at, "/measure?a=5&b=2"), -1);
    assert_eq!(get(at, "/measure?a=5"), -1);

    let noted = post(at, "/shelves/1/note", &json!({"note": "new"}));
    assert_eq!(noted.json(), json!({"before": "full", "after": "new", "tags": ["X", "Y", "Z"]}));
    let gone = post(at, "/shelves/1/note", &json!({"note": null}));
    assert_eq!(gone.status, 404, "a path is read again behind an event: {}", gone.text());
    assert_eq!(get(at, "/shelves/1"), "new at hall", "and nothing of it was kept");
    assert_eq!(post(at, "/shelves/2/note", &json!({"note": "x"})).status, 409);

    assert_eq!(
        get(at, "/shelves/2/look"),
        json!({
            "tags": ["y"], "counts": {"b": 2, "c": 3}, "sum": 13, "ends": [4, 3], "has": true,
            "deep": "deep", "fields": 2,
        })
    );
    assert_eq!(get(at, "/shelves"), json!({"names": ["one", "three"], "total": 3, "more": true}));
}
