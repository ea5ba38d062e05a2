//! Who calls: `caller`, `session.token`, `sign_in`, `sign_out`, `verify`.
//!
//! `caller` is a local behind the parameters, so that it is known and narrowed like any other.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{Expr, Ident};

use super::{Body, Origin, types, walk};
use crate::codes::{auth as auth_codes, expressions, rights as codes};
use crate::declarations::{Audience, ModelId, Source, Type};
use crate::effects::Place;
use crate::plan;
use crate::plan::{Builtin, ExprKind, LocalId};
use crate::unavailable::Construct;

impl Body<'_, '_> {
    /// Makes `caller` known where somebody may call.
    pub(crate) fn bind_caller(&mut self, audience: Option<Audience>) -> Option<LocalId> {
        self.audience = audience;
        let auth = self.declarations().auth.as_ref()?;
        let (Some(model), Some(audience)) = (auth.model, audience) else {
            self.bind_wrong("caller");
            return None;
        };
        let user = Type::Reference(Source::Model(model));
        let ty = match audience {
            Audience::Anyone => Type::Optional(Box::new(user)),
            Audience::User => user,
            Audience::Operator => return None,
        };
        let local = self.new_local("caller", ty);
        self.bind("caller", local);
        Some(local)
    }

    /// `caller`, where it is not known.
    pub(super) fn no_caller(&mut self, span: ast::Span) -> plan::Expr {
        self.report_nobody("`caller`", span);
        self.wrong(span)
    }

    /// Says why nobody is known here.
    fn report_nobody(&mut self, what: &str, span: ast::Span) {
        let is_called = matches!(self.place, Place::Endpoint { .. } | Place::Rights);
        let problem = if !is_called {
            let message = format!("{what} cannot be used in {}", self.place.words());
            self.problem(&codes::CALLER_MISPLACED, span, message).help(match self.place {
                Place::Function => "add a parameter, and hand it over where the `fn` is called",
                Place::Apply | Place::EventValue | Place::EventRequire => "`event.by` is the key of who called",
                _ => "only an endpoint is called by somebody",
            })
        } else if self.audience == Some(Audience::Operator) {
            let message = format!("there is no {what} under `for operator`");
            self.problem(&codes::CALLER_MISPLACED, span, message)
                .help("the people who run the system do not sign in as rows of a model")
        } else if self.declarations().auth.is_none() && self.audience == Some(Audience::Anyone) {
            let message = format!("{what} needs an `auth` block, which says who signs in");
            self.problem(&codes::AUTH_MISSING, span, message)
                .help("add `auth User { … }` with `identity`, `password` and `session`")
        } else {
            // What is wrong with `auth` or with the right was reported there.
            return;
        };
        self.report(problem);
    }

    /// The model of those who sign in, where a session can be.
    fn session_model(&mut self, what: &str, span: ast::Span) -> Option<ModelId> {
        let is_called = matches!(self.place, Place::Endpoint { .. } | Place::Rights);
        let auth = self.declarations().auth.as_ref();
        if auth.is_none() || !is_called || self.audience == Some(Audience::Operator) {
            self.report_nobody(what, span);
            return None;
        }
        auth?.model
    }

    /// `session.token`
    pub(super) fn infer_session_word(&mut self, name: &Ident, span: ast::Span) -> plan::Expr {
        if name.text != "token" {
            let message = format!("a session has no `{}`", name.text);
            let problem = self.problem(&expressions::UNKNOWN_FIELD, name.span, message);
            self.report(problem.help("it has `session.token`, as the caller has shown it"));
            return self.wrong(span);
        }
        if self.session_model("`session`", span).is_none() {
            return self.wrong(span);
        }
        let ty = match self.audience {
            Some(Audience::User) => Type::Text,
            Some(_) => Type::Optional(Box::new(Type::Text)),
            None => Type::Error,
        };
        self.expr(ExprKind::Builtin(Builtin::SessionToken, Vec::new()), ty, span)
    }

    /// `verify(hash, candidate)`, `sign_in(user)`, `sign_out()`.
    pub(super) fn infer_identity_call(
        &mut self,
        name: &Ident,
        arguments: &[Expr],
        span: ast::Span,
    ) -> Option<plan::Expr> {
        let wanted = match name.text.as_str() {
            "verify" => 2,
            "sign_in" => 1,
            "sign_out" => 0,
            _ => return None,
        };
        if arguments.len() != wanted {
            self.check_count(name, arguments.len(), wanted, span);
            for argument in arguments {
                self.infer(argument, None);
            }
            return Some(self.wrong(span));
        }
        Some(match arguments {
            [hash, candidate] => self.verify(hash, candidate, span),
            _ => self.sign(name, arguments.first(), span),
        })
    }

