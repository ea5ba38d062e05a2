//! Statements, one kind after the other.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, Ident, Statement, StatementKind};

use super::{Body, Origin, types};
use crate::codes::{apply as apply_codes, expressions as codes, reactions as reaction_codes, returns as return_codes};
use crate::declarations::{Field, Type};
use crate::effects::Place;
use crate::plan;
use crate::plan::{ExprKind, FailureKind};
use crate::similar;

const FAILURE_KINDS: [(&str, FailureKind); 7] = [
    ("invalid", FailureKind::Invalid),
    ("unauthorized", FailureKind::Unauthorized),
    ("forbidden", FailureKind::Forbidden),
    ("missing", FailureKind::Missing),
    ("conflict", FailureKind::Conflict),
    ("gone", FailureKind::Gone),
    ("too_many", FailureKind::TooMany),
];

impl Body<'_, '_> {
    /// Types a statement; true when what stands behind it is never reached.
    pub(crate) fn statement(&mut self, statement: &Statement, out: &mut Vec<plan::Statement>) -> bool {
        if !self.may_stand_here(statement) {
            return false;
        }
        match &statement.kind {
            StatementKind::Let { name, ty, value, otherwise } => {
                self.let_statement(name, ty.as_ref(), value, otherwise.as_ref(), out);
                false
            }
            StatementKind::Require { condition, otherwise } => {
                let failure = self.failure_or_report(otherwise.as_ref(), condition.span);
                self.require(condition, failure, out);
                false
            }
            StatementKind::Fail(failure) => {
                let failure = self.failure(failure);
                out.push(plan::Statement::Fail(failure));
                true
            }
            StatementKind::Expr(expr) => {
                self.expr_statement(expr, out);
                false
            }
            StatementKind::If { condition, then, otherwise } => {
                self.if_statement(condition, then, otherwise.as_ref(), out)
            }
            StatementKind::For { name, collection, body } => {
                self.for_statement(name, collection, body, out);
                false
            }
            StatementKind::Match { value, arms } => self.match_statement(value, arms, out),
            StatementKind::Return { status, value } => {
                self.return_statement(*status, value.as_ref(), statement.span, out);
                true
            }
            StatementKind::Assign { target, operator, value } => {
                self.assign(target, *operator, value, out);
                self.rows_change();
                false
            }
            StatementKind::Insert(row) => {
                self.insert(row, out);
                self.rows_change();
                false
            }
            StatementKind::Delete(row) => {
                self.delete(row, out);
                self.rows_change();
                false
            }
            StatementKind::Bad => false,
        }
    }

    /// State changes stand in `apply`, answers and refusals in endpoints.
    pub(crate) fn may_stand_here(&mut self, statement: &Statement) -> bool {
        let is_fold = self.place == Place::Fold;
        let is_apply = is_fold || self.place == Place::Apply;
        let (word, is_change) = match &statement.kind {
            StatementKind::Assign { .. } => ("an assignment", true),
            StatementKind::Insert(_) => ("`insert`", true),
            StatementKind::Delete(_) => ("`delete`", true),
            StatementKind::Require { .. } => ("`require`", false),
            StatementKind::Fail(_) => ("`fail`", false),
            StatementKind::Return { .. } => ("`return`", false),
            _ => return true,
        };
        if self.place == Place::Job && matches!(statement.kind, StatementKind::Return { .. }) {
            let problem =
                self.problem(&reaction_codes::JOB_ANSWER, statement.span, "nobody waits for an answer of a job");
            self.report(problem.help("choose with `if` what happens; `require` and `fail` end a round, and undo it"));
            return false;
        }
        let is_of_models = matches!(statement.kind, StatementKind::Insert(_) | StatementKind::Delete(_));
        if is_fold && is_of_models {
            self.report_no_fold(statement.span, &format!("{word} changes rows of a model"));
            return false;
        }
        if is_change == is_apply {
            return true;
        }
        let message = format!("{word} cannot stand in {}", self.place.words());
        let help = match (&statement.kind, is_change) {
            _ if is_fold => "an `on` follows what has happened: it answers and refuses nothing",
            (_, true) => "state changes only by events: emit one, and change the row in its `apply`",
            (StatementKind::Return { .. }, _) => "an `apply` gives no answer",
            _ => "write `require` in the event, before `apply`: it is judged when the event is emitted",
        };
        let problem = self.problem(&apply_codes::STATEMENT_MISPLACED, statement.span, message);
        if let StatementKind::Assign { target, .. } = &statement.kind
            && let ast::ExprKind::Name(name) = &target.kind
            && !self.is_in_scope(&name.text)
        {
            let start = self.at(ast::Span::new(statement.span.start, statement.span.start));
            self.report(problem.help("a new name begins with `let`").fix("write `let`", start, "let "));
            self.bind_wrong(&name.text);
            return false;
        }
        self.report(problem.help(help));
        false
    }

