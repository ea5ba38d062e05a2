//! A client in the same process: what it sends is queued, so that a test decides what the server
//! finds when it starts.

use std::path::Path;

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use raftstone_lsp::server::{self, Ending};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The answer to a request: the result, or the code of the error.
pub(crate) type Answer = Result<Value, i32>;

pub(crate) struct Client {
    connection: Connection,
    server: Option<Connection>,
    last_id: i32,
    folder: TempDir,
}

/// Everything that the server said in one session.
pub(crate) struct Said {
    pub(crate) ending: Ending,
    messages: Vec<Message>,
    folder: TempDir,
}

impl Client {
    /// A client that has not said anything yet, with files on disk.
    pub(crate) fn silent(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (server, connection) = Connection::memory();
        Self { connection, server: Some(server), last_id: 0, folder }
    }

    /// A client that has introduced itself, its folder open.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::with_encodings(files, &["utf-16"])
    }

    pub(crate) fn with_encodings(files: &[(&str, &str)], encodings: &[&str]) -> Self {
        let mut client = Self::silent(files);
        let folder = uri(client.folder.path(), "");
        client.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": null,
                "workspaceFolders": [{ "uri": folder.trim_end_matches('/'), "name": "test" }],
                "capabilities": {
                    "general": { "positionEncodings": encodings },
                    "textDocument": {
                        "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true },
                        "definition": { "linkSupport": true },
                    },
                },
            }),
        );
        client.notify("initialized", json!({}));
        client
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        uri(self.folder.path(), name)
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn send(&self, message: Message) {
        self.connection.sender.send(message).unwrap();
    }

    /// Sends a request; its number.
    pub(crate) fn request(&mut self, method: &str, parameters: Value) -> i32 {
        self.last_id += 1;
        let request = Request { id: RequestId::from(self.last_id), method: method.to_owned(), params: parameters };
        self.send(Message::Request(request));
        self.last_id
    }

    pub(crate) fn notify(&mut self, method: &str, parameters: Value) {
        self.send(Message::Notification(Notification { method: method.to_owned(), params: parameters }));
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.open_as(&uri, text);
    }

    pub(crate) fn open_as(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "rstone", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(crate) fn close(&mut self, name: &str) {
        let uri = self.uri(name);
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// Replaces the whole text.
    pub(crate) fn replace(&mut self, name: &str, version: i32, text: &str) {
        self.change(name, version, json!([{ "text": text }]));
    }

    pub(crate) fn change(&mut self, name: &str, version: i32, changes: Value) {
        let uri = self.uri(name);
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn hover(&mut self, name: &str, line: u32, column: u32) -> i32 {
        self.ask("textDocument/hover", name, line, column)
    }

    pub(crate) fn definition(&mut self, name: &str, line: u32, column: u32) -> i32 {
        self.ask("textDocument/definition", name, line, column)
    }

    fn ask(&mut self, method: &str, name: &str, line: u32, column: u32) -> i32 {
        let uri = self.uri(name);
        let position = json!({ "line": line, "character": column });
        self.request(method, json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    /// Starts the server in a thread, for a test that waits in between.
    pub(crate) fn start(&mut self) -> std::thread::JoinHandle<Ending> {
        let server = self.server.take().unwrap();
        std::thread::spawn(move || server::run(&server))
    }

    /// The next message; the test hangs, and is killed, when there is none.
    pub(crate) fn receive(&self) -> Message {
        self.connection.receiver.recv().unwrap()
    }

    /// Waits for the next list of problems.
    pub(crate) fn next_published(&self) -> Value {
        loop {
            if let Message::Notification(notification) = self.receive()
                && notification.method == "textDocument/publishDiagnostics"
            {
                return notification.params;
            }
        }
    }

    /// Says goodbye properly and lets the server hear everything.
    pub(crate) fn finish(mut self) -> Said {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.hear()
    }

    /// Lets the server hear everything that was said; then the client is gone.
    pub(crate) fn hear(self) -> Said {
        let Self { connection, server, folder, .. } = self;
        let Connection { sender, receiver } = connection;
        drop(sender);
        let server = server.unwrap();
        let ending = server::run(&server);
        drop(server);
        Said { ending, messages: receiver.iter().collect(), folder }
    }
}

impl Said {
    pub(crate) fn answer(&self, id: i32) -> Answer {
        let mut answers = self.messages.iter().filter_map(|message| match message {
            Message::Response(response) if response.id == RequestId::from(id) => Some(&response.response_result),
            _ => None,
        });
        let answer = answers.next().expect("every request is answered");
        assert!(answers.next().is_none(), "and once");
        answer.clone().map_err(|error| error.code)
    }

    /// The text of a hover.
    pub(crate) fn hovered(&self, id: i32) -> String {
        let answer = self.answer(id).unwrap();
        answer["contents"]["value"].as_str().unwrap_or("nothing").to_owned()
    }

    /// All lists of problems of a file, in order: the version and the codes.
    pub(crate) fn published(&self, name: &str) -> Vec<(Option<i64>, Vec<String>)> {
        self.published_as(&uri(self.folder.path(), name))
    }

    pub(crate) fn published_as(&self, uri: &str) -> Vec<(Option<i64>, Vec<String>)> {
        let lists = self.lists(uri);
        lists
            .into_iter()
            .map(|parameters| {
                let diagnostics = parameters["diagnostics"].as_array().unwrap();
                let codes = diagnostics.iter().map(|found| found["code"].as_str().unwrap_or("none").to_owned());
                (parameters["version"].as_i64(), codes.collect())
            })
            .collect()
    }

    /// All lists of problems as they were sent.
    pub(crate) fn lists(&self, uri: &str) -> Vec<&Value> {
        let lists = self.messages.iter().filter_map(|message| match message {
            Message::Notification(notification) if notification.method == "textDocument/publishDiagnostics" => {
                (notification.params["uri"] == uri).then_some(&notification.params)
            }
            _ => None,
        });
        lists.collect()
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        uri(self.folder.path(), name)
    }
}

fn uri(folder: &Path, name: &str) -> String {
    format!("file://{}/{name}", folder.to_str().unwrap())
}
