//! A type does not contain itself: values have a bounded depth.

use std::collections::BTreeSet;

use super::Scope;
use crate::codes::items;
use crate::declarations::{EnumId, FileSpan, StructId, Type};
use crate::names::Named;
use crate::problem::Problem;

/// How deep types stand in each other at most: as deep as JSON is read.
pub const MAX_NESTING: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Struct(StructId),
    Enum(EnumId),
}

/// Reports each circle of structs and enums once, at its first member.
pub fn check(scope: &mut Scope<'_>) {
    let structs = (0..scope.declarations.structs.len()).map(|id| Node::Struct(StructId(id as u32)));
    let enums = (0..scope.declarations.enums.len()).map(|id| Node::Enum(EnumId(id as u32)));
    let nodes: Vec<Node> = structs.chain(enums).collect();
    let mut done = BTreeSet::new();
    for node in nodes {
        let mut way = Vec::new();
        visit(scope, node, &mut way, &mut done);
    }
}

fn visit(scope: &mut Scope<'_>, node: Node, way: &mut Vec<(Node, FileSpan)>, done: &mut BTreeSet<Node>) {
    if done.contains(&node) {
        return;
    }
    if way.len() >= MAX_NESTING {
        report_depth(scope, way);
        done.insert(node);
        return;
    }
    for (inner, span) in inside(scope, node) {
        way.push((node, span));
        if way.iter().any(|(on_way, _)| *on_way == inner) {
            report(scope, inner, way);
        } else {
            visit(scope, inner, way, done);
        }
        way.pop();
    }
    done.insert(node);
}

fn report_depth(scope: &mut Scope<'_>, way: &[(Node, FileSpan)]) {
    let Some((_, span)) = way.last() else { return };
    let message = format!("types are nested more than {MAX_NESTING} deep here");
    scope.problems.push(
        Problem::new(&items::RECURSIVE_TYPE, *span, message)
            .help("values are read to this depth: refer to rows of a model instead"),
    );
}

fn report(scope: &mut Scope<'_>, node: Node, way: &[(Node, FileSpan)]) {
    let declarations = &scope.declarations;
    let (name, named) = match node {
        Node::Struct(id) => (declarations.structs.get(id.index()).map(|item| item.name.clone()), Named::Struct(id)),
        Node::Enum(id) => (declarations.enums.get(id.index()).map(|item| item.name.clone()), Named::Enum(id)),
    };
    let Some((_, span)) = way.last() else { return };
    let message = format!("`{}` contains itself", name.unwrap_or_default());
    let mut problem = Problem::new(&items::RECURSIVE_TYPE, *span, message)
        .label("closes the circle")
        .help("make it a model and refer to its rows, or use `json` for data of any depth");
    let circle = way.iter().skip_while(|(on_way, _)| *on_way != node);
    for (_, other) in circle.filter(|(_, other)| other != span) {
        problem = problem.other(*other, "by way of this field");
    }
    scope.problems.push(problem);
    scope.spoil(named);
}

/// The structs and enums that values of a type hold, with the fields that hold them.
fn inside(scope: &Scope<'_>, node: Node) -> Vec<(Node, FileSpan)> {
    let mut found = Vec::new();
    match node {
        Node::Struct(id) => {
            for field in scope.declarations.structs.get(id.index()).iter().flat_map(|s| &s.fields) {
                collect(scope, &field.ty, field.span, &mut found);
            }
        }
        Node::Enum(id) => {
            let variants = scope.declarations.enums.get(id.index());
            for field in variants.iter().flat_map(|e| &e.variants).flat_map(|v| &v.fields) {
                collect(scope, &field.ty, field.span, &mut found);
            }
        }
    }
    found
}

fn collect(scope: &Scope<'_>, ty: &Type, span: FileSpan, found: &mut Vec<(Node, FileSpan)>) {
    match scope.without_newtypes(ty) {
        Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) | Type::Page(inner) => {
            collect(scope, inner, span, found);
        }
        Type::Map(key, value) => {
            collect(scope, key, span, found);
            collect(scope, value, span, found);
        }
        Type::Struct(id) => found.push((Node::Struct(*id), span)),
        Type::Enum(id) => found.push((Node::Enum(*id), span)),
        _ => {}
    }
}
