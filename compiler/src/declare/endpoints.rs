//! `endpoint` and `extern endpoint`: header and route. Bodies are typed later.

use raftstone_dsl::ast::{self, ItemKind};

use super::{Numbered, Scope, options, parameters, results, routes};
use crate::attributes::Bearer;
use crate::codes::endpoints;
use crate::declarations::{Endpoint, FileSpan, Method};
use crate::problem::Problem;
use crate::similar;

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
    check_rights(scope, numbered, item);
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
        max_body_bytes: options.max_body_bytes,
        timeout_ms: options.timeout_ms,
        item: numbered.item_ref,
        docs,
        span: numbered.name_span(),
    }
}

fn check_rights(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Endpoint) {
    let Some(rights) = &item.rights else {
        if !numbered.item.damaged {
            let message = format!("`{}` does not say who may call it", numbered.name());
            scope.problems.push(
                Problem::new(&endpoints::MISSING_RIGHTS, numbered.name_span(), message)
                    .help("write `for anyone` behind the route"),
            );
        }
        return;
    };
    check_right(scope, numbered.file, rights);
}

/// Whether these rights are ones that this version can judge.
pub fn check_right(scope: &mut Scope<'_>, file: u32, rights: &ast::Rights) {
    let who = rights.who.text.as_str();
    let who_span = FileSpan { file, span: rights.who.span };
    let later = match who {
        "anyone" if rights.condition.is_none() && rights.otherwise.is_none() => return,
        "anyone" => "conditions on who may call are not available yet".to_owned(),
        "user" | "operator" => format!("`for {who}` is not available yet"),
        _ => {
            let near = similar::nearest(who, ["anyone", "user", "operator"]);
            let message = format!("nobody is called `{who}`");
            scope.problems.push(
                Problem::new(&endpoints::UNKNOWN_RIGHTS, who_span, message)
                    .help("write `for anyone`")
                    .did_you_mean(near),
            );
            return;
        }
    };
    let span = FileSpan { file, span: rights.span };
    scope
        .problems
        .push(Problem::new(&endpoints::LATER_RIGHTS, span, later).help("this version builds `for anyone` only"));
}
