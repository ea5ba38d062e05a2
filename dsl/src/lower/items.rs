//! Items and their members.

use super::view::ViewMember;
use super::{Lower, Node, child, children};
use crate::ast::{
    App, Attribute, AuthSetting, Enum, Event, EventEffect, EventMember, Expr, ExprKind, Field, Ident, Import,
    IndexField, Item, ItemKind, Model, ModelMember, Newtype, ResourceLine, Setting, Statement, Step, Struct, Variant,
};
use crate::grammar::Rule;
use crate::problem::Problem;

/// A member that was parsed alone, for the item that it belongs to.
#[derive(Debug)]
pub(crate) enum Member {
    Setting(Setting),
    Variant(Variant),
    Field(Field),
    Model(Vec<ModelMember>),
    Event(EventMember),
    View(Box<ViewMember>),
    Auth(AuthSetting),
    Step(Step),
    Resource(ResourceLine),
    Statement(Statement),
}

impl Lower<'_> {
    /// A node of `item`.
    pub(crate) fn item(&mut self, node: &Node<'_>) -> Option<Item> {
        let mut docs = self.take_docs(node);
        let mut attributes = self.attributes(node);
        let inner =
            node.clone().into_inner().find(|part| !matches!(part.as_rule(), Rule::attribute | Rule::line_end))?;
        let span = self.span(&inner);
        if docs.0.is_empty() {
            docs = self.take_docs(&inner);
        }
        let kind = match inner.as_rule() {
            Rule::app => ItemKind::App(self.app(&inner)),
            Rule::import => ItemKind::Import(self.import(&inner)),
            Rule::newtype => ItemKind::Newtype(self.newtype(&inner)),
            Rule::enumeration => ItemKind::Enum(self.enumeration(&inner)),
            Rule::structure => ItemKind::Struct(self.structure(&inner)),
            Rule::model => ItemKind::Model(self.model(&inner)),
            Rule::event => ItemKind::Event(self.event(&inner)),
            Rule::view => ItemKind::View(self.view(&inner)),
            Rule::function => ItemKind::Function(self.function(&inner, span.start)),
            Rule::endpoint => ItemKind::Endpoint(self.endpoint(&inner, span.start, false)),
            Rule::extern_item => self.extern_item(&inner, span.start)?,
            Rule::resource => ItemKind::Resource(self.resource(&inner)),
            Rule::auth => ItemKind::Auth(self.auth(&inner)),
            Rule::hook => ItemKind::Hook(self.hook(&inner)),
            Rule::job => ItemKind::Job(self.job(&inner, span.start)),
            Rule::scenario => ItemKind::Scenario(self.scenario(&inner)),
            Rule::later => self.later(&inner)?,
            _ => return None,
        };
        let header: Vec<Attribute> = match inner.as_rule() {
            // A newtype's attributes are its rules.
            Rule::newtype => Vec::new(),
            Rule::extern_item => self.extern_attributes(&inner),
            _ => self.attributes(&inner),
        };
        attributes.extend(header);
        Some(Item { docs, attributes, kind, span, damaged: false })
    }

    pub(super) fn missing_item_name(&mut self, node: &Node<'_>, what: &str) {
        // Directly behind the keyword, which is the first child.
        let keyword = node.clone().into_inner().next();
        let span = keyword.map_or(self.behind(node), |keyword| self.behind(&keyword));
        self.report(Problem::missing_name(span, what));
    }

    pub(super) fn item_name(&mut self, node: &Node<'_>, what: &str) -> Option<Ident> {
        let name = self.first_name(node);
        match &name {
            Some(name) => self.check_reserved(name),
            None => self.missing_item_name(node, what),
        }
        name
    }

    pub(super) fn expect_braces(&mut self, node: &Node<'_>, keyword: &str) {
        if child(node, Rule::s_open).is_none() && child(node, Rule::fields).is_none() {
            self.report(Problem::missing_body(self.behind(node), keyword));
        }
    }

    fn app(&mut self, node: &Node<'_>) -> App {
        let name = self.item_name(node, "the application");
        self.expect_braces(node, "app");
        App { name, settings: children(node, Rule::setting).map(|inner| self.setting(&inner)).collect() }
    }

    fn setting(&mut self, node: &Node<'_>) -> Setting {
        let name = self.first_name(node);
        let name = self.required_name(name, node, "the setting");
        let value = node.clone().into_inner().find_map(|part| match part.as_rule() {
            Rule::plain_text => Some(self.plain_text(&part)),
            Rule::plain_expression => Some(self.expression(&part)),
            Rule::plain_list => {
                let texts = children(&part, Rule::plain_text).map(|text| self.plain_text(&text)).collect();
                Some(Expr { kind: ExprKind::List(texts), span: self.span(&part) })
            }
            _ => None,
        });
        if value.is_none() {
            self.report(Problem::missing_value(self.behind(node), &format!("`{}`", name.text)));
        }
        Setting { name, value, span: self.span(node) }
    }

    fn import(&mut self, node: &Node<'_>) -> Import {
        let path = child(node, Rule::plain_text).map(|text| self.plain_ident(&text));
        if path.is_none() {
            self.report(Problem::missing_value(self.behind(node), "`import`"));
        }
        Import { path }
    }

    fn newtype(&mut self, node: &Node<'_>) -> Newtype {
        let name = self.item_name(node, "the type");
        let ty = child(node, Rule::type_ref).map(|ty| self.type_ref(&ty));
        if ty.is_none() {
            let words = name.as_ref().map_or("the type", |name| name.text.as_str()).to_owned();
            let last = child(node, Rule::s_assign).or_else(|| child(node, Rule::name));
            let span = last.map_or(self.behind(node), |last| self.behind(&last));
            self.report(Problem::missing_type(span, &words));
        }
        Newtype { name, ty, attributes: self.attributes(node) }
    }

    fn enumeration(&mut self, node: &Node<'_>) -> Enum {
        let name = self.item_name(node, "the enum");
        self.expect_braces(node, "enum");
        Enum { name, variants: children(node, Rule::variant).map(|inner| self.variant(&inner)).collect() }
    }

    fn variant(&mut self, node: &Node<'_>) -> Variant {
        let name = self.first_name(node);
        let name = self.required_name(name, node, "the variant");
        self.check_reserved(&name);
        Variant {
            docs: self.take_docs(node),
            name,
            fields: child(node, Rule::fields).map(|fields| self.fields(&fields)),
            attributes: self.attributes(node),
            span: self.span(node),
        }
    }

    fn structure(&mut self, node: &Node<'_>) -> Struct {
        let of_keyword = child(node, Rule::kw_of);
        let mut names = children(node, Rule::name);
        let own = names
            .next()
            .filter(|name| of_keyword.as_ref().is_none_or(|of| name.as_span().start() < of.as_span().start()));
        let of = if own.is_some() { names.next() } else { child(node, Rule::name) };
        let of = of.map(|of| self.name(&of));
        if own.is_none() {
            self.missing_item_name(node, "the struct");
        }
        if let (Some(keyword), None) = (&of_keyword, &of) {
            self.report(Problem::missing_name(self.behind(keyword), "the model behind `of`"));
        }
        self.expect_braces(node, "struct");
        let fields = child(node, Rule::fields).map(|fields| self.fields(&fields));
        Struct { name: own.map(|own| self.name(&own)), of, fields: fields.unwrap_or_default() }
    }

    fn model(&mut self, node: &Node<'_>) -> Model {
        let name = self.item_name(node, "the model");
        self.expect_braces(node, "model");
        let mut members: Vec<ModelMember> = children(node, Rule::readable)
            .filter_map(|readable| self.readable(&readable, None))
            .map(ModelMember::Readable)
            .collect();
        for member in children(node, Rule::model_member) {
            members.extend(self.model_member(&member));
        }
        Model { name, members }
    }

    fn keyword(&self, node: &Node<'_>) -> Ident {
        Ident { text: node.as_str().trim_end().to_owned(), span: self.span(node) }
    }

    /// One member, and a `readable by …` behind a field.
    fn model_member(&mut self, node: &Node<'_>) -> Vec<ModelMember> {
        let mut members = Vec::new();
        let mut field_name = None;
        for part in node.clone().into_inner() {
            let span = self.span(&part);
            members.push(match part.as_rule() {
                Rule::field => {
                    let field = self.field(&part);
                    field_name = Some(field.name.clone());
                    ModelMember::Field(field)
                }
                Rule::key => ModelMember::Key { fields: self.group(&part, "key"), span },
                Rule::unique => ModelMember::Unique { fields: self.group(&part, "unique"), span },
                Rule::index => ModelMember::Index { fields: self.index_fields(&part), span },
                Rule::check => self.check(&part),
                Rule::readable => match self.readable(&part, field_name.clone()) {
                    Some(readable) => ModelMember::Readable(readable),
                    None => continue,
                },
                _ => continue,
            });
        }
        members
    }

    /// The names in the parentheses behind a keyword.
    fn group(&mut self, node: &Node<'_>, keyword: &str) -> Vec<Ident> {
        let names = self.names(&child(node, Rule::names).unwrap_or_else(|| node.clone()));
        if names.is_empty() {
            self.report(Problem::missing_fields(self.span(node), keyword));
        }
        names
    }

    fn index_fields(&mut self, node: &Node<'_>) -> Vec<IndexField> {
        let mut fields = Vec::new();
        let list = child(node, Rule::index_fields).unwrap_or_else(|| node.clone());
        for field in children(&list, Rule::index_field) {
            if let Some(asc) = child(&field, Rule::kw_asc) {
                self.report(Problem::ascending(self.span(&asc)));
            }
            let descending = child(&field, Rule::kw_desc).is_some();
            fields.extend(self.first_name(&field).map(|name| IndexField { name, descending }));
        }
        if fields.is_empty() {
            self.report(Problem::missing_fields(self.span(node), "index"));
        }
        fields
    }

    fn check(&mut self, node: &Node<'_>) -> ModelMember {
        let condition = child(node, Rule::condition_expression).map(|inner| self.expression(&inner));
        let message = child(node, Rule::text).map(|text| self.text(&text));
        if condition.is_none() {
            self.report(Problem::missing_value(self.behind(node), "the condition"));
        }
        if let (Some(word), None) = (child(node, Rule::kw_else), &message) {
            self.report(Problem::missing_value(self.behind(&word), "the message"));
        }
        ModelMember::Check { condition, message, span: self.span(node) }
    }

    fn event(&mut self, node: &Node<'_>) -> Event {
        let name = self.item_name(node, "the event");
        let effect = child(node, Rule::effect).map_or(EventEffect::General, |effect| self.effect(&effect));
        if matches!(effect, EventEffect::General) {
            self.expect_braces(node, "event");
        }
        let members = children(node, Rule::event_member).map(|inner| self.event_member(&inner)).collect();
        Event { name, effect, members }
    }

    fn effect(&mut self, node: &Node<'_>) -> EventEffect {
        let mut names = self.names(node).into_iter();
        let model = names.next();
        let model = self.required_name(model, node, "the model");
        let local = names.next();
        let word = child(node, Rule::kw_as);
        if let (Some(word), None) = (&word, &local) {
            self.report(Problem::missing_name(self.behind(word), "the new name behind `as`"));
        }
        if child(node, Rule::kw_updates).is_some() {
            EventEffect::Updates(model, local)
        } else if child(node, Rule::kw_deletes).is_some() {
            EventEffect::Deletes(model, local)
        } else {
            if let Some(word) = word {
                self.report(Problem::creates_as(self.span(&word)));
            }
            EventEffect::Creates(model)
        }
    }

    fn event_member(&mut self, node: &Node<'_>) -> EventMember {
        let span = self.span(node);
        let Some(part) = node.clone().into_inner().next() else { return EventMember::Bad { name: None } };
        match part.as_rule() {
            Rule::require => EventMember::Require(self.statement(&part)),
            Rule::apply => {
                let body = child(&part, Rule::block).map(|block| self.block(&block));
                if body.is_none() {
                    self.report(Problem::missing_body(self.behind(&part), "apply"));
                }
                EventMember::Apply { body: body.unwrap_or_default(), span }
            }
            _ => EventMember::Field(self.field(&part)),
        }
    }

    fn extern_item(&mut self, node: &Node<'_>, start: u32) -> Option<ItemKind> {
        if let Some(function) = child(node, Rule::extern_function) {
            return Some(ItemKind::ExternFunction(self.function(&function, start)));
        }
        let endpoint = child(&child(node, Rule::extern_endpoint)?, Rule::endpoint)?;
        Some(ItemKind::Endpoint(self.endpoint(&endpoint, start, true)))
    }

    fn extern_attributes(&mut self, node: &Node<'_>) -> Vec<Attribute> {
        let function = child(node, Rule::extern_function);
        let endpoint = || child(node, Rule::extern_endpoint).and_then(|inner| child(&inner, Rule::endpoint));
        function.or_else(endpoint).map(|inner| self.attributes(&inner)).unwrap_or_default()
    }

    fn later(&mut self, node: &Node<'_>) -> Option<ItemKind> {
        let keyword = child(node, Rule::later_keyword).map(|keyword| self.keyword(&keyword))?;
        Some(ItemKind::Later { keyword })
    }

    /// One member that was parsed alone.
    pub(crate) fn member(&mut self, node: &Node<'_>) -> Option<Member> {
        let inner = node
            .clone()
            .into_inner()
            .find(|part| !matches!(part.as_rule(), Rule::s_comma | Rule::line_end | Rule::EOI))?;
        let member = match inner.as_rule() {
            Rule::setting => Member::Setting(self.setting(&inner)),
            Rule::variant => Member::Variant(self.variant(&inner)),
            Rule::field => Member::Field(self.field(&inner)),
            Rule::model_member => Member::Model(self.model_member(&inner)),
            Rule::event_member => Member::Event(self.event_member(&inner)),
            Rule::view_member => Member::View(Box::new(self.view_member(&inner))),
            Rule::auth_setting => Member::Auth(self.auth_setting(&inner)),
            Rule::step => Member::Step(self.step(&inner)),
            Rule::resource_line => Member::Resource(self.resource_line(&inner)),
            Rule::statement => Member::Statement(self.statement(&inner)),
            _ => return None,
        };
        Some(member)
    }
}
