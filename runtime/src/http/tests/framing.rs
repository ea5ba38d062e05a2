//! Bodies in both framings, heads that are too long or doubtful, and what becomes of the
//! connection.

use super::{Client, Running};

async fn refused(server: &Running, request: impl AsRef<[u8]>, status: u16) {
    let request = request.as_ref();
    let shown = String::from_utf8_lossy(&request[..request.len().min(80)]).into_owned();
    let mut client = server.client().await;
    client.send(request).await;
    let received = client.response().await;
    assert_eq!(received.status, status, "{shown}: {received:?}");
    received.assert_problem(status);
    assert_eq!(received.header("x-content-type-options"), Some("nosniff"), "{shown}");
    assert!(received.header("date").is_some(), "{shown}");
    assert_eq!(received.header("connection"), Some("close"), "{shown}: {received:?}");
    client.finish_sending().await;
    let rest = client.rest().await;
    let text = String::from_utf8_lossy(&rest);
    let again = ["HTTP/1.1 2", "HTTP/1.1 4"].iter().any(|line| text.contains(line));
    assert!(!again, "{shown}: a second answer: {text}");
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /small HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n{body}")
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_up_to_the_limit_and_not_beyond() {
    let server = Running::start();
    let mut client = server.client().await;
    let sixteen = "0123456789abcdef";
    let whole = post("content-length: 16\r\n", sixteen);
    let chunked = post("transfer-encoding: chunked\r\n", "8\r\n01234567\r\n8;x=y\r\n89abcdef\r\n0\r\nt: 1\r\n\r\n");
    for request in [whole.clone(), chunked, whole] {
        let received = client.ask(&request).await;
        assert_eq!((received.status, received.body.as_str()), (200, sixteen));
    }
    let empty = client.ask(&post("", "")).await;
    assert_eq!((empty.status, empty.body.as_str(), empty.header("content-type")), (200, "", None));

    refused(&server, post("content-length: 17\r\n", "0123456789abcdefg"), 413).await;
    refused(&server, post("content-length: 17\r\n", ""), 413).await;
    refused(&server, post("content-length: 9999999999999\r\n", "0123"), 413).await;
    refused(&server, post("content-length: 17\r\nexpect: 100-continue\r\n", ""), 413).await;
    let chunks = "8\r\n01234567\r\n9\r\n89abcdefg\r\n0\r\n\r\n";
    refused(&server, post("transfer-encoding: chunked\r\n", chunks), 413).await;
    refused(&server, post("transfer-encoding: chunked\r\n", "ffffffff\r\nabcdefghijklmnopqrst"), 413).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_long_body_arrives_although_the_client_goes_on_sending() {
    let server = Running::start_with(|options| options.max_body = 1000);
    let megabytes = vec![b'x'; 3 << 20];
    for (path, status) in [("/echo", 413), ("/user-upload", 413)] {
        let mut client = server.client().await;
        let length = megabytes.len();
        client.send(format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n")).await;
        client.send(&megabytes).await;
        let received = client.response().await;
        received.assert_problem(status);
    }
    let mut client = server.client().await;
    let received = client.ask("POST /user-upload HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhello").await;
    assert_eq!(received.body, "5");
}

#[tokio::test(flavor = "multi_thread")]
async fn doubtful_heads_are_refused_and_the_connection_closed() {
    let server = Running::start();
    let smuggled = "GET /items/1 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let headers = [
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
        "content-length: 0\r\ntransfer-encoding: chunked\r\n",
        "content-length: 0\r\ncontent-length: 0\r\n",
        "content-length: 0\r\ncontent-length: 4\r\n",
        "content-length: 0, 0\r\n",
        "content-length: +0\r\n",
        "content-length: -1\r\n",
        "content-length: 0x0\r\n",
        "content-length: \r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: gzip, chunked\r\n",
        "transfer-encoding: \r\n",
        "content-length : 0\r\n",
        "x: 1\r\n folded\r\n",
        "x: 1\n",
        "x: a\0b\r\n",
        "x y: 1\r\n",
        ": 1\r\n",
        "x\r\n",
    ];
    for headers in headers {
        refused(&server, format!("{}0\r\n\r\n{smuggled}", post(headers, "")), 400).await;
        // The same behind a request that is in order.
        let mut client = server.client().await;
        client.send(format!("{smuggled}{}0\r\n\r\n{smuggled}", post(headers, ""))).await;
        assert_eq!(client.response().await.status, 200, "{headers}");
        client.response().await.assert_problem(400);
    }
    for line in [
        "GET /items/1 HTTP/1.1 x",
        "GET  /items/1 HTTP/1.1",
        "GET /items/1 HTTP/2.0",
        "GET /items/1 HTTP/9.9",
        "GET items/1 HTTP/1.1",
        "GET /ite ms/1 HTTP/1.1",
        "G(T /items/1 HTTP/1.1",
    ] {
        refused(&server, format!("{line}\r\nhost: localhost\r\n\r\n"), 400).await;
    }
    refused(&server, b"GET /items/\xff HTTP/1.1\r\nhost: localhost\r\n\r\n", 400).await;
    refused(&server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400).await;
    let old = "POST /small HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    refused(&server, old, 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_head_is_told_why() {
    let server = Running::start();
    for (headers, status, words) in [
        ("content-length: +5\r\n", 400, "plain digits"),
        ("content-length: -1\r\n", 400, "plain digits"),
        ("content-length: 18446744073709551615\r\n", 413, "Content-Length is larger"),
        ("content-length: 18446744073709551616\r\n", 413, "Content-Length is larger"),
        ("content-length: 99999999999999999999999999\r\n", 413, "Content-Length is larger"),
        ("x: 1\r\n folded\r\n", 400, "folded"),
        ("x: 1\r\n\tfolded\r\n", 400, "folded"),
        ("x y: 1\r\n", 400, "missing colons"),
        ("content-length: 1\r\ncontent-length: 1\r\n", 400, "more than once"),
    ] {
        refused(&server, post(headers, "hello"), status).await;
        // Behind others, which are answered first, in one piece or byte by byte.
        let get = "GET /items/1 HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let sent = format!("{get}{get}{}", post(headers, "hello"));
        for piece in [1, 50, sent.len()] {
            let mut client = server.client().await;
            for bytes in sent.as_bytes().chunks(piece) {
                client.send(bytes).await;
            }
            assert_eq!(client.response().await.status, 200, "{headers}");
            assert_eq!(client.response().await.status, 200, "{headers}");
            let received = client.response().await;
            received.assert_problem(status);
            assert!(received.body.contains(words), "{headers}: {received:?}");
            client.assert_closed().await;
        }
    }
    let mut client = server.client().await;
    let long = client.ask(&post("content-length: 17\r\n", "")).await;
    assert!(long.body.contains("\"title\":\"Content Too Large\""), "{long:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_chunks_are_refused() {
    let server = Running::start();
    for body in ["x\r\n", "5\r\nabcdefgh\r\n0\r\n\r\n", "11112222333344445555\r\n", "\r\n"] {
        refused(&server, post("transfer-encoding: chunked\r\n", body), 400).await;
    }
    for cut in [post("content-length: 10\r\n", "abc"), post("transfer-encoding: chunked\r\n", "5\r\nab")] {
        let mut client = server.client().await;
        client.send(&cut).await;
        client.finish_sending().await;
        // Nobody is there any more; it must only not be taken for a whole body.
        let rest = String::from_utf8(client.rest().await).unwrap();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400"), "{rest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_heads() {
    let server = Running::start();
    let with_headers = |count: usize| {
        let lines: Vec<String> = (1..count).map(|n| format!("x-{n}: 1\r\n")).collect();
        format!("GET /items/1 HTTP/1.1\r\nhost: localhost\r\n{}\r\n", lines.concat())
    };
    let mut client = server.client().await;
    assert_eq!(client.ask(&with_headers(64)).await.status, 200);
    refused(&server, with_headers(65), 431).await;
    refused(&server, with_headers(101), 431).await;
    refused(&server, with_headers(10_000), 431).await;

    let with_query = |bytes: usize| {
        let query = "x".repeat(bytes - "/user/ann".len());
        format!("GET /user/ann?{query} HTTP/1.1\r\nhost: localhost\r\n\r\n")
    };
    assert_eq!(client.ask(&with_query(8 * 1024)).await.status, 200);
    refused(&server, with_query(8 * 1024 + 1), 414).await;
    refused(&server, with_query(64 * 1024), 431).await;

    let with_value = |bytes: usize| {
        let head = "GET /items/1 HTTP/1.1\r\nhost: localhost\r\nx: \r\n\r\n";
        head.replace("x: ", &format!("x: {}", "x".repeat(bytes - head.len())))
    };
    assert_eq!(client.ask(&with_value(16 * 1024)).await.status, 200);
    refused(&server, with_value(16 * 1024 + 1), 431).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let server = Running::start();
    let mut client = server.client().await;
    let mut requests = String::new();
    for item in 0..100 {
        let get = format!("GET /items/{item} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let body = format!("{{\"title\":\"{item:03}\"}}");
        let post = "POST /items HTTP/1.1\r\nhost: localhost\r\ncontent-length: 15\r\n\r\n";
        requests.extend([&get, post, &body]);
    }
    // In pieces that fall anywhere.
    for piece in requests.as_bytes().chunks(97) {
        client.send(piece).await;
    }
    for item in 0..100 {
        let got = client.response().await;
        assert!(got.body.contains(&format!("\"item\":{item},")), "{got:?}");
        let added = client.response().await;
        assert_eq!(added.body, format!("\"{item:03}\""));
    }
    check_alive(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_request_does_not_hold_back_the_answer_before_it() {
    let server = Running::start();
    let mut client = server.client().await;
    let get = "GET /items/1 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let hold = "POST /hold HTTP/1.1\r\nhost: localhost\r\n\r\n";
    client.send([get, get, hold, get].concat()).await;
    assert_eq!(client.response().await.status, 200);
    assert_eq!(client.response().await.status, 200);
    // Only now may the third go on.
    server.fake.holding.notified().await;
    server.fake.release.notify_one();
    assert_eq!(client.response().await.body, "\"released\"");
    assert_eq!(client.response().await.status, 200);
}

async fn check_alive(client: &mut Client) {
    assert_eq!(client.get("/items/1").await.status, 200);
}
