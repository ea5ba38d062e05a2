//! Endpoints as operations.

use std::collections::{BTreeMap, BTreeSet};

use super::json::{Json, Members};
use super::types::{Schemas, deprecated, described};
use super::uses::Uses;
use super::{Way, constants, refusals, rules, text_of};
use crate::declarations::{Endpoint, Method, Parameter, ParameterSource, Segment, Type};
use crate::declare::results;
use crate::plan::{EndpointBody, Statement};

/// Adds the types of an endpoint's parameters and result.
pub(super) fn add_uses(endpoint: &Endpoint, uses: &mut Uses<'_>, brought: impl Fn(&Parameter) -> Type) {
    for parameter in &endpoint.parameters {
        let way = if is_body(parameter) { Way::In } else { Way::Text };
        uses.add(&brought(parameter), way);
    }
    uses.add(&endpoint.result.ty, Way::Out);
}

fn is_body(parameter: &Parameter) -> bool {
    matches!(parameter.source, ParameterSource::BodyField | ParameterSource::WholeBody)
}

/// The key of a method in a path item.
pub(super) fn method(endpoint: &Endpoint) -> &'static str {
    match endpoint.method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

/// The names of the path's parameters, in order.
pub(super) fn path_names(endpoint: &Endpoint) -> Vec<&str> {
    let parameters = endpoint.path.iter().filter_map(|segment| match segment {
        Segment::Parameter(position) => endpoint.parameters.get(*position),
        Segment::Literal(_) => None,
    });
    parameters.map(|parameter| parameter.field.wire_name.as_str()).collect()
}

/// `/todos/{todo}`; `name` gives what a parameter is called, by its position in the path.
pub(super) fn path(endpoint: &Endpoint, name: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    let mut parameters = 0;
    for segment in &endpoint.path {
        text.push('/');
        match segment {
            Segment::Literal(literal) => text.push_str(literal),
            Segment::Parameter(_) => {
                text.push_str(&format!("{{{}}}", name(parameters)));
                parameters += 1;
            }
        }
    }
    if text.is_empty() { "/".to_owned() } else { text }
}

/// One endpoint on its way into the document.
pub(super) struct Operation<'a> {
    pub(super) schemas: &'a Schemas<'a>,
    pub(super) endpoint: &'a Endpoint,
    pub(super) body: &'a EndpointBody,
    /// The names of the path's parameters, as the first endpoint at this path has them.
    pub(super) path_names: &'a [String],
    /// What a request brings for each parameter.
    pub(super) brought: Vec<Type>,
}

