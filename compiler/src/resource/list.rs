//! `list`: filters, orders and pages over what is indexed.

use raftstone_dsl::ast::{
    BinaryOperator, Body, Docs, Enum, Expr, ExprKind, Field, Item, ItemKind, ModelMember, OrderBy, OrderKey, Parameter,
    Pattern, PatternKind, Query, Segment, TextPart, TypeRef, TypeRefKind, Variant,
};

use super::Action;
use super::build::{MadeEndpoint, Maker};
use crate::declare::spelling::{to_pascal, to_snake};

/// The most rows that a page can hold, and how many it holds unless asked.
const MAX_LIMIT: u64 = 100;
const DEFAULT_LIMIT: u64 = 20;

/// How far a list can be paged through: what is skipped is read.
const MAX_OFFSET: u64 = 100_000;

/// The name of the row in the query.
const ROW: &str = "row";

/// `list_products` and, when there is more than one order, `ProductSort`.
pub(super) fn items(action: &Action<'_>) -> Vec<Item> {
    let make = Maker { span: action.word.span };
    let model = &action.model_name.text;
    let filters = indexed(action, true);
    let mut orders = vec![action.key];
    orders.extend(indexed(action, false));
    let sort = (orders.len() > 1).then(|| format!("{model}Sort"));

    let mut parameters: Vec<Parameter> = filters.iter().map(|field| filter(make, field)).collect();
    parameters.extend(sort.as_deref().map(|sort| {
        let first = make.member(sort, &to_pascal(&action.key.name.text));
        let ty = Some(make.named_type(sort));
        Parameter::Field(Field { ty, value: Some(first), ..make.field("sort") })
    }));
    parameters.push(count(make, "offset", 0, MAX_OFFSET, 0));
    parameters.push(count(make, "limit", 1, MAX_LIMIT, DEFAULT_LIMIT));

    let order = match &sort {
        Some(_) => OrderBy::Match {
            value: make.name("sort"),
            arms: orders.iter().flat_map(|field| arms(make, &field.name.text)).collect(),
            span: make.span,
        },
        None => OrderBy::Keys(vec![order_key(make, &action.key.name.text, false)]),
    };
    let endpoint = make.endpoint(MadeEndpoint {
        name: format!("list_{}", collection(action)),
        docs: format!("The `{model}` rows: filtered, in order, page by page."),
        parameters,
        result: Some((None, make.list_of(model))),
        method: "GET",
        path: make.path(action.path, None),
        rights: action.rights,
        body: Body::Expr(query(make, model, &filters, order)),
    });
    let mut items: Vec<Item> = sort.map(|name| sort_enum(make, &name, &orders)).into_iter().collect();
    items.push(endpoint);
    items
}

/// The last word of the route, as in `list_products`.
fn collection(action: &Action<'_>) -> String {
    let last = action.path.segments.iter().rev().find_map(|segment| match segment {
        Segment::Literal(text) => Some(to_snake(&text.text.replace(['-', '.', '~'], "_"))),
        Segment::Parameter(_) => None,
    });
    last.unwrap_or_else(|| to_snake(&action.model_name.text))
}

/// Public fields that an index serves by itself: to filter by, or to order by.
fn indexed<'r>(action: &Action<'r>, to_filter: bool) -> Vec<&'r Field> {
    let mut leading: Vec<&str> = Vec::new();
    for member in &action.model.members {
        match member {
            ModelMember::Index { fields, .. } if to_filter || fields.len() == 1 => {
                leading.extend(fields.first().map(|first| first.name.text.as_str()));
            }
            ModelMember::Unique { fields, .. } if to_filter || fields.len() == 1 => {
                leading.extend(fields.first().map(|first| first.text.as_str()));
            }
            _ => {}
        }
    }
    let fits = |field: &&Field| {
        let has = |name: &str| field.attributes.iter().any(|attribute| attribute.name.text == name);
        let is_indexed = has("index") || has("unique") || leading.contains(&field.name.text.as_str());
        let is_value = !is_collection(field.ty.as_ref());
        is_indexed && !has("private") && !has("key") && (to_filter || is_value)
    };
    let fields = action.model.members.iter().filter_map(|member| match member {
        ModelMember::Field(field) if field.by.is_none() => Some(field),
        _ => None,
    });
    fields.filter(fits).collect()
}

