//! Requests, order, and the end.

use lsp_server::{Message, RequestId, Response};
use raftstone_lsp::server::Ending;
use raftstone_lsp::server::main_loop::MAX_BURST;
use serde_json::{Value, json};

use crate::client::Client;

const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_REQUEST: i32 = -32600;
const INVALID_PARAMS: i32 = -32602;
const NOT_INITIALIZED: i32 = -32002;

#[test]
fn what_is_offered() {
    for (encodings, agreed) in [(vec!["utf-16", "utf-8"], "utf-8"), (vec!["utf-32"], "utf-32"), (vec![], "utf-16")] {
        let said = Client::with_encodings(&[], &encodings).finish();
        let offered = said.answer(1).unwrap();
        assert_eq!(offered["capabilities"]["positionEncoding"], agreed);
        assert_eq!(offered["capabilities"]["textDocumentSync"]["change"], 2, "incremental");
        assert_eq!(offered["capabilities"]["hoverProvider"], true);
        assert_eq!(offered["capabilities"]["definitionProvider"], true);
        assert_eq!(offered["capabilities"]["documentFormattingProvider"], true);
        assert_eq!(offered["serverInfo"]["name"], "raftstone-lsp");
    }
}

#[test]
fn every_request_is_answered() {
    let mut client = Client::new(&[]);
    let unknown = client.request("textDocument/telepathy", json!({}));
    let later = client.request("textDocument/rename", json!({ "nonsense": true }));
    let wrong = client.request("textDocument/hover", json!({ "position": "here" }));
    let again = client.request("initialize", json!({}));
    let closed = client.hover("closed.rstone", 0, 0);
    client.send(Message::Response(Response::new_ok(RequestId::from(99), Value::Null)));
    let said = client.finish();
    assert_eq!(said.answer(unknown), Err(METHOD_NOT_FOUND));
    assert_eq!(said.answer(later), Err(METHOD_NOT_FOUND));
    assert_eq!(said.answer(wrong), Err(INVALID_PARAMS));
    assert_eq!(said.answer(again), Err(INVALID_REQUEST));
    assert_eq!(said.answer(closed), Ok(Value::Null));
    assert_eq!(said.ending, Ending::Clean);
}

#[test]
fn strange_notifications_are_survived() {
    let mut client = Client::new(&[]);
    client.notify("$/cancelRequest", json!({ "id": 1 }));
    client.notify("$/setTrace", json!({ "value": "off" }));
    client.notify("textDocument/didOpen", json!({ "textDocument": 7 }));
    client.notify("textDocument/didChange", json!(null));
    client.replace("closed.rstone", 3, "x");
    client.close("closed.rstone");
    client.notify("workspace/didChangeConfiguration", json!({ "settings": {} }));
    client.open("a.rstone", "struct A { a: int }\n");
    let hover = client.hover("a.rstone", 0, 8);
    let said = client.finish();
    assert!(said.hovered(hover).contains("struct A"));
}

#[test]
fn before_and_after_the_session() {
    let mut client = Client::silent(&[]);
    let early = client.hover("a.rstone", 0, 0);
    client.notify("textDocument/didOpen", json!({}));
    let first = client.request("initialize", json!({ "capabilities": {} }));
    let shutdown = client.request("shutdown", Value::Null);
    let late = client.hover("a.rstone", 0, 0);
    client.notify("exit", Value::Null);
    let said = client.hear();
    assert_eq!(said.answer(early), Err(NOT_INITIALIZED));
    assert!(said.answer(first).is_ok());
    assert_eq!(said.answer(shutdown), Ok(Value::Null));
    assert_eq!(said.answer(late), Err(INVALID_REQUEST));
    assert_eq!(said.ending, Ending::Clean);
}

#[test]
fn an_end_without_a_goodbye() {
    let mut client = Client::new(&[]);
    client.notify("exit", Value::Null);
    assert_eq!(client.hear().ending, Ending::Unclean);
    assert_eq!(Client::new(&[]).hear().ending, Ending::Unclean, "the client is gone");
    let mut client = Client::silent(&[]);
    client.notify("exit", Value::Null);
    assert_eq!(client.hear().ending, Ending::Unclean);
    let mut client = Client::new(&[]);
    client.request("shutdown", Value::Null);
    assert_eq!(client.hear().ending, Ending::Clean, "gone after `shutdown`");
}

#[test]
fn requests_never_overtake_edits() {
    let mut client = Client::new(&[]);
    client.open("a.rstone", "struct S { a: int }\n");
    let mut asked = vec![(client.hover("a.rstone", 0, 11), "int".to_owned())];
    for version in 2..50 {
        let ty = ["bool", "string", "uuid"][version as usize % 3];
        client.replace("a.rstone", version, &format!("struct S {{ a: {ty} }}\n"));
        asked.push((client.hover("a.rstone", 0, 11), ty.to_owned()));
    }
    let said = client.finish();
    for (id, ty) in asked {
        assert!(said.hovered(id).contains(&format!("a: {ty}\n")), "{id}");
    }
}

#[test]
fn a_burst_of_changes_is_checked_once() {
    let mut client = Client::new(&[]);
    client.open("a.rstone", "");
    for version in 2..200 {
        client.replace("a.rstone", version, &format!("struct S {{ a: Missing{version} }}\n"));
    }
    // Without `exit`, which would end the session in the middle of the burst.
    let said = client.hear();
    let published = said.published("a.rstone");
    assert_eq!(published, [(Some(199), vec!["RS0114".to_owned()])]);
}

#[test]
fn a_client_that_never_pauses_still_sees_problems() {
    let mut client = Client::new(&[]);
    client.open("a.rstone", "");
    // `initialize`, `initialized` and `didOpen` are part of the first burst.
    let last = MAX_BURST as i32 - 1;
    for version in 2..=last {
        client.replace("a.rstone", version, "struct S { a: Missing }\n");
    }
    let said = client.hear();
    let versions: Vec<_> = said.published("a.rstone").into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, [Some(i64::from(last) - 1), Some(i64::from(last))]);
}