    fn let_statement(
        &mut self,
        name: &Ident,
        ty: Option<&ast::TypeRef>,
        value: &Expr,
        otherwise: Option<&ast::Failure>,
        out: &mut Vec<plan::Statement>,
    ) {
        let annotated = ty.map(|ty| (self.resolve(ty), self.at(ty.span)));
        if let Some(otherwise) = otherwise {
            let failure = self.failure(otherwise);
            self.let_else(name, annotated.map(|(ty, _)| ty).as_ref(), value, failure, out);
            return;
        }
        let mut typed = match &annotated {
            Some((ty, span)) => self.check(value, ty, Some(Origin { span: *span, what: "the written type" })),
            None => self.infer_value(value, None),
        };
        let ty = annotated.map_or_else(|| typed.ty.clone(), |(ty, _)| ty);
        let ty = if types::is_open(&ty) && ty != Type::Never {
            let message = format!("the type of `{}` is not known", name.text);
            let problem = self.problem(&codes::TYPE_UNKNOWN_HERE, value.span, message);
            self.report(problem.help(format!("write it: `let {}: T = …`", name.text)));
            typed = self.wrong(value.span);
            Type::Error
        } else {
            ty
        };
        let local = self.new_local(&name.text, ty);
        self.declare(name, local);
        if let Some(declared) = self.unbounded(&typed) {
            self.note_limit(local, false, declared);
        }
        out.push(plan::Statement::Let(local, typed));
    }

    fn let_else(
        &mut self,
        name: &Ident,
        ty: Option<&Type>,
        value: &Expr,
        failure: plan::Failure,
        out: &mut Vec<plan::Statement>,
    ) {
        let hint = ty.map(|ty| types::optional(self.declarations(), ty.clone()));
        let typed = self.infer_value(value, hint.as_ref());
        let typed = match &hint {
            Some(hint) => self.coerce(typed, hint, None),
            None => typed,
        };
        let inner = match self.plain(&typed.ty).clone() {
            Type::Optional(inner) => *inner,
            Type::Error | Type::Never => Type::Error,
            other => {
                let words = self.words(&other);
                let message = format!("this is `{words}`, which is never none");
                self.report(self.problem(&codes::NEVER_NONE, value.span, message).help("leave the `else` out"));
                let local = self.new_local(&name.text, typed.ty.clone());
                self.declare(name, local);
                out.push(plan::Statement::Let(local, typed));
                return;
            }
        };
        let local = self.new_local(&name.text, inner);
        self.declare(name, local);
        out.push(plan::Statement::LetElse(local, typed, failure));
    }

    pub(crate) fn failure_or_report(&mut self, failure: Option<&ast::Failure>, condition: ast::Span) -> plan::Failure {
        if let Some(failure) = failure {
            return self.failure(failure);
        }
        let message = "a `require` says what is answered when it does not hold";
        let problem = self.problem(&codes::MISSING_FAILURE, condition, message).help("add `else invalid \"…\"`");
        self.report(problem);
        plan::Failure { kind: FailureKind::Invalid, field: None, message: None }
    }