fn is_collection(ty: Option<&TypeRef>) -> bool {
    match ty.map(|ty| &ty.kind) {
        Some(TypeRefKind::List(_) | TypeRefKind::Generic { .. }) => true,
        Some(TypeRefKind::Optional(inner)) => is_collection(Some(inner)),
        _ => false,
    }
}

/// `category: Category?`, or for a collection its element.
fn filter(make: Maker, field: &Field) -> Parameter {
    let value = field.ty.as_ref().map(|ty| element(ty).clone());
    let ty = value.map(|ty| TypeRef { span: make.span, kind: TypeRefKind::Optional(Box::new(ty)) });
    let attributes = field.attributes.iter().filter(|attribute| attribute.name.text == "as").cloned();
    Parameter::Field(Field { ty, attributes: attributes.collect(), ..make.field(&field.name.text) })
}

fn element(ty: &TypeRef) -> &TypeRef {
    match &ty.kind {
        TypeRefKind::Optional(inner) | TypeRefKind::List(inner) => element(inner),
        TypeRefKind::Generic { arguments, .. } => arguments.first().map_or(ty, element),
        _ => ty,
    }
}

fn count(make: Maker, name: &str, low: u64, high: u64, value: u64) -> Parameter {
    let attributes = vec![make.attribute("min", vec![make.int(low)]), make.attribute("max", vec![make.int(high)])];
    let ty = Some(make.named_type("int"));
    Parameter::Field(Field { ty, value: Some(make.int(value)), attributes, ..make.field(name) })
}

fn order_key(make: Maker, field: &str, descending: bool) -> OrderKey {
    OrderKey { value: make.member(ROW, field), descending }
}

/// `Name => row.name` and `NameDesc => row.name desc`.
fn arms(make: Maker, field: &str) -> [(Pattern, Vec<OrderKey>); 2] {
    [false, true].map(|descending| {
        let name = make.ident(&variant_name(field, descending));
        let kind = PatternKind::Variant { of: None, name, bindings: Vec::new() };
        (Pattern { kind, span: make.span }, vec![order_key(make, field, descending)])
    })
}

fn variant_name(field: &str, descending: bool) -> String {
    let name = to_pascal(field);
    if descending { format!("{name}Desc") } else { name }
}

/// The orders: `name`, and downwards `-name`.
fn sort_enum(make: Maker, name: &str, orders: &[&Field]) -> Item {
    let variants = orders.iter().flat_map(|field| {
        [false, true].map(|descending| {
            let field = &field.name.text;
            let wire_name = if descending { format!("-{field}") } else { field.clone() };
            let text = make.expr(ExprKind::Text(vec![TextPart::Text(wire_name)]));
            Variant {
                docs: Docs::default(),
                name: make.ident(&variant_name(field, descending)),
                fields: None,
                attributes: vec![make.attribute("as", vec![text])],
                span: make.span,
            }
        })
    });
    let item = Enum { name: Some(make.ident(name)), variants: variants.collect() };
    make.item("What the rows may be sorted by.".to_owned(), ItemKind::Enum(item))
}

fn query(make: Maker, model: &str, filters: &[&Field], order: OrderBy) -> Expr {
    let conditions = filters.iter().map(|field| {
        let given = make.expr(ExprKind::Optional(make.ident(&field.name.text)));
        let stored = make.member(ROW, &field.name.text);
        if is_collection(field.ty.as_ref()) {
            make.binary(BinaryOperator::In, given, stored)
        } else {
            make.binary(BinaryOperator::Equal, stored, given)
        }
    });
    let filter = conditions.reduce(|all, one| make.binary(BinaryOperator::And, all, one));
    make.expr(ExprKind::Query(Box::new(Query {
        scan: None,
        row: make.ident(ROW),
        source: Some(make.name(model)),
        joins: Vec::new(),
        filter,
        group_by: Vec::new(),
        order: Some(order),
        skip: Some(make.name("offset")),
        limit: Some(make.name("limit")),
        select: None,
        span: make.span,
    })))
}
