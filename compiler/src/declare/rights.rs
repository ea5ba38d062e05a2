//! `for anyone`, `for user where …`, `for operator`.

use raftstone_dsl::ast;

use super::{Numbered, Scope};
use crate::codes::{endpoints, rights as codes};
use crate::declarations::{Audience, FileSpan, Rights};
use crate::problem::Problem;
use crate::similar;
use crate::unavailable::Construct;

/// Reads who may call an endpoint. The condition is typed with the bodies.
pub fn declare(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Endpoint) -> Option<Rights> {
    let Some(rights) = &item.rights else {
        if !numbered.item.damaged {
            let message = format!("`{}` does not say who may call it", numbered.name());
            scope.problems.push(
                Problem::new(&endpoints::MISSING_RIGHTS, numbered.name_span(), message)
                    .help("write `for anyone` or `for user` behind the route"),
            );
        }
        return None;
    };
    let file = numbered.file;
    let span = FileSpan { file, span: rights.span };
    let audience = audience(scope, file, &rights.who, &["anyone", "user", "operator"])?;
    check_condition(scope, file, rights, audience);
    let is_hidden = is_hidden(scope, file, rights);
    match audience {
        Audience::User => {
            require_auth(scope, FileSpan { file, span: rights.who.span }, "`for user`");
        }
        Audience::Operator => scope.problems.cannot_run(Construct::ForOperator, span),
        Audience::Anyone => {}
    }
    Some(Rights { audience, is_hidden, span })
}

/// The audience of this name, which is one of `words`.
pub fn audience(scope: &mut Scope<'_>, file: u32, who: &ast::Ident, words: &[&str]) -> Option<Audience> {
    if words.contains(&who.text.as_str()) {
        return Audience::of(&who.text);
    }
    let near = similar::nearest(&who.text, words.iter().copied());
    let span = FileSpan { file, span: who.span };
    let problem = if Audience::of(&who.text).is_some() {
        Problem::new(&endpoints::UNKNOWN_RIGHTS, span, format!("nothing is readable by `{}` only", who.text))
            .help("write `readable by user where …`; what no caller may see is `@private`")
    } else {
        Problem::new(&endpoints::UNKNOWN_RIGHTS, span, format!("nobody is called `{}`", who.text))
            .help(format!("write {}", crate::infer::names::list_of(words).replace(" and ", " or ")))
            .did_you_mean(near)
    };
    scope.problems.push(problem);
    None
}

/// Says that somebody has to sign in first, where nobody can.
pub fn require_auth(scope: &mut Scope<'_>, span: FileSpan, what: &str) {
    if scope.declarations.auth.is_some() {
        return;
    }
    let message = format!("{what} needs an `auth` block, which says who signs in");
    scope.problems.push(
        Problem::new(&codes::AUTH_MISSING, span, message)
            .help("add `auth User { … }` with `identity`, `password` and `session`"),
    );
}

/// Who signs in can be asked something; others cannot.
fn check_condition(scope: &mut Scope<'_>, file: u32, rights: &ast::Rights, audience: Audience) {
    if audience != Audience::User
        && let Some(condition) = &rights.condition
    {
        let span = FileSpan { file, span: condition.span };
        let message = format!("`for {}` has no condition", rights.who.text);
        scope.problems.push(
            Problem::new(&codes::CONDITION_MISPLACED, span, message)
                .help("write `for user where …`, or a `require` in the body"),
        );
    } else if rights.condition.is_none()
        && let Some(otherwise) = &rights.otherwise
    {
        let span = FileSpan { file, span: otherwise.span };
        scope.problems.push(
            Problem::new(&codes::CONDITION_MISPLACED, span, "this `else` belongs to no condition")
                .help("write `for user where … else missing`; who has not signed in gets a 401"),
        );
    }
}

/// `else missing` answers 404, as if there were nothing; otherwise it is 403.
fn is_hidden(scope: &mut Scope<'_>, file: u32, rights: &ast::Rights) -> bool {
    let Some(otherwise) = &rights.otherwise else { return false };
    if !["missing", "forbidden"].contains(&otherwise.text.as_str()) {
        let near = similar::nearest(&otherwise.text, ["missing", "forbidden"]);
        let message = format!("who may not call is not answered with `{}`", otherwise.text);
        scope.problems.push(
            Problem::new(&codes::RIGHTS_REFUSAL, FileSpan { file, span: otherwise.span }, message)
                .help("write `else missing` for a 404; without an `else` it is a 403")
                .did_you_mean(near),
        );
    }
    otherwise.text == "missing"
}
