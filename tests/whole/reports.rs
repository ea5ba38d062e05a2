//! Joins, groups, prefixes and unions over real rows, through generated code and HTTP.

use raftstone_tests::client::call;
use raftstone_tests::server::Server;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;

fn post(address: SocketAddr, path: &str, body: &Value) {
    let answer = call(address, "POST", path, Some(&body.to_string()));
    assert!(answer.status < 300, "POST {path}: {}", answer.text());
}

fn get(address: SocketAddr, path: &str) -> Value {
    let answer = call(address, "GET", path, None);
    assert_eq!(answer.status, 200, "GET {path}: {}", answer.text());
    answer.json()
}

fn with_articles(address: SocketAddr) {
    for (name, city) in [("Ann", "Lyon"), ("Bob", "Lyon"), ("Cid", "Oslo")] {
        post(address, "/authors", &json!({"name": name, "city": city}));
    }
    for followed in [2, 3] {
        post(address, "/authors/1/follow", &json!({"followed": followed}));
    }
    // author, reviewer, title, nick, kind, tags, score, price, day
    let articles = [
        json!([1, 2, "Alpha", "al", "News", ["x", "y"], 1, "1.50", "2026-01-01"]),
        json!([1, null, "Alps", null, "Note", [], 5, null, "2026-01-02"]),
        json!([2, 1, "Beta", "be", "News", ["x"], 2, "2.50", "2026-02-03"]),
        json!([2, 2, "Best", "alias", "News", ["z", "x"], 3, null, "2026-02-04"]),
        json!([3, null, "Gamma", null, "News", ["y"], 4, "4", "2026-02-05"]),
    ];
    let fields = ["author", "reviewer", "title", "nick", "kind", "tags", "score", "price", "day"];
    for article in articles {
        let named = fields.iter().zip(article.as_array().unwrap());
        let body: Value =
            named.map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>().into();
        post(address, "/articles", &body);
    }
}

/// The items of all pages.
fn pages(address: SocketAddr, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Value::Null;
    for _ in 0..10 {
        let sign = if path.contains('?') { '&' } else { '?' };
        let cursor = next.as_str().map_or_else(String::new, |cursor| format!("{sign}cursor={cursor}"));
        let page = get(address, &format!("{path}{cursor}"));
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        next = page["next"].clone();
        if next.is_null() {
            return items;
        }
    }
    panic!("{path}: the pages have no end")
}

fn lines(lines: &[(&str, &str)]) -> Value {
    lines.iter().map(|(author, title)| json!({"author": author, "title": title})).collect()
}

#[test]
fn joins_bring_rows_together() {
    let data = TempDir::new().unwrap();
    let server = Server::start("reports", data.path());
    let address = server.address;
    with_articles(address);
    let of_lyon = [("Ann", "Alpha"), ("Ann", "Alps"), ("Bob", "Beta"), ("Bob", "Best")];
    let table = [
        ("/city?city=Lyon", lines(&of_lyon)),
        ("/city?city=Lyon&title=Beta", lines(&[of_lyon[0], of_lyon[1], of_lyon[3]])),
        ("/city?city=Rome", json!([])),
        ("/reviewed?kind=News", json!(["Alpha by Ann, reviewed by Bob", "Beta by Bob, reviewed by Ann"])),
        ("/reviewed?kind=Note", json!([])),
        ("/latest?limit=3", lines(&[("Cid", "Gamma"), ("Bob", "Best"), ("Bob", "Beta")])),
        (
            "/first?city=Lyon",
            json!({
                "title": "Alps", "any": true, "high": false, "count": 4,
                "authors": [
                    {"id": 1, "name": "Ann", "city": "Lyon", "follows": [2, 3]},
                    {"id": 2, "name": "Bob", "city": "Lyon", "follows": []},
                    {"id": 2, "name": "Bob", "city": "Lyon", "follows": []},
                ]
            }),
        ),
        ("/first?city=Rome", json!({"title": null, "any": false, "high": false, "count": 0, "authors": []})),
        ("/tagged?tag=x", json!(["x Alpha", "x Beta", "x Best"])),
    ];
    for (path, expected) in table {
        assert_eq!(get(address, path), expected, "{path}");
    }
    let followed = get(address, "/authors/1/feed");
    let titles: Vec<&Value> = followed.as_array().unwrap().iter().map(|row| &row["title"]).collect();
    assert_eq!(titles, ["Beta", "Best", "Gamma"]);
    assert_eq!(Value::from(pages(address, "/city/page?city=Lyon")), lines(&of_lyon));
    let tags = ["Gamma y", "Best x", "Best z", "Beta x", "Alpha x", "Alpha y"];
    assert_eq!(pages(address, "/tags/page"), tags);
    post(address, "/raise", &json!({"city": "Oslo"}));
    assert_eq!(get(address, "/first?city=Oslo")["title"], "Gamma");
    assert_eq!(get(address, "/kinds?sort=Latest")[0]["score"], 104, "an `apply` joins too");
}

