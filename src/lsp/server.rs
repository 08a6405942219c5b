//! The life of a session: what comes in, in order. Texts are taken over at once; findings are told when nothing more has come,
//! so that they are those of the newest text.

use std::collections::BTreeMap;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response, ResponseError};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, InitializeParams, MessageType, PublishDiagnosticsParams, ShowMessageParams,
    Uri,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::capabilities::{self, Client};
use super::refused::Refused;
use super::requests;
use super::workspace::{ReadLevels, Workspace};
use super::{findings, place, stdio};

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As the editor asked for it.
    Asked,
    /// It went away, or said `exit` without `shutdown` before.
    Sudden,
}

pub(super) struct Server<'a> {
    connection: &'a Connection,
    levels: ReadLevels<'a>,
    client: Client,
    /// `None` before `initialize`.
    workspace: Option<Workspace<'a>>,
    stopping: bool,
    /// Nobody takes what is sent any more.
    gone: bool,
    /// What was told last of each file, by its URI.
    told: BTreeMap<String, Vec<Diagnostic>>,
}

impl<'a> Server<'a> {
    pub fn new(connection: &'a Connection, levels: ReadLevels<'a>) -> Server<'a> {
        Server {
            connection,
            levels,
            client: Client::default(),
            workspace: None,
            stopping: false,
            gone: false,
            told: BTreeMap::new(),
        }
    }

    pub fn run(mut self) -> End {
        loop {
            if self.connection.receiver.is_empty() {
                self.tell_findings();
            }
            if self.gone {
                return End::Sudden;
            }
            let Ok(message) = self.connection.receiver.recv() else { return End::Sudden };
            match message {
                Message::Request(request) => self.request(request),
                Message::Notification(note) if note.method == "exit" => {
                    return if self.stopping { End::Asked } else { End::Sudden };
                }
                Message::Notification(note) => self.notification(note),
                // What was asked of the editor needs no answer.
                Message::Response(_) => {}
            }
        }
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        let result = self.answer(request).map_err(ResponseError::from);
        self.send(Message::Response(Response { id, response_result: result }));
    }

    fn answer(&mut self, request: Request) -> Result<Value, Refused> {
        if request.method == "initialize" {
            return self.initialize(request.params);
        }
        if self.stopping {
            return Err(Refused::out_of_turn("the session is shut down", ErrorCode::InvalidRequest));
        }
        let Some(workspace) = &mut self.workspace else {
            return Err(Refused::out_of_turn("`initialize` comes first", ErrorCode::ServerNotInitialized));
        };
        if request.method == "shutdown" {
            self.stopping = true;
            return Ok(Value::Null);
        }
        // What is asked is asked of the newest text.
        workspace.examine();
        requests::answer(workspace, self.client, request)
    }

    fn initialize(&mut self, params: Value) -> Result<Value, Refused> {
        if self.workspace.is_some() {
            return Err(Refused::out_of_turn("the session has begun already", ErrorCode::InvalidRequest));
        }
        let params: InitializeParams = requests::read(params)?;
        self.client = Client::of(&params);
        self.workspace = Some(Workspace::new(capabilities::roots(&params), self.levels));
        Ok(json!({
            "capabilities": capabilities::of_server(self.client),
            "serverInfo": { "name": "wj", "version": env!("CARGO_PKG_VERSION") },
        }))
    }

    fn notification(&mut self, note: Notification) {
        let Some(workspace) = &mut self.workspace else { return };
        let Notification { method, params } = note;
        let result = match method.as_str() {
            "initialized" => {
                self.watch();
                return;
            }
            "textDocument/didOpen" => requests::read(params).map(|params: DidOpenTextDocumentParams| {
                let document = params.text_document;
                workspace.opened(document.uri, document.version, document.text);
            }),
            "textDocument/didChange" => {
                requests::read(params).and_then(|params: DidChangeTextDocumentParams| {
                    let document = params.text_document;
                    let changed = workspace.changed(&document.uri, document.version, params.content_changes);
                    changed.map_err(Refused::request)
                })
            }
            "textDocument/didClose" => requests::read(params).map(|params: DidCloseTextDocumentParams| {
                workspace.closed(&params.text_document.uri);
            }),
            "workspace/didChangeWatchedFiles" => {
                requests::read(params).map(|params: DidChangeWatchedFilesParams| {
                    let paths = params.changes.iter().filter_map(|change| place::path(&change.uri));
                    paths.for_each(|path| workspace.touched(&path));
                })
            }
            stdio::MALFORMED => Err(Refused::params(&params)),
            // `$/…` and what an editor tells beside may be passed over.
            _ => return,
        };
        // A notification has no answer, so its trouble is shown.
        if let Err(refused) = result {
            let error = ResponseError::from(refused);
            self.show(MessageType::WARNING, format!("`{method}`: {}", error.message));
        }
    }

    /// Asks to be told of files that change on disk.
    fn watch(&mut self) {
        if !self.client.watches {
            return;
        }
        let watchers = json!([{ "globPattern": "**/*.wj" }, { "globPattern": "**/wj.toml" }]);
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        let id = "watch".to_owned().into();
        let method = "client/registerCapability".to_owned();
        self.send(Message::Request(Request {
            id,
            method,
            params: json!({ "registrations": [registration] }),
        }));
    }

    /// Tells the findings of every file of which they are others than before, and those of every text that was just changed.
    fn tell_findings(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let looked = workspace.examine();
        let troubles = std::mem::take(&mut workspace.troubles);
        if looked {
            let news = news(workspace, &mut self.told);
            for params in news {
                self.notify("textDocument/publishDiagnostics", params);
            }
        }
        for trouble in troubles {
            self.show(MessageType::ERROR, trouble);
        }
    }

    fn show(&mut self, typ: MessageType, message: String) {
        self.notify("window/showMessage", ShowMessageParams { typ, message });
    }

    fn notify(&mut self, method: &str, params: impl Serialize) {
        let params = serde_json::to_value(params).unwrap_or_default();
        self.send(Message::Notification(Notification { method: method.to_owned(), params }));
    }

    fn send(&mut self, message: Message) {
        self.gone |= self.connection.sender.send(message).is_err();
    }
}

fn news(
    workspace: &mut Workspace<'_>,
    told: &mut BTreeMap<String, Vec<Diagnostic>>,
) -> Vec<PublishDiagnosticsParams> {
    let mut news = Vec::new();
    let mut gone: BTreeMap<String, Vec<Diagnostic>> = std::mem::take(told);
    let mut files: Vec<(Uri, Option<i32>, bool)> = Vec::new();
    for file in workspace.projects().flat_map(crate::check::Project::files) {
        let name = &file.source().name;
        match workspace.open.get(name) {
            Some(open) => files.push((open.uri.clone(), Some(open.version), open.changed)),
            None => files.extend(place::uri(name).map(|uri| (uri, None, false))),
        }
    }
    for (uri, version, changed) in files {
        let Some(view) = workspace.view(&uri) else { continue };
        let diagnostics = findings::of_file(&view);
        let before = gone.remove(uri.as_str());
        if changed || before.as_ref().map_or(!diagnostics.is_empty(), |before| *before != diagnostics) {
            news.push(PublishDiagnosticsParams {
                uri: uri.clone(),
                diagnostics: diagnostics.clone(),
                version,
            });
        }
        told.insert(uri.as_str().to_owned(), diagnostics);
    }
    for (uri, before) in gone {
        if let (false, Ok(uri)) = (before.is_empty(), uri.parse()) {
            news.push(PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None });
        }
    }
    workspace.open.values_mut().for_each(|open| open.changed = false);
    news
}
