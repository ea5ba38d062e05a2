//! Typed reading of everything that a request brings.
//!
//! Each method gives a value, or records what is wrong and gives none; so one 422 lists every
//! broken parameter. Only a path that cannot name anything (404), a body of another type (415)
//! and one that is no JSON (400) are answered by themselves.
//!
//! ```ignore
//! let mut params = Params::new(&request)?;
//! let todo = params.path::<TodoId>("todo");
//! let limit = params.query_or("limit", || 20_i64);
//! let mut title = params.body::<String>("title");
//! params.check("title", &mut title, |title, at| rules::max_len(title, 200, at));
//! let (todo, limit, title) = params.finish(|| Some((todo?, limit?, title?)))?;
//! ```

use super::endpoint::Request;
use super::percent::{Plus, decode};
use crate::refusal::{Refusal, RefusalKind};
use crate::value::FromText;
use crate::value::json::{FromJson, JsonLimits, Node, UnknownFields, nearest, parse};
use crate::value::problems::{At, Problems, code};
use bytes::Bytes;
use hyper::header::CONTENT_TYPE;
use smallvec::SmallVec;
use std::borrow::Cow;

/// Reads the parameters of one request.
#[derive(Debug)]
pub struct Params<'r> {
    request: &'r Request,
    query: SmallVec<[Pair<'r>; 8]>,
    body: Body<'r>,
    asked_query: SmallVec<[&'static str; 8]>,
    problems: Problems,
    unknown: UnknownFields,
    wrong_path: bool,
    body_refusal: Option<Refusal>,
}

#[derive(Debug)]
struct Pair<'r> {
    name: Cow<'r, str>,
    value: Cow<'r, str>,
    taken: bool,
}

#[derive(Debug)]
enum Body<'r> {
    Unread,
    /// The fields of an object, which may be asked for one by one.
    Fields {
        entries: Vec<Field<'r>>,
        asked: Vec<&'static str>,
    },
    /// Handed out as a whole, or refused.
    Done,
}

#[derive(Debug)]
struct Field<'r> {
    name: Cow<'r, str>,
    node: Node<'r>,
    taken: bool,
}

