//! Names: locals, fields at hand, variants, and the words of the language.

use raftstone_dsl::ast;
use raftstone_dsl::ast::Ident;

use super::{Body, Bound, types};
use crate::codes::expressions as codes;
use crate::declarations::{EnumId, EventField, Field, Source, Type};
use crate::effects::{Place, Use};
use crate::names::Named;
use crate::plan;
use crate::plan::ExprKind;
use crate::similar;
use crate::unavailable::{self, Construct};

impl<'a> Body<'a, '_> {
    pub(crate) fn infer_name(&mut self, name: &Ident, hint: Option<&Type>) -> plan::Expr {
        if let Some(bound) = self.look_up(&name.text) {
            let value = self.read_bound(bound, name.span);
            return self.read_unless_patch(value, hint);
        }
        if let Some(value) = self.infer_word(name) {
            return value;
        }
        if let Some(id) = self.hinted_enum(hint)
            && let Some(position) = self.variant_position(id, &name.text)
        {
            return self.plain_variant(id, position, name.span);
        }
        self.unknown_name(name, hint)
    }

    /// A value as it is where a patch is wanted, else what reading it gives.
    pub(crate) fn read_unless_patch(&mut self, value: plan::Expr, hint: Option<&Type>) -> plan::Expr {
        let wants_patch = hint.is_some_and(|hint| matches!(self.plain(hint), Type::Patch(_)));
        if wants_patch { value } else { self.read_patch(value) }
    }

    /// What a name stands for, which is then used.
    pub(crate) fn look_up(&self, name: &str) -> Option<Bound> {
        let found = self.find(name)?;
        if let Bound::Local(local) = found {
            self.used.borrow_mut().insert(local);
        }
        Some(found)
    }

    /// What a name stands for.
    pub(crate) fn find(&self, name: &str) -> Option<Bound> {
        self.scope.iter().rev().find(|binding| binding.name == name).map(|binding| binding.value)
    }

    pub(crate) fn is_in_scope(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of a name in scope, as it is stored.
    pub(crate) fn read_bound(&mut self, bound: Bound, span: ast::Span) -> plan::Expr {
        match bound {
            Bound::Local(local) => self.read_local(local, span),
            Bound::EventField(position) => {
                let ty = self
                    .event
                    .and_then(|event| self.declarations().events.get(event.index()))
                    .and_then(|event| event.fields.get(position))
                    .map_or(Type::Error, |field| field.field.ty.clone());
                self.expr(ExprKind::EventField(position), ty, span)
            }
            Bound::OwnField(position) => {
                let row = self.read_local(plan::LocalId(0), span);
                let ty = match &row.ty {
                    Type::Reference(source) => self.field_type(*source, position),
                    _ => Type::Error,
                };
                self.expr(ExprKind::RowField(Box::new(row), position), ty, span)
            }
        }
    }

    fn field_type(&self, source: Source, position: usize) -> Type {
        self.table(source).and_then(|(fields, _)| fields.get(position)).map_or(Type::Error, |field| field.ty.clone())
    }

    /// The fields and the key of a table.
    pub(crate) fn table(&self, source: Source) -> Option<(&'a [Field], &'a [usize])> {
        match source {
            Source::Model(id) => {
                let model = self.declarations().models.get(id.index())?;
                Some((&model.fields, &model.key))
            }
            Source::View(id) => {
                let view = self.declarations().views.get(id.index())?;
                Some((&view.fields, &view.key))
            }
        }
    }

    /// `now`, `base_url`, `caller`.
    fn infer_word(&mut self, name: &Ident) -> Option<plan::Expr> {
        let span = name.span;
        match name.text.as_str() {
            "now" => {
                self.uses(Use::Clock, span);
                Some(self.expr(ExprKind::Now, Type::Timestamp, span))
            }
            "base_url" => {
                self.uses(Use::BaseUrl, span);
                Some(self.expr(ExprKind::BaseUrl, Type::Text, span))
            }
            "caller" => Some(self.no_caller(span)),
            "session" => {
                let message = "a session is no value by itself";
                let problem = self.problem(&codes::NOT_A_VALUE, span, message);
                self.report(problem.help("it has `session.token`, as the caller has shown it"));
                Some(self.wrong(span))
            }
            "event" if self.event.is_some() => {
                let message = "an event is no value by itself";
                let problem = self.problem(&codes::NOT_A_VALUE, span, message);
                self.report(problem.help(self.event_help()));
                Some(self.wrong(span))
            }
            _ => None,
        }
    }

    const fn event_help(&self) -> &'static str {
        match self.place {
            Place::Fold => "it has its fields, `event.at`, `event.by` and `event.seq`",
            _ => "it has `event.at`, `event.by` and `event.seq`; its fields stand by their bare names",
        }
    }

    /// The stored fields of the event that a fold follows.
    fn followed_fields(&self) -> &'a [EventField] {
        let event = self.declared_event().filter(|_| self.place == Place::Fold);
        event.map_or(&[], |event| &event.fields)
    }

    /// Whether the event that a fold follows has a field of this name.
    pub(crate) fn is_event_field(&self, name: &str) -> bool {
        self.followed_fields().iter().any(|it| it.field.name == name)
    }

    /// `event.at`, `event.by`, `event.seq`, and in a fold the fields of the event.
    pub(crate) fn infer_event_word(&mut self, name: &Ident, hint: Option<&Type>, span: ast::Span) -> plan::Expr {
        if let Some(position) = self.followed_fields().iter().position(|it| it.field.name == name.text) {
            let value = self.read_bound(Bound::EventField(position), span);
            return self.read_unless_patch(value, hint);
        }
        match name.text.as_str() {
            "at" => self.expr(ExprKind::Now, Type::Timestamp, span),
            "by" => self.expr(ExprKind::EventBy, Type::Optional(Box::new(Type::Text)), span),
            "seq" => self.expr(ExprKind::EventSeq, Type::Int, span),
            other => {
                let is_damaged = self.event.is_some_and(|event| self.is_damaged(Named::Event(event)));
                if self.place == Place::Fold && is_damaged {
                    return self.wrong(span);
                }
                let message = format!("an event has no `{other}`");
                let fields = self.followed_fields().iter().map(|it| it.field.name.as_str());
                let near = similar::nearest(other, fields.chain(["at", "by", "seq"]));
                let problem = self.problem(&codes::UNKNOWN_FIELD, name.span, message);
                self.report(problem.help(self.event_help()).did_you_mean(near));
                self.wrong(span)
            }
        }
    }

    /// The enum that is wanted, if one is.
    pub(crate) fn hinted_enum(&self, hint: Option<&Type>) -> Option<EnumId> {
        match types::inside(self.declarations(), hint?) {
            Type::Enum(id) => Some(*id),
            _ => None,
        }
    }

    pub(crate) fn variant_position(&self, id: EnumId, name: &str) -> Option<usize> {
        let declared = self.declarations().enums.get(id.index())?;
        declared.variants.iter().position(|variant| variant.name == name)
    }

    /// A variant written without data.
    pub(crate) fn plain_variant(&mut self, id: EnumId, position: usize, span: ast::Span) -> plan::Expr {
        let declared = self.declarations().enums.get(id.index());
        let variant = declared.and_then(|it| it.variants.get(position));
        if let Some(variant) = variant
            && !variant.fields.is_empty()
        {
            let names: Vec<&str> = variant.fields.iter().map(|it| it.name.as_str()).collect();
            let message = format!("the variant `{}` carries data", variant.name);
            let problem = self
                .problem(&codes::MISSING_FIELDS, span, message)
                .other(variant.span, "declared here")
                .help(format!("write `{} {{ {} }}`", variant.name, names.join(", ")));
            self.report(problem);
            return self.wrong(span);
        }
        self.expr(ExprKind::Variant(id, position, Vec::new()), Type::Enum(id), span)
    }

    /// `Status.Draft`, when `base` names an enum and no local.
    pub(crate) fn infer_qualified_variant(
        &mut self,
        base: &Ident,
        name: &Ident,
        span: ast::Span,
    ) -> Option<plan::Expr> {
        if self.is_in_scope(&base.text) {
            return None;
        }
        let Named::Enum(id) = self.shared.names.get(&base.text)?.named else { return None };
        let Some(position) = self.variant_position(id, &name.text) else {
            return Some(self.unknown_variant(id, name));
        };
        Some(self.plain_variant(id, position, span))
    }

    pub(crate) fn unknown_variant(&mut self, id: EnumId, name: &Ident) -> plan::Expr {
        let declared = self.declarations().enums.get(id.index());
        if let Some(declared) = declared.filter(|_| !self.is_damaged(Named::Enum(id))) {
            let names: Vec<&str> = declared.variants.iter().map(|it| it.name.as_str()).collect();
            let message = format!("`{}` has no variant `{}`", declared.name, name.text);
            let near = similar::nearest(&name.text, names.iter().copied());
            let problem = self
                .problem(&codes::UNKNOWN_VARIANT, name.span, message)
                .other(declared.span, "the enum")
                .help(format!("its variants are {}", list_of(&names)))
                .did_you_mean(near);
            self.report(problem);
        }
        self.wrong(name.span)
    }

    fn unknown_name(&mut self, name: &Ident, hint: Option<&Type>) -> plan::Expr {
        if let Some(entry) = self.shared.names.get(&name.text) {
            if entry.named != Named::Unknown {
                self.item_as_value(name, entry.named);
            }
            return self.wrong(name.span);
        }
        let looks_like_variant = name.text.chars().next().is_some_and(char::is_uppercase);
        let is_hint_wrong = hint.is_some_and(|hint| matches!(types::inside(self.declarations(), hint), Type::Error));
        if looks_like_variant && is_hint_wrong {
            return self.wrong(name.span);
        }
        if looks_like_variant && let Some(id) = self.hinted_enum(hint) {
            return self.unknown_variant(id, name);
        }
        let message = format!("there is no `{}` here", name.text);
        let mut problem = self.problem(&codes::UNKNOWN_NAME, name.span, message);
        if looks_like_variant && let Some(of) = self.enum_with_variant(&name.text) {
            problem = problem.help(format!("`{}` is a variant of `{of}`", name.text)).fix(
                format!("write `{of}.{}`", name.text),
                self.at(name.span),
                format!("{of}.{}", name.text),
            );
        } else if self.is_event_field(&name.text) {
            let start = self.at(ast::Span::new(name.span.start, name.span.start));
            problem = problem.help("the fields of the event stand behind `event.`").fix(
                format!("write `event.{}`", name.text),
                start,
                "event.",
            );
        } else {
            let mut known: Vec<&str> = self.scope.iter().map(|it| it.name.as_str()).collect();
            known.extend(["now", "true", "false", "none"]);
            if let Some(help) = self.own_row_hint(&name.text) {
                problem = problem.help(help);
            }
            problem = problem.did_you_mean(similar::nearest(&name.text, known));
        }
        self.report(problem);
        self.wrong(name.span)
    }

    /// A bare field name where the row has a name of its own.
    fn own_row_hint(&self, name: &str) -> Option<String> {
        let row = self.frame.locals.iter().rev().find(|local| local.is_row)?;
        let Type::Reference(source) = row.ty else { return None };
        let (fields, _) = self.table(source)?;
        let is_field = fields.iter().any(|field| field.name == name);
        (is_field && !matches!(self.place, Place::Check | Place::Fold))
            .then(|| format!("a field of the row is written `{}.{name}`", row.name))
    }

    fn enum_with_variant(&self, name: &str) -> Option<&'a str> {
        let mut having =
            self.declarations().enums.iter().filter(|it| it.variants.iter().any(|variant| variant.name == name));
        let first = having.next()?;
        having.next().is_none().then_some(first.name.as_str())
    }

    fn item_as_value(&mut self, name: &Ident, named: Named) {
        let message = format!("`{}` is {}, no value", name.text, named.with_article());
        let text = &name.text;
        let help = match named {
            Named::Enum(_) => format!("name one of its variants: `{text}.…`"),
            Named::Struct(_) => format!("give its fields: `{text} {{ … }}`"),
            Named::Model(_) | Named::View(_) => {
                format!("look a row up with `{text}[key]`, or read rows with `from row in {text}`")
            }
            Named::Event(_) => format!("emit it: `emit {text} {{ … }}`"),
            Named::Function(_) => format!("call it: `{text}(…)`"),
            _ => "a value is wanted here".to_owned(),
        };
        self.report(self.problem(&codes::NOT_A_VALUE, name.span, message).help(help));
    }

    /// Something that does not run yet; what depends on it is not judged.
    pub(crate) fn cannot_run(&mut self, construct: Construct, span: ast::Span) -> plan::Expr {
        self.report(unavailable::cannot_run(construct, self.at(span)));
        self.wrong(span)
    }
}

/// "`a`, `b` and `c`"
pub(crate) fn list_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
