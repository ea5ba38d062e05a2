//! Literals of structs and variants, and the fields given in braces.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Ident, StructField};

use super::{Body, Bound, Origin, names::list_of, types};
use crate::codes::expressions as codes;
use crate::declarations::{EnumId, Field, FileSpan, StructId, Type};
use crate::effects::Use;
use crate::names::Named;
use crate::plan;
use crate::plan::{ExprKind, LocalId};
use crate::similar;

/// The fields of something that is written in braces.
pub(crate) struct Target<'t> {
    /// Its name in messages.
    pub(crate) name: String,
    /// Where it is declared.
    pub(crate) declared: FileSpan,
    /// Its fields.
    pub(crate) fields: Vec<&'t Field>,
    /// Which of them may be given; the others are made by whom it belongs to.
    pub(crate) is_open: Vec<bool>,
    /// Whether it did not parse whole, so that fields may seem to lack.
    pub(crate) is_damaged: bool,
}

/// What was given.
pub(crate) struct Given {
    /// The value of each field.
    pub(crate) values: Vec<Option<plan::Expr>>,
    /// Spread values that are bound first.
    lets: Vec<(LocalId, plan::Expr)>,
    /// Whether something about the fields is wrong and reported: nothing is missed then.
    pub(crate) is_wrong: bool,
}

