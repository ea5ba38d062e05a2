//! Holds what a server answers against the OpenAPI document that it serves.

use boon::{Compiler, Schemas};
use raftstone_tests::client::{self, Answer};
use serde_json::Value;
use std::net::SocketAddr;

/// A document as it is served, and a stricter one: what it does not name is not let through.
pub(crate) struct Contract {
    document: Value,
    strict: Value,
}

/// One request on a connection of its own, whose answer keeps the contract.
///
/// # Panics
///
/// If it does not.
pub(crate) fn call(address: SocketAddr, method: &str, path: &str, body: Option<&str>) -> Answer {
    let answer = client::call(address, method, path, body);
    Contract::of(address).judge(method, path, body, &answer);
    answer
}

impl Contract {
    pub(crate) fn of(address: SocketAddr) -> Self {
        let answer = client::call(address, "GET", "/openapi.json", None);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        let document = answer.json();
        let mut strict = document.clone();
        close(&mut strict);
        Self { document, strict }
    }

    /// The operations, as (method, path, operation).
    pub(crate) fn operations(&self) -> Vec<(String, String, &Value)> {
        let paths = self.document["paths"].as_object().expect("paths").iter();
        paths
            .flat_map(|(path, item)| {
                let operations = item.as_object().expect("operations").iter();
                operations.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
            })
            .collect()
    }

    /// What a `$ref` points at, or the value itself.
    pub(crate) fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        match value["$ref"].as_str() {
            Some(place) => self.document.pointer(&place[1..]).expect("a reference leads somewhere"),
            None => value,
        }
    }

    /// Looks at an answer, and at the request if it was accepted.
    ///
    /// # Panics
    ///
    /// If the document says something else.
    pub(crate) fn judge(&self, method: &str, path: &str, body: Option<&str>, answer: &Answer) {
        let what = format!("{method} {path} -> {} {}", answer.status, answer.text());
        let Some((template, operation)) = self.find(method, path) else {
            assert!(answer.status == 404 || answer.status == 405, "{what}: not in the document");
            return;
        };
        let place = format!("/paths/{}/{}", escaped(&template), method.to_lowercase());
        let documented = &operation["responses"][answer.status.to_string()];
        assert!(!documented.is_null() || answer.status >= 400, "{what}: a status that the document lacks");
        let response = if documented.is_null() { "default".to_owned() } else { answer.status.to_string() };
        let response = self.place_of(&format!("{place}/responses/{response}"));
        self.judge_body(&response, answer, &what);
        if let (200..300, Some(body)) = (answer.status, body) {
            let content = format!("{place}/requestBody/content/application~1json/schema");
            let sent = serde_json::from_str(body).expect("JSON was sent");
            if self.document.pointer(&content).is_some() {
                self.validate(&self.document, &content, &sent, &format!("{what}: the request {body}"));
            }
        }
    }

    fn judge_body(&self, response: &str, answer: &Answer, what: &str) {
        let found = self.document.pointer(response).expect("a response");
        let Some(content) = found["content"].as_object() else {
            assert!(answer.body.is_empty(), "{what}: the document knows of no body");
            return;
        };
        let media_type = answer.header("content-type").unwrap_or_default();
        assert!(content.contains_key(media_type), "{what}: `{media_type}` is not in the document");
        let schema = format!("{response}/content/{}/schema", media_type.replace('/', "~1"));
        if self.document.pointer(&schema).is_some() {
            self.validate(&self.strict, &schema, &answer.json(), what);
        }
        for (name, _) in found["headers"].as_object().into_iter().flatten() {
            assert!(answer.header(&name.to_lowercase()).is_some(), "{what}: there is no header {name}");
        }
    }

    fn validate(&self, document: &Value, place: &str, value: &Value, what: &str) {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("https://example.org/openapi.json", document.clone()).expect("a resource");
        let mut schemas = Schemas::new();
        let place = place.replace('{', "%7B").replace('}', "%7D");
        let url = format!("https://example.org/openapi.json#{place}");
        let schema = compiler.compile(&url, &mut schemas).unwrap_or_else(|error| panic!("{what}: {error:#}"));
        if let Err(error) = schemas.validate(value, schema) {
            panic!("{what}: {error:#}");
        }
    }

    /// The place behind a `$ref` at `place`, or the place itself.
    fn place_of(&self, place: &str) -> String {
        let value = self.document.pointer(place).unwrap_or_else(|| panic!("{place} is not there"));
        value["$ref"].as_str().map_or_else(|| place.to_owned(), |target| target[1..].to_owned())
    }

    /// The operation for a request: literal segments beat parameters.
    fn find(&self, method: &str, path: &str) -> Option<(String, &Value)> {
        let path = path.split('?').next().unwrap_or(path);
        let asked: Vec<&str> = path.split('/').collect();
        let mut fitting: Vec<(usize, String, &Value)> = self
            .operations()
            .into_iter()
            .filter(|(known, ..)| known == method)
            .filter_map(|(_, template, operation)| {
                let segments: Vec<&str> = template.split('/').collect();
                let fits = |(segment, given): (&&str, &&str)| segment.starts_with('{') || segment == given;
                let is_fit = segments.len() == asked.len() && segments.iter().zip(&asked).all(fits);
                let parameters = segments.iter().filter(|segment| segment.starts_with('{')).count();
                is_fit.then_some((parameters, template, operation))
            })
            .collect();
        fitting.sort_by_key(|(parameters, ..)| *parameters);
        fitting.into_iter().next().map(|(_, template, operation)| (template, operation))
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Makes every object that names its members refuse others.
fn close(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(close),
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) && members.contains_key("type") {
                members.entry("additionalProperties").or_insert(Value::Bool(false));
            }
        }
        _ => {}
    }
}
