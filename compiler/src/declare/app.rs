//! The `app` block.

use std::collections::BTreeMap;

use raftstone_dsl::ast::{self, ExprKind, ItemKind};

use super::Scope;
use crate::codes::items;
use crate::declarations::{App, FileSpan, UnknownFields};
use crate::literals;
use crate::problem::Problem;
use crate::similar;
use crate::unavailable::Construct;

/// The settings.
const SETTINGS: [&str; 9] = ["title", "base", "url", "frontend", "cors", "json", "errors", "unknown", "big_ints"];

/// Reads the one `app` block. Without one the name comes from the root file.
pub fn declare(scope: &mut Scope<'_>) {
    let program = scope.program;
    let root = program.files.first();
    let mut app = App {
        name: root.map_or_else(String::new, |file| stem(&file.path)),
        docs: root.map_or_else(Vec::new, |file| file.tree.docs.0.clone()),
        ..App::default()
    };
    let mut first: Option<FileSpan> = None;
    for (item_ref, item) in program.items() {
        let ItemKind::App(block) = &item.kind else { continue };
        let file = item_ref.file;
        let span = block.name.as_ref().map_or(item.span, |name| name.span);
        let span = FileSpan { file, span };
        if let Some(first) = first {
            scope.problems.push(
                Problem::new(&items::DUPLICATE_APP, span, "there is a second `app` block")
                    .label("the second one")
                    .other(first, "the first one")
                    .help("put all settings into one block"),
            );
            continue;
        }
        first = Some(span);
        if let Some(name) = &block.name {
            app.name.clone_from(&name.text);
        }
        scope.marks(file, &item.attributes, crate::attributes::Bearer::OtherItem, None);
        read_settings(scope, file, block, &mut app);
    }
    scope.declarations.app = app;
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".rstone").unwrap_or(name).to_owned()
}

fn read_settings(scope: &mut Scope<'_>, file: u32, block: &ast::App, app: &mut App) {
    let mut known: BTreeMap<&str, ast::Span> = BTreeMap::new();
    for setting in &block.settings {
        let name_span = FileSpan { file, span: setting.name.span };
        let name = setting.name.text.as_str();
        let earlier = known.get(name).copied();
        known.entry(name).or_insert(setting.name.span);
        if let Some(earlier) = earlier {
            scope.problems.push(
                Problem::new(&items::DUPLICATE_SETTING, name_span, format!("`{name}` is set twice"))
                    .label("set again here")
                    .other(FileSpan { file, span: earlier }, "first set here"),
            );
        } else if name == "cors" {
            app.cors = cors(scope, file, setting);
            scope.problems.cannot_run(Construct::Cors, name_span);
        } else if name == "frontend" {
            app.frontend = frontend(scope, file, setting);
            scope.problems.cannot_run(Construct::Frontend, name_span);
        } else if SETTINGS.contains(&name) {
            if let Err(help) = apply(setting, app) {
                report_value(scope, file, setting, help);
            }
        } else {
            let near = similar::nearest(name, SETTINGS);
            let problem = Problem::new(&items::UNKNOWN_SETTING, name_span, format!("there is no setting `{name}`"))
                .help(format!("the settings are `{}`", SETTINGS.join("`, `")));
            scope.problems.push(problem.did_you_mean(near));
        }
    }
}

/// The folder of the frontend.
fn frontend(scope: &mut Scope<'_>, file: u32, setting: &ast::Setting) -> Option<String> {
    let help = "write the folder with the built frontend: `frontend = \"web/dist\"`";
    let Some((value, folder)) = setting.value.as_ref().and_then(|value| Some((value, literals::text(value)?))) else {
        report_value(scope, file, setting, help);
        return None;
    };
    if is_inner_folder(&folder) {
        return Some(folder);
    }
    let span = FileSpan { file, span: value.span };
    let message = format!("`{folder}` is no folder inside the package");
    scope.problems.push(Problem::new(&items::FRONTEND_FOLDER, span, message).help(help));
    None
}

/// The origins of `cors`.
fn cors(scope: &mut Scope<'_>, file: u32, setting: &ast::Setting) -> Vec<String> {
    let help = "write the origins that may ask: `cors = [\"https://shop.example\"]`";
    let Some(ExprKind::List(written)) = setting.value.as_ref().map(|value| &value.kind) else {
        report_value(scope, file, setting, help);
        return Vec::new();
    };
    if written.is_empty() {
        report_value(scope, file, setting, help);
    }
    let mut origins: Vec<String> = Vec::new();
    for value in written.iter().filter(|value| value.kind != ExprKind::Bad) {
        let span = FileSpan { file, span: value.span };
        let problem = match literals::text(value) {
            Some(origin) if origins.contains(&origin) => format!("`{origin}` is named twice"),
            Some(origin) if is_origin(&origin) => {
                origins.push(origin);
                continue;
            }
            Some(origin) if origin == "*" => {
                "`*` is no origin: every page could ask with the rights of its visitor".to_owned()
            }
            Some(origin) => format!("`{origin}` is no origin"),
            None => "this is no origin".to_owned(),
        };
        scope.problems.push(
            Problem::new(&items::CORS_ORIGIN, span, problem)
                .help("an origin is scheme, host and perhaps port: `https://shop.example`"),
        );
    }
    origins
}

