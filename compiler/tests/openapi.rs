//! OpenAPI documents: valid under the published schema of OpenAPI 3.1, their own schemas valid, their
//! examples let through by them. `RAFTSTONE_UPDATE=1` rewrites the expected document.
//!
//! `openapi/oas-3.1-2022-10-07.json` is <https://spec.openapis.org/oas/3.1/schema/2022-10-07>
//! (Apache-2.0), unchanged.

use std::collections::BTreeSet;
use std::path::PathBuf;

use boon::{Compiler, Schemas};
use raftstone_compiler::{Input, check, openapi};
use serde_json::Value;

const META_SCHEMA: &str = include_str!("openapi/oas-3.1-2022-10-07.json");

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The document of a schema below the repository.
fn document(path: &str) -> String {
    let root = folder().join(path);
    let mut read = |path: &str| std::fs::read_to_string(path).map_err(|error| error.to_string());
    let checked = check(Input { root: &root.to_string_lossy(), read: &mut read, lock: None });
    let errors: Vec<String> = checked
        .problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(|problem| format!("{} {} {:?}", problem.code.code, problem.message, problem.span))
        .collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}");
    openapi(&checked)
}

fn documents() -> Vec<(&'static str, String)> {
    let schemas = [
        "tests/openapi/everything.rstone",
        "../examples/todo.rstone",
        "../examples/bank.rstone",
        "../examples/shop.rstone",
    ];
    schemas.map(|path| (path, document(path))).into()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("a document is JSON")
}

#[test]
fn documents_are_valid_openapi() {
    let mut compiler = Compiler::new();
    let url = "https://spec.openapis.org/oas/3.1/schema/2022-10-07";
    compiler.add_resource(url, parsed(META_SCHEMA)).expect("a resource");
    let mut schemas = Schemas::new();
    let meta = compiler.compile(url, &mut schemas).expect("the schema of OpenAPI");
    for (path, text) in documents() {
        if let Err(error) = schemas.validate(&parsed(&text), meta) {
            panic!("{path}: {error:#}");
        }
    }
    for (broken, why) in [
        (r#"{"openapi":"3.1.0","info":{"title":"x"},"paths":{}}"#, "no version"),
        (r#"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{"no-slash":{}}}"#, "no path"),
    ] {
        assert!(schemas.validate(&parsed(broken), meta).is_err(), "{why}");
    }
}

/// Calls `look` with each Schema Object outside of other ones, by its place, and the examples beside it.
fn each_schema(value: &Value, place: &str, look: &mut dyn FnMut(&str, Option<&Value>)) {
    if let Value::Array(elements) = value {
        for (position, element) in elements.iter().enumerate() {
            each_schema(element, &format!("{place}/{position}"), look);
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let escaped = name.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let inner_place = format!("{place}/{escaped}");
        if name == "schema" {
            look(&inner_place, value.get("example"));
        } else if place == "/components/schemas" {
            look(&inner_place, None);
        } else if name != "example" {
            each_schema(inner, &inner_place, look);
        }
    }
}

#[test]
fn schemas_are_valid_and_let_their_examples_through() {
    for (path, text) in documents() {
        let document = parsed(&text);
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("https://example.org/openapi.json", document.clone()).expect("a resource");
        let mut schemas = Schemas::new();
        let (mut count, mut wrong) = (0, Vec::new());
        each_schema(&document, "", &mut |place, example| {
            let url = format!("https://example.org/openapi.json#{place}");
            let schema = match compiler.compile(&url, &mut schemas) {
                Ok(schema) => schema,
                Err(error) => return wrong.push(format!("{place}: {error:#}")),
            };
            if let Some(example) = example {
                count += 1;
                wrong.extend(schemas.validate(example, schema).err().map(|error| format!("{place}: {error:#}")));
            }
        });
        assert!(wrong.is_empty(), "{path}: {}", wrong.join("\n"));
        assert!(count > 20, "{path} has {count} examples only");
    }
}

#[test]
fn every_operation_has_examples_and_a_name_of_its_own() {
    for (path, text) in documents() {
        let document = parsed(&text);
        let mut names = BTreeSet::new();
        for (route, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                let name = operation["operationId"].as_str().expect("a name");
                assert!(names.insert(name.to_owned()), "{path}: `{name}` stands twice");
                for (status, response) in operation["responses"].as_object().expect("responses") {
                    let json = &response["content"]["application/json"];
                    assert!(json.is_null() || !json["example"].is_null(), "{path}: {method} {route} {status}");
                }
                let body = &operation["requestBody"]["content"]["application/json"];
                assert!(body.is_null() || !body["example"].is_null(), "{path}: the body of {method} {route}");
            }
        }
        assert!(names.len() > 7, "{path}");
    }
}

#[test]
fn the_same_schema_gives_the_same_bytes() {
    assert_eq!(documents(), documents());
}

#[test]
fn the_document_of_everything_is_as_expected() {
    let found = document("tests/openapi/everything.rstone");
    let path = folder().join("tests/openapi/everything.json");
    if std::env::var_os("RAFTSTONE_UPDATE").is_some() {
        std::fs::write(&path, &found).expect("a writable folder");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {}", number + 1);
    }
    assert_eq!(found, expected);
}
