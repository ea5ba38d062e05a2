//! What attributes say: rules, wire names, keys, indexes, sources of parameters.

use std::collections::BTreeMap;

use raftstone_dsl::ast::{self, ExprKind};

use crate::codes::items;
use crate::declarations::{FileSpan, OnDelete, ParameterSource, Rule, RuleKind, Type};
use crate::declare::Scope;
use crate::literals;
use crate::problem::Problem;
use crate::rules;
use crate::similar;
use crate::unavailable::Construct;

/// What an attribute can stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A `type`.
    Newtype,
    /// A field of a struct or of an inline record.
    StructField,
    /// A field of a model.
    ModelField,
    /// A back-reference of a model.
    BackReference,
    /// A field of an event.
    EventField,
    /// A field of a variant.
    VariantField,
    /// A variant.
    Variant,
    /// A field of a view.
    ViewField,
    /// A parameter of an endpoint.
    Parameter,
    /// A parameter of a function.
    FunctionParameter,
    /// An item that the lock file holds.
    LockedItem,
    /// Any other item.
    OtherItem,
}

impl Bearer {
    const fn words(self) -> &'static str {
        match self {
            Self::Newtype => "a `type`",
            Self::StructField => "a field of a struct",
            Self::ModelField => "a field of a model",
            Self::BackReference => "a back-reference",
            Self::EventField => "a field of an event",
            Self::VariantField => "a field of a variant",
            Self::Variant => "a variant",
            Self::ViewField => "a field of a view",
            Self::Parameter => "a parameter of an endpoint",
            Self::FunctionParameter => "a parameter of a function",
            Self::LockedItem | Self::OtherItem => "this item",
        }
    }
}

/// What the attributes of one thing say.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// The rules, in the order of the text.
    pub rules: Vec<Rule>,
    /// `@as`
    pub wire_name: Option<String>,
    /// `@was`
    pub was: Option<(String, FileSpan)>,
    /// `@deprecated`
    pub deprecated: Option<String>,
    /// `@private`
    pub private: bool,
    /// `@key`
    pub key: Option<FileSpan>,
    /// `@auto`
    pub auto: Option<FileSpan>,
    /// `@unique`
    pub unique: Option<FileSpan>,
    /// `@index`
    pub index: Option<FileSpan>,
    /// `@on_delete`
    pub on_delete: Option<(OnDelete, FileSpan)>,
    /// `@cold`
    pub cold: Option<FileSpan>,
    /// `@header`, `@query`, `@body`
    pub source: Option<(ParameterSource, FileSpan)>,
}

/// Every attribute of the language, with what it can stand on.
const ATTRIBUTES: [(&str, &[Bearer]); 22] = {
    use Bearer as B;
    const VALUES: &[Bearer] =
        &[B::Newtype, B::StructField, B::ModelField, B::EventField, B::VariantField, B::Parameter];
    [
        ("min", VALUES),
        ("max", VALUES),
        ("len", VALUES),
        ("max_len", VALUES),
        ("pattern", VALUES),
        ("email", VALUES),
        ("url", VALUES),
        ("trim", VALUES),
        ("lower", VALUES),
        (
            "as",
            &[B::StructField, B::ModelField, B::EventField, B::VariantField, B::Variant, B::ViewField, B::Parameter],
        ),
        ("was", &[B::StructField, B::ModelField, B::EventField, B::VariantField, B::Variant, B::LockedItem]),
        (
            "deprecated",
            &[
                B::Newtype,
                B::StructField,
                B::ModelField,
                B::EventField,
                B::VariantField,
                B::Variant,
                B::ViewField,
                B::Parameter,
                B::LockedItem,
                B::OtherItem,
            ],
        ),
        ("key", &[B::ModelField, B::ViewField]),
        ("auto", &[B::ModelField]),
        ("unique", &[B::ModelField, B::ViewField]),
        ("index", &[B::ModelField, B::ViewField]),
        ("private", &[B::ModelField]),
        ("on_delete", &[B::ModelField]),
        ("cold", &[B::ModelField, B::EventField]),
        ("header", &[B::Parameter]),
        ("query", &[B::Parameter]),
        ("body", &[B::Parameter]),
    ]
};

/// Attributes of later parts of the language.
const LATER: [(&str, Construct); 1] = [("personal", Construct::Personal)];

