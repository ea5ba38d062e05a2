//! Types written in bodies: `let x: T = …`.

use raftstone_dsl::ast::{TypeRef, TypeRefKind};

use super::Body;
use crate::codes::{auth as auth_codes, items as codes};
use crate::declarations::{Source, Type};
use crate::names::Named;
use crate::similar;
use crate::types::SCALARS;
use crate::unavailable::{self, Construct};

impl Body<'_, '_> {
    /// The meaning of a written type; what is wrong with it is reported.
    pub(crate) fn resolve(&mut self, ty: &TypeRef) -> Type {
        match &ty.kind {
            TypeRefKind::Name(name) => {
                if name.text == "secret" {
                    self.report(unavailable::cannot_run(Construct::Secret, self.at(name.span)));
                }
                if let Some((_, scalar)) = SCALARS.iter().find(|(it, _)| *it == name.text) {
                    return scalar.clone();
                }
                match self.shared.names.get(&name.text).map(|entry| entry.named) {
                    Some(Named::Newtype(id)) => Type::Newtype(id),
                    Some(Named::Enum(id)) => Type::Enum(id),
                    Some(Named::Struct(id)) => Type::Struct(id),
                    Some(Named::Model(id)) => Type::Reference(Source::Model(id)),
                    Some(Named::View(id)) => Type::Reference(Source::View(id)),
                    Some(Named::Unknown) => Type::Error,
                    named => {
                        self.report_no_type(ty, &name.text, named.is_some());
                        Type::Error
                    }
                }
            }
            TypeRefKind::Optional(inner) => match self.resolve(inner) {
                inner @ Type::Optional(_) => inner,
                inner => Type::Optional(Box::new(inner)),
            },
            TypeRefKind::List(element) => Type::List(Box::new(self.resolve_element(element))),
            TypeRefKind::Generic { name, arguments } => {
                let mut types = arguments.iter().map(|it| self.resolve_element(it)).collect::<Vec<_>>();
                let (last, first) = (types.pop(), types.pop());
                match (name.text.as_str(), first, last) {
                    ("set", None, Some(element)) => Type::Set(Box::new(element)),
                    ("page", None, Some(element)) => Type::Page(Box::new(element)),
                    ("map", Some(key), Some(value)) => Type::Map(Box::new(key), Box::new(value)),
                    _ => {
                        self.report_no_type(ty, &name.text, false);
                        Type::Error
                    }
                }
            }
            TypeRefKind::Record(_) => {
                let message = "a local has no record type of its own";
                let problem = self.problem(&codes::MISPLACED_TYPE, ty.span, message);
                self.report(problem.help("declare a `struct`, or leave the type out"));
                Type::Error
            }
        }
    }

    /// The type of what is inside a collection, which is no secret.
    fn resolve_element(&mut self, written: &TypeRef) -> Type {
        let ty = self.resolve(written);
        if !self.declarations().is_secret(&ty) {
            return ty;
        }
        let message = format!("`{}` cannot stand here", self.words(&ty));
        let problem = self.problem(&auth_codes::SECRET_PLACE, written.span, message).label("a secret");
        self.report(problem.help("a secret is no element of a collection"));
        Type::Error
    }

    fn report_no_type(&mut self, ty: &TypeRef, name: &str, is_item: bool) {
        let code = if is_item { &codes::NOT_A_TYPE } else { &codes::UNKNOWN_TYPE };
        let scalars = SCALARS.iter().map(|(scalar, _)| *scalar);
        let types = self.shared.names.iter().filter(|(_, entry)| entry.named.is_type());
        let near = similar::nearest(name, scalars.chain(types.map(|(name, _)| name)));
        let problem = self.problem(code, ty.span, format!("there is no type `{name}`"));
        self.report(problem.did_you_mean(near));
    }
}