#[test]
fn groups_are_counted_and_summed_up() {
    let data = TempDir::new().unwrap();
    let server = Server::start("reports", data.path());
    let address = server.address;
    with_articles(address);
    let tag = |tag: &str, articles: i64, latest: &str| json!({"tag": tag, "articles": articles, "latest": latest});
    let (x, y, z) = (tag("x", 3, "2026-02-04"), tag("y", 2, "2026-02-05"), tag("z", 1, "2026-02-04"));
    let lyon_news = json!({
        "kind": "News", "city": "Lyon", "n": 3, "score": 6, "average": "2", "price": "2.00", "least": "1.50", "sum": "4.00",
        "high": false, "reviewers": 2, "took": "PT1M",
    });
    let oslo_news = json!({
        "kind": "News", "city": "Oslo", "n": 1, "score": 4, "average": "4", "price": "4", "least": "4", "sum": "4",
        "high": false, "reviewers": 0, "took": "PT1M",
    });
    let lyon_notes = json!({
        "kind": "Note", "city": "Lyon", "n": 1, "score": 5, "average": "5", "price": null, "least": null, "sum": "0",
        "high": true, "reviewers": 0, "took": "PT1M",
    });
    let table = [
        ("/tags", json!([x, y, z])),
        ("/tags?limit=1", json!([x])),
        ("/tags/names", json!(["x", "y", "z"])),
        ("/kinds", json!([lyon_news, lyon_notes, oslo_news])),
        ("/kinds?sort=Latest", json!([oslo_news, lyon_news, lyon_notes])),
        (
            "/groups?kind=News",
            json!({
                "authors": 3, "some": true, "second": ["Bob"],
                "most": {"id": 2, "name": "Bob", "city": "Lyon", "follows": []},
            }),
        ),
        (
            "/groups?kind=Note",
            json!({
                "authors": 1, "some": true, "second": [],
                "most": {"id": 1, "name": "Ann", "city": "Lyon", "follows": [2, 3]},
            }),
        ),
    ];
    for (path, expected) in table {
        assert_eq!(get(address, path), expected, "{path}");
    }
    let months = [json!({"month": "2026-01-01", "n": 2}), json!({"month": "2026-02-01", "n": 3})];
    assert_eq!(pages(address, "/months"), months);
}

#[test]
fn prefixes_and_unions_lead_to_rows() {
    let data = TempDir::new().unwrap();
    let server = Server::start("reports", data.path());
    let address = server.address;
    with_articles(address);
    let table = [
        ("/titles?begin=Al", json!(["Alps", "Alpha"])),
        ("/titles?begin=Al&limit=1", json!(["Alps"])),
        ("/titles?begin=", json!(["Gamma", "Beta", "Best", "Alps", "Alpha"])),
        ("/titles?begin=Alphabet", json!([])),
        ("/kinds/titles?kind=News&begin=Be", json!(["Beta", "Best"])),
        ("/kinds/titles?kind=Note&begin=Be", json!([])),
        ("/nicks?begin=al", json!(["Alpha", "Best"])),
        ("/nicks?begin=", json!(["Alpha", "Best", "Beta"])),
        ("/involved?author=1", json!({"titles": ["Alpha", "Alps", "Beta"], "count": 3, "first": "Alps"})),
        ("/involved?author=2", json!({"titles": ["Alpha", "Best", "Beta"], "count": 3, "first": "Best"})),
        ("/involved?author=3", json!({"titles": ["Gamma"], "count": 1, "first": "Gamma"})),
    ];
    for (path, expected) in table {
        assert_eq!(get(address, path), expected, "{path}");
    }
}
