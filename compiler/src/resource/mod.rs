//! `resource Product at /products { … }`: made into events and endpoints before anything is declared.
//!
//! The derived items are those that a user would write by hand, and go the same way through all
//! stages. Their places are those of the words in the resource that ask for them.

mod build;
mod items;
mod list;

use std::collections::BTreeMap;

use raftstone_dsl::ast::{self, ItemKind, Span};

use crate::codes::{endpoints, items as item_codes};
use crate::declarations::{FileSpan, Program};
use crate::problem::{Problem, Problems};
use crate::similar;

/// What a resource can offer.
const ACTIONS: [&str; 5] = ["list", "get", "create", "update", "delete"];

/// Adds the items of all resources to the program.
pub fn derive(program: &mut Program, problems: &mut Problems) {
    let mut derived = Vec::new();
    let mut offered = BTreeMap::new();
    for (file, source) in program.files.iter().enumerate() {
        for item in &source.tree.items {
            if let ItemKind::Resource(resource) = &item.kind {
                let (file, damaged, offered) = (file as u32, item.damaged, &mut offered);
                let mut reader = Reader { program, problems, file, damaged, model_is_damaged: false, offered };
                reader.read(resource, item.span, &mut derived);
            }
        }
    }
    program.derived = derived;
}

/// Reads one resource.
struct Reader<'r> {
    program: &'r Program,
    problems: &'r mut Problems,
    file: u32,
    damaged: bool,
    /// Whether the model did not parse whole: fields that it lacks were said to be wrong there.
    model_is_damaged: bool,
    /// By model and action, where it is offered: a second one would declare the same items.
    offered: &'r mut BTreeMap<(String, String), FileSpan>,
}

/// One action of a resource, ready to be made into items.
struct Action<'r> {
    /// The word.
    word: &'r ast::Ident,
    /// The model's name, where the resource names it.
    model_name: &'r ast::Ident,
    /// The model.
    model: &'r ast::Model,
    /// The key field.
    key: &'r ast::Field,
    /// The route of the whole collection.
    path: &'r ast::Path,
    /// The model's fields that the client gives, at the places in the resource.
    fields: Vec<(&'r ast::Ident, &'r ast::Field)>,
    /// What the server fills in: name and value.
    with: Vec<(&'r ast::Ident, Option<&'r ast::Expr>)>,
    /// Who may.
    rights: Option<&'r ast::Rights>,
}

impl<'r> Reader<'r> {
    fn at(&self, span: Span) -> FileSpan {
        FileSpan { file: self.file, span }
    }

    fn read(&mut self, resource: &'r ast::Resource, span: Span, derived: &mut Vec<(u32, ast::Item)>) {
        let header = resource.model.as_ref().map_or(Span::new(span.start, span.start), |m| m.span);
        if resource.lines.is_empty() && !self.damaged {
            self.shape(header, "this resource offers nothing", "write `list, get for anyone`");
        }
        let words = self.new_actions(resource);
        let Some((model_name, model)) = self.model(resource, header) else { return };
        let Some(path) = self.path(resource, header) else { return };
        let Some(key) = self.key(model_name, model) else { return };
        let damaged = self.damaged;
        for line in &resource.lines {
            let before = self.problems.count();
            let fields = self.fields(model_name, model, line);
            let mut with = self.with(model_name, model, line);
            with.retain(|(name, _)| {
                let first = fields.iter().find(|(first, _)| first.text == name.text);
                if let Some((first, _)) = first {
                    self.listed_twice(first, name);
                }
                first.is_none()
            });
            if line.actions.iter().any(|word| word.text == "update") {
                self.check_key_stays(key, &fields, &with);
            }
            for word in line.actions.iter().filter(|word| words.contains(&word.span)) {
                let is_write = word.text == "create" || word.text == "update";
                self.check_line(line, word, is_write);
                self.damaged = damaged || self.problems.count() > before;
                let stays = |name: &ast::Ident| word.text == "create" || name.text != key.name.text;
                let action = Action {
                    word,
                    model_name,
                    model,
                    key,
                    path,
                    fields: fields.iter().filter(|(name, _)| is_write && stays(name)).copied().collect(),
                    with: with.iter().filter(|(name, _)| is_write && stays(name)).copied().collect(),
                    rights: line.rights.as_ref(),
                };
                derived.extend(self.items(&action).into_iter().map(|item| (self.file, item)));
            }
            self.damaged = damaged;
        }
    }

