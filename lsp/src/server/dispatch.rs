//! Which method means what.

use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Notification, Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::main_loop::Session;
use super::{convert, uri};
use crate::ide;

/// Answers a request.
pub fn request(session: &mut Session, request: Request) -> Response {
    match request.method.as_str() {
        "textDocument/hover" => answer(session, request, hover),
        "textDocument/definition" => answer(session, request, definition),
        "textDocument/formatting" => answer(session, request, formatting),
        method => {
            let words = format!("`{method}` is not a request that this server answers");
            Response::new_err(request.id, ErrorCode::MethodNotFound as i32, words)
        }
    }
}

fn answer<P: DeserializeOwned, R: Serialize>(
    session: &mut Session,
    request: Request,
    handler: fn(&mut Session, P) -> Option<R>,
) -> Response {
    match serde_json::from_value(request.params) {
        Ok(parameters) => Response::new_ok(request.id, handler(session, parameters)),
        Err(error) => Response::new_err(request.id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

fn hover(session: &mut Session, parameters: lsp::HoverParams) -> Option<lsp::Hover> {
    let Session { client, workspace } = session;
    let view = workspace.view_of(&uri::to_path(&parameters.text_document_position_params.text_document.uri.0))?;
    let offset = view.offset(parameters.text_document_position_params.position, client);
    let found = ide::hover(view.schema, view.number, offset)?;
    Some(convert::hover(view.file, found, client))
}

fn definition(session: &mut Session, parameters: lsp::DefinitionParams) -> Option<lsp::DefinitionResponse> {
    let Session { client, workspace } = session;
    let view = workspace.view_of(&uri::to_path(&parameters.text_document_position_params.text_document.uri.0))?;
    let offset = view.offset(parameters.text_document_position_params.position, client);
    let found = ide::definition(view.schema, view.number, offset)?;
    convert::definition(view.files, view.file, found, client)
}

/// The options of the client do not count: there is one layout.
fn formatting(session: &mut Session, parameters: lsp::DocumentFormattingParams) -> Option<Vec<lsp::TextEdit>> {
    let text = session.workspace.text_of(&uri::to_path(&parameters.text_document.uri.0))?;
    Some(convert::edits(&text, ide::format(&text), session.client.encoding))
}

/// Takes note of a notification; the words are for the log.
pub fn notification(session: &mut Session, notification: Notification) -> Result<(), String> {
    let parameters = notification.params;
    match notification.method.as_str() {
        "textDocument/didOpen" => did_open(session, read(parameters)?),
        "textDocument/didChange" => did_change(session, read(parameters)?)?,
        "textDocument/didClose" => did_close(session, read(parameters)?),
        "textDocument/didSave" | "workspace/didChangeWatchedFiles" => session.workspace.look_again(),
        // `initialized` needs nothing; what starts with `$/` may be left, and so may what was not asked for.
        _ => {}
    }
    Ok(())
}

fn read<P: DeserializeOwned>(parameters: serde_json::Value) -> Result<P, String> {
    serde_json::from_value(parameters).map_err(|error| error.to_string())
}

fn did_open(session: &mut Session, parameters: lsp::DidOpenTextDocumentParams) {
    let lsp::TextDocumentItem { uri, version, text, .. } = parameters.text_document;
    session.workspace.open(uri::to_path(&uri.0), uri.0, version, text);
}

fn did_change(session: &mut Session, parameters: lsp::DidChangeTextDocumentParams) -> Result<(), String> {
    let document = parameters.text_document;
    let path = uri::to_path(&document.text_document_identifier.uri.0);
    let encoding = session.client.encoding;
    if session.workspace.change(&path, document.version, parameters.content_changes, encoding) {
        return Ok(());
    }
    Err(format!("`{path}` is not open"))
}

fn did_close(session: &mut Session, parameters: lsp::DidCloseTextDocumentParams) {
    session.workspace.close(&uri::to_path(&parameters.text_document.uri.0));
}
