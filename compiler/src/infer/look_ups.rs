//! `Article[id]`, `Article[slug: s]`, `Member[channel: c, user: u]`.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, Ident};

use super::{Body, Origin, names::list_of, types};
use crate::codes::expressions as codes;
use crate::declarations::{Field, Index, Source, Type};
use crate::effects::Use;
use crate::names::Named;
use crate::plan;
use crate::plan::ExprKind;
use crate::similar;

impl<'a> Body<'a, '_> {
    /// A look-up, when `base` names a table and no local.
    pub(crate) fn infer_look_up(
        &mut self,
        base: &Ident,
        arguments: &[(Option<Ident>, Expr)],
        span: ast::Span,
    ) -> Option<plan::Expr> {
        if self.is_in_scope(&base.text) {
            return None;
        }
        let source = match self.shared.names.get(&base.text).map(|entry| entry.named) {
            Some(Named::Model(id)) => Source::Model(id),
            Some(Named::View(id)) => Source::View(id),
            None if arguments.iter().any(|(name, _)| name.is_some()) => {
                return Some(self.unknown_table(base));
            }
            _ => return None,
        };
        self.uses(Use::Reads, span);
        let is_named = arguments.iter().all(|(name, _)| name.is_some()) && !arguments.is_empty();
        if is_named {
            return Some(self.look_up_by_names(source, base, arguments, span));
        }
        Some(self.look_up_by_key(source, base, arguments, span))
    }

    /// Nothing but a table is looked into by names.
    pub(crate) fn unknown_table(&mut self, name: &Ident) -> plan::Expr {
        let fits = |named: Named| matches!(named, Named::Model(_) | Named::View(_));
        let near = self.shared.names.nearest(&name.text, &fits);
        let message = format!("there is no model or view `{}`", name.text);
        let problem = self.problem(&codes::UNKNOWN_NAME, name.span, message);
        self.report(problem.did_you_mean(near));
        self.wrong(name.span)
    }

    fn look_up_by_key(
        &mut self,
        source: Source,
        base: &Ident,
        arguments: &[(Option<Ident>, Expr)],
        span: ast::Span,
    ) -> plan::Expr {
        let Some((fields, key)) = self.table(source) else { return self.wrong(span) };
        match (arguments, key) {
            ([(None, value)], [position]) => {
                let Some(field) = fields.get(*position) else { return self.wrong(span) };
                let origin = Origin { span: field.span, what: "the key" };
                let value = self.check_key(value, field, source, origin);
                self.look_up_expr(source, None, vec![value], span)
            }
            _ if self.is_damaged_source(source) => self.wrong(span),
            _ => {
                let names: Vec<&str> = key.iter().filter_map(|it| fields.get(*it)).map(|it| it.name.as_str()).collect();
                let message = format!("the key of `{}` is {}", base.text, list_of(&names));
                let written: Vec<String> = names.iter().map(|name| format!("{name}: …")).collect();
                let help = if let [name] = names.as_slice() {
                    format!("write `{}[{name}]`", base.text)
                } else {
                    format!("write `{}[{}]`", base.text, written.join(", "))
                };
                self.report(self.problem(&codes::BAD_LOOK_UP, span, message).help(help));
                self.wrong(span)
            }
        }
    }

    /// The value of a key field; a reference to a row of the table itself needs no look-up.
    fn check_key(&mut self, value: &Expr, field: &Field, source: Source, origin: Origin) -> plan::Expr {
        let found = self.infer(value, Some(&field.ty));
        if *self.plain(&found.ty) == Type::Reference(source) && *self.plain(&field.ty) != Type::Reference(source) {
            let message = "this is a row already";
            let problem = self
                .problem(&codes::BAD_LOOK_UP, value.span, message)
                .help("a reference is used as it is: no look-up is needed");
            self.report(problem);
            return self.wrong(value.span);
        }
        self.coerce(found, &field.ty, Some(origin))
    }

    fn look_up_by_names(
        &mut self,
        source: Source,
        base: &Ident,
        arguments: &[(Option<Ident>, Expr)],
        span: ast::Span,
    ) -> plan::Expr {
        let Some((fields, key)) = self.table(source) else { return self.wrong(span) };
        let mut given: Vec<(usize, &Expr)> = Vec::new();
        for (name, value) in arguments {
            let Some(name) = name else { continue };
            let Some(position) = fields.iter().position(|field| field.name == name.text) else {
                if self.is_damaged_source(source) {
                    return self.wrong(span);
                }
                let message = format!("`{}` has no field `{}`", base.text, name.text);
                let near = similar::nearest(&name.text, fields.iter().map(|field| field.name.as_str()));
                let problem = self.problem(&codes::UNKNOWN_FIELD, name.span, message);
                self.report(problem.did_you_mean(near));
                return self.wrong(span);
            };
            given.push((position, value));
        }
        let unique = self.indexes(source).iter().position(|index| {
            index.is_unique
                && index.components.len() == given.len()
                && index.components.iter().all(|it| given.iter().any(|(field, _)| *field == it.field))
        });
        let is_key =
            key.len() == given.len() && key.iter().all(|position| given.iter().any(|(field, _)| field == position));
        let order: Vec<usize> = match unique {
            _ if is_key => key.to_vec(),
            Some(index) => self
                .indexes(source)
                .get(index)
                .map(|index| index.components.iter().map(|it| it.field).collect())
                .unwrap_or_default(),
            None => return self.no_such_look_up(source, base, span),
        };
        let mut values = Vec::with_capacity(order.len());
        for position in order {
            let given = given.iter().find(|(field, _)| *field == position);
            let (Some(field), Some((_, value))) = (fields.get(position), given) else { continue };
            let origin = Origin { span: field.span, what: "this field" };
            // A row whose field is none is not found by it: the value itself is never none.
            let wanted = types::inside(self.declarations(), &field.ty);
            let value = self.check(value, wanted, Some(origin));
            values.push(self.coerce(value, &field.ty, None));
        }
        self.look_up_expr(source, if is_key { None } else { unique }, values, span)
    }

    fn no_such_look_up(&mut self, source: Source, base: &Ident, span: ast::Span) -> plan::Expr {
        let Some((fields, key)) = self.table(source) else { return self.wrong(span) };
        let name_of = |position: usize| fields.get(position).map_or("?", |it| it.name.as_str());
        let mut ways = vec![key.iter().map(|it| name_of(*it)).collect::<Vec<_>>().join(", ")];
        for index in self.indexes(source).iter().filter(|index| index.is_unique) {
            let names: Vec<&str> = index.components.iter().map(|it| name_of(it.field)).collect();
            ways.push(names.join(", "));
        }
        if self.is_damaged_source(source) {
            return self.wrong(span);
        }
        let message = format!("`{}` has no key or `unique` of these fields", base.text);
        let ways: Vec<&str> = ways.iter().map(String::as_str).collect();
        let help =
            format!("a row is looked up by {}; other rows are found with `first(from … where …)`", list_of(&ways));
        self.report(self.problem(&codes::BAD_LOOK_UP, span, message).help(help));
        self.wrong(span)
    }

    fn look_up_expr(
        &mut self,
        source: Source,
        unique_index: Option<usize>,
        key: Vec<plan::Expr>,
        span: ast::Span,
    ) -> plan::Expr {
        let ty = Type::Optional(Box::new(Type::Reference(source)));
        self.expr(ExprKind::LookUp { source, unique_index, key }, ty, span)
    }

    /// The declared indexes of a table.
    pub(crate) fn indexes(&self, source: Source) -> &'a [Index] {
        match source {
            Source::Model(id) => self.declarations().models.get(id.index()).map_or(&[], |it| &it.indexes),
            Source::View(id) => self.declarations().views.get(id.index()).map_or(&[], |it| &it.indexes),
        }
    }
}