impl Scope<'_> {
    /// Reads the attributes of one thing; `ty` is its type, if it has one.
    pub fn marks(&mut self, file: u32, attributes: &[ast::Attribute], bearer: Bearer, ty: Option<&Type>) -> Marks {
        let mut marks = Marks::default();
        let mut known: BTreeMap<&str, &ast::Attribute> = BTreeMap::new();
        for attribute in attributes {
            let earlier = known.get(attribute.name.text.as_str()).copied();
            known.entry(&attribute.name.text).or_insert(attribute);
            if let Some(earlier) = earlier {
                self.report_repeated(file, attribute, earlier);
            } else if self.stands_well(file, attribute, bearer) {
                self.read(file, attribute, ty, &mut marks);
            }
        }
        rules::check_bounds(self, &marks.rules);
        if let Some(span) = marks.cold {
            self.check_cold(span, ty, &marks);
        }
        marks
    }

    fn report_repeated(&mut self, file: u32, again: &ast::Attribute, first: &ast::Attribute) {
        let message = format!("`@{}` is given twice", again.name.text);
        self.problems.push(
            Problem::new(&items::DUPLICATE_ATTRIBUTE, FileSpan { file, span: again.span }, message)
                .label("given again here")
                .other(FileSpan { file, span: first.span }, "first given here"),
        );
    }

    fn stands_well(&mut self, file: u32, attribute: &ast::Attribute, bearer: Bearer) -> bool {
        let name = attribute.name.text.as_str();
        let span = FileSpan { file, span: attribute.span };
        if let Some((_, construct)) = LATER.iter().find(|(later, _)| *later == name) {
            self.problems.cannot_run(*construct, span);
            return false;
        }
        let Some((_, bearers)) = ATTRIBUTES.iter().find(|(known, _)| *known == name) else {
            let fitting = ATTRIBUTES.iter().filter(|(_, bearers)| bearers.contains(&bearer));
            let near = similar::nearest(name, fitting.map(|(name, _)| *name));
            let name_span = FileSpan { file, span: attribute.name.span };
            let problem =
                Problem::new(&items::UNKNOWN_ATTRIBUTE, name_span, format!("there is no attribute `@{name}`"));
            self.problems.push(match near {
                // The `@` stands already; it belongs to the words, not to the change.
                Some(near) => problem.help(format!("did you mean `@{near}`?")).fix(
                    format!("change to `@{near}`"),
                    name_span,
                    near,
                ),
                None => problem,
            });
            return false;
        };
        if !bearers.contains(&bearer) {
            let message = format!("`@{name}` means nothing on {}", bearer.words());
            let places: Vec<&str> = bearers.iter().map(|bearer| bearer.words()).collect();
            self.problems.push(
                Problem::new(&items::MISPLACED_ATTRIBUTE, span, message)
                    .help(format!("it belongs to {}", places.join(", "))),
            );
            return false;
        }
        true
    }

    fn read(&mut self, file: u32, attribute: &ast::Attribute, ty: Option<&Type>, marks: &mut Marks) {
        let span = FileSpan { file, span: attribute.span };
        match attribute.name.text.as_str() {
            "as" => marks.wire_name = self.one_text(file, attribute, "@as(\"name\")"),
            "was" => {
                let old = self.one_text(file, attribute, "@was(\"old_name\")");
                marks.was = old.map(|old| (old, span));
            }
            "deprecated" => {
                marks.deprecated = self.one_text(file, attribute, "@deprecated(\"use …\")");
            }
            "private" if self.bare(file, attribute) => marks.private = true,
            "key" if self.bare(file, attribute) => marks.key = Some(span),
            "auto" if self.bare(file, attribute) => marks.auto = Some(span),
            "unique" if self.bare(file, attribute) => marks.unique = Some(span),
            "index" if self.bare(file, attribute) => marks.index = Some(span),
            "on_delete" => {
                marks.on_delete = self.on_delete(file, attribute).map(|action| (action, span));
            }
            "header" | "query" | "body" => self.parameter_source(file, attribute, marks),
            "cold" if self.bare(file, attribute) => marks.cold = Some(span),
            "private" | "key" | "auto" | "unique" | "index" | "cold" => {}
            _ => {
                let rule = rules::read(self, file, attribute, ty.unwrap_or(&Type::Error));
                marks.rules.extend(rule);
            }
        }
    }

    /// What is not in memory has to be bytes, and no index looks at it.
    fn check_cold(&mut self, span: FileSpan, ty: Option<&Type>, marks: &Marks) {
        let ty = ty.unwrap_or(&Type::Error);
        let inside = match self.without_newtypes(ty) {
            Type::Optional(inner) | Type::Patch(inner) => self.without_newtypes(inner),
            plain => plain,
        };
        if !matches!(inside, Type::Bytes | Type::Error) {
            let message = format!("`@cold` means nothing for {}", self.words_for(ty));
            let help = "it keeps `bytes` on disk, of which memory holds the position";
            self.problems.push(Problem::new(&items::COLD, span, message).help(help));
        } else if let Some(index) = marks.key.or(marks.unique).or(marks.index) {
            self.problems.push(
                Problem::new(&items::COLD, span, "what is cold cannot be looked up")
                    .other(index, "this keeps it in memory")
                    .help("index a field with its hash or name instead"),
            );
        }
        self.problems.cannot_run(Construct::Cold, span);
    }

    fn parameter_source(&mut self, file: u32, attribute: &ast::Attribute, marks: &mut Marks) {
        let span = FileSpan { file, span: attribute.span };
        let source = match attribute.name.text.as_str() {
            "header" => self.header_name(file, attribute).map(ParameterSource::Header),
            "query" => self.bare(file, attribute).then_some(ParameterSource::Query),
            _ => self.bare(file, attribute).then_some(ParameterSource::WholeBody),
        };
        let Some(source) = source else { return };
        if let Some((_, first)) = &marks.source {
            self.problems.push(
                Problem::new(&crate::codes::endpoints::TWO_SOURCES, span, "a parameter comes from one place")
                    .label("a second place")
                    .other(*first, "the first place"),
            );
            return;
        }
        marks.source = Some((source, span));
    }

    fn header_name(&mut self, file: u32, attribute: &ast::Attribute) -> Option<String> {
        let name = self.one_text(file, attribute, "@header(\"If-Match\")")?;
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            let span = FileSpan { file, span: attribute.span };
            let message = format!("`{name}` is no name of a header");
            self.problems.push(
                Problem::new(&items::ATTRIBUTE_ARGUMENTS, span, message)
                    .help("names of headers are letters, digits and `-`"),
            );
            return None;
        }
        Some(name)
    }

    fn on_delete(&mut self, file: u32, attribute: &ast::Attribute) -> Option<OnDelete> {
        const ACTIONS: [(&str, OnDelete); 3] =
            [("restrict", OnDelete::Restrict), ("cascade", OnDelete::Cascade), ("clear", OnDelete::Clear)];
        if let [ast::Expr { kind: ExprKind::Name(name), span }] = attribute.arguments.as_slice() {
            if let Some((_, action)) = ACTIONS.iter().find(|(word, _)| *word == name.text) {
                return Some(*action);
            }
            let near = similar::nearest(&name.text, ACTIONS.iter().map(|(word, _)| *word));
            let message = format!("`{}` is no action of `@on_delete`", name.text);
            self.problems.push(
                Problem::new(&items::ATTRIBUTE_ARGUMENTS, FileSpan { file, span: *span }, message)
                    .help("the actions are `restrict`, `cascade` and `clear`")
                    .did_you_mean(near),
            );
            return None;
        }
        self.report_arguments(file, attribute, "@on_delete(cascade)");
        None
    }

    /// Whether an attribute that takes nothing was given nothing.
    pub fn bare(&mut self, file: u32, attribute: &ast::Attribute) -> bool {
        let is_bare = attribute.arguments.is_empty();
        if !is_bare {
            self.report_arguments(file, attribute, &format!("@{}", attribute.name.text));
        }
        is_bare
    }

    fn one_text(&mut self, file: u32, attribute: &ast::Attribute, usage: &str) -> Option<String> {
        if let [argument] = attribute.arguments.as_slice()
            && let Some(text) = literals::text(argument)
            && !text.is_empty()
        {
            return Some(text);
        }
        self.report_arguments(file, attribute, usage);
        None
    }

    /// Says how the attribute is written. Arguments that did not parse were reported already.
    pub fn report_arguments(&mut self, file: u32, attribute: &ast::Attribute, usage: &str) {
        if attribute.arguments.iter().any(|argument| argument.kind == ExprKind::Bad) {
            return;
        }
        let message = format!("`@{}` is written `{usage}`", attribute.name.text);
        let span = FileSpan { file, span: attribute.span };
        self.problems.push(Problem::new(&items::ATTRIBUTE_ARGUMENTS, span, message));
    }
}

/// A rule with its place.
pub fn rule(kind: RuleKind, message: Option<String>, span: FileSpan) -> Rule {
    Rule { kind, message, span }
}
