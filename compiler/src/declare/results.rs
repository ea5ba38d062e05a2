//! What an endpoint answers: `-> 201 T as "image/png"`.

use raftstone_dsl::ast;

use super::spelling::to_pascal;
use super::{Numbered, Scope};
use crate::codes::{auth, endpoints, rights};
use crate::declarations::{FileSpan, ResultShape, Type};
use crate::problem::Problem;
use crate::types::Place;

/// Statuses of success.
const SUCCESS: std::ops::RangeInclusive<u16> = 200..=299;

/// The result of an endpoint.
pub fn declare(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Endpoint) -> ResultShape {
    let Some(result) = &item.result else {
        return ResultShape { status: 204, ty: Type::Unit, media_type: None };
    };
    let place = format!("{}Result", to_pascal(&numbered.name()));
    let ty = result.ty.as_ref().map_or(Type::Unit, |ty| scope.resolve_type(numbered.file, ty, Place::result(&place)));
    check_secrets(scope, numbered, result, &ty);
    check_auth(scope, numbered, result, &ty);
    let default_status = if ty == Type::Unit { 204 } else { 200 };
    let status = result.status.map_or(default_status, |(status, span)| {
        check_status(scope, FileSpan { file: numbered.file, span }, status, &ty);
        status
    });
    let media_type = result.media_type.as_ref().and_then(|name| media_type(scope, numbered, name, &ty));
    ResultShape { status, ty, media_type }
}

/// An answer holds no secret, however deep.
fn check_secrets(scope: &mut Scope<'_>, numbered: &Numbered<'_>, result: &ast::ResultType, ty: &Type) {
    let (Some(written), Some(path)) = (&result.ty, scope.declarations.secret_in(ty)) else { return };
    let span = FileSpan { file: numbered.file, span: written.span };
    let problem = if path.is_empty() {
        Problem::new(&auth::SECRET_ANSWER, span, "a secret is no answer")
    } else {
        Problem::new(&auth::SECRET_ANSWER, span, format!("`{}` of this answer is a secret", path.join(".")))
    };
    scope.problems.push(problem.help("leave it out; `verify` says whether somebody knows it"));
}

/// The rows of those who sign in are not given out whole.
fn check_auth(scope: &mut Scope<'_>, numbered: &Numbered<'_>, result: &ast::ResultType, ty: &Type) {
    let declarations = &scope.declarations;
    let Some(model) = declarations.auth.as_ref().and_then(|auth| auth.model) else { return };
    let (Some(written), Some(path)) = (&result.ty, declarations.row_in(ty, model)) else { return };
    let name = declarations.models.get(model.index()).map_or("", |model| model.name.as_str());
    let part = if path.is_empty() { "this answer".to_owned() } else { format!("`{}` of this answer", path.join(".")) };
    let message = format!("{part} is a whole `{name}`, which is who signs in");
    let help = format!("answer what others may see of it: `struct Profile of {name} {{ … }}`");
    let span = FileSpan { file: numbered.file, span: written.span };
    scope.problems.push(Problem::new(&rights::AUTH_ANSWER, span, message).help(help));
}

fn check_status(scope: &mut Scope<'_>, span: FileSpan, status: u16, ty: &Type) {
    let message = if !SUCCESS.contains(&status) {
        format!("{status} is no status of success")
    } else if is_empty(status) && *ty != Type::Unit {
        format!("an answer of status {status} has no body")
    } else {
        return;
    };
    scope.problems.push(
        Problem::new(&endpoints::STATUS, span, message)
            .help("use 200, 201, 202 or another status from 200 to 299; refuse with `fail KIND \"…\"`"),
    );
}

/// Whether answers of a status never have a body.
pub const fn is_empty(status: u16) -> bool {
    status == 204 || status == 205
}

fn media_type(scope: &mut Scope<'_>, numbered: &Numbered<'_>, name: &ast::Ident, ty: &Type) -> Option<String> {
    let span = FileSpan { file: numbered.file, span: name.span };
    let inner = match ty {
        Type::Optional(inner) => inner,
        other => other,
    };
    let (message, help) = if *inner == Type::Error {
        return None;
    } else if *scope.without_newtypes(inner) != Type::Bytes {
        ("only `bytes` have a media type".to_owned(), "answer `bytes`, or leave `as …` out")
    } else if is_media_type(&name.text) {
        return Some(name.text.clone());
    } else {
        (format!("`{}` is no media type", name.text), "write a type such as `as \"image/png\"`")
    };
    scope.problems.push(Problem::new(&endpoints::MEDIA_TYPE, span, message).help(help));
    None
}

fn is_media_type(text: &str) -> bool {
    let is_token =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c));
    let essence = text.split(';').next().unwrap_or(text).trim_end();
    let is_visible = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    is_visible && essence.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        let table = [
            ("image/png", true),
            ("text/plain; charset=utf-8", true),
            ("application/vnd.api+json", true),
            ("image", false),
            ("image/", false),
            ("", false),
            ("image/png\nX: y", false),
        ];
        for (text, expected) in table {
            assert_eq!(is_media_type(text), expected, "{text}");
        }
    }
}
