//! From a name to where it is declared.

use raftstone_compiler::declarations::FileSpan;
use raftstone_compiler::names::Entry;
use raftstone_dsl::ast::Span;

use super::Schema;
use super::find::{self, Meaning};

/// Where the thing under the cursor is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name under the cursor.
    pub origin: Span,
    /// The declared name.
    pub target: FileSpan,
    /// The declaration with all that belongs to it, in the target's file.
    pub whole: Span,
}

/// The declaration of what stands at an offset.
pub fn definition(schema: &Schema, file: u32, offset: u32) -> Option<Definition> {
    let found = find::at(schema, file, offset)?;
    let target = declared_at(schema, &found.meaning)?;
    let whole = match &found.meaning {
        Meaning::Item(entry) => item_span(schema, *entry),
        _ => None,
    };
    Some(Definition { origin: found.span, target, whole: whole.unwrap_or(target.span) })
}

fn declared_at(schema: &Schema, meaning: &Meaning) -> Option<FileSpan> {
    let declared = &schema.checked.declarations;
    match meaning {
        Meaning::Item(entry) => Some(entry.span),
        Meaning::Field(owner, position) => schema.field(*owner, *position).map(|field| field.span),
        Meaning::BackReference(model, position) => {
            Some(declared.models.get(model.index())?.back_references.get(*position)?.span)
        }
        Meaning::Variant(id, position) => Some(declared.enums.get(id.index())?.variants.get(*position)?.span),
        Meaning::Local(local) => Some(local.span),
        Meaning::File(file) => Some(FileSpan { file: *file, span: Span::default() }),
        Meaning::BuiltIn(_) => None,
    }
}

fn item_span(schema: &Schema, entry: Entry) -> Option<Span> {
    let (_, item) = schema.item(entry.named)?;
    let holds_name = item.span.start <= entry.span.span.start && entry.span.span.end <= item.span.end;
    holds_name.then_some(item.span)
}
