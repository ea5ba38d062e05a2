//! Problems appear and vanish.

use serde_json::json;

use crate::client::Client;

const UNKNOWN_TYPE: &str = "RS0114";

fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

#[test]
fn as_one_types() {
    let mut client = Client::new(&[]);
    client.open("a.rstone", "struct S { a: Missing }\n");
    let server = client.start();
    let first = client.next_published();
    assert_eq!(first["version"], 1);
    assert_eq!(first["diagnostics"][0]["code"], UNKNOWN_TYPE);
    client.change(
        "a.rstone",
        2,
        json!([{ "range": { "start": { "line": 0, "character": 14 }, "end": { "line": 0, "character": 21 } }, "text": "int" }]),
    );
    let second = client.next_published();
    assert_eq!(second["version"], 2);
    assert_eq!(second["diagnostics"], json!([]));
    drop(client);
    server.join().unwrap();
}

#[test]
fn all_that_a_client_is_told() {
    let mut client = Client::new(&[]);
    client.open("a.rstone", "// 😀\nstruct A { a: int }\nenum A { X, Y }\n");
    let said = client.hear();
    let uri = said.uri("a.rstone");
    let lists = said.lists(&uri);
    let found = &lists[0]["diagnostics"][0];
    assert_eq!(found["code"], "RS0101");
    assert_eq!(found["severity"], 1);
    assert_eq!(found["source"], "raftstone");
    assert!(found["codeDescription"]["href"].as_str().unwrap().ends_with("/docs/diagnostics/RS0101.md"));
    assert_eq!(found["range"], json!({ "start": { "line": 2, "character": 5 }, "end": { "line": 2, "character": 6 } }));
    let related = &found["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], uri);
    assert_eq!(related["location"]["range"]["start"], json!({ "line": 1, "character": 7 }));
    assert!(related["message"].as_str().unwrap().contains("first declared here"));
}

#[test]
fn a_client_that_shows_less_is_told_less() {
    let mut client = Client::silent(&[]);
    client.request("initialize", json!({ "capabilities": {} }));
    client.open("a.rstone", "struct A { a: int }\nenum A { X, Y }\n");
    let said = client.hear();
    let uri = said.uri("a.rstone");
    let found = &said.lists(&uri)[0]["diagnostics"][0];
    assert!(found.get("relatedInformation").is_none() && found.get("codeDescription").is_none());
}

#[test]
fn columns_are_counted_as_agreed() {
    for (encoding, column) in [("utf-8", 42), ("utf-16", 37), ("utf-32", 36)] {
        let mut client = Client::with_encodings(&[], &[encoding]);
        client.open("a.rstone", "struct S { a: string @as(\"😀中é\"), b: Missing }\r\n");
        let said = client.hear();
        let uri = said.uri("a.rstone");
        let range = &said.lists(&uri)[0]["diagnostics"][0]["range"];
        assert_eq!(range["start"], json!({ "line": 0, "character": column }), "{encoding}");
        assert_eq!(range["end"], json!({ "line": 0, "character": column + 7 }), "{encoding}");
    }
}

#[test]
fn an_imported_file_belongs_to_its_root() {
    let files = [
        ("app.rstone", "import \"parts/stock.rstone\"\nstruct Line { product: Product }\n"),
        ("parts/stock.rstone", "model Product { id: uuid @key, maker: Maker }\n"),
    ];
    let mut client = Client::new(&files);
    client.open("parts/stock.rstone", "model Product { id: uuid @key, line: Line, maker: Maker }\n");
    let said = client.hear();
    // `Line` is known, since the root declares it; `Maker` is nowhere.
    let found = said.published("parts/stock.rstone");
    assert_eq!(found, [(Some(1), codes(&[UNKNOWN_TYPE]))]);
    assert_eq!(said.published("app.rstone"), []);
}

#[test]
fn open_documents_win_over_the_disk_until_they_close() {
    let files = [("app.rstone", "import \"b.rstone\"\nstruct A { b: B }\n"), ("b.rstone", "struct B { a: int }\n")];
    let mut client = Client::new(&files);
    client.open("app.rstone", files[0].1);
    let server = client.start();
    assert_eq!(client.next_published()["diagnostics"], json!([]));
    client.open("b.rstone", "struct Renamed { a: int }\n");
    let lists = [client.next_published(), client.next_published()];
    let of_app = lists.iter().find(|list| list["uri"] == client.uri("app.rstone")).map(|list| &list["diagnostics"]);
    // The root was published for its version already; now its problems are news.
    assert_eq!(of_app.map(|list| list[0]["code"].clone()), Some(json!(UNKNOWN_TYPE)));
    client.close("b.rstone");
    let after = client.next_published();
    assert_eq!((&after["uri"], &after["diagnostics"]), (&json!(client.uri("app.rstone")), &json!([])));
    drop(client);
    server.join().unwrap();
}

#[test]
fn a_file_that_is_not_open_is_published_and_cleaned_up() {
    let files = [("app.rstone", "import \"b.rstone\"\nstruct A { b: B }\n"), ("b.rstone", "struct B { a: Missing }\n")];
    let mut client = Client::new(&files);
    client.open("app.rstone", files[0].1);
    let server = client.start();
    let lists = [client.next_published(), client.next_published()];
    let of_b = lists.iter().find(|list| list["uri"] == client.uri("b.rstone")).unwrap();
    assert_eq!(of_b["diagnostics"][0]["code"], UNKNOWN_TYPE);
    assert!(of_b.get("version").is_none(), "it is not open");
    // Mended on disk, and the client says that files have changed.
    std::fs::write(client.path("b.rstone"), "struct B { a: int }\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    let mended = client.next_published();
    assert_eq!((&mended["uri"], &mended["diagnostics"]), (&json!(client.uri("b.rstone")), &json!([])));
    // Broken again, and no schema in sight any more.
    std::fs::write(client.path("b.rstone"), "struct B { a: Missing }\n").unwrap();
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": client.uri("app.rstone") } }));
    assert_eq!(client.next_published()["diagnostics"][0]["code"], UNKNOWN_TYPE);
    client.close("app.rstone");
    let gone = client.next_published();
    assert_eq!((&gone["uri"], &gone["diagnostics"]), (&json!(client.uri("b.rstone")), &json!([])));
    drop(client);
    server.join().unwrap();
}

#[test]
fn a_file_that_is_missing_and_one_in_a_circle() {
    let mut client = Client::new(&[("b.rstone", "import \"a.rstone\"\nstruct B { a: int }\n")]);
    client.open("a.rstone", "import \"b.rstone\"\nimport \"no.rstone\"\nstruct A { b: B }\n");
    let said = client.hear();
    let all: Vec<String> =
        ["a.rstone", "b.rstone"].iter().flat_map(|name| said.published(name)).flat_map(|(_, codes)| codes).collect();
    assert_eq!(all, ["RS0102", "RS0103"]);
}

#[test]
fn two_roots_share_a_file() {
    let files = [
        ("one.rstone", "import \"shared.rstone\"\nstruct One { a: int }\n"),
        ("two.rstone", "import \"shared.rstone\"\nstruct Two { a: int }\n"),
    ];
    let mut client = Client::new(&files);
    client.open("shared.rstone", "struct S { one: One, two: Two, other: Neither }\n");
    let said = client.hear();
    // `Two` is unknown in the first schema, `One` in the second, `Neither` in both but told once.
    assert_eq!(said.published("shared.rstone"), [(Some(1), codes(&[UNKNOWN_TYPE; 3]))]);
}

#[test]
fn a_document_that_is_no_file() {
    let mut client = Client::new(&[]);
    client.open_as("untitled:Untitled-1", "import \"a.rstone\"\nimport \"a.txt\"\nstruct S { a: Missing }\n");
    let said = client.hear();
    // What is missing may stand in the file that was not read.
    assert_eq!(said.published_as("untitled:Untitled-1"), [(Some(1), codes(&["RS0102", "RS0105"]))]);
}

#[test]
fn a_text_that_is_too_large() {
    let mut client = Client::new(&[]);
    client.open("a.rstone", &"\n".repeat(raftstone_dsl::MAX_FILE_BYTES + 1));
    let said = client.hear();
    let published = said.published("a.rstone");
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].1.len(), 1);
}
