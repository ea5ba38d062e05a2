//! Refusals: which an endpoint may give, and what they look like (RFC 9457).

use std::collections::BTreeMap;

use super::json::{Json, Members};
use super::types::typed;
use crate::codegen::emitted_events;
use crate::declarations::{Declarations, Endpoint, Method, ParameterSource, Type};
use crate::plan::{Bodies, EndpointBody, ExprKind, Failure, FailureKind, Statement};

/// The refusals that have a place of their own in the document: status, name, title, and what they say.
const KNOWN: [(u16, &str, &str, &str); 11] = [
    (400, "BadRequest", "Bad Request", "The request cannot be understood."),
    (401, "Unauthorized", "Unauthorized", "Who asks is not known."),
    (403, "Forbidden", "Forbidden", "Who asks may not."),
    (404, "NotFound", "Not Found", "There is no such thing."),
    (409, "Conflict", "Conflict", "It contradicts what is there."),
    (410, "Gone", "Gone", "It existed once."),
    (413, "ContentTooLarge", "Content Too Large", "The body is too long."),
    (415, "UnsupportedMediaType", "Unsupported Media Type", "The body is of another type."),
    (422, "UnprocessableContent", "Unprocessable Content", "A value is not acceptable; each broken one is listed."),
    (429, "TooManyRequests", "Too Many Requests", "Ask again later."),
    (503, "ServiceUnavailable", "Service Unavailable", "Not now; asking again may help."),
];

/// The refusals of an endpoint by status, each with the words that the schema has for it.
pub(super) fn of(
    declarations: &Declarations,
    endpoint: &Endpoint,
    body: &EndpointBody,
    bodies: &Bodies,
) -> BTreeMap<u16, Vec<String>> {
    // Query strings can be broken and have unknown names, even where nothing is asked for.
    let mut found: BTreeMap<u16, Vec<String>> = [(400, Vec::new()), (422, Vec::new())].into();
    let mut add = |status: u16| {
        found.entry(status).or_default();
    };
    let sources = || endpoint.parameters.iter().map(|parameter| &parameter.source);
    let finds_rows = endpoint.parameters.iter().any(|parameter| parameter.look_up.is_some());
    if finds_rows
        || sources().any(|one| *one == ParameterSource::Path)
        || matches!(endpoint.result.ty, Type::Optional(_))
    {
        add(404);
    }
    if sources().any(|one| matches!(one, ParameterSource::BodyField | ParameterSource::WholeBody)) {
        add(413);
    }
    let is_json = |ty: &Type| *declarations.without_newtypes(ty) != Type::Bytes;
    if endpoint.parameters.iter().any(|one| match one.source {
        ParameterSource::BodyField => true,
        ParameterSource::WholeBody => is_json(&one.field.ty),
        _ => false,
    }) {
        add(415);
    }
    if body.is_command || endpoint.is_extern && endpoint.method != Method::Get {
        add(409);
        add(503);
    }
    for failure in failures(body, bodies) {
        let words = found.entry(status(failure.kind)).or_default();
        words.extend(message(failure).filter(|text| !words.contains(text)));
    }
    found
}

/// What a body can refuse with: by itself, and by the rules of the events that it emits.
fn failures<'b>(body: &'b EndpointBody, bodies: &'b Bodies) -> Vec<&'b Failure> {
    let mut found = Vec::new();
    collect(&body.statements, &mut found);
    for event in emitted_events(body) {
        let requires = bodies.events.get(event.index()).map_or(&[][..], |event| &event.requires);
        found.extend(requires.iter().map(|(_, failure)| failure));
    }
    found
}

fn collect<'b>(statements: &'b [Statement], found: &mut Vec<&'b Failure>) {
    for statement in statements {
        match statement {
            Statement::LetElse(_, _, failure) | Statement::Require(_, failure) | Statement::Fail(failure) => {
                found.push(failure);
            }
            Statement::If(_, then, otherwise) | Statement::IfLet(_, _, then, otherwise) => {
                collect(then, found);
                collect(otherwise, found);
            }
            Statement::For(_, _, body) => collect(body, found),
            Statement::Match(_, arms) => arms.iter().for_each(|(_, body)| collect(body, found)),
            _ => {}
        }
    }
}

fn status(kind: FailureKind) -> u16 {
    match kind {
        FailureKind::Invalid => 422,
        FailureKind::Unauthorized => 401,
        FailureKind::Forbidden => 403,
        FailureKind::Missing => 404,
        FailureKind::Conflict => 409,
        FailureKind::Gone => 410,
        FailureKind::TooMany => 429,
    }
}

/// The words of a refusal, with `…` for what is known only when it happens.
fn message(failure: &Failure) -> Option<String> {
    let parts = match &failure.message.as_ref()?.kind {
        ExprKind::Text(text) => return Some(text.clone()),
        ExprKind::Interpolate(parts) => parts,
        _ => return None,
    };
    let shown = parts.iter().map(|part| match &part.kind {
        ExprKind::Text(text) => text.as_str(),
        _ => "…",
    });
    Some(shown.collect())
}

