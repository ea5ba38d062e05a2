//! The one warp filter behind all generated endpoints, and how each kind of handler is run.

use super::backend::{Backend, Context, Outcome};
use super::endpoint::{Decode, Endpoint, Extern, Handler, Query, Request};
use super::host::Hosts;
use super::idempotency;
use super::problem::{self, Response};
use super::router::Router;
use crate::refusal::Refusal;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{Method, StatusCode};
use parking_lot::Mutex;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use warp::{Filter, Rejection};

/// Filters of the user's own, asked for every path that no endpoint has.
pub type UserFilter = warp::filters::BoxedFilter<(warp::reply::Response,)>;

/// What all connections share.
pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) openapi: &'static str,
    pub(super) field_errors: bool,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) hosts: Hosts,
    pub(super) max_body: usize,
    pub(super) handler_timeout: Duration,
}

/// A request whose endpoint is known and whose body is still to come.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) index: usize,
    pub(super) request: Request,
}

/// Where the front of a connection leaves a matched request for the filter. The front has the
/// request itself and can move its parts out; a filter could only clone the headers. Boxed,
/// because futures around it are moved several times before they are polled.
pub(super) type Slot = Arc<Mutex<Option<Box<Matched>>>>;

/// The generated endpoints of one connection as a filter; it answers what is in the slot.
pub(super) fn generated(
    shared: Arc<Shared>,
    slot: Slot,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    warp::body::stream().then(move |body| dispatch(Arc::clone(&shared), slot.lock().take(), body))
}

async fn dispatch<S, B>(shared: Arc<Shared>, matched: Option<Box<Matched>>, body: S) -> Response
where
    S: Stream<Item = Result<B, warp::Error>> + Send,
    B: Buf + Send,
{
    let Some(mut matched) = matched else {
        return problem::nothing_here();
    };
    let Some(endpoint) = shared.endpoints.get(matched.index) else {
        return problem::nothing_here();
    };
    let headers = &matched.request.headers;
    if headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING) {
        let max_body = endpoint.max_body.unwrap_or(shared.max_body);
        // Boxed, because most requests have no body and need not carry the room for it.
        match Box::pin(collect(&matched.request, body, max_body)).await {
            Ok(body) => matched.request.body = body,
            Err(response) => return *response,
        }
    }
    match &endpoint.handler {
        Handler::Query(query) => shared.query(query, &mut matched.request),
        Handler::Command(decode) => Box::pin(shared.command(endpoint, decode, matched.request)).await,
        Handler::Extern(handler) => Box::pin(shared.custom(endpoint, handler, matched.request)).await,
    }
}

/// Reads a whole body, counting what really comes.
async fn collect<S, B>(request: &Request, body: S, max_body: usize) -> Result<Bytes, Box<Response>>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: Buf,
{
    let too_large = || {
        let words = format!("The body is longer than {max_body} bytes.");
        Err(Box::new(problem::closing_problem(StatusCode::PAYLOAD_TOO_LARGE, &words)))
    };
    let declared = request.headers.get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > max_body as u64) {
        return too_large();
    }
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let Ok(mut chunk) = chunk else {
            return Err(Box::new(problem::broken_body()));
        };
        if first.len() + all.len() + chunk.remaining() > max_body {
            return too_large();
        }
        // Most bodies come in one piece, which is passed on as it is.
        if first.is_empty() && all.is_empty() {
            first = chunk.copy_to_bytes(chunk.remaining());
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&chunk.copy_to_bytes(chunk.remaining()));
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

impl Shared {
    fn query(&self, query: &Query, request: &mut Request) -> Response {
        let mut answer = None;
        let seq = self.backend.query(&mut |reader| answer = Some(query(reader, request)));
        let none = || Err(Refusal::internal("the engine gave no snapshot"));
        // The map of the request becomes that of the response, and hyper's for the next request:
        // a connection that only asks allocates one.
        let headers = std::mem::take(&mut request.headers);
        problem::answer_into(headers, answer.unwrap_or_else(none), Some(seq))
    }

    async fn command(&self, endpoint: &Endpoint, decode: &Decode, request: Request) -> Response {
        let idempotency = match idempotency::key_of(endpoint.name, &request) {
            Ok(idempotency) => idempotency,
            Err(refusal) => return problem::refusal_response(&refusal),
        };
        let command = match decode(request) {
            Ok(command) => command,
            Err(refusal) => return problem::refusal_response(&refusal),
        };
        let submitted = self.backend.submit(command, idempotency);
        match tokio::time::timeout(self.timeout(endpoint), submitted).await {
            Ok(Outcome::Answered { answer, seq }) => problem::answer_response(answer, Some(seq)),
            Ok(Outcome::Unknown) => problem::outcome_unknown("The leader changed."),
            Err(_) => problem::outcome_unknown("The write took too long."),
        }
    }

    async fn custom(&self, endpoint: &Endpoint, handler: &Extern, request: Request) -> Response {
        let writes = endpoint.method != Method::GET;
        let idempotency = if writes { idempotency::key_of(endpoint.name, &request) } else { Ok(None) };
        let idempotency = match idempotency {
            Ok(idempotency) => idempotency,
            Err(refusal) => return problem::refusal_response(&refusal),
        };
        let context = Context::new(Arc::clone(&self.backend), writes, idempotency);
        let seen = context.seen();
        let handled = tokio::time::timeout(self.timeout(endpoint), handler(context, request)).await;
        match handled {
            Ok(_) if seen.outcome_is_unknown() => problem::outcome_unknown("The leader changed."),
            Ok(answer) => problem::answer_response(answer, Some(seen.seq())),
            Err(_) if writes => problem::outcome_unknown("The handler took too long."),
            Err(_) => problem::problem(StatusCode::SERVICE_UNAVAILABLE, "The handler took too long."),
        }
    }

    fn timeout(&self, endpoint: &Endpoint) -> Duration {
        endpoint.timeout_ms.map_or(self.handler_timeout, Duration::from_millis)
    }
}
