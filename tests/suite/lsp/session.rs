//! How a session begins and ends, what is refused in it, and how texts are kept.

use serde_json::{Value as Json, json};

use super::client::{Editor, range};
use crate::harness::Site;

const SCRIPT: &str = "pipeline p {\n  on GET \"/p\"\n  respond 200\n}\n\ntest \"p\" {\n  send GET \"/p\"\n  expect status 200\n}\n";

#[test]
fn a_session_begins_and_ends_in_its_order() {
    let site = Site::new(&[]);
    let mut editor = Editor::start(&site);
    let early = editor.answer("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], -32002, "{early}");
    let result = editor.ask("initialize", json!({ "capabilities": {} }));
    assert_eq!(result["serverInfo"]["name"], "wj");
    for feature in
        ["hoverProvider", "completionProvider", "renameProvider", "codeLensProvider", "inlayHintProvider"]
    {
        assert!(result["capabilities"].get(feature).is_some(), "{feature}");
    }
    assert_eq!(result["capabilities"]["executeCommandProvider"]["commands"], json!(["wj.runTest"]));
    let twice = editor.answer("initialize", json!({ "capabilities": {} }));
    assert_eq!(twice["error"]["code"], -32600);
    editor.ask("shutdown", Json::Null);
    let late = editor.answer("textDocument/hover", json!({}));
    assert_eq!(late["error"]["code"], -32600);
    editor.tell("exit", Json::Null);
    assert_eq!(editor.hang_up(), Some(0));
}

#[test]
fn an_editor_that_goes_away_ends_the_server() {
    let site = Site::new(&[]);
    assert_eq!(Editor::new(&site).hang_up(), Some(1));
    assert_eq!(Editor::new(&site).end(), Some(0));
}

#[test]
fn what_makes_no_sense_is_refused_and_the_session_goes_on() {
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    editor.open("a.wj", SCRIPT);
    let code = |answer: Json| answer["error"]["code"].as_i64().unwrap();
    assert_eq!(code(editor.answer("textDocument/hover", json!({ "position": "here" }))), -32602);
    assert_eq!(code(editor.answer("textDocument/hover", json!([1, 2]))), -32602);
    assert_eq!(code(editor.answer("no/such", json!({}))), -32601);
    let unknown =
        json!({ "textDocument": { "uri": "file:///no/such.wj" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(code(editor.answer("textDocument/hover", unknown)), -32803);
    editor.send_text("{ this is no JSON");
    editor.wait_for("window/showMessage", |params| params["message"].as_str().unwrap().contains("malformed"));
    editor.tell("textDocument/didChange", json!({ "textDocument": 1 }));
    editor.wait_for("window/showMessage", |params| params["message"].as_str().unwrap().contains("didChange"));
    // Places far outside are the ends of what they are outside of.
    for place in [(0, u32::MAX), (u32::MAX, 0), (u32::MAX, u32::MAX)] {
        for method in ["hover", "completion", "definition", "references", "signatureHelp"] {
            editor.at(&format!("textDocument/{method}"), "a.wj", place);
        }
    }
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn changes_come_in_utf16_and_one_after_another() {
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    editor.open("a.wj", "# 😀 я\npipeline p {\n  on GET \"/p\"\n  respond 200 \"😀 нет\"\n}\n");
    // Behind the emoji, which takes two units.
    editor.change("a.wj", [(3, 18), (3, 21)], "да");
    let changes = json!([
        { "range": range([(0, 0), (1, 0)]), "text": "" },
        { "range": range([(1, 10), (1, 12)]), "text": "/q" },
    ]);
    let document = json!({ "uri": editor.uri("a.wj"), "version": 3 });
    editor.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    editor.findings("a.wj");
    let symbols = editor.of("textDocument/documentSymbol", "a.wj");
    assert_eq!(symbols[0]["range"], range([(0, 0), (3, 1)]));
    assert_eq!(symbols[0]["children"][0]["name"], "GET /q");
    let changes = json!([{ "text": SCRIPT }]);
    let document = json!({ "uri": editor.uri("a.wj"), "version": 4 });
    editor.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    assert_eq!(editor.findings("a.wj"), json!([]));
}

#[test]
fn unsaved_texts_lie_over_the_files_of_the_project() {
    let site = Site::new(&[("a.wj", SCRIPT), ("b.wj", "")]);
    let mut editor = Editor::new(&site);
    // The same route and name in another file: the later file is told, the earlier is pointed at.
    let findings = editor.open("b.wj", SCRIPT);
    let codes: Vec<&str> =
        findings.as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["WJ0503", "WJ0502"], "{findings}");
    let related = &findings[0]["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], editor.uri("a.wj"));
    // The file on disk changes, and the editor tells of it.
    site.write("a.wj", "");
    let changes = json!([{ "uri": editor.uri("a.wj"), "type": 2 }]);
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    assert_eq!(editor.findings("b.wj"), json!([]));
    // A closed text is the file again, which is empty.
    let document = json!({ "textDocument": { "uri": editor.uri("b.wj") } });
    editor.tell("textDocument/didClose", document);
    let symbols = editor.of("textDocument/documentSymbol", "b.wj");
    assert_eq!(symbols, json!([]));
}

#[test]
fn a_connector_that_is_typed_is_known_to_the_other_files() {
    let uses = "pipeline p {\n  on GET \"/p\"\n  respond 200\n  crm.add { email = \"a@b.example\" }\n}\n\ntest \"p\" {\n  send GET \"/p\"\n  expect status 200\n}\n";
    let site = Site::new(&[("uses.wj", uses)]);
    let mut editor = Editor::new(&site);
    let findings = editor.open("uses.wj", uses);
    assert_eq!(findings[0]["severity"], 1, "{findings}");
    let crm = "connector crm \"CRM\" {\n  base \"https://crm.example\"\n\n  action add \"Adds a lead\" {\n    param email email \"of the lead\"\n    http.post \"{base}/leads\" { json { email: email } }\n  }\n}\n";
    editor.open("crm.wj", crm);
    let findings = editor.findings("uses.wj");
    assert!(findings.as_array().unwrap().iter().all(|found| found["severity"] == 2), "{findings}");
    let place = super::client::find(uses, "crm.add", 5);
    let definition = editor.at("textDocument/definition", "uses.wj", place);
    assert_eq!(
        (&definition["uri"], &definition["range"]["start"]["line"]),
        (&json!(editor.uri("crm.wj")), &json!(3))
    );
    let place = super::client::find(uses, "email =", 1);
    let definition = editor.at("textDocument/definition", "uses.wj", place);
    assert_eq!(definition["range"]["start"]["line"], 4);
    let references = editor.at("textDocument/references", "uses.wj", super::client::find(uses, "crm.add", 5));
    assert_eq!(references.as_array().unwrap().len(), 1);
}

#[test]
fn levels_of_the_project_hold() {
    let script = "const UNUSED = 1\n";
    let site = Site::new(&[("a.wj", script)]);
    std::fs::write(site.dir.path().join("wj.toml"), "[check]\nunused-constant = \"error\"\n").unwrap();
    let mut editor = Editor::new(&site);
    assert_eq!(editor.open("a.wj", script)[0]["severity"], 1);
    std::fs::write(site.dir.path().join("wj.toml"), "[check]\nunused-constant = \"off\"\n").unwrap();
    let uri = format!("file://{}/wj.toml", site.dir.path().display());
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    assert_eq!(editor.findings("a.wj"), json!([]));
    std::fs::write(site.dir.path().join("wj.toml"), "[check]\nunused-constnat = \"off\"\n").unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    editor.wait_for("window/showMessage", |params| {
        params["message"].as_str().unwrap().contains("unused-constant")
    });
}

#[test]
fn a_text_that_was_never_saved_is_checked_by_itself() {
    let site = Site::new(&[("a.wj", SCRIPT)]);
    let mut editor = Editor::new(&site);
    let document = json!({ "uri": "untitled:Untitled-1", "languageId": "wj", "version": 1, "text": SCRIPT });
    editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let told =
        editor.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == "untitled:Untitled-1");
    assert_eq!(told["diagnostics"], json!([]));
}

#[test]
fn what_is_asked_right_behind_a_change_swallows_no_findings() {
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    assert_eq!(editor.open("a.wj", "const A = 1\n").as_array().map(Vec::len), Some(1));
    // All of it lies ready before the server reads the first of it.
    let mut all = String::new();
    for (version, text) in [(2, "const A = \n"), (3, "const = 1\n")] {
        let document = json!({ "uri": editor.uri("a.wj"), "version": version });
        let change = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        let told = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change });
        let place = json!({ "textDocument": { "uri": editor.uri("a.wj") }, "position": { "line": 0, "character": 7 } });
        let asked = json!({ "jsonrpc": "2.0", "id": 1_000 + version, "method": "textDocument/hover", "params": place });
        for message in [told.to_string(), asked.to_string()] {
            all += &format!("Content-Length: {}\r\n\r\n{message}", message.len());
        }
    }
    editor.send_raw(&all);
    let is_last = |params: &serde_json::Value| params["version"] == 3;
    let told = editor.wait_for("textDocument/publishDiagnostics", is_last);
    assert!(!told["diagnostics"].as_array().unwrap().is_empty(), "{told}");
}
