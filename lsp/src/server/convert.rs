//! From plain data to the types of the protocol, and back.

use gen_lsp_types as lsp;
use raftstone_compiler::codes::Severity;
use raftstone_compiler::declarations::FileSpan;
use raftstone_dsl::ast::Span;
use raftstone_dsl::{Encoding, LineColumn, LineIndex};

use super::capabilities::Client;
use super::uri;
use crate::ide;

/// Where the page of each code stands.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/diagnostics/");

/// What the name of the server is in the list of problems.
pub const SOURCE: &str = "raftstone";

/// A file of a schema as the client knows it.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its URI.
    pub uri: lsp::Uri,
    /// Its lines.
    pub lines: LineIndex,
}

impl File {
    /// A file with its text; the URI is the client's own if it has the file open.
    pub fn new(path: String, open_as: Option<&str>, text: &str) -> Self {
        let uri = open_as.map_or_else(|| uri::from_path(&path), str::to_owned).into();
        Self { path, uri, lines: LineIndex::new(text) }
    }

    /// A range of it.
    pub fn range(&self, span: Span, encoding: Encoding) -> lsp::Range {
        let start = position(self.lines.line_column(span.start, encoding));
        lsp::Range { start, end: position(self.lines.line_column(span.end, encoding)) }
    }
}

/// The position of the protocol as ours.
pub fn line_column(position: lsp::Position) -> LineColumn {
    LineColumn { line: position.line, column: position.character }
}

fn position(place: LineColumn) -> lsp::Position {
    lsp::Position { line: place.line, character: place.column }
}

/// A place in one of the files.
pub fn location(files: &[File], place: FileSpan, encoding: Encoding) -> Option<lsp::Location> {
    let file = files.get(place.file as usize)?;
    Some(lsp::Location { uri: file.uri.clone(), range: file.range(place.span, encoding) })
}

/// A problem of a schema as the client shows it.
pub fn diagnostic(files: &[File], problem: &ide::Diagnostic, client: &Client) -> Option<lsp::Diagnostic> {
    let file = files.get(problem.place.file as usize)?;
    let href = format!("{PAGES}{}.md", problem.code);
    let related = problem.related.iter().filter_map(|(place, message)| {
        let location = location(files, *place, client.encoding)?;
        Some(lsp::DiagnosticRelatedInformation { location, message: message.clone() })
    });
    let related: Vec<_> = if client.shows_related { related.collect() } else { Vec::new() };
    Some(lsp::Diagnostic {
        range: file.range(problem.place.span, client.encoding),
        severity: Some(severity(problem.severity)),
        code: Some(lsp::Code::String(problem.code.to_owned())),
        code_description: client.shows_pages.then(|| lsp::CodeDescription { href: href.into() }),
        source: Some(SOURCE.to_owned()),
        message: lsp::Message::String(problem.message.clone()),
        tags: None,
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    })
}

/// What is said about a root that cannot be loaded at all; there is no place in it to point at.
pub fn unreadable(reason: &str) -> lsp::Diagnostic {
    lsp::Diagnostic {
        range: lsp::Range::default(),
        severity: Some(lsp::DiagnosticSeverity::Error),
        source: Some(SOURCE.to_owned()),
        message: lsp::Message::String(format!("this file cannot be checked: {reason}")),
        ..lsp::Diagnostic::default()
    }
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::Error,
        Severity::Warning => lsp::DiagnosticSeverity::Warning,
    }
}

/// What is said about the thing under the cursor.
pub fn hover(file: &File, hover: ide::Hover, client: &Client) -> lsp::Hover {
    let kind = if client.reads_markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
    lsp::Hover {
        contents: lsp::Contents::MarkupContent(lsp::MarkupContent { kind, value: hover.markdown }),
        range: Some(file.range(hover.span, client.encoding)),
    }
}

/// Changes of a text.
pub fn edits(text: &str, edits: Vec<(Span, String)>, encoding: Encoding) -> Vec<lsp::TextEdit> {
    let lines = LineIndex::new(text);
    let place = |offset: u32| position(lines.line_column(offset, encoding));
    let edit = |(span, new_text): (Span, String)| {
        let range = lsp::Range { start: place(span.start), end: place(span.end) };
        lsp::TextEdit { range, new_text }
    };
    edits.into_iter().map(edit).collect()
}

/// Where the thing under the cursor is declared.
pub fn definition(
    files: &[File],
    file: &File,
    definition: ide::Definition,
    client: &Client,
) -> Option<lsp::DefinitionResponse> {
    let encoding = client.encoding;
    let target = files.get(definition.target.file as usize)?;
    let range = target.range(definition.target.span, encoding);
    if !client.takes_links {
        let location = lsp::Location { uri: target.uri.clone(), range };
        return Some(lsp::DefinitionResponse::Definition(lsp::Definition::LocationList(vec![location])));
    }
    let link = lsp::LocationLink {
        origin_selection_range: Some(file.range(definition.origin, encoding)),
        target_uri: target.uri.clone(),
        target_range: target.range(definition.whole, encoding),
        target_selection_range: range,
    };
    Some(lsp::DefinitionResponse::DefinitionLinkList(vec![link]))
}
