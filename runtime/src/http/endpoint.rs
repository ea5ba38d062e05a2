//! What the generated table hands to the server, and what handlers get and give.

use super::backend::Context;
use super::percent::{Plus, decode};
use super::router::PathSpans;
use crate::exec::{Reader, Tx};
use crate::refusal::Refusal;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use hyper::header::HeaderMap;
use hyper::{Method, Uri};
use std::borrow::Cow;
use std::sync::Arc;

/// One row of the generated routing table.
pub struct Endpoint {
    /// The name in the schema.
    pub name: &'static str,
    /// `HEAD` and `OPTIONS` are answered by the server itself.
    pub method: Method,
    /// `/todos/{todo}`: literal segments and parameters, the schema's `base` included.
    pub path: &'static str,
    /// The longest body; without one the configured `max_body` holds.
    pub max_body: Option<usize>,
    /// How long a handler may take; without one the configured `handler_timeout` holds.
    pub timeout_ms: Option<u64>,
    /// What answers.
    pub handler: Handler,
}

impl Endpoint {
    /// An endpoint with the configured limits.
    pub fn new(name: &'static str, method: Method, path: &'static str, handler: Handler) -> Self {
        Endpoint { name, method, path, max_body: None, timeout_ms: None, handler }
    }

    /// The endpoint with its own longest body.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
        self
    }

    /// The endpoint with its own time limit.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u64) -> Self {
        self.timeout_ms = Some(timeout_ms);
        self
    }
}

/// A query: a function of one snapshot and the request.
pub type Query = dyn Fn(&Reader<'_>, &Request) -> Answer + Send + Sync;
/// Decodes a request and checks its rules; what it returns runs on the single writer.
pub type Decode = dyn Fn(Request) -> Result<Command, Refusal> + Send + Sync;
/// A handler written in Rust.
pub type Extern = dyn Fn(Context, Request) -> BoxFuture<'static, Answer> + Send + Sync;

/// What answers at an endpoint.
pub enum Handler {
    /// Runs at once, in the task of its connection.
    Query(Box<Query>),
    /// Becomes one transaction.
    Command(Box<Decode>),
    /// Custom Rust, with transactions of its own.
    Extern(Box<Extern>),
}

/// One transaction: all of its events, or none.
pub type Command = Box<dyn FnOnce(&mut Tx<'_>) -> Answer + Send>;

/// A reply, or why there is none.
pub type Answer = Result<Reply, Refusal>;

/// A successful reply, owned and plain, so that it can be stored beside an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Not sent with an empty body.
    pub content_type: Cow<'static, str>,
    /// The body, as it goes over the wire.
    pub body: Bytes,
}

impl Reply {
    /// A JSON document.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Reply {
        Reply::raw(status, "application/json", body)
    }

    /// A body of any type.
    pub fn raw(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
        Reply { status, content_type: Cow::Borrowed(content_type), body: body.into() }
    }

    /// 204: done, nothing to say.
    pub fn no_content() -> Reply {
        Reply::empty(204)
    }

    /// A status without a body.
    pub fn empty(status: u16) -> Reply {
        Reply::raw(status, "", Bytes::new())
    }
}

/// A request whose route is known and whose body has been read.
#[derive(Debug)]
pub struct Request {
    /// The method as sent, `HEAD` included.
    pub method: Method,
    /// The headers as sent.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// `https://host` without a final slash: where this server is reached from outside.
    pub base_url: Arc<str>,
    uri: Uri,
    path: PathSpans,
}

impl Request {
    pub(super) fn new(method: Method, uri: Uri, path: PathSpans, base_url: Arc<str>) -> Request {
        Request { method, headers: HeaderMap::new(), body: Bytes::new(), base_url, uri, path }
    }

    /// The path as sent.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query string as sent, without its `?`; empty when there is none.
    pub fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The decoded text of a path parameter.
    pub fn path_value(&self, name: &str) -> Option<Cow<'_, str>> {
        let span = self.path.iter().find(|span| span.name == name)?;
        let range = usize::from(span.start)..usize::from(span.end);
        decode(self.uri.path().get(range)?, Plus::Literal)
    }

    /// A header's text, when it is given once and is visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
