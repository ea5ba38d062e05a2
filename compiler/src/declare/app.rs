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

/// The settings that this version honours.
const SETTINGS: [&str; 6] = ["title", "base", "url", "json", "unknown", "big_ints"];

/// Settings of later parts of the language.
const LATER: [(&str, Construct); 3] =
    [("frontend", Construct::Frontend), ("cors", Construct::Cors), ("errors", Construct::Errors)];

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
        } else if let Some((_, construct)) = LATER.iter().find(|(later, _)| *later == name) {
            scope.problems.cannot_run(*construct, name_span);
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

#[cfg(test)]
mod tests {
    use super::*;

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
