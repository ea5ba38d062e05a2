//! The user's own warp filters behind the generated endpoints: the limit on what they read,
//! and what is said when nobody takes a request.

use super::dispatch::UserFilter;
use super::problem::{self, Response};
use bytes::Bytes;
use futures_util::future;
use hyper::StatusCode;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use warp::{Filter, Rejection, reject};

const FINE: u8 = 0;
const TOO_LONG: u8 = 1;
const BROKEN: u8 = 2;

/// What went wrong while a filter read the body; warp keeps its own record of it to itself.
#[derive(Debug, Default)]
pub(super) struct ReadProblem(AtomicU8);

impl ReadProblem {
    /// What to say about it, if there is any.
    fn response(&self) -> Option<Response> {
        match self.0.load(Ordering::Relaxed) {
            FINE => None,
            TOO_LONG => Some(problem::closing_problem(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long.")),
            _ => Some(problem::broken_body()),
        }
    }
}

/// A request body of bounded length, whatever its head declares.
#[derive(Debug)]
pub(super) struct CappedBody {
    body: Incoming,
    left: usize,
    problem: Arc<ReadProblem>,
}

impl CappedBody {
    pub(super) fn new(body: Incoming, max: usize, problem: Arc<ReadProblem>) -> CappedBody {
        problem.0.store(FINE, Ordering::Relaxed);
        CappedBody { body, left: max, problem }
    }
}

impl Body for CappedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        polled.map(|frame| match frame? {
            Ok(frame) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                if let Some(left) = self.left.checked_sub(length) {
                    self.left = left;
                    return Some(Ok(frame));
                }
                self.problem.0.store(TOO_LONG, Ordering::Relaxed);
                Some(Err("the body is too long".into()))
            }
            Err(error) => {
                self.problem.0.store(BROKEN, Ordering::Relaxed);
                Some(Err(error.into()))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Filters that take nothing.
pub(super) fn no_filters() -> UserFilter {
    let none = || future::ready(Err::<Response, Rejection>(reject::not_found()));
    warp::any().and_then(none).boxed()
}

/// The user's filters; a rejection becomes a problem document.
pub(super) fn user_filters(
    user: UserFilter,
    read_problem: Arc<ReadProblem>,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + 'static {
    user.recover(move |rejection| {
        let response = read_problem.response().unwrap_or_else(|| rejected(&rejection));
        future::ok::<_, Infallible>(response)
    })
    .unify()
}

fn rejected(rejection: &Rejection) -> Response {
    use reject::{
        InvalidHeader, InvalidQuery, LengthRequired, MethodNotAllowed, MissingCookie, MissingHeader, PayloadTooLarge,
        UnsupportedMediaType,
    };
    use warp::cors::CorsForbidden;
    if rejection.is_not_found() {
        return problem::nothing_here();
    }
    let malformed = rejection.find::<InvalidQuery>().is_some()
        || rejection.find::<warp::filters::body::BodyDeserializeError>().is_some();
    let (status, detail) = if let Some(error) = rejection.find::<InvalidHeader>() {
        (StatusCode::BAD_REQUEST, error.to_string())
    } else if let Some(error) = rejection.find::<MissingHeader>() {
        (StatusCode::BAD_REQUEST, error.to_string())
    } else if let Some(error) = rejection.find::<MissingCookie>() {
        (StatusCode::BAD_REQUEST, error.to_string())
    } else if malformed {
        (StatusCode::BAD_REQUEST, "Query or body cannot be read.".to_owned())
    } else if rejection.find::<PayloadTooLarge>().is_some() {
        (StatusCode::PAYLOAD_TOO_LARGE, "The body is too long.".to_owned())
    } else if rejection.find::<UnsupportedMediaType>().is_some() {
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another type.".to_owned())
    } else if rejection.find::<LengthRequired>().is_some() {
        (StatusCode::LENGTH_REQUIRED, "A Content-Length is required.".to_owned())
    } else if rejection.find::<CorsForbidden>().is_some() {
        (StatusCode::FORBIDDEN, "This origin may not ask here.".to_owned())
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        // Said by every filter that looks at the method before the path, whatever the path is.
        return problem::nothing_here();
    } else {
        let shown = format!("{rejection:?}");
        crate::log::error("a filter rejected a request in a way of its own", &[("rejection", &shown)]);
        (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.".to_owned())
    };
    problem::problem(status, &detail)
}
