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
use super::workspace::{ReadLevels, View, Workspace};
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
    /// There may be findings that were not told yet.
    looked: bool,
    /// Nobody takes what is sent any more.
    gone: bool,
    /// What was told last of each file, by its name.
    told: BTreeMap<String, Told>,
}

impl<'a> Server<'a> {
    pub fn new(connection: &'a Connection, levels: ReadLevels<'a>) -> Server<'a> {
        Server {
            connection,
            levels,
            client: Client::default(),
            workspace: None,
            stopping: false,
            looked: false,
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
        self.looked |= workspace.examine();
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
                self.looked = true;
            }),
            "workspace/didChangeWatchedFiles" => {
                requests::read(params).map(|params: DidChangeWatchedFilesParams| {
                    let paths = params.changes.iter().filter_map(|change| place::path(&change.uri));
                    workspace.touched(&paths.collect::<Vec<_>>());
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
        let looked = workspace.examine() | std::mem::take(&mut self.looked);
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

/// What was told of a file.
struct Told {
    uri: Uri,
    revision: u64,
    diagnostics: Vec<Diagnostic>,
}

/// What is to be told of each file whose findings were put together again, if they are others than before or its text is new;
/// and of those that are gone.
fn news(workspace: &mut Workspace<'_>, told: &mut BTreeMap<String, Told>) -> Vec<PublishDiagnosticsParams> {
    let mut news = Vec::new();
    let mut before = std::mem::take(told);
    for project in workspace.projects() {
        for file in project.files() {
            let name = &file.source().name;
            let open = workspace.open.get(name);
            let changed = open.is_some_and(|open| open.changed);
            let old = match before.remove(name) {
                Some(old) if old.revision == file.revision && !changed => {
                    told.insert(name.clone(), old);
                    continue;
                }
                old => old,
            };
            let uri = match (open, &old) {
                (Some(open), _) => Some(open.uri.clone()),
                (None, Some(old)) => Some(old.uri.clone()),
                (None, None) => place::uri(name),
            };
            let (Some(uri), Some(model)) = (uri, file.model()) else { continue };
            let diagnostics = findings::of_file(&View { project, file, model, uri: &uri });
            let is_new = old.map_or(!diagnostics.is_empty(), |old| old.diagnostics != diagnostics);
            if changed || is_new {
                let version = open.map(|open| open.version);
                news.push(PublishDiagnosticsParams {
                    uri: uri.clone(),
                    diagnostics: diagnostics.clone(),
                    version,
                });
            }
            told.insert(name.clone(), Told { uri, revision: file.revision, diagnostics });
        }
    }
    let gone = before.into_values().filter(|old| !old.diagnostics.is_empty());
    news.extend(gone.map(|old| PublishDiagnosticsParams {
        uri: old.uri,
        diagnostics: Vec::new(),
        version: None,
    }));
    workspace.open.values_mut().for_each(|open| open.changed = false);
    news
}
