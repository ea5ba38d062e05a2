//! The examples as their readers use them. Each answer is held against the OpenAPI document.

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

fn titles(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect()
}

#[test]
fn todo_adds_filters_sorts_changes_and_tidies_up() {
    let data = TempDir::new().unwrap();
    let server = Server::start("todo", data.path());
    let at = server.address;
    let first = post(at, "/todos", &json!({"title": "  Buy milk ", "tags": ["home", "shop"], "due": "2026-12-24"}));
    assert_eq!(first.status, 201, "{}", first.text());
    let first = first.json();
    assert_eq!(first["title"], "Buy milk", "trimmed");
    assert_eq!(first["url"], format!("http://{at}/todos/1"));
    assert_eq!(
        (&first["done"], &first["priority"], &first["due"]),
        (&json!(false), &json!("Normal"), &json!("2026-12-24"))
    );
    for (title, priority) in [("Answer mail", "Low"), ("Call mum", "High")] {
        assert_eq!(post(at, "/todos", &json!({"title": title, "priority": priority})).status, 201);
    }

    assert_eq!(titles(&get(at, "/todos")), ["Call mum", "Answer mail", "Buy milk"]);
    assert_eq!(titles(&get(at, "/todos?sort=Title")), ["Answer mail", "Buy milk", "Call mum"]);
    assert_eq!(titles(&get(at, "/todos?sort=Oldest&limit=1&offset=1")), ["Answer mail"]);
    assert_eq!(titles(&get(at, "/todos?tag=home")), ["Buy milk"]);
    assert_eq!(titles(&get(at, "/todos?tag=home&done=true")), Vec::<&str>::new());
    assert_eq!(titles(&get(at, "/board")), ["Call mum", "Answer mail", "Buy milk"]);
    assert_eq!(get(at, "/board")[0]["is_hot"], true);

    let patched = call(at, "PATCH", "/todos/1", Some("{\"done\":true,\"due\":null}"));
    assert_eq!(patched.status, 200, "{}", patched.text());
    let patched = patched.json();
    assert_eq!(
        (&patched["done"], &patched["due"], &patched["title"]),
        (&json!(true), &Value::Null, &json!("Buy milk"))
    );
    assert!(patched["updated_at"].as_str() > first["updated_at"].as_str());
    assert_eq!(patched["created_at"], first["created_at"]);
    assert_eq!(titles(&get(at, "/todos?done=true")), ["Buy milk"]);
    assert_eq!(titles(&get(at, "/board")), ["Call mum", "Answer mail"], "the view follows");
    assert_eq!(get(at, "/summary"), json!({"open": 2, "done": 1}));

    assert_eq!(post(at, "/todos/clear", &json!({})).json(), json!({"removed": 1}));
    let removed = call(at, "DELETE", "/todos/2", None);
    assert_eq!((removed.status, removed.text().as_str()), (204, ""));
    assert_eq!(titles(&get(at, "/todos")), ["Call mum"]);
    assert_eq!(call(at, "GET", "/todos/1", None).status, 404);

    server.kill();
    let server = Server::start("todo", data.path());
    assert_eq!(titles(&get(server.address, "/todos")), ["Call mum"], "deletions last");
    let next = post(server.address, "/todos", &json!({"title": "x"})).json();
    assert_eq!(next["id"], 4, "numbers are not given twice");
}

