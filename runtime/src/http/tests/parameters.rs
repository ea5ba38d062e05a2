//! What typed reading makes of paths, queries, headers and bodies.

use crate::http::endpoint::Request;
use crate::http::router::{PathSpan, PathSpans};
use crate::http::{Method, Params};
use crate::refusal::Refusal;
use crate::value::problems::code;
use hyper::header::{HeaderName, HeaderValue};

fn request(target: &'static str, headers: &[(&'static str, &'static str)], body: &str) -> Request {
    let mut spans = PathSpans::new();
    let end = target.find('?').unwrap_or(target.len()) as u16;
    spans.push(PathSpan { name: "id", start: 1, end });
    let uri = target.parse().unwrap();
    let mut request = Request::new(Method::POST, uri, spans, "http://localhost".into());
    for (name, value) in headers {
        let name = HeaderName::from_static(name);
        request.headers.append(name, HeaderValue::from_static(value));
    }
    request.body = body.to_owned().into();
    request
}

type Read = (i64, i64, Option<bool>, Vec<i64>, Option<i64>, String, Option<Option<i64>>, Option<Option<String>>);

fn read(request: &Request) -> Result<Read, Refusal> {
    let mut params = Params::new(request)?;
    let id = params.path::<i64>("id");
    let limit = params.query_or("limit", || 20_i64);
    let done = params.query_optional::<bool>("done");
    let tags = params.query_list::<i64>("tag");
    let version = params.header_optional::<i64>("if-match");
    let mut title = params.body::<String>("title");
    params.check("title", &mut title, |title, at| {
        if title.is_empty() {
            at.problem(code::RULE, "can't be blank");
        }
    });
    let rank = params.body_patch::<Option<i64>>("rank");
    let note = params.body_patch::<Option<String>>("note");
    params.finish(|| Some((id?, limit?, done?, tags?, version?, title?, rank?, note?)))
}

#[test]
fn reads_everything() {
    let request = request(
        "/%37?limit=5&tag=1&done=true&tag=+2&",
        &[("if-match", "9"), ("content-type", "Application/JSON; charset=utf-8")],
        r#"{"note":null,"title":"a"}"#,
    );
    // The second tag is a space and a digit, which is no number.
    let refusal = read(&request).unwrap_err();
    assert_eq!(refusal.fields()[0].path, "tag[1]");

    let plain = self::request("/7?tag=1&tag=2&done=true", &[("if-match", "9")], r#"{"note":null,"title":"a"}"#);
    let expected = (7, 20, Some(true), vec![1, 2], Some(9), "a".to_owned(), None, Some(None));
    assert_eq!(read(&plain).unwrap(), expected);
    let bare = self::request("/7", &[], r#"{"title":"a","rank":3}"#);
    let expected = (7, 20, None, vec![], None, "a".to_owned(), Some(Some(3)), None);
    assert_eq!(read(&bare).unwrap(), expected);
}

#[test]
fn refuses_with_every_broken_parameter() {
    let json = [("content-type", "application/json")];
    let table = [
        ("/7", &json[..], r#"{"title":1,"rank":"x","note":[]}"#, 422, "title rank note"),
        ("/7?limit=x&done=1&tag=a&tag=b", &json, r#"{"title":""}"#, 422, "limit done tag[0] tag[1] title"),
        ("/7?limit=1&limit=2", &json, r#"{"title":"a"}"#, 422, "limit"),
        ("/7?limt=1&x", &json, r#"{"titel":"a"}"#, 422, "title limt x titel"),
        ("/7", &[("if-match", "a")], r#"{"title":"a"}"#, 422, "if-match"),
        ("/7", &[("if-match", "1"), ("if-match", "1")], r#"{"title":"a"}"#, 422, "if-match"),
        ("/7", &json, "", 422, "title"),
        ("/7", &json, "[]", 422, ""),
        ("/7", &json, "null", 422, ""),
        ("/x", &json, "{", 404, "-"),
        ("/", &json, "{}", 404, "-"),
        ("/7", &json, "{", 400, "-"),
        ("/7", &json, "{\"title\":\"a\"} x", 400, "-"),
        ("/7", &json, "{\"title\":\"a\",\"title\":\"b\"}", 400, "-"),
        ("/7?limit=%", &json, "{}", 400, "-"),
        ("/7", &[("content-type", "text/plain")], r#"{"title":"a"}"#, 415, "-"),
        ("/7", &[("content-type", "application/x-www-form-urlencoded")], "title=a", 415, "-"),
        ("/7", &[("content-type", "")], r#"{"title":"a"}"#, 415, "-"),
    ];
    for (target, headers, body, status, fields) in table {
        let refusal = read(&request(target, headers, body)).unwrap_err();
        assert_eq!(refusal.status(), status, "{target} {body}: {refusal:?}");
        let paths: Vec<&str> = refusal.fields().iter().map(|field| field.path.as_str()).collect();
        if fields != "-" {
            assert_eq!(paths.join(" "), fields, "{target} {body}: {refusal:?}");
        }
    }
}

#[test]
fn unknown_names_get_a_suggestion() {
    let refusal = read(&request("/7?limt=1", &[], r#"{"title":"a","rnak":1}"#)).unwrap_err();
    let words: Vec<&str> = refusal.fields().iter().map(|field| field.message.as_ref()).collect();
    let expected =
        ["is not a query parameter here; did you mean `limit`?", "is not a field here; did you mean `rank`?"];
    assert_eq!(words, expected);
}

#[test]
fn unknown_names_may_be_passed_over() {
    let request = request("/7?utm=1", &[], r#"{"title":"a","extra":{}}"#);
    let mut params = Params::new(&request).unwrap().ignoring_unknown();
    let title = params.body::<String>("title");
    assert_eq!(params.finish(|| title).unwrap(), "a");
}

#[test]
fn a_body_that_nobody_asked_for_is_looked_at() {
    for (body, status) in [("", None), ("{}", None), (r#"{"a":1}"#, Some(422)), ("{", Some(400))] {
        let request = request("/7", &[], body);
        let params = Params::new(&request).unwrap();
        let refusal = params.finish(|| Some(())).err();
        assert_eq!(refusal.map(|refusal| refusal.status()), status, "{body}");
    }
}

#[test]
fn whole_and_raw_bodies() {
    let list = request("/7", &[], "[1,2]");
    let mut params = Params::new(&list).unwrap();
    let numbers = params.whole_body::<Vec<i64>>();
    assert_eq!(params.finish(|| numbers).unwrap(), [1, 2]);
    let none = request("/7", &[], "");
    let mut params = Params::new(&none).unwrap();
    let numbers = params.whole_body::<Vec<i64>>();
    assert_eq!(params.finish(|| numbers).unwrap_err().status(), 422);
    let image = request("/7", &[("content-type", "image/png")], "not json");
    let mut params = Params::new(&image).unwrap();
    let body = params.raw_body();
    assert_eq!(params.finish(|| Some(body)).unwrap(), "not json");
}