    fn items(&self, action: &Action<'_>) -> Vec<ast::Item> {
        let mut made = match action.word.text.as_str() {
            "list" => list::items(action),
            "get" => items::get(action),
            "create" => items::create(action),
            "update" => items::update(action),
            _ => items::delete(action),
        };
        for item in &mut made {
            item.damaged = self.damaged || self.model_is_damaged;
        }
        made
    }

    fn shape(&mut self, span: Span, message: &str, help: &str) {
        let problem = Problem::new(&endpoints::RESOURCE_SHAPE, self.at(span), message).help(help);
        self.problems.push(problem);
    }

    /// The places of the actions that are known and not offered before.
    fn new_actions(&mut self, resource: &ast::Resource) -> Vec<Span> {
        let model = resource.model.as_ref().map_or("", |model| &model.text);
        let mut new = Vec::new();
        for word in resource.lines.iter().flat_map(|line| &line.actions) {
            let place = self.at(word.span);
            let first = *self.offered.entry((model.to_owned(), word.text.clone())).or_insert(place);
            if first != place {
                let message = format!("`{}` is offered twice", word.text);
                let problem = Problem::new(&endpoints::RESOURCE_ACTION, place, message)
                    .label("offered again here")
                    .other(first, "first offered here");
                self.problems.push(problem);
            } else if !ACTIONS.contains(&word.text.as_str()) {
                let near = similar::nearest(&word.text, ACTIONS);
                let message = format!("a resource has no `{}`", word.text);
                let problem = Problem::new(&endpoints::RESOURCE_ACTION, self.at(word.span), message)
                    .help("it offers `list`, `get`, `create`, `update` and `delete`")
                    .did_you_mean(near);
                self.problems.push(problem);
            } else {
                new.push(word.span);
            }
        }
        new
    }

    fn model(&mut self, resource: &'r ast::Resource, header: Span) -> Option<(&'r ast::Ident, &'r ast::Model)> {
        let Some(name) = &resource.model else {
            if !self.damaged {
                self.shape(header, "this resource names no model", "write `resource Product at /products`");
            }
            return None;
        };
        let program = self.program;
        let items = program.files.iter().flat_map(|file| &file.tree.items);
        let named = items.clone().filter(|item| item.name().is_some_and(|own| own.text == name.text));
        let mut is_unknown = true;
        for item in named {
            match &item.kind {
                ItemKind::Model(model) => {
                    self.model_is_damaged = item.damaged;
                    return Some((name, model));
                }
                ItemKind::Bad { .. } | ItemKind::Later { .. } => return None,
                _ => is_unknown = false,
            }
        }
        let models = items.filter_map(|item| match &item.kind {
            ItemKind::Model(model) => model.name.as_ref().map(|name| name.text.as_str()),
            _ => None,
        });
        let near = similar::nearest(&name.text, models);
        let message = if is_unknown {
            format!("there is no model `{}`", name.text)
        } else {
            format!("`{}` is no model", name.text)
        };
        let problem = Problem::new(&item_codes::NOT_A_MODEL, self.at(name.span), message);
        self.problems.push(problem.did_you_mean(near));
        None
    }

