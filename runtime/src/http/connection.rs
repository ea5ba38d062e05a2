//! One connection: what is judged before a request is routed, the service that hyper calls,
//! and the one timer that ends connections whose client does not keep up.

use super::dispatch::{Matched, Shared, Slot, UserFilter, generated};
use super::endpoint::Request;
use super::framing::Doubt;
use super::host::HostProblem;
use super::panics;
use super::problem::{self, Response, closing_problem};
use super::progress::{Patience, Progress};
use super::router::{PathSpans, Route};
use super::socket::Socket;
use super::user::{CappedBody, ReadProblem, user_filters};
use futures_util::FutureExt;
use futures_util::future::{self, Either};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{StatusCode, Version};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use warp::http;

/// Longest path and query together.
pub(super) const MAX_URI_BYTES: usize = 8 * 1024;
/// Most header lines of a request; hyper's own limit is a little higher.
pub(super) const MAX_HEADERS: usize = 64;
/// Longest head; hyper answers 431 beyond it, which the socket makes a problem document.
pub(super) const MAX_HEAD_BYTES: usize = super::framing::MAX_HEAD_BYTES;

/// Serves a connection until either side ends it, or `stop` asks for its end.
pub(super) async fn serve(
    shared: Arc<Shared>,
    user: UserFilter,
    patience: Patience,
    stream: TcpStream,
    stop: oneshot::Receiver<()>,
) {
    let progress = Arc::new(Mutex::new(Progress::new(Instant::now())));
    let front = Front {
        shared: Arc::clone(&shared),
        progress: Arc::clone(&progress),
        slot: Slot::default(),
        known_host: Mutex::new(None),
        read_problem: Arc::default(),
    };
    let field_errors = shared.field_errors;
    let endpoints = warp::service(generated(shared, Arc::clone(&front.slot)));
    let endpoints = TowerToHyperService::new(endpoints);
    let others = warp::service(user_filters(user, Arc::clone(&front.read_problem)));
    let others = TowerToHyperService::new(others);
    let service = service_fn(move |request| {
        let in_flight = InFlight(Arc::clone(&front.progress));
        let answered = match front.judge(request) {
            Judged::Endpoint(request, name) => Either::Left(panics::caught(name, endpoints.call(request))),
            Judged::Other(request) => Either::Right(panics::caught("a filter", others.call(request)).boxed()),
            Judged::Answered(response) => Either::Right(future::ready(*response).boxed()),
        };
        answered.map(move |mut response| {
            if field_errors {
                problem::tell_by_field(&mut response);
            }
            problem::add_security_headers(&mut response);
            Ok::<_, Infallible>(response.map(|body| TrackedBody { body, _in_flight: in_flight }))
        })
    });
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(&progress)));
    let connection = http1::Builder::new()
        .header_read_timeout(None)
        // One buffer for head and body: a small answer costs less copied than gathered.
        .writev(false)
        .max_header_size(MAX_HEAD_BYTES)
        .serve_connection(socket, service);
    drive(connection, &progress, &patience, stop).await;
}

/// Polls the connection; moves its timer only when a deadline comes nearer than the timer is.
async fn drive<S, B>(
    connection: http1::Connection<TokioIo<Socket>, S>,
    progress: &Mutex<Progress>,
    patience: &Patience,
    stop: oneshot::Receiver<()>,
) where
    S: hyper::service::HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut connection = pin!(connection);
    let mut stop = Some(stop);
    let mut armed = Instant::now() + patience.header;
    let mut timer = pin!(tokio::time::sleep_until(armed.into()));
    let mut poll_timer = |cx: &mut Context<'_>, deadline: Option<Instant>| {
        loop {
            if let Some(deadline) = deadline.filter(|deadline| *deadline < armed) {
                armed = deadline;
                timer.as_mut().reset(armed.into());
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(());
            }
            armed = deadline.unwrap_or(now + patience.keep_alive);
            timer.as_mut().reset(armed.into());
        }
    };
    poll_fn(|cx| {
        if let Some(receiver) = &mut stop
            && Pin::new(receiver).poll(cx).is_ready()
        {
            stop = None;
            connection.as_mut().graceful_shutdown();
        }
        // Errors concern this client only, and it has been answered where that was possible.
        // A second time, if there is something to send that the first held back.
        while connection.as_mut().poll(cx).is_pending() {
            let mut progress = progress.lock();
            if !progress.send_held() {
                let deadline = progress.deadline(patience);
                drop(progress);
                return poll_timer(cx, deadline);
            }
        }
        Poll::Ready(())
    })
    .await;
}

/// What is judged of every request before any filter sees it.
struct Front {
    shared: Arc<Shared>,
    progress: Arc<Mutex<Progress>>,
    slot: Slot,
    /// The last host of this connection and its base: clients name the same one each time.
    known_host: Mutex<Option<(HeaderValue, Arc<str>)>>,
    read_problem: Arc<ReadProblem>,
}

