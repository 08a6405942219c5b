//! What the server says of itself, and what it needs to know of the editor.

use std::path::PathBuf;

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    ExecuteCommandOptions, FoldingRangeProviderCapability, HoverProviderCapability, InitializeParams, OneOf,
    RenameOptions, SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, ServerCapabilities, SignatureHelpOptions, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, WorkDoneProgressOptions,
};

use super::{lenses, place, semantic_tokens};

/// The editor, as it presented itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Client {
    pub snippets: bool,
    /// It can be asked to tell of changed files.
    pub watches: bool,
    /// It has an extension of wj that carries out `wj.runTest` and `wj.plan`.
    pub commands: bool,
}

impl Client {
    pub fn of(params: &InitializeParams) -> Client {
        let capabilities = &params.capabilities;
        let item = capabilities
            .text_document
            .as_ref()
            .and_then(|text| text.completion.as_ref())
            .and_then(|completion| completion.completion_item.as_ref());
        let watched =
            capabilities.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let options = params.initialization_options.as_ref();
        Client {
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            watches: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            commands: options.and_then(|options| options.get("commands")?.as_bool()).unwrap_or(false),
        }
    }
}

/// The folders that the editor has open.
pub(super) fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    if let Some(folders) = &params.workspace_folders {
        return folders.iter().filter_map(|folder| place::path(&folder.uri)).collect();
    }
    #[expect(deprecated, reason = "editors that know no workspace folders name their one root so")]
    params.root_uri.iter().filter_map(place::path).collect()
}

pub(super) fn of_server(client: Client) -> ServerCapabilities {
    let none = WorkDoneProgressOptions::default();
    // What the editor's extension carries out must not be claimed here too.
    let commands = if client.commands { Vec::new() } else { vec![lenses::RUN_TEST.to_owned()] };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", " ", "{", "(", "=", "$"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            retrigger_characters: None,
            work_done_progress_options: none,
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: none,
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: SemanticTokensLegend {
                    token_types: semantic_tokens::TYPES.to_vec(),
                    token_modifiers: semantic_tokens::MODIFIERS.to_vec(),
                },
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                work_done_progress_options: none,
            }
            .into(),
        ),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        execute_command_provider: (!commands.is_empty())
            .then_some(ExecuteCommandOptions { commands, work_done_progress_options: none }),
        ..ServerCapabilities::default()
    }
}
