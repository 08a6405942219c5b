//! Everything is asked at the end of a script that breaks off at many places, as while it is typed: nothing panics, and every answer is one.

use serde_json::json;

use super::client::{Editor, find, labels};
use crate::harness::Site;

const LEADS: &str = include_str!("../../../pipelines/leads.wj");

/// What can be asked of a place.
const OF_PLACE: [&str; 6] =
    ["hover", "completion", "definition", "references", "signatureHelp", "prepareRename"];

/// What can be asked of a file.
const OF_FILE: [&str; 9] = [
    "documentSymbol",
    "semanticTokens/full",
    "inlayHint",
    "codeAction",
    "formatting",
    "rangeFormatting",
    "foldingRange",
    "codeLens",
    "semanticTokens/range",
];

#[test]
fn a_script_that_breaks_off_anywhere_is_answered_about() {
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    editor.open("a.wj", "");
    let ends: Vec<usize> = LEADS.char_indices().map(|(at, _)| at).step_by(61).collect();
    assert!(ends.len() > 10);
    for (turn, end) in ends.into_iter().enumerate() {
        let text = &LEADS[..end];
        let document = json!({ "uri": editor.uri("a.wj"), "version": turn });
        let changes = json!([{ "text": text }]);
        editor.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
        let line = text.matches('\n').count() as u32;
        for method in OF_PLACE {
            let params = json!({
                "textDocument": { "uri": editor.uri("a.wj") },
                "position": { "line": line, "character": 1000 },
                "context": { "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false },
            });
            let answer = editor.answer(&format!("textDocument/{method}"), params);
            assert!(answer.get("result").is_some() || answer["error"]["code"] == -32803, "{answer}");
        }
        for method in OF_FILE {
            editor.of(&format!("textDocument/{method}"), "a.wj");
        }
        let positions = json!([{ "line": line, "character": 3 }]);
        let selections = editor.ask(
            "textDocument/selectionRange",
            json!({ "textDocument": { "uri": editor.uri("a.wj") }, "positions": positions }),
        );
        assert_eq!(selections.as_array().unwrap().len(), 1);
    }
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn names_above_a_broken_line_are_offered_below_it() {
    let text = "pipeline p {\n  on POST \"/p\"\n  extract body { phone = $.phone on_missing abort }\n  let =\n  when ph\n}\n";
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    let findings = editor.open("a.wj", text);
    assert!(!findings.as_array().unwrap().is_empty());
    let offers = editor.at("textDocument/completion", "a.wj", find(text, "when ph", 7));
    assert_eq!(labels(&offers)[0], "phone");
    let hover = editor.at("textDocument/hover", "a.wj", find(text, "phone =", 1));
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("`phone`"), "{hover}");
}

#[test]
fn what_is_broken_is_not_formatted_and_not_renamed() {
    let text = "pipeline p {\n  on POST \"/p\"\n  extract body { phone = $.phone on_missing abort }\n  respond 200 { json { p: phone } }\n";
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    editor.open("a.wj", text);
    assert!(editor.of("textDocument/formatting", "a.wj").is_null());
    let (line, character) = find(text, "phone =", 1);
    let params = json!({
        "textDocument": { "uri": editor.uri("a.wj") },
        "position": { "line": line, "character": character },
        "newName": "tel",
    });
    let answer = editor.answer("textDocument/rename", params);
    assert!(answer["error"]["message"].as_str().unwrap().contains("mistakes of syntax"), "{answer}");
}
