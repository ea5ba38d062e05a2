//! Reads enums: a plain variant is its name, one with data is an object whose `type` is the name.

use super::{Node, ObjectReader, nearest};
use crate::value::problems::{At, Complaint, code};

/// A variant of an enum, as JSON names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantName {
    /// The name.
    pub name: &'static str,
    /// Whether it carries data.
    pub has_data: bool,
}

/// Reads a variant of an enum without data: the position of its name.
pub fn read_plain_variant(node: &Node<'_>, names: &[&'static str], at: &mut At<'_>) -> Option<usize> {
    match node {
        Node::Text(text) => {
            let found = names.iter().position(|name| name == text);
            found.ok_or_else(|| unknown_variant(text, names)).map_err(|complaint| at.complain(complaint)).ok()
        }
        Node::Null => {
            at.problem(code::TYPE, "must not be null");
            None
        }
        _ => {
            at.complain(unknown_variant("", names));
            None
        }
    }
}

/// Reads a variant of an enum in which some carry data: the position of its name, and the reader of its fields.
///
/// The reader has already taken `type`; finish it as usual.
pub fn read_variant<'r, 'p, 'n>(
    node: &'n Node<'n>,
    names: &'static [VariantName],
    at: &'r mut At<'p>,
) -> Option<(usize, ObjectReader<'r, 'p, 'n>)> {
    let find = |text: &str| names.iter().enumerate().find(|(_, variant)| variant.name == text);
    let all = || names.iter().map(|variant| variant.name).collect::<Vec<_>>();
    match node {
        Node::Text(text) => match find(text) {
            Some((position, variant)) if !variant.has_data => Some((position, ObjectReader::empty(at))),
            Some((_, variant)) => {
                let name = variant.name;
                at.problem(
                    code::TYPE,
                    format!("must be an object: `{name}` carries data, `{{\"type\": \"{name}\", …}}`"),
                );
                None
            }
            None => {
                at.complain(unknown_variant(text, &all()));
                None
            }
        },
        Node::Object(_) => {
            let tag = node.get("type");
            let found = match tag {
                Some(Node::Text(text)) => find(text),
                _ => None,
            };
            match (found, tag) {
                (Some((position, variant)), _) if variant.has_data => {
                    let mut object = ObjectReader::new(node, at)?;
                    object.required::<String>("type")?;
                    return Some((position, object));
                }
                (Some((_, variant)), _) => {
                    at.problem(code::TYPE, format!("must be the string `{}`: it carries no data", variant.name));
                }
                (None, None) => at.field("type", |at| at.problem(code::REQUIRED, "is required")),
                (None, Some(Node::Text(text))) => {
                    at.field("type", |at| at.complain(unknown_variant(text, &all())));
                }
                (None, Some(_)) => at.field("type", |at| at.complain(unknown_variant("", &all()))),
            }
            None
        }
        Node::Null => {
            at.problem(code::TYPE, "must not be null");
            None
        }
        _ => {
            at.complain(unknown_variant("", &all()));
            None
        }
    }
}

/// The complaint that no variant has this name.
pub fn unknown_variant(text: &str, names: &[&'static str]) -> Complaint {
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let suggestion = nearest(text, names).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    let words = if names.len() == 1 { "must be" } else { "must be one of" };
    Complaint::malformed(format!("{words} {list}{suggestion}"))
}