impl<'a> Body<'a, '_> {
    pub(crate) fn infer_struct(
        &mut self,
        of: Option<&Ident>,
        name: Option<&Ident>,
        fields: &[StructField],
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        if let Some(of) = of {
            return self.qualified_variant_literal(of, name, fields, span);
        }
        let hinted = hint.map(|hint| types::inside(self.declarations(), hint).clone());
        let Some(name) = name else {
            return match hinted {
                Some(Type::Struct(id)) => self.struct_literal(id, fields, span),
                Some(Type::Error) => self.give_up(fields, span),
                _ => {
                    let message = "the type of this literal is not known here";
                    let problem = self.problem(&codes::TYPE_UNKNOWN_HERE, span, message);
                    self.report(problem.help("write its name: `Address { … }`"));
                    self.give_up(fields, span)
                }
            };
        };
        if let Some(Type::Enum(id)) = hinted
            && let Some(position) = self.variant_position(id, &name.text)
        {
            return self.variant_literal(id, position, fields, span);
        }
        match self.shared.names.get(&name.text).map(|entry| entry.named) {
            Some(Named::Struct(id)) => self.struct_literal(id, fields, span),
            Some(Named::Unknown) => self.give_up(fields, span),
            Some(named) => self.no_literal(name, named, fields, span),
            None => {
                if let Some(Type::Enum(id)) = hinted {
                    self.unknown_variant(id, name);
                } else {
                    let fits = |named: Named| matches!(named, Named::Struct(_));
                    let near = self.shared.names.nearest(&name.text, &fits);
                    let message = format!("there is no struct `{}`", name.text);
                    let problem = self.problem(&codes::UNKNOWN_NAME, name.span, message);
                    self.report(problem.did_you_mean(near));
                }
                self.give_up(fields, span)
            }
        }
    }

    fn no_literal(&mut self, name: &Ident, named: Named, fields: &[StructField], span: ast::Span) -> plan::Expr {
        let message = format!("`{}` is {}, no struct", name.text, named.with_article());
        let problem = self.problem(&codes::NOT_A_VALUE, name.span, message);
        let problem = match named {
            Named::Model(_) => problem.help("rows come from events: `emit` one, or `insert` the row in an `apply`"),
            Named::Event(_) => {
                let at = self.at(ast::Span::new(name.span.start, name.span.start));
                problem.help("an event is emitted").fix("write `emit`", at, "emit ")
            }
            Named::Enum(_) => problem.help("name one of its variants"),
            _ => problem,
        };
        self.report(problem);
        self.give_up(fields, span)
    }

    fn qualified_variant_literal(
        &mut self,
        of: &Ident,
        name: Option<&Ident>,
        fields: &[StructField],
        span: ast::Span,
    ) -> plan::Expr {
        let entry = self.shared.names.get(&of.text).map(|entry| entry.named);
        let (Some(Named::Enum(id)), Some(name)) = (entry, name) else {
            if entry != Some(Named::Unknown) {
                let fits = |named: Named| matches!(named, Named::Enum(_));
                let near = self.shared.names.nearest(&of.text, &fits);
                let message = format!("there is no enum `{}`", of.text);
                let problem = self.problem(&codes::UNKNOWN_NAME, of.span, message);
                self.report(problem.did_you_mean(near));
            }
            return self.give_up(fields, span);
        };
        if let Some(position) = self.variant_position(id, &name.text) {
            self.variant_literal(id, position, fields, span)
        } else {
            self.unknown_variant(id, name);
            self.give_up(fields, span)
        }
    }

    /// Reports what is wrong inside a literal that is wrong itself.
    fn give_up(&mut self, fields: &[StructField], span: ast::Span) -> plan::Expr {
        for field in fields {
            match field {
                StructField::Named { value: Some(value), .. }
                | StructField::Spread { value: Some(value), .. }
                    // Without its type the value may be half known: only its own mistakes count.
                    if !needs_type(value) => {
                        self.infer(value, None);
                    }
                _ => {}
            }
        }
        self.wrong(span)
    }

    fn struct_literal(&mut self, id: StructId, fields: &[StructField], span: ast::Span) -> plan::Expr {
        let Some(declared) = self.declarations().structs.get(id.index()) else {
            return self.wrong(span);
        };
        let name = if declared.is_inline { "the result".to_owned() } else { declared.name.clone() };
        let is_damaged = self.is_damaged(Named::Struct(id));
        let target = target_of(name, declared.span, &declared.fields, is_damaged);
        let mut given = self.fields_given(&target, fields);
        let mut missing = Vec::new();
        for (field, value) in declared.fields.iter().zip(&mut given.values) {
            if value.is_none() {
                *value = self.struct_default(field, span);
            }
            if value.is_none() {
                missing.push(field.name.as_str());
            }
        }
        self.finish(&target, given, &missing, span, |values| (ExprKind::Struct(id, values), Type::Struct(id)))
    }

    fn struct_default(&mut self, field: &Field, span: ast::Span) -> Option<plan::Expr> {
        if field.value.is_some() {
            return self.written_default(field);
        }
        matches!(self.plain(&field.ty), Type::Patch(_))
            .then(|| self.expr(ExprKind::Patch(None), field.ty.clone(), span))
    }

    fn variant_literal(&mut self, id: EnumId, position: usize, fields: &[StructField], span: ast::Span) -> plan::Expr {
        let declared = self.declarations().enums.get(id.index());
        let Some(variant) = declared.and_then(|it| it.variants.get(position)) else {
            return self.wrong(span);
        };
        let is_damaged = self.is_damaged(Named::Enum(id));
        let target = target_of(variant.name.clone(), variant.span, &variant.fields, is_damaged);
        let given = self.fields_given(&target, fields);
        let missing: Vec<&str> = variant
            .fields
            .iter()
            .zip(&given.values)
            .filter(|(_, value)| value.is_none())
            .map(|(field, _)| field.name.as_str())
            .collect();
        self.finish(&target, given, &missing, span, |values| (ExprKind::Variant(id, position, values), Type::Enum(id)))
    }

    fn finish(
        &mut self,
        target: &Target<'_>,
        given: Given,
        missing: &[&str],
        span: ast::Span,
        make: impl FnOnce(Vec<plan::Expr>) -> (ExprKind, Type),
    ) -> plan::Expr {
        if !missing.is_empty() {
            if !given.is_wrong {
                self.report_missing(target, missing, span);
            }
            return self.wrong(span);
        }
        let (kind, ty) = make(given.values.into_iter().flatten().collect());
        let literal = self.expr(kind, ty, span);
        bind_lets(given.lets, literal)
    }

    pub(crate) fn report_missing(&mut self, target: &Target<'_>, missing: &[&str], span: ast::Span) {
        // What a field with a wrong type wants is unknown; an optional one may be left out.
        let is_known = |name: &&&str| target.fields.iter().any(|field| field.name == **name && field.ty != Type::Error);
        let missing: Vec<&str> = missing.iter().filter(is_known).copied().collect();
        if target.is_damaged || missing.is_empty() {
            return;
        }
        let missing = missing.as_slice();
        let message = format!("{} is missing from `{}`", list_of(missing), target.name);
        let message = if missing.len() == 1 { message } else { message.replace(" is ", " are ") };
        let problem = self
            .problem(&codes::MISSING_FIELDS, span, message)
            .other(target.declared, "declared here")
            .help("give each of them a value; `name` alone means `name: name`");
        self.report(problem);
    }

    /// The values that the fields in braces give, spreads first: explicit ones win.
    pub(crate) fn fields_given(&mut self, target: &Target<'_>, fields: &[StructField]) -> Given {
        if target.is_damaged {
            self.is_doubtful.set(true);
        }
        let mut given =
            Given { values: target.fields.iter().map(|_| None).collect(), lets: Vec::new(), is_wrong: false };
        let explicit: Vec<&str> = fields
            .iter()
            .filter_map(|field| match field {
                StructField::Named { name, .. } => Some(name.text.as_str()),
                StructField::Spread { .. } => None,
            })
            .collect();
        for field in fields {
            if let StructField::Spread { value, span } = field {
                match value {
                    Some(value) => self.spread(target, &explicit, value, *span, &mut given),
                    None => self.spread_parameters(target, &explicit, *span, &mut given),
                }
            }
        }
        let mut seen: Vec<&Ident> = Vec::new();
        for field in fields {
            let StructField::Named { name, value } = field else { continue };
            if let Some(first) = seen.iter().find(|it| it.text == name.text) {
                let message = format!("`{}` is given twice", name.text);
                let problem = self
                    .problem(&codes::DUPLICATE_FIELD, name.span, message)
                    .other(self.at(first.span), "first given here");
                self.report(problem);
                continue;
            }
            seen.push(name);
            self.explicit_field(target, name, value.as_ref(), &mut given);
        }
        given
    }

    fn explicit_field(&mut self, target: &Target<'_>, name: &Ident, value: Option<&ast::Expr>, given: &mut Given) {
        let position = target.fields.iter().position(|field| field.name == name.text);
        let Some(position) = position else {
            self.unknown_given(target, name);
            given.is_wrong = true;
            if let Some(value) = value
                && !needs_type(value)
            {
                self.infer(value, None);
            }
            return;
        };
        let Some(field) = target.fields.get(position).copied() else { return };
        if target.is_open.get(position) == Some(&false) {
            self.closed_given(target, name, field);
            given.is_wrong = true;
            return;
        }
        let origin = Origin { span: field.span, what: "this field" };
        let typed = if let Some(value) = value {
            self.check(value, &field.ty, Some(origin))
        } else {
            let found = self.infer_name(name, Some(&field.ty));
            self.coerce(found, &field.ty, Some(origin))
        };
        if let Some(slot) = given.values.get_mut(position) {
            *slot = Some(typed);
        }
    }

    fn unknown_given(&mut self, target: &Target<'_>, name: &Ident) {
        if target.is_damaged {
            return;
        }
        let message = format!("`{}` has no field `{}`", target.name, name.text);
        let open = target.fields.iter().zip(&target.is_open).filter(|(_, open)| **open);
        let near = similar::nearest(&name.text, open.map(|(field, _)| field.name.as_str()));
        let problem = self.problem(&codes::UNKNOWN_FIELD, name.span, message).other(target.declared, "declared here");
        self.report(problem.did_you_mean(near));
    }

    fn closed_given(&mut self, target: &Target<'_>, name: &Ident, field: &Field) {
        // A field that nothing fills in was reported where the event is declared.
        let is_filled = field.value.is_some() || self.has_empty_value(&field.ty);
        if target.is_damaged || !is_filled {
            return;
        }
        let message = format!("`{}` is filled in by `{}` itself", name.text, target.name);
        let problem = self
            .problem(&crate::codes::apply::FIELD_FILLED_BY_EVENT, name.span, message)
            .other(field.span, "declared here")
            .help(format!("name the field in the event to give it when emitting: `{}`", name.text));
        self.report(problem);
    }

    /// `..row`: its equally named fields.
    fn spread(
        &mut self,
        target: &Target<'_>,
        explicit: &[&str],
        value: &ast::Expr,
        span: ast::Span,
        given: &mut Given,
    ) {
        let source = self.infer_value(value, None);
        let fields: &'a [Field] = match self.plain(&source.ty) {
            Type::Error | Type::Never => {
                given.is_wrong = true;
                return;
            }
            Type::Struct(id) => match self.declarations().structs.get(id.index()) {
                Some(declared) => &declared.fields,
                None => return,
            },
            Type::Reference(table) => match self.table(*table) {
                Some((fields, _)) => fields,
                None => return,
            },
            _ => {
                self.report_no_record(&source, span);
                given.is_wrong = true;
                return;
            }
        };
        let is_row = matches!(self.plain(&source.ty), Type::Reference(_));
        if is_row && !self.is_row_at_hand(&source) {
            self.uses(Use::Reads, span);
        }
        // Fields may lack because their item did not parse.
        let is_damaged = target.is_damaged || self.is_damaged_type(&source.ty);
        given.is_wrong |= is_damaged;
        let source = self.hold(source, given);
        let mut is_used = is_damaged;
        for (position, wanted) in target.fields.iter().enumerate() {
            let is_open = target.is_open.get(position) == Some(&true);
            let from = fields.iter().position(|field| field.name == wanted.name);
            let Some(from) = from.filter(|_| is_open) else { continue };
            is_used = true;
            if explicit.contains(&wanted.name.as_str()) {
                continue;
            }
            let taken = self.take_field(&source, fields, from, is_row, span);
            let fitting = self.spread_value(taken, wanted, span);
            if let Some(slot) = given.values.get_mut(position) {
                *slot = Some(fitting);
            }
        }
        if !is_used {
            let words = self.words(&source.ty);
            let message = format!("`{words}` and `{}` have no field in common", target.name);
            self.report(self.problem(&codes::NOTHING_TO_SPREAD, span, message));
            given.is_wrong = true;
        }
    }

    fn is_row_at_hand(&self, source: &plan::Expr) -> bool {
        matches!(source.kind, ExprKind::Local(local)
            if self.frame.locals.get(local.0 as usize).is_some_and(|local| local.is_row))
    }

    /// A value that is read several times: bound to a local, unless it is a plain name.
    fn hold(&mut self, source: plan::Expr, given: &mut Given) -> plan::Expr {
        if matches!(source.kind, ExprKind::Local(_) | ExprKind::EventField(_)) {
            return source;
        }
        let local = self.new_local("spread", source.ty.clone());
        let held = plan::Expr { kind: ExprKind::Local(local), ty: source.ty.clone(), span: source.span };
        given.lets.push((local, source));
        held
    }

    fn take_field(
        &mut self,
        source: &plan::Expr,
        fields: &[Field],
        position: usize,
        is_row: bool,
        span: ast::Span,
    ) -> plan::Expr {
        let ty = fields.get(position).map_or(Type::Error, |field| field.ty.clone());
        let base = Box::new(source.clone());
        let kind = if is_row { ExprKind::RowField(base, position) } else { ExprKind::StructField(base, position) };
        self.expr(kind, ty, span)
    }

    fn spread_value(&mut self, taken: plan::Expr, wanted: &Field, span: ast::Span) -> plan::Expr {
        let found = self.words(&taken.ty);
        if let Ok(fitting) = self.try_coerce(taken, &wanted.ty) {
            fitting
        } else {
            let asked = self.words(&wanted.ty);
            let message = format!("`{}` of this spread is `{found}`, where `{asked}` is wanted", wanted.name);
            let problem = self
                .problem(&codes::TYPE_MISMATCH, span, message)
                .other(wanted.span, format!("this field is `{asked}`"))
                .help(format!("give `{}: …` a value of its own", wanted.name));
            self.report(problem);
            self.wrong(span)
        }
    }

    fn report_no_record(&mut self, source: &plan::Expr, span: ast::Span) {
        let words = self.words(&source.ty);
        let problem = if let Type::Optional(_) = self.plain(&source.ty) {
            let message = format!("this is `{words}`, and may be none");
            self.problem(&codes::MAYBE_NONE, span, message).help("unwrap it with `let x = … else missing \"…\"` first")
        } else {
            let message = format!("`{words}` has no fields to spread");
            self.problem(&codes::NOTHING_TO_SPREAD, span, message).help("structs and rows have")
        };
        self.report(problem);
    }

    /// `..` alone: the parameters of equal names.
    fn spread_parameters(&mut self, target: &Target<'_>, explicit: &[&str], span: ast::Span, given: &mut Given) {
        let mut is_used = false;
        for (position, wanted) in target.fields.iter().enumerate() {
            if target.is_open.get(position) != Some(&true) {
                continue;
            }
            let Some(bound) = self.parameter(&wanted.name) else { continue };
            is_used = true;
            if explicit.contains(&wanted.name.as_str()) {
                continue;
            }
            self.note_used(bound);
            let value = self.read_bound(bound, span);
            let value = self.read_unless_patch(value, Some(&wanted.ty));
            let fitting = self.spread_value(value, wanted, span);
            if let Some(slot) = given.values.get_mut(position) {
                *slot = Some(fitting);
            }
        }
        let is_wrong = self.frame.locals.iter().any(|local| local.ty == Type::Error);
        if !is_used && !is_wrong {
            let message = format!("no parameter has the name of a field of `{}`", target.name);
            let problem = self
                .problem(&codes::NOTHING_TO_SPREAD, span, message)
                .help("`..` takes the parameters whose names are those of fields");
            self.report(problem);
        }
        given.is_wrong |= !is_used || is_wrong;
    }

    fn parameter(&self, name: &str) -> Option<Bound> {
        self.scope
            .iter()
            .rev()
            .find(|binding| binding.name == name && binding.is_parameter)
            .map(|binding| binding.value)
    }
}

