//! Why a request was refused, in one word, one sentence and a list of fields.

use std::borrow::Cow;
use std::fmt;

use crate::value::problems::{FieldProblem, code};
use crate::value::{Complaint, JsonWriter};

/// The kind of a refusal; each is one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// 400: not a request that can be understood.
    Malformed,
    /// 401: who asks is not known.
    Unauthorized,
    /// 403: who asks may not.
    Forbidden,
    /// 404: it does not exist.
    Missing,
    /// 405: the route has no such method.
    MethodNotAllowed,
    /// 408: the request came too slowly.
    TooSlow,
    /// 409: it contradicts what is there.
    Conflict,
    /// 410: it existed once.
    Gone,
    /// 412: the row has changed since it was read.
    Changed,
    /// 413: the request is too large.
    TooLarge,
    /// 415: the body is of another type than the endpoint takes.
    UnsupportedMedia,
    /// 422: understood, but a value is not acceptable.
    Invalid,
    /// 429: too many requests.
    TooMany,
    /// 500: a mistake of ours.
    Internal,
    /// 503: not now; asking again may help.
    Unavailable,
    /// 504: the answer took too long.
    TimedOut,
    /// 507: the storage is full.
    Full,
}

impl RefusalKind {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.status_and_title().0
    }

    /// The name of the HTTP status.
    pub const fn title(self) -> &'static str {
        self.status_and_title().1
    }

    const fn status_and_title(self) -> (u16, &'static str) {
        match self {
            Self::Malformed => (400, "Bad Request"),
            Self::Unauthorized => (401, "Unauthorized"),
            Self::Forbidden => (403, "Forbidden"),
            Self::Missing => (404, "Not Found"),
            Self::MethodNotAllowed => (405, "Method Not Allowed"),
            Self::TooSlow => (408, "Request Timeout"),
            Self::Conflict => (409, "Conflict"),
            Self::Gone => (410, "Gone"),
            Self::Changed => (412, "Precondition Failed"),
            Self::TooLarge => (413, "Content Too Large"),
            Self::UnsupportedMedia => (415, "Unsupported Media Type"),
            Self::Invalid => (422, "Unprocessable Content"),
            Self::TooMany => (429, "Too Many Requests"),
            Self::Internal => (500, "Internal Server Error"),
            Self::Unavailable => (503, "Service Unavailable"),
            Self::TimedOut => (504, "Gateway Timeout"),
            Self::Full => (507, "Insufficient Storage"),
        }
    }
}

/// Why a request was refused. One pointer wide, so that a `Result<T, Refusal>` stays small.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal(Box<Reason>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Reason {
    kind: RefusalKind,
    detail: Cow<'static, str>,
    fields: Vec<FieldProblem>,
}

impl Refusal {
    /// A refusal of any kind; the detail says what is wrong and what to do.
    pub fn new(kind: RefusalKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Reason { kind, detail: detail.into(), fields: Vec::new() }))
    }

    /// 400.
    pub fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Malformed, detail)
    }

    /// 401.
    pub fn unauthorized(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Unauthorized, detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Forbidden, detail)
    }

    /// 404.
    pub fn missing(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Missing, detail)
    }

    /// 404 for a row: `there is no such Todo`.
    #[must_use]
    pub fn missing_row(model: &str) -> Self {
        Self::missing(format!("there is no such {model}"))
    }

    /// 404 for a row that a parameter other than the path names.
    #[must_use]
    pub fn missing_reference(model: &str, field: impl Into<String>) -> Self {
        Self::missing_row(model).with_field(field, code::REFERENCE, format!("names no {model} that exists"))
    }

    /// 409.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Conflict, detail)
    }

    /// 409 for fields whose values are taken, together if there are several.
    #[must_use]
    pub fn taken(model: &str, fields: &[&'static str]) -> Self {
        let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
        Self::conflict(format!("another {model} has the same {}", names.join(" and "))).with_taken(fields)
    }

    /// This refusal, also naming fields whose values are taken.
    #[must_use]
    pub(crate) fn with_taken(self, fields: &[&'static str]) -> Self {
        fields.iter().fold(self, |refusal, field| refusal.with_field(*field, code::UNIQUE, "is already taken"))
    }

    /// 410.
    pub fn gone(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Gone, detail)
    }

    /// 422 as a whole.
    pub fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Invalid, detail)
    }

    /// 422 for one field; the message is the rest of a sentence that begins with the field.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        let problem = FieldProblem { path: field.into(), message: message.into(), code: code::RULE };
        Self::invalid_fields(vec![problem])
    }

    /// 422 for all fields that are not acceptable.
    #[must_use]
    pub fn invalid_fields(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.as_slice() {
            [] => Cow::Borrowed("a value is not acceptable"),
            [only] => Cow::Owned(sentence(only)),
            several => Cow::Owned(format!("{} fields are not acceptable", several.len())),
        };
        Self(Box::new(Reason { kind: RefusalKind::Invalid, detail, fields }))
    }

    /// 422 for a calculation whose result its type cannot hold, or that has none.
    pub fn out_of_range(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::invalid(detail)
    }

    /// 429.
    pub fn too_many(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::TooMany, detail)
    }

    /// 500; the detail is shown to the caller, so it names no internals.
    pub fn internal(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Internal, detail)
    }

    /// 507.
    pub fn full(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Full, detail)
    }

    /// 503.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Unavailable, detail)
    }

    /// This refusal, also naming a field.
    #[must_use]
    pub fn with_field(
        mut self,
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.0.fields.push(FieldProblem { path: field.into(), message: message.into(), code });
        self
    }

    /// This refusal under another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: RefusalKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The kind.
    pub fn kind(&self) -> RefusalKind {
        self.0.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.kind.status()
    }

    /// The name of the HTTP status.
    pub fn title(&self) -> &'static str {
        self.0.kind.title()
    }

    /// What is wrong and what to do.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The fields that are not acceptable.
    pub fn fields(&self) -> &[FieldProblem] {
        &self.0.fields
    }

    /// Writes the refusal as a problem document (RFC 9457).
    pub fn to_problem_json(&self, out: &mut JsonWriter) {
        out.begin_object();
        out.member("type", "about:blank");
        out.member("title", self.title());
        out.member("status", &i64::from(self.status()));
        out.member("detail", self.detail());
        if !self.0.fields.is_empty() {
            out.field("errors");
            out.begin_list();
            for problem in &self.0.fields {
                out.item();
                out.begin_object();
                out.member("field", problem.path.as_str());
                out.member("message", problem.message.as_ref());
                out.member("code", problem.code);
                out.end_object();
            }
            out.end_list();
        }
        out.end_object();
    }

    /// Writes the refusal as `{"errors": {"title": ["…"]}}`, for the schema option `errors = fields`.
    ///
    /// What concerns no field stands under `body`.
    pub fn to_fields_json(&self, out: &mut JsonWriter) {
        out.begin_object();
        out.field("errors");
        out.begin_object();
        let mut written: Vec<&str> = Vec::new();
        for problem in &self.0.fields {
            if written.contains(&problem.path.as_str()) {
                continue;
            }
            written.push(&problem.path);
            out.key(if problem.path.is_empty() { "body" } else { &problem.path });
            out.begin_list();
            for same in self.0.fields.iter().filter(|other| other.path == problem.path) {
                out.item();
                out.text(&same.message);
            }
            out.end_list();
        }
        if written.is_empty() {
            out.field("body");
            out.begin_list();
            out.item();
            out.text(self.detail());
            out.end_list();
        }
        out.end_object();
        out.end_object();
    }
}

