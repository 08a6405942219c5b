//! A small editor: opens texts, asks, and takes what it is told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::harness::Site;

/// How long an event may take before a test says that it did not come.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Editor {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Json>,
    root: String,
    next: i32,
    /// What the server said beside answers.
    told: VecDeque<Json>,
}

impl Editor {
    /// A session over a site, with an editor that has snippets and no extension of wj.
    pub fn new(site: &Site) -> Editor {
        let mut editor = Editor::start(site);
        let root = format!("file://{}", editor.root);
        editor.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": root,
                "capabilities": {
                    "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } },
                    "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
                },
            }),
        );
        editor.tell("initialized", json!({}));
        editor
    }

    /// Nothing has been said yet.
    pub fn start(site: &Site) -> Editor {
        let mut child = site.command(&["lsp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let root = site.dir.path().to_str().unwrap().to_owned();
        Editor { child, stdin, messages, root, next: 0, told: VecDeque::new() }
    }

    pub fn uri(&self, name: &str) -> String {
        format!("file://{}/pipelines/{name}", self.root)
    }

    pub fn open(&mut self, name: &str, text: &str) -> Json {
        let uri = self.uri(name);
        let document = json!({ "uri": uri, "languageId": "wj", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.findings(name)
    }

    /// Puts `new` in the place of what stands between two places, as `line:character`.
    pub fn change(&mut self, name: &str, range: [(u32, u32); 2], new: &str) -> Json {
        let changes = json!([{ "range": self::range(range), "text": new }]);
        let document = json!({ "uri": self.uri(name), "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
        self.findings(name)
    }

    /// The findings that are told next of an open text.
    pub fn findings(&mut self, name: &str) -> Json {
        let uri = self.uri(name);
        let is_open = |params: &Json| params["uri"] == uri.as_str() && !params["version"].is_null();
        self.wait_for("textDocument/publishDiagnostics", is_open)["diagnostics"].clone()
    }

    /// The next notification, or request of the server, with this method and such parameters.
    pub fn wait_for(&mut self, method: &str, fits: impl Fn(&Json) -> bool) -> Json {
        let is_it = |message: &Json| message["method"] == method && fits(&message["params"]);
        if let Some(at) = self.told.iter().position(is_it) {
            return self.told.remove(at).unwrap()["params"].clone();
        }
        loop {
            let message = self.read();
            if is_it(&message) {
                return message["params"].clone();
            }
            self.told.push_back(message);
        }
    }

    /// Asks about a place of a file.
    pub fn at(&mut self, method: &str, name: &str, place: (u32, u32)) -> Json {
        let (line, character) = place;
        let params = json!({
            "textDocument": { "uri": self.uri(name) },
            "position": { "line": line, "character": character },
            "context": { "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false },
        });
        self.ask(method, params)
    }

    /// Asks about a whole file.
    pub fn of(&mut self, method: &str, name: &str) -> Json {
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let document = json!({ "uri": self.uri(name) });
        let all = range([(0, 0), (100_000, 0)]);
        let context = json!({ "diagnostics": [] });
        self.ask(
            method,
            json!({ "textDocument": document, "options": options, "range": all, "context": context }),
        )
    }

    /// The result of a request that is to have one.
    pub fn ask(&mut self, method: &str, params: Json) -> Json {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The whole answer.
    pub fn answer(&mut self, method: &str, params: Json) -> Json {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.told.push_back(message);
        }
    }

    pub fn tell(&mut self, method: &str, params: Json) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub fn send(&mut self, message: &Json) {
        self.send_text(&message.to_string());
    }

    pub fn send_text(&mut self, text: &str) {
        self.send_raw(&format!("Content-Length: {}\r\n\r\n{text}", text.len()));
    }

    /// Whole messages, with their heads.
    pub fn send_raw(&mut self, messages: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(messages.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    fn read(&mut self) -> Json {
        self.messages.recv_timeout(PATIENCE).expect("the server says nothing more")
    }

    /// Hangs up, and gives the status that the server ended with.
    pub fn hang_up(mut self) -> Option<i32> {
        drop(self.stdin.take());
        self.child.wait().unwrap().code()
    }

    /// Ends as the protocol wants it.
    pub fn end(mut self) -> Option<i32> {
        self.ask("shutdown", Json::Null);
        self.tell("exit", Json::Null);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next message; `None` at the end.
fn read(from: &mut BufReader<ChildStdout>) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((_, value)) => length = value.parse().unwrap(),
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

pub fn range([(line, character), (to, end)]: [(u32, u32); 2]) -> Json {
    json!({ "start": { "line": line, "character": character }, "end": { "line": to, "character": end } })
}

/// Line and column in UTF-16 units, both from 0, of where `needle` begins first, `behind` letters further on.
pub fn find(text: &str, needle: &str, behind: usize) -> (u32, u32) {
    let at = text.find(needle).unwrap_or_else(|| panic!("no {needle:?}")) + behind;
    let front = &text[..at];
    let line = front.matches('\n').count();
    let column = front.rsplit('\n').next().unwrap().encode_utf16().count();
    (line as u32, column as u32)
}

/// A text with the edits of an answer.
pub fn edited(text: &str, edits: &Json) -> String {
    let offset = |place: &Json| {
        let (line, column) = (place["line"].as_u64().unwrap() as usize, place["character"].as_u64().unwrap());
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = 0;
        let rest = text[start..].char_indices();
        let at = rest.take_while(|(_, letter)| {
            units += letter.len_utf16() as u64;
            units <= column
        });
        start + at.map(|(at, letter)| at + letter.len_utf8()).last().unwrap_or(0)
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            (
                offset(&edit["range"]["start"]),
                offset(&edit["range"]["end"]),
                edit["newText"].as_str().unwrap(),
            )
        })
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}

/// The labels of a list of offers.
pub fn labels(offers: &Json) -> Vec<&str> {
    offers.as_array().unwrap().iter().map(|offer| offer["label"].as_str().unwrap()).collect()
}
