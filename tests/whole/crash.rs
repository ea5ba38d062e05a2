//! `kill -9` at any moment: what was acknowledged is there, what was not is there whole or not at all.

use raftstone_tests::client::{Connection, call};
use raftstone_tests::server::Server;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;

const KILLS: u64 = 50;
const WRITERS: usize = 8;
/// How many accounts the money is moved between.
const ACCOUNTS: usize = 4;

/// What a writer knows when its server is gone.
#[derive(Default)]
struct Known {
    /// Titles of acknowledged to-dos by their ids.
    acknowledged: BTreeMap<i64, String>,
    /// Titles that were sent, acknowledged or not.
    sent: Vec<String>,
}

#[test]
fn fifty_kills_under_load_lose_nothing_that_was_acknowledged() {
    let data = TempDir::new().unwrap();
    let mut known = Known::default();
    for kill in 0..KILLS {
        let server = Server::start("todo", data.path());
        check_todos(server.address, &known, kill);
        // Kills come at various depths of the load; the count of answers decides, not the clock.
        let answers_before_kill = (kill * 37 % 400) as usize;
        let (answered, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (answered, stop, address) = (Arc::clone(&answered), Arc::clone(&stop), server.address);
                std::thread::spawn(move || write_todos(address, kill, writer, &answered, &stop))
            })
            .collect();
        while answered.load(Ordering::Relaxed) < answers_before_kill {
            std::thread::sleep(Duration::from_micros(200));
        }
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            let part = writer.join().unwrap();
            known.acknowledged.extend(part.acknowledged);
            known.sent.extend(part.sent);
        }
    }
    let server = Server::start("todo", data.path());
    check_todos(server.address, &known, KILLS);
    assert!(known.acknowledged.len() > 1000, "there was load: {}", known.acknowledged.len());
}

fn write_todos(address: SocketAddr, kill: u64, writer: usize, answered: &AtomicUsize, stop: &AtomicBool) -> Known {
    let mut known = Known::default();
    let Ok(mut connection) = Connection::open(address) else { return known };
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let title = format!("{kill}-{writer}-{n}");
        known.sent.push(title.clone());
        let Ok(answer) = connection.request("POST", "/todos", Some(&format!("{{\"title\":\"{title}\"}}")), &[]) else {
            break;
        };
        assert_eq!(answer.status, 201, "{}", answer.text());
        known.acknowledged.insert(answer.json()["id"].as_i64().unwrap(), title);
        answered.fetch_add(1, Ordering::Relaxed);
    }
    known
}

/// Every acknowledged row is there under its id; every row that is there was sent.
fn check_todos(address: SocketAddr, known: &Known, kill: u64) {
    let mut connection = Connection::open(address).unwrap();
    let mut rows = BTreeMap::new();
    loop {
        let path = format!("/todos?sort=Oldest&limit=100&offset={}", rows.len());
        let answer = connection.request("GET", &path, None, &[]).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        let page = page.as_array().unwrap();
        for row in page {
            rows.insert(row["id"].as_i64().unwrap(), row["title"].as_str().unwrap().to_owned());
        }
        if page.len() < 100 {
            break;
        }
    }
    for (id, title) in &known.acknowledged {
        assert_eq!(rows.get(id), Some(title), "after kill {kill}: acknowledged to-do {id} is missing or another");
    }
    let sent: std::collections::BTreeSet<&String> = known.sent.iter().collect();
    for title in rows.values() {
        assert!(sent.contains(title), "after kill {kill}: `{title}` was never sent");
    }
}

#[test]
fn a_transfer_is_there_with_both_sides_or_not_at_all() {
    let data = TempDir::new().unwrap();
    let server = Server::start("bank", data.path());
    for n in 0..ACCOUNTS {
        let body = format!("{{\"owner\":\"o\",\"iban\":\"DE000000000{n}\"}}");
        assert_eq!(call(server.address, "POST", "/accounts", Some(&body)).status, 201);
        let path = format!("/accounts/{}/deposits", n + 1);
        assert_eq!(call(server.address, "POST", &path, Some("{\"amount\":\"1000\"}")).status, 200);
    }
    let mut server = server;
    for kill in 0..10_usize {
        let (answered, address) = (Arc::new(AtomicUsize::new(0)), server.address);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let answered = Arc::clone(&answered);
                std::thread::spawn(move || transfer(address, writer, &answered))
            })
            .collect();
        while answered.load(Ordering::Relaxed) < 20 + kill * 23 {
            std::thread::sleep(Duration::from_micros(200));
        }
        server.kill();
        for writer in writers {
            writer.join().unwrap();
        }
        server = Server::start("bank", data.path());
        let audit = call(server.address, "GET", "/audit", None).json();
        let total: f64 = audit["total"].as_str().and_then(|total| total.parse().ok()).unwrap_or_default();
        assert!((total - 4000.0).abs() < 1e-9, "after kill {kill}: {audit}");
        check_statements(server.address);
    }
}

fn transfer(address: SocketAddr, writer: usize, answered: &AtomicUsize) {
    let Ok(mut connection) = Connection::open(address) else { return };
    for n in 0.. {
        let (from, to) = ((writer + n) % ACCOUNTS, (writer + n + 1 + n % (ACCOUNTS - 1)) % ACCOUNTS);
        if from == to {
            continue;
        }
        let body = format!("{{\"to\":\"DE000000000{to}\",\"amount\":\"0.37\"}}");
        let path = format!("/accounts/{}/transfers", from + 1);
        let Ok(answer) = connection.request("POST", &path, Some(&body), &[]) else { return };
        assert!(matches!(answer.status, 200 | 409), "{}", answer.text());
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// The newest line of each statement shows the balance of its account.
fn check_statements(address: SocketAddr) {
    for account in 1..=ACCOUNTS {
        let row = call(address, "GET", &format!("/accounts/{account}"), None).json();
        let lines = call(address, "GET", &format!("/accounts/{account}/statement?limit=500"), None).json();
        // Lines of one batch share their time, so the newest balance is among those of the newest time.
        let lines = lines.as_array().unwrap();
        let newest = lines.iter().filter(|line| line["at"] == lines[0]["at"]);
        let balances: Vec<_> = newest.map(|line| line["balance"].clone()).collect();
        assert!(balances.contains(&row["balance"]), "account {account}: {row} {balances:?}");
    }
}
