//! An engine without a journal, endpoints made by hand, and a server with both.

use super::Client;
use crate::config::Config;
use crate::exec::{IdempotencyKey, Reader, Schema, Tx, TxLog};
use crate::http::{
    Answer, Backend, Command, Drained, Endpoint, Handler, Listener, Method, Outcome, Params, Reply, Request, Server,
    ServerOptions, UserFilter,
};
use crate::refusal::Refusal;
use crate::state::State;
use crate::value::Timestamp;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use warp::Filter;

static SCHEMA: Schema = Schema {
    name: "fake",
    title: "Fake",
    url: None,
    openapi: "{\"openapi\":\"3.1.0\"}",
    field_errors: false,
    tables: &[],
    relations: &[],
    events: &[],
    fold_fingerprint: 0,
};

/// Runs commands at once and numbers them.
pub(super) struct Fake {
    state: State,
    seq: AtomicU64,
    pub(super) keys: Mutex<Vec<IdempotencyKey>>,
    pub(super) is_ready: AtomicBool,
    /// Transactions end without an outcome.
    pub(super) loses_leadership: AtomicBool,
    /// Somebody waits in `/hold`.
    pub(super) holding: Notify,
    /// Lets him go.
    pub(super) release: Notify,
}

impl Backend for Fake {
    fn query(&self, run: &mut dyn FnMut(&Reader<'_>)) -> u64 {
        run(&Reader::new(&self.state, 0, Timestamp::from_micros(0).unwrap()));
        self.visible_seq()
    }

    fn submit(&self, command: Command, idempotency: Option<IdempotencyKey>) -> BoxFuture<'static, Outcome> {
        // There are no events here, so every key counts as taken, also one of a handler's own transaction.
        let is_repeated =
            idempotency.as_ref().is_some_and(|new| self.keys.lock().iter().any(|known| known.scope == new.scope));
        self.keys.lock().extend(idempotency);
        if self.loses_leadership.load(Ordering::SeqCst) {
            return std::future::ready(Outcome::Unknown).boxed();
        }
        let seq = self.seq.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = if is_repeated {
            Ok(Reply::json(200, "\"stored\""))
        } else {
            let now = Timestamp::from_micros(0).unwrap();
            let log = TxLog::default();
            command(&mut Tx::begin(&self.state, &SCHEMA, seq, now, None, log))
        };
        std::future::ready(Outcome::Answered { answer, seq }).boxed()
    }

    fn ready(&self) -> Result<(), &'static str> {
        if self.is_ready.load(Ordering::SeqCst) { Ok(()) } else { Err("recovering") }
    }

    fn visible_seq(&self) -> u64 {
        self.seq.load(Ordering::SeqCst)
    }
}

/// A server at work on a port of its own.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) fake: Arc<Fake>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Running {
    pub(super) fn start() -> Running {
        Running::start_with(|_| {})
    }

    pub(super) fn start_with(change: impl FnOnce(&mut ServerOptions)) -> Running {
        let fake = Arc::new(Fake {
            state: State::new(&[]),
            seq: AtomicU64::new(7),
            keys: Mutex::default(),
            is_ready: AtomicBool::new(true),
            loses_leadership: AtomicBool::new(false),
            holding: Notify::new(),
            release: Notify::new(),
        });
        let mut options = Config::defaults("fake").server_options(SCHEMA.url, SCHEMA.openapi);
        options.listen.set_port(0);
        change(&mut options);
        let endpoints = endpoints(&fake);
        let backend: Arc<dyn Backend> = Arc::clone(&fake) as _;
        let listener = Listener::bind(options.listen).unwrap();
        let server = Server::new(listener, options, endpoints, backend, Some(user_filters())).unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Running { address, fake, stop, task }
    }

    pub(super) async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Begins the shutdown; the handle ends with it.
    pub(super) fn stop(self) -> JoinHandle<Drained> {
        let _ = self.stop.send(());
        self.task
    }
}

