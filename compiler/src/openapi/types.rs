//! Types as schemas (JSON Schema 2020-12), in the forms that they have on the wire.

use std::collections::{BTreeMap, BTreeSet};

use super::json::{Json, Members};
use super::refusals::Form;
use super::uses::{Named, Uses, differs, fields, is_shown, key};
use super::{Way, constants, rules, text_of};
use crate::declarations::{Declarations, Field, Rule, Source, StructId, Type, UnknownFields, Variant};
use crate::plan::Bodies;

/// Decimals in text; a number in JSON loses digits beyond the 15th.
const DECIMAL: &str = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$";
const INTEGER: &str = "^-?(0|[1-9][0-9]*)$";
/// ISO 8601 in weeks to seconds; of months and years the length varies.
const DURATION: &str = r"^[+-]?P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?$";
/// Beyond this, programs that hold numbers as floats lose digits.
const EXACT_IN_JAVASCRIPT_MAX: i64 = (1 << 53) - 1;

/// The schemas of a schema's types.
pub(super) struct Schemas<'d> {
    pub(super) declarations: &'d Declarations,
    pub(super) bodies: &'d Bodies,
    names: BTreeMap<(Named, Way), String>,
    /// The name of the schema of problem documents.
    pub(super) problem: String,
}

impl<'d> Schemas<'d> {
    /// Names everything in use: as the schema does, and `…Input` for what comes in differently than it goes out.
    pub(super) fn new(declarations: &'d Declarations, bodies: &'d Bodies, uses: &Uses<'d>) -> Self {
        let mut taken = BTreeSet::new();
        let mut claim = |name: String| {
            let mut name = name;
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            name
        };
        let items: BTreeSet<Named> = uses.found.iter().map(|(named, _)| *named).collect();
        let mut names: BTreeMap<(Named, Way), String> = BTreeMap::new();
        for named in &items {
            let name = claim(name_of(declarations, *named).to_owned());
            names.insert((*named, Way::In), name.clone());
            names.insert((*named, Way::Out), name);
        }
        for named in items {
            let goes = |way| uses.found.contains(&(named, way));
            if goes(Way::In) && goes(Way::Out) && differs(declarations, named) {
                let name = claim(format!("{}Input", name_of(declarations, named)));
                names.insert((named, Way::In), name);
            }
        }
        names.retain(|entry, _| uses.found.contains(entry));
        let problem = claim("Problem".to_owned());
        Self { declarations, bodies, names, problem }
    }

    /// The named schemas, by name.
    pub(super) fn components(&self) -> BTreeMap<String, Members> {
        self.names.iter().map(|((named, way), name)| (name.clone(), self.component(*named, *way))).collect()
    }

    fn component(&self, named: Named, way: Way) -> Members {
        let declarations = self.declarations;
        match named {
            Named::Newtype(id) => {
                let item = &declarations.newtypes[id.index()];
                let base_rules = self.own_rules(&item.base, &item.rules);
                described(self.ruled(&item.base, base_rules, way), &item.docs)
            }
            Named::Enum(id) => self.enumeration(id, way),
            Named::Struct(id) => described(self.structure(id, way), &declarations.structs[id.index()].docs),
            Named::Model(id) => {
                let docs = &declarations.models[id.index()].docs;
                described(self.record(fields(declarations, Source::Model(id)), &[], way), docs)
            }
            Named::View(id) => {
                let docs = &declarations.views[id.index()].docs;
                described(self.record(fields(declarations, Source::View(id)), &[], way), docs)
            }
        }
    }

    /// A value of a type that has to keep `rules`, those of its newtype among them.
    pub(super) fn value(&self, ty: &Type, rules: &[Rule], way: Way) -> Members {
        match ty {
            Type::Patch(inner) => self.value(inner, rules, way),
            // In text there is no null: what is none is left out.
            Type::Optional(inner) if way == Way::Text => self.value(inner, rules, way),
            Type::Optional(inner) => nullable(self.value(inner, rules, way)),
            Type::Newtype(id) if way == Way::Text => {
                let item = &self.declarations.newtypes[id.index()];
                let rules = if rules.starts_with(&item.rules) { rules } else { &item.rules };
                described(self.value(&item.base, rules, way), &item.docs)
            }
            _ => self.ruled(ty, self.own_rules(ty, rules), way),
        }
    }

