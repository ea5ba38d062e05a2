//! The `auth` block.

use raftstone_dsl::ast::{self, AuthValue, ItemKind};

use super::Scope;
use crate::attributes::Bearer;
use crate::codes::auth as codes;
use crate::declarations::{
    Auth, Field, FileSpan, ItemRef, Method, Model, ModelId, Segment, Session, SessionKind, Type,
};
use crate::literals;
use crate::names::Named;
use crate::problem::Problem;
use crate::similar;
use crate::unavailable::Construct;

const SETTINGS: [&str; 4] = ["identity", "password", "session", "at"];

/// What `at` serves.
const ROUTES: [(&str, &str, Method); 3] =
    [("login", "POST", Method::Post), ("logout", "POST", Method::Post), ("me", "GET", Method::Get)];

/// The shortest and the longest session.
const SESSION_MS: std::ops::RangeInclusive<u64> = 60_000..=10 * 366 * 24 * 60 * 60 * 1000;

/// Reads the one `auth` block.
pub fn declare(scope: &mut Scope<'_>) {
    let program = scope.program;
    for (item_ref, item) in program.items() {
        let ItemKind::Auth(block) = &item.kind else { continue };
        let start = item.span.start;
        let span = block.model.as_ref().map_or(ast::Span::new(start, start), |model| model.span);
        let span = FileSpan { file: item_ref.file, span };
        if let Some(first) = &scope.declarations.auth {
            let first = first.span;
            scope.problems.push(
                Problem::new(&codes::AUTH_TWICE, span, "there is a second `auth` block")
                    .label("the second one")
                    .other(first, "the first one")
                    .help("one model signs in; say what sets its rows apart in a field such as `role`"),
            );
            continue;
        }
        scope.marks(item_ref.file, &item.attributes, Bearer::OtherItem, None);
        let declared = declare_one(scope, item_ref, block, span, item.damaged);
        scope.declarations.auth = Some(declared);
        scope.problems.cannot_run(Construct::Auth, span);
    }
}

fn declare_one(scope: &mut Scope<'_>, item: ItemRef, block: &ast::Auth, span: FileSpan, is_damaged: bool) -> Auth {
    let file = item.file;
    let model = block.model.as_ref().and_then(|model| scope.model_named(file, model));
    let mut auth = Auth { model, identity: None, password: None, session: None, at: None, item, span };
    for (position, setting) in block.settings.iter().enumerate() {
        let name = setting.name.text.as_str();
        let earlier = block.settings.iter().take(position).find(|earlier| earlier.name.text == name);
        if let Some(earlier) = earlier {
            let name_span = FileSpan { file, span: setting.name.span };
            scope.problems.push(
                Problem::new(&codes::AUTH_SETTING, name_span, format!("`{name}` is set twice"))
                    .label("set again here")
                    .other(FileSpan { file, span: earlier.name.span }, "first set here"),
            );
            continue;
        }
        match name {
            "identity" => auth.identity = identity(scope, file, setting, model),
            "password" => auth.password = password(scope, file, setting, model),
            "session" => auth.session = session(scope, file, setting),
            "at" => auth.at = routes(scope, file, setting),
            _ => report_unknown(scope, file, &setting.name),
        }
    }
    let is_missing = |name: &&str| block.settings.iter().all(|setting| setting.name.text != **name);
    let missing: Vec<&str> = SETTINGS.iter().take(3).copied().filter(|name| is_missing(name)).collect();
    if !missing.is_empty() && !is_damaged {
        let message = format!("this `auth` block lacks {}", crate::infer::names::list_of(&missing));
        scope.problems.push(
            Problem::new(&codes::AUTH_SETTING, span, message)
                .help("write `identity = email`, `password = password`, `session = bearer for 30d`"),
        );
    }
    auth
}

fn report_unknown(scope: &mut Scope<'_>, file: u32, name: &ast::Ident) {
    if name.text.is_empty() {
        return;
    }
    let message = format!("an `auth` block has no `{}`", name.text);
    scope.problems.push(
        Problem::new(&codes::AUTH_SETTING, FileSpan { file, span: name.span }, message)
            .help("it has `identity`, `password`, `session` and `at`")
            .did_you_mean(similar::nearest(&name.text, SETTINGS)),
    );
}

/// The field of the model that a setting names, with its position.
fn field<'s>(
    scope: &'s Scope<'_>,
    setting: &ast::AuthSetting,
    model: Option<ModelId>,
) -> Option<(&'s Model, Option<(usize, &'s Field)>, ast::Span, String)> {
    let model = model.filter(|model| !scope.declarations.damaged.contains(&Named::Model(*model)))?;
    let model = scope.declarations.models.get(model.index())?;
    let Some(AuthValue::Word(name)) = &setting.value else { return None };
    let found = model.fields.iter().enumerate().find(|(_, field)| field.name == name.text);
    Some((model, found, name.span, name.text.clone()))
}

fn identity(scope: &mut Scope<'_>, file: u32, setting: &ast::AuthSetting, model: Option<ModelId>) -> Option<usize> {
    let help = "name a field such as `email: string @unique`";
    if !matches!(setting.value, None | Some(AuthValue::Word(_))) {
        report_value(scope, file, setting, &codes::AUTH_IDENTITY, help);
        return None;
    }
    let (model, found, span, name) = field(scope, setting, model)?;
    let span = FileSpan { file, span };
    let problem = match found {
        None => unknown_field(&codes::AUTH_IDENTITY, model, span, &name),
        Some((position, field)) => {
            let is_text = *scope.without_newtypes(&field.ty) == Type::Text;
            let is_unique = model.key == [position]
                || model.indexes.iter().any(|index| {
                    index.is_unique && matches!(index.components.as_slice(), [only] if only.field == position)
                });
            if is_text && is_unique || field.ty == Type::Error {
                return Some(position);
            }
            let why = if is_text { "is not unique" } else { "is no text" };
            Problem::new(&codes::AUTH_IDENTITY, span, format!("`{name}` {why}")).other(field.span, "declared here")
        }
    };
    scope.problems.push(problem.help(help));
    None
}