    fn path(&mut self, resource: &'r ast::Resource, header: Span) -> Option<&'r ast::Path> {
        let Some(path) = &resource.path else {
            if !self.damaged {
                self.shape(header, "this resource has no route", "write `resource Product at /products`");
            }
            return None;
        };
        let has_text = path.segments.iter().any(|segment| matches!(segment, ast::Segment::Literal(_)));
        let is_plain = path.segments.iter().all(|segment| matches!(segment, ast::Segment::Literal(_)));
        if !is_plain || !has_text {
            self.shape(path.span, "the route of a resource is plain text", "write `at /products`");
            return None;
        }
        Some(path)
    }

    /// The one key field. A model without any is reported where it stands.
    fn key(&mut self, name: &ast::Ident, model: &'r ast::Model) -> Option<&'r ast::Field> {
        let fields = model.members.iter().filter_map(|member| match member {
            ast::ModelMember::Field(field) => Some(field),
            _ => None,
        });
        let group = model.members.iter().any(|member| matches!(member, ast::ModelMember::Key { .. }));
        if group {
            self.shape(
                name.span,
                &format!("the key of `{}` has several fields", name.text),
                "write the endpoints of this model by hand",
            );
            return None;
        }
        let has_key = |field: &&ast::Field| field.attributes.iter().any(|a| a.name.text == "key");
        fields.into_iter().find(has_key)
    }

    fn fields(
        &mut self,
        model_name: &ast::Ident,
        model: &'r ast::Model,
        line: &'r ast::ResourceLine,
    ) -> Vec<(&'r ast::Ident, &'r ast::Field)> {
        let mut found: Vec<(&ast::Ident, &ast::Field)> = Vec::new();
        for name in line.fields.iter().flatten() {
            if let Some((first, _)) = found.iter().find(|(first, _)| first.text == name.text) {
                self.listed_twice(first, name);
            } else if let Some(field) = self.stored(model_name, model, name) {
                found.push((name, field));
            }
        }
        found
    }

    fn with(
        &mut self,
        model_name: &ast::Ident,
        model: &'r ast::Model,
        line: &'r ast::ResourceLine,
    ) -> Vec<(&'r ast::Ident, Option<&'r ast::Expr>)> {
        let Some(with) = &line.with else { return Vec::new() };
        let ast::ExprKind::Struct { name: None, fields, .. } = &with.kind else {
            if with.kind != ast::ExprKind::Bad {
                self.shape(with.span, "`with` lists fields", "write `with { owner: … }`");
            }
            return Vec::new();
        };
        let mut found = Vec::new();
        for field in fields {
            match field {
                ast::StructField::Named { name, value } => {
                    if self.stored(model_name, model, name).is_some() {
                        found.push((name, value.as_ref()));
                    }
                }
                ast::StructField::Spread { span, .. } => {
                    self.shape(*span, "`with` lists its fields one by one", "leave `..` out");
                }
            }
        }
        found
    }

    fn stored(&mut self, model_name: &ast::Ident, model: &'r ast::Model, name: &ast::Ident) -> Option<&'r ast::Field> {
        let stored = || {
            model.members.iter().filter_map(|member| match member {
                ast::ModelMember::Field(field) if field.by.is_none() => Some(field),
                _ => None,
            })
        };
        let found = stored().find(|field| field.name.text == name.text);
        let is_damaged = model.members.iter().any(|member| matches!(member, ast::ModelMember::Bad { .. }));
        if found.is_none() && !is_damaged {
            let near = similar::nearest(&name.text, stored().map(|field| field.name.text.as_str()));
            let message = format!("the model `{}` has no stored field `{}`", model_name.text, name.text);
            let problem = Problem::new(&endpoints::RESOURCE_FIELDS, self.at(name.span), message);
            self.problems.push(problem.did_you_mean(near));
        }
        found
    }

    fn listed_twice(&mut self, first: &ast::Ident, again: &ast::Ident) {
        let message = format!("`{}` is listed twice", again.text);
        let problem = Problem::new(&endpoints::RESOURCE_FIELDS, self.at(again.span), message)
            .label("listed again here")
            .other(self.at(first.span), "first listed here");
        self.problems.push(problem);
    }

    fn check_line(&mut self, line: &ast::ResourceLine, word: &ast::Ident, is_write: bool) {
        let has_fields = line.fields.is_some();
        if is_write && !has_fields && line.with.is_none() && !self.damaged {
            let message = format!("`{}` lists no fields", word.text);
            let help = format!("write what the client gives: `{} {{ name }}`", word.text);
            self.shape(word.span, &message, &help);
        }
        if !is_write && (has_fields || line.with.is_some()) {
            let message = format!("`{}` takes no fields", word.text);
            self.shape(word.span, &message, "give `create` and `update` a line of their own");
        }
    }

    fn check_key_stays(
        &mut self,
        key: &ast::Field,
        fields: &[(&ast::Ident, &ast::Field)],
        with: &[(&ast::Ident, Option<&ast::Expr>)],
    ) {
        let names = fields.iter().map(|(name, _)| *name).chain(with.iter().map(|(name, _)| *name));
        for name in names.filter(|name| name.text == key.name.text) {
            let message = format!("`{}` is the key and stays", name.text);
            let problem = Problem::new(&endpoints::RESOURCE_FIELDS, self.at(name.span), message)
                .help("list it under `create` only");
            self.problems.push(problem);
        }
    }
}