    fn verify(&mut self, hash: &Expr, candidate: &Expr, span: ast::Span) -> plan::Expr {
        if !matches!(self.place, Place::Endpoint { .. }) {
            let message = format!("`verify` cannot be called in {}", self.place.words());
            let problem = self.problem(&auth_codes::VERIFY, span, message);
            self.report(problem.help("it takes its time on purpose: call it in the body of an endpoint"));
        }
        let optional = Type::Optional(Box::new(Type::Secret));
        let kept = self.infer_value(hash, Some(&optional));
        let typed = self.infer_value(candidate, Some(&Type::Secret));
        let is_kept = |value: &plan::Expr| walk::any(value, &mut |part| matches!(part.kind, ExprKind::RowField(..)));
        let is_secret = |body: &Self, value: &plan::Expr| {
            types::is_poison(types::inside(body.declarations(), &value.ty)) || body.declarations().is_secret(&value.ty)
        };
        if !is_secret(self, &kept) {
            let message =
                format!("the first value of `verify` is a kept secret, and this is `{}`", self.words(&kept.ty));
            let problem = self.problem(&auth_codes::VERIFY, hash.span, message);
            self.report(problem.help("write `verify(user.password, candidate)`"));
        }
        if is_kept(&typed) && self.declarations().is_secret(&typed.ty) {
            let message = "the second value of `verify` is what somebody says, and this is kept already";
            let problem = self.problem(&auth_codes::VERIFY, candidate.span, message);
            self.report(
                problem.help("write `verify(user.password, candidate)`, with a parameter of the type `secret`"),
            );
        }
        let typed = self.coerce(typed, &Type::Secret, None);
        if !is_secret(self, &kept) || types::is_poison(&typed.ty) {
            return self.expr(ExprKind::None, Type::Error, span);
        }
        let kept = self.coerce(kept, &optional, None);
        self.expr(ExprKind::Builtin(Builtin::Verify, vec![kept, typed]), Type::Bool, span)
    }

    fn sign(&mut self, name: &Ident, user: Option<&Expr>, span: ast::Span) -> plan::Expr {
        let what = format!("`{}`", name.text);
        let problem = match self.place {
            Place::Endpoint { is_get: false } => None,
            Place::Endpoint { .. } => Some(
                self.problem(&auth_codes::SIGN_IN, span, format!("{what} writes, and cannot be called under `GET`"))
                    .help("use `POST`"),
            ),
            place => Some(
                self.problem(&auth_codes::SIGN_IN, span, format!("{what} cannot be called in {}", place.words()))
                    .help("call it in the body of an endpoint"),
            ),
        };
        let is_misplaced = problem.is_some();
        problem.into_iter().for_each(|problem| self.report(problem));
        let model = if is_misplaced { None } else { self.session_model(&what, span) };
        let Some(model) = model else {
            user.into_iter().for_each(|user| {
                self.infer(user, None);
            });
            return self.wrong(span);
        };
        let row = Type::Reference(Source::Model(model));
        match user.map(|user| self.check(user, &row, None)) {
            Some(user) => self.expr(ExprKind::Builtin(Builtin::SignIn, vec![user]), Type::Text, span),
            None => self.expr(ExprKind::Builtin(Builtin::SignOut, Vec::new()), Type::Unit, span),
        }
    }

    /// `by ann` of a scenario: a row of those who sign in.
    pub(super) fn scenario_caller(&mut self, by: &Ident) {
        let typed = self.infer_name(by, None);
        match self.declarations().auth.as_ref() {
            Some(auth) => {
                let wanted = auth.model.map_or(Type::Error, |model| Type::Reference(Source::Model(model)));
                self.coerce(typed, &wanted, Some(Origin { span: auth.span, what: "who signs in" }));
                self.cannot_run(Construct::By, by.span);
            }
            None if typed.ty == Type::Error => {}
            None => {
                let message = "nobody signs in here, so nobody calls";
                let problem = self.problem(&codes::AUTH_MISSING, by.span, message);
                self.report(
                    problem.help("leave `by` out, or add `auth User { … }` with `identity`, `password` and `session`"),
                );
            }
        }
    }

    /// The locals that something reads.
    pub(crate) fn used_locals(&self) -> Vec<LocalId> {
        self.used.borrow().iter().copied().collect()
    }
}

/// Whether an expression begins or ends a session, which only the writer does.
pub(crate) fn signs(expr: &plan::Expr) -> bool {
    walk::any(expr, &mut |part| matches!(part.kind, ExprKind::Builtin(Builtin::SignIn | Builtin::SignOut, _)))
}
