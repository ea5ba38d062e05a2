//! The document of each example: served as the tool prints it, and true.

use crate::contract::{self, Contract};
use raftstone_tests::server::{Server, binary, workspace};
use serde_json::Value;
use std::process::Command;
use tempfile::TempDir;

#[test]
fn the_tool_prints_what_is_served() {
    for name in ["todo", "bank", "shop"] {
        let data = TempDir::new().unwrap();
        let server = Server::start(name, data.path());
        let served = raftstone_tests::client::call(server.address, "GET", "/openapi.json", None).text();
        let file = workspace().join(format!("examples/{name}.rstone"));
        let printed = Command::new(binary("rstone")).arg("openapi").arg(file).output().unwrap();
        assert!(printed.status.success(), "{printed:?}");
        assert_eq!(String::from_utf8_lossy(&printed.stdout), served, "{name}");
    }
}

/// Sends every operation's own example; what the examples make is there for those that follow.
#[test]
fn examples_are_taken_and_answered_as_described() {
    let mut all = Vec::new();
    for name in ["todo", "bank", "shop"] {
        let data = TempDir::new().unwrap();
        let server = Server::start(name, data.path());
        let contract = Contract::of(server.address);
        let mut operations = contract.operations();
        let order = |method: &str| ["POST", "GET", "PUT", "PATCH", "DELETE"].iter().position(|known| *known == method);
        operations.sort_by_key(|(method, ..)| order(method));
        for (method, path, operation) in operations {
            let target = target(&contract, &path, operation);
            let body = &operation["requestBody"]["content"]["application/json"]["example"];
            let body = (!body.is_null()).then(|| body.to_string());
            let answer = contract::call(server.address, &method, &target, body.as_deref());
            all.push(format!("{name}: {method} {path} {}", answer.status));
        }
    }
    assert_eq!(all, EXPECTED);
}

/// The path and query string of an operation's examples.
fn target(contract: &Contract, path: &str, operation: &Value) -> String {
    let mut path = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = contract.resolved(parameter);
        let name = parameter["name"].as_str().unwrap();
        let texts = match &parameter["example"] {
            Value::Array(values) => values.iter().map(text).collect(),
            Value::Null => Vec::new(),
            value => vec![text(value)],
        };
        match parameter["in"].as_str().unwrap() {
            "path" => path = path.replace(&format!("{{{name}}}"), &texts[0]),
            "query" => query.extend(texts.iter().map(|text| format!("{name}={text}"))),
            _ => {}
        }
    }
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// A value in a URL.
fn text(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.replace('%', "%25").replace('+', "%2B").replace('&', "%26").replace('#', "%23").replace(' ', "%20")
}

/// What each operation answers to its own example: those that fail ask for something that no example
/// makes, such as a second account.
const EXPECTED: [&str; 40] = [
    "todo: POST /todos 201",
    "todo: POST /todos/clear 200",
    "todo: GET /board 200",
    "todo: GET /summary 200",
    "todo: GET /todos 200",
    "todo: GET /todos/{todo} 200",
    "todo: PATCH /todos/{todo} 200",
    "todo: DELETE /todos/{todo} 204",
    "bank: POST /accounts 201",
    "bank: POST /accounts/{account}/close 200",
    "bank: POST /accounts/{account}/deposits 200",
    "bank: POST /accounts/{account}/transfers 422",
    "bank: POST /interest 200",
    "bank: POST /moves 200",
    "bank: GET /accounts 200",
    "bank: GET /accounts/{account} 200",
    "bank: GET /accounts/{account}/statement 200",
    "bank: GET /audit 200",
    "shop: POST /api/categories 201",
    "shop: POST /api/orders 422",
    "shop: POST /api/orders/{order}/pay 404",
    "shop: POST /api/orders/{order}/ship 404",
    "shop: POST /api/products 201",
    "shop: POST /api/warehouses 201",
    "shop: POST /api/warehouses/{warehouse}/stock 200",
    "shop: GET /api/categories 200",
    "shop: GET /api/categories/{category} 200",
    "shop: GET /api/orders 200",
    "shop: GET /api/orders/{order} 404",
    "shop: GET /api/products 200",
    "shop: GET /api/products/{product} 200",
    "shop: GET /api/stock/{product} 200",
    "shop: GET /api/takings 200",
    "shop: GET /api/window 200",
    "shop: PATCH /api/categories/{category} 200",
    "shop: PATCH /api/products/{product} 200",
    "shop: DELETE /api/categories/{category} 204",
    "shop: DELETE /api/orders/{order} 404",
    "shop: DELETE /api/products/{product} 204",
    "shop: DELETE /api/warehouses/{warehouse} 204",
];