fn report_value(scope: &mut Scope<'_>, file: u32, setting: &ast::Setting, help: &str) {
    let value = setting.value.as_ref();
    if value.is_some_and(|value| value.kind == ExprKind::Bad) {
        return;
    }
    let span = FileSpan { file, span: value.map_or(setting.span, |value| value.span) };
    let message = format!("`{}` cannot have this value", setting.name.text);
    scope.problems.push(Problem::new(&items::SETTING_VALUE, span, message).help(help));
}

/// Puts a setting into the app, or says what would be right.
fn apply(setting: &ast::Setting, app: &mut App) -> Result<(), &'static str> {
    let text = setting.value.as_ref().and_then(literals::text);
    let word = setting.value.as_ref().and_then(literals::word);
    match setting.name.text.as_str() {
        "title" => app.title = Some(text.ok_or("write a text: `title = \"To do\"`")?),
        "base" => {
            let help = "a base begins with `/` and does not end with one: `base = \"/api\"`";
            app.base = text.filter(|base| is_base(base)).ok_or(help)?;
        }
        "url" => {
            let help = "write the address that users see: `url = \"https://example.org\"`";
            let url = text.filter(|url| is_url(url)).ok_or(help)?;
            app.url = Some(url.trim_end_matches('/').to_owned());
        }
        "json" => {
            app.camel_case =
                choose(word, "as_written", "camel_case").ok_or("write `json = camel_case` or `json = as_written`")?;
        }
        "unknown" => {
            let ignore = choose(word, "reject", "ignore").ok_or("write `unknown = reject` or `unknown = ignore`")?;
            app.unknown_fields = if ignore { UnknownFields::Ignore } else { UnknownFields::Reject };
        }
        "errors" => {
            app.field_errors =
                choose(word, "documents", "fields").ok_or("write `errors = documents` or `errors = fields`")?;
        }
        _ => {
            app.big_ints_as_text =
                choose(word, "number", "string").ok_or("write `big_ints = number` or `big_ints = string`")?;
        }
    }
    Ok(())
}

/// Whether the word is the second of the two; `None` when it is neither.
fn choose(word: Option<&str>, no: &str, yes: &str) -> Option<bool> {
    let word = word?;
    (word == no || word == yes).then_some(word == yes)
}

fn is_base(base: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    base.strip_prefix('/').is_some_and(|rest| {
        rest.split('/').all(|part| !part.is_empty() && part.chars().all(is_plain)) && !rest.starts_with('_')
    })
}

fn is_url(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
}

fn is_inner_folder(folder: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    folder.split('/').all(is_plain)
}

/// Whether it is as browsers send it.
fn is_origin(origin: &str) -> bool {
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let (host, port) = rest.rsplit_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let is_label = |label: &str| {
        let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !label.is_empty() && label.chars().all(is_known) && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_origins() {
        let folders = [
            ("web", true),
            ("web/dist", true),
            ("/web", false),
            ("../web", false),
            ("web/", false),
            ("", false),
            ("c:\\web", false),
        ];
        for (folder, expected) in folders {
            assert_eq!(is_inner_folder(folder), expected, "{folder}");
        }
        let origins = [
            ("https://shop.example", true),
            ("http://localhost:5173", true),
            ("https://10.0.0.1", true),
            ("https://shop.example/", false),
            ("https://Shop.example", false),
            ("https://shop.example:0", false),
            ("https://shop.example:080", false),
            ("https://-shop.example", false),
            ("https://", false),
            ("shop.example", false),
            ("*", false),
        ];
        for (origin, expected) in origins {
            assert_eq!(is_origin(origin), expected, "{origin}");
        }
    }

    #[test]
    fn bases_and_addresses() {
        let bases = [
            ("/api", true),
            ("/a/b", true),
            ("api", false),
            ("/", false),
            ("/api/", false),
            ("/_x", false),
            ("", false),
        ];
        for (base, expected) in bases {
            assert_eq!(is_base(base), expected, "{base}");
        }
        let urls =
            [("https://a.example", true), ("http://localhost:8080/", true), ("a.example", false), ("https://", false)];
        for (url, expected) in urls {
            assert_eq!(is_url(url), expected, "{url}");
        }
    }
}
