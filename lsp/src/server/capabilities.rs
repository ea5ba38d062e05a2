//! What the client can do, and what this server offers.

use gen_lsp_types as lsp;
use raftstone_dsl::Encoding;
use serde_json::Value;

/// What matters here of what a client says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The unit of columns, agreed with it.
    pub encoding: Encoding,
    /// Whether it shows the other places of a problem.
    pub shows_related: bool,
    /// Whether it links the code of a problem to a page.
    pub shows_pages: bool,
    /// Whether it shows Markdown in hovers.
    pub reads_markdown: bool,
    /// Whether it takes links with an origin as definitions.
    pub takes_links: bool,
    /// The folders that are open, as paths.
    pub folders: Vec<String>,
}

impl Client {
    /// Reads the parameters of `initialize`.
    ///
    /// They are read piece by piece: clients add members, and now and then send one that is not
    /// what the protocol says, and a session should not fail for what is not needed here.
    pub fn new(parameters: &Value) -> Self {
        let flag = |path: &str| parameters.pointer(path).and_then(Value::as_bool).unwrap_or(false);
        let hover_formats = strings(parameters, "/capabilities/textDocument/hover/contentFormat");
        Self {
            encoding: encoding(&strings(parameters, "/capabilities/general/positionEncodings")),
            shows_related: flag("/capabilities/textDocument/publishDiagnostics/relatedInformation"),
            shows_pages: flag("/capabilities/textDocument/publishDiagnostics/codeDescriptionSupport"),
            reads_markdown: hover_formats.is_empty() || hover_formats.contains(&"markdown"),
            takes_links: flag("/capabilities/textDocument/definition/linkSupport"),
            folders: folders(parameters),
        }
    }
}

fn strings<'v>(parameters: &'v Value, path: &str) -> Vec<&'v str> {
    let list = parameters.pointer(path).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// UTF-8 when the client can, since text is UTF-8 here; else the first of its wishes that is known.
/// A client that says nothing counts in UTF-16, as the protocol demands.
fn encoding(offered: &[&str]) -> Encoding {
    if offered.contains(&"utf-8") {
        return Encoding::Utf8;
    }
    let known = offered.iter().find_map(|name| match *name {
        "utf-16" => Some(Encoding::Utf16),
        "utf-32" => Some(Encoding::Utf32),
        _ => None,
    });
    known.unwrap_or(Encoding::Utf16)
}

fn folders(parameters: &Value) -> Vec<String> {
    let listed = parameters.get("workspaceFolders").and_then(Value::as_array);
    let mut uris: Vec<&str> = listed.into_iter().flatten().filter_map(|folder| folder.get("uri")?.as_str()).collect();
    if uris.is_empty() {
        uris.extend(parameters.get("rootUri").and_then(Value::as_str));
    }
    uris.into_iter().map(super::uri::to_path).collect()
}

/// What this server offers.
pub fn offered(client: &Client) -> lsp::InitializeResult {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::Incremental),
        save: Some(lsp::Save::Bool(true)),
        ..lsp::TextDocumentSyncOptions::default()
    };
    let encoding = match client.encoding {
        Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
        Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
    };
    lsp::InitializeResult {
        capabilities: lsp::ServerCapabilities {
            position_encoding: Some(encoding),
            text_document_sync: Some(lsp::TextDocumentSync::Options(sync)),
            hover_provider: Some(lsp::HoverProvider::Bool(true)),
            definition_provider: Some(lsp::DefinitionProvider::Bool(true)),
            document_formatting_provider: Some(lsp::DocumentFormattingProvider::Bool(true)),
            ..lsp::ServerCapabilities::default()
        },
        server_info: Some(lsp::ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_encoding_is_agreed() {
        let table: &[(&[&str], Encoding)] = &[
            (&[], Encoding::Utf16),
            (&["utf-16"], Encoding::Utf16),
            (&["utf-16", "utf-8"], Encoding::Utf8),
            (&["utf-32", "utf-16"], Encoding::Utf32),
            (&["utf-7"], Encoding::Utf16),
        ];
        for (offered, expected) in table {
            let parameters = json!({ "capabilities": { "general": { "positionEncodings": offered } } });
            assert_eq!(Client::new(&parameters).encoding, *expected, "{offered:?}");
        }
    }

    #[test]
    fn strange_parameters_are_survived() {
        for parameters in
            [json!(null), json!([]), json!({ "capabilities": 1, "workspaceFolders": { "uri": 2 }, "rootUri": null })]
        {
            let client = Client::new(&parameters);
            assert_eq!(client.encoding, Encoding::Utf16);
            assert!(client.folders.is_empty() && client.reads_markdown && !client.takes_links);
        }
    }

    #[test]
    fn folders_come_from_the_list_or_the_root() {
        let listed = json!({ "workspaceFolders": [{ "uri": "file:///a%20b", "name": "a" }], "rootUri": "file:///c" });
        assert_eq!(Client::new(&listed).folders, ["/a b"]);
        let root = json!({ "workspaceFolders": null, "rootUri": "file:///c" });
        assert_eq!(Client::new(&root).folders, ["/c"]);
    }
}