    /// The rules that a newtype does not bring itself.
    fn own_rules<'r>(&self, ty: &Type, rules: &'r [Rule]) -> &'r [Rule] {
        match ty {
            Type::Newtype(id) => {
                rules.strip_prefix(self.declarations.newtypes[id.index()].rules.as_slice()).unwrap_or(rules)
            }
            _ => rules,
        }
    }

    fn ruled(&self, ty: &Type, own_rules: &[Rule], way: Way) -> Members {
        let mut schema = self.plain(ty, way);
        // What is stored may be older than a rule: only what comes in is promised to keep it.
        if way != Way::Out {
            rules::add(self.base(ty), own_rules, &mut schema);
        }
        schema
    }

    /// How refusals look.
    pub(super) fn refusal_form(&self) -> Form<'_> {
        Form { schema: &self.problem, by_field: self.declarations.app.field_errors }
    }

    /// The type under the newtypes.
    pub(super) fn base<'t>(&'t self, ty: &'t Type) -> &'t Type {
        self.declarations.without_newtypes(ty)
    }

    fn plain(&self, ty: &Type, way: Way) -> Members {
        match ty {
            Type::Bool => typed("boolean"),
            Type::Int if self.declarations.app.big_ints_as_text && way != Way::Text => Members::new()
                .with("type", vec!["integer", "string"])
                .with("format", "int64")
                .with("pattern", INTEGER)
                .with("description", format!("A string beyond ±{EXACT_IN_JAVASCRIPT_MAX}.")),
            Type::Int => typed("integer").with("format", "int64"),
            Type::Float => typed("number").with("format", "double"),
            Type::Decimal => {
                let schema = match way {
                    Way::In => Members::new().with("type", vec!["string", "number"]),
                    Way::Out | Way::Text => typed("string"),
                };
                schema.with("format", "decimal").with("pattern", DECIMAL)
            }
            Type::Text => typed("string"),
            Type::Bytes => typed("string").with("contentEncoding", "base64"),
            Type::Timestamp => typed("string").with("format", "date-time"),
            Type::Date => typed("string").with("format", "date"),
            Type::Duration => typed("string").with("pattern", DURATION),
            Type::Uuid => typed("string").with("format", "uuid"),
            Type::Secret => typed("string").with("format", "password").with("writeOnly", true),
            Type::List(inner) => typed("array").with("items", self.value(inner, &[], way)),
            Type::Set(inner) => typed("array").with("items", self.value(inner, &[], way)).with("uniqueItems", true),
            Type::Map(key, value) => typed("object")
                .with_some("propertyNames", self.map_key(key))
                .with("additionalProperties", self.value(value, &[], way)),
            Type::Page(inner) => self.page(inner, way),
            Type::Newtype(_) | Type::Enum(_) | Type::Struct(_) | Type::Row(_) => self.named(ty, way),
            Type::Reference(source) => self.reference(*source, way),
            // Any JSON; and what cannot stand in a schema without errors.
            Type::Json | Type::Unit | Type::Never | Type::Error | Type::Optional(_) | Type::Patch(_) => Members::new(),
        }
    }

    fn named(&self, ty: &Type, way: Way) -> Members {
        let named = match ty {
            Type::Newtype(id) => Named::Newtype(*id),
            Type::Enum(id) => Named::Enum(*id),
            Type::Struct(id) if self.declarations.structs[id.index()].is_inline => return self.structure(*id, way),
            Type::Struct(id) => Named::Struct(*id),
            Type::Row(source) => (*source).into(),
            _ => return Members::new(),
        };
        let way = if way == Way::Text { Way::In } else { way };
        let name = self.names.get(&(named, way)).map_or("", String::as_str);
        Members::new().with("$ref", format!("#/components/schemas/{name}"))
    }

    /// The names of an object's members, which are always text.
    fn map_key(&self, key: &Type) -> Option<Members> {
        match self.base(key) {
            Type::Text => None,
            Type::Int => Some(Members::new().with("pattern", INTEGER)),
            Type::Bool => Some(Members::new().with("enum", vec!["true", "false"])),
            Type::Float | Type::Json => None,
            _ => Some(self.value(key, &[], Way::Text)),
        }
    }

    fn page(&self, inner: &Type, way: Way) -> Members {
        let items = typed("array").with("items", self.value(inner, &[], way));
        let total = typed("integer").with("description", "How many there are on all pages.");
        let next = nullable(typed("string")).with("description", "The cursor of the next page; null on the last one.");
        typed("object")
            .with("properties", Members::new().with("items", items).with("total", total).with("next", next))
            .with("required", vec!["items", "next"])
    }

    /// A reference is the key of its row: an object when it has several parts, `a,b` in text.
    fn reference(&self, source: Source, way: Way) -> Members {
        let name = name_of(self.declarations, source.into());
        let parts = key(self.declarations, source);
        let words = format!("The key of a `{name}`.");
        match parts.as_slice() {
            [only] => with_fallback(self.value(&only.ty, &[], way), &words),
            _ if way == Way::Text => {
                let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
                let words = format!("{words} Its parts with commas between: `{}`.", names.join(","));
                typed("string").with("description", words)
            }
            _ => {
                let properties = parts
                    .iter()
                    .fold(Members::new(), |members, part| members.with(&part.name, self.value(&part.ty, &[], way)));
                let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
                let schema = typed("object").with("description", words).with("properties", properties);
                let schema = schema.with("required", names);
                if way == Way::In { schema.with("additionalProperties", false) } else { schema }
            }
        }
    }

    fn structure(&self, id: StructId, way: Way) -> Members {
        let defaults: Vec<(usize, Option<Json>)> = self
            .bodies
            .struct_defaults
            .iter()
            .filter(|(of, _, _)| *of == id)
            .map(|(_, field, value)| (*field, constants::value(self.declarations, value)))
            .collect();
        self.record(&self.declarations.structs[id.index()].fields, &defaults, way)
    }

    /// An object with these fields; `defaults` of those that may be left out, if they are known.
    fn record(&self, fields: &[Field], defaults: &[(usize, Option<Json>)], way: Way) -> Members {
        let mut properties = Members::new();
        let mut required: Vec<&str> = Vec::new();
        for (position, field) in fields.iter().enumerate().filter(|(_, field)| is_shown(field, way)) {
            let default = defaults.iter().find(|(of, _)| *of == position).map(|(_, value)| value);
            let schema = self.property(field, &field.ty, way);
            let known = default.cloned().flatten().filter(|_| way == Way::In);
            properties.set(&field.wire_name, schema.with_some("default", known));
            let is_left_out = match way {
                Way::Out => matches!(field.ty, Type::Patch(_)),
                Way::In | Way::Text => default.is_some() || self.is_optional(&field.ty),
            };
            if !is_left_out {
                required.push(&field.wire_name);
            }
        }
        self.object(properties, &required, way)
    }

    /// An object with these properties.
    pub(super) fn object(&self, properties: Members, required: &[&str], way: Way) -> Members {
        let mut schema = typed("object").with("properties", properties);
        if !required.is_empty() {
            schema.set("required", required.to_vec());
        }
        if way == Way::In && self.declarations.app.unknown_fields == UnknownFields::Reject {
            schema.set("additionalProperties", false);
        }
        schema
    }

    /// Whether what comes in may leave out a value of this type.
    pub(super) fn is_optional(&self, ty: &Type) -> bool {
        matches!(self.base(ty), Type::Optional(_) | Type::Patch(_) | Type::List(_) | Type::Set(_) | Type::Map(..))
    }

    /// A field of an object, or a parameter.
    pub(super) fn property(&self, field: &Field, ty: &Type, way: Way) -> Members {
        let schema = described(self.value(ty, &field.rules, way), &field.docs);
        deprecated(schema, field.deprecated.as_deref())
    }

    /// A plain variant is its name, one with data an object whose `type` is the name.
    fn enumeration(&self, id: crate::declarations::EnumId, way: Way) -> Members {
        let item = &self.declarations.enums[id.index()];
        let names = |with_data: bool| {
            let fitting = item.variants.iter().filter(move |variant| variant.fields.is_empty() != with_data);
            fitting.map(|variant| variant.wire_name.as_str()).collect::<Vec<_>>()
        };
        let (plain, with_data) = (names(false), names(true));
        let plain_names = typed("string").with("enum", plain.clone());
        let schema = if with_data.is_empty() {
            plain_names
        } else {
            let mut ways: Vec<Json> = Vec::new();
            if !plain.is_empty() {
                ways.push(plain_names.into());
            }
            let objects = item.variants.iter().filter(|variant| !variant.fields.is_empty());
            ways.extend(objects.map(|variant| self.variant(variant, way).into()));
            Members::new().with("oneOf", Json::List(ways))
        };
        let mut docs = item.docs.clone();
        for variant in item.variants.iter().filter(|variant| variant.fields.is_empty() && !variant.docs.is_empty()) {
            docs.push(format!("* `{}`: {}", variant.wire_name, variant.docs.join(" ")));
        }
        described(schema, &docs)
    }

    fn variant(&self, variant: &Variant, way: Way) -> Members {
        let fields = self.record(&variant.fields, &[], way);
        let tag = Members::new().with("const", variant.wire_name.as_str());
        let mut properties = Members::new().with("type", tag);
        if let Some(Json::Object(own)) = fields.get("properties") {
            properties = own.iter().fold(properties, |members, (name, schema)| members.with(name, schema.clone()));
        }
        let mut required = vec![Json::from("type")];
        if let Some(Json::List(own)) = fields.get("required") {
            required.extend(own.iter().cloned());
        }
        let schema = Members::new().with("title", variant.name.as_str()).with("type", "object");
        let schema = schema.with("properties", properties).with("required", required);
        described(schema.with_some("additionalProperties", fields.get("additionalProperties").cloned()), &variant.docs)
    }
}

