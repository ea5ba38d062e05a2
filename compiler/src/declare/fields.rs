//! What all kinds of fields have in common.

use std::collections::BTreeMap;

use std::sync::Arc;

use raftstone_dsl::ast;

use super::Scope;
use super::spelling::to_camel;
use crate::attributes::{Bearer, Marks};
use crate::codes::items;
use crate::declarations::{Field, FileSpan, Rule, Type, Written};
use crate::problem::Problem;

/// Whether `= expression` may stand behind a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

impl Scope<'_> {
    /// A field with its rules, names and value, and what else its attributes say.
    pub fn field(&mut self, file: u32, written: &ast::Field, ty: Type, bearer: Bearer, value: Value) -> (Field, Marks) {
        let span = FileSpan { file, span: written.name.span };
        self.check_snake_case(file, &written.name);
        let marks = self.marks(file, &written.attributes, bearer, Some(&ty));
        if let Some((old, was)) = &marks.was {
            self.declarations.renames.insert(span, (old.clone(), *was));
        }
        if marks.cold.is_some() {
            self.declarations.cold.insert(span);
        }
        if value == Value::Refused && written.value.is_some() {
            self.report_value(file, written);
        }
        if written.by.is_some() && !matches!(bearer, Bearer::Parameter | Bearer::BackReference) {
            self.report_look_up(file, written);
        }
        let mut rules = self.rules_of(&ty);
        rules.extend(marks.rules.iter().cloned());
        let wire_name = marks.wire_name.clone().unwrap_or_else(|| self.wire_name(&written.name.text));
        let field = Field {
            name: written.name.text.clone(),
            wire_name,
            rules,
            value: written
                .value
                .as_ref()
                .filter(|_| value == Value::Allowed)
                .map(|expr| Written { file, expr: Arc::new(expr.clone()) }),
            // A row keeps its secrets to itself.
            is_private: marks.private || bearer == Bearer::ModelField && self.declarations.is_secret(&ty),
            ty,
            deprecated: marks.deprecated.clone(),
            docs: written.docs.0.clone(),
            span,
        };
        (field, marks)
    }

    fn report_value(&mut self, file: u32, written: &ast::Field) {
        let span = written.value.as_ref().map_or(written.span, |value| value.span);
        let message = format!("`{}` cannot have a default", written.name.text);
        self.problems
            .push(Problem::new(&items::MISPLACED_VALUE, FileSpan { file, span }, message).help("leave it out"));
    }

    /// `by` where it means nothing.
    pub fn report_look_up(&mut self, file: u32, written: &ast::Field) {
        let names = written.by.as_deref().unwrap_or_default();
        let span = match (names.first(), names.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => written.span,
        };
        let message = format!("`{}` cannot be looked up `by` something", written.name.text);
        self.problems.push(
            Problem::new(&items::MISPLACED_LOOK_UP, FileSpan { file, span }, message)
                .help("`by` belongs to model-typed parameters of endpoints, and to lists of a model in a model"),
        );
    }

    /// The type of a field: written, or reported as missing.
    pub fn written_type(
        &mut self,
        file: u32,
        written: &ast::Field,
        owner_is_damaged: bool,
        place: crate::types::Place<'_>,
    ) -> Type {
        let Some(ty) = &written.ty else {
            if !owner_is_damaged {
                self.report_missing_type(file, written);
            }
            return Type::Error;
        };
        self.resolve_type(file, ty, place)
    }

    /// Says that a field needs a type.
    pub fn report_missing_type(&mut self, file: u32, written: &ast::Field) {
        let span = FileSpan { file, span: written.name.span };
        let message = format!("`{}` has no type", written.name.text);
        self.problems
            .push(Problem::new(&items::MISSING_TYPE, span, message).help(format!("write `{}: T`", written.name.text)));
    }

    /// `name?` where nothing can be absent.
    pub fn refuse_patch(&mut self, file: u32, written: &ast::Field, why: &str) {
        if written.patch {
            let span = FileSpan { file, span: written.name.span };
            let message = format!("`{}?` cannot be absent here", written.name.text);
            self.problems.push(
                Problem::new(&items::MISPLACED_PATCH, span, message)
                    .label(why)
                    .help(format!("for an optional value write `{}: T?`", written.name.text)),
            );
        }
    }

    /// The rules that a type brings along.
    pub fn rules_of(&self, ty: &Type) -> Vec<Rule> {
        match ty {
            Type::Optional(inner) | Type::Patch(inner) => self.rules_of(inner),
            Type::Newtype(id) => {
                self.declarations.newtypes.get(id.index()).map_or_else(Vec::new, |ty| ty.rules.clone())
            }
            _ => Vec::new(),
        }
    }

    /// The spelling of a name in JSON, unless `@as` says otherwise.
    pub fn wire_name(&self, name: &str) -> String {
        if self.declarations.app.camel_case { to_camel(name) } else { name.to_owned() }
    }

    /// Reports names that stand twice in one list.
    pub fn check_distinct(&mut self, file: u32, what: &str, names: &[&ast::Ident]) {
        let mut known: BTreeMap<&str, ast::Span> = BTreeMap::new();
        for name in names {
            let first = *known.entry(&name.text).or_insert(name.span);
            if first != name.span {
                let code = if what == "variant" { &items::DUPLICATE_VARIANT } else { &items::DUPLICATE_FIELD };
                let message = format!("the {what} `{}` is declared twice", name.text);
                self.problems.push(
                    Problem::new(code, FileSpan { file, span: name.span }, message)
                        .label("declared again here")
                        .other(FileSpan { file, span: first }, "first declared here"),
                );
            }
        }
    }

    /// Reports different names that come out equal in JSON: (name, name in JSON, place).
    pub fn check_wire_names(&mut self, names: &[(&str, &str, FileSpan)]) {
        // Of each spelling the first name, and the first one that differs from it.
        let mut known: BTreeMap<&str, Vec<(&str, FileSpan)>> = BTreeMap::new();
        for (name, wire_name, span) in names {
            let same = known.entry(wire_name).or_default();
            let first = same.iter().find(|(other, _)| other != name).copied();
            if same.len() < 2 && same.iter().all(|(other, _)| other != name) {
                same.push((name, *span));
            }
            if let Some((other, first)) = first {
                let message = format!("`{name}` and `{other}` are both `{wire_name}` in JSON");
                self.problems.push(
                    Problem::new(&items::WIRE_NAME_CLASH, *span, message)
                        .other(first, "has the same spelling in JSON")
                        .help("give one of them another spelling with `@as(\"…\")`"),
                );
            }
        }
    }

    /// The same for a list of fields.
    pub fn check_wire_fields(&mut self, fields: &[Field]) {
        let names: Vec<_> =
            fields.iter().map(|field| (field.name.as_str(), field.wire_name.as_str(), field.span)).collect();
        self.check_wire_names(&names);
    }
}
