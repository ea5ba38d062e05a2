//! Hover, definition and formatting over the wire.

use serde_json::{Value, json};

use crate::client::Client;

const FILES: [(&str, &str); 2] = [
    ("app.rstone", "import \"parts/stock.rstone\"\nstruct Line { note: string, product: Product }\n"),
    ("parts/stock.rstone", "// 中\n/// A thing.\nmodel Product { id: uuid @key }\n"),
];

#[test]
fn a_definition_in_another_file() {
    let mut client = Client::new(&FILES);
    client.open("app.rstone", FILES[0].1);
    let item = client.definition("app.rstone", 1, 40);
    let import = client.definition("app.rstone", 0, 12);
    let word = client.definition("app.rstone", 1, 22);
    let said = client.finish();
    let link = said.answer(item).unwrap()[0].clone();
    assert_eq!(link["targetUri"], said.uri("parts/stock.rstone"));
    assert_eq!(link["targetSelectionRange"]["start"], json!({ "line": 2, "character": 6 }));
    assert_eq!(link["targetRange"]["start"], json!({ "line": 2, "character": 0 }));
    assert_eq!(link["originSelectionRange"]["start"], json!({ "line": 1, "character": 37 }));
    let link = said.answer(import).unwrap()[0].clone();
    assert_eq!(link["targetUri"], said.uri("parts/stock.rstone"));
    assert_eq!(said.answer(word), Ok(Value::Null));
}

#[test]
fn a_client_without_links_gets_places() {
    let mut client = Client::silent(&FILES);
    client.request("initialize", json!({ "capabilities": {}, "rootUri": client.uri("") }));
    client.open("app.rstone", FILES[0].1);
    let item = client.definition("app.rstone", 1, 40);
    let said = client.finish();
    let answer = said.answer(item).unwrap();
    assert_eq!(answer[0]["uri"], said.uri("parts/stock.rstone"));
    assert_eq!(answer[0]["range"]["end"], json!({ "line": 2, "character": 13 }));
}

#[test]
fn from_an_imported_file_into_its_root_without_a_folder() {
    let mut client = Client::silent(&FILES);
    client.request("initialize", json!({ "capabilities": {} }));
    client.open("parts/stock.rstone", "model Product { id: uuid @key, line: Line }\n");
    let item = client.definition("parts/stock.rstone", 0, 38);
    let said = client.finish();
    assert_eq!(said.answer(item).unwrap()[0]["uri"], said.uri("app.rstone"));
}

#[test]
fn hover_in_all_encodings() {
    for (encoding, column) in [("utf-8", 36), ("utf-16", 33), ("utf-32", 32)] {
        let mut client = Client::with_encodings(&[], &[encoding]);
        client.open("a.rstone", "struct S { a: string @as(\"😀é\"), b: decimal }\r\n");
        let before = client.hover("a.rstone", 0, column - 1);
        let at = client.hover("a.rstone", 0, column);
        let said = client.finish();
        assert_eq!(said.hovered(before), "nothing", "{encoding}");
        let answer = said.answer(at).unwrap();
        assert!(said.hovered(at).contains("b: decimal"), "{encoding}");
        assert_eq!(answer["contents"]["kind"], "markdown");
        assert_eq!(answer["range"]["start"], json!({ "line": 0, "character": column }), "{encoding}");
    }
}

#[test]
fn formatting_replaces_only_what_stands_between_tokens() {
    for (encoding, column) in [("utf-8", 30), ("utf-16", 28), ("utf-32", 27)] {
        let mut client = Client::with_encodings(&[], &[encoding]);
        client.open("a.rstone", "type A=string @pattern(\"😀\")@trim\ntype  B = int");
        client.open("good.rstone", "type A = int\n");
        let format = |client: &mut Client, name: &str| {
            let document = json!({ "uri": client.uri(name) });
            let options = json!({ "tabSize": 2, "insertSpaces": false });
            client.request("textDocument/formatting", json!({ "textDocument": document, "options": options }))
        };
        let asked = format(&mut client, "a.rstone");
        let good = format(&mut client, "good.rstone");
        let closed = format(&mut client, "closed.rstone");
        let said = client.finish();
        let edit = |line: u32, start: u32, end: u32, text: &str| {
            let place = |character: u32| json!({ "line": line, "character": character });
            json!({ "range": { "start": place(start), "end": place(end) }, "newText": text })
        };
        let expected = [
            edit(0, 6, 6, " "),
            edit(0, 7, 7, " "),
            edit(0, column, column, " "),
            edit(1, 4, 6, " "),
            edit(1, 13, 13, "\n"),
        ];
        assert_eq!(said.answer(asked), Ok(json!(expected)), "{encoding}");
        assert_eq!(said.answer(good), Ok(json!([])));
        assert_eq!(said.answer(closed), Ok(Value::Null));
    }
}
