//! The user's own warp filters behind the generated endpoints, and what is said when nobody
//! takes a request.

use super::dispatch::UserFilter;
use super::problem::{self, Response};
use futures_util::future;
use hyper::StatusCode;
use std::convert::Infallible;
use warp::{Filter, Rejection, reject};

/// Filters that take nothing.
pub(super) fn no_filters() -> UserFilter {
    let none = || future::ready(Err::<Response, Rejection>(reject::not_found()));
    warp::any().and_then(none).boxed()
}

/// Asks the generated endpoints, then the user's filters; a rejection becomes a problem document.
pub(super) fn or_user_filters(
    generated: impl Filter<Extract = (Response,), Error = Rejection> + Clone + Send + Sync + 'static,
    user: UserFilter,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + 'static {
    generated
        .or(user)
        .unify()
        .recover(|rejection| future::ok::<_, Infallible>(rejected(&rejection)))
        .unify()
}

fn rejected(rejection: &Rejection) -> Response {
    use reject::{
        InvalidHeader, InvalidQuery, LengthRequired, MethodNotAllowed, MissingCookie,
        MissingHeader, PayloadTooLarge, UnsupportedMediaType,
    };
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
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        (StatusCode::METHOD_NOT_ALLOWED, "This path knows other methods.".to_owned())
    } else {
        crate::log::error("a filter rejected a request in a way of its own", &[("rejection", &format!("{rejection:?}"))]);
        (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.".to_owned())
    };
    problem::problem(status, &detail)
}
