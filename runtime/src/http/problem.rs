//! Answers on the wire: replies, refusals and the server's own refusals as problem documents
//! (RFC 9457), and the headers that every response carries.

use super::endpoint::{Answer, Reply};
use super::framing::{Doubt, MAX_HEAD_BYTES};
use crate::refusal::Refusal;
use crate::value::json::JsonWriter;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::body::Body;
use hyper::header::{
    ALLOW, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use std::borrow::Cow;

/// A response as warp filters give it.
pub(super) type Response = warp::reply::Response;

/// The position of the journal that an answer rests on.
pub(super) const SEQ_HEADER: HeaderName = HeaderName::from_static("raftstone-seq");
/// Says that a write may or may not have taken effect.
pub(super) const OUTCOME_HEADER: HeaderName = HeaderName::from_static("raftstone-outcome");

const PROBLEM_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
const JSON_TYPE: HeaderValue = HeaderValue::from_static("application/json");
/// What a client is told to wait before it asks again.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// On every response that a browser may show as a document, unless a filter says otherwise.
const FOR_DOCUMENTS: [(HeaderName, HeaderValue); 4] = [
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'none'")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Adds what browsers are to be told: with everything that its type must not be guessed, and how
/// it may be shown with all that can be, which JSON and an answer without a body cannot.
pub(super) fn add_security_headers(response: &mut Response) {
    let is_empty = response.body().is_end_stream();
    let headers = response.headers_mut();
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(NOSNIFF);
    let is_json = |value: &HeaderValue| *value == JSON_TYPE || *value == PROBLEM_TYPE;
    if is_empty || headers.get(CONTENT_TYPE).is_some_and(is_json) {
        return;
    }
    for (name, value) in FOR_DOCUMENTS {
        headers.entry(name).or_insert(value);
    }
}

/// The response to an answer that rests on everything up to `seq`.
pub(super) fn answer_response(answer: Answer, seq: Option<u64>) -> Response {
    answer_into(HeaderMap::new(), answer, seq)
}

/// The same, with a map of headers whose memory is used again and whose content is not.
pub(super) fn answer_into(headers: HeaderMap, answer: Answer, seq: Option<u64>) -> Response {
    let mut response = match answer {
        Ok(reply) => reply_into(headers, reply),
        Err(refusal) => refusal_response(&refusal),
    };
    if let Some(seq) = seq {
        response.headers_mut().insert(SEQ_HEADER, seq.into());
    }
    response
}

fn reply_into(mut headers: HeaderMap, reply: Reply) -> Response {
    headers.clear();
    let Ok(status) = StatusCode::from_u16(reply.status) else {
        return refusal_response(&Refusal::internal("a handler gave a status out of range"));
    };
    let content_type = match reply.content_type {
        _ if reply.body.is_empty() => None,
        Cow::Borrowed("application/json") => Some(JSON_TYPE),
        Cow::Borrowed(text) => HeaderValue::from_str(text).ok(),
        Cow::Owned(text) => HeaderValue::try_from(text).ok(),
    };
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    let mut response = Response::new(reply.body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// A refusal as a problem document.
pub(super) fn refusal_response(refusal: &Refusal) -> Response {
    let mut json = JsonWriter::new();
    refusal.to_problem_json(&mut json);
    let mut response = problem_response(refusal.status(), json.into_bytes());
    response.extensions_mut().insert(Told(refusal.clone()));
    response
}

/// A problem of the transport, which no schema can name.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let mut response = problem_response(status.as_u16(), document(status, detail));
    response.extensions_mut().insert(Told(Refusal::internal(detail.to_owned())));
    response
}

/// What a problem document tells, for those who want it told otherwise. Of a problem of the
/// transport only the words count: its status is that of the response.
#[derive(Clone)]
struct Told(Refusal);

/// Tells a refusal by field, for the schema option `errors = fields`; any other response stays.
pub(super) fn tell_by_field(response: &mut Response) {
    let Some(Told(refusal)) = response.extensions_mut().remove() else { return };
    let mut json = JsonWriter::new();
    refusal.to_fields_json(&mut json);
    *response.body_mut() = Bytes::from(json.into_bytes()).into();
    response.headers_mut().insert(CONTENT_TYPE, JSON_TYPE);
}

fn document(status: StatusCode, detail: &str) -> String {
    let document = serde_json::json!({
        "type": "about:blank",
        "title": title(status),
        "status": status.as_u16(),
        "detail": detail,
    });
    document.to_string()
}

/// The name of a status as RFC 9110 has it; the library still knows two by their old names.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Content Too Large",
        StatusCode::UNPROCESSABLE_ENTITY => "Unprocessable Content",
        _ => status.canonical_reason().unwrap_or("Error"),
    }
}

/// The whole answer, head and document, in place of one that hyper gave without a body because
/// it could not read the head of a request. Its date is kept.
pub(super) fn refused_head(bare: &[u8], doubt: Option<Doubt>) -> Vec<u8> {
    let bare = std::str::from_utf8(bare).unwrap_or_default();
    let given = bare.split(' ').nth(1).and_then(|digits| digits.parse().ok());
    let given = given.unwrap_or(StatusCode::BAD_REQUEST);
    let (status, detail) = match doubt {
        Some(doubt) => (doubt.status(), doubt.words().to_owned()),
        None if given == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            (given, format!("The head of the request is longer than {MAX_HEAD_BYTES} bytes, or has too many lines."))
        }
        None if given == StatusCode::URI_TOO_LONG => (given, "The target of the request is too long.".to_owned()),
        None => {
            let words = "The request line or a header line is not as HTTP/1.1 asks: look for spaces, control \
                         characters and missing colons.";
            (given, words.to_owned())
        }
    };
    let document = document(status, &detail);
    let (code, title, length) = (status.as_u16(), title(status), document.len());
    let mut head = format!(
        "HTTP/1.1 {code} {title}\r\ncontent-type: application/problem+json\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: {length}\r\n"
    );
    let date = bare.split("\r\n").find(|line| line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("date:")));
    if let Some(line) = date {
        head.push_str(line);
        head.push_str("\r\n");
    }
    (head + "\r\n" + &document).into_bytes()
}