    /// `conflict "already published"`, `invalid(email) "…"`
    pub(crate) fn failure(&mut self, failure: &ast::Failure) -> plan::Failure {
        let name = &failure.kind;
        let kind = FAILURE_KINDS.iter().find(|(word, _)| *word == name.text).map(|(_, kind)| *kind);
        if kind.is_none() {
            let message = format!("there is no refusal `{}`", name.text);
            let words: Vec<&str> = FAILURE_KINDS.iter().map(|(word, _)| *word).collect();
            let near = similar::nearest(&name.text, words.iter().copied());
            let problem = self
                .problem(&codes::UNKNOWN_FAILURE, name.span, message)
                .help(format!("they are {}", super::names::list_of(&words)))
                .did_you_mean(near);
            self.report(problem);
        }
        let field = self.failure_field(kind, &failure.field);
        let message = failure
            .message
            .as_ref()
            .map(|message| self.without_emit("in a message", |body| body.check(message, &Type::Text, None)));
        plan::Failure { kind: kind.unwrap_or(FailureKind::Invalid), field, message }
    }

    /// The path of `invalid(address.zip)` as clients see it.
    fn failure_field(&mut self, kind: Option<FailureKind>, path: &[Ident]) -> Option<String> {
        let (first, inner) = path.split_first()?;
        if kind.is_some_and(|kind| kind != FailureKind::Invalid) {
            let span = path.last().map_or(first.span, |last| first.span.to(last.span));
            self.report(self.problem(&codes::UNKNOWN_FAILURE, span, "only `invalid` names a field"));
            return None;
        }
        let known = self.wire_names.iter().find(|(name, ..)| *name == first.text).cloned();
        let Some((_, mut wire, mut ty)) = known else {
            let message = format!("there is no parameter `{}`", first.text);
            let near = similar::nearest(&first.text, self.wire_names.iter().map(|(name, ..)| name.as_str()));
            let problem = self
                .problem(&codes::UNKNOWN_NAME, first.span, message)
                .help("`invalid(…)` names the parameter that is wrong")
                .did_you_mean(near);
            self.report(problem);
            return None;
        };
        for name in inner {
            let (inner_wire, inner_ty) = self.failure_inner_field(&ty, name)?;
            wire.push('.');
            wire.push_str(&inner_wire);
            ty = inner_ty;
        }
        Some(wire)
    }

    /// A field of a struct within a parameter: its name in JSON, and its type.
    fn failure_inner_field(&mut self, of: &Type, name: &Ident) -> Option<(String, Type)> {
        let inside = types::inside(self.declarations(), of).clone();
        let fields: &[Field] = match &inside {
            Type::Struct(id) => self.declarations().structs.get(id.index()).map_or(&[], |it| &it.fields),
            Type::Error => return None,
            _ => &[],
        };
        if let Some(field) = fields.iter().find(|field| field.name == name.text) {
            return Some((field.wire_name.clone(), field.ty.clone()));
        }
        if self.is_damaged_type(&inside) {
            return None;
        }
        let message = format!("`{}` has no field `{}`", self.words(&inside), name.text);
        let near = similar::nearest(&name.text, fields.iter().map(|field| field.name.as_str()));
        self.report(self.problem(&codes::UNKNOWN_FIELD, name.span, message).did_you_mean(near));
        None
    }

    fn expr_statement(&mut self, expr: &Expr, out: &mut Vec<plan::Statement>) {
        let typed = self.infer(expr, None);
        if typed.ty == Type::Error {
            return;
        }
        if !has_effect(&typed) && typed.ty != Type::Unit {
            let message = "nothing is done with this value";
            let problem = self.problem(&codes::NO_EFFECT, expr.span, message);
            self.report(problem.help("bind it with `let`, `return` it, or remove it"));
            return;
        }
        out.push(plan::Statement::Expr(typed));
    }