#[test]
fn bank_refuses_overdrafts_and_keeps_statements() {
    let data = TempDir::new().unwrap();
    let server = Server::start("bank", data.path());
    let at = server.address;
    for (owner, iban) in [("ann", "DE0000000001"), ("bob", "DE0000000002")] {
        let opened = post(at, "/accounts", &json!({"owner": owner, "iban": iban}));
        assert_eq!(opened.status, 201, "{}", opened.text());
    }
    assert_eq!(post(at, "/accounts", &json!({"owner": "Mallory", "iban": "DE0000000003"})).status, 403, "extern fn");
    assert_eq!(post(at, "/accounts/1/deposits", &json!({"amount": "100.50"})).json()["balance"], "100.50");
    let sent = post(at, "/accounts/1/transfers", &json!({"to": "DE0000000002", "amount": "30.25", "text": "rent"}));
    assert_eq!((sent.status, sent.json()), (200, json!({"balance": "70.25"})));
    let refused = post(at, "/accounts/1/transfers", &json!({"to": "DE0000000002", "amount": "70.26"}));
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("insufficient funds: 70.25 is left"), "{}", refused.text());

    let lines = get(at, "/accounts/1/statement");
    let lines: Vec<_> =
        lines.as_array().unwrap().iter().map(|line| (line["amount"].clone(), line["text"].clone())).collect();
    assert_eq!(lines, [(json!("-30.25"), json!("rent")), (json!("100.50"), json!("deposit"))]);
    assert_eq!(get(at, "/audit"), json!({"accounts": 2, "total": "100.50"}));
    assert_eq!(post(at, "/interest", &json!({"rate": "0.1"})).status, 200);
    let closing = post(at, "/accounts/1/close", &json!({}));
    assert_eq!(closing.status, 409, "{}", closing.text());
}

#[test]
fn shop_sells_what_is_on_sale() {
    let data = TempDir::new().unwrap();
    let server = Server::start("shop", data.path());
    let at = server.address;
    let category = post(at, "/api/categories", &json!({"name": "Tea"}));
    assert_eq!(category.status, 201, "{}", category.text());
    let product =
        post(at, "/api/products", &json!({"sku": "TEA-1", "name": "Darjeeling", "category": 1, "price": "12.50"}));
    assert_eq!(product.status, 201, "{}", product.text());
    let order = json!({"email": "Ann@X.org", "address": {"street": "1 Lane", "city": "Ghent", "zip": null},
                       "payment": {"type": "Card", "last4": "4711"}, "items": [{"sku": "TEA-1", "count": 3}]});
    let early = post(at, "/api/orders", &order);
    assert_eq!(early.status, 409, "{}", early.text());
    assert_eq!(get(at, "/api/window"), json!([]));
    let on_sale = call(at, "PATCH", "/api/products/1", Some("{\"state\":\"OnSale\"}"));
    assert_eq!(on_sale.status, 200, "{}", on_sale.text());
    assert_eq!(get(at, "/api/window")[0]["sku"], "TEA-1");

    let placed = post(at, "/api/orders", &order);
    assert_eq!(placed.status, 201, "{}", placed.text());
    let placed = placed.json();
    assert_eq!((&placed["email"], &placed["total"]), (&json!("ann@x.org"), &json!("37.50")));
    assert!(placed["placedAt"].is_string(), "camel case: {placed}");
    let id = placed["id"].as_str().unwrap();
    let page = get(at, &format!("/api/orders/{id}"));
    assert_eq!(page["paid"], "by card ending in 4711");
    assert_eq!(page["lines"], json!([{"name": "Darjeeling", "count": 3, "price": "12.50"}]));

    assert_eq!(call(at, "DELETE", "/api/products/1", None).status, 409, "an order refers to it");
    assert_eq!(post(at, &format!("/api/orders/{id}/ship"), &json!({})).status, 409, "not paid yet");
    assert_eq!(post(at, &format!("/api/orders/{id}/pay"), &json!({})).status, 200);
    assert_eq!(post(at, &format!("/api/orders/{id}/ship"), &json!({})).json()["state"], "Shipped");
    assert_eq!(get(at, "/api/orders?email=ANN@x.org&state=Shipped").as_array().unwrap().len(), 1);

    assert_eq!(post(at, "/api/warehouses", &json!({"name": "North"})).status, 201);
    assert_eq!(post(at, "/api/warehouses/1/stock", &json!({"product": "TEA-1", "by": 5})).json()["count"], 5);
    let taken = post(at, "/api/warehouses/1/stock", &json!({"product": "TEA-1", "by": -6}));
    assert_eq!(taken.status, 422, "{}", taken.text());
    assert_eq!(get(at, "/api/stock/TEA-1")["total"], 5);
    assert_eq!(call(at, "DELETE", "/api/warehouses/1", None).status, 204);
    assert_eq!(get(at, "/api/stock/TEA-1")["total"], 0, "stock goes with its warehouse");
    assert_eq!(call(at, "DELETE", "/api/categories/1", None).status, 204);
    assert_eq!(get(at, "/api/products/1")["category"], Value::Null, "cleared");
}
