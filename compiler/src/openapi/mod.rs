//! The HTTP contract of a schema as an OpenAPI 3.1 document.
//!
//! It follows from the schema alone: the same bytes for the same schema. Every form is that of the
//! runtime's `value/json`; a test drives the examples and holds real answers against the document.

mod constants;
mod json;
mod operations;
mod pattern;
mod refusals;
mod rules;
mod samples;
mod types;
mod uses;

use std::collections::BTreeMap;

use json::{Json, Members};
use operations::Operation;
use types::{Schemas, typed};
use uses::Uses;

use crate::declarations::{Declarations, Endpoint, Segment};
use crate::plan::Bodies;

/// The path at which every application serves the document.
pub const PATH: &str = "/openapi.json";

/// Which way a value goes, since some types have more than one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// JSON that a client sends.
    In,
    /// JSON that a client gets.
    Out,
    /// Text in a path, a query string or a header.
    Text,
}

/// The document of a schema without errors.
pub fn document(declarations: &Declarations, bodies: &Bodies) -> String {
    let mut uses = Uses::new(declarations);
    for endpoint in &declarations.endpoints {
        operations::add_uses(endpoint, &mut uses, |parameter| declarations.brought(endpoint, parameter));
    }
    let schemas = Schemas::new(declarations, bodies, &uses);
    let (paths, components) = paths_and_components(&schemas);
    let document = |version: &str| {
        let document = Members::new().with("openapi", "3.1.0").with("info", info(declarations, version));
        let url = declarations.app.url.as_ref().map(|url| vec![Members::new().with("url", url.as_str())]);
        let document = document.with_some("servers", url);
        let document = document.with("paths", paths.clone()).with("components", components.clone());
        Json::from(document).to_text() + "\n"
    };
    // The schema has no version of its own, so the document's follows from what it says.
    document(&format!("{:016x}", crate::codegen::hash(document("").as_bytes())))
}

fn info(declarations: &Declarations, version: &str) -> Members {
    let app = &declarations.app;
    let title = app.title.as_ref().unwrap_or(&app.name);
    types::described(Members::new().with("title", title.as_str()), &app.docs).with("version", version)
}

/// The endpoints at one path.
struct PathItem<'a> {
    path: String,
    names: Vec<String>,
    endpoints: Vec<(usize, &'a Endpoint)>,
}

fn paths_and_components(schemas: &Schemas<'_>) -> (Members, Members) {
    let declarations = schemas.declarations;
    let mut all_refusals: Vec<BTreeMap<u16, Vec<String>>> = Vec::new();
    let mut takes_keys = false;
    let mut paths = Members::new();
    for item in path_items(&declarations.endpoints) {
        let mut operations = Members::new();
        for (position, endpoint) in &item.endpoints {
            let body = &schemas.bodies.endpoints[*position];
            let brought = endpoint.parameters.iter().map(|one| declarations.brought(endpoint, one)).collect();
            let operation = Operation { schemas, endpoint, body, path_names: &item.names, brought };
            let refusals = refusals::of(declarations, endpoint, body, schemas.bodies);
            takes_keys |= operation.takes_idempotency_key();
            operations.set(operations::method(endpoint), operation.to_json(&refusals));
            all_refusals.push(refusals);
        }
        paths.set(&item.path, operations);
    }
    let used = refusals::used(&all_refusals.iter().collect::<Vec<_>>());
    let named = schemas.components().into_iter().chain([(schemas.problem.clone(), schemas.refusal_form().described())]);
    let mut components = Members::new();
    components.set("schemas", named.fold(Members::new(), |all, (name, schema)| all.with(&name, schema)));
    components.set("responses", schemas.refusal_form().responses(&used));
    if takes_keys {
        components.set("parameters", Members::new().with("IdempotencyKey", idempotency_key()));
    }
    components.set("headers", Members::new().with("RaftstoneSeq", position_header()));
    (paths, components)
}

/// The endpoints by path, in the order of the schema. Paths that differ only in the names of their
/// parameters are one, which has the names of its first endpoint.
fn path_items(endpoints: &[Endpoint]) -> Vec<PathItem<'_>> {
    let mut items: Vec<PathItem<'_>> = Vec::new();
    let mut by_shape: BTreeMap<Vec<Option<&str>>, usize> = BTreeMap::new();
    for (position, endpoint) in endpoints.iter().enumerate() {
        let shape = endpoint.path.iter().map(|segment| match segment {
            Segment::Literal(text) => Some(text.as_str()),
            Segment::Parameter(_) => None,
        });
        let at = *by_shape.entry(shape.collect()).or_insert_with(|| {
            let names: Vec<String> = operations::path_names(endpoint).into_iter().map(str::to_owned).collect();
            let path = operations::path(endpoint, |parameter| names.get(parameter).cloned().unwrap_or_default());
            items.push(PathItem { path, names, endpoints: Vec::new() });
            items.len() - 1
        });
        items[at].endpoints.push((position, endpoint));
    }
    items
}

fn idempotency_key() -> Members {
    let schema = typed("string").with("minLength", 1_u64).with("maxLength", 128_u64).with("pattern", "^[!-~]+$");
    let words = "Requests with one key take effect once; a repeated one is answered as the first was.";
    Members::new()
        .with("name", "Idempotency-Key")
        .with("in", "header")
        .with("description", words)
        .with("required", false)
        .with("schema", schema)
}

fn position_header() -> Members {
    let schema = typed("integer").with("format", "int64").with("minimum", 0_u64);
    Members::new().with("description", "The position of the journal that the answer rests on.").with("schema", schema)
}

/// Documentation lines as one text.
fn text_of(docs: &[String]) -> String {
    docs.join("\n").trim_end().to_owned()
}
