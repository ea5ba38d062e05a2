//! `enum Payment { Cash, Card { last4: string } }`.

use raftstone_dsl::ast::{self, ItemKind};

use super::fields::Value;
use super::spelling::to_pascal;
use super::{Numbered, Scope, documented};
use crate::attributes::Bearer;
use crate::codes::items;
use crate::declarations::{Enum, Field, FileSpan, Variant};
use crate::problem::Problem;
use crate::types::Place;

/// Declares all enums.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        if let ItemKind::Enum(item) = &numbered.item.kind {
            let declared = declare_one(scope, &numbered, item);
            scope.declarations.enums.push(declared);
        }
    }
}

fn declare_one(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Enum) -> Enum {
    let (_, docs) = scope.item_marks(numbered, Bearer::LockedItem);
    if item.variants.is_empty() && !numbered.item.damaged {
        let message = format!("the enum `{}` has no variants", numbered.name());
        scope.problems.push(Problem::new(&items::EMPTY_ITEM, numbered.name_span(), message));
    }
    let names: Vec<&ast::Ident> = item.variants.iter().map(|variant| &variant.name).collect();
    scope.check_distinct(numbered.file, "variant", &names);
    let variants: Vec<Variant> = item
        .variants
        .iter()
        .enumerate()
        .map(|(position, variant)| declare_variant(scope, numbered, position, variant))
        .collect();
    let wire_names: Vec<_> = variants.iter().map(|v| (v.name.as_str(), v.wire_name.as_str(), v.span)).collect();
    scope.check_wire_names(&wire_names);
    Enum {
        name: numbered.name(),
        stable_id: 0,
        is_plain: item.variants.iter().all(|variant| variant.fields.is_none()),
        variants,
        docs,
        span: numbered.name_span(),
    }
}

fn declare_variant(scope: &mut Scope<'_>, numbered: &Numbered<'_>, position: usize, variant: &ast::Variant) -> Variant {
    let file = numbered.file;
    let span = FileSpan { file, span: variant.name.span };
    scope.check_pascal_case(file, &variant.name);
    let marks = scope.marks(file, &variant.attributes, Bearer::Variant, None);
    if let Some(was) = &marks.was {
        scope.declarations.renames.insert(span, was.clone());
    }
    let owner = format!("{}{}", numbered.name(), variant.name.text);
    let written = variant.fields.as_deref().unwrap_or_default();
    let names: Vec<&ast::Ident> = written.iter().map(|field| &field.name).collect();
    scope.check_distinct(file, "field", &names);
    let fields: Vec<Field> = written
        .iter()
        .map(|field| {
            let place = format!("{owner}{}", to_pascal(&field.name.text));
            let ty = scope.written_type(file, field, numbered.item.damaged, Place::variant(&place));
            scope.refuse_patch(file, field, "a variant has all its fields");
            scope.field(file, field, ty, Bearer::VariantField, Value::Refused).0
        })
        .collect();
    scope.check_wire_fields(&fields);
    report_type_field(scope, &fields);
    Variant {
        name: variant.name.text.clone(),
        wire_name: marks.wire_name.clone().unwrap_or_else(|| variant.name.text.clone()),
        discriminant: position as u32,
        wire_order: (0..fields.len()).collect(),
        fields,
        docs: documented(&variant.docs, marks.deprecated.as_deref()),
        span,
    }
}

/// `type` tells the variant in JSON: `{"type": "Card", …}`.
fn report_type_field(scope: &mut Scope<'_>, fields: &[Field]) {
    for field in fields.iter().filter(|field| field.wire_name == "type") {
        let message = "a field of a variant cannot be `type` in JSON";
        scope.problems.push(
            Problem::new(&items::WIRE_NAME_CLASH, field.span, message)
                .label("`type` tells the variant")
                .help("give it another spelling with `@as(\"…\")`"),
        );
    }
}
