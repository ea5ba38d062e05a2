//! A client that sends exactly the bytes it is given.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A problem document whose status agrees with the status line.
    pub(super) fn assert_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let document: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(document["status"], status, "{self:?}");
        assert!(document["title"].is_string() && document["detail"].is_string(), "{self:?}");
    }
}

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, received: Vec::new() }
    }

    /// The server may already have answered and closed, so errors are for the reader to see.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    pub(super) async fn finish_sending(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    async fn receive_more(&mut self) -> bool {
        matches!(self.stream.read_buf(&mut self.received).await, Ok(read) if read > 0)
    }

    /// The next response to a request that was not `HEAD`.
    pub(super) async fn response(&mut self) -> Received {
        let head = self.head().await;
        let length = head.header("content-length").map_or(0, |text| text.parse().unwrap());
        while self.received.len() < length {
            assert!(self.receive_more().await, "the body of {head:?} is cut");
        }
        let body: Vec<u8> = self.received.drain(..length).collect();
        Received { body: String::from_utf8(body).unwrap(), ..head }
    }

    /// The next response without its body.
    pub(super) async fn head(&mut self) -> Received {
        let end = loop {
            let found = self.received.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(found) = found {
                break found + 4;
            }
            let so_far = String::from_utf8_lossy(&self.received).into_owned();
            assert!(self.receive_more().await, "closed after {so_far:?}");
        };
        let head: Vec<u8> = self.received.drain(..end).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        });
        Received { status, headers: headers.collect(), body: String::new() }
    }

    /// Everything up to the server's end of the connection.
    pub(super) async fn rest(mut self) -> Vec<u8> {
        while self.receive_more().await {}
        self.received
    }

    /// Whether the server has already ended the connection.
    pub(super) fn try_closed(&mut self) -> bool {
        let mut byte = [0];
        match self.stream.try_read(&mut byte) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }

    pub(super) async fn assert_closed(self) {
        let rest = self.rest().await;
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }

    pub(super) async fn ask(&mut self, request: &str) -> Received {
        self.send(request).await;
        self.response().await
    }

    /// `GET` with the usual head.
    pub(super) async fn get(&mut self, path: &str) -> Received {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await
    }

    /// `POST` of a JSON body.
    pub(super) async fn post(&mut self, path: &str, headers: &str, body: &str) -> Received {
        let length = body.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             {headers}content-length: {length}\r\n\r\n{body}"
        ))
        .await
    }
}
