//! Who signs in, and the conditions on who may call and read.

use raftstone_compiler::built_ins;
use raftstone_compiler::declarations::{ModelId, Source, Type};
use raftstone_dsl::ast::{Auth, AuthSetting, AuthValue, EndpointOption, ExprKind, Ident, Readable, Rights};

use super::{Binder, Found, Local, Meaning, Owner, Walk};
use crate::ide::schema::source_owner;

impl Walk<'_> {
    pub(super) fn auth(&mut self, auth: &Auth) -> Option<Found> {
        let model = auth.model.as_ref()?;
        if let Some(found) = self.name(model, self.item(model)) {
            return Some(found);
        }
        let id = self.schema.checked.names.model(&model.text);
        let setting = auth.settings.iter().find(|setting| self.is_at(setting.span))?;
        self.auth_setting(id, setting)
    }

    fn auth_setting(&mut self, model: Option<ModelId>, setting: &AuthSetting) -> Option<Found> {
        let word = |name: &Ident| built_ins::auth(&name.text).map(Meaning::BuiltIn);
        if let Some(found) = self.name(&setting.name, word(&setting.name)) {
            return Some(found);
        }
        match setting.value.as_ref()? {
            AuthValue::Word(field) => self.name(field, self.field(Owner::Model(model?), field)),
            AuthValue::Session { kind, .. } => self.name(kind, word(kind)),
            AuthValue::Path(_) => None,
        }
    }

    /// Makes `caller` known, if somebody signs in: declared by the `auth` block.
    pub(super) fn bind_caller(&mut self, who: Option<&Ident>) {
        let Some(auth) = &self.schema.checked.declarations.auth else { return };
        let (Some(model), Some(who)) = (auth.model, who) else { return };
        let user = Type::Reference(Source::Model(model));
        let ty = match who.text.as_str() {
            "user" => user,
            "anyone" => Type::Optional(Box::new(user)),
            _ => return,
        };
        let name = "caller".to_owned();
        let local = Local { name: name.clone(), ty, span: auth.span, binder: Binder::Caller };
        self.scope.push((name, Meaning::Local(local)));
    }

    /// `for user where …`, with the parameters in scope.
    pub(super) fn rights(&mut self, rights: &Rights) -> Option<Found> {
        self.audience(&rights.who).or_else(|| {
            self.scoped(|walk| {
                walk.bind_caller(Some(&rights.who));
                walk.expr(rights.condition.as_ref()?, Some(&Type::Bool))
            })
        })
    }

    fn audience(&self, who: &Ident) -> Option<Found> {
        self.name(who, built_ins::audience(&who.text).map(Meaning::BuiltIn))
    }

    /// `readable by …`: the fields of the row stand by their bare names.
    pub(super) fn readable(&mut self, source: Source, readable: &Readable) -> Option<Found> {
        if !self.is_at(readable.span) {
            return None;
        }
        self.audience(&readable.who).or_else(|| {
            self.scoped(|walk| {
                walk.bind_fields(source_owner(source));
                walk.bind_caller(Some(&readable.who));
                walk.expr(readable.condition.as_ref()?, Some(&Type::Bool))
            })
        })
    }

    /// `rate 5 per 1min by email`: the parameter.
    pub(super) fn endpoint_option(&self, owner: Owner, option: &EndpointOption) -> Option<Found> {
        option.arguments.iter().find_map(|argument| match &argument.kind {
            ExprKind::Name(name) => self.name(name, self.field(owner, name)),
            _ => None,
        })
    }
}