    fn for_statement(&mut self, name: &Ident, collection: &Expr, body: &ast::Block, out: &mut Vec<plan::Statement>) {
        let typed = self.without_emit("in the head of a `for`", |it| it.infer_value(collection, None));
        let element = match self.plain(&typed.ty).clone() {
            Type::List(element) | Type::Set(element) => *element,
            Type::Error | Type::Never => Type::Error,
            other => {
                let words = self.words(&other);
                let message = format!("a `for` walks a list or set, not `{words}`");
                let problem = self.problem(&codes::TYPE_MISMATCH, collection.span, message);
                let problem = match other {
                    Type::Map(..) => problem.help("walk its `.keys()` or `.values()`"),
                    Type::Optional(_) => problem.help("`if let x = …` unwraps an option"),
                    _ => problem,
                };
                self.report(problem);
                Type::Error
            }
        };
        let element = if types::is_open(&element) { Type::Error } else { element };
        if self.place.changes_state() {
            // The second round sees what the first one changed.
            self.rows_change();
        }
        let (local, flow) = self.scoped(|it| {
            let local = it.new_local(&name.text, element);
            it.declare(name, local);
            (local, it.block(body))
        });
        out.push(plan::Statement::For(local, typed, flow.statements));
    }

    fn match_statement(&mut self, value: &Expr, arms: &[ast::StatementArm], out: &mut Vec<plan::Statement>) -> bool {
        let looked_at = self.infer_value(value, None);
        let looked_at = self.read_patch(looked_at);
        let mut coverage = self.coverage(&looked_at.ty);
        let mut typed = Vec::with_capacity(arms.len());
        let mut ends = !arms.is_empty();
        let before = self.changes;
        for arm in arms {
            let (pattern, flow) = self.fork(before, |body| {
                body.scoped(|body| {
                    let pattern = body.pattern(&arm.pattern, &looked_at.ty, &mut coverage);
                    (pattern, body.block(&arm.body))
                })
            });
            ends &= flow.ends;
            if let Some(pattern) = pattern {
                typed.push((pattern, flow.statements));
            }
        }
        self.check_exhaustive(&coverage, &looked_at, value.span);
        out.push(plan::Statement::Match(looked_at, typed));
        ends
    }

    /// `return e`, also as the body `= e`.
    pub(crate) fn return_statement(
        &mut self,
        status: Option<(u16, ast::Span)>,
        value: Option<&Expr>,
        span: ast::Span,
        out: &mut Vec<plan::Statement>,
    ) {
        let status = status.and_then(|(code, span)| self.status(code, span));
        let result = self.result.clone().unwrap_or(Type::Error);
        match value {
            None if matches!(result, Type::Unit | Type::Error) => {
                out.push(plan::Statement::Return(status, None));
            }
            None => {
                let words = self.words(&result);
                let message = format!("this `return` gives nothing, where `{words}` is wanted");
                self.report(self.problem(&return_codes::RETURN_VALUE, span, message));
            }
            Some(value) if result == Type::Unit => self.return_nothing(status, value, out),
            Some(value) => {
                let typed = self.check(value, &result, None);
                out.push(plan::Statement::Return(status, Some(typed)));
            }
        }
    }

    /// An endpoint without a result may still end with an `emit`.
    fn return_nothing(&mut self, status: Option<u16>, value: &Expr, out: &mut Vec<plan::Statement>) {
        let typed = self.infer(value, None);
        if has_effect(&typed) || matches!(typed.ty, Type::Unit) {
            out.push(plan::Statement::Expr(typed));
        } else if typed.ty != Type::Error {
            let words = self.words(&typed.ty);
            let message = format!("this gives `{words}`, but the endpoint declares no result");
            let problem = self.problem(&return_codes::RETURN_VALUE, value.span, message);
            self.report(problem.help(format!("declare it behind the parameters: `-> {words}`")));
        }
        out.push(plan::Statement::Return(status, None));
    }

    fn status(&mut self, code: u16, span: ast::Span) -> Option<u16> {
        if (200..300).contains(&code) {
            return Some(code);
        }
        let message = format!("{code} is no status of success");
        let problem = self.problem(&return_codes::RETURN_STATUS, span, message);
        self.report(problem.help("a `return` answers 200 to 299; refusals are `fail KIND \"…\"`"));
        None
    }
}

/// Whether an expression emits, or begins a session.
fn has_effect(expr: &plan::Expr) -> bool {
    super::identity::signs(expr) || super::walk::any(expr, &mut |it| matches!(it.kind, ExprKind::Emit(..)))
}
