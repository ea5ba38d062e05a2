//! Who may call, read and sign in.

use super::{Lower, Node, child, children};
use crate::ast::{Auth, AuthSetting, AuthValue, Ident, Readable, Rights};
use crate::grammar::Rule;
use crate::problem::Problem;

impl Lower<'_> {
    /// `for who where … else …`.
    pub(super) fn rights(&mut self, node: &Node<'_>) -> Option<Rights> {
        let mut names = self.names(node).into_iter();
        let who = names.next();
        if who.is_none() {
            self.report(Problem::missing_right(self.behind(node)));
        }
        let condition = child(node, Rule::head_expression).map(|value| self.expression(&value));
        if let (Some(word), None) = (child(node, Rule::kw_where), &condition) {
            self.report(Problem::missing_value(self.behind(&word), "the condition"));
        }
        let otherwise = names.next();
        if let (Some(word), None) = (child(node, Rule::kw_else), &otherwise) {
            self.report(Problem::missing_name(self.behind(&word), "the kind of refusal"));
        }
        who.map(|who| Rights { who, condition, otherwise, span: self.span(node) })
    }

    /// `readable by who where …`, of the whole row or of the field before it.
    pub(super) fn readable(&mut self, node: &Node<'_>, field: Option<Ident>) -> Option<Readable> {
        let who = self.first_name(node)?;
        let condition = child(node, Rule::head_expression).map(|value| self.expression(&value));
        Some(Readable { field, who, condition, span: self.span(node) })
    }

    pub(super) fn auth(&mut self, node: &Node<'_>) -> Auth {
        let model = self.first_name(node);
        if model.is_none() {
            self.missing_item_name(node, "the model of those who sign in");
        }
        self.expect_braces(node, "auth");
        let settings = children(node, Rule::auth_setting).map(|setting| self.auth_setting(&setting)).collect();
        Auth { model, settings }
    }

    pub(super) fn auth_setting(&mut self, node: &Node<'_>) -> AuthSetting {
        let name = self.first_name(node);
        let name = self.required_name(name, node, "the setting");
        let path = child(node, Rule::path).map(|path| AuthValue::Path(self.path(&path)));
        let value = path.or_else(|| self.auth_value(&child(node, Rule::auth_value)?));
        if value.is_none() {
            self.report(Problem::missing_value(self.behind(node), &format!("`{}`", name.text)));
        }
        AuthSetting { name, value, span: self.span(node) }
    }

    fn auth_value(&mut self, node: &Node<'_>) -> Option<AuthValue> {
        let kind = self.first_name(node)?;
        let scheme = child(node, Rule::plain_text).map(|text| self.plain_ident(&text));
        let lasts = child(node, Rule::numbers).map(|numbers| self.numbers(&numbers));
        let word = child(node, Rule::kw_for);
        if let (Some(word), None) = (&word, &lasts) {
            self.report(Problem::missing_value(self.behind(word), "the duration"));
        }
        let is_word = scheme.is_none() && word.is_none();
        Some(if is_word { AuthValue::Word(kind) } else { AuthValue::Session { kind, scheme, lasts } })
    }
}