impl<'r> Params<'r> {
    /// Begins with a request; 400 when its query string cannot be decoded.
    pub fn new(request: &'r Request) -> Result<Self, Refusal> {
        let mut query = SmallVec::new();
        for pair in request.query().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name, Plus::Space), decode(value, Plus::Space));
            let (Some(name), Some(value)) = (name, value) else {
                let words = "the query string is not valid percent-encoded UTF-8";
                return Err(Refusal::malformed(words));
            };
            query.push(Pair { name, value, taken: false });
        }
        Ok(Params {
            request,
            query,
            body: Body::Unread,
            asked_query: SmallVec::new(),
            problems: Problems::new(),
            unknown: UnknownFields::Reject,
            wrong_path: false,
            body_refusal: None,
        })
    }

    /// Passes over body fields and query parameters that nobody asks for, for the schema
    /// option `unknown = ignore`.
    #[must_use]
    pub fn ignoring_unknown(mut self) -> Self {
        self.unknown = UnknownFields::Ignore;
        self
    }

    /// Takes integers also as strings, for the schema option `big_ints = string`.
    #[must_use]
    pub fn with_text_integers(mut self) -> Self {
        self.problems = self.problems.with_text_integers();
        self
    }

    /// A parameter of the path.
    pub fn path<T: FromText>(&mut self, name: &'static str) -> Option<T> {
        let text = self.request.path_value(name);
        let value = text.and_then(|text| T::from_text(&text).ok());
        self.wrong_path |= value.is_none();
        value
    }

    /// A query parameter that must be there.
    pub fn query<T: FromText>(&mut self, name: &'static str) -> Option<T> {
        let value = self.query_optional(name)?;
        self.require(name, value)
    }

    /// A query parameter with a default.
    pub fn query_or<T: FromText>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> Option<T> {
        Some(self.query_optional(name)?.unwrap_or_else(default))
    }

    /// A query parameter of an optional type.
    pub fn query_optional<T: FromText>(&mut self, name: &'static str) -> Option<Option<T>> {
        let Params { query, problems, asked_query, .. } = self;
        asked_query.push(name);
        let mut given = query.iter_mut().filter(|pair| pair.name == name);
        let Some(pair) = given.next() else {
            return Some(None);
        };
        pair.taken = true;
        let repeated = given.map(|pair| pair.taken = true).count() > 0;
        one(problems, name, repeated, &pair.value).map(Some)
    }

    /// A query parameter that may be repeated; none of it is an empty list.
    pub fn query_list<T: FromText>(&mut self, name: &'static str) -> Option<Vec<T>> {
        let Params { query, problems, asked_query, .. } = self;
        asked_query.push(name);
        let mut values = Vec::new();
        let mut complete = true;
        let given = query.iter_mut().filter(|pair| pair.name == name);
        for (index, pair) in given.enumerate() {
            pair.taken = true;
            let value = problems.at().field(name, |at| at.index(index, |at| at.accept(T::from_text(&pair.value))));
            complete &= value.is_some();
            values.extend(value);
        }
        complete.then_some(values)
    }

    /// A header that must be there.
    pub fn header<T: FromText>(&mut self, name: &'static str) -> Option<T> {
        let value = self.header_optional(name)?;
        self.require(name, value)
    }

    /// A header with a default.
    pub fn header_or<T: FromText>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> Option<T> {
        Some(self.header_optional(name)?.unwrap_or_else(default))
    }

    /// A header of an optional type.
    pub fn header_optional<T: FromText>(&mut self, name: &'static str) -> Option<Option<T>> {
        let mut given = self.request.headers.get_all(name).iter();
        let Some(value) = given.next() else {
            return Some(None);
        };
        let Ok(text) = std::str::from_utf8(value.as_bytes()) else {
            let mut at = self.problems.at();
            at.field(name, |at| at.problem(code::TYPE, "must be UTF-8"));
            return None;
        };
        one(&mut self.problems, name, given.next().is_some(), text).map(Some)
    }

    /// A field of the body that must be there.
    pub fn body<T: FromJson>(&mut self, name: &'static str) -> Option<T> {
        let value = self.body_patch(name)?;
        self.require(name, value)
    }

    /// A field of the body with a default.
    pub fn body_or<T: FromJson>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> Option<T> {
        Some(self.body_patch(name)?.unwrap_or_else(default))
    }

    /// A field of the body of an optional type: none if it is absent or null.
    pub fn body_optional<T: FromJson>(&mut self, name: &'static str) -> Option<Option<T>> {
        self.body_patch::<Option<T>>(name).map(Option::flatten)
    }

    /// A field `name?: T` of the body: the inner option is none if it is absent, which means
    /// untouched. For `name?: T?`, which also takes null, ask for `body_patch::<Option<T>>`.
    pub fn body_patch<T: FromJson>(&mut self, name: &'static str) -> Option<Option<T>> {
        self.read_fields();
        let Body::Fields { entries, asked } = &mut self.body else {
            return None;
        };
        asked.push(name);
        let Some(field) = entries.iter_mut().find(|field| field.name == name) else {
            return Some(None);
        };
        field.taken = true;
        let node = &field.node;
        self.problems.at().field(name, |at| T::from_json(node, at)).map(Some)
    }

    /// The body as one value.
    pub fn whole_body<T: FromJson>(&mut self) -> Option<T> {
        self.body = Body::Done;
        if self.request.body.is_empty() {
            self.problems.at().problem(code::REQUIRED, "a body is required");
            return None;
        }
        let node = self.parse_body()?;
        T::from_json(&node, &mut self.problems.at())
    }

    /// The body as it came, of whatever type.
    pub fn raw_body(&mut self) -> Bytes {
        self.body = Body::Done;
        self.request.body.clone()
    }

    /// Checks or normalises a value that was read, at the place of its parameter.
    pub fn check<T>(&mut self, name: &'static str, value: &mut Option<T>, rules: impl FnOnce(&mut T, &mut At<'_>)) {
        if let Some(value) = value {
            self.problems.at().field(name, |at| rules(value, at));
        }
    }

    /// Ends reading. `values` puts together what was read; it is asked only if nothing is wrong.
    pub fn finish<T>(mut self, values: impl FnOnce() -> Option<T>) -> Result<T, Refusal> {
        if self.wrong_path {
            return Err(Refusal::missing("there is nothing at this path"));
        }
        if matches!(self.body, Body::Unread) && !self.request.body.is_empty() {
            self.read_fields();
        }
        if let Some(refusal) = self.body_refusal {
            return Err(refusal);
        }
        if self.unknown == UnknownFields::Reject {
            self.complain_of_unknown();
        }
        self.problems.into_result()?;
        values().ok_or_else(|| Refusal::internal("a parameter was lost"))
    }

    fn require<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            let mut at = self.problems.at();
            at.field(name, |at| at.problem(code::REQUIRED, "is required"));
        }
        value
    }

    /// Reads the body as an object; no body at all is an empty one.
    fn read_fields(&mut self) {
        if !matches!(self.body, Body::Unread) {
            return;
        }
        self.body = Body::Done;
        let node = if self.request.body.is_empty() { Some(Node::Object(Vec::new())) } else { self.parse_body() };
        match node {
            Some(Node::Object(entries)) => {
                let entries = entries.into_iter().map(|(name, node)| Field { name, node, taken: false });
                self.body = Body::Fields { entries: entries.collect(), asked: Vec::new() };
            }
            Some(_) => self.problems.at().problem(code::TYPE, "must be an object"),
            None => {}
        }
    }

    fn parse_body(&mut self) -> Option<Node<'r>> {
        if !is_json(self.request) {
            let words = "send the body as Content-Type: application/json";
            self.body_refusal = Some(Refusal::new(RefusalKind::UnsupportedMedia, words));
            return None;
        }
        match parse(&self.request.body, JsonLimits::default()) {
            Ok(node) => Some(node),
            Err(problem) => {
                self.body_refusal = Some(problem.into());
                None
            }
        }
    }

    fn complain_of_unknown(&mut self) {
        for pair in self.query.iter().filter(|pair| !pair.taken) {
            complain(&mut self.problems, &pair.name, "a query parameter", &self.asked_query);
        }
        if let Body::Fields { entries, asked } = &self.body {
            for field in entries.iter().filter(|field| !field.taken) {
                complain(&mut self.problems, &field.name, "a field", asked);
            }
        }
    }
}

fn one<T: FromText>(problems: &mut Problems, name: &'static str, repeated: bool, text: &str) -> Option<T> {
    problems.at().field(name, |at| {
        if repeated {
            at.problem(code::TYPE, "must be given once");
            return None;
        }
        at.accept(T::from_text(text))
    })
}

fn complain(problems: &mut Problems, name: &str, what: &str, known: &[&'static str]) {
    let words = match nearest(name, known) {
        Some(known) => format!("is not {what} here; did you mean `{known}`?"),
        None => format!("is not {what} here"),
    };
    problems.at().key(name, |at| at.problem(code::UNKNOWN_FIELD, words));
}

/// Whether the body says that it is JSON, or says nothing.
fn is_json(request: &Request) -> bool {
    let Some(value) = request.headers.get(CONTENT_TYPE) else {
        return true;
    };
    let text = value.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
