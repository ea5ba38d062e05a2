//! The real program over standard input and output.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_raftstone-lsp"))
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn send_text(&mut self, body: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string());
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn exit_code(mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().code()
    }
}

fn request(id: i32, method: &str, parameters: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters })
}

fn notification(method: &str, parameters: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": parameters })
}

#[test]
fn a_whole_session() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("file://{}/a.rstone", folder.path().to_str().unwrap());
    let mut server = Server::start();
    server.send(&request(1, "initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} })));
    assert_eq!(server.receive()["result"]["capabilities"]["positionEncoding"], "utf-16");
    server.send(&notification("initialized", json!({})));
    let document = json!({ "uri": uri, "languageId": "rstone", "version": 1, "text": "struct S { a: Missing }\n" });
    server.send(&notification("textDocument/didOpen", json!({ "textDocument": document })));
    let published = server.receive();
    assert_eq!(published["method"], "textDocument/publishDiagnostics");
    assert_eq!(published["params"]["diagnostics"][0]["code"], "RS0114");
    // What is no JSON is answered, and the session goes on.
    server.send_text("{ this is no JSON");
    let refused = server.receive();
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&Value::Null, &json!(-32700)));
    let position = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 7 } });
    server.send(&request(2, "textDocument/hover", position));
    assert!(server.receive()["result"]["contents"]["value"].as_str().unwrap().contains("struct S"));
    server.send(&request(3, "shutdown", Value::Null));
    let stopped = server.receive();
    assert_eq!((&stopped["id"], &stopped["result"]), (&json!(3), &Value::Null));
    server.send(&notification("exit", Value::Null));
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
fn exit_codes() {
    let mut server = Server::start();
    server.send(&notification("exit", Value::Null));
    assert_eq!(server.exit_code(), Some(1), "`exit` without `shutdown`");
    assert_eq!(Server::start().exit_code(), Some(1), "the editor is gone");
}

#[test]
fn arguments() {
    let run = |argument: &str| Command::new(env!("CARGO_BIN_EXE_raftstone-lsp")).arg(argument).output().unwrap();
    let version = run("--version");
    assert!(version.status.success());
    assert!(String::from_utf8_lossy(&version.stderr).contains(env!("CARGO_PKG_VERSION")));
    let wrong = run("--port");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("unknown argument `--port`"));
}