/// Who answers a request.
enum Judged {
    /// The filter of the endpoints, which finds its parts in the slot; with the endpoint's name.
    Endpoint(http::Request<Incoming>, &'static str),
    /// The user's own filters.
    Other(http::Request<CappedBody>),
    /// It is answered already.
    Answered(Box<Response>),
}

/// An answer before any filter is called.
type Refused = Box<Response>;

impl Front {
    /// Answers what needs no handler, and leaves the parts of a matched request in the slot.
    fn judge(&self, request: http::Request<Incoming>) -> Judged {
        let doubt = self.progress.lock().request_started();
        self.routed(doubt, request).unwrap_or_else(Judged::Answered)
    }

    fn routed(&self, doubt: Option<Doubt>, request: http::Request<Incoming>) -> Result<Judged, Refused> {
        check_head(doubt, &request)?;
        let method = request.method();
        let answer = match self.shared.router.find(method, request.uri().path()) {
            Route::Endpoint { index, spans } => return self.matched(request, index, spans),
            Route::Unknown => {
                self.base_url(&request)?;
                let capped = |body| CappedBody::new(body, self.shared.max_body, Arc::clone(&self.read_problem));
                return Ok(Judged::Other(request.map(capped)));
            }
            Route::Livez => problem::health(Ok(())),
            Route::Readyz => problem::health(self.shared.backend.ready()),
            Route::OpenApi => {
                self.base_url(&request)?;
                problem::openapi(self.shared.openapi)
            }
            Route::Options { allow } => problem::options(allow),
            Route::WrongMethod { allow } => problem::wrong_method(allow),
            Route::BadPath => {
                let words = "The path is not valid percent-encoded UTF-8.";
                problem::problem(StatusCode::BAD_REQUEST, words)
            }
            Route::Reserved => problem::nothing_here(),
        };
        Err(Box::new(answer))
    }

    /// Moves the parts of a request into the slot.
    fn matched(&self, mut request: http::Request<Incoming>, index: usize, spans: PathSpans) -> Result<Judged, Refused> {
        let base_url = self.base_url(&request)?;
        let uri = std::mem::take(request.uri_mut());
        let mut matched = Request::new(request.method().clone(), uri, spans, base_url);
        matched.headers = std::mem::take(request.headers_mut());
        *self.slot.lock() = Some(Box::new(Matched { index, request: matched }));
        let name = self.shared.endpoints.get(index).map_or("", |endpoint| endpoint.name);
        Ok(Judged::Endpoint(request, name))
    }

    fn base_url(&self, request: &http::Request<Incoming>) -> Result<Arc<str>, Refused> {
        let hosts = &self.shared.hosts;
        let mut given = request.headers().get_all(HOST).iter();
        let (value, authority) = match (given.next(), request.uri().authority()) {
            (None, None) if request.version() < Version::HTTP_11 => {
                return Ok(hosts.base_without_host());
            }
            (value, authority) => (value, authority),
        };
        let (Some(value), None) = (value, given.next()) else {
            return refuse(StatusCode::BAD_REQUEST, "A request carries exactly one Host header.");
        };
        let mut known = self.known_host.lock();
        if let Some((host, base)) = &*known
            && host == value
            && authority.is_none()
        {
            return Ok(Arc::clone(base));
        }
        let host = value.to_str().unwrap_or_default();
        if authority.is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host)) {
            return refuse(StatusCode::BAD_REQUEST, "The Host header differs from the request's own target.");
        }
        let base = match hosts.base_url(host) {
            Ok(base) => base,
            Err(HostProblem::Malformed) => {
                return refuse(StatusCode::BAD_REQUEST, "The Host header is not of the form host:port.");
            }
            Err(HostProblem::Foreign) => return Err(Box::new(problem::foreign_host(host))),
        };
        *known = Some((value.clone(), Arc::clone(&base)));
        Ok(base)
    }
}

fn check_head(doubt: Option<Doubt>, request: &http::Request<Incoming>) -> Result<(), Refused> {
    if let Some(doubt) = doubt {
        return refuse(doubt.status(), doubt.words());
    }
    let uri = request.uri();
    if uri.path().len() + uri.query().map_or(0, str::len) > MAX_URI_BYTES {
        let words = format!("Path and query are longer than {MAX_URI_BYTES} bytes.");
        return refuse(StatusCode::URI_TOO_LONG, &words);
    }
    let headers = request.headers();
    if headers.len() > MAX_HEADERS {
        let words = format!("The request has more than {MAX_HEADERS} header lines.");
        return refuse(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &words);
    }
    let encoding = headers.get(TRANSFER_ENCODING);
    if encoding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"chunked")) {
        return refuse(StatusCode::BAD_REQUEST, "The only Transfer-Encoding known here is chunked.");
    }
    Ok(())
}

/// After a head like this, nothing more is read.
fn refuse<T>(status: StatusCode, words: &str) -> Result<T, Refused> {
    Err(Box::new(closing_problem(status, words)))
}

/// Ends the request when its response is written, or will never be.
struct InFlight(Arc<Mutex<Progress>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().request_ended();
    }
}

/// A response body that knows when it is done with.
struct TrackedBody<B> {
    body: B,
    _in_flight: InFlight,
}

impl<B: Body<Data = Bytes> + Unpin> Body for TrackedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