/// A problem as a sentence of its own.
fn sentence(problem: &FieldProblem) -> String {
    if problem.path.is_empty() {
        format!("the value {}", problem.message)
    } else {
        format!("`{}` {}", problem.path, problem.message)
    }
}

impl From<Complaint> for Refusal {
    fn from(complaint: Complaint) -> Self {
        let problem = FieldProblem { path: String::new(), message: complaint.message, code: complaint.code };
        Self::invalid_fields(vec![problem])
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.detail)
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Problems;

    fn written(write: impl FnOnce(&mut JsonWriter)) -> String {
        let mut out = JsonWriter::new();
        write(&mut out);
        String::from_utf8(out.into_bytes()).expect("text")
    }

    #[test]
    fn is_one_pointer_wide() {
        assert_eq!(size_of::<Result<(), Refusal>>(), size_of::<usize>());
    }

    #[test]
    fn writes_problem_documents() {
        let plain = Refusal::missing_row("Todo");
        assert_eq!(
            written(|out| plain.to_problem_json(out)),
            r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no such Todo"}"#
        );
        let field = Refusal::invalid_field("items[2].price", "must be at least 1");
        assert_eq!(
            written(|out| field.to_problem_json(out)),
            concat!(
                r#"{"type":"about:blank","title":"Unprocessable Content","status":422,"#,
                r#""detail":"`items[2].price` must be at least 1","#,
                r#""errors":[{"field":"items[2].price","message":"must be at least 1","code":"rule"}]}"#
            )
        );
        let taken = Refusal::taken("User", &["email"]);
        assert_eq!(taken.status(), 409);
        assert_eq!(taken.detail(), "another User has the same `email`");
        let both = Refusal::taken("Seat", &["row", "number"]);
        assert_eq!(both.detail(), "another Seat has the same `row` and `number`");
        assert_eq!(both.fields().iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), ["row", "number"]);
    }

    #[test]
    fn groups_messages_by_field() {
        let mut problems = Problems::new();
        let mut at = problems.at();
        at.field("title", |at| at.problem(code::RULE, "can't be blank"));
        at.field("body", |at| at.problem(code::REQUIRED, "is required"));
        at.field("title", |at| at.problem(code::RULE, "must be \"short\""));
        let refusal = problems.into_refusal();
        assert_eq!(refusal.detail(), "3 fields are not acceptable");
        assert_eq!(
            written(|out| refusal.to_fields_json(out)),
            r#"{"errors":{"title":["can't be blank","must be \"short\""],"body":["is required"]}}"#
        );
        assert_eq!(
            written(|out| Refusal::conflict("already published").to_fields_json(out)),
            r#"{"errors":{"body":["already published"]}}"#
        );
    }

    #[test]
    fn each_kind_has_its_status() {
        let kinds = [
            (Refusal::malformed("x"), 400),
            (Refusal::unauthorized("x"), 401),
            (Refusal::forbidden("x"), 403),
            (Refusal::missing("x"), 404),
            (Refusal::conflict("x"), 409),
            (Refusal::gone("x"), 410),
            (Refusal::invalid("x"), 422),
            (Refusal::too_many("x"), 429),
            (Refusal::internal("x"), 500),
            (Refusal::unavailable("x"), 503),
            (Refusal::new(RefusalKind::Full, "x"), 507),
        ];
        for (refusal, status) in kinds {
            assert_eq!(refusal.status(), status);
            assert_eq!(refusal.to_string(), "x");
        }
    }
}