/// The name of a type in the schema.
fn name_of(declarations: &Declarations, named: Named) -> &str {
    match named {
        Named::Newtype(id) => &declarations.newtypes[id.index()].name,
        Named::Enum(id) => &declarations.enums[id.index()].name,
        Named::Struct(id) => &declarations.structs[id.index()].name,
        Named::Model(id) => &declarations.models[id.index()].name,
        Named::View(id) => &declarations.views[id.index()].name,
    }
}

/// A schema of one type.
pub(super) fn typed(name: &str) -> Members {
    Members::new().with("type", name)
}

/// The schema with documentation before what it says itself.
pub(super) fn described(mut schema: Members, docs: &[String]) -> Members {
    if docs.is_empty() {
        return schema;
    }
    let own = match schema.get("description") {
        Some(Json::Text(own)) => format!("\n\n{own}"),
        _ => String::new(),
    };
    schema.set("description", text_of(docs) + &own);
    schema
}

fn with_fallback(mut schema: Members, words: &str) -> Members {
    if schema.get("description").is_none() {
        schema.set("description", words);
    }
    schema
}

/// Marks what should not be used any more.
pub(super) fn deprecated(mut schema: Members, words: Option<&str>) -> Members {
    if let Some(words) = words {
        schema.set("deprecated", true);
        rules::note(&format!("Deprecated: {words}"), &mut schema);
    }
    schema
}

/// The schema, or null.
fn nullable(schema: Members) -> Members {
    let has_values = schema.get("enum").is_some() || schema.get("const").is_some();
    match schema.get("type") {
        // Any JSON takes null already.
        _ if schema.is_empty() => schema,
        Some(Json::Text(name)) if !has_values => {
            let types = vec![name.clone(), "null".to_owned()];
            schema.with("type", types)
        }
        Some(Json::List(names)) if !has_values => {
            if names.contains(&Json::from("null")) {
                return schema;
            }
            let types = names.iter().cloned().chain([Json::from("null")]).collect::<Vec<_>>();
            schema.with("type", types)
        }
        _ => Members::new().with("anyOf", vec![schema, typed("null")]),
    }
}