impl Given {
    /// The spread values to bind around the result.
    pub(crate) fn take_lets(&mut self) -> Vec<(LocalId, plan::Expr)> {
        std::mem::take(&mut self.lets)
    }
}

/// Whether an expression says little without a wanted type.
pub(crate) fn needs_type(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::None | ast::ExprKind::Struct { .. } => true,
        ast::ExprKind::Name(name) => name.text.chars().next().is_some_and(char::is_uppercase),
        ast::ExprKind::List(items) => items.iter().all(needs_type),
        ast::ExprKind::Map(entries) => entries.is_empty(),
        ast::ExprKind::Paren(inner) => needs_type(inner),
        _ => false,
    }
}

fn target_of(name: String, declared: FileSpan, fields: &[Field], is_damaged: bool) -> Target<'_> {
    Target { name, declared, fields: fields.iter().collect(), is_open: vec![true; fields.len()], is_damaged }
}

/// Puts an expression behind the spread values that it reads.
pub(crate) fn bind_lets(lets: Vec<(LocalId, plan::Expr)>, body: plan::Expr) -> plan::Expr {
    lets.into_iter().rev().fold(body, |body, (local, value)| {
        let (ty, span) = (body.ty.clone(), body.span);
        let kind = ExprKind::Let { local, value: Box::new(value), body: Box::new(body) };
        plan::Expr { kind, ty, span }
    })
}
