//! That a long file is not slow to be worked on. The figures are those of `benches/lsp.rs`; here is only looked for what would be
//! slower by orders: a debug build on a busy machine has ten times as long.

use std::time::{Duration, Instant};

use serde_json::json;

use super::client::Editor;
use crate::harness::Site;

/// The figures of the bench are 10 ms for a keystroke and 20 ms for an answer, in a release build.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 200 });

#[test]
fn two_thousand_lines_are_answered_about_at_once() {
    let mut text = String::new();
    for at in 0..200 {
        text += &format!(
            "pipeline p{at} {{\n  on POST \"/p{at}\"\n  extract body on_missing abort {{\n    a = $.a\n    b = $.b as number\n  }}\n  respond 200 {{ json {{ a: a, b: b }} }}\n}}\n\n# …\n"
        );
    }
    assert!(text.lines().count() >= 2_000);
    let site = Site::new(&[]);
    let mut editor = Editor::new(&site);
    editor.open("a.wj", &text);
    let mut slowest = (Duration::ZERO, "");
    let mut measure = |what: &'static str, start: Instant| slowest = slowest.max((start.elapsed(), what));
    for (turn, typed) in ["w", "h", "e", "n", " "].into_iter().enumerate() {
        let start = Instant::now();
        editor.change("a.wj", [(1_006, turn as u32), (1_006, turn as u32)], typed);
        measure("a keystroke", start);
    }
    for method in ["textDocument/completion", "textDocument/hover", "textDocument/definition"] {
        let start = Instant::now();
        editor.at(method, "a.wj", (1_006, 5));
        measure("a place", start);
    }
    for method in
        ["textDocument/semanticTokens/full", "textDocument/documentSymbol", "textDocument/foldingRange"]
    {
        let start = Instant::now();
        editor.of(method, "a.wj");
        measure("a file", start);
    }
    let start = Instant::now();
    editor.ask("workspace/symbol", json!({ "query": "p19" }));
    measure("symbols", start);
    assert!(slowest.0 < PATIENCE, "{slowest:?}");
}
