//! A panic inside a handler or filter becomes a 500 that tells the client nothing but a number,
//! under which the log has the rest.

use super::problem::{self, Response};
use futures_util::FutureExt;
use hyper::StatusCode;
use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);
/// Tells the numbers of this process from those of others.
static PROCESS: OnceLock<u32> = OnceLock::new();

/// How many requests have ended in a panic since the process began.
pub fn panics_so_far() -> u64 {
    COUNT.load(Ordering::Relaxed)
}

/// The response of a call, or a 500 if it panics.
///
/// Asserting unwind safety is right because nothing of the call is looked at afterwards; what
/// it shares with others (locks that do not poison, the writer's transaction) rolls back by itself.
///
/// Made of combinators, because an async block would hold the call twice and copy it once more.
pub(super) fn caught(
    name: &'static str,
    call: impl Future<Output = Result<Response, Infallible>>,
) -> impl Future<Output = Response> {
    AssertUnwindSafe(call).catch_unwind().map(move |outcome| match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(payload) => after_panic(name, &*payload),
    })
}

#[cold]
fn after_panic(name: &str, payload: &(dyn Any + Send)) -> Response {
    let count = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    let process = PROCESS.get_or_init(|| getrandom::u32().unwrap_or_default());
    let number = format!("{process:08x}-{count}");
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    crate::log::error(
        "a handler panicked; the request was answered with 500",
        &[("request", &number), ("endpoint", name), ("panic", text.unwrap_or("of a type that is no text"))],
    );
    let words = format!("Something went wrong on our side. The log has it under {number}.");
    problem::problem(StatusCode::INTERNAL_SERVER_ERROR, &words)
}
