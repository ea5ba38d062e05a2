//! `fn` and `extern fn`.

use raftstone_dsl::ast::{self, ItemKind};

use super::fields::Value;
use super::spelling::to_pascal;
use super::{Numbered, Scope};
use crate::attributes::Bearer;
use crate::codes::{endpoints, items};
use crate::declarations::{Field, FileSpan, Function, Type};
use crate::problem::Problem;
use crate::types::Place;

/// Declares all functions.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let (item, is_extern) = match &numbered.item.kind {
            ItemKind::Function(item) => (item, false),
            ItemKind::ExternFunction(item) => (item, true),
            _ => continue,
        };
        let declared = declare_one(scope, &numbered, item, is_extern);
        scope.declarations.functions.push(declared);
    }
}

fn declare_one(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Function, is_extern: bool) -> Function {
    let (_, docs) = scope.item_marks(numbered, Bearer::OtherItem);
    let names: Vec<&ast::Ident> = item
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            ast::Parameter::Field(field) => Some(&field.name),
            ast::Parameter::Spread { .. } => None,
        })
        .collect();
    scope.check_distinct(numbered.file, "parameter", &names);
    let parameters: Vec<Field> =
        item.parameters.iter().filter_map(|parameter| declare_parameter(scope, numbered, parameter)).collect();
    Function {
        name: numbered.name(),
        is_extern,
        parameters,
        returns: returns(scope, numbered, item),
        item: numbered.item_ref,
        docs,
        span: numbered.name_span(),
    }
}

fn declare_parameter(scope: &mut Scope<'_>, numbered: &Numbered<'_>, parameter: &ast::Parameter) -> Option<Field> {
    let file = numbered.file;
    let written = match parameter {
        ast::Parameter::Field(written) => written,
        ast::Parameter::Spread { span, .. } => {
            let span = FileSpan { file, span: *span };
            scope.problems.push(
                Problem::new(&endpoints::SPREAD, span, "a function takes no fields of an event")
                    .help("`..Event` belongs to endpoints"),
            );
            return None;
        }
    };
    let place = format!("{}{}", to_pascal(&numbered.name()), to_pascal(&written.name.text));
    let ty = scope.written_type(file, written, numbered.item.damaged, Place::function(&place));
    scope.refuse_patch(file, written, "a call gives every parameter");
    Some(scope.field(file, written, ty, Bearer::FunctionParameter, Value::Refused).0)
}

fn returns(scope: &mut Scope<'_>, numbered: &Numbered<'_>, item: &ast::Function) -> Type {
    let Some(written) = &item.returns else {
        if !numbered.item.damaged {
            let message = format!("the function `{}` has no result", numbered.name());
            scope.problems.push(
                Problem::new(&items::MISSING_TYPE, numbered.name_span(), message)
                    .help("write `-> T` behind the parameters: a function is there for its value"),
            );
        }
        return Type::Error;
    };
    let place = format!("{}Result", to_pascal(&numbered.name()));
    scope.resolve_type(numbered.file, written, Place::function(&place))
}
