//! One message after the other, in the order in which they came.
//!
//! One thread owns everything, so that a request is answered from the text that the client had when
//! it asked. What waits in the channel is handled before problems are published: a burst of changes
//! is checked once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};

use super::capabilities::{self, Client};
use super::dispatch;
use super::workspace::Workspace;

/// The most messages that are handled before problems are published: a client that never pauses
/// still sees them.
pub const MAX_BURST: usize = 1_000;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `shutdown`, then `exit`.
    Clean,
    /// `exit` without `shutdown`, or the client went away.
    Unclean,
}

impl Ending {
    /// The exit code that the protocol asks for.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Clean => ExitCode::SUCCESS,
            Self::Unclean => ExitCode::FAILURE,
        }
    }
}

/// What is known between `initialize` and `shutdown`.
#[derive(Debug)]
pub struct Session {
    /// The client.
    pub client: Client,
    /// The documents and what was found out about them.
    pub workspace: Workspace,
}

/// Where a connection stands.
enum Phase {
    /// Before `initialize`.
    Fresh,
    Running(Box<Session>),
    /// After `shutdown`.
    Stopping,
}

/// Serves a client until it goes.
pub fn run(connection: &Connection) -> Ending {
    let mut server = Server { connection, phase: Phase::Fresh };
    while let Ok(first) = connection.receiver.recv() {
        if let Some(ending) = server.burst(first) {
            return ending;
        }
    }
    server.ending()
}

struct Server<'c> {
    connection: &'c Connection,
    phase: Phase,
}

impl Server<'_> {
    fn burst(&mut self, first: Message) -> Option<Ending> {
        let waiting = self.connection.receiver.try_iter().take(MAX_BURST - 1);
        for message in std::iter::once(first).chain(waiting) {
            match message {
                Message::Request(request) => self.request(request),
                Message::Notification(notification) if notification.method == "exit" => {
                    return Some(self.ending());
                }
                Message::Notification(notification) => self.notification(notification),
                // Nothing is asked of the client, so no answer of it is expected.
                Message::Response(_) => {}
            }
        }
        self.publish();
        None
    }

    fn ending(&self) -> Ending {
        if matches!(self.phase, Phase::Stopping) { Ending::Clean } else { Ending::Unclean }
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        let response = match (&mut self.phase, request.method.as_str()) {
            (Phase::Fresh, "initialize") => self.initialize(request),
            (Phase::Fresh, _) => refusal(id, ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (Phase::Running(_), "initialize") => refusal(id, ErrorCode::InvalidRequest, "`initialize` comes once"),
            (Phase::Running(_), "shutdown") => {
                self.phase = Phase::Stopping;
                Response::new_ok(id, ())
            }
            (Phase::Running(session), _) => guarded(|| dispatch::request(session, request))
                .unwrap_or_else(|words| refusal(id, ErrorCode::InternalError, &words)),
            (Phase::Stopping, _) => refusal(id, ErrorCode::InvalidRequest, "the server is shutting down"),
        };
        self.send(response.into());
    }

    fn initialize(&mut self, request: Request) -> Response {
        let client = Client::new(&request.params);
        let offered = capabilities::offered(&client);
        let workspace = Workspace::new(client.folders.clone());
        self.phase = Phase::Running(Box::new(Session { client, workspace }));
        Response::new_ok(request.id, offered)
    }

    fn notification(&mut self, notification: Notification) {
        let Phase::Running(session) = &mut self.phase else { return };
        let method = notification.method.clone();
        let outcome = guarded(|| dispatch::notification(session, notification));
        if let Ok(Err(words)) | Err(words) = outcome {
            eprintln!("raftstone-lsp: {method}: {words}");
        }
    }

    fn publish(&mut self) {
        let Phase::Running(session) = &mut self.phase else { return };
        let Session { client, workspace } = &mut **session;
        let messages = guarded(|| workspace.publish(client)).unwrap_or_else(|words| {
            eprintln!("raftstone-lsp: publishing problems: {words}");
            Vec::new()
        });
        for parameters in messages {
            let method = "textDocument/publishDiagnostics".to_owned();
            self.send(Message::Notification(Notification::new(method, parameters)));
        }
    }

    /// A message that cannot be sent has nobody to be told about it: the client is gone, and the
    /// next look at the channel says so.
    fn send(&self, message: Message) {
        drop(self.connection.sender.send(message));
    }
}

fn refusal(id: RequestId, code: ErrorCode, words: &str) -> Response {
    Response::new_err(id, code as i32, words.to_owned())
}

/// Does some work; a panic in it is a mistake of this server and ends only that work.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        format!("a mistake of the language server, please report it: {words}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_only_its_work() {
        assert_eq!(guarded(|| 7), Ok(7));
        let words = guarded::<()>(|| panic!("number {}", 9)).unwrap_err();
        assert!(words.ends_with("please report it: number 9"), "{words}");
    }
}