fn password(scope: &mut Scope<'_>, file: u32, setting: &ast::AuthSetting, model: Option<ModelId>) -> Option<usize> {
    let help = "name a field such as `password: secret`";
    if !matches!(setting.value, None | Some(AuthValue::Word(_))) {
        report_value(scope, file, setting, &codes::AUTH_PASSWORD, help);
        return None;
    }
    let (model, found, span, name) = field(scope, setting, model)?;
    let span = FileSpan { file, span };
    let problem = match found {
        None => unknown_field(&codes::AUTH_PASSWORD, model, span, &name),
        Some((position, field)) if scope.declarations.is_secret(&field.ty) || field.ty == Type::Error => {
            return Some(position);
        }
        Some((_, field)) => Problem::new(
            &codes::AUTH_PASSWORD,
            span,
            format!("`{name}` is {}, and no secret", scope.words_for(&field.ty)),
        )
        .other(field.span, "declared here"),
    };
    scope.problems.push(problem.help(help));
    None
}

fn unknown_field(code: &'static crate::codes::CodeInfo, model: &Model, span: FileSpan, name: &str) -> Problem {
    let near = similar::nearest(name, model.fields.iter().map(|field| field.name.as_str()));
    Problem::new(code, span, format!("the model `{}` has no field `{name}`", model.name))
        .other(model.span, "the model")
        .did_you_mean(near)
}

fn session(scope: &mut Scope<'_>, file: u32, setting: &ast::AuthSetting) -> Option<Session> {
    let help = "write `bearer for 30d`, `bearer \"Token\" for 90d` or `cookie for 14d`, from 1min to 10 years";
    let Some(AuthValue::Session { kind, scheme, lasts }) = &setting.value else {
        report_value(scope, file, setting, &codes::AUTH_SESSION, help);
        return None;
    };
    let lasts = lasts.as_ref()?;
    let lasts_ms = literals::duration(lasts).and_then(|micros| u64::try_from(micros / 1000).ok());
    let lasts_ms = lasts_ms.filter(|millis| SESSION_MS.contains(millis));
    let is_scheme = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let kind = match (kind.text.as_str(), scheme) {
        ("bearer", None) => Some(SessionKind::Bearer("Bearer".to_owned())),
        ("bearer", Some(scheme)) if is_scheme(&scheme.text) => Some(SessionKind::Bearer(scheme.text.clone())),
        ("cookie", None) => Some(SessionKind::Cookie),
        _ => None,
    };
    if kind.is_none() || lasts_ms.is_none() {
        report_value(scope, file, setting, &codes::AUTH_SESSION, help);
    }
    Some(Session { kind: kind?, lasts_ms: lasts_ms? })
}

fn report_value(
    scope: &mut Scope<'_>,
    file: u32,
    setting: &ast::AuthSetting,
    code: &'static crate::codes::CodeInfo,
    help: &str,
) {
    if setting.value.is_none() {
        return;
    }
    let message = format!("`{}` cannot have this value", setting.name.text);
    scope.problems.push(Problem::new(code, FileSpan { file, span: setting.span }, message).help(help));
}

/// `at = /auth`, with the app's base in front.
fn routes(scope: &mut Scope<'_>, file: u32, setting: &ast::AuthSetting) -> Option<Vec<Segment>> {
    let help = "write a path of plain text: `at = /auth`";
    let Some(AuthValue::Path(path)) = &setting.value else {
        report_value(scope, file, setting, &codes::AUTH_ROUTES, help);
        return None;
    };
    let base = scope.declarations.app.base.clone();
    let mut segments: Vec<Segment> =
        base.split('/').filter(|part| !part.is_empty()).map(|part| Segment::Literal(part.to_owned())).collect();
    for segment in &path.segments {
        match segment {
            ast::Segment::Literal(text) if !text.text.starts_with('_') => {
                segments.push(Segment::Literal(text.text.clone()));
            }
            _ => {
                report_value(scope, file, setting, &codes::AUTH_ROUTES, help);
                return None;
            }
        }
    }
    Some(segments)
}

/// The routes of `auth` are nobody else's.
pub fn check_routes(scope: &mut Scope<'_>) {
    let Some((auth, at)) = scope.declarations.auth.as_ref().and_then(|auth| Some((auth, auth.at.as_ref()?))) else {
        return;
    };
    let mut clashes = Vec::new();
    for endpoint in &scope.declarations.endpoints {
        let served = endpoint.path.split_last().filter(|(_, parents)| *parents == at.as_slice());
        let Some((Segment::Literal(last), _)) = served else { continue };
        let route = ROUTES.iter().find(|(name, _, method)| name == last && *method == endpoint.method);
        if let Some((name, method, _)) = route {
            let message = format!("`{method} …/{name}` is answered by `auth`");
            clashes.push(
                Problem::new(&codes::AUTH_ROUTES, endpoint.span, message)
                    .other(auth.span, "its `at` serves `login`, `logout` and `me`")
                    .help("choose another path, or leave `at` out and write all three yourself"),
            );
        }
    }
    clashes.into_iter().for_each(|problem| scope.problems.push(problem));
}
