//! One line a request: which parameters it takes, and who answers it.

use lsp_server::Request;
use lsp_types::{
    CodeActionParams, CodeLensParams, CompletionParams, DocumentFormattingParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, ExecuteCommandParams, FoldingRangeParams,
    GotoDefinitionParams, HoverParams, InlayHintParams, ReferenceParams, RenameParams, SelectionRangeParams,
    SemanticTokensParams, SemanticTokensRangeParams, SignatureHelpParams, TextDocumentPositionParams, Uri,
    WorkspaceSymbolParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::capabilities::Client;
use super::refused::Refused;
use super::workspace::{View, Workspace};
use super::{
    code_actions, commands, completion, definition, folding, formatting, hover, inlay_hints, lenses, place,
    references, rename, selection, semantic_tokens, signature, symbols,
};

/// The result of a request.
///
/// # Errors
/// Parameters that are none, a file that is not known, and what the feature refuses.
pub(super) fn answer(workspace: &Workspace<'_>, client: Client, request: Request) -> Result<Value, Refused> {
    let Request { method, params, .. } = request;
    let files = Files { workspace };
    match method.as_str() {
        "textDocument/hover" => files.on(
            params,
            |p: &HoverParams| &p.text_document_position_params.text_document.uri,
            |view, p| Ok(hover::hover(view, p.text_document_position_params.position)),
        ),
        "textDocument/completion" => files.on(
            params,
            |p: &CompletionParams| &p.text_document_position.text_document.uri,
            |view, p| Ok(completion::completion(view, p.text_document_position.position, client.snippets)),
        ),
        "textDocument/signatureHelp" => files.on(
            params,
            |p: &SignatureHelpParams| &p.text_document_position_params.text_document.uri,
            |view, p| Ok(signature::signature_help(view, p.text_document_position_params.position)),
        ),
        "textDocument/definition" => files.on(
            params,
            |p: &GotoDefinitionParams| &p.text_document_position_params.text_document.uri,
            |view, p| Ok(definition::definition(view, p.text_document_position_params.position)),
        ),
        "textDocument/references" => files.on(
            params,
            |p: &ReferenceParams| &p.text_document_position.text_document.uri,
            |view, p| {
                Ok(references::references(
                    view,
                    p.text_document_position.position,
                    p.context.include_declaration,
                ))
            },
        ),
        "textDocument/prepareRename" => files.on(
            params,
            |p: &TextDocumentPositionParams| &p.text_document.uri,
            |view, p| rename::prepare(view, p.position),
        ),
        "textDocument/rename" => files.on(
            params,
            |p: &RenameParams| &p.text_document_position.text_document.uri,
            |view, p| rename::rename(view, p.text_document_position.position, &p.new_name),
        ),
        "textDocument/documentSymbol" => files.on(
            params,
            |p: &DocumentSymbolParams| &p.text_document.uri,
            |view, _| Ok(symbols::of_file(view)),
        ),
        "workspace/symbol" => {
            let params: WorkspaceSymbolParams = read(params)?;
            written(symbols::of_projects(workspace.projects(), &params.query))
        }
        "textDocument/semanticTokens/full" => files.on(
            params,
            |p: &SemanticTokensParams| &p.text_document.uri,
            |view, _| Ok(semantic_tokens::semantic_tokens(view, None)),
        ),
        "textDocument/semanticTokens/range" => files.on(
            params,
            |p: &SemanticTokensRangeParams| &p.text_document.uri,
            |view, p| Ok(semantic_tokens::semantic_tokens(view, Some(place::span(view.source(), p.range)))),
        ),
        "textDocument/inlayHint" => files.on(
            params,
            |p: &InlayHintParams| &p.text_document.uri,
            |view, p| Ok(inlay_hints::inlay_hints(view, place::span(view.source(), p.range))),
        ),
        "textDocument/codeAction" => files.on(
            params,
            |p: &CodeActionParams| &p.text_document.uri,
            |view, p| {
                let levels = workspace.levels_of(&p.text_document.uri).cloned().unwrap_or_default();
                Ok(code_actions::code_actions(view, place::span(view.source(), p.range), &p.context, &levels))
            },
        ),
        "textDocument/formatting" => files.on(
            params,
            |p: &DocumentFormattingParams| &p.text_document.uri,
            |view, _| Ok(formatting::formatting(view)),
        ),
        "textDocument/rangeFormatting" => files.on(
            params,
            |p: &DocumentRangeFormattingParams| &p.text_document.uri,
            |view, p| Ok(formatting::of_part(view, p.range)),
        ),
        "textDocument/foldingRange" => files.on(
            params,
            |p: &FoldingRangeParams| &p.text_document.uri,
            |view, _| Ok(folding::folding(view)),
        ),
        "textDocument/selectionRange" => files.on(
            params,
            |p: &SelectionRangeParams| &p.text_document.uri,
            |view, p| Ok(selection::selections(view, &p.positions)),
        ),
        "textDocument/codeLens" => files.on(
            params,
            |p: &CodeLensParams| &p.text_document.uri,
            |view, _| Ok(lenses::lenses(view, client.commands)),
        ),
        "workspace/executeCommand" => execute(&files, read(params)?),
        _ => Err(Refused::method(&method)),
    }
}

fn execute(files: &Files<'_, '_>, params: ExecuteCommandParams) -> Result<Value, Refused> {
    if params.command != lenses::RUN_TEST {
        return Err(Refused::request(format!("there is no command `{}` here", params.command)));
    }
    let mut arguments = params.arguments.iter().map(Value::as_str);
    let uri: Uri = match arguments.next().flatten().map(str::parse) {
        Some(Ok(uri)) => uri,
        _ => {
            return Err(Refused::params(
                "the first argument is the URI of a file, the second the title of a test",
            ));
        }
    };
    let view = files.view(&uri)?;
    let outcomes = commands::run_test(&view, arguments.next().flatten())?;
    let told: Vec<String> = outcomes.iter().map(commands::Outcome::told).collect();
    let passed = outcomes.iter().all(commands::Outcome::passed);
    written(serde_json::json!({
        "passed": passed,
        "message": told.join("\n"),
        "tests": outcomes.iter().map(commands::Outcome::as_json).collect::<Vec<_>>(),
    }))
}

struct Files<'a, 'w> {
    workspace: &'a Workspace<'w>,
}

impl<'a> Files<'a, '_> {
    /// Answers a request about one file.
    fn on<P: DeserializeOwned, R: Serialize>(
        &self,
        params: Value,
        uri: fn(&P) -> &Uri,
        answer: impl FnOnce(&View<'_>, &P) -> Result<R, Refused>,
    ) -> Result<Value, Refused> {
        let params: P = read(params)?;
        let view = self.view(uri(&params))?;
        written(answer(&view, &params)?)
    }

    fn view<'u>(&self, uri: &'u Uri) -> Result<View<'u>, Refused>
    where
        'a: 'u,
    {
        let unknown =
            || Refused::request(format!("`{}` is no file that is open or lies beside one", uri.as_str()));
        self.workspace.view(uri).ok_or_else(unknown)
    }
}

pub(super) fn read<P: DeserializeOwned>(params: Value) -> Result<P, Refused> {
    serde_json::from_value(params).map_err(Refused::params)
}

fn written(result: impl Serialize) -> Result<Value, Refused> {
    serde_json::to_value(result).map_err(Refused::internal)
}