fn problem_response(status: u16, document: impl Into<Bytes>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let document: Bytes = document.into();
    let mut response = Response::new(document.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, PROBLEM_TYPE);
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    response
}

/// A problem after which nothing more of the connection is to be read.
pub(super) fn closing_problem(status: StatusCode, detail: &str) -> Response {
    let mut response = problem(status, detail);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// 400 for a body that is not what its head promised.
pub(super) fn broken_body() -> Response {
    let words = "The body ended early or is not framed as HTTP/1.1 asks.";
    closing_problem(StatusCode::BAD_REQUEST, words)
}

/// 204 with what may be asked here.
pub(super) fn options(allow: &HeaderValue) -> Response {
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, allow.clone());
    response
}

/// 405 with what may be asked here.
pub(super) fn wrong_method(allow: &HeaderValue) -> Response {
    let words = format!("This path knows {}.", allow.to_str().unwrap_or_default());
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, &words);
    response.headers_mut().insert(ALLOW, allow.clone());
    response
}

/// 404 for a path that nobody knows.
pub(super) fn nothing_here() -> Response {
    problem(StatusCode::NOT_FOUND, "There is nothing at this path.")
}

/// 503 for a write whose fate is not known.
pub(super) fn outcome_unknown(why: &str) -> Response {
    let words =
        format!("{why} The write may or may not take effect; repeat it with the same Idempotency-Key to find out.");
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, &words);
    let headers = response.headers_mut();
    headers.insert(OUTCOME_HEADER, HeaderValue::from_static("unknown"));
    response
}

/// The answer of `/livez` and `/readyz`.
pub(super) fn health(state: Result<(), &'static str>) -> Response {
    match state {
        Ok(()) => reply_into(HeaderMap::new(), Reply::json(200, r#"{"status":"ok"}"#)),
        Err(why) => problem(StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

/// The answer of `/openapi.json`.
pub(super) fn openapi(document: &'static str) -> Response {
    reply_into(HeaderMap::new(), Reply::json(200, document))
}

/// 421 for a name that this server does not answer to.
pub(super) fn foreign_host(host: &str) -> Response {
    let words = format!("This server does not answer to the name {host:?}. Start it with --allow-host to add a name.");
    problem(StatusCode::MISDIRECTED_REQUEST, &words)
}
