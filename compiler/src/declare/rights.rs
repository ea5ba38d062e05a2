//! `for anyone`, `for user where …`, `for operator`.

use raftstone_dsl::ast;

use super::{Numbered, Scope};
use crate::codes::endpoints;
use crate::declarations::{Audience, FileSpan, Rights};
use crate::problem::Problem;
use crate::similar;
use crate::unavailable::Construct;

/// Reads who may call an endpoint.
pub fn declare(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Endpoint) -> Option<Rights> {
    let Some(rights) = &item.rights else {
        if !numbered.item.damaged {
            let message = format!("`{}` does not say who may call it", numbered.name());
            scope.problems.push(
                Problem::new(&endpoints::MISSING_RIGHTS, numbered.name_span(), message)
                    .help("write `for anyone` behind the route"),
            );
        }
        return None;
    };
    let file = numbered.file;
    let span = FileSpan { file, span: rights.span };
    let audience = audience(scope, file, &rights.who)?;
    match audience {
        Audience::Anyone if rights.condition.is_none() && rights.otherwise.is_none() => {}
        Audience::Anyone => scope.problems.cannot_run(Construct::RightsCondition, span),
        Audience::User => scope.problems.cannot_run(Construct::ForUser, span),
        Audience::Operator => scope.problems.cannot_run(Construct::ForOperator, span),
    }
    Some(Rights { audience, span })
}

fn audience(scope: &mut Scope<'_>, file: u32, who: &ast::Ident) -> Option<Audience> {
    let audience = Audience::of(&who.text);
    if audience.is_none() {
        let near = similar::nearest(&who.text, ["anyone", "user", "operator"]);
        let message = format!("nobody is called `{}`", who.text);
        scope.problems.push(
            Problem::new(&endpoints::UNKNOWN_RIGHTS, FileSpan { file, span: who.span }, message)
                .help("write `for anyone`")
                .did_you_mean(near),
        );
    }
    audience
}