fn user_filters() -> UserFilter {
    let hello = warp::get().and(warp::path!("user" / String)).map(|name: String| format!("hello {name}"));
    let upload = warp::post().and(warp::path!("user-upload")).and(warp::body::bytes());
    let upload = upload.map(|body: bytes::Bytes| body.len().to_string());
    let panics = warp::path!("user-panic").map(|| -> String { panic!("of a filter") });
    let headers = warp::path!("user-header").and(warp::header::<String>("x-wanted"));
    let filters = hello.or(upload).unify().or(panics).unify().or(headers).unify();
    filters.map(warp::reply::Reply::into_response).boxed()
}

fn query(path: &'static str, run: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Endpoint {
    let handler = Handler::Query(Box::new(move |_: &Reader<'_>, request: &Request| run(request)));
    Endpoint::new("a_query", Method::GET, path, handler)
}

fn command(
    path: &'static str,
    decode: impl Fn(Request) -> Result<Command, Refusal> + Send + Sync + 'static,
) -> Endpoint {
    Endpoint::new("a_command", Method::POST, path, Handler::Command(Box::new(decode)))
}

fn endpoints(fake: &Arc<Fake>) -> Vec<Endpoint> {
    let holder = Arc::clone(fake);
    let item = |request: &Request| {
        let mut params = Params::new(request)?;
        let item = params.path::<i64>("item");
        let limit = params.query_or("limit", || 20_i64);
        let (item, limit) = params.finish(|| Some((item?, limit?)))?;
        let base = &request.base_url;
        Ok(Reply::json(200, format!("{{\"item\":{item},\"limit\":{limit},\"base\":\"{base}\"}}")))
    };
    let add = |request: Request| {
        let mut params = Params::new(&request)?;
        let title = params.body::<String>("title");
        let title = params.finish(|| title)?;
        let command: Command = Box::new(move |_| Ok(Reply::json(201, format!("{title:?}"))));
        Ok(command)
    };
    let echo = |request: Request| {
        let command: Command = Box::new(move |_| Ok(Reply::raw(200, "application/octet-stream", request.body)));
        Ok(command)
    };
    vec![
        query("/items/{item}", item),
        query("/panics", |_| panic!("inside a query")),
        query("/refused", |_| Err(Refusal::forbidden("not you"))),
        query("/big", |_| Ok(Reply::raw(200, "text/plain", vec![b'x'; 64 << 20]))),
        query("/nothing", |_| Ok(Reply::no_content())),
        query("/broken", |_| Ok(Reply::empty(9999))),
        command("/items", add),
        command("/small", echo).max_body(16),
        command("/echo", echo),
        command("/panicking", |_| Ok(Box::new(|_| panic!("inside a command")))),
        Endpoint::new(
            "hold",
            Method::POST,
            "/hold",
            Handler::Extern(Box::new(move |_, _| {
                let holder = Arc::clone(&holder);
                Box::pin(async move {
                    holder.holding.notify_one();
                    holder.release.notified().await;
                    Ok(Reply::json(200, "\"released\""))
                })
            })),
        ),
        Endpoint::new(
            "transact",
            Method::POST,
            "/transact",
            Handler::Extern(Box::new(|mut context, _| {
                Box::pin(async move {
                    let first = context.transact(|_| Ok(1)).await?;
                    let second = context.transact(|_| Ok(2)).await?;
                    let third = context.read(|_| 3)?;
                    Ok(Reply::json(200, format!("[{first},{second},{third}]")))
                })
            })),
        ),
        Endpoint::new(
            "reads_only",
            Method::GET,
            "/transact",
            Handler::Extern(Box::new(|mut context, _| {
                Box::pin(async move {
                    context.transact(|_| Ok(())).await?;
                    Ok(Reply::no_content())
                })
            })),
        ),
        Endpoint::new(
            "never",
            Method::POST,
            "/never",
            Handler::Extern(Box::new(|_, _| Box::pin(std::future::pending()))),
        )
        .timeout_ms(Duration::from_millis(20).as_millis() as u64),
    ]
}
