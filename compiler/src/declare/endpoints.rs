//! `endpoint` and `extern endpoint`: header and route. Bodies are typed later.

use raftstone_dsl::ast::{self, ItemKind};

use super::{Numbered, Scope, options, parameters, results, rights, routes};
use crate::attributes::Bearer;
use crate::declarations::{Endpoint, Method};

/// Declares all endpoints.
pub fn declare(scope: &mut Scope<'_>) {
    let mut known = routes::Known::default();
    for numbered in scope.numbered() {
        if let ItemKind::Endpoint(item) = &numbered.item.kind {
            let declared = declare_one(scope, &numbered, item, &mut known);
            scope.declarations.endpoints.push(declared);
        }
    }
}

fn declare_one(
    scope: &mut Scope<'_>,
    numbered: &Numbered<'_>,
    item: &ast::Endpoint,
    known: &mut routes::Known,
) -> Endpoint {
    let (_, docs) = scope.item_marks(numbered, Bearer::OtherItem);
    let method = routes::method(scope, numbered, item);
    let rights = rights::declare(scope, numbered, item);
    let parameters = parameters::declare(scope, numbered, item, method);
    let path = routes::path(scope, numbered, item, &parameters);
    if let (Some(method), Some(_)) = (method, &item.path) {
        known.add(scope, numbered, item, method, &path);
    }
    let options = options::read(scope, numbered, item, &parameters);
    Endpoint {
        name: numbered.name(),
        is_extern: item.is_extern,
        result: results::declare(scope, numbered, item),
        parameters,
        method: method.unwrap_or(Method::Post),
        path,
        rights,
        max_body_bytes: options.max_body_bytes,
        timeout_ms: options.timeout_ms,
        consistency: options.consistency,
        rate: options.rate,
        item: numbered.item_ref,
        docs,
        span: numbered.name_span(),
    }
}