impl Operation<'_> {
    /// Whether repeating it with the same key has no further effect.
    pub(super) fn takes_idempotency_key(&self) -> bool {
        self.endpoint.method != Method::Get && (self.body.is_command || self.endpoint.is_extern)
    }

    pub(super) fn to_json(&self, refusals: &BTreeMap<u16, Vec<String>>) -> Members {
        let mut operation = Members::new().with("operationId", self.endpoint.name.as_str());
        if let Some((first, rest)) = self.endpoint.docs.split_first() {
            operation.set("summary", first.as_str());
            if rest.iter().any(|line| !line.is_empty()) {
                operation.set("description", text_of(&self.endpoint.docs));
            }
        }
        let parameters = self.parameters();
        if !parameters.is_empty() {
            operation.set("parameters", Json::List(parameters));
        }
        if let Some(body) = self.request_body() {
            operation.set("requestBody", body);
        }
        let mut responses = self.successes();
        refusals::add_responses(refusals, &self.schemas.refusal_form(), &mut responses);
        operation.with("responses", responses)
    }

    fn each(&self) -> impl Iterator<Item = (usize, &Parameter, &Type)> {
        let numbered = self.endpoint.parameters.iter().enumerate().zip(&self.brought);
        numbered.map(|((position, parameter), brought)| (position, parameter, brought))
    }

    /// Whether a parameter may be left out, and what then stands for it, if that is known.
    fn default(&self, position: usize, brought: &Type) -> (bool, Option<Json>) {
        let default = self.body.defaults.get(position).and_then(Option::as_ref);
        let known = default.and_then(|value| constants::value(self.schemas.declarations, value));
        let is_left_out = default.is_some() || self.schemas.is_optional(brought);
        (is_left_out, known.filter(|value| *value != Json::Null))
    }

    fn parameters(&self) -> Vec<Json> {
        let mut parameters: Vec<Json> = self
            .each()
            .filter_map(|(position, parameter, brought)| self.parameter(position, parameter, brought))
            .collect();
        if self.takes_idempotency_key() {
            parameters.push(Members::new().with("$ref", "#/components/parameters/IdempotencyKey").into());
        }
        parameters
    }

    fn parameter(&self, position: usize, parameter: &Parameter, brought: &Type) -> Option<Json> {
        let field = &parameter.field;
        let (place, name) = match &parameter.source {
            ParameterSource::Path => ("path", self.path_name(position)),
            ParameterSource::Query => ("query", field.wire_name.clone()),
            ParameterSource::Header(name) => ("header", name.clone()),
            ParameterSource::BodyField | ParameterSource::WholeBody => return None,
        };
        let (is_left_out, default) = self.default(position, brought);
        let mut shown = Members::new().with("name", name).with("in", place);
        if !field.docs.is_empty() {
            shown.set("description", text_of(&field.docs));
        }
        shown.set("required", place == "path" || !is_left_out);
        let shown = deprecated(shown, field.deprecated.as_deref());
        let schema = self.schemas.value(brought, &field.rules, Way::Text);
        let example = if default.is_none() { self.schemas.sample_field(field, brought, Way::Text) } else { None };
        Some(shown.with("schema", schema.with_some("default", default)).with_some("example", example).into())
    }

    /// The name of a parameter in the path: that of the first endpoint there.
    fn path_name(&self, position: usize) -> String {
        let in_path = self.endpoint.path.iter().filter_map(|segment| match segment {
            Segment::Parameter(parameter) => Some(*parameter),
            Segment::Literal(_) => None,
        });
        let name = in_path.zip(self.path_names).find(|(parameter, _)| *parameter == position);
        name.map_or_else(String::new, |(_, name)| name.clone())
    }

    fn request_body(&self) -> Option<Members> {
        let whole = self.each().find(|(_, parameter, _)| parameter.source == ParameterSource::WholeBody);
        match whole {
            Some((_, parameter, brought)) => Some(self.whole_body(parameter, brought)),
            None => self.body_of_fields(),
        }
    }

    fn whole_body(&self, parameter: &Parameter, brought: &Type) -> Members {
        let field = &parameter.field;
        let mut body = described(Members::new(), &field.docs);
        if *self.schemas.base(brought) == Type::Bytes {
            // Bytes are taken as they come, whatever they are called; none are no bytes. No schema
            // counts them, so how many there may be stands in words.
            let mut counted = Members::new();
            rules::add(&Type::Bytes, &field.rules, &mut counted);
            if let Some(Json::Text(words)) = counted.get("description") {
                rules::note(words, &mut body);
            }
            return body.with("content", Members::new().with("*/*", Members::new()));
        }
        let schema = self.schemas.value(brought, &field.rules, Way::In);
        let media = Members::new()
            .with("schema", schema)
            .with_some("example", self.schemas.sample_field(field, brought, Way::In));
        body.with("content", Members::new().with("application/json", media)).with("required", true)
    }

    fn body_of_fields(&self) -> Option<Members> {
        let (mut properties, mut required) = (Members::new(), Vec::new());
        let mut example = Some(Members::new());
        for (position, parameter, brought) in self.each().filter(|(_, parameter, _)| is_body(parameter)) {
            let field = &parameter.field;
            let (is_left_out, default) = self.default(position, brought);
            let schema = self.schemas.property(field, brought, Way::In);
            properties.set(&field.wire_name, schema.with_some("default", default));
            if !is_left_out {
                required.push(field.wire_name.as_str());
            }
            let sample = self.schemas.sample_field(field, brought, Way::In);
            example = match (example, sample) {
                (Some(example), None) if is_left_out => Some(example),
                (Some(example), Some(sample)) => Some(example.with(&field.wire_name, sample)),
                _ => None,
            };
        }
        if properties.is_empty() {
            return None;
        }
        let is_required = !required.is_empty();
        let schema = self.schemas.object(properties, &required, Way::In);
        let media = Members::new().with("schema", schema).with_some("example", example);
        let body = Members::new().with("content", Members::new().with("application/json", media));
        Some(if is_required { body.with("required", true) } else { body })
    }

    /// The answers that are no refusals.
    fn successes(&self) -> Members {
        let mut chosen = BTreeSet::new();
        let returns_plainly = statuses(&self.body.statements, &mut chosen);
        if returns_plainly || chosen.is_empty() || self.endpoint.result.ty == Type::Unit {
            chosen.insert(self.endpoint.result.status);
        }
        chosen.into_iter().fold(Members::new(), |all, status| all.with(&status.to_string(), self.success(status)))
    }

    fn success(&self, status: u16) -> Members {
        let result = &self.endpoint.result;
        let headers =
            Members::new().with("Raftstone-Seq", Members::new().with("$ref", "#/components/headers/RaftstoneSeq"));
        let response = Members::new().with("description", success_words(status)).with("headers", headers);
        // A result that is none is a 404.
        let ty = match &result.ty {
            Type::Optional(inner) => inner,
            other => other,
        };
        if *ty == Type::Unit || results::is_empty(status) {
            return response;
        }
        if let Some(media_type) = &result.media_type {
            return response.with("content", Members::new().with(media_type, Members::new()));
        }
        let media = Members::new()
            .with("schema", self.schemas.value(ty, &[], Way::Out))
            .with_some("example", self.schemas.sample(ty, &[], Way::Out, "text"));
        response.with("content", Members::new().with("application/json", media))
    }
}

/// Collects the statuses that a body chooses; says whether it also returns without choosing.
fn statuses(statements: &[Statement], chosen: &mut BTreeSet<u16>) -> bool {
    let mut plainly = false;
    for statement in statements {
        plainly |= match statement {
            Statement::Return(Some(status), _) => {
                chosen.insert(*status);
                false
            }
            Statement::Return(None, _) => true,
            Statement::If(_, then, otherwise) | Statement::IfLet(_, _, then, otherwise) => {
                // Both are looked through.
                statuses(then, chosen) | statuses(otherwise, chosen)
            }
            Statement::For(_, _, body) => statuses(body, chosen),
            Statement::Match(_, arms) => arms.iter().fold(false, |plainly, (_, body)| plainly | statuses(body, chosen)),
            _ => false,
        };
    }
    plainly
}

fn success_words(status: u16) -> &'static str {
    match status {
        201 => "Created.",
        202 => "Accepted.",
        204 | 205 => "Done; there is nothing to say.",
        _ => "OK.",
    }
}
