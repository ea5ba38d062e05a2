//! What every body of a schema reads.

use raftstone_dsl::ast;

use crate::declarations::{Declarations, EndpointId, FileSpan, ItemRef, Program};
use crate::names::{Named, Names};
use crate::plan::EndpointBody;
use crate::reads::{Read, note};

/// The schema as bodies see it.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    /// The files.
    program: &'a Program,
    /// What they declare.
    pub(crate) declarations: &'a Declarations,
    /// Their names.
    pub(crate) names: &'a Names,
    /// The endpoints, once it is known what they use.
    endpoints: &'a [EndpointBody],
}

impl<'a> Shared<'a> {
    pub(crate) const fn new(program: &'a Program, declarations: &'a Declarations, names: &'a Names) -> Self {
        Self { program, declarations, names, endpoints: &[] }
    }

    /// The same, when it is known what endpoints use.
    pub(crate) const fn with_endpoints(self, endpoints: &'a [EndpointBody]) -> Self {
        Self { endpoints, ..self }
    }

    /// Whether an endpoint uses an `extern fn`, by itself or by what it calls.
    pub(crate) fn uses_extern(&self, id: EndpointId) -> bool {
        note(|| Read::Extern(id));
        self.endpoints.get(id.index()).is_some_and(|body| body.uses_extern)
    }

    /// The tree of an item, with its file.
    pub(crate) fn item(&self, named: Named) -> Option<(u32, &'a ast::Item)> {
        note(|| Read::Item(named));
        let item = self.item_ref(named)?;
        Some((item.file, self.program.item(item)?))
    }

    /// The text at a place of an item that was asked for.
    pub(crate) fn text(&self, at: FileSpan) -> &'a str {
        let file = self.program.files.get(at.file as usize);
        file.and_then(|file| file.text.get(at.span.start as usize..at.span.end as usize)).unwrap_or_default()
    }

    fn item_ref(&self, named: Named) -> Option<ItemRef> {
        let declared = self.declarations;
        match named {
            Named::Model(id) => declared.models.unnoted().get(id.index()).map(|it| it.item),
            Named::Event(id) => declared.events.unnoted().get(id.index()).map(|it| it.item),
            Named::View(id) => declared.views.unnoted().get(id.index()).map(|it| it.item),
            Named::Function(id) => declared.functions.unnoted().get(id.index()).map(|it| it.item),
            Named::Endpoint(id) => declared.endpoints.unnoted().get(id.index()).map(|it| it.item),
            Named::Hook(id) => declared.hooks.unnoted().get(id.index()).map(|it| it.item),
            Named::Job(id) => declared.jobs.unnoted().get(id.index()).map(|it| it.item),
            Named::Scenario(id) => declared.scenarios.unnoted().get(id.index()).map(|it| it.item),
            Named::Newtype(_) | Named::Enum(_) | Named::Struct(_) | Named::Unknown => None,
        }
    }
}
