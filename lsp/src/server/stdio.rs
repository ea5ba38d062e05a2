//! Messages over standard input and output.
//!
//! Own threads and not those of `lsp-server`: there the first message that is no JSON ends the
//! connection, here it is answered with a parse error and the next one is read.

use std::io::{self, BufRead, Read, Write};
use std::thread::JoinHandle;

use lsp_server::{Connection, ErrorCode, Message};
use serde_json::{Value, json};

/// The largest message that is read. Whole documents travel in messages, and nothing larger does.
pub const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// The longest line of a header; beyond it the stream is not the protocol at all.
const MAX_HEADER_BYTES: u64 = 8 << 10;

/// The threads behind a connection over standard input and output.
#[derive(Debug)]
pub struct Threads {
    writer: JoinHandle<()>,
}

impl Threads {
    /// Waits until everything is written. Call it when the connection has been dropped. The thread
    /// that reads is left alone: it may wait for input that never comes.
    pub fn finish(self) {
        if self.writer.join().is_err() {
            eprintln!("raftstone-lsp: the thread that writes has panicked");
        }
    }
}

/// Connects to standard input and output.
///
/// The channels are unbounded: the editor is the parent of this process and trusted with its
/// memory, and a bound could block both sides when a client writes before it reads.
pub fn connect() -> (Connection, Threads) {
    let (server, wire) = Connection::memory();
    let Connection { sender, receiver } = wire;
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match read(&mut input) {
                Ok(Some(Ok(message))) => {
                    if sender.send(message).is_err() {
                        return;
                    }
                }
                Ok(Some(Err(answer))) => {
                    if write(&mut io::stdout().lock(), &answer).is_err() {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    eprintln!("raftstone-lsp: standard input cannot be read: {error}");
                    return;
                }
            }
        }
    });
    let writer = std::thread::spawn(move || {
        for message in receiver {
            if let Err(error) = message.write(&mut io::stdout().lock()) {
                eprintln!("raftstone-lsp: standard output cannot be written: {error}");
                return;
            }
        }
    });
    (server, Threads { writer })
}

/// Reads one message; none at the end of the input. What cannot be read as a message is skipped and
/// gives the answer that tells so.
fn read(input: &mut dyn BufRead) -> io::Result<Option<Result<Message, Value>>> {
    let length = match read_header(input)? {
        Header::Length(length) => length,
        Header::NoLength => return Ok(Some(Err(refusal(ErrorCode::ParseError, "a header without Content-Length")))),
        Header::End => return Ok(None),
    };
    if length > MAX_MESSAGE_BYTES as u64 {
        io::copy(&mut input.take(length), &mut io::sink())?;
        let words = format!("a message of {length} bytes; at most {MAX_MESSAGE_BYTES} are read");
        return Ok(Some(Err(refusal(ErrorCode::InvalidRequest, &words))));
    }
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(understand(&body)))
}

fn understand(body: &[u8]) -> Result<Message, Value> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| refusal(ErrorCode::ParseError, &error.to_string()))?;
    let id = value.get("id").cloned();
    serde_json::from_value(value).map_err(|_| {
        let mut answer = refusal(ErrorCode::InvalidRequest, "this is no request, notification or response");
        // An id that was understood lets the client match the answer to what it asked.
        if let (Some(id @ (Value::Number(_) | Value::String(_))), Some(slot)) = (id, answer.get_mut("id")) {
            *slot = id;
        }
        answer
    })
}

fn refusal(code: ErrorCode, words: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": null, "error": { "code": code as i32, "message": words } })
}

/// What the lines before a message say.
enum Header {
    /// The bytes of the message.
    Length(u64),
    /// Nothing that helps.
    NoLength,
    /// There are no more messages.
    End,
}

/// Reads the header lines up to the empty one. Lines that are no header are passed over, so that
/// noise does not end the session.
fn read_header(input: &mut dyn BufRead) -> io::Result<Header> {
    let mut length = None;
    let mut has_lines = false;
    loop {
        let mut line = Vec::new();
        if input.take(MAX_HEADER_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(Header::End);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() && has_lines {
            return Ok(length.map_or(Header::NoLength, Header::Length));
        }
        has_lines |= !text.is_empty();
        if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("Content-Length")
        {
            length = value.trim().parse().ok();
        }
    }
}

fn write(output: &mut dyn Write, value: &Value) -> io::Result<()> {
    let text = value.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    /// What reading gives, message by message: the method, or the code of the answer and its id.
    fn read_all(input: &[u8]) -> Vec<String> {
        let mut input = input;
        let mut found = Vec::new();
        while let Some(message) = read(&mut input).unwrap() {
            found.push(match message {
                Ok(Message::Request(request)) => request.method,
                Ok(Message::Notification(notification)) => notification.method,
                Ok(Message::Response(response)) => format!("response {}", response.id),
                Err(answer) => format!("{} {}", answer["error"]["code"], answer["id"]),
            });
        }
        found
    }

    #[test]
    fn messages_and_nonsense() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        let table: &[(&str, String, &[&str])] = &[
            ("a request", framed(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#), &["shutdown", "exit"]),
            ("no JSON", framed("{oops"), &["-32700 null", "exit"]),
            ("empty", framed(""), &["-32700 null", "exit"]),
            ("no message", framed("[1, 2]"), &["-32600 null", "exit"]),
            ("an id and nothing else", framed(r#"{"id":7}"#), &["-32600 7", "exit"]),
            ("no length", "Content-Type: x\r\n\r\n".to_owned(), &["-32700 null", "exit"]),
            ("a length that is no number", "Content-Length: many\r\n\r\n".to_owned(), &["-32700 null", "exit"]),
            ("other headers", good.replace("Content", "Content-Type: utf-8\r\ncontent"), &["exit", "exit"]),
            ("blank lines between", "\r\n\r\n".to_owned(), &["exit"]),
        ];
        for (name, input, expected) in table {
            assert_eq!(read_all(format!("{input}{good}").as_bytes()), *expected, "{name}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_and_a_cut_off_message() {
        let mut input = b"Content-Length: 3\r\n\r\n\xff\xfe\xfd".to_vec();
        input.extend_from_slice(framed(r#"{"method":"exit"}"#).as_bytes());
        assert_eq!(read_all(&input), ["-32700 null", "exit"]);
        assert_eq!(read_all(b"Content-Length: 9\r\n\r\n{"), Vec::<String>::new());
        assert_eq!(read_all(b"Content-Length"), Vec::<String>::new());
    }

    #[test]
    fn a_message_beyond_the_limit_is_skipped() {
        let length = MAX_MESSAGE_BYTES + 1;
        let mut input = format!("Content-Length: {length}\r\n\r\n").into_bytes();
        input.resize(input.len() + length, b' ');
        input.extend_from_slice(framed(r#"{"method":"exit"}"#).as_bytes());
        assert_eq!(read_all(&input), ["-32600 null", "exit"]);
    }
}
