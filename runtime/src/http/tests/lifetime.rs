//! Slow clients, full houses and the end. Nothing here sleeps: each test waits for the event
//! that it is about.

use super::Running;
use crate::http::{Drained, ServerOptions};
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(150);
const GET: &str = "GET /items/1 HTTP/1.1\r\nhost: localhost\r\n\r\n";

fn short_header(options: &mut ServerOptions) {
    options.patience.header = SHORT;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_are_cut() {
    let server = Running::start_with(short_header);
    // Nothing at all, a part of a head, and a head that never ends though bytes keep coming.
    server.client().await.assert_closed().await;
    let mut client = server.client().await;
    client.send("GET /items/1 HTTP/1.1\r\nhost: local").await;
    client.assert_closed().await;
    let mut client = server.client().await;
    assert_eq!(client.ask(GET).await.status, 200);
    client.send("GET /ite").await;
    client.assert_closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trickle_does_not_prolong_a_head() {
    let server = Running::start_with(short_header);
    let mut client = server.client().await;
    client.send("GET /items/1 HTTP/1.1\r\nhost: localhost\r\n").await;
    let mut ticks = tokio::time::interval(SHORT / 10);
    // Each line comes well within the time that the head has as a whole.
    let trickle = async {
        loop {
            ticks.tick().await;
            client.send("x: 1\r\n").await;
            if client.try_closed() {
                return;
            }
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), trickle).await;
    assert!(in_time.is_ok(), "the connection was never closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_let_go() {
    let server = Running::start_with(|options| options.patience.keep_alive = SHORT);
    let mut client = server.client().await;
    assert_eq!(client.ask(GET).await.status, 200);
    assert_eq!(client.ask(GET).await.status, 200);
    client.assert_closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_are_cut() {
    let server = Running::start_with(|options| options.patience.body_grace = SHORT);
    for head in ["content-length: 100", "transfer-encoding: chunked"] {
        let mut client = server.client().await;
        client.send(format!("POST /echo HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n5\r\nabc")).await;
        client.assert_closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_handler_is_not_a_slow_client() {
    let server = Running::start_with(|options| {
        options.patience.header = SHORT;
        options.patience.keep_alive = SHORT;
        options.patience.body_grace = SHORT;
    });
    let mut held = server.client().await;
    held.send("POST /hold HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}").await;
    server.fake.holding.notified().await;
    // Another connection sits out all of these times meanwhile.
    let mut idle = server.client().await;
    assert_eq!(idle.ask(GET).await.status, 200);
    idle.assert_closed().await;
    server.fake.release.notify_one();
    assert_eq!(held.response().await.body, "\"released\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_cut() {
    let server = Running::start_with(|options| options.patience.write_stall = SHORT);
    let mut client = server.client().await;
    client.send("GET /big HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert_eq!(client.head().await.status, 200);
    // The shutdown waits for this request, which can only end by the write timeout.
    assert_eq!(server.stop().await.unwrap(), Drained { cut: 0 });
    assert!(client.rest().await.len() < 64 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_lets_new_connections_wait() {
    let server = Running::start_with(|options| options.max_connections = 2);
    let mut first = server.client().await;
    let mut second = server.client().await;
    assert_eq!(first.ask(GET).await.status, 200);
    assert_eq!(second.ask(GET).await.status, 200);
    let mut third = server.client().await;
    third.send(GET).await;
    drop(first);
    assert_eq!(third.response().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_finishes_what_is_in_flight() {
    let server = Running::start();
    let address = server.address;
    let fake = std::sync::Arc::clone(&server.fake);
    let mut idle = server.client().await;
    assert_eq!(idle.ask(GET).await.status, 200);
    let mut held = server.client().await;
    held.send("POST /hold HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    fake.holding.notified().await;
    let ended = server.stop();
    // Idle ones are told at once, and nobody new gets in.
    idle.assert_closed().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert!(!ended.is_finished());
    fake.release.notify_one();
    let received = held.response().await;
    assert_eq!(received.body, "\"released\"");
    assert_eq!(received.header("connection"), Some("close"));
    held.assert_closed().await;
    assert_eq!(ended.await.unwrap(), Drained { cut: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_cuts_what_does_not_end() {
    let server = Running::start_with(|options| options.drain = SHORT);
    let mut held = server.client().await;
    held.send("POST /hold HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    server.fake.holding.notified().await;
    assert_eq!(server.stop().await.unwrap(), Drained { cut: 1 });
    held.assert_closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_one_clear_line() {
    let server = Running::start();
    let error = crate::http::Listener::bind(server.address).unwrap_err();
    assert!(error.contains(&server.address.to_string()) && error.contains("--listen"), "{error}");
    assert!(!error.contains('\n'));
}