/// How refusals look.
pub(super) struct Form<'s> {
    /// The name of their schema.
    pub(super) schema: &'s str,
    /// `errors = fields`
    pub(super) by_field: bool,
}

/// The answers of an endpoint that are refusals. Any other looks like them too.
pub(super) fn add_responses(refusals: &BTreeMap<u16, Vec<String>>, form: &Form<'_>, responses: &mut Members) {
    for (status, words) in refusals {
        let Some((_, name, title, _)) = KNOWN.iter().find(|(known, ..)| known == status) else { continue };
        let response = match words.first() {
            None => reference(name),
            Some(first) => {
                let said: Vec<String> = words.iter().map(|text| format!("* {text}")).collect();
                let example = form.example(*status, title, first, None);
                form.response(&format!("{title}:\n\n{}", said.join("\n")), example)
            }
        };
        responses.set(&status.to_string(), response);
    }
    responses.set("default", reference("Refused"));
}

fn reference(name: &str) -> Members {
    Members::new().with("$ref", format!("#/components/responses/{name}"))
}

impl Form<'_> {
    fn response(&self, description: &str, example: Members) -> Members {
        let schema = Members::new().with("$ref", format!("#/components/schemas/{}", self.schema));
        let media = Members::new().with("schema", schema).with("example", example);
        let media_type = if self.by_field { "application/json" } else { "application/problem+json" };
        Members::new().with("description", description).with("content", Members::new().with(media_type, media))
    }

    /// A refusal with its words; those about a field are its name, and what is wrong with it.
    fn example(&self, status: u16, title: &str, detail: &str, field: Option<(&str, &str)>) -> Members {
        if self.by_field {
            let (name, words) = field.unwrap_or(("body", detail));
            return Members::new().with("errors", Members::new().with(name, vec![words]));
        }
        let field = field.map(|(name, words)| {
            vec![Members::new().with("field", name).with("message", words).with("code", "required")]
        });
        Members::new()
            .with("type", "about:blank")
            .with("title", title)
            .with("status", u64::from(status))
            .with("detail", detail)
            .with_some("errors", field)
    }

    /// The answers that endpoints refer to.
    pub(super) fn responses(&self, used: &[u16]) -> Members {
        let mut all = Members::new();
        for (status, name, title, words) in KNOWN.iter().filter(|(status, ..)| used.contains(status)) {
            let example = match status {
                422 => self.example(*status, title, "`title` is required", Some(("title", "is required"))),
                _ => self.example(*status, title, words, None),
            };
            all.set(name, self.response(words, example));
        }
        let words = "Any other refusal, also one of the server itself.";
        let example = self.example(500, "Internal Server Error", "a mistake of ours", None);
        all.with("Refused", self.response(words, example))
    }

    /// The schema of refusals.
    pub(super) fn described(&self) -> Members {
        if !self.by_field {
            return problem();
        }
        let words = "What is wrong, by the path of the field, such as `items[2].price`; \
                     under `body` what concerns no field.";
        let messages = typed("array").with("items", typed("string"));
        let errors = typed("object").with("description", words).with("additionalProperties", messages);
        typed("object")
            .with("description", "Why a request was refused.")
            .with("properties", Members::new().with("errors", errors))
            .with("required", vec!["errors"])
    }
}

/// The schema of problem documents.
fn problem() -> Members {
    let text = |words: &str| typed("string").with("description", words);
    let error = typed("object")
        .with(
            "properties",
            Members::new()
                .with("field", text("The path of the field, such as `items[2].price`; empty for the whole."))
                .with("message", text("The rest of a sentence that begins with the field."))
                .with(
                    "code",
                    text(
                        "One word for programs: `required`, `type`, `unknown_field`, `rule`, `range`, `reference`, \
                         `unique` or `json`; an application's own Rust code may have others.",
                    ),
                ),
        )
        .with("required", vec!["field", "message", "code"]);
    let status = typed("integer").with("description", "The status of the answer.");
    let errors = typed("array").with("description", "The fields that are not acceptable.").with("items", error);
    typed("object")
        .with("description", "Why a request was refused (RFC 9457).")
        .with(
            "properties",
            Members::new()
                .with("type", text("Always `about:blank`: the status says what kind of refusal it is."))
                .with("title", text("The name of the status."))
                .with("status", status)
                .with("detail", text("What is wrong and what to do."))
                .with("errors", errors),
        )
        .with("required", vec!["type", "title", "status", "detail"])
}

/// Whether a status has a place of its own.
pub(super) fn used(all: &[&BTreeMap<u16, Vec<String>>]) -> Vec<u16> {
    let is_used = |status: &u16| all.iter().any(|one| one.get(status).is_some_and(Vec::is_empty));
    KNOWN.iter().map(|(status, ..)| *status).filter(is_used).collect()
}

impl From<u16> for Json {
    fn from(status: u16) -> Self {
        Self::from(u64::from(status))
    }
}
