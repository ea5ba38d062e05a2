//! `.field` of rows and structs, and `[index]`.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, Ident};

use super::{Body, builtins, types};
use crate::codes::expressions as codes;
use crate::declarations::{BackReference, Field, FileSpan, Source, Type};
use crate::effects::Use;
use crate::plan;
use crate::plan::ExprKind;
use crate::problem::Problem;
use crate::similar;

impl<'a> Body<'a, '_> {
    pub(crate) fn infer_field(
        &mut self,
        base: plan::Expr,
        name: &Ident,
        hint: Option<&Type>,
        span: ast::Span,
    ) -> plan::Expr {
        match self.plain(&base.ty).clone() {
            Type::Error | Type::Never => self.wrong(span),
            Type::Reference(source) => self.row_field(base, source, name, span),
            Type::Struct(id) => {
                let Some(declared) = self.declarations().structs.get(id.index()) else {
                    return self.wrong(span);
                };
                let Some(position) = field_position(&declared.fields, &name.text) else {
                    return self.unknown_field(&base.ty, &declared.fields, &[], name, declared.span);
                };
                let ty = declared.fields.get(position).map_or(Type::Error, |it| it.ty.clone());
                let value = self.expr(ExprKind::StructField(Box::new(base), position), ty, span);
                self.read_unless_patch(value, hint)
            }
            Type::Page(element) => self.page_field(base, *element, name, span),
            _ => self.no_fields(&base.ty, name, span),
        }
    }

    /// `items`, `total` and `next` of a page, in the order of the runtime's struct.
    fn page_field(&mut self, base: plan::Expr, element: Type, name: &Ident, span: ast::Span) -> plan::Expr {
        let fields = [
            ("items", Type::List(Box::new(element))),
            ("total", Type::Int),
            ("next", Type::Optional(Box::new(Type::Text))),
        ];
        let names = fields.clone().map(|(name, _)| name);
        for (position, (field, ty)) in fields.into_iter().enumerate() {
            if field == name.text {
                return self.expr(ExprKind::StructField(Box::new(base), position), ty, span);
            }
        }
        let message = format!("`{}` has no field `{}`", self.words(&base.ty), name.text);
        let problem = self.problem(&codes::UNKNOWN_FIELD, name.span, message);
        let problem = problem.help(format!("it has {}", super::names::list_of(&names)));
        self.report(problem.did_you_mean(similar::nearest(&name.text, names)));
        self.wrong(name.span)
    }

    fn row_field(&mut self, base: plan::Expr, source: Source, name: &Ident, span: ast::Span) -> plan::Expr {
        let Some((fields, _)) = self.table(source) else { return self.wrong(span) };
        if !self.is_own_row(&base) {
            self.uses(Use::Reads, span);
        }
        if let Some(position) = field_position(fields, &name.text) {
            let ty = fields.get(position).map_or(Type::Error, |field| field.ty.clone());
            return self.expr(ExprKind::RowField(Box::new(base), position), ty, span);
        }
        let back: &'a [BackReference] = match source {
            Source::Model(id) => self.declarations().models.get(id.index()).map_or(&[], |it| &it.back_references),
            Source::View(_) => &[],
        };
        if let Some(reference) = back.iter().find(|it| it.name == name.text) {
            if self.is_own_row(&base) {
                self.uses(Use::Reads, span);
            }
            return self.back_reference(base, reference, span);
        }
        let declared = match source {
            Source::Model(id) => self.declarations().models.get(id.index()).map(|it| it.span),
            Source::View(id) => self.declarations().views.get(id.index()).map(|it| it.span),
        };
        self.unknown_field(&base.ty, fields, back, name, declared.unwrap_or_default())
    }

    /// Whether it is the row that a `check`, view or query is about, at hand without a look-up.
    fn is_own_row(&self, base: &plan::Expr) -> bool {
        matches!(base.kind, ExprKind::Local(local) if self.is_row(local))
    }

    /// Whether a local holds a fetched row.
    pub(crate) fn is_row(&self, local: plan::LocalId) -> bool {
        self.frame.locals.get(local.0 as usize).is_some_and(|local| local.is_row)
    }

    fn unknown_field(
        &mut self,
        of: &Type,
        fields: &'a [Field],
        back: &'a [BackReference],
        name: &Ident,
        declared: FileSpan,
    ) -> plan::Expr {
        if self.is_damaged_type(of) {
            return self.wrong(name.span);
        }
        let message = format!("`{}` has no field `{}`", self.words(of), name.text);
        let known = fields.iter().map(|field| field.name.as_str()).chain(back.iter().map(|it| it.name.as_str()));
        let near = similar::nearest(&name.text, known);
        let problem = self.problem(&codes::UNKNOWN_FIELD, name.span, message).other(declared, "declared here");
        let problem = if near.is_none() && name.text == "seq" {
            problem.help("`row.seq` cannot run yet")
        } else if near.is_none() && fields.len() <= 8 {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            problem.help(format!("it has {}", super::names::list_of(&names)))
        } else {
            problem
        };
        self.report(problem.did_you_mean(near));
        self.wrong(name.span)
    }

    fn no_fields(&mut self, of: &Type, name: &Ident, span: ast::Span) -> plan::Expr {
        let words = self.words(of);
        let message = format!("`{words}` has no fields");
        let problem = self.problem(&codes::UNKNOWN_FIELD, name.span, message);
        let problem = match self.plain(of) {
            Type::Enum(_) => problem.help("a `match` reaches the data of its variants"),
            Type::Json => problem.help(format!("write `[\"{}\"]`, which gives an option", name.text)),
            _ if builtins::is_method(&name.text) => self.call_fix(problem, name),
            _ => problem,
        };
        self.report(problem);
        self.wrong(span)
    }

    fn call_fix(&self, problem: Problem, name: &Ident) -> Problem {
        let end = self.at(ast::Span::new(name.span.end, name.span.end));
        problem.help(format!("a method is called: `.{}()`", name.text)).fix("call it", end, "()")
    }

    /// `list[i]`, `map[k]`, `json["a"]`.
    pub(crate) fn infer_at(
        &mut self,
        base: plan::Expr,
        arguments: &[(Option<Ident>, Expr)],
        span: ast::Span,
    ) -> plan::Expr {
        let [(None, index)] = arguments else {
            let message = "one index stands in the brackets";
            self.report(self.problem(&codes::WRONG_ARGUMENT_COUNT, span, message));
            return self.wrong(span);
        };
        let (wanted, gives) = match self.plain(&base.ty).clone() {
            Type::List(element) => (Type::Int, *element),
            Type::Map(key, value) => (*key, *value),
            Type::Json => {
                let index = self.infer_value(index, Some(&Type::Text));
                return self.json_element(base, index, span);
            }
            Type::Error | Type::Never => {
                self.infer(index, None);
                return self.wrong(span);
            }
            other => {
                let words = self.words(&other);
                let message = format!("`{words}` has no elements to pick by an index");
                let problem = self.problem(&codes::OPERATOR_TYPES, span, message);
                let problem = match other {
                    Type::Set(_) => problem.help("`x in set` says whether it holds `x`"),
                    _ => problem.help("lists, maps and `json` have"),
                };
                self.report(problem);
                self.infer(index, None);
                return self.wrong(span);
            }
        };
        let index = self.check(index, &wanted, None);
        if index.ty == Type::Error {
            return self.wrong(span);
        }
        let ty = types::optional(self.declarations(), gives);
        self.expr(ExprKind::At(Box::new(base), Box::new(index)), ty, span)
    }

    /// `json["a"]` of an object, `json[0]` of a list.
    fn json_element(&mut self, base: plan::Expr, index: plan::Expr, span: ast::Span) -> plan::Expr {
        let wanted = if *self.plain(&index.ty) == Type::Int { Type::Int } else { Type::Text };
        let index = self.coerce(index, &wanted, None);
        if index.ty == Type::Error {
            return self.wrong(span);
        }
        let ty = Type::Optional(Box::new(Type::Json));
        self.expr(ExprKind::At(Box::new(base), Box::new(index)), ty, span)
    }
}

pub(crate) fn field_position(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| field.name == name)
}
